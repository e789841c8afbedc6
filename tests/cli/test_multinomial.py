"""`verhulst fit --multinomial` and `predict` with its model: what is printed, written and refused."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import load_dataset, read_table, write_table


def run(*arguments: object) -> Result:
    return CliRunner().invoke(verhulst, [str(a) for a in arguments], prog_name="verhulst")


@pytest.fixture(scope="module")
def votes(tmp_path_factory):
    path = tmp_path_factory.mktemp("classes") / "votes.csv"
    write_table(load_dataset("anes96"), path)
    return path


@pytest.fixture(scope="module")
def model(votes):
    path = votes.parent / "model.json"
    asked = ("-t", "party", "--multinomial", "-c", "age,vote", "--reference", "party=independent")
    result = run("fit", votes, *asked, "--reference", "vote=Dole", "-o", path, "--report", path.with_suffix(".html"))
    assert result.exit_code == 0, result.stderr
    return path, result


def test_what_is_printed(model, votes):
    path, result = model
    lines = result.stdout.splitlines()
    assert lines[0] == f"party in 7 classes against 'independent' (37 cases, 3.9 %); {votes}, 944 rows"
    headings = [line for line in lines if " rather than independent (" in line]
    assert len(headings) == 6
    assert headings[0] == "independent Democrat rather than independent (108 cases, 11.4 %)"
    assert result.stdout.count("vote[Clinton]") == 6
    assert "The most probable class is the right one in " in lines[-1]
    assert result.stderr.splitlines() == [f"Wrote {path}", f"Wrote {path.with_suffix('.html')}"]


def test_json_is_the_model(model, votes):
    result = run("fit", votes, "-t", "party", "--multinomial", "-c", "age,vote", "--json")
    record = json.loads(result.stdout)
    table = vh.fit_table(votes, "party", multinomial=True, columns=["age", "vote"])
    assert record["target"] == {"column": "party", "classes": list(table.classes), "reference": "independent"}
    assert record["cases_by_class"] == dict(zip(table.classes, table.fit.cases, strict=True))
    assert record["intercepts"] == dict(zip(table.classes[1:], table.fit.coefficients[:, 0], strict=True))
    found = {(one["class"], one["name"]): one["coefficient"] for one in record["effects"]}
    assert found["weak Democrat", "age"] == table.fit.wald()["weak Democrat"]["age"].estimate
    assert np.sum(record["confusion"]) == record["cases"] == 944
    assert record["converged"]


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("source", ["csv", "parquet"])
def test_predictions(model, votes, source, ending, tmp_path):
    path, data = model[0], votes.parent / f"rows.{source}"
    write_table(read_table(votes), data)
    out = tmp_path / f"out.{ending}"
    assert run("predict", path, data, "--log-odds", "-o", out).exit_code == 0
    found, loaded = read_table(out), vh.load(path)
    p = np.column_stack([found[f"probability_{name}"] for name in loaded.classes])
    np.testing.assert_allclose(p, loaded.predict_proba(votes), rtol=1e-15)
    assert found["predicted"].to_pylist() == loaded.predict(votes).tolist()
    log_odds = np.column_stack([found[f"log_odds_{name}"] for name in loaded.classes])
    np.testing.assert_allclose(vh.softmax(log_odds, axis=1), p, rtol=1e-12)
    assert not log_odds[:, 0].any()
    assert found.column_names[: len(read_table(votes).column_names)] == read_table(votes).column_names


def test_rows_without_a_value(model, tmp_path):
    data = tmp_path / "new.csv"
    data.write_text("age,vote\n,Dole\n40,\n")
    assert run("predict", model[0], data).exit_code == 3
    for out in (tmp_path / "out.csv", tmp_path / "out.parquet"):
        assert run("predict", model[0], data, "--missing", "empty", "--only", "-o", out).exit_code == 0
        found = read_table(out)
        assert found.num_rows == 2
        assert found["predicted"].null_count == found["probability_independent"].null_count == 2


def test_classes_that_are_numbers(tmp_path):
    rng = np.random.default_rng(0)
    table = pa.table({"x": rng.normal(size=60), "y": np.arange(60) % 3})
    write_table(table, tmp_path / "a.parquet")
    assert run("fit", tmp_path / "a.parquet", "-t", "y", "--multinomial", "-o", tmp_path / "m.json").exit_code == 0
    assert run("predict", tmp_path / "m.json", tmp_path / "a.parquet", "-o", tmp_path / "p.parquet").exit_code == 0
    found = read_table(tmp_path / "p.parquet")
    assert found["predicted"].type == pa.int64()
    assert found.column_names == ["x", "y", "probability_0", "probability_1", "probability_2", "predicted"]


def test_separated_classes_are_a_caution(tmp_path):
    (tmp_path / "a.csv").write_text("y,x\n" + "".join(f"{'abc'[k // 10]},{k}\n" for k in range(30)))
    result = run("fit", tmp_path / "a.csv", "-t", "y", "--multinomial", "-o", tmp_path / "m.json")
    assert result.exit_code == 0
    assert "no maximum: the outcomes are separated" in result.stdout
    assert "Note: The outcomes are separated (complete)" in result.stderr
    assert "a fit with the L2 penalty gives finite odds ratios" in result.stderr
    predicted = run("predict", tmp_path / "m.json", tmp_path / "a.csv", "--only", "--log-odds").stdout.splitlines()
    assert predicted[1].startswith('1,0,0,"a"')


def test_few_cases_are_a_caution(tmp_path):
    (tmp_path / "a.csv").write_text("y,x\n" + "".join(f"{'abcab'[k % 5]},{k * k % 17}\n" for k in range(30)))
    result = run("fit", tmp_path / "a.csv", "-t", "y", "--multinomial")
    assert "Note: The rarest class, c, has 6 cases for 1 column: fewer than 10 per column." in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 3, "For a model of all of them say so: multinomial=True (--multinomial)"),
        (("--multinomial", "--positive", "independent"), 2, "--positive is for two values of the target"),
        (("--multinomial", "--effects"), 2, "--effects is for two values"),
        (("--multinomial", "--covariance", "HC0"), 2, "--covariance HC0 is for two values"),
        (("--multinomial", "--clusters", "vote"), 2, "--clusters is for two values"),
        (("--multinomial", "--interval", "profile"), 2, "--interval profile is for two values"),
        (("--multinomial", "--firth"), 2, "--firth is for two values"),
        (("--multinomial", "--offset", "age"), 2, "--offset is for two values"),
        (("--multinomial", "--workers", "2"), 2, "--workers or --scheduler is for two values"),
        (("--multinomial", "--reference", "party=independant"), 2, "Did you mean 'independent'"),
        (("--reference", "party=independent"), 2, "add multinomial=True, --multinomial"),
    ],
)
def test_what_is_refused(votes, options, code, message):
    result = run("fit", votes, "-t", "party", *options)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr


def test_a_number_is_no_class(votes):
    result = run("fit", votes, "-t", "age", "--multinomial")
    assert result.exit_code == 3
    assert "has 71 values, and a multinomial fit takes at most 50 classes" in result.stderr


def test_intervals_of_predictions_are_for_two_classes(model, votes):
    result = run("predict", model[0], votes, "--interval", "0.9")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "intervals of predictions are for models of two classes: leave level (--interval) out" in result.stderr


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_labels_that_files_have_to_quote(ending, tmp_path):
    """A predicted class with a delimiter, a quotation mark or a line end in it is one value of the file."""
    rng = np.random.default_rng(0)
    labels = np.array(["a,b", 'c"d', "e\tf", "g\nh", "NA"])[rng.integers(0, 5, 90)]
    source = tmp_path / f"votes.{ending}"
    write_table(pa.table({"y": labels, "x": rng.normal(size=90)}), source)
    assert run("fit", source, "-t", "y", "--multinomial", "-o", tmp_path / "m.json").exit_code == 0
    result = run("predict", tmp_path / "m.json", source, "-o", tmp_path / f"p.{ending}")
    assert result.exit_code == 0, result.stderr
    found = read_table(tmp_path / f"p.{ending}")
    model = vh.load(tmp_path / "m.json")
    assert found.column_names == ["y", "x", *(f"probability_{one}" for one in model.classes), "predicted"]
    assert found["predicted"].to_pylist() == model.predict(source).tolist()


def test_a_column_that_is_there_already(model, tmp_path):
    (tmp_path / "new.csv").write_text("age,vote,predicted\n30,Dole,1\n")
    result = run("predict", model[0], tmp_path / "new.csv")
    assert result.exit_code == 2
    assert "already has a column 'predicted'; use --only, or rename it" in result.stderr


def test_formulas_in_a_process_of_their_own(votes):
    """The command hides pandas from pyarrow, not from formulaic."""
    out = votes.parent / "formula.json"
    fit = ("fit", votes, "--formula", "party ~ age + C(vote)", "--multinomial", "-o", out)
    for options in (fit, ("predict", out, votes)):
        done = subprocess.run(
            [sys.executable, "-m", "verhulst", *map(str, options)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert '"probability_strong Democrat"' in done.stdout
