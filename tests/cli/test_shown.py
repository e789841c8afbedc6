"""No option is without effect beside an output: each pair changes what is written, or is refused."""

import numpy as np
import pytest
from click.testing import CliRunner

from verhulst.cli.group import verhulst
from verhulst.cli.shown import PRINTED, SHOWN

USAGE = 2
GIVEN = {
    "log_odds": ["--log-odds"],
    "cv": ["--cv", "3"],
    "test": ["--test", "t.csv"],
    "level": ["--level", "0.8"],
    "interval": ["--interval", "profile"],
    "covariance": ["--covariance", "HC1"],
    "clusters": ["--clusters", "g"],
    "effects": ["--effects"],
    "explained": ["--explain"],
}
BASE = {
    "fit": ["fit", "t.csv", "--target", "y", "--columns", "x,z"],
    "evaluate": ["evaluate", "t.csv", "--target", "y", "--score", "x", "--scores", "logits"],
}
FORMS = {"text": []} | {form: [f"--{form}"] for form in PRINTED[1:]}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    rng = np.random.default_rng(5)
    x, z, g = rng.normal(size=80), rng.normal(size=80), rng.integers(0, 6, 80)
    y = (rng.random(80) < 1 / (1 + np.exp(-x))).astype(int)
    rows = "".join(f"{a:.3f},{b:.3f},g{c},{d}\n" for a, b, c, d in zip(x, z, g, y, strict=True))
    (tmp_path / "t.csv").write_text("x,z,g,y\n" + rows)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(verhulst, list(arguments))


@pytest.mark.parametrize(("command", "form"), [(command, form) for command in SHOWN for form in FORMS])
def test_an_option_changes_an_output_or_is_refused(command, form):
    plain = run(*BASE[command], *FORMS[form])
    assert plain.exit_code == 0, plain.stderr
    for name, where in SHOWN[command].items():
        found = run(*BASE[command], *FORMS[form], *GIVEN[name])
        if form in where:
            assert found.exit_code == 0, found.stderr
            assert found.stdout != plain.stdout, name
        else:
            assert found.exit_code == USAGE, name
            assert f"or leave {GIVEN[name][0]} out" in found.stderr
            assert not found.stdout


def test_a_report_shows_what_is_not_printed(folder):
    report = ["--csv", "--report", "r.html"]
    assert run(*BASE["fit"], *report).exit_code == 0
    plain = (folder / "r.html").read_text()
    for name, where in SHOWN["fit"].items():
        found = run(*BASE["fit"], *report, *GIVEN[name])
        assert found.exit_code == (0 if where & {"csv", "report"} else USAGE), name
        assert found.exit_code or name == "effects" or (folder / "r.html").read_text() != plain, name


@pytest.mark.parametrize("name", SHOWN["fit"])
def test_nothing_is_printed_beside_a_model_on_standard_output(name):
    found = run(*BASE["fit"], "-o", "-", *GIVEN[name])
    assert found.exit_code == USAGE
    assert "a file goes to standard output" in found.stderr


def test_the_seed_of_folds_needs_folds():
    found = run(*BASE["fit"], "--seed", "3")
    assert found.exit_code == USAGE
    assert "--cv" in found.stderr


def test_few_clusters_are_cautioned_of():
    found = run(*BASE["fit"], "--clusters", "g")
    assert "Standard errors by 6 clusters of 'g' are too small" in found.stderr


@pytest.mark.parametrize("command", ["fit t.csv --target y", "predict m.json t.csv"])
def test_a_file_that_workers_cannot_read_is_refused_before_they_start(command, monkeypatch):
    from verhulst.cli import cluster

    def started(*_):
        raise AssertionError("the cluster has started")

    assert run(*BASE["fit"], "-o", "m.json").exit_code == 0
    monkeypatch.setattr(cluster, "_processes", started)
    found = run(*command.split(), "--workers", "2")
    assert found.exit_code == USAGE
    assert "is not a Parquet file" in found.stderr


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("p", "1e-320", "1 : 1.0"),
        ("z", "800", "2.72637e+347 : 1"),
        ("w", "-800", "odds ratio   3.66787e−348"),
        ("z", "inf", "∞ : 1"),
    ],
)
def test_odds_outside_the_range_of_doubles(kind, value, said):
    assert said in run("explain", kind, "--", value).stdout
