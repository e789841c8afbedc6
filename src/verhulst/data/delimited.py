"""Read CSV and TSV files into Arrow tables, with errors that give the line and the column."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from verhulst.data.arrow_csv import read_csv
from verhulst.data.asked_values import as_asked
from verhulst.data.csv_blocks import block_size
from verhulst.data.csv_checks import check_characters, check_closed, explained, named_twice, not_utf8
from verhulst.data.csv_dialect import Dialect
from verhulst.data.csv_records import all_quoted, line_number, records
from verhulst.data.decimal_signs import unclear_columns
from verhulst.data.errors import DataError
from verhulst.data.fields import Fields, fields_of
from verhulst.data.file import File, dialect_of
from verhulst.data.missing_text import MISSING_TEXT
from verhulst.data.text import is_utf8, not_decoded
from verhulst.data.unread import unread

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv

# The number of bytes examined at a time.
_PIECE = 1 << 16


def read_delimited(
    content: bytes | pa.Buffer, name: str, delimiter: str | None = None, file: File | None = None
) -> Fields:
    """Read a CSV or TSV file, already in memory, as text.

    The first line has the column names. The delimiter is determined from the first lines unless it is given. The
    encoding is UTF-8, or UTF-16 with a byte-order mark. A cell is missing if it is one of `MISSING_TEXT` and not in
    quotes; if every cell of the file is in quotes, quotes make no difference. In a file of one column a blank line is a
    missing value, and so is ""; in a file of several columns blank lines are ignored. Blank lines at the end are always
    ignored.

    Parameters
    ----------
    content : bytes or pyarrow.Buffer
        The whole file.
    name : str
        The name of the file in messages.
    delimiter : str, optional
        The delimiter implied by the file's name; if it is not in the first line, another is determined.
    file : File, optional
        How it is to be read.

    Returns
    -------
    Fields

    Raises
    ------
    DataError
        If the file is empty, has names that are not UTF-8, a line of the wrong length, or a quotation mark that is
        never closed.

    Notes
    -----
    A column with text that is not UTF-8, or whose name occurs twice, is kept out of the table as `unread`.
    """
    import pyarrow as pa

    given_as = content if isinstance(content, pa.Buffer) else pa.py_buffer(content)
    buffer = _utf8(given_as, name, None if file is None else file.encoding)
    if buffer.size == 0:
        raise DataError(f"{name}: is empty.")
    dialect = dialect_of(memoryview(buffer), delimiter, file, name)
    if file is not None and file.refused is not None:
        buffer = _without_refused(buffer, dialect, name, file)
    check_characters(buffer, name)
    utf8 = is_utf8(buffer)
    if not utf8 and "\ufffd" in "".join(dialect.names):  # in place of what is not UTF-8
        raise DataError(next(iter(not_utf8(buffer, name, dialect).values())))
    if not "".join(dialect.names).strip():
        raise DataError(f"{name}: the first line, which should name the columns, is blank.")
    reasons = named_twice(dialect, name)
    given = dialect
    # Arrow needs different names; those of columns that are left out later have a character that is not in the file.
    names = [f"{each}\0{place}" if each.strip() in reasons else each for place, each in enumerate(given.names)]
    dialect = replace(given, names=tuple(names))
    rows = _closed(buffer.slice(dialect.start), dialect.delimiter)
    try:
        cells = _arrow(rows, dialect, _as_text(names, pa.string() if utf8 else pa.binary()))
    except pa.ArrowInvalid as error:
        if not utf8:
            raise DataError(next(iter(not_utf8(buffer, name, given).values()))) from None
        raise DataError(f"{name}: {explained(error, buffer, given)}") from None
    check_closed(cells, rows, buffer, name, given)
    if not utf8:
        texts = {each: text for each in names if (text := _text(cells[each])) is not None}
        places = not_utf8(buffer, name, given, len(names) - len(texts))
        found = {given.names[place].strip(): reason for place, reason in places.items()}
        reasons = found | {each: reason for each, reason in reasons.items() if each not in found}
        cells = pa.table(texts)
    cells = cells.select([each for each in cells.column_names if each.strip() not in reasons and "\0" not in each])
    columns = _with_nulls(cells, rows, dialect)
    read = fields_of(cells, columns, dialect.delimiter, unclear_columns(columns, dialect.delimiter), reasons)
    if file is not None:
        file.check_columns([*read.table.column_names, *unread(read.table)], f"{name}: ")
    return replace(read, table=as_asked(read.table, file, f"{name}: "))


def _without_refused(buffer: pa.Buffer, dialect: Dialect, name: str, file: File) -> pa.Buffer:
    """Return the file without the records that `rejects` takes."""
    import pyarrow as pa

    assert file.refused is not None
    content = buffer.to_pybytes()
    below = next(islice(records(content, dialect.delimiter, dialect.start), 1, 2), None)
    start = len(content) if below is None else below.start
    kept = file.refused.without(content[start:], dialect, name, lambda: line_number(content, start) - 1)
    file.refused.write()
    return pa.py_buffer(content[:start] + kept)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return bytes as text, or None if they are not UTF-8."""
    import pyarrow as pa

    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        return None


