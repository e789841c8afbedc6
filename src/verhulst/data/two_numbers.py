"""Columns of two numbers, told apart by comparison instead of by looking each value up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_values import label

if TYPE_CHECKING:
    import pyarrow as pa


def two_numbers(column: pa.ChunkedArray) -> dict[str, tuple[Any, int]] | None:
    """Return the two values of a column of numbers or booleans and their rows, by label; None if it has others."""
    import pyarrow as pa

    plain = pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)
    if column.null_count or not (plain or pa.types.is_float32(column.type) or pa.types.is_float64(column.type)):
        return None
    values = np.unique(column.slice(0, 1000).to_numpy())
    if len(values) != 2:  # or they are told apart later than in the first rows
        return None
    counts = [sum(int(np.count_nonzero(chunk == value)) for chunk in _chunks(column)) for value in values]
    if sum(counts) < len(column):
        return None
    return {str(label(value)): (value, rows) for value, rows in zip(values, counts, strict=True)}


def equal_to(column: pa.ChunkedArray, value: Any) -> NDArray[np.float64]:
    """Return 1 for the rows with a value, 0 for the others."""
    return np.concatenate([chunk == value for chunk in _chunks(column)]).astype(np.float64)


def _chunks(column: pa.ChunkedArray) -> list[NDArray[Any]]:
    return [chunk.to_numpy(zero_copy_only=False) for chunk in column.chunks]
