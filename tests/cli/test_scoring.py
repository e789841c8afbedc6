"""Scoring goes on where it is asked to, and counts what it leaves out."""

import json

import pytest
from click.testing import CliRunner

from verhulst.cli.group import verhulst

USAGE, DATA = 2, 3


def run(*arguments):
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{'ABCD'[k % 4 if k % 9 else 3]},{k % 28 + 1:02d}.{k % 12 + 1:02d}.2023,{k / 10 - 6},{k * 7 % 11 > 4:d}"
        for k in range(120)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["g,day,x,y", *rows]) + "\n")
    (tmp_path / "new.csv").write_text("g,day,x\nA,01.02.2024,1\nQ,02.02.2024,2\nB,03.02.2024,\nR,04.02.2024,4\n")
    result = run("fit", "t.csv", "-t", "y", "--date", "day=days", "--lump", "30", "-o", "m.json")
    assert result.exit_code == 0, result.stderr
    assert "Note: Column 'g': 3 levels with fewer than 30 rows each (" in result.stderr
    assert "days(day)" in result.stdout
    return tmp_path


# The rows of new.csv that get a prediction, are written without one, and the notes.
ASKED = {
    ("empty", "empty"): ([1], [2, 3, 4], ["2 rows have levels", "Note: 3 of 4 rows have no prediction"]),
    ("reference", "empty"): ([1, 2, 4], [3], ["as the reference level: 'Q' and 'R'", "1 of 4 rows has no prediction"]),
    ("empty", "drop"): ([1], [], ["2 rows have levels", "Note: 3 of 4 rows were left out"]),
    ("reference", "drop"): ([1, 2, 4], [], ["as the reference level", "1 of 4 rows was left out"]),
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize(("unknown", "missing"), ASKED)
def test_rows_that_cannot_be_predicted(model, unknown, missing, only, form):
    from verhulst.data import read_table, write_table

    predicted, empty, notes = ASKED[unknown, missing]
    if form != "csv":
        write_table(read_table("new.csv"), f"new.{form}")
    more = ("--only",) if only else ()
    output = f"out.{form}"
    result = run("predict", "m.json", f"new.{form}", "--unknown", unknown, "--missing", missing, "-o", output, *more)
    assert result.exit_code == 0, result.stderr
    for note in notes:
        assert result.stderr.count(note) == 1, result.stderr
    found = read_table(output).to_pydict()
    assert [value is not None for value in found["probability"]] == [
        row in predicted for row in sorted(predicted + empty)
    ]
    assert only or found["g"] == ["AQBR"[row - 1] for row in sorted(predicted + empty)]


def test_errors_say_how_to_go_on(model):
    result = run("predict", "m.json", "new.csv")
    assert (result.exit_code, "Fill them in, or request nan for these rows (--missing empty)" in result.stderr) == (
        DATA,
        True,
    )
    result = run("predict", "m.json", "new.csv", "--missing", "empty")
    assert (result.exit_code, "--unknown empty or --unknown reference" in result.stderr) == (DATA, True)


def test_evaluate_and_calibrate_leave_rows_out(model):
    rows = [f"{'' if k % 10 == 3 else k / 10 - 3},{'' if k == 5 else int(k * 7 % 11 > 4)},{k % 3}" for k in range(60)]
    (model / "s.csv").write_text("\n".join(["z,y,w", *rows]) + "\n")
    kept = [row for row in rows if ",," not in row and not row.startswith(",")]
    (model / "kept.csv").write_text("\n".join(["z,y,w", *kept]) + "\n")
    for command in (("evaluate",), ("calibrate", "-o", "c.json")):
        asked = ("--score", "z", "--scores", "logits", "-t", "y", "--weights", "w", "--json")
        refused = run(command[0], "s.csv", *asked, *command[1:])
        assert refused.exit_code == DATA
        assert "To leave these rows out: --missing drop." in refused.stderr
        left = run(command[0], "s.csv", *asked, *command[1:], "--missing", "drop")
        assert left.exit_code == 0, left.stderr
        assert "Note: 7 of 60 rows have missing values and were left out: 'y' in 1, 'z' in 6." in left.stderr
        plain = json.loads(run(command[0], "kept.csv", *asked, *command[1:]).stdout)
        assert json.loads(left.stdout) == plain | {"rows_left_out": 7}
    (model / "none.csv").write_text("z,y\n,1\n,0\n")
    result = run("evaluate", "none.csv", "--score", "z", "--scores", "logits", "-t", "y", "--missing", "drop")
    assert (result.exit_code, "no row is left" in result.stderr) == (DATA, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("fit", "t.csv", "-t", "y", "--date", "day"), USAGE, "must have the form COLUMN=PART, such as signup=days"),
        (("fit", "t.csv", "-t", "y", "--date", "day=days", "--date", "day=year"), USAGE, "given twice"),
        (("fit", "t.csv", "-t", "y", "--date", "dy=days"), USAGE, "no column 'dy'. Did you mean 'day'"),
        (("fit", "t.csv", "-t", "y", "--date", "day=hour"), USAGE, "one of 'days', 'year', 'month' and 'weekday'"),
        (("fit", "t.csv", "-t", "y", "--date", "g=days"), DATA, "is no date"),
        (("fit", "t.csv", "-t", "y", "--lump", "-3"), USAGE, "--lump"),
        (("fit", "t.csv", "-t", "y", "--missing", "empty"), USAGE, "--missing"),
        (("predict", "m.json", "new.csv", "--unknown", "drop"), USAGE, "--unknown"),
        (("evaluate", "t.csv", "-t", "y", "--score", "x", "--missing", "empty"), USAGE, "--missing"),
    ],
)
def test_bad_options(model, arguments, code, said):
    result = run(*arguments)
    assert (result.exit_code, said in " ".join(result.stderr.split())) == (code, True), result.stderr
