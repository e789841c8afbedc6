"""Text tables through the commands: codes, marks, commas, and cells that only pass through."""

import csv
import io
import json

import numpy as np
import pytest
from click.testing import CliRunner, Result

from verhulst.cli.group import verhulst
from verhulst.data import read_table


def run(*arguments: object) -> Result:
    return CliRunner().invoke(verhulst, [str(a) for a in arguments], prog_name="verhulst")


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A folder with a table and its model."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(7)
    rows = ["age,income,region,won"]
    for _ in range(200):
        age, income = rng.integers(18, 80), rng.lognormal(3, 0.5)
        rows.append(f"{age},{income:.2f},{rng.choice(list('NSW'))},{int(rng.random() < age / 90)}")
    (tmp_path / "base.csv").write_text("\n".join(rows) + "\n")
    assert run("fit", "base.csv", "-t", "won", "-o", "base.json").exit_code == 0
    return tmp_path


CELLS = "000123,30,20.50,S,12345678901234567890,0.10,True,NA,08:30,,2024-05-31, x "
NAMES = "id,age,income,region,acct,ratio,flag,note,t,empty,day,blank"


def test_predict_leaves_the_cells_as_they_are(house):
    (house / "new.csv").write_text(f"{NAMES}\n{CELLS}\n")
    result = run("predict", "base.json", "new.csv")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[1].rpartition(",")[0] == CELLS
    assert next(csv.reader(io.StringIO(result.stdout))) == [*NAMES.split(","), "probability"]
    assert result.stderr == ""


def test_predict_gives_types_to_other_formats_where_nothing_is_lost(house):
    (house / "new.csv").write_text(f"{NAMES}\n{CELLS}\n")
    for ending in ("parquet", "arrow"):
        assert run("predict", "base.json", "new.csv", "-o", f"out.{ending}").exit_code == 0
        (row,) = read_table(f"out.{ending}").drop_columns("probability").to_pylist()
        assert str(row.pop("day")) == "2024-05-31"
        assert row == {
            "id": "000123", "age": 30, "income": 20.5, "region": "S", "acct": "12345678901234567890", "ratio": 0.1,
            "flag": True, "note": None, "t": "08:30", "empty": None, "blank": " x ",
        }  # fmt: skip


def test_the_same_code_has_the_same_probability_in_every_file(house):
    rng = np.random.default_rng(1)
    codes = rng.choice(["007", "7", "X"], 300)
    rows = [f"{code},{int(rng.random() < {'007': 0.7, '7': 0.2, 'X': 0.5}[code])}" for code in codes]
    (house / "fit.csv").write_text("\n".join(["code,won", *rows]) + "\n")
    assert run("fit", "fit.csv", "-t", "won", "-o", "m.json").exit_code == 0
    found = set()
    for text in ("007\nX\n", "007\n"):
        (house / "new.csv").write_text(f"code\n{text}")
        found.add(run("predict", "m.json", "new.csv").stdout.splitlines()[1])
    assert len(found) == 1
    code, probability = found.pop().split(",")
    assert code == "007"
    observed = np.mean([row == "007,1" for row in rows if row.startswith("007,")])
    np.testing.assert_allclose(float(probability), observed, rtol=1e-9)


@pytest.mark.parametrize(
    ("rows", "delimiter", "note"),
    [
        (["0,5", "1,0", "1,5"], ";", "Column 'dose' was read as numbers, with the comma as decimal point."),
        (['"1,200.00"', '"950.00"'], ",", "with commas as thousands signs."),
        (["5%", "10%"], ",", "with percent signs left out (5% is 5, so an odds ratio is for one percentage point)."),
        (["$5", "$7"], ",", "with the currency sign $ left out."),
        (["01", "02"], ",", "Column 'dose' is read as numbers, although '01' looks like a code."),
        (["1", "2", "3+"], ",", "Column 'dose' is read as categories, because '3+' is not a number."),
        (["a", "b", "?"], ",", "Column 'dose' has the level '?'."),
    ],
)
def test_fit_says_how_a_column_was_read(house, rows, delimiter, note):
    lines = [f"{rows[i % len(rows)]}{delimiter}{i // 3 % 2}" for i in range(90)]
    (house / "dose.csv").write_text("\n".join([f"dose{delimiter}won", *lines]) + "\n")
    result = run("fit", "dose.csv", "-t", "won", "--json")
    assert result.exit_code == 0, result.stderr
    assert note in result.stderr
    assert note.split(".")[0] in str(json.loads(result.stdout)["cautions"])