def _arrow(buffer: pa.Buffer, dialect: Dialect, convert: csv.ConvertOptions) -> pa.Table:
    """Read with Arrow's reader, so that the result does not depend on the ends of its blocks."""
    import pyarrow as pa
    from pyarrow import csv

    parse = csv.ParseOptions(
        delimiter=dialect.delimiter, newlines_in_values=True, ignore_empty_lines=len(dialect.names) > 1
    )
    size = block_size(buffer)
    try:
        return read_csv(buffer, _options(dialect, size), parse, convert)
    except pa.ArrowInvalid as error:
        # A record longer than a block.
        if size >= buffer.size or not re.search("straddling|cannot infer number of columns", str(error)):
            raise
    size = min(buffer.size, 2**31 - 1)
    return read_csv(buffer, _options(dialect, size), parse, convert)


def _options(dialect: Dialect, size: int) -> csv.ReadOptions:
    """Return column names of our own: Arrow's options for reading columns as text are by name."""
    from pyarrow import csv

    return csv.ReadOptions(block_size=size, column_names=list(dialect.names), skip_rows_after_names=1)


def _as_text(names: Sequence[str], type_: pa.DataType, **more: Any) -> csv.ConvertOptions:
    from pyarrow import csv

    return csv.ConvertOptions(
        **({"null_values": [], "strings_can_be_null": False} | more),
        column_types=dict.fromkeys(names, type_),
        timestamp_parsers=[],
    )


def _with_nulls(cells: pa.Table, buffer: pa.Buffer, dialect: Dialect) -> list[pa.ChunkedArray]:
    """Return the columns, null for marks of missing values outside quotes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    nothing = pa.scalar(None, pa.string())
    marks = pa.array(MISSING_TEXT)
    columns = dict(zip(cells.column_names, cells.columns, strict=True))
    holes = {name: pc.is_in(column, value_set=marks) for name, column in columns.items()}
    marked = [name for name, mask in holes.items() if pc.any(mask).as_py()]
    if marked and re.search(rb'"', buffer) and not all_quoted(memoryview(buffer), dialect.delimiter):
        # A second reading shows which of the marks are in quotes.
        outside = _as_text(
            marked,
            pa.string(),
            null_values=list(MISSING_TEXT),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            include_columns=marked,
        )
        again = _arrow(buffer, dialect, outside)
        if len(dialect.names) == 1:
            # In a file of one column other programs write "" for a missing value, because readers ignore blank lines.
            return [pc.if_else(pc.equal(again[0], ""), nothing, again[0])]
        return [again[name] if name in marked else column for name, column in columns.items()]
    return [pc.if_else(holes[name], nothing, column) if name in marked else column for name, column in columns.items()]


def _utf8(buffer: pa.Buffer, name: str, encoding: str | None = None) -> pa.Buffer:
    """Convert a file in UTF-16 or the given encoding to UTF-8; return any other unchanged."""
    import pyarrow as pa

    mark = buffer.slice(0, min(buffer.size, 2)).to_pybytes()
    if encoding is None and mark not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return buffer
    try:
        return pa.py_buffer(str(memoryview(buffer), encoding or "utf-16").encode())
    except UnicodeError as error:
        reason = f"{error.reason} at byte {error.start}" if isinstance(error, UnicodeDecodeError) else error
        raise DataError(not_decoded(name, encoding, reason)) from None


def _end(buffer: pa.Buffer) -> int:
    """Return the end of the last line that is not blank."""
    end: int = buffer.size
    while end:
        start = max(0, end - _PIECE)
        kept: bytes = buffer.slice(start, end - start).to_pybytes().rstrip(b"\r\n")
        end = start + len(kept)
        if kept:
            break
    return end


def _closed(buffer: pa.Buffer, delimiter: str) -> pa.Buffer:
    """Return names and rows without the blank lines at the end, but with the end of the last line.

    Without it, Arrow does not read a file of names alone, and takes an empty cell at the very end as quoted.
    """
    import pyarrow as pa

    end = _end(buffer)
    if end < buffer.size:
        return buffer.slice(0, end + 1)
    last = buffer.slice(end - 1).to_pybytes()
    if last == delimiter.encode() or next(islice(records(memoryview(buffer), delimiter), 1, 2), None) is None:
        return pa.py_buffer(buffer.to_pybytes() + b"\n")
    return buffer
