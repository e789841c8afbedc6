"""Read JSON into Arrow tables: one object per line, or one array of objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from verhulst.data.column_array import HALF, column_array, is_unicode
from verhulst.data.errors import DataError
from verhulst.data.text import NOT_UTF8, is_utf8
from verhulst.data.unread import with_unread

if TYPE_CHECKING:
    import pyarrow as pa

_BLANK = b"\xef\xbb\xbf \t\r\n"
# A null where an object should be: Arrow's reader crashes, or takes it for a row.
_NULL = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|})[ \t\r\n]*null")
_NOT_BLANK = re.compile(r"[^ \t\r\n]")
# Arrow's reader takes quadratic time for deeper nesting, and crashes from a depth of about 10,000 on.
_DEEPEST = 500
_COUNTED = 1 << 22  # bytes at a time


def read_json(content: pa.Buffer, name: str) -> pa.Table:
    """Read JSON lines, or one JSON array of objects, into an Arrow table.

    Its columns are the keys of all objects, in the order in which they first appear; if an object lacks one, the value
    is missing. Integers of any size keep their digits, and text is not read as a time.

    Parameters
    ----------
    content : pyarrow.Buffer
        The whole file.
    name : str
        The name of the file in messages.

    Raises
    ------
    DataError
        If it is not JSON, does not consist of objects, or a key occurs twice in one object.

    Notes
    -----
    A column that has values of two kinds, or numbers that are too large, is kept out of the table as `unread`.
    """
    import pyarrow as pa

    start = content.slice(0, min(content.size, 1 << 12)).to_pybytes().lstrip(_BLANK)
    table = None if start.startswith(b"[") else inferred_table(content)
    if table is None or not all(map(keeps_digits, table.columns)):
        rows = objects(content, name, start.startswith(b"["))
        refuse_whole_table(rows, name)
        names = list(dict.fromkeys(key for row in rows for key in row))
        if rows and not names:
            raise DataError(f"{name}: {NO_COLUMNS}")
        refuse_half_names(names, name)
        columns, reasons = {}, {}
        for key in names:
            try:
                columns[key] = column_array([row.get(key) for row in rows], key, f"{name}: ")
            except DataError as error:
                reasons[key] = str(error)
        table = with_unread(pa.table(columns), reasons)
    elif table.num_rows == 1:
        refuse_whole_table(table.to_pylist(), name)
    return table


NO_COLUMNS = "has no columns: its objects are empty."


def refuse_half_names(names: Iterable[str], name: str) -> None:
    """Raise if a key cannot be the name of a column."""
    if not all(map(is_unicode, names)):
        raise DataError(f"{name}: the name of a column contains {HALF}.")


def refuse_whole_table(rows: list[dict[str, Any]], name: str) -> None:
    """Raise if the only object of a file holds columns, not values."""
    if len(rows) == 1 and rows[0] and all(isinstance(value, dict | list) for value in rows[0].values()):
        raise DataError(
            f"{name}: is one JSON object with the whole table, but one object for each row is needed. (In "
            f"pandas: to_json(path, orient='records').)"
        )


def inferred_table(content: pa.Buffer) -> pa.Table | None:
    """Read with Arrow's quick reader; None if it fails (Python's says where), or there are no columns."""
    import pyarrow as pa

    table = _by_arrow(content, None)
    if table is None:
        return None
    times = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
    if times:
        order = table.column_names
        table = _by_arrow(content, pa.schema([(each, pa.string()) for each in times]))
        table = None if table is None else table.select(order)
    return table


def explicit_table(content: pa.Buffer, schema: pa.Schema, *, only: bool = False) -> pa.Table | None:
    """Read with Arrow's quick reader what is known of some columns, or these alone; None if it fails or is new text."""
    import pyarrow as pa

    table = _by_arrow(content, schema, "ignore" if only else "infer")
    return None if table is None or any(pa.types.is_timestamp(each) for each in table.schema.types) else table


