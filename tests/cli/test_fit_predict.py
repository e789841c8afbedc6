"""`verhulst fit`, `predict` and `demo`, with data as they should be."""

import csv
import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import load_dataset, read_table, write_table


def run(*arguments: object, input: bytes | str | None = None) -> Result:
    return CliRunner().invoke(verhulst, [str(a) for a in arguments], prog_name="verhulst", input=input)


@pytest.fixture
def votes(tmp_path):
    path = tmp_path / "votes.csv"
    write_table(load_dataset("anes96"), path)
    return path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("ending", ["csv", "parquet", "tsv", "jsonl", "arrow"])
def test_fit_and_predict_from_every_format(tmp_path, ending):
    data, model = tmp_path / f"votes.{ending}", tmp_path / "model.json"
    write_table(load_dataset("anes96"), data)
    fitted = run("fit", data, "--target", "vote", "--positive", "Dole", "-o", model, "--json")
    assert fitted.exit_code == 0, fitted.stderr
    assert f"Wrote {model}" in fitted.stderr
    record = json.loads(fitted.stdout)
    assert record["schema_version"] == 1
    assert record["target"] == {"column": "vote", "negative": "Clinton", "positive": "Dole"}
    assert record["converged"]
    predicted = run("predict", model, data)
    assert predicted.exit_code == 0, predicted.stderr
    p = np.array([float(row["probability"]) for row in rows_of(predicted.stdout)])
    expected = vh.load(model).predict_proba(data)[:, 1]
    np.testing.assert_array_equal(p, expected)
    np.testing.assert_allclose(p.sum(), 393, rtol=1e-9)


def test_fit_prints_odds_ratios(votes):
    result = run("fit", votes, "-t", "vote", "--positive", "Dole", "--reference", "party=independent")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"vote = Dole in 393 of 944 cases (41.6 %); {votes}, 944 rows")
    assert "party[strong Republican]" in result.stdout
    assert "8.06 to 65.9" in result.stdout
    assert "\x1b[" not in result.stdout
    assert result.stderr == ""


def test_json_holds_the_fit_exactly(votes):
    record = json.loads(
        run("fit", votes, "-t", "vote", "--positive", "Dole", "--columns", "age,income", "--json").stdout
    )
    model = vh.fit_table(votes, "vote", positive="Dole", columns=["age", "income"])
    assert [effect["coefficient"] for effect in record["effects"]] == model.fit.coefficients[1:].tolist()
    assert [effect["standard_error"] for effect in record["effects"]] == model.fit.standard_errors[1:].tolist()
    assert record["intercept"] == model.fit.coefficients[0]
    assert record["log_likelihood"] == model.fit.log_likelihood


def test_infinite_and_absent_numbers_in_json():
    table = "y,x,one\n0,1,1\n0,2,1\n1,3,1\n1,4,1\n"
    result = run("fit", "-", "-t", "y", "--json", input=table)
    assert result.exit_code == 0
    record = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert record["separation"] == "complete"
    first, second = record["effects"]
    assert first["coefficient"] == "inf"
    assert first["state"] == "infinite"
    assert second["state"] == "left out"
    assert second["coefficient"] is None
    assert "separated" in result.stderr
    assert "column 'one' is constant" in result.stderr.replace("Column", "column")


def test_columns_that_separated_data_do_not_determine():
    """No odds ratio, no arrow, no distance from a maximum that does not exist; the column that gives it away first."""
    rows = [f"{k % 2},{(1 + k) * (k % 2)},{(k * 7) % 5 - 2}" for k in range(20)]
    table = "y,leak,noise\n" + "\n".join(rows) + "\n"
    result = run("fit", "-", "-t", "y", input=table)
    assert result.exit_code == 0
    leak, noise = (next(line for line in result.stdout.splitlines() if name in line) for name in ("leak", "noise"))
    assert leak.split()[1] == "∞"
    assert "not determined" in noise
    assert "∞" not in noise
    for claim in ("standard errors of the maximum", "McFadden"):
        assert claim not in result.stdout
    assert "no maximum" in result.stdout
    told, settled, open_ = (
        result.stderr.index(part) for part in ("every row with leak ≥ 2", "leak +∞", "Not determined by the data")
    )
    assert told < settled < open_
    record = json.loads(run("fit", "-", "-t", "y", "--json", input=table).stdout)
    assert [effect["state"] for effect in record["effects"]] == ["infinite", "not determined"]
    assert [effect["odds_ratio"] for effect in record["effects"]] == ["inf", None]
    assert record["intercept"] == "-inf"
    assert record["intercept_state"] == "infinite"
    assert record["has_maximum"] is False
    assert record["mcfadden_r2"] is None
    assert record["separation_reasons"] == ["y = 1 in every row with leak ≥ 2, and in no row with leak ≤ 0"]


