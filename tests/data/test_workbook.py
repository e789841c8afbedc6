"""Excel workbooks: what is written is read again, and what Excel does to tables is understood."""

import datetime
import sys

import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import DataError, File, OutputError, ReadingWarning, RequestError, read_table, write_table
from verhulst.data.read import read_fields

openpyxl = pytest.importorskip("openpyxl", reason="NOT RUN: openpyxl is not installed")


def book(path, *rows, more=()):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for title in more:
        made.create_sheet(title).append(["a"])
    made.save(path)
    return path


def test_round_trip(tmp_path):
    table = pa.table(
        {
            "n": [1, None, 3], "x": [0.1, 2.0, None], "b": [True, False, True], "d": [datetime.date(2024, 5, 31)] * 3,
            "t": ["=1+1", "a", None],
        }
    )  # fmt: skip
    write_table(table, tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx").to_pydict() == table.to_pydict()


MORE = [[float(k), "0,5", k % 2] for k in range(20)]


def test_a_column_of_text_and_numbers_is_that_of_a_text_file(tmp_path):
    path = book(tmp_path / "t.xlsx", ["x", "g", "y"], [1.5, "1,5", 0], ["oops", "2,5", 1], ["#DIV/0!", "3,5", 1], *MORE)
    with pytest.raises(DataError, match=r"column 'x' .*'oops'"):
        vh.data.learn_design(path, "y", columns="x")
    table = read_fields(File(path, na_values="oops"))
    assert table["x"].to_pylist()[:5] == ["1.5", None, None, "0", "1"]
    with pytest.warns(ReadingWarning, match=r"Column 'g' was read as numbers, with the comma as decimal"):
        design = vh.data.learn_design(table, "y", columns=["x", "g"], missing="drop")
    assert [column.kind for column in design.columns] == ["numeric", "numeric"]


def test_titles_and_sheets(tmp_path):
    path = book(tmp_path / "t.xlsx", ["Export"], [], ["a", "b"], [1, 2], [None, None], more=["other"])
    with (
        pytest.raises(DataError, match=r"empty cells. Name them, or say how many rows .*--skip-lines"),
        pytest.warns(ReadingWarning),
    ):
        read_table(path)
    with pytest.warns(ReadingWarning, match=r"sheet 'Sheet' is read, and not 'other'"):
        assert read_table(File(path, skip_lines=2)).to_pydict() == {"a": [1], "b": [2]}
    with pytest.raises(RequestError, match=r"has no sheet 'othr'. Did you mean 'other'"):
        read_table(File(path, sheet="othr"))
    with pytest.raises(DataError, match="has no rows"):
        read_table(File(path, sheet="other"))


def test_bad_workbooks(tmp_path):
    path = book(tmp_path / "t.xlsx", ["a", "a"], [1, 2])
    with pytest.raises(DataError, match="has 2 columns named 'a'"):
        read_table(path)
    content = path.read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(content[:100] + b"xl/workbook.xml")
    with pytest.raises(DataError, match="the workbook is incomplete or damaged"):
        read_table(tmp_path / "cut.xlsx")
    (tmp_path / "other.xlsx").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(DataError, match="the workbook is incomplete or damaged"):
        read_table(tmp_path / "other.xlsx")
    with pytest.raises(RequestError, match=r"is an Excel workbook; decimal .--decimal. is for CSV"):
        read_table(File(path, decimal=","))
    with pytest.raises(OutputError, match=r"column .a. has control characters"):
        write_table(pa.table({"a": ["\x01"]}), tmp_path / "new.xlsx")
    assert not (tmp_path / "new.xlsx").exists()


def test_without_openpyxl(tmp_path, monkeypatch):
    path = book(tmp_path / "t.xlsx", ["a"], [1])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    for work in (lambda: read_table(path), lambda: write_table(pa.table({"a": [1]}), tmp_path / "u.xlsx")):
        with pytest.raises(RequestError, match=r"openpyxl, which is not installed: pip install .verhulst\[excel\]"):
            work()
