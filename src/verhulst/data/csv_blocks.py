"""Block sizes for Arrow's CSV reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_SMALLEST = 20  # 1 MiB, Arrow's own choice
_LARGEST = 2**31 - 1  # a block's size is a 32-bit number


def block_size(buffer: pa.Buffer) -> int:
    """Return a block size for which no block edge falls between a carriage return and its line feed.

    Arrow's reader loses the line feed of such a pair in a quoted value (apache/arrow#51368), and counts a line too many
    outside of one if blank lines are kept. Edges are the multiples of the size, so that a size can be tested by the
    bytes next to them.

    Examples
    --------
    >>> import pyarrow as pa
    >>> block_size(pa.py_buffer(b"a,b\\r\\n"))
    1048576
    """
    content = np.frombuffer(buffer, dtype=np.uint8)
    for power in range(_SMALLEST, 31):
        for less in range(64):
            size = (1 << power) - less
            after = content[size::size]
            if not ((after == 0x0A) & (content[size - 1 :: size][: len(after)] == 0x0D)).any():
                return size
    return _LARGEST