def test_columns_and_exclude(votes):
    chosen = json.loads(
        run("fit", votes, "-t", "vote", "--positive", "Dole", "-c", "age", "-c", "income", "--json").stdout
    )
    assert [effect["name"] for effect in chosen["effects"]] == ["age", "income"]
    left = json.loads(run("fit", votes, "-t", "vote", "--positive", "Dole", "-x", "party,tv_news", "--json").stdout)
    assert [effect["name"] for effect in left["effects"]] == ["self_placement", "age", "education", "income"]
    as_levels = run(
        "fit", votes, "-t", "vote", "--positive", "Dole", "-c", "education", "--categorical", "education", "--json"
    )
    assert [effect["name"] for effect in json.loads(as_levels.stdout)["effects"]] == [
        f"education[{k}]" for k in range(2, 8)
    ]


def test_penalty_weights_offset_and_missing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("y,x,w,o\n0,1,1,0.5\n1,2,2,0\n0,3,1,0\n1,,1,0\n1,4,3,0.25\n0,2,1,0\n")
    result = run(
        "fit",
        path,
        "-t",
        "y",
        "--weights",
        "w",
        "--offset",
        "o",
        "--missing",
        "drop",
        "--C",
        "2",
        "--json",
    )
    assert result.exit_code == 0, result.stderr
    record = json.loads(result.stdout)
    assert (record["rows_read"], record["rows_kept"], record["cases"]) == (6, 5, 8)
    assert (record["penalty"], record["C"]) == ("l2", 2)
    assert record["effects"][0]["standard_error"] is None
    assert "have missing values and were left out" in result.stderr
    both = run("fit", path, "-t", "y", "--C", "2", "--firth")
    assert both.exit_code == 2
    assert "two penalties" in both.stderr


@pytest.mark.parametrize(("former", "now"), [("l2", "--C 1"), ("firth", "--firth"), ("none", "leave it out")])
def test_the_former_option_says_what_to_write(former, now):
    result = run("fit", "a.csv", "-t", "y", "--penalty", former)
    assert result.exit_code == 2
    assert now in result.stderr


def test_firth(tmp_path):
    table = "y,x\n0,1\n0,2\n1,3\n1,4\n"
    result = run("fit", "-", "-t", "y", "--firth", "--json", input=table)
    assert result.exit_code == 0, result.stderr
    effect = json.loads(result.stdout)["effects"][0]
    assert effect["state"] == "estimated"
    assert effect["odds_ratio_lower"] < effect["odds_ratio"] < effect["odds_ratio_upper"]
    assert "separated" not in result.stderr


def test_standard_input(votes):
    result = run("fit", "-", "-t", "vote", "--positive", "Dole", "--json", input=votes.read_bytes())
    assert json.loads(result.stdout)["source"] == "standard input"


def test_predict_adds_what_was_asked_for(votes, tmp_path):
    model = tmp_path / "m.json"
    run("fit", votes, "-t", "vote", "--positive", "Dole", "-o", model)
    result = run("predict", model, votes, "--interval", "0.9", "--log-odds", "--only")
    rows = rows_of(result.stdout)
    assert list(rows[0]) == ["probability", "lower", "upper", "log_odds"]
    for row in rows:
        low, p, high = (float(row[name]) for name in ("lower", "probability", "upper"))
        assert 0 <= low <= p <= high <= 1
        assert p == vh.sigmoid(float(row["log_odds"]))
    out = tmp_path / "p.parquet"
    written = run("predict", model, votes, "-o", out)
    assert written.stdout == ""
    assert written.stderr == f"Wrote {out}\n"
    assert read_table(out).column_names == [*load_dataset("anes96").column_names, "probability"]


def test_predict_with_missing_values(votes, tmp_path):
    model = tmp_path / "m.json"
    run("fit", votes, "-t", "vote", "--positive", "Dole", "-c", "age,party", "-o", model)
    new = "age,party\n40,independent\n,independent\n50,\n"
    refused = run("predict", model, "-", input=new)
    assert refused.exit_code == 3
    assert "values are missing in 2 of 3 rows (first in row 2): 'age' in 1, 'party' in 1" in refused.stderr
    rows = rows_of(run("predict", model, "-", "--missing", "empty", input=new).stdout)
    assert [row["probability"] != "" for row in rows] == [True, False, False]