def test_another_way_of_writing_is_said_by_predict(house):
    (house / "new.csv").write_text("age;income;region\n30;20,5;S\n")
    result = run("predict", "base.json", "new.csv")
    assert result.stderr == "Note: Column 'income' was read as numbers, with the comma as decimal point.\n"
    assert result.stdout.splitlines()[1].startswith('30,"20,5",S,0.')


def test_names_with_blanks(house):
    text = (house / "base.csv").read_text()
    (house / "blanks.csv").write_text(text.replace("age,income,region,won", " age , income , region , won ", 1))
    assert run("fit", "blanks.csv", "-t", "won").exit_code == 0
    assert run("predict", "base.json", "blanks.csv").stdout.startswith('" age "," income "')


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("oops", "column 'income' must contain numbers, but in row 6 it is 'oops'. Correct it or leave it blank."),
        ("5%", "column 'income' must contain numbers, but '5%' has a percent sign and"),
        (".", "column 'income' is missing in 1 of 200 rows (first in row 6)"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_one_bad_score_is_named(house, command, cell, message):
    lines = (house / "base.csv").read_text().splitlines()
    age, _, region, won = lines[6].split(",")
    lines[6] = f"{age},{cell},{region},{won}"
    (house / "bad.csv").write_text("\n".join(lines) + "\n")
    output = ["-o", "c.json"] if command == "calibrate" else []
    result = run(command, "bad.csv", "--score", "income", "--scores", "logits", "--target", "won", *output)
    assert result.exit_code == 3
    assert message in result.stderr


def test_evaluate_reads_decimal_commas_and_says_so(house):
    text = (house / "base.csv").read_text()
    (house / "comma.csv").write_text(text.replace(",", ";").replace(".", ","))
    plain = run("evaluate", "base.csv", "--score", "income", "--scores", "logits", "--target", "won", "--json")
    comma = run("evaluate", "comma.csv", "--score", "income", "--scores", "logits", "--target", "won", "--json")
    assert plain.exit_code == comma.exit_code == 0
    assert plain.stdout == comma.stdout
    assert "Note: Column 'income' was read as numbers, with the comma as decimal point." in comma.stderr


def test_groups_are_told_apart_by_their_text(house):
    lines = (house / "base.csv").read_text().splitlines()
    rows = [f"{line},{'01' if i % 2 else '1'}" for i, line in enumerate(lines[1:])]
    (house / "groups.csv").write_text("\n".join([lines[0] + ",g", *rows]) + "\n")
    result = run(
        "evaluate", "groups.csv", "--score", "income", "--scores", "logits", "--target", "won", "--by", "g", "--json"
    )
    assert sorted(json.loads(result.stdout)["groups"]) == ["01", "1"]


def test_groups_that_are_missing_are_counted(house):
    lines = (house / "base.csv").read_text().splitlines()
    rows = [f"{line},{['NA', 'None', 'a'][i % 3]}" for i, line in enumerate(lines[1:])]
    (house / "groups.csv").write_text("\n".join([lines[0] + ",g", *rows]) + "\n")
    arguments = ["--score", "income", "--scores", "logits", "--target", "won", "--by", "g", "--json"]
    result = run("evaluate", "groups.csv", *arguments)
    assert result.exit_code == 0
    assert {name: group["n"] for name, group in json.loads(result.stdout)["groups"].items()} == {
        "None": 67, "a": 66, "(missing)": 67,
    }  # fmt: skip
