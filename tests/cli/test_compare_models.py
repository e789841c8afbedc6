"""`verhulst compare` for models, `verhulst activations`, and the tables of `verhulst fit` in other forms."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst

RNG = np.random.default_rng(5)
N = 200
FRAME = pd.DataFrame({"age": RNG.integers(20, 80, N), "region": RNG.choice(["N", "S", "W|E"], N)})
FRAME["ill"] = (RNG.random(N) < vh.sigmoid(0.05 * FRAME.age - 2.5 + (FRAME.region == "S"))).astype(int)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    FRAME.to_csv("d.csv", index=False)
    for name, columns, rows in (("small", ["age"], N), ("large", ["age", "region"], N), ("fewer", ["age"], N - 1)):
        vh.fit_table(FRAME[:rows], "ill", columns=columns).save(f"{name}.json")
    vh.calibrate(FRAME.age - 50.0, FRAME.ill, "platt").save("map.json")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(verhulst, list(arguments), prog_name="verhulst")


def test_two_models(folder):
    done = run("compare", "large.json", "small.json", "--json")
    assert done.exit_code == 0, done.stderr
    record = json.loads(done.stdout)
    expected = vh.regression.compare_fits(vh.load("small.json"), vh.load("large.json"))
    assert record["likelihood_ratio"] == pytest.approx(expected.likelihood_ratio)
    assert [model["model"] for model in record["models"]] == ["large.json", "small.json"]
    assert [model["aic"] for model in record["models"]] == [expected.larger.aic, expected.smaller.aic]
    text = run("compare", "large.json", "small.json").stdout
    assert "further columns of the first model (region)" in text.replace("\n", " ")
    rows = list(csv.DictReader(io.StringIO(run("compare", "large.json", "small.json", "--csv").stdout)))
    assert [float(row["bic"]) for row in rows] == [expected.larger.bic, expected.smaller.bic]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["small.json"], 2, "Two models are compared, not 1"),
        (["small.json", "large.json", "fewer.json"], 2, "Two models are compared, not 3"),
        (["small.json", "fewer.json"], 3, "other rows: their rows are 200 and 199"),
        (["small.json", "map.json"], 3, "map.json: is a Platt"),
        (["small.json", "absent.json"], 2, "absent.json: there is no such file"),
        (["small.json", "d.csv"], 3, "d.csv"),
        (["small.json", "large.json", "--json", "--csv"], 2, "Use --json or --csv, not both"),
    ],
)
def test_what_cannot_be_compared(folder, arguments, code, message):
    done = run("compare", *arguments)
    assert done.exit_code == code, (done.stdout, done.stderr)
    assert message in done.stderr


@pytest.mark.parametrize("arguments", [[], ["sigmoid", "tanh"], ["relu", "--csv"]])
def test_activations_have_their_own_command(folder, arguments):
    old, new = run("compare", *arguments), run("activations", *arguments)
    assert old.stdout == new.stdout != ""
    assert "`verhulst activations`" in old.stderr
    assert new.stderr == ""


def test_tables_in_other_forms(folder):
    model = vh.fit_table(FRAME, "ill")
    given = ["fit", "d.csv", "-t", "ill"]
    plain = run(*given).stdout
    assert "compared with" in plain
    assert "region          N " in plain
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(run(*given, "--csv", "--effects").stdout))}
    assert list(rows) == ["(intercept)", *model.fit.names]
    assert float(rows["age"]["odds_ratio"]) == pytest.approx(np.exp(model.fit.slopes[0]))
    assert rows["region[S]"]["reference"] == "N"
    effects = model.marginal_effects(FRAME, discrete="auto")
    assert float(rows["region[S]"]["average_effect"]) == pytest.approx(effects["region[S]"].estimate)
    assert float(rows["(intercept)"]["coefficient"]) == pytest.approx(model.fit.intercept)
    marked = run(*given, "--log-odds", "--markdown", "--cv", "3").stdout
    assert "| column | log-odds | standard error |" in marked
    assert f"| (intercept) | {model.fit.intercept:.2f} ".replace("-", "−") in marked
    assert "| region[W\\|E] |" in marked
    assert "| measure | value |" in marked
    lines = [line for line in marked.splitlines() if line.startswith("|")]
    widths = {line.replace("\\|", "").count("|") for line in lines[:4]}
    assert len(widths) == 1
    tests = json.loads(run(*given, "--json").stdout)["factors"]
    assert tests[0]["statistic"] == pytest.approx(model.joint_tests()["region"].statistic)
    assert run(*given, "--json", "--csv").exit_code == 2
    assert run(*given, "--csv", "-o", "-").exit_code == 2
