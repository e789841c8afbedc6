"""Rows that have labels, in pandas, Dask and xarray: arrays beside each other must have them in one order."""

from __future__ import annotations

from typing import Any

from verhulst._home import home_of
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
    labelled = {name: value for name, value in given.items() if _has_labels(value)}
    seen: dict[str, Any] = {}
    for name, value in labelled.items() if len(labelled) > 1 else ():
        labels = _labels(value)
        for earlier, others in seen.items():
            if value is not labelled[earlier] and _reordered(others, labels):
                raise ValueError(
                    f"{name} has the rows of {earlier} in another order: bring both into one order "
                    f"({name}.reindex(...) by the index of {earlier}), or pass arrays if the rows are meant to match "
                    "by position"
                )
        seen[name] = labels


def _has_labels(value: Any) -> bool:
    if is_xarray(value):
        return bool(value.ndim) and hasattr(value, "indexes") and value.dims[0] in value.indexes
    return (is_pandas(value) and hasattr(value, "iloc")) or _is_dask_frame(value)


def _labels(value: Any) -> Any:
    if is_xarray(value):
        return value.indexes[value.dims[0]]
    return value.index.compute() if _is_dask_frame(value) else value.index


def _is_dask_frame(value: Any) -> bool:
    return home_of(value) == "dask" and hasattr(value, "divisions") and hasattr(value, "index")


def _reordered(first: Any, second: Any) -> bool:
    if len(first) != len(second) or first.equals(second) or not first.is_unique or not second.is_unique:
        return False
    return bool(first.isin(second).all())
