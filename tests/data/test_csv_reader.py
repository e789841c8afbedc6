"""The CSV reader against Python's csv module: delimiters, quotes, line ends, blank lines, and where blocks end."""

import contextlib
import csv
import io
import random

import pytest

import verhulst as vh
from verhulst.data import DataError, read_table
from verhulst.data.csv_dialect import find_dialect
from verhulst.data.delimited import read_delimited
from verhulst.data.unread import refuse_unread

PIECES = ["a", "b", "\r\n", "\n", "\r", ",", '""', "é", " ", ";"]


def random_file(rng: random.Random, columns: int, line_end: str, rows: int = 4) -> str:
    """Names and rows, with values in quotes that hold anything."""

    def value() -> str:
        if rng.random() < 0.6:
            return '"' + "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 4))) + '"'
        return rng.choice(["x", "yy", ""])

    lines = [",".join(f"c{i}" for i in range(columns))]
    lines += [",".join(value() for _ in range(columns)) for _ in range(rows)]
    return line_end.join([*lines[:-1], lines[-1] or "x"])


def by_python(text: str) -> list[list[str]]:
    """The columns' values; a blank line is a row in a file of one column only."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    rows = [row or [""] for row in rows] if len(rows[0]) == 1 else [row for row in rows if row]
    return [list(column) for column in zip(*rows[1:], strict=True)]


def by_us(text: str) -> list[list[str]]:
    return [column.to_pylist() for column in read_delimited(text.encode(), "a.csv", ",").cells.columns]


@pytest.mark.parametrize("power", [4, 5, 6, 20])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_file_is_read_as_python_reads_it_wherever_blocks_end(power, line_end, monkeypatch):
    monkeypatch.setattr("verhulst.data.csv_blocks._SMALLEST", power)
    rng = random.Random(f"{power} {line_end}")
    for _ in range(60):
        text = random_file(rng, rng.randint(1, 3), line_end)
        assert by_us(text) == by_python(text), repr(text)


@pytest.mark.parametrize("columns", [1, 2])
def test_every_byte_of_interest_on_the_edge_of_a_block(columns):
    edge = 1 << 20
    more = ",1" if columns == 2 else ""
    record = f'"l,""\r\nr\n\r"{more}\r\n'
    line = f"plain{more}\n"
    start = "note,won\n"[: 9 if columns == 2 else 4].rstrip(",") + ("" if columns == 2 else "\n")
    for place in range(1, len(record)):
        # The byte at `place` of the record is the first of the second block.
        room = edge - place - len(start)
        text = start + line * (room // len(line) - 2)
        text += f"{'p' * (edge - place - len(text) - len(more) - 1)}{more}\n" + record + line * 3
        assert text.encode()[edge : edge + 1] == record[place].encode()
        assert by_us(text)[0][-4:] == ['l,"\r\nr\n\r', "plain", "plain", "plain"]


def test_values_longer_than_a_block():
    text = 'a,b\n1,"' + "x,\r\n" * 700_000 + '"\n2,y\n'
    assert by_us(text) == [["1", "2"], ["x,\r\n" * 700_000, "y"]]
    name = "n" * (1 << 21)
    assert read_delimited(f"{name},b\n1,2\n".encode(), "a.csv").table.column_names == [name, "b"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("age\n30\n\n50\n", ["30", None, "50"]),
        ('age\n30\n""\n50\n', ["30", None, "50"]),
        ('"age"\n"30"\n""\n"50"\n', ["30", None, "50"]),
        ("age\r\n30\r\n\r\n50\r\n\r\n\r\n", ["30", None, "50"]),
        ('age\n30\n\n""\n\n', ["30", None, None]),
        ("age\n\n30", [None, "30"]),
        ('age\nNA\n"NA"\n', [None, "NA"]),
    ],
)
def test_blank_lines_of_one_column_are_missing_values(content, expected):
    assert read_delimited(content.encode(), "a.csv").table["age"].to_pylist() == expected


def test_blank_lines_of_several_columns_are_no_rows_but_lines():
    content = 'a,b\n\n1,"x\ny"\n\n\n2\n'
    assert read_delimited(content[:-2].encode(), "a.csv").table.num_rows == 1
    with pytest.raises(DataError, match=r"line 7 \(row 2\) has 1 value where the first line names 2 columns"):
        read_delimited(content.encode(), "a.csv")


@pytest.mark.parametrize(
    ("content", "delimiter", "names"),
    [
        ("a;Income, gross\n1;20\n", ";", ("a", "Income, gross")),
        ("Income, gross;age\n20,5;30\n3,5;31\n", ";", ("Income, gross", "age")),
        ("Last, First;City\nSmith, Bob;Paris\n", ";", ("Last, First", "City")),
        ("a;b\n1,5;2,5\n", ";", ("a", "b")),
        ("Income (USD; gross),age\n1,2\n", ",", ("Income (USD; gross)", "age")),
        ("a,b|c\n1,x|y\n", ",", ("a", "b|c")),
        ("id\tname, title\n1\tBond, James\n", "\t", ("id", "name, title")),
        ("a|b\n1|x,y\n", "|", ("a", "b")),
        ("sep=;\na,b;c\n1,2;3\n", ";", ("a,b", "c")),
        ('"sep=|"\r\na|b\r\n1|2\r\n', "|", ("a", "b")),
        ("sep=\t\r\na\tb\r\n1\t2\r\n", "\t", ("a", "b")),
        ("tags\na;b\nc;d\n", ",", ("tags",)),
        ("a,b;c\n1,2\n3\n4,5\n", ",", ("a", "b;c")),
        ("a, b\n1, 2\n", ",", ("a", " b")),
    ],
)
def test_the_delimiter_is_the_one_that_fits_the_first_lines(content, delimiter, names):
    found = find_dialect(content.encode())
    assert (found.delimiter, found.names) == (delimiter, names)
    byte_order_mark = find_dialect(b"\xef\xbb\xbf" + content.encode())
    assert (byte_order_mark.delimiter, byte_order_mark.names) == (delimiter, names)


def test_rows_after_a_line_that_says_the_delimiter(tmp_path):
    (tmp_path / "a.csv").write_bytes("sep=;\r\nname;b\r\nü;2\r\n".encode("utf-16"))
    assert read_table(tmp_path / "a.csv").to_pydict() == {"name": ["ü"], "b": [2]}
    with pytest.raises(DataError, match=r"line 4 \(row 2\) has 1 value .* separated by semicolons"):
        read_delimited(b"sep=;\na;b\n1;2\n3\n", "a.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'a,b\n1,2\n3,"x\n4,5\n', r"line 3 \(row 2\) has a quotation mark that is never closed"),
        (b'a\n"x\n\n', r"line 2 \(row 1\) has a quotation mark that is never closed"),
        (b'a,b\n1,"', r"line 2 \(row 1\) has a quotation mark that is never closed"),
        (b'a,b\n5" disk,"x""\n', r"line 2 \(row 1\) has a quotation mark that is never closed"),
        (b'a,b\n1,2\n"3,x\n4,5\n', r"line 3 \(row 2\) has a quotation mark that is never closed"),
        (b"Gr\xf6\xdfe,won\n1,0\n", r"line 1: the text is not UTF-8. Save the file as UTF-8 \(for instance: iconv"),
        (b'a,b\n"x\ny",1\n\n\xf6,2\n', r"line 5 \(row 2\), column 'a': the text is not UTF-8"),
        (b"a,b\n1,2\n3,\x00\n", r"line 3 contains a NUL character \(byte 10\)"),
        (b"Export of 5 May,,,\na,b,c,d\n", r"leaves 3 of 4 without a name. Name them; if it is a title, leave it out"),
        (b"Export of 5 May\na,b\n1,2\n", r"line 2 \(row 1\) has 2 values .* Or is the first line a title"),
        (b"\xff\xfea\x00\x00", r"begins as UTF-16 text does, but is not readable as such: truncated data at byte 4"),
        (b"\xef\xbb\xbf", r"the first line, which should name the columns, is blank"),
    ],
)
def test_files_with_a_fault_are_told_its_place(content, message):
    with pytest.raises(DataError, match=message):
        refuse_unread(read_delimited(content, "a.csv").table)


@pytest.mark.parametrize("value", ['"', '""', 'x"', '"x', "", "\n", 'a\n"', "x\n\n"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_closed_quotes_at_the_end_are_closed(value, end):
    quoted = '"' + value.replace('"', '""') + '"'
    assert by_us(f"a,b\n1,{quoted}{end}") == [["1"], [value]]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("cell", ["", "NA", '""', '"NA"', "x"])
@pytest.mark.parametrize("before", ["y", '"y"', ""])
def test_a_last_cell_is_missing_at_the_end_of_the_file_as_elsewhere(before, cell, end):
    text = f'a,b\n{before},{cell}\n"z",z\n{before},{cell}{end}'
    values = read_delimited(text.encode(), "a.csv").table["b"].to_pylist()
    expected = None if cell in ("", "NA") else cell.strip('"')
    assert values == [expected, "z", expected]


NAMES = ["a", " b ", "c,d", 'e"f', 'g""h', "line\r\nend", "1", "007", "é", "x;y", "inf"]


def test_columns_are_text_under_their_names_whatever_the_names_are():
    rng = random.Random(5)
    for _ in range(200):
        names = rng.sample(NAMES, rng.randint(1, 4))
        delimiter, end = rng.choice([",", ";", "\t", "|"]), rng.choice(["\n", "\r\n", "\r"])
        in_quotes = ['"' + name.replace('"', '""') + '"' for name in names]
        # A name without quotes around it may hold them.
        header = [name if rng.random() < 0.5 and not set(name) & set(",;\r\n") else quoted for name, quoted in
                  zip(names, in_quotes, strict=True)]  # fmt: skip
        marks = "\N{ZERO WIDTH NO-BREAK SPACE}" * rng.choice([0, 0, 1, 2])
        text = marks + end.join(delimiter.join(line) for line in [header, ["007"] * len(names)]) + end
        cells = read_delimited(text.encode(), "a.csv", delimiter).cells
        assert cells.to_pydict() == {name: ["007"] for name in names}, text


class NotSplit(Exception):
    pass


def read_closed(text):
    """The cells; an error is `NotSplit`, but for one that speaks of a quotation mark that is never closed."""
    try:
        return read_delimited(text.encode(), "a.csv").cells
    except DataError as error:
        if "never closed" in str(error):
            raise
        raise NotSplit from None


def test_the_delimiter_of_the_smallest_files_is_one_that_leaves_no_quotation_mark_open():
    rng = random.Random(6)
    for _ in range(1200):
        delimiter = rng.choice(",;\t|")
        quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
        columns, rows = rng.randint(1, 4), rng.randint(1, 3)
        cells = [
            ["".join(rng.choices('ab1,;\t| "\n.', k=rng.randint(0, 5))) for _ in range(columns)] for _ in range(rows)
        ]
        names = [f"n{i}{cell.strip()}" for i, cell in enumerate(cells[0])]
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows([names, *cells])
        quoted = columns > 1 and quoting != csv.QUOTE_MINIMAL
        # Names without quotes around them may look like two.
        with contextlib.nullcontext() if quoted else contextlib.suppress(NotSplit):
            read = read_closed(text.getvalue())
        if quoted:
            assert [list(row) for row in zip(*read.to_pydict().values(), strict=True)] == cells, repr(text.getvalue())


def test_a_byte_order_mark_of_a_value_is_text(tmp_path):
    """Only that at the start of the file is none, also where a piece of the file begins with a value."""
    rows = ["\ufeffb,0", "c,1", "\ufeffb,1", "c,0"]
    (tmp_path / "marks.csv").write_text("\ufefflevel,y\n" + "\n".join(rows) + "\n", encoding="utf-8")
    model = vh.fit_table(tmp_path / "marks.csv", "y", categorical=["level"], C=1.0)
    assert model.design.columns[0].levels == ("c", "\ufeffb")
