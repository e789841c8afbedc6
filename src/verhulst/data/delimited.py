"""CSV and TSV files into Arrow tables, with errors that name the line and the column."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from verhulst.data.errors import DataError
from verhulst.data.fields import Fields, fields_of
from verhulst.data.missing_text import MISSING_TEXT

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv

_DELIMITERS = (",", ";", "\t", "|")
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
# Bytes looked at in one piece.
_BLOCK = 1 << 22


def read_delimited(content: bytes | pa.Buffer, name: str, delimiter: str | None = None) -> Fields:
    """A CSV or TSV file, already in memory, as text.

    The first line holds the column names. The delimiter is found in that line unless it is given. The encoding is
    UTF-8, or UTF-16 with a byte-order mark. A cell is missing if it is one of `MISSING_TEXT` and not in quotes; in a
    file in which every cell is in quotes the quotes say nothing.

    Parameters
    ----------
    content : bytes or pyarrow.Buffer
        The whole file.
    name : str
        What to call the file in messages.
    delimiter : str, optional
        One character.

    Returns
    -------
    Fields

    Raises
    ------
    DataError
        If the file is empty, not UTF-8, has a column name twice, or a line of the wrong length.
    """
    import pyarrow as pa
    from pyarrow import csv

    buffer = content if isinstance(content, pa.Buffer) else pa.py_buffer(content)
    head = buffer.slice(0, min(buffer.size, 1 << 16)).to_pybytes()
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf8"
    first_line = re.split(r"\r\n|\n|\r", head.decode(encoding, errors="replace").lstrip("\ufeff"), maxsplit=1)[0]
    if not first_line.strip():
        raise DataError(f"{name}: {'the first line, which should name the columns, is blank' if head else 'is empty'}.")
    parse = csv.ParseOptions(delimiter=delimiter or _delimiter_of(first_line), newlines_in_values=True)
    options = csv.ReadOptions(encoding=encoding)
    try:
        names = csv.open_csv(pa.BufferReader(buffer), options, parse, _as_text([])).schema.names
        twice = [column for column, count in Counter(map(str.strip, names)).items() if count > 1]
        if twice:
            count = Counter(map(str.strip, names))[twice[0]]
            raise DataError(f"{name}: has {count} columns named {twice[0]!r}; rename them.")
        cells = csv.read_csv(pa.BufferReader(buffer), options, parse, _as_text(names))
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            _find_bad_text(buffer, options, parse, name)
        raise DataError(f"{name}: {_explained(error, buffer, encoding, parse)}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: is not readable as {encoding}: {error.reason} at byte {error.start}.") from None
    return fields_of(cells, _with_nulls(cells, buffer, options, parse), parse.delimiter)


def _as_text(names: Sequence[str], **more: Any) -> csv.ConvertOptions:
    import pyarrow as pa
    from pyarrow import csv

    return csv.ConvertOptions(
        **({"null_values": [], "strings_can_be_null": False} | more),
        column_types=dict.fromkeys(names, pa.string()),
        timestamp_parsers=[],
    )


def _with_nulls(
    cells: pa.Table, buffer: pa.Buffer, options: csv.ReadOptions, parse: csv.ParseOptions
) -> list[pa.ChunkedArray]:
    """The columns, null where a mark of a missing value stands outside quotes."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    marks = pa.array(MISSING_TEXT)
    columns = dict(zip(cells.column_names, cells.columns, strict=True))
    holes = {name: pc.is_in(column, value_set=marks) for name, column in columns.items()}
    marked = [name for name, mask in holes.items() if pc.any(mask).as_py()]
    if marked and _quotes(buffer) and not all_quoted(buffer, options.encoding, parse.delimiter):
        # Which of the marks stand in quotes only a second reading tells.
        outside = _as_text(
            marked,
            null_values=list(MISSING_TEXT),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            include_columns=marked,
        )
        again = csv.read_csv(pa.BufferReader(buffer), options, parse, outside)
        return [again[name] if name in marked else column for name, column in columns.items()]
    nothing = pa.scalar(None, pa.string())
    return [pc.if_else(holes[name], nothing, column) if name in marked else column for name, column in columns.items()]


