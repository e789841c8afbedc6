"""Arrays of numbers from what callers pass as scores, outcomes and weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.functions._containers import array_of_tensor, is_tensor

Floats = NDArray[np.float64]


def plain_array(values: ArrayLike) -> NDArray[Any]:
    """Return values as an array; masked numbers are nan, and gradients of tensors are left out."""
    if is_tensor(values):
        values = array_of_tensor(values)
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        return np.ma.asarray(values, dtype=np.float64).filled(np.nan)
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError("lists of lists must have rows of one length") from None
    if array.dtype.kind == "V" and array.dtype.type is not np.void:  # of ml_dtypes, such as bfloat16
        return array.astype(np.float64)
    if array.dtype == object and all(isinstance(value, int | float | np.number | np.bool_) for value in array.flat):
        return np.array(array.tolist())  # numbers in a column of objects
    return array


def column_count(scores: ArrayLike) -> int:
    """Return the number of columns of scores; 1 unless they have two dimensions."""
    shape = None if is_tensor(scores) else getattr(scores, "shape", None)
    if not isinstance(shape, tuple):
        shape = plain_array(scores).shape
    return shape[1] if len(shape) == 2 else 1


def as_numbers(values: ArrayLike, name: str) -> Floats:
    """Return values as float64.

    Raises
    ------
    ValueError
        If they are not numbers, but for instance text, dates or complex numbers.
    """
    array = plain_array(values)
    if array.dtype.kind not in "biufO":
        raise ValueError(f"{name} must be numbers, got {array.dtype}")
    texts = array.dtype == object and any(isinstance(value, str | bytes) for value in array.flat)
    try:
        if not texts:
            return array.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(f"{name} must be numbers that fit a double, got {'text' if texts else 'other values'}")