def test_long_tables_are_predicted_in_pieces(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(1000)
    table = pa.table({"y": (x + rng.standard_normal(1000) > 0).astype(int), "x": x})
    data, model = tmp_path / "a.parquet", tmp_path / "m.json"
    write_table(table, data)
    run("fit", data, "-t", "y", "-o", model)
    whole = run("predict", model, data).stdout
    monkeypatch.setattr("verhulst.regression.table_predictions.ROWS", 64)
    assert run("predict", model, data).stdout == whole


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_missing_values_of_long_tables_are_counted_in_all_pieces(tmp_path, monkeypatch, ending):
    monkeypatch.setattr("verhulst.regression.table_predictions.ROWS", 8)
    data, model = tmp_path / f"a.{ending}", tmp_path / "model.json"
    write_table(pa.table({"x": [1.0, 2.0, 3.0] * 10, "y": [0, 1, 1, 1, 0, 0] * 5}), data)
    assert run("fit", data, "-t", "y", "-o", model).exit_code == 0
    write_table(pa.table({"x": [1.0, 2.0, None] * 10, "z": [1] * 30}), data)
    refused = run("predict", model, data)
    assert refused.exit_code == 3
    assert "values are missing in 10 of 30 rows (first in row 3): 'x' in 10." in refused.stderr


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_wrong_values_of_long_tables_are_counted_in_all_pieces(tmp_path, monkeypatch, ending):
    monkeypatch.setattr("verhulst.regression.table_predictions.ROWS", 8)
    data, model = tmp_path / f"a.{ending}", tmp_path / "model.json"
    y = [0, 1, 1, 1, 0, 0] * 5
    write_table(pa.table({"x": [1.0, 2.0, 3.0] * 10, "g": ["a", "b", "b", "a", "b"] * 6, "y": y}), data)
    assert run("fit", data, "-t", "y", "-o", model).exit_code == 0
    write_table(pa.table({"x": [1.0, None, 3.0] * 10, "g": ["a", "b", "c", "b", "d"] * 6}), data)
    refused = run("predict", model, data, "--missing", "empty")
    assert refused.exit_code == 3
    assert "row 3, column 'g': 'c' was not among the levels at the fit (12 such rows: 'c' and 'd')." in refused.stderr
    if ending != "jsonl":  # which holds no infinities
        write_table(pa.table({"x": [1.0, 2.0, np.inf] * 10, "g": ["a"] * 30}), data)
        refused = run("predict", model, data)
        assert "row 3, column 'x': the value is inf, and so are 9 more in this column." in refused.stderr


def test_report_option(votes, tmp_path):
    report = tmp_path / "r.html"
    result = run("fit", votes, "-t", "vote", "--positive", "Dole", "--report", report)
    assert result.exit_code == 0
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_demo(tmp_path):
    result = run("demo", "--output", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "anes96.csv",
        "anes96-model.json",
        "anes96-report.html",
    }
    assert "party[strong Republican]" in result.stdout
    assert "probability of 25\u00a0% to vote for Dole" in result.stdout.replace("\n", " ")
    again = run("predict", tmp_path / "out" / "anes96-model.json", tmp_path / "out" / "anes96.csv")
    assert len(rows_of(again.stdout)) == 944


def test_colours_follow_the_terminal(monkeypatch):
    from verhulst.cli.console import output

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert output().no_color


def test_fit_reads_parquet_in_batches(tmp_path, monkeypatch):
    """A limit of memory changes no digit; a folder and a quoted pattern stand for their files."""
    table = load_dataset("anes96")
    whole = tmp_path / "votes"
    whole.mkdir()
    for k in range(2):
        write_table(table.slice(500 * k, 500), whole / f"part{k}.parquet")
    write_table(table, tmp_path / "votes.parquet")
    options = ("--target", "vote", "--positive", "Dole", "--json")
    said = [
        run("fit", path, *options, *more)
        for path, more in (
            (tmp_path / "votes.parquet", ()),
            (whole, ("--memory-limit", "1kB")),
            (whole / "*.parquet", ("--memory-limit", "1kB", "--format", "parquet")),
        )
    ]
    assert [one.exit_code for one in said] == [0, 0, 0], [one.stderr for one in said]
    effects = [json.loads(one.stdout)["effects"] for one in said]
    assert effects[0] == effects[1] == effects[2]
    wrong = run("fit", whole, *options, "--memory-limit", "much")
    assert wrong.exit_code != 0
    assert "the memory limit is a number of bytes" in wrong.stderr


@pytest.mark.parametrize("more", [(), ("--interval", "0.9", "--log-odds"), ("--only",)], ids=str)
def test_predict_writes_parquet_in_batches(more, tmp_path, monkeypatch):
    """The same columns and types as for the table in one piece, whatever the batches."""
    table = load_dataset("anes96").append_column("place", pa.array(["a", "b"] * 472).dictionary_encode())
    model = tmp_path / "model.json"
    vh.fit_table(table, "vote", positive="Dole", exclude=["place"]).save(model)
    hollow = table.set_column(0, table.column_names[0], pa.array([None, *table[0].to_pylist()[1:]], table[0].type))
    write_table(hollow, tmp_path / "new.parquet")
    monkeypatch.setattr("verhulst.data.columnar_files._ROWS", 300)
    monkeypatch.setattr("verhulst.data.write_batches._PIECES", 2)
    found = []
    for name in ("batches", "whole"):
        if name == "whole":
            monkeypatch.setattr("verhulst.regression.table_predictions.predicted_in_batches", lambda *_: False)
        output = tmp_path / f"{name}.parquet"
        result = run("predict", model, tmp_path / "new.parquet", "-o", output, "--missing", "empty", *more)
        assert result.exit_code == 0, result.stderr
        found.append(parquet.ParquetFile(output))
    assert [one.num_row_groups for one in found] == [2, 1]
    assert found[0].read() == found[1].read()
    assert found[0].schema_arrow == found[1].schema_arrow


@pytest.mark.parametrize("more", [(), ("--only",), ("--escape-formulas", "--log-odds")], ids=str)
@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "csv.gz"])
def test_predict_writes_text_in_batches(more, ending, tmp_path, monkeypatch):
    """The same bytes as for the table in one piece."""
    table = load_dataset("anes96").append_column("=place", pa.array(["=a", "b"] * 472).dictionary_encode())
    model = tmp_path / "model.json"
    vh.fit_table(table, "vote", positive="Dole", exclude=["=place"]).save(model)
    ages = table.column_names.index("age")
    hollow = table.set_column(ages, "age", pa.array([*table["age"].to_pylist()[:-1], None], table["age"].type))
    write_table(hollow, tmp_path / "new.parquet")
    monkeypatch.setattr("verhulst.data.columnar_files._ROWS", 300)
    found = []
    for name in ("batches", "whole"):
        if name == "whole":
            monkeypatch.setattr("verhulst.regression.table_predictions.predicted_in_batches", lambda *_: False)
        output = tmp_path / f"{name}.{ending}"
        result = run("predict", model, tmp_path / "new.parquet", "-o", output, "--missing", "empty", *more)
        assert result.exit_code == 0, result.stderr
        found.append(gzip.decompress(output.read_bytes()) if ending.endswith("gz") else output.read_bytes())
    assert found[0] == found[1]


