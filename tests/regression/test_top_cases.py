"""The rows with the highest probabilities, and what made them high."""

import csv
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import DataError
from verhulst.regression import top_cases as room

RNG = np.random.default_rng(31)
N = 200
FRAME = pd.DataFrame(
    {"x": RNG.normal(size=N).round(2), "g": RNG.choice(["a", "b", "c"], N), "t": RNG.random(N) < 0.5, "id": range(N)}
)
FRAME["y"] = (RNG.random(N) < vh.sigmoid(FRAME.x + (FRAME.g == "c") - 0.5 * FRAME.t)).astype(int)
FRAME["o"] = RNG.normal(size=N).round(2)
HOLES = FRAME.astype({"x": object})
HOLES.loc[[3, 150], "x"] = None


def model(**options):
    return vh.fit_table(FRAME, "y", columns=["x", "g", "t"], **options)


@pytest.mark.parametrize("lowest", [False, True])
@pytest.mark.parametrize("block", [1 << 15, 7])
def test_they_are_those_of_the_predictions(monkeypatch, lowest, block):
    monkeypatch.setattr(room, "BLOCK", block)
    fitted = model()
    found = fitted.top_cases(FRAME, 12, 3, lowest=lowest)
    z = fitted.log_odds(FRAME)
    order = np.argsort(z if lowest else -z, kind="stable")[:12]
    assert [case.row for case in found] == (order + 1).tolist()
    np.testing.assert_allclose([case.log_odds for case in found], z[order], rtol=1e-12)
    np.testing.assert_allclose([case.probability for case in found], vh.sigmoid(z[order]), rtol=1e-12)
    assert found.mean_log_odds == pytest.approx(z.mean())


@pytest.mark.parametrize("offset", [None, "o"])
def test_contributions_add_up_to_the_log_odds(offset):
    fitted = model(offset=offset)
    columns = 3 if offset is None else 4
    found = fitted.top_cases(FRAME, N, columns)
    z = fitted.log_odds(FRAME)
    whole = [case for case in found if len(case.reasons) == columns]  # where every column moved the log-odds up
    assert whole
    for case in whole:
        added = sum(reason.contribution for reason in case.reasons)
        assert z.mean() + added == pytest.approx(z[case.row - 1], rel=1e-9)
    for case in found:
        strengths = [reason.contribution for reason in case.reasons]
        assert strengths == sorted(strengths, reverse=True)
        assert all(strength > 0 for strength in strengths)
    b = fitted.fit.slopes
    reason = next(each for each in found.cases[0].reasons if each.column == "g")
    row = FRAME.iloc[found.cases[0].row - 1]
    own = {"a": 0.0, "b": b[1], "c": b[2]}
    assert reason.value == row.g
    assert reason.contribution == pytest.approx(own[row.g] - np.mean([own[g] for g in FRAME.g]))


def test_rows_without_a_probability_are_counted():
    fitted = model()
    with pytest.raises(DataError, match=r"missing in 2 of 200 rows"):
        fitted.top_cases(HOLES)
    found = fitted.top_cases(HOLES, missing="nan")
    assert (found.rows, found.left_out, len(found)) == (198, 2, 20)
    with pytest.raises(DataError, match=r"no row has a probability"):
        fitted.top_cases(HOLES[3:4], missing="nan")
    new = FRAME.assign(g="z")
    with pytest.raises(DataError, match=r"'z' was not among the levels"):
        fitted.top_cases(new)
    with pytest.warns(UserWarning, match="z"):
        assert fitted.top_cases(new, unknown="reference").rows == N


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("options", "message"), [({"n": 0}, "n must be at least 1"), ({"reasons": 0}, "reasons must")])
def test_bad_numbers(options, message):
    with pytest.raises(ValueError, match=message):
        model().top_cases(FRAME, **options)
    apart = vh.fit_table(FRAME.assign(u=FRAME.y), "y", columns=["u"])
    with pytest.raises(ValueError, match=r"the outcomes are separated"):
        apart.top_cases(FRAME.assign(u=FRAME.y))


def test_formulas_and_test_of_repr():
    found = vh.fit_formula("y ~ x + C(g)", FRAME).top_cases(FRAME, 3)
    assert {reason.column for case in found for reason in case.reasons} <= {"x", "C(g)[T.b]", "C(g)[T.c]"}
    assert repr(found).splitlines()[0].split() == ["row", "probability", "reasons"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    HOLES.assign(probability=0.5).to_csv("d.csv", index=False)
    model().save("m.json")
    vh.calibrate(FRAME.x * 3, FRAME.y, "platt").save("map.json")
    vh.fit_table(FRAME, "g", columns=["x"], multinomial=True).save("several.json")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(verhulst, ["top", *arguments], prog_name="verhulst")


def test_the_command(folder):
    found = vh.load("m.json").top_cases(HOLES, 4, 2, missing="nan")
    given = ["m.json", "d.csv", "-n", "4", "--reasons", "2", "--missing", "drop", "--show", "id"]
    done = run(*given)
    assert done.exit_code == 0, done.stderr
    assert str(found.cases[0].reasons[0]) in done.stdout
    assert "Note: 2 of 200 rows have no probability." in done.stderr
    rows = list(csv.DictReader(io.StringIO(run(*given, "--csv").stdout)))
    assert [int(row["row"]) for row in rows] == [case.row for case in found]
    assert [int(row["id"]) + 1 for row in rows] == [case.row for case in found]
    record = json.loads(run(*given, "--json").stdout)
    assert record["cases"][0]["reasons"][0]["contribution"] == pytest.approx(found.cases[0].reasons[0].contribution)
    assert "| row | id | probability | reasons |" in run(*given, "--markdown").stdout
    assert run(*given, "--show", "id,id", "--csv").stdout == run(*given, "--csv").stdout
    assert run(*given, "--show", "id", "--markdown").stdout == run(*given, "--markdown").stdout
    assert run(*given, "--csv", "--reasons", "1000000000").stdout == run(*given, "--csv", "--reasons", "4").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["m.json", "d.csv"], 3, "missing in 2 of 200 rows"),
        (["m.json", "d.csv", "-n", "0"], 2, "0 is not in the range"),
        (["m.json", "d.csv", "--missing", "drop", "--show", "idd"], 2, "'idd'"),
        (["map.json", "d.csv"], 3, "map.json: is a Platt"),
        (["m.json", "absent.csv"], 2, "absent.csv"),
        (["m.json", "d.csv", "--missing", "drop", "--json", "--csv"], 2, "Use --json or --csv, not both"),
        (["m.json", "d.csv", "--missing", "drop", "--csv", "--show", "probability"], 2, "has a column 'probability'"),
        (["several.json", "d.csv"], 3, "several.json: is a model of several classes"),
    ],
)
def test_bad_input(folder, arguments, code, message):
    done = run(*arguments)
    assert done.exit_code == code, (done.stdout, done.stderr)
    assert message in done.stderr


def test_every_option_that_an_error_names_is_one(folder):
    """The errors of tables name the options of `predict`; those that `top` has mean what they mean there."""
    refused = run("m.json", "d.csv")
    named = re.findall(r"--missing \w+", refused.stderr)
    assert named
    for option in named:
        done = run("m.json", "d.csv", *option.split())
        assert (done.exit_code, "Note: 2 of 200 rows have no probability." in done.stderr) == (0, True), done.stderr
