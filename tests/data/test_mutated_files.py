"""Files with a few bytes changed: a table as an independent reader has it, or an error that names the file."""

import csv
import gzip
import io
import json
import random

import numpy as np
import pyarrow as pa
import pytest

from verhulst.data import DataError, write_table
from verhulst.data.read import read_given
from verhulst.data.unread import refuse_unread

CSV = 'age;note;won\r\n30;"a ""b""";1\r\n41;é;0\r\n\r\n52;"c\r\nd";1\r\n'.encode()
JSON_LINES = b'{"age": 30, "note": "a", "won": true}\n{"age": 41.5, "note": null}\n{"age": 1, "won": false}\n'
COLUMNS = {"age": [30, 41, None], "note": ["a", None, "é"], "won": [True, False, True]}


def mutated(rng: random.Random, content: bytes, printable: bool) -> bytes:
    out = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(out))
        new = rng.choice(b'";,\n\r\t{}[]:0a\\ ') if printable and rng.random() < 0.8 else rng.randrange(256)
        kind = rng.randrange(4)
        if kind == 0:
            out[place] = new
        elif kind == 1:
            out.insert(place, new)
        elif kind == 2 and len(out) > 1:
            del out[place]
        elif kind == 3:
            del out[max(1, len(out) - rng.randint(1, 4)) :]
    return bytes(out)


def one_after_another(text):
    while text := text.strip():
        value, end = json.JSONDecoder().raw_decode(text)
        yield value
        text = text[end:]


def read_or_error(path, content):
    path.write_bytes(content)
    try:
        given = read_given(path)
        refuse_unread(given.table)
        return given
    except DataError as error:
        said = str(error)
    assert path.name in said
    return None


def test_csv(tmp_path):
    rng = random.Random(1)
    tables = 0
    for _ in range(400):
        content = mutated(rng, CSV, True)
        given = read_or_error(tmp_path / "a.csv", content)
        if given is None:
            continue
        tables += 1
        assert given.fields is not None
        cells = given.fields.cells
        text = content.decode()
        delimiter = next(iter(given.table.schema.field(0).metadata.values())).decode()
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        rows = [row or [""] for row in rows] if len(rows[0]) == 1 else [row for row in rows if row]
        while rows[-1] == [""]:
            del rows[-1]
        assert cells.column_names == rows[0], content
        assert [list(row) for row in zip(*[column.to_pylist() for column in cells.columns], strict=True)] == rows[1:]
    assert tables > 150


@pytest.mark.parametrize("array", [False, True])
def test_json(tmp_path, array):
    rng = random.Random(2)
    whole = json.dumps([json.loads(line) for line in JSON_LINES.splitlines()]).encode() if array else JSON_LINES
    tables = 0
    for _ in range(400):
        content = mutated(rng, whole, True)
        given = read_or_error(tmp_path / "a.json", content)
        if given is None:
            continue
        tables += 1
        text = content.decode("utf-8-sig")
        rows = json.loads(text) if array else list(one_after_another(text))
        keys = list(dict.fromkeys(key for row in rows for key in row))
        assert given.table.to_pydict() == {key: [row.get(key) for row in rows] for key in keys}, content
    assert tables > 30


@pytest.mark.parametrize("ending", ["parquet", "arrow", "npy", "csv.gz"])
def test_binary_formats(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    if ending == "npy":
        np.save(path, np.arange(6.0).reshape(3, 2))
    elif ending == "csv.gz":
        path.write_bytes(gzip.compress(CSV, mtime=0))
    else:
        write_table(pa.table(COLUMNS), path)
    whole = path.read_bytes()
    rng = random.Random(3)
    errors = 0
    for _ in range(300):
        given = read_or_error(path, mutated(rng, whole, False))
        if given is None:
            errors += 1
        else:
            given.table.to_pydict()  # every value can be looked at
    assert errors > 100
