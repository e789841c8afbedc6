"""CSV and TSV files into Arrow tables, with errors that name the line and the column."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import TYPE_CHECKING

from verhulst.data.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

_DELIMITERS = (",", ";", "\t", "|")
# Text that stands for "no value"; Arrow's own list, written down so that it is stable and documented.
MISSING_TEXT = ["", "#N/A", "#N/A N/A", "#NA", "-NaN", "-nan", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null"]


def read_delimited(content: bytes | pa.Buffer, name: str, delimiter: str | None = None) -> pa.Table:
    """A CSV or TSV file, already in memory, as an Arrow table.

    The first line holds the column names. The delimiter is found in that line unless it is given. The encoding is
    UTF-8, or UTF-16 with a byte-order mark.

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
    pyarrow.Table

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
    convert = csv.ConvertOptions(
        null_values=MISSING_TEXT, strings_can_be_null=True, quoted_strings_can_be_null=False, timestamp_parsers=[]
    )
    try:
        table = csv.read_csv(pa.BufferReader(buffer), csv.ReadOptions(encoding=encoding), parse, convert)
    except pa.ArrowInvalid as error:
        raise DataError(f"{name}: {_explained(error, buffer, encoding, parse)}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: is not readable as {encoding}: {error.reason} at byte {error.start}.") from None
    twice = [column for column, count in Counter(table.column_names).items() if count > 1]
    if twice:
        raise DataError(f"{name}: has {Counter(table.column_names)[twice[0]]} columns named {twice[0]!r}; rename them.")
    _check_text(table, name)
    return table


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


def _check_text(table: pa.Table, name: str) -> None:
    """Text that is not UTF-8 comes out of Arrow as bytes."""
    import pyarrow as pa

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
