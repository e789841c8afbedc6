"""Rows that have labels, in pandas and xarray: arrays that stand beside each other must have them in one order."""

from __future__ import annotations

from typing import Any

from verhulst.functions._containers import is_pandas, is_xarray


def require_one_order(**given: Any) -> None:
    """Raise if two arguments, given by name, have the same labels of rows in different orders.

    Rows are matched by position, which would then pair the wrong ones without a word. Rows whose labels differ are not
    compared: one of the arguments was rather numbered anew.

    Raises
    ------
    ValueError
        If they have; the message gives the remedies.
    """
    first: tuple[str, Any] | None = None
    for name, value in given.items():
        labels = _labels(value)
        if labels is None:
            continue
        if first is None:
            first = name, labels
        elif _reordered(first[1], labels):
            raise ValueError(
                f"{name} has the rows of {first[0]} in another order: bring both into one order ({name}.reindex(...) "
                f"by the index of {first[0]}), or pass arrays if the rows are meant to match by position"
            )


def _labels(value: Any) -> Any:
    if is_pandas(value) and hasattr(value, "iloc"):
        return value.index
    return value.indexes.get(value.dims[0]) if is_xarray(value) and value.ndim and hasattr(value, "indexes") else None


def _reordered(first: Any, second: Any) -> bool:
    if len(first) != len(second) or first.equals(second) or not first.is_unique or not second.is_unique:
        return False
    return bool(first.isin(second).all())
