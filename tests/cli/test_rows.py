"""Rows in messages are those of the file: the first row of data is row 1, for every command and every fault."""

import pytest
from click.testing import CliRunner

from verhulst.cli.group import verhulst

ROWS = 12
SCORES = ["--score", "x", "--target", "y"]
# The command, and the text of the column `x` in the bad row.
FAULTS = {
    "fit, infinite": (["fit", "d.csv", "-t", "y", "-c", "x"], "x", "inf"),
    "fit, weight": (["fit", "d.csv", "-t", "y", "-c", "x", "--weights", "w"], "w", "-1"),
    "fit, missing": (["fit", "d.csv", "-t", "y", "-c", "x"], "x", ""),
    "fit, not a number": (["fit", "d.csv", "-t", "y", "-c", "x"], "x", "1O"),
    "fit, offset": (["fit", "d.csv", "-t", "y", "-c", "x", "--offset", "w"], "w", "inf"),
    "predict, missing": (["predict", "m.json", "d.csv"], "x", ""),
    "predict, infinite": (["predict", "m.json", "d.csv"], "x", "inf"),
    "predict, not a number": (["predict", "m.json", "d.csv"], "x", "oops"),
}
for _command in (["evaluate"], ["calibrate", "-o", "c.json"]):
    for _kind, _column, _cell in (
        ("probabilities", "x", "1.5"),
        ("probabilities", "w", "-1"),
        ("probabilities", "w", "inf"),
        ("probabilities", "x", ""),
        ("probabilities", "x", "oops"),
    ):
        _words = [_command[0], "d.csv", *_command[1:], *SCORES, "--scores", _kind, "--weights", "w"]
        FAULTS[f"{_command[0]}, {_column}={_cell}"] = (_words, _column, _cell)


@pytest.mark.parametrize("row", [1, 5, ROWS])
@pytest.mark.parametrize("name", FAULTS)
def test_rows_are_counted_from_one(tmp_path, monkeypatch, name, row):
    arguments, column, cell = FAULTS[name]
    monkeypatch.chdir(tmp_path)
    cells = [{"x": f"0.{50 + i}", "w": "1", "y": str(i // 2 % 2)} for i in range(ROWS)]
    text = ["x,w,y", *(",".join(each.values()) for each in cells)]
    (tmp_path / "d.csv").write_text("\n".join(text) + "\n")
    if arguments[0] == "predict":
        assert CliRunner().invoke(verhulst, ["fit", "d.csv", "-t", "y", "-c", "x", "-o", "m.json"]).exit_code == 0
    cells[row - 1][column] = cell
    text = ["x,w,y", *(",".join(each.values()) for each in cells)]
    (tmp_path / "d.csv").write_text("\n".join(text) + "\n")
    result = CliRunner().invoke(verhulst, arguments)
    assert result.exit_code == 3, result.output
    assert f"row {row}" in result.stderr.replace(f"row {row}0", "")
    assert f"row {row - 1}" not in result.stderr.replace(f"row {row}", "")


def test_a_byte_order_mark_of_a_value_is_kept(tmp_path):
    (tmp_path / "d.csv").write_text("age;vote\n20;0\n30;1\n40;0\n50;1\n", encoding="utf-8")
    (tmp_path / "new.csv").write_text("\ufeffnote;age\n\ufeffa;20\n\ufeffb;30\n", encoding="utf-8")
    model = str(tmp_path / "m.json")
    assert CliRunner().invoke(verhulst, ["fit", str(tmp_path / "d.csv"), "-t", "vote", "-o", model]).exit_code == 0
    lines = CliRunner().invoke(verhulst, ["predict", model, str(tmp_path / "new.csv")]).stdout.splitlines()
    assert [line.split(",")[:2] for line in lines] == [['"note"', '"age"'], ["\ufeffa", "20"], ["\ufeffb", "30"]]
