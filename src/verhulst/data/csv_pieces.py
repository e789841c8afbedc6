"""The text of a CSV file in pieces that end where a record ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from verhulst.data.csv_records import records

_QUOTE, _LF, _CR = b'"\n\r'


@dataclass(frozen=True)
class Piece:
    """Whole records of a file.

    Attributes
    ----------
    content : bytes
        Which ends with the end of a line.
    before : int
        How many bytes of the file come before them.
    last : bool
        Whether the file ends with them.
    """

    content: bytes
    before: int
    last: bool


def pieces(
    chunks: Iterable[bytes], delimiter: str, *, blank_lines: bool, longest: int, before: int = 0
) -> Iterator[Piece]:
    """Cut chunks of a file, in any lengths, where records end.

    Parameters
    ----------
    chunks : iterable of bytes
    delimiter : str
    blank_lines : bool
        Whether blank lines are records, except those at the end of the file.
    longest : int
        The length from which on a record that does not end is cut as it is: a quotation mark is not closed.
    before : int
        How many bytes of the file come before the chunks.

    Examples
    --------
    >>> found = pieces([b'1,"a', b'\\nb"\\n2,c', b"\\n3,d"], ",", blank_lines=False, longest=100)
    >>> [piece.content for piece in found]
    [b'1,"a\\nb"\\n', b'2,c\\n', b'3,d\\n']
    """
    rest = b""
    wanted = 0  # more than was there when no end was found, so that a long record is not searched again and again
    for chunk in chunks:
        if not blank_lines and b'"' not in chunk and b'"' not in rest and (end := _line_end(chunk, 0, len(chunk))):
            content = b"".join((rest, memoryview(chunk)[:end]))  # copied once
            yield Piece(content, before, False)
            before, rest, wanted = before + len(content), chunk[end:], 0
            continue
        rest += chunk
        if len(rest) < wanted:
            continue
        end = end_of_records(rest, delimiter)
        if blank_lines:
            end = _before_blank_lines(rest, end)
        if not end:
            wanted = 2 * len(rest)
            if len(rest) > longest:
                break
            continue
        wanted = 0
        yield Piece(rest[:end], before, False)
        before += end
        rest = rest[end:]
    rest = rest.rstrip(b"\r\n")
    if rest:
        yield Piece(rest + b"\n", before, True)


def _before_blank_lines(content: bytes, end: int) -> int:
    """The end of the last line before `end` that is not blank."""
    kept = len(content[:end].rstrip(b"\r\n"))
    return kept and kept + (2 if content[kept : kept + 2] == b"\r\n" else 1)


def end_of_records(content: bytes, delimiter: str) -> int:
    """Return where the last record ends that is whole; 0 if none is.

    A quotation mark opens a value only at its beginning. Where all marks enclose whole values, every other one closes;
    otherwise the records are read one by one.

    Examples
    --------
    >>> end_of_records(b'1,"a\\n', ","), end_of_records(b'1,5" pipe\\n2,', ","), end_of_records(b"1\\r", ",")
    (0, 10, 0)
    """
    if b'"' not in content:
        return _line_end(content, 0, len(content))
    text = np.frombuffer(content, np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    opening, closing = quotes[0::2], quotes[1::2]
    around = np.frombuffer(delimiter.encode() + b'\r\n"', np.uint8)
    before = text[opening[opening > 0] - 1]
    after = text[closing[closing < len(text) - 1] + 1]
    if not (np.isin(before, around).all() and np.isin(after, around).all()):
        starts = [record.start for record in records(content, delimiter)]
        # The last record may go on.
        return starts[-1] if len(starts) > 1 else 0
    # Between the values in quotes, from the last one on.
    ends = [*opening[1:].tolist()] if len(opening) == len(closing) + 1 else [*opening[1:].tolist(), len(content)]
    for start, end in zip(closing[::-1].tolist(), ends[::-1], strict=True):
        if found := _line_end(content, start + 1, end):
            return found
    return _line_end(content, 0, int(opening[0]))


def _line_end(content: bytes, start: int, end: int) -> int:
    """The end of the last line that ends between two places; a line feed may follow a carriage return at the end."""
    stop = end - 1 if end == len(content) else end
    return max(content.rfind(b"\n", start, end), content.rfind(b"\r", start, stop)) + 1