def _quotes(buffer: pa.Buffer) -> bool:
    bytes_ = np.frombuffer(buffer, np.uint8)
    return any((bytes_[i : i + _BLOCK] == _QUOTE).any() for i in range(0, len(bytes_), _BLOCK))


def all_quoted(buffer: pa.Buffer, encoding: str, delimiter: str) -> bool:
    """Whether every cell below the first line is in quotes."""
    if encoding == "utf-16":
        data = np.frombuffer(buffer.to_pybytes().decode("utf-16").encode(), np.uint8)
    else:
        data = np.frombuffer(buffer, np.uint8)
    inside, below, before = False, False, _NEWLINE
    breaks = (_NEWLINE, _RETURN)
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        quotes = block == _QUOTE
        within = np.bitwise_xor.accumulate(quotes) ^ inside
        inside = bool(within[-1])
        # What stands outside quotes, the quotes among it: "x","y" leaves "","".
        outside = block[~within | quotes]
        if not below:
            ends = np.flatnonzero(np.isin(outside, breaks))
            if not len(ends):
                continue
            outside, below = outside[ends[0] + 1 :], True
        if not np.isin(outside, (_QUOTE, ord(delimiter), *breaks)).all():
            return False
        pairs = np.concatenate([[before], outside])
        left, right = pairs[:-1], pairs[1:]
        # A delimiter where a value should begin or end is an empty cell without quotes.
        if ((left != _QUOTE) & (right == ord(delimiter))).any():
            return False
        if ((left == ord(delimiter)) & np.isin(right, breaks)).any():
            return False
        before = int(pairs[-1])
    return before != ord(delimiter)


def _delimiter_of(first_line: str) -> str:
    outside_quotes = re.sub(r'"[^"]*"', "", first_line)
    counts = {delimiter: outside_quotes.count(delimiter) for delimiter in _DELIMITERS}
    # A comma wins where it occurs at all: `Income (USD; gross),age`.
    return "," if counts[","] else max(counts, key=lambda delimiter: counts[delimiter])


def _explained(error: Exception, buffer: pa.Buffer, encoding: str, parse: object) -> str:
    """Arrow's message in the user's terms. Line numbers need a second, serial reading; an error can afford it."""
    import pyarrow as pa
    from pyarrow import csv

    message = str(error)
    if "Expected" in message and "columns" in message:
        try:
            csv.read_csv(pa.BufferReader(buffer), csv.ReadOptions(encoding=encoding, use_threads=False), parse)
        except pa.ArrowInvalid as serial:
            message = str(serial)
        found = re.search(r"(?:Row #(?P<line>\d+): )?Expected (?P<expected>\d+) columns, got (?P<got>\d+)", message)
        if found:
            line = f"line {found['line']} (row {int(found['line']) - 1})" if found["line"] else "a line"
            return (
                f"{line} has {found['got']} value{'s' * (found['got'] != '1')} where the first line names "
                f"{found['expected']} columns. Is a delimiter missing, or one inside a value not in quotes?"
            )
    if "cannot infer number of columns" in message:
        return "cannot be split into rows and columns; a quotation mark that is never closed does this."
    return f"cannot be read as CSV: {message}"


def _find_bad_text(buffer: pa.Buffer, options: csv.ReadOptions, parse: csv.ParseOptions, name: str) -> None:
    """Names the first text that is not UTF-8; it comes out of Arrow as bytes."""
    import pyarrow as pa
    from pyarrow import csv

    table = csv.read_csv(pa.BufferReader(buffer), options, parse)
    for column in table.column_names:
        values = table[column]
        if not pa.types.is_binary(values.type):
            continue
        for row, value in enumerate(values.to_pylist(), start=1):
            try:
                (value or b"").decode()
            except UnicodeDecodeError:
                raise DataError(
                    f"{name}: line {row + 1} (row {row}), column {column!r}: the text is not UTF-8. Save the file as "
                    f"UTF-8 (for instance: iconv -f latin1 -t utf-8 OLD > NEW)."
                ) from None
