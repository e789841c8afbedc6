"""`verhulst fit --covariance, --clusters, --interval, --effects`: the numbers of the Python functions."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst

RNG = np.random.default_rng(4)
N = 120
FRAME = pd.DataFrame(
    {
        "age": RNG.integers(20, 80, N),
        "smokes": RNG.integers(0, 2, N),
        "region": RNG.choice(["N", "S", "W"], N),
        "house": [f"{i % 30:03d}" for i in range(N)],
        "n": RNG.integers(1, 4, N),
        "shift": RNG.normal(size=N).round(2),
    }
)
FRAME["cured"] = (RNG.random(N) < 1 / (1 + np.exp(1.5 - 0.03 * FRAME.age - 0.5 * (FRAME.region == "S")))).astype(int)
HOLES = FRAME.astype({"age": object})
HOLES.loc[[3, 50], "age"] = None
COLUMNS = ["age", "smokes", "region"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, frame in (("whole", FRAME), ("holes", HOLES)):
        frame.to_csv(f"{name}.csv", index=False)
    FRAME.to_parquet("whole.parquet")
    return tmp_path


def run(*arguments, **more):
    return CliRunner().invoke(verhulst, ["fit", *arguments], prog_name="verhulst", **more)


ERRORS = {
    "HC0": (["--covariance", "HC0"], {"covariance": "HC0"}),
    "HC1": (["--covariance", "HC1"], {"covariance": "HC1"}),
    "clusters": (["--clusters", "house"], {"clusters": "house"}),
    "HC0 of clusters": (["--covariance", "HC0", "--clusters", "house"], {"covariance": "HC0", "clusters": "house"}),
    "profile": (["--interval", "profile"], {"interval": "profile"}),
    "both": (["--interval", "profile", "--covariance", "HC1"], {"interval": "profile", "covariance": "HC1"}),
}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("data", ["whole.csv", "whole.parquet", "holes.csv", "-"])
def test_standard_errors_and_intervals(folder, data, name):
    options, asked = ERRORS[name]
    frame = HOLES if data == "holes.csv" else FRAME
    weighted = ["--weights", "n", "--offset", "shift"]
    given = [*weighted, "-t", "cured", "-c", ",".join(COLUMNS), "--missing", "drop", "--level", "0.9", "--json"]
    done = run(data, *given, *options, input=(folder / "whole.csv").read_bytes() if data == "-" else None)
    assert done.exit_code == 0, done.stderr
    record = json.loads(done.stdout)
    model = vh.fit_table(frame, "cured", columns=COLUMNS, missing="drop", weights="n", offset="shift")
    expected = model.summary(0.9, data=frame, **asked).coefficients
    for effect in record["effects"]:
        line = expected[effect["name"]]
        found = [
            effect["standard_error"],
            effect["p_value"],
            *np.log([effect[f"odds_ratio_{e}"] for e in ("lower", "upper")]),
        ]
        np.testing.assert_allclose(found, [line.standard_error, line.p_value, line.lower, line.upper], rtol=1e-6)
    assert record["clusters"] == asked.get("clusters")
    assert record["interval"] == asked.get("interval", "wald")
    assert record["covariance"] == asked.get("covariance", "HC1" if "clusters" in asked else "model")


@pytest.mark.parametrize("data", ["whole.csv", "holes.csv"])
def test_average_effects(folder, data):
    frame = FRAME if data == "whole.csv" else HOLES.dropna()
    given = ["-t", "cured", "-c", ",".join(COLUMNS), "--missing", "drop", "--covariance", "HC1", "--effects"]
    record = json.loads(run(data, *given, "--json").stdout)
    effects = {line["name"]: line for line in record["average_effects"]}
    model = vh.fit_table(frame, "cured", columns=COLUMNS)

    def mean(**values):
        return model.predict_proba(frame.assign(**values))[:, 1].mean()

    p = model.predict_proba(frame)[:, 1]
    expected = {
        "age": (p * (1 - p)).mean() * model.fit.coefficients[1],
        "smokes": mean(smokes=1) - mean(smokes=0),
        "region[S]": mean(region="S") - mean(region="N"),
        "region[W]": mean(region="W") - mean(region="N"),
    }
    assert list(effects) == list(expected)
    for name, value in expected.items():
        assert effects[name]["effect"] == pytest.approx(value, rel=1e-6)
    text = run(data, *given).stdout
    assert "Intervals and p: robust standard errors (HC1)." in text
    assert f"{100 * effects['region[S]']['effect']:.3g} " in text


def test_the_report_has_the_same_intervals(folder):
    given = ["whole.csv", "-t", "cured", "-x", "n,shift"]
    assert run(*given, "--clusters", "house", "--report", "by_clusters.html").exit_code == 0
    assert run(*given, "-x", "house", "--report", "plain.html").exit_code == 0
    page, plain = ((folder / f"{name}.html").read_text() for name in ("by_clusters", "plain"))
    assert "Intervals and p: standard errors by 30 clusters of &#x27;house&#x27;." in page
    assert "Intervals and p" not in plain


def test_the_column_of_clusters_is_no_column_of_x(folder):
    names = [
        e["name"]
        for e in json.loads(run("whole.csv", "-t", "cured", "--clusters", "house", "--json").stdout)["effects"]
    ]
    assert not any("house" in name for name in names)
    record = json.loads(run("whole.csv", "-t", "cured", "--clusters", "region", "-c", "age,region", "--json").stdout)
    assert "region[S]" in [effect["name"] for effect in record["effects"]]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--covariance", "HC3"], 2, "'HC3' is not one of 'HC0', 'HC1'"),
        (["--covariance", "HC1", "--C", "2"], 2, "--covariance HC1 is for fits without a penalty"),
        (["--covariance", "HC1", "--firth"], 2, "leave --firth out"),
        (["--clusters", "region", "--firth"], 2, "--clusters is for fits without a penalty"),
        (["--interval", "profile", "--C", "2"], 2, "--interval profile is for fits without a penalty"),
        (["--effects", "--C", "2"], 2, "--effects is for fits without a penalty"),
        (["--effects", "--workers", "2"], 2, "--effects needs all rows in this process"),
        (
            ["--covariance", "HC1", "--scheduler", "tcp://host:8786"],
            2,
            "--covariance HC1 needs all rows in this process",
        ),
        (["--clusters", "g", "--workers", "2"], 2, "--clusters needs all rows in this process"),
        (["--interval", "exact"], 2, "'exact' is not one of 'wald', 'profile'"),
        (["--clusters", "regoin"], 2, "there is no column 'regoin'. Did you mean 'region'?"),
        (["--clusters", ""], 2, "there is no column ''"),
        (["--clusters", "y"], 2, "Column 'y' cannot be the target and the clusters at once."),
        (["--clusters", "one", "--weights", "one"], 2, "Column 'one' cannot be the weights and the clusters at once."),
        (["--clusters", "some"], 3, "table.csv: column 'some' is missing in 1 of 8 rows (first in row 3). Fill"),
        (["--clusters", "one"], 3, "table.csv: cluster-robust standard errors need at least two clusters"),
        (["--covariance", "HC1", "-c", "parting"], 3, "table.csv: robust standard errors belong to maximum likelihood"),
        (["--effects", "-c", "parting"], 3, "table.csv: the data are separated"),
    ],
)
def test_what_cannot_be_had_is_refused(tmp_path, monkeypatch, options, code, message):
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{i % 2},{(i * 5) % 7},{'NSW'[i % 3]},{'' if i == 2 else 'a' if i < 4 else 'b'},1,{i % 2 + 3}"
        for i in range(8)
    ]
    (tmp_path / "table.csv").write_text("\n".join(["y,x,region,some,one,parting", *rows]) + "\n")
    columns = [] if "-c" in options else ["-c", "x"]
    done = run("table.csv", "-t", "y", *columns, *options, "-o", "model.json", "--report", "report.html")
    assert done.exit_code == code, done.stderr
    assert message in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
