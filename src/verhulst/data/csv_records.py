"""The records of a CSV file one by one, to examine its first lines and to locate errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Record:
    """One record: a line, or several if a quoted value contains line ends.

    Attributes
    ----------
    start : int
        The position of its first byte.
    fields : list of bytes
        The values without the enclosing quotes; doubled quotation marks inside are single.
    closed : bool
        Whether the last opening quotation mark has a closing one.
    blank : bool
        Whether it is an empty line.
    around : bool
        Whether quotation marks enclose only whole values, unlike in `5" pipe` and `"a"b`.
    """

    start: int
    fields: list[bytes]
    closed: bool
    blank: bool
    around: bool


def records(content: bytes | memoryview, delimiter: str, start: int = 0) -> Iterator[Record]:
    """Yield the records of a file from position `start` on, split as by Arrow.

    A quotation mark opens a quoted value only at the beginning of a value. This is slower than Arrow's reader (about
    20 MB/s), so use it for a few records or for errors.

    Examples
    --------
    >>> [record.fields for record in records(b'a,b\\n1,"x, y"\\n', ",")]
    [[b'a', b'b'], [b'1', b'x, y']]
    """
    d = re.escape(delimiter.encode())
    field = re.compile(
        rb'(?:"([^"]*(?:""[^"]*)*)("?)([^%b\r\n]*)|([^%b\r\n]*))(%b|\r\n|\n|\r|\Z)' % (d, d, d),
    )
    fields: list[bytes] = []
    around = True
    for match in field.finditer(content, start):
        quoted, close, after, plain, end = match.groups()
        if not fields:
            start = match.start()
        if not fields and not end and match.start() == match.end():
            return  # the end of the file, after the end of its last line
        fields.append(plain if quoted is None else quoted.replace(b'""', b'"') + after)
        closed = quoted is None or bool(close)
        around = around and not (b'"' in plain if quoted is None else after)
        if end == delimiter.encode():
            continue
        yield Record(start, fields, closed, len(fields) == 1 and quoted is None and not plain, around)
        if not end:
            return
        fields, around = [], True


def all_quoted(content: bytes | memoryview, delimiter: str, below: int | None = None) -> bool:
    """Whether every cell below the first record, or from a position `below` on, is in quotes.

    Examples
    --------
    >>> all_quoted(b'a,b\\n"1","x, y"\\n', ","), all_quoted(b'a,b\\n"1",\\n', ",")
    (True, False)
    """
    if below is None:
        first = next(islice(records(content, delimiter), 1, None), None)
        below = len(content) if first is None else first.start
    cell, d = rb'(?:"[^"]*+")++', re.escape(delimiter.encode())
    rows = re.compile(rb"(?:%b(?:%b%b)*+(?:[\r\n]++|\Z))*+" % (cell, d, cell))
    return rows.fullmatch(content, below) is not None


def line_number(content: bytes | memoryview, position: int) -> int:
    """Return the number, from 1, of the line with the byte at `position`.

    Examples
    --------
    >>> line_number(b"a\\r\\nb\\nc", 5)
    3
    """
    if isinstance(content, bytes) and content.find(b"\r", 0, position) < 0:
        return 1 + content.count(b"\n", 0, position)
    return 1 + sum(1 for _ in _LINE_END.finditer(content, 0, position))


def name_place(content: bytes | memoryview, record: Record, row: int, lines: int = 0) -> str:
    """Return the place of a record for messages: its line in the file and its row of data (the header has none).

    So many `lines` come before the content.
    """
    line = f"line {lines + line_number(content, record.start)}"
    return f"{line} (row {row})" if row else line
