"""The class of each row as a number, from labels of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.calibration.arrays import plain_array
from verhulst.data.errors import RowError
from verhulst.regression.classes import plain_labels

Labels = NDArray[np.int64]


def class_numbers(
    y: ArrayLike, n: int, columns: int, classes: Sequence[Any] | NDArray[Any] | None = None, sure: bool = False
) -> tuple[tuple[Any, ...], Labels]:
    """Return the labels of K columns of scores, and for each row the number of its class, 0 … K−1.

    Without `classes`, whole numbers from 0 to K−1 are class numbers; other labels stand for the columns in sorted order
    if there are K of them.

    Parameters
    ----------
    y : (n,) labels: numbers, text or truth values
    n, columns : the shape of the scores
    classes : K labels in the order of the columns
    sure : whether numbers that may as well be labels 1 … K are refused

    Raises
    ------
    ValueError
        If the length differs, labels are missing, are not among the classes, or do not fit the number of columns.

    Examples
    --------
    >>> class_numbers(["no", "yes", "maybe"], 3, 3)
    (('maybe', 'no', 'yes'), array([1, 2, 0]))
    >>> class_numbers([0, 2], 2, 3)
    ((0, 1, 2), array([0, 2]))
    """
    raw = plain_array(y)
    if raw.ndim == 2 and raw.shape[1] == 1:
        raw = raw[:, 0]
    if raw.shape != (n,):
        raise ValueError(f"y must have one entry for each of the {n} rows of scores, got shape {raw.shape}")
    if classes is not None:
        return _placed(raw, _distinct(classes, columns))
    whole = raw.dtype.kind in "iub" or (raw.dtype.kind == "f" and np.array_equal(raw, np.floor(raw)))
    if whole and raw.min() >= 0 and raw.max() < columns:
        numbers = raw.astype(np.int64)
        if sure and numbers.min() > 0 and numbers.max() > numbers.min():
            raise ValueError(
                f"y contains {numbers.min()} to {numbers.max()} for {columns} columns of scores: are these class "
                f"numbers from 0, or labels from 1? Say classes=range({columns}) or classes=range(1, {columns + 1})"
            )
        return tuple(range(columns)), numbers
    found, place = np.unique(plain_labels(raw), return_inverse=True)
    if len(found) == columns:
        return tuple(found.tolist()), place.astype(np.int64).ravel()
    remedy = "for other labels name those of the columns, in order, with classes="
    if whole:
        raise ValueError(f"y must contain class numbers 0 to {columns - 1}, got {raw.min()} to {raw.max()}; {remedy}")
    few = ", ".join(map(repr, found[:4].tolist())) + (", ..." if len(found) > 4 else "")
    raise ValueError(
        f"y has {len(found)} different labels ({few}), but there are {columns} columns of scores; name the labels of "
        "the columns, in order, with classes="
    )


def names_of_columns(scores: Any, y: ArrayLike) -> list[Any] | None:
    """Return the names of the columns of a frame, if they contain all labels; None of anything else."""
    names = list(getattr(scores, "column_names", getattr(scores, "columns", ())))
    found = set(plain_array(y).ravel().tolist()) if names else set()
    return names if found and found <= set(names) else None


def _distinct(classes: Sequence[Any] | NDArray[Any], columns: int) -> tuple[Any, ...]:
    if isinstance(classes, str) or np.ndim(classes) != 1:
        raise ValueError("classes must be a list with the label of each column of scores")
    labels = tuple(plain_labels(plain_array(classes), "classes").tolist())
    if len(labels) != columns:
        raise ValueError(f"classes has {len(labels)} labels, but there are {columns} columns of scores")
    twice = next((label for k, label in enumerate(labels) if label in labels[:k]), None)
    if twice is not None:
        raise ValueError(f"classes contains {twice!r} twice")
    return labels


def _placed(raw: NDArray[Any], labels: tuple[Any, ...]) -> tuple[tuple[Any, ...], Labels]:
    places = {label: place for place, label in enumerate(labels)}
    found, code = np.unique(plain_labels(raw), return_inverse=True)
    given = found.tolist()
    known = np.array([places.get(label, -1) for label in given], dtype=np.int64)
    numbers: Labels = known[code.ravel()]
    if (known < 0).any():
        row = int((numbers < 0).argmax())
        few = ", ".join(map(repr, labels[:8])) + (", ..." if len(labels) > 8 else "")
        raise RowError(f"y contains {given[code.ravel()[row]]!r} ({{row}}), which is not among the classes: {few}", row)
    return labels, numbers
