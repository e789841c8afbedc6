"""Row numbers in the source for messages, so that the reader can find the row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The number of the first row if rows are consecutive, or the number of each if some were left out.
RowNumbers = int | NDArray[np.int64]


def row_number(rows: RowNumbers, position: int) -> int:
    """Return the number in the source of the row at `position`.

    Examples
    --------
    >>> row_number(101, 3), row_number(np.array([1, 2, 5]), 2)
    (104, 5)
    """
    return rows + position if isinstance(rows, int) else int(rows[position])


def some_rows(rows: RowNumbers, mask: NDArray[np.bool_]) -> RowNumbers:
    """Return the numbers of the rows that a mask selects."""
    return rows + np.flatnonzero(mask) if isinstance(rows, int) else rows[mask]
