"""Text files that are read a piece at a time: the same tables, messages and warnings as when they are read whole."""

import gzip
import io
import random
import sys
import warnings

import numpy as np
import pyarrow as pa
import pytest

from verhulst.data import DataError, csv_reading, text_source
from verhulst.data.batches import kept_table
from verhulst.data.block import make_block
from verhulst.data.csv_kinds import Layout, read_piece
from verhulst.data.csv_pieces import pieces
from verhulst.data.learn import learn_table
from verhulst.data.read import read_fields
from verhulst.data.request import Roles
from verhulst.data.text_files import open_text

EVERYTHING = 1 << 40

CELLS = {
    "few whole": lambda draw: str(draw.randrange(3)),
    "three decimals": lambda draw: f"{draw.gauss(0, 1):.3f}",
    "all decimals": lambda draw: repr(draw.gauss(0, 1)),
    "words": lambda draw: draw.choice("abc"),
    "codes": lambda draw: f"{draw.randrange(100):03d}",
    "decimal commas": lambda draw: f"{draw.gauss(0, 9):.2f}".replace(".", ","),
    "truth": lambda draw: draw.choice(["true", "false", "TRUE"]),
    "thousands?": lambda draw: f"{draw.randrange(1, 9)}.{draw.randrange(1000):03d}",
    "thousands": lambda draw: draw.choice(
        [str(draw.randrange(500)), f"{draw.randrange(1, 9)}.{draw.randrange(1000):03d}"]
    ),
    "commas": lambda draw: f"{draw.randrange(1, 9)},{draw.randrange(1000):03d}",
    "blanks": lambda draw: f" {draw.randrange(100)} ",
    "odd": lambda draw: draw.choice(
        ["1e5", "1E2", "3", "0x10", "+4930123456", "12345678901234567", "1e-05", "inf", "NAN"]
    ),
    "percent": lambda draw: f"{draw.randrange(99)}%",
    "currency": lambda draw: f"${draw.randrange(99)}",
    "dates": lambda draw: f"2024-0{draw.randrange(1, 9)}-11",
    "dates without signs": lambda draw: f"2024051{draw.randrange(9)}",
    "text": lambda draw: draw.choice(["x y", 'q"q', "a,b", "a;b", "l\nm", "l\r\nm", "ä"]),
    "empty": lambda draw: "",
    "zeros": lambda draw: draw.choice(["0.5", "-0.25", "00.5", "-0", "-05"]),
}
MARKS = ["", "NA", "nan", "NULL", ".", "-", "?", "None", "n/a"]


