"""Arrays of a caller, before they are read as NumPy arrays."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def dense(given: T, name: str) -> T:
    """Return what is given, unless NumPy would misread it: a sparse matrix, or masked values as if they were there.

    Raises
    ------
    ValueError
        If it is sparse, or a value is masked.

    Examples
    --------
    >>> dense([1.0, 2.0], "y")
    [1.0, 2.0]
    """
    if hasattr(given, "nnz") and hasattr(given, "toarray"):
        raise ValueError(f"{name} is sparse: pass a dense array, {name}.toarray()")
    if isinstance(given, np.ma.MaskedArray) and (hidden := int(np.ma.getmaskarray(given).sum())):
        raise ValueError(
            f"{name} has {hidden:,} masked value{'s' if hidden > 1 else ''}: leave those rows out, or fill the values "
            f"in with {name}.filled(value)"
        )
    return given


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
