"""The dialect of a CSV file: its delimiter, and the position of the line of column names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from verhulst.data.csv_records import Record, records
from verhulst.data.errors import DataError

# In the order that decides between otherwise equal candidates.
_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
# Excel's own first line: `sep=;`.
_SEPARATOR_LINE = re.compile(rb'"?sep=([\x20-\x7e\t])"?[ \t]*(?:\r\n|\n|\r)', re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n|\n|\r")
_NUMBER = re.compile(rb"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")
_NUMBER_WITH_COMMA = re.compile(rb"\s*[-+]?\d*,\d+\s*")
# The numbers of records and of bytes that are examined.
_LOOKED_AT = 200
_HEAD = 1 << 16


@dataclass(frozen=True)
class Dialect:
    """The dialect of a CSV file.

    Attributes
    ----------
    delimiter : str
    start : int
        The position of the line of column names: after a byte-order mark, and after a line `sep=;`.
    names : tuple of str
        The names in that line, unchanged.
    """

    delimiter: str
    start: int
    names: tuple[str, ...]

    @property
    def delimiter_name(self) -> str:
        """The delimiter in words, such as 'commas'."""
        return _NAMES.get(self.delimiter, repr(self.delimiter))


def find_dialect(
    content: bytes | memoryview, delimiter: str | None = None, *, given: str | None = None, skip_lines: int = 0
) -> Dialect:
    """Determine the dialect of a file from its first lines.

    With the delimiter, every opening quotation mark must have a closing one, and the largest number of the first 200
    records must have as many values as the first line. Ties are resolved in this order: quotation marks enclose only
    whole values, more values are numbers, fewer blanks follow delimiters, more columns, and finally the order comma,
    semicolon, tab, vertical bar. A first line `sep=;`, as Excel reads and writes it, sets the delimiter.

    Parameters
    ----------
    content : bytes or memoryview
        The file, in UTF-8.
    delimiter : str, optional
        The delimiter to use if it occurs in the first line.
    given : str, optional
        The delimiter to use in any case.
    skip_lines : int
        The number of lines above the one of column names.

    Raises
    ------
    DataError
        If there are not so many lines in the first 64 KB.

    Examples
    --------
    >>> find_dialect(b"Income, gross;age\\n20,5;30\\n").delimiter
    ';'
    """
    head = bytes(content[:_HEAD])
    # Programs that write the mark before text that already has it leave two.
    start = next(i for i in range(0, len(head) + 1, 3) if not head.startswith(b"\xef\xbb\xbf", i))
    for _ in range(skip_lines):
        end = _LINE_END.search(head, start)
        if end is None:
            raise DataError(f"there are no lines below the {skip_lines:,} that are to be skipped (--skip-lines).")
        start = end.end()
    said = _SEPARATOR_LINE.match(head, start)
    if given is not None:
        start, delimiter = said.end() if said else start, given
    elif said:
        start, delimiter = said.end(), said[1].decode()
    elif delimiter is not None and delimiter.encode() not in re.split(rb"[\r\n]", head[start:], maxsplit=1)[0]:
        delimiter = None
    if delimiter is None:
        whole = len(content) <= _HEAD
        delimiter = max(_DELIMITERS, key=lambda each: _merit(_first_records(head, whole, each, start), each))
    first = next(records(content, delimiter, start), None)
    names = [] if first is None else first.fields
    return Dialect(delimiter, start, tuple(name.decode(errors="replace") for name in names))


def _first_records(head: bytes, whole: bool, delimiter: str, start: int) -> list[Record]:
    found = list(islice(records(head, delimiter, start), _LOOKED_AT + 1))
    if not whole and 1 < len(found) <= _LOOKED_AT:
        del found[-1]
    return [record for record in found if not record.blank]


def _merit(found: list[Record], delimiter: str) -> tuple[float, ...]:
    """Return the criteria for a delimiter, the most important first. `max` takes the first of equals."""
    if not found or len(found[0].fields) < 2:
        return (-1.0,)
    columns = len(found[0].fields)
    fitting = sum(len(record.fields) == columns for record in found)
    cells = [cell for record in found for cell in record.fields]
    numbers = sum(_is_number(cell, delimiter) for cell in cells)
    blanks = sum(cell.startswith(b" ") for record in found for cell in record.fields[1:])
    closed = all(record.closed for record in found)
    around = all(record.around for record in found)
    return (closed, fitting / len(found), around, numbers, -blanks, columns)


def _is_number(cell: bytes, delimiter: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or (delimiter != "," and _NUMBER_WITH_COMMA.fullmatch(cell)))