def _by_arrow(content: pa.Buffer, schema: pa.Schema | None, others: str = "infer") -> pa.Table | None:
    import pyarrow as pa
    from pyarrow import json as arrow_json

    if not _is_flat(content) and (_depth(content) > _DEEPEST or _NULL.search(memoryview(content))):
        return None
    if not is_utf8(content):
        return None
    # Arrow supports objects of at most one block.
    read = arrow_json.ReadOptions(block_size=min(max(content.size, 1 << 20), 1 << 26))
    parse = arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior=others)
    try:
        table = arrow_json.read_json(pa.BufferReader(content), read, parse)
    except (pa.ArrowException, ValueError):
        return None
    return table if table.num_columns else None


def _is_flat(content: pa.Buffer) -> bool:
    """Whether every object begins behind the end of another, in the line before, and there are no lists.

    Then there is no nesting, and nothing stands between the objects.
    """
    first = content.slice(0, 1).to_pybytes()
    last = content.slice(max(0, content.size - 64)).to_pybytes().rstrip()
    if first != b"{" or not last.endswith(b"}"):
        return False
    opened = followed = 0
    for start in range(0, content.size, _COUNTED):
        text = content.slice(start, min(_COUNTED + 2, content.size - start)).to_pybytes()
        if b"[" in text:
            return False
        opened += text.count(b"{", 0, _COUNTED)
        followed += text.count(b"}\n{")  # which begin within the first `_COUNTED`
    return opened == followed + 1


def _depth(content: pa.Buffer) -> int:
    """Return an upper bound on the nesting depth of brackets, counting those in text too."""
    everything = np.frombuffer(content, dtype=np.uint8)
    depth = lowest = deepest = 0
    for start in range(0, len(everything), 1 << 22):
        low = everything[start : start + (1 << 22)] | 0x20  # [ as {, ] as }
        steps = np.where(low[(low == ord("{")) | (low == ord("}"))] == ord("{"), 1, -1)
        if len(steps):
            depths = depth + np.cumsum(steps)
            lows = np.minimum(np.minimum.accumulate(depths), lowest)
            deepest = max(deepest, int((depths - lows).max()))
            depth, lowest = int(depths[-1]), int(lows[-1])
    return deepest


def keeps_digits(column: pa.ChunkedArray) -> bool:
    """Whether no integer became a double that may differ from it."""
    import pyarrow as pa

    return not (pa.types.is_floating(column.type) and (np.abs(column.to_numpy()) >= 2**53).any())


@dataclass(frozen=True)
class Before:
    """What comes before a piece of a file: lines, characters, and objects."""

    lines: int = 0
    letters: int = 0
    rows: int = 0


START = Before()


def objects(content: pa.Buffer, name: str, array: bool = False, before: Before = START) -> list[dict[str, Any]]:
    """Return the objects of a file or of a piece of it, read by Python's reader."""
    try:
        text = str(memoryview(content), "utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + before.lines + content.slice(0, error.start).to_pybytes().count(b"\n")
        raise DataError(f"{name}: line {line}: {NOT_UTF8}") from None
    try:
        values = json.loads(text, object_pairs_hook=_object, parse_int=_whole) if array else list(_values(text))
    except _KeyTwice as error:
        raise DataError(f"{name}: an object has {error.args[0]!r} twice.") from None
    except RecursionError:
        raise DataError(f"{name}: cannot be read as JSON lines: values are nested too deeply.") from None
    except json.JSONDecodeError as error:
        line, letter = error.lineno + before.lines, error.pos + before.letters
        where = f"{error.msg}: line {line} column {error.colno} (char {letter})"
        raise DataError(f"{name}: cannot be read as JSON{' lines' * (not array)}: {where}.") from None
    for number, value in enumerate(values, start=1 + before.rows):
        if not isinstance(value, dict):
            what = "is a JSON array" if array else "is JSON"
            raise DataError(
                f"{name}: {what}, but not of objects with one entry per column: value {number:,} is not an object."
            )
    return values


def _values(text: str) -> Iterator[Any]:
    """Yield the values of a file, which are separated by blanks, usually line ends."""
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole)
    position = 0
    while (found := _NOT_BLANK.search(text, position)) is not None:
        value, position = decoder.raw_decode(text, found.start())
        yield value


def _whole(digits: str) -> int:
    return int(digits[:4300])  # Python reads no more, and no double is that large


class _KeyTwice(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _KeyTwice(next(key for key in keys if keys.count(key) > 1))
    return found
