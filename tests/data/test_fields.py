"""Text files are read as text: every cell as it stands, missing only where the file says so."""

import pytest

from verhulst.data import DataError, read_table
from verhulst.data.fields import delimiter_of
from verhulst.data.read import read_given


def given(tmp_path, text: str):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    return read_given(path)


def test_cells_are_as_in_the_file(tmp_path):
    read = given(tmp_path, 'id;  b ;c\n000123; 20.50 ;True\n12345678901234567890;NA;""\n1E2;;"x;y"\n')
    assert read.fields is not None
    assert read.fields.cells.to_pydict() == {
        "id": ["000123", "12345678901234567890", "1E2"],
        "  b ": [" 20.50 ", "NA", ""],
        "c": ["True", "", "x;y"],
    }
    assert read.table.to_pydict() == {
        "id": ["000123", "12345678901234567890", "1E2"],
        "b": [" 20.50 ", None, None],
        "c": ["True", "", "x;y"],
    }
    assert delimiter_of(read.table, "b") == ";"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\nNA,1\n,2\n", [None, None]),
        ('a,b\n"NA",1\n"",2\n', ["NA", ""]),
        ('a,b\n"NA",1\nNA,2\n', ["NA", None]),
        ('"a","b"\n"NA","1"\n"","2"\n', [None, None]),
        ('a,b\r\n"NA","1"\r\n"","2"\r\n', [None, None]),
        ('"a","b"\n"NA","1"\n"",\n', ["NA", ""]),
        ('"a","b\nb"\n"NA","1\n""2"""\n"","2"\n', [None, None]),
    ],
)
def test_quotes_mean_something_unless_every_cell_has_them(tmp_path, text, expected):
    assert given(tmp_path, text).table["a"].to_pylist() == expected


def test_quotes_in_the_last_cell_decide_too(tmp_path):
    assert given(tmp_path, '"aa","b"\n"NA","x,""y"\n"","2"\n').table["aa"].to_pylist() == [None, None]
    assert given(tmp_path, '"aa","b"\n"NA","x,""y"\n"",2\n').table["aa"].to_pylist() == ["NA", ""]


def test_types_are_given_only_where_nothing_is_lost(tmp_path):
    read = given(
        tmp_path, "a,b,c,d,e,f,g\n007,12345678901234567890,20.50,TRUE,2024-05-31,1,NA\n10,1,3,false,2024-06-01,0,\n"
    )
    assert read.typed().to_pydict() | {"e": None} == {
        "a": ["007", "10"],
        "b": ["12345678901234567890", "1"],
        "c": [20.5, 3],
        "d": [True, False],
        "e": None,
        "f": [1, 0],
        "g": [None, None],
    }
    assert str(read.typed().schema.field("e").type) == "date32[day]"


@pytest.mark.parametrize("code", ["0x1F", "0XFF", "1E2", "+4930123456", "007", "-007"])
def test_codes_keep_their_text_where_types_are_given(tmp_path, code):
    assert given(tmp_path, f"id,x\n{code},1\n8,2\n").typed()["id"].to_pylist() == [code, "8"]


def test_names_that_differ_by_blanks_only(tmp_path):
    (tmp_path / "a.csv").write_text("a, a\n1,2\n")
    with pytest.raises(DataError, match=r"has 2 columns named 'a'; rename them"):
        read_table(tmp_path / "a.csv")
