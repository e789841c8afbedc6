"""JSON lines in pieces: the table, the columns that cannot be read, and the messages of the whole file."""

from __future__ import annotations

import gzip
import io
import json
import random
import sys

import numpy as np
import pyarrow as pa
import pytest
from tests.data.test_json_table import random_rows

import verhulst as vh
from verhulst.data import DataError, batches, json_reading, text_source
from verhulst.data.batches import kept_table
from verhulst.data.json_reading import json_pieces
from verhulst.data.read import read_fields
from verhulst.data.unread import unread

EVERYTHING = 1 << 40


def outcome(read):
    """The types, values and unread columns of a table, or the message."""
    try:
        table = read()
    except DataError as error:
        return str(error)
    return [(field.name, field.type) for field in table.schema], table.to_pydict(), unread(table)


ODD = ["null", "1e400", "12345678901234567890", "9007199254740993", "-0", '"007"', '"2024-05-31"', '"é"', "[1, 2]",
       '{"b": [1]}', "true", '"\\ud800"', "1.5", '"a}\\n{b"', "1" + "0" * 80]  # fmt: skip


def odd_lines(draw: random.Random) -> list[str]:
    """Objects of values that may be of several kinds, and further on of other keys."""
    common = {key: draw.choice(ODD) for key in "xyz"}
    lines = []
    for k in range(draw.randint(1, 40)):
        keys = [key for key in ("xyz" if k < 20 else "xyzw") if draw.random() < 0.9]
        cells = {key: draw.choice(ODD) if draw.random() < 0.05 else common.get(key, "1") for key in keys}
        lines.append("{" + ", ".join(f'"{key}": {value}' for key, value in cells.items()) + "}")
    return lines


BROKEN = ['{"x": 1', '{"x": }', "null", "[1]", "2", '{"x": 1, "x": 2}', '{"x": "\udcf6"}', "", "   ", "{}", '{"": 1}',
          '{"x": ' + "[" * 600 + "]" * 600 + "}", '{"x": tru}', "\f"]  # fmt: skip


@pytest.mark.parametrize("seed", range(80))
def test_pieces_say_what_the_whole_says(seed, tmp_path, monkeypatch):
    draw = random.Random(seed)
    if draw.random() < 0.4:
        indent = draw.choice([None, 1])
        lines = [json.dumps(row, indent=indent) for row in random_rows(draw) * draw.randint(1, 8)]
    else:
        lines = odd_lines(draw)
    if draw.random() < 0.3:
        place = draw.randint(1, len(lines))
        lines[place:place] = [draw.choice(BROKEN)] * draw.choice([1, 1, 30])
    text = draw.choice(["\n", "\n", "\r\n", "\n\n", " \n "]).join(lines) + draw.choice(["", "\n", "\n\n"])
    path = tmp_path / "a.jsonl"
    path.write_bytes(draw.choice([b"", b"", b"\xef\xbb\xbf"]) + text.encode(errors="surrogateescape"))
    monkeypatch.setattr(text_source, "CHUNK", draw.choice([40, 200, 1000]))
    monkeypatch.setattr(json_reading, "_ROWS", draw.choice([1, 7, 1000]))
    whole = outcome(lambda: read_fields(path))
    for limit in (EVERYTHING, 1):
        found = str(outcome(lambda limit=limit: kept_table(path, None, limit)))  # where nan is nan
        assert found.replace("-0.0", "0.0") == str(whole).replace("-0.0", "0.0")  # as -0 is to Python's reader


@pytest.mark.parametrize("seed", range(20))
def test_pieces_end_where_objects_end(seed):
    draw = random.Random(seed)
    rows = random_rows(draw) * 3
    text = "\n".join(json.dumps(row, indent=draw.choice([None, 2])) for row in rows).encode()
    size = draw.randint(1, 50)
    cut = list(json_pieces(text[k : k + size] for k in range(0, len(text), size)))
    assert b"".join(cut) == text
    decoder, found = json.JSONDecoder(), []
    for piece in cut:
        place, letters = 0, piece.decode().strip()
        while place < len(letters):
            value, place = decoder.raw_decode(letters, place)
            found.append(value)
            place += len(letters[place:]) - len(letters[place:].lstrip())
    assert found == rows


def lines(rows: int = 3000) -> list[str]:
    rng = np.random.default_rng(0)
    x, k, c = rng.normal(size=rows), rng.integers(0, 5, rows), rng.choice(list("abc"), rows)
    y = rng.random(rows) < vh.sigmoid(x - 0.2 * k)
    return [
        json.dumps({"x": float(a), "k": int(b), "c": str(d), "y": bool(e), "unused": "2024-05-31"})
        for a, b, d, e in zip(x, k, c, y, strict=True)
    ]


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(text_source, "CHUNK", 5000)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "votes.jsonl"
    path.write_text("\n".join(lines()))
    return path


def bits(model):
    return model.fit.coefficients.tobytes(), model.fit.standard_errors.tobytes(), model.design.columns


@pytest.mark.parametrize("limit", [None, 1])
def test_a_fit_is_that_of_the_table(path, limit, monkeypatch):
    kept, real = [], batches.on_scratch
    monkeypatch.setattr(batches, "on_scratch", lambda *given: kept.append(1) or real(*given))
    told: list = []
    model = vh.fit_table(path, "y", columns=["x", "k", "c"], memory_limit=limit, callback=told.append)
    assert bool(kept) == (limit == 1)
    assert bits(model) == bits(vh.fit_table(vh.data.read_table(path), "y", columns=["x", "k", "c"]))
    read = [each for each in told if each.phase == "read"]
    assert (read[-1].rows, read[-1].share) == (3000, 1.0)


def test_compressed_files_and_standard_input(path, tmp_path, monkeypatch):
    expected = bits(vh.fit_table(path, "y", exclude=["unused"]))
    packed = tmp_path / "votes.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert bits(vh.fit_table(packed, "y", exclude=["unused"], memory_limit=1)) == expected
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert bits(vh.fit_table("-", "y", exclude=["unused"])) == expected


def test_whole_numbers_may_be_followed_by_fractions_and_keys_come_late(path, tmp_path):
    rows = [json.loads(line) for line in lines()]
    for row in rows[2000:]:
        row["k"] += 0.5
        row["late"] = 1
    path.write_text("\n".join(map(json.dumps, rows)))
    for limit in (EVERYTHING, 1):
        table = kept_table(path, None, limit)
        assert table.schema.field("k").type == pa.float64()
        assert table.to_pydict() == {key: [row.get(key) for row in rows] for key in rows[-1]}


def test_only_columns_that_are_needed_are_kept(path):
    assert kept_table(path, ["y", "x"], EVERYTHING).column_names == ["x", "y"]
    with pytest.raises(DataError, match=r"there is no column 'ks'. Did you mean 'k'\?"):
        vh.fit_table(path, "y", columns=["x", "ks"])


def test_a_file_that_changes_is_named(path, monkeypatch):
    real = json_reading.explicit_table

    def changing(*given, **more):
        if path.exists():
            path.unlink()
        return real(*given, **more)

    monkeypatch.setattr(json_reading, "explicit_table", changing)
    with pytest.raises(DataError, match=r"votes\.jsonl: was changed while it was read"):
        vh.fit_table(path, "y", exclude=["unused"])
