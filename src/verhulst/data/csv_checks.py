"""What is wrong with a CSV file, and where: the line, the row and the column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from verhulst.data.csv_dialect import Dialect
from verhulst.data.csv_records import Record, line_number, name_place, records
from verhulst.data.errors import DataError
from verhulst.data.text import NOT_UTF8

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Before:
    """What comes before a piece of a file: so many bytes and records (the names are the first), and lines."""

    size: int = 0
    records: int = 0
    count_lines: Callable[[int], int] = lambda size: 0

    @cached_property
    def lines(self) -> int:
        """How many lines, which are counted when a message needs them."""
        return self.count_lines(self.size)


_NOTHING = Before()


def check_characters(buffer: pa.Buffer | bytes, name: str, before: Before = _NOTHING) -> None:
    """Check that there is no NUL character."""
    if isinstance(buffer, bytes) and b"\0" not in buffer:
        return
    content = memoryview(buffer)
    if nul := re.search(rb"\0", content):
        raise DataError(
            f"{name}: line {before.lines + line_number(content, nul.start())} contains a NUL character (byte "
            f"{before.size + nul.start():,}), which text does not. Is it a text file? Save the table as CSV in UTF-8."
        )


def not_utf8(
    buffer: pa.Buffer | bytes, name: str, dialect: Dialect, columns: int = 1, before: Before = _NOTHING
) -> dict[int, str]:
    """Return where text is not UTF-8 first in each of the first so many columns with such text, by position."""
    content = memoryview(buffer)
    found: dict[int, str] = {}
    for row, record in enumerate(_rows(content, dialect, before), before.records):
        for position, field in enumerate(record.fields):
            try:
                field.decode()
            except UnicodeDecodeError:
                column = dialect.names[position] if row and position < len(dialect.names) else ""
                where = f", column {column!r}" if column else ""
                found.setdefault(
                    position, f"{name}: {name_place(content, record, row, before.lines)}{where}: {NOT_UTF8}"
                )
                if len(found) == columns:
                    return found
    return found


def named_twice(dialect: Dialect, name: str) -> dict[str, str]:
    """Return the names that several columns have, with what to say of each.

    Raises
    ------
    DataError
        If only blank names occur more than once: the first line is then probably a title.
    """
    counts = Counter(column.strip() for column in dialect.names)
    twice = [column for column, count in counts.items() if count > 1]
    if twice == [""]:
        raise DataError(
            f"{name}: the first line, which should name the columns, leaves {counts['']} of {len(dialect.names)} "
            f"without a name. Name them; if it is a title, leave it out."
        )
    return {column: f"{name}: has {counts[column]} columns named {column!r}; rename them." for column in twice}


def check_closed(cells: pa.Table, rows: pa.Buffer, buffer: pa.Buffer, name: str, dialect: Dialect) -> None:
    """Raise if a quotation mark is never closed; Arrow silently reads the rest of the file as one value.

    That value is then the last of the table and of the file, with an opening mark before it. In rare cases this is also
    true of a closed one (a line end in quotes): only then the records are examined one by one.
    """
    if not cells.num_rows:
        return
    value = b'"' + cells.column(cells.num_columns - 1)[-1].as_buffer().to_pybytes().replace(b'"', b'""')
    tail = rows.slice(max(0, rows.size - len(value) - 1)).to_pybytes()
    if tail[1:] == value and tail[:1] in (dialect.delimiter.encode(), b"\n", b"\r"):
        content = memoryview(buffer)
        for row, record in enumerate(_rows(content, dialect)):
            if not record.closed:
                raise DataError(f"{name}: {_not_closed(content, record, row)}")


def _not_closed(content: memoryview, record: Record, row: int, lines: int = 0) -> str:
    return f"{name_place(content, record, row, lines)} has a quotation mark that is never closed."


def _rows(content: memoryview, dialect: Dialect, before: Before = _NOTHING) -> Iterator[Record]:
    """Yield names and rows of data: blank lines are rows only in files of one column."""
    found = records(content, dialect.delimiter, 0 if before.records else dialect.start)
    return (record for record in found if len(dialect.names) == 1 or not record.blank)


def never_closed(content: bytes, dialect: Dialect, before: Before) -> str | None:
    """Return what to say of the last record of a piece if its quotation mark is never closed; else None."""
    for row, record in enumerate(_rows(memoryview(content), dialect, before), before.records):
        if not record.closed:
            return _not_closed(memoryview(content), record, row, before.lines)
    return None


def explained(error: Exception, buffer: pa.Buffer | bytes, dialect: Dialect, before: Before = _NOTHING) -> str:
    """Explain Arrow's message to the user; locating the error takes a second reading."""
    content = memoryview(buffer)
    if "Expected" in str(error) and "columns" in str(error):
        for row, record in enumerate(_rows(content, dialect, before), before.records):
            if not record.closed:
                return _not_closed(content, record, row, before.lines)
            got = len(record.fields)
            if got != len(dialect.names):
                columns = f"{len(dialect.names)} column{'s' * (len(dialect.names) != 1)}"
                title = " Or is the first line a title, above the names?" if row == 1 or len(dialect.names) == 1 else ""
                return (
                    f"{name_place(content, record, row, before.lines)} has {got} value{'s' * (got != 1)} where the "
                    f"first line names {columns}, separated by {dialect.delimiter_name}. Is a delimiter missing, or "
                    f"one inside a value not in quotes?{title}"
                )
    if re.search("straddling|cannot infer number of columns", str(error)):
        return "cannot be split into rows and columns; a quotation mark that is never closed does this."
    return f"cannot be read as CSV: {error}"
