"""Arrays of a caller, before they are read as NumPy arrays."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from verhulst._home import home_of
from verhulst.functions._containers import array_of_tensor, is_tensor

T = TypeVar("T")


def dense(given: T, name: str) -> T:
    """Return what is given, unless NumPy would misread it: a sparse matrix, or masked values as if they were there.

    Tensors become arrays, without their gradients, and of doubles where NumPy lacks their type.

    Raises
    ------
    ValueError
        If it is sparse or lazy, or a value is masked.

    Examples
    --------
    >>> dense([1.0, 2.0], "y")
    [1.0, 2.0]
    """
    if home_of(given) == "dask" and hasattr(given, "compute"):
        given = given.compute()
    if hasattr(given, "nnz") and hasattr(given, "toarray"):
        raise ValueError(f"{name} is sparse: pass a dense array, {name}.toarray()")
    if hasattr(given, "collect") and not hasattr(given, "__array__"):
        raise ValueError(f"{name} is lazy: pass {name}.collect()")
    if is_tensor(given):
        return array_of_tensor(given)  # type: ignore[no-any-return]
    if isinstance(given, np.ma.MaskedArray) and (hidden := int(np.ma.getmaskarray(given).sum())):
        raise ValueError(
            f"{name} has {hidden:,} masked value{'s' if hidden > 1 else ''}: leave those rows out, or fill the values "
            f"in with {name}.filled(value)"
        )
    return given


def array_of(given: Any, name: str) -> NDArray[Any]:
    """Return what is given, which is `dense`, as an array.

    Raises
    ------
    ValueError
        If its rows differ in length.
    """
    plain = dense(given, name)
    try:
        return np.asarray(plain)
    except ValueError:
        raise ValueError(f"{name} must contain rows of one length") from None


def floats(given: Any, name: str) -> NDArray[np.float64]:
    """Return what is given, which is `dense`, as doubles.

    Raises
    ------
    ValueError
        If it does not contain numbers, or one does not fit a double.

    Examples
    --------
    >>> floats([1, True], "y")
    array([1., 1.])
    """
    array = array_of(given, name)
    try:
        texts = array.dtype == object and any(isinstance(value, str | bytes) for value in array.flat)
        if array.dtype.kind in "biuf" or (array.dtype == object and not texts):
            return array.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(f"{name} must contain numbers that fit a double, not {array.dtype}")


def column_names_of(X: Any) -> tuple[str, ...] | None:
    """Return the names of a frame's columns; None for arrays, and for frames whose columns are not all named by text.

    Examples
    --------
    >>> column_names_of(np.eye(2)) is None
    True
    """
    columns = getattr(X, "column_names", getattr(X, "columns", None))  # the first is Arrow's
    names = [] if columns is None else list(columns)
    return tuple(map(str, names)) if names and all(isinstance(name, str) for name in names) else None