def columns(draw: random.Random) -> list[list[str]]:
    rows = draw.choice([1, 3, 8, 30, 120])
    found = []
    for _ in range(draw.randrange(1, 5)):
        one, other = (CELLS[draw.choice(list(CELLS))] for _ in range(2))
        column = [one(draw) for _ in range(rows)]
        change = draw.randrange(6)
        if change == 0:
            mark = draw.choice(MARKS)
            column = [mark if draw.random() < 0.1 else cell for cell in column]
        elif change == 1:
            column[draw.randrange(rows // 2, rows)] = other(draw)
        elif change == 2:
            column[rows * 2 // 3 :] = [other(draw) for _ in column[rows * 2 // 3 :]]
        found.append(column)
    return [*found, [draw.choice("01") for _ in range(rows)]]


def written(draw: random.Random) -> tuple[bytes, list[str]]:
    """A file with the target y, in some dialect and encoding; now and then with a line of the wrong length."""
    table = columns(draw)
    names = [*(f"c{k}" for k in range(len(table) - 1)), "y"]
    if draw.random() < 0.05:
        names[0] = " c0 "
    return encoded(draw, names, table), [name.strip() for name in names]


def encoded(draw: random.Random, names: list[str], table: list[list[str]]) -> bytes:
    delimiter, quoting = draw.choice(",,;\t"), draw.randrange(4)

    def cell(text: str) -> str:
        unquoted = quoting == 2 and not any(sign in text for sign in f"{delimiter}\r\n")
        if unquoted or not (quoting == 0 or any(sign in text for sign in f'{delimiter}\r\n"') or draw.random() < 0.1):
            return text
        return '"' + text.replace('"', '""') + '"'

    rows = [names, *zip(*table, strict=True)]
    lines = [delimiter.join(map(cell, row)) for row in rows]
    if draw.random() < 0.05:
        lines.insert(draw.randrange(1, len(lines) + 1), "")
    if draw.random() < 0.05 and len(lines) > 1:
        lines[draw.randrange(1, len(lines))] += delimiter + "9"
    end = draw.choice(["\n", "\n", "\r\n", "\r"])
    text = end.join(lines) + end * draw.choice([0, 1, 1, 1, 2])
    return text.encode(draw.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))


def outcome(table, **options):
    """What a table becomes, what is warned of, or what is said to be wrong."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            design, read = learn_table(table(), Roles("y", **options))
            block = make_block(design, read, in_place=True)
            found = (design, np.asarray(block.X).tobytes(), block.y.tolist())
        except DataError as error:
            found = (type(error), str(error))
    return found, sorted(str(warning.message) for warning in caught)


@pytest.mark.parametrize("seed", range(150))
def test_pieces_say_what_the_whole_says(seed, tmp_path, monkeypatch):
    """Whatever the cells, the dialect, the pieces, and where the batches are kept."""
    draw = random.Random(seed)
    path = tmp_path / "votes.csv"
    content, names = written(draw)
    path.write_bytes(content)
    options = {}
    if draw.random() < 0.2:
        options["categorical"] = ["c0"]
    if draw.random() < 0.3:
        options["missing"] = "drop"
    needed = None
    if draw.random() < 0.3:
        needed = [name for name in names[1:] if draw.random() < 0.7 or name == "y"] + names[:1]
        options["columns"] = [name for name in needed if name != "y"]
    monkeypatch.setattr(text_source, "CHUNK", draw.choice([40, 100, 300, 1000]))
    monkeypatch.setattr(csv_reading, "_ROWS", draw.choice([1, 50, 1 << 16]))
    monkeypatch.setattr(csv_reading, "_FEW", draw.choice([1, 30, 1 << 15]))
    limit = draw.choice([1, EVERYTHING])
    texts = ["y", *options.get("categorical", ())]
    whole = outcome(lambda: read_fields(path), **options)
    assert outcome(lambda: kept_table(path, needed, limit, texts=texts), **options) == whole


@pytest.mark.parametrize("seed", range(20))
def test_pieces_end_where_records_end(seed):
    draw = random.Random(seed)
    table = [
        [draw.choice(["a", '"b"', '"x\ny"', '"q""r"', '"\r\n"', 'in"ch', "", '""']) for _ in range(3)]
        for _ in range(40)
    ]
    end = draw.choice(["\n", "\r\n", "\r"])
    lines = [",".join(row) for row in table]
    text = end.join(lines).encode()
    cut = draw.choice([1, 2, 3, 7, 50])
    chunks = [text[k : k + cut] for k in range(0, len(text), cut)]
    found = [piece.content for piece in pieces(chunks, ",", blank_lines=False, longest=1000)]
    assert b"".join(found) == text + b"\n"
    starts = {0, *np.cumsum([len((line + end).encode()) for line in lines]).tolist()}
    assert {0, *np.cumsum([len(piece) for piece in found]).tolist()[:-1]} <= starts


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("1", "whole"), ("-17", "whole"), ("0", "whole"), ("1.5", "plain"), ("-0.5", "plain"), ("1e-05", "unclear"),
        ("1.234", "unclear"), ("007", "text"), ("-007", "text"), ("00.5", "text"), ("1E2", "text"), ("0x1F", "text"),
        ("+4930123456", "text"), ("9007199254740993", "text"), ("12345678901234567890", "text"), ("1,5", "text"),
        ("a", "text"), ('"007"', "text"), (" 007", "text"), ("inf", "unclear"), ("NA", "whole"),
    ],
)  # fmt: skip
def test_kinds_of_columns(cell, kind):
    """Only numbers whose text says nothing more are read without it, whatever stands around."""
    layout = Layout(";", ("a", "b", "c"))
    for content in (f"{cell};2;3\n", f"1;{cell};3\n", f"1;2;3\n4;5;{cell}\n"):
        found = read_piece(content.encode(), layout, dict.fromkeys("abc", "whole"), False)
        assert kind in found.kinds.values(), content
        assert sorted(found.kinds.values()) == sorted([kind, "whole", "whole"])


@pytest.fixture
def numbers(tmp_path):
    """A file of 2,000 rows in many pieces, which fits as its table does."""
    rng = np.random.default_rng(0)
    rows = [
        f"{x:.6f},{k},{'ab'[k % 2]},{int(u < 0.5)}"
        for x, k, u in zip(rng.normal(size=2000), rng.integers(0, 9, 2000), rng.random(2000), strict=True)
    ]
    path = tmp_path / "votes.csv"
    path.write_text("x,k,g,y\n" + "\n".join(rows) + "\n")
    return path


def test_standard_input_and_compressed_files(numbers, monkeypatch, tmp_path):
    monkeypatch.setattr(text_source, "CHUNK", 1000)
    monkeypatch.setattr(text_source, "_SPOOLED", 10)
    text = numbers.read_bytes().replace(b"\n1", b"\n1")
    # A code in the last row: the numbers before it are read once more, as text.
    text += b"007,3,a,1\n"
    numbers.write_bytes(text)
    packed = tmp_path / "votes.csv.gz"
    packed.write_bytes(gzip.compress(text))
    whole = outcome(lambda: read_fields(numbers))
    assert "although '007' looks like a code" in whole[1][0]
    found = outcome(lambda: kept_table(packed, None, 1))
    assert found[0][1:] == whole[0][1:]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert outcome(lambda: kept_table("-", None, 1))[0][1:] == whole[0][1:]


def test_other_formats_on_standard_input_are_read_whole(monkeypatch):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([("x", pa.int64())])) as writer:
        writer.write_batch(pa.record_batch({"x": [1, 2]}))
    for content in (sink.getvalue().to_pybytes(), b'{"x": 1}\n{"x": 2}\n', gzip.compress(b'{"x": 1}\n{"x": 2}\n')):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert kept_table("-", None, EVERYTHING).to_pydict() == {"x": [1, 2]}


def test_batches_have_words_of_their_own_rows_only(tmp_path, monkeypatch):
    monkeypatch.setattr(text_source, "CHUNK", 1000)
    monkeypatch.setattr(csv_reading, "_ROWS", 64)
    path = tmp_path / "t.csv"
    path.write_text("id,y\n" + "".join(f"u{k},{k % 2}\n" for k in range(2000)))
    files = open_text(str(path), None).csv_files()
    batches = [batch["id"] for batch in csv_reading.CsvReading(files, ["id"], ["id"]).batches()]
    assert len(batches) == 32
    assert max(len(batch.dictionary) for batch in batches) < 300  # those of a piece, and of what was left of the last
    assert pa.concat_arrays([batch.dictionary_decode() for batch in batches]).to_pylist() == [
        f"u{k}" for k in range(2000)
    ]