def test_predict_says_of_batches_what_it_says_of_tables(tmp_path, monkeypatch):
    table = load_dataset("anes96")
    vh.fit_table(table, "vote", positive="Dole").save(tmp_path / "model.json")
    monkeypatch.setattr("verhulst.data.columnar_files._ROWS", 300)
    output = tmp_path / "out.parquet"
    output.write_text("as before")
    ages = table["age"].to_pylist()
    ages[500] = ages[800] = None
    place = table.column_names.index("age")
    for change, said in (
        (table.set_column(place, "age", pa.array(ages)), "values are missing in 2 of 944 rows (first in row 501)"),
        (table.drop(["age"]), "column 'age' is not there"),
        (table.append_column("probability", table["age"]), "already has a column 'probability'"),
    ):
        parquet.write_table(change, tmp_path / "new.parquet")
        result = run("predict", tmp_path / "model.json", tmp_path / "new.parquet", "-o", output)
        assert result.exit_code != 0
        assert said in result.stderr
        assert output.read_text() == "as before"


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_a_batch_without_rows_has_predictions_without_rows(tmp_path, ending):
    write_table(load_dataset("anes96"), tmp_path / "votes.csv")
    fit = ["fit", tmp_path / "votes.csv", "-t", "vote", "--positive", "Dole", "-c", "party,age"]
    assert run(*fit, "-o", tmp_path / "m.json").exit_code == 0
    (tmp_path / "none.csv").write_text("party,age,id\n")
    options = ["--interval", "0.9", "--log-odds", "-o", tmp_path / f"out.{ending}"]
    assert run("predict", tmp_path / "m.json", tmp_path / "none.csv", *options).exit_code == 0
    text = run("predict", tmp_path / "m.json", tmp_path / "none.csv").stdout
    assert text == '"party","age","id","probability"\n'
    if ending == "parquet":  # as a batch of a file that could come in several
        again = ["predict", tmp_path / "m.json", tmp_path / "out.parquet", "--only", "-o", tmp_path / "again.parquet"]
        assert run(*again).exit_code == 0
        assert parquet.read_table(tmp_path / "again.parquet").column_names == ["probability"]
    (tmp_path / "none.csv").write_text("age,id\n")
    assert "column 'party' is not there" in run("predict", tmp_path / "m.json", tmp_path / "none.csv").stderr
