"""Read JSON into Arrow tables: one object per line, or one array of objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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
    table = None if start.startswith(b"[") else _by_arrow(content)
    if table is None:
        rows = _objects(content, name, start.startswith(b"["))
        _refuse_whole_table(rows, name)
        names = list(dict.fromkeys(key for row in rows for key in row))
        if rows and not names:
            raise DataError(f"{name}: has no columns: its objects are empty.")
        if not all(map(is_unicode, names)):
            raise DataError(f"{name}: the name of a column contains {HALF}.")
        columns, reasons = {}, {}
        for key in names:
            try:
                columns[key] = column_array([row.get(key) for row in rows], key, f"{name}: ")
            except DataError as error:
                reasons[key] = str(error)
        table = with_unread(pa.table(columns), reasons)
    elif table.num_rows == 1:
        _refuse_whole_table(table.to_pylist(), name)
    return table


def _refuse_whole_table(rows: list[dict[str, Any]], name: str) -> None:
    if len(rows) == 1 and rows[0] and all(isinstance(value, dict | list) for value in rows[0].values()):
        raise DataError(
            f"{name}: is one JSON object with the whole table, but one object for each row is needed. (In "
            f"pandas: to_json(path, orient='records').)"
        )


def _by_arrow(content: pa.Buffer) -> pa.Table | None:
    """Read with Arrow's quick reader; None if it fails (Python's says where) or would lose information."""
    import pyarrow as pa
    from pyarrow import json as arrow_json

    if _depth(content) > _DEEPEST or not is_utf8(content) or _NULL.search(memoryview(content)):
        return None
    # Arrow supports objects of at most one block.
    read = arrow_json.ReadOptions(block_size=min(max(content.size, 1 << 20), 1 << 26))
    try:
        table = arrow_json.read_json(pa.BufferReader(content), read)
        times = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
        if times:
            text = arrow_json.ParseOptions(explicit_schema=pa.schema([(each, pa.string()) for each in times]))
            order = table.column_names
            table = arrow_json.read_json(pa.BufferReader(content), read, text).select(order)
    except (pa.ArrowException, ValueError):
        return None
    plain = all(_keeps_digits(column) for column in table.columns)
    return table if plain and table.num_columns else None


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


def _keeps_digits(column: pa.ChunkedArray) -> bool:
    """Whether no integer became a double that may differ from it."""
    import pyarrow as pa

    return not (pa.types.is_floating(column.type) and (np.abs(column.to_numpy()) >= 2**53).any())


def _objects(content: pa.Buffer, name: str, array: bool) -> list[dict[str, Any]]:
    """Return the objects of the file, read by Python's reader."""
    try:
        text = str(memoryview(content), "utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.slice(0, error.start).to_pybytes().count(b"\n")
        raise DataError(f"{name}: line {line}: {NOT_UTF8}") from None
    try:
        values = json.loads(text, object_pairs_hook=_object, parse_int=_whole) if array else list(_values(text))
    except _KeyTwice as error:
        raise DataError(f"{name}: an object has {error.args[0]!r} twice.") from None
    except RecursionError:
        raise DataError(f"{name}: cannot be read as JSON lines: values are nested too deeply.") from None
    except ValueError as error:
        raise DataError(f"{name}: cannot be read as JSON{' lines' * (not array)}: {error}.") from None
    for number, value in enumerate(values, start=1):
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
