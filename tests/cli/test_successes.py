"""`fit --successes COL --trials COL`: the binomial fit of counts."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data.successes import cases_of_counts

# Bliss 1935, beetles killed by carbon disulphide: the log dose, the beetles, and those that died.
DOSE = [1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839]
BEETLES, DIED = [59, 60, 62, 56, 63, 59, 62, 60], [6, 13, 18, 28, 52, 53, 61, 60]


def run(*arguments):
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{d},{n},{k}" for d, n, k in zip(DOSE, BEETLES, DIED, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["dose,n,died", *rows]) + "\n")
    (tmp_path / "bad.csv").write_text("dose,n,died,part,word\n1,5,6,0.5,a\n2,5,-1,1,b\n")
    return tmp_path


def test_bliss(folder):
    result = run("fit", "t.csv", "--successes", "died", "--trials", "n", "-o", "m.json", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    # Dobson and Barnett, An Introduction to Generalized Linear Models, table 7.3: -60.72 (5.18), 34.27 (2.91).
    model = vh.load("m.json")
    np.testing.assert_allclose(model.fit.coefficients, [-60.72, 34.27], atol=0.005)
    np.testing.assert_allclose(model.fit.standard_errors, [5.18, 2.91], atol=0.005)
    assert (found["cases"], found["events"]) == (481, 291)
    cases = {
        "dose": np.repeat(DOSE, BEETLES),
        "y": np.concatenate([[1] * k + [0] * (n - k) for n, k in zip(BEETLES, DIED, strict=True)]),
    }
    one_by_one = vh.fit_table(cases, "y")
    np.testing.assert_allclose(model.fit.coefficients, one_by_one.fit.coefficients, rtol=1e-9)
    np.testing.assert_allclose(model.fit.standard_errors, one_by_one.fit.standard_errors, rtol=1e-9)
    assert run("predict", "m.json", "t.csv", "--only").exit_code == 0


def test_a_missing_count_is_a_missing_weight(folder):
    text = (folder / "t.csv").read_text().replace("1.7242,60,13", "1.7242,60,")
    (folder / "t.csv").write_text(text)
    refused = run("fit", "t.csv", "--successes", "died", "--trials", "n")
    assert (refused.exit_code, "values are missing in 2 of" in refused.stderr) == (3, True), refused.stderr
    assert run("fit", "t.csv", "--successes", "died", "--trials", "n", "--missing", "drop").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("t.csv", "--successes", "died"), 2, "given together"),
        (("t.csv", "--successes", "died", "--trials", "died"), 2, "both the successes and the trials"),
        (("t.csv", "--successes", "dead", "--trials", "n"), 2, "no column 'dead'"),
        (
            ("t.csv", "--successes", "died", "--trials", "n", "-t", "dose"),
            2,
            "--target cannot be used with --successes",
        ),
        (("t.csv", "--successes", "died", "--trials", "n", "--covariance", "HC1"), 2, "--covariance cannot be used"),
        (("bad.csv", "--successes", "died", "--trials", "n"), 3, "column 'died': -1 is no count"),
        (("bad.csv", "--successes", "n", "--trials", "part"), 3, "column 'part': 0.5 is no count"),
        (("bad.csv", "--successes", "word", "--trials", "n"), 3, "must contain numbers"),
        (("t.csv", "--successes", "died", "--trials", "n", "--test", "bad.csv"), 3, "-1 is no count"),
        (("t.csv", "--successes", "died", "--trials", "n", "--test", "no.csv"), 2, "no.csv: there is no such file"),
        (("t.csv", "--successes", "died", "--trials", "n", "--formula", "n ~ dose"), 2, "has no left side"),
        (("t.csv", "--successes", "died", "--trials", "n", "--formula", "dose"), 2, "has no left side"),
    ],
)
def test_bad_requests(folder, arguments, code, said):
    result = run("fit", *arguments)
    assert (result.exit_code, said in " ".join(result.stderr.split())) == (code, True), result.stderr


def test_more_successes_than_trials():
    with pytest.raises(ValueError, match=r"row 2: there are 6 successes \('k'\) in 5 trials \('n'\)"):
        cases_of_counts({"k": [1, 6], "n": [5, 5]}, "k", "n")
    with pytest.raises(ValueError, match=r"there is a column 'k of n'"):
        cases_of_counts({"k": [1], "n": [5], "k of n": [0]}, "k", "n")


COUNTS = {"successes": "died", "trials": "n"}
TABLE = {"dose": DOSE, "n": BEETLES, "died": DIED}


@pytest.mark.parametrize("formula", [None, "~ dose", "~ dose + I(dose**2)"])
def test_the_same_in_python(folder, formula):
    words = ["--successes", "died", "--trials", "n", "--test", "t.csv", "-o", "m.json"]
    done = run("fit", "t.csv", *words, *(["--formula", formula] if formula else []))
    assert done.exit_code == 0, done.stderr
    of_command = vh.load("m.json")
    for source in ("t.csv", TABLE):
        more = COUNTS | {"test": source}
        model = vh.fit_formula(formula, source, **more) if formula else vh.fit_table(source, **more)
        np.testing.assert_array_equal(model.fit.coefficients, of_command.fit.coefficients)
        assert model.design.target.name == "died of n"
        assert model.held_out.as_cases().weights.sum() == sum(BEETLES)
        p = model.predict_proba({"dose": [1.8]})[0, 1]
        assert p == of_command.predict_proba({"dose": [1.8]})[0, 1]
    assert of_command.held_out.as_cases().weights.sum() == sum(BEETLES)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"trials": None}, "given together"),
        ({"successes": None}, "given together"),
        ({"successes": "dead"}, "no column 'dead'"),
        ({"successes": "n"}, "both the successes and the trials"),
        ({"target": "dose"}, "target cannot be used with successes and trials"),
        ({"weights": "dose"}, "weights cannot be used"),
        ({"positive": 1}, "positive cannot be used"),
        ({"multinomial": True}, "multinomial cannot be used"),
        ({"test": {"dose": [1.0], "n": [3], "died": [4]}}, "4 successes"),
        ({"successes": None, "trials": None}, "there is no target"),
    ],
)
def test_bad_requests_in_python(changes, said):
    with pytest.raises(ValueError, match=said):
        vh.fit_table(TABLE, **(COUNTS | changes))


def test_bad_formulas_of_counts():
    for formula in ("n ~ dose", "dose", ""):
        with pytest.raises(ValueError, match="no left side"):
            vh.fit_formula(formula, TABLE, **COUNTS)
    with pytest.raises(ValueError, match="weights cannot be used with successes and trials"):
        vh.fit_formula("~ dose", TABLE, weights="n", **COUNTS)
