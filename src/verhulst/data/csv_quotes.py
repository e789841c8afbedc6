"""Which cells of a CSV file are in quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
# The number of bytes examined at a time.
_BLOCK = 1 << 22


def all_quoted(buffer: pa.Buffer, delimiter: str) -> bool:
    """Whether every cell below the first line is in quotes."""
    data = np.frombuffer(buffer, np.uint8)
    inside, below, before = False, False, _NEWLINE
    breaks = (_NEWLINE, _RETURN)
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        quotes = block == _QUOTE
        within = np.bitwise_xor.accumulate(quotes) ^ inside
        inside = bool(within[-1])
        # The text outside quotes, including the quotes: "x","y" leaves "","".
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
        # A delimiter at the beginning or end of a value is an empty cell without quotes.
        if ((left != _QUOTE) & (right == ord(delimiter))).any():
            return False
        if ((left == ord(delimiter)) & np.isin(right, breaks)).any():
            return False
        before = int(pairs[-1])
    return before != ord(delimiter)
