"""`verhulst fit --cv, --group, --test, --seed`: the numbers of the Python functions."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst

RNG = np.random.default_rng(2)
N = 240
FRAME = pd.DataFrame({"age": RNG.integers(20, 80, N), "region": RNG.choice(["N", "S"], N)})
FRAME["house"] = [f"{k % 40:03d}" for k in range(N)]
FRAME["ill"] = np.where(RNG.random(N) < vh.sigmoid(0.05 * FRAME.age - 3 + (FRAME.region == "S")), "yes", "no")
HOLES = FRAME.astype({"age": object})
HOLES.loc[[3, 150], "age"] = None
GIVEN = ["-t", "ill", "--positive", "yes", "--missing", "drop"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    HOLES.to_csv("d.csv", index=False)
    FRAME.to_parquet("d.parquet")
    HOLES[120:].to_csv("new.csv", index=False)
    return tmp_path


def run(*arguments, **more):
    return CliRunner().invoke(verhulst, ["fit", *arguments], prog_name="verhulst", **more)


@pytest.mark.parametrize(
    ("data", "asked"),
    [("d.csv", {"cv": 5}), ("d.parquet", {"cv": 4, "group": "house", "seed": 7}), ("-", {"test": "new.csv"})],
)
def test_the_measures_are_those_of_the_held_out_rows(folder, data, asked):
    options = [word for name, value in asked.items() for word in (f"--{name}", str(value))]
    exclude = [] if "group" in asked else ["-x", "house"]
    done = run(
        data, *GIVEN, *options, *exclude, "--json", input=(folder / "d.csv").read_bytes() if data == "-" else None
    )
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)["held_out"]
    frame = FRAME if data == "d.parquet" else HOLES
    model = vh.fit_table(frame, "ill", positive="yes", columns=["age", "region"], missing="drop", **asked)
    expected = vh.evaluate(model.held_out)
    for name in ("roc_auc", "log_loss", "brier"):
        assert found["evaluation"][name]["value"] == pytest.approx(getattr(expected, name).value, rel=1e-6)
    assert found["evaluation"]["cox"]["slope"]["low"] == pytest.approx(expected.cox.slope.low, rel=1e-5)
    groups = found["reliability"]
    assert len(groups) == 10
    assert all(group["low"] <= group["observed"] <= group["high"] for group in groups)
    rate = expected.n_positive / expected.n
    assert found["base_rate"]["log_loss"] == pytest.approx(-rate * np.log(rate) - (1 - rate) * np.log(1 - rate))
    assert found["base_rate"]["brier"] == pytest.approx(rate * (1 - rate))
    assert (found["rows"], found["folds"], found["left_out"]) == (
        model.held_out.rows,
        model.held_out.folds,
        model.held_out.left_out,
    )


def test_prints_them(folder):
    done = run("d.csv", *GIVEN, "--cv", "5", "--group", "house", "-o", "m.json")
    assert done.exit_code == 0, done.stderr
    for words in (
        "5 folds that keep the 40",
        "ROC-AUC",
        "by the base rate",
        "calibration slope",
        "predicted   observed",
    ):
        assert words in done.stdout
    assert "2 rows with missing values are not among the held-out rows" in done.stderr
    assert "too narrow" in done.stderr
    assert vh.load("m.json").held_out.folds == 5


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--cv", "1"], 2, "1 is not in the range x>=2"),
        (["--cv", "many"], 2, "'many' is not a valid integer"),
        (["--cv", "5", "--seed", "-1"], 2, "-1 is not in the range x>=0"),
        (["--group", "house"], 2, "--group keeps groups together in folds: add --cv"),
        (["--cv", "5", "--test", "new.csv"], 2, "two ways to judge a model"),
        (["--cv", "5", "--workers", "2"], 2, "--cv needs all rows in this process"),
        (["--cv", "5", "--group", "hause"], 2, "there is no column 'hause'"),
        (["--test", "absent.csv"], 2, "absent.csv: there is no such file"),
        (["--test", "d.csv", "-o", "d.csv"], 2, "are the same file"),
        (["--test", "other.csv"], 2, "column 'age' is not there"),
        (["--test", "third.csv"], 3, "perhaps"),
        (["--test", "level.csv"], 3, "Leave these rows out of the test table, or correct them.\n"),
    ],
)
def test_bad_input(folder, options, code, message):
    FRAME.rename(columns={"age": "years"}).to_csv("other.csv", index=False)
    FRAME.assign(ill=["perhaps", *FRAME.ill[1:]]).to_csv("third.csv", index=False)
    FRAME.assign(region=["W", *FRAME.region[1:]]).to_csv("level.csv", index=False)
    done = run("d.csv", *GIVEN, "-x", "house", *options) if "--group" not in options else run("d.csv", *GIVEN, *options)
    assert done.exit_code == code, (done.stdout, done.stderr)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
