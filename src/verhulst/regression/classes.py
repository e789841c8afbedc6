"""The classes of a target with more than two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.regression.arrays import array_of, floats

MOST = 50


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The classes, sorted, and the number of that of each row.

    Attributes
    ----------
    names : tuple of K labels: str, int, float or bool
    label : (n,) 0 … K−1
    """

    names: tuple[Any, ...]
    label: NDArray[np.int32]


def classes_of(y: ArrayLike, sample_weight: ArrayLike | None = None) -> Classes:
    """Return the classes of a target.

    Raises
    ------
    ValueError
        If it is not one label per row, labels are missing or of kinds that cannot be compared, there are more than 50
        classes, or a class has no row with a weight above 0.
    """
    given = array_of(y, "y")
    if given.ndim == 2 and given.shape[1] == 1:
        given = given.ravel()
    if given.ndim != 1:
        raise ValueError(f"y must have one class per row, but its shape is {given.shape}")
    if given.dtype.kind == "f" and np.isnan(given).any():
        raise ValueError(f"y must not be missing; y[{int(np.argmax(np.isnan(given)))}] is nan")
    if given.dtype == object:
        missing = [k for k, one in enumerate(given) if one is None or one != one]
        if missing:
            raise ValueError(f"y must not be missing; y[{missing[0]}] is {given[missing[0]]}")
    try:
        found, place = np.unique(given, return_inverse=True)
    except TypeError:
        raise ValueError("the classes in y cannot be sorted: use either numbers or text") from None
    names = tuple(found.tolist())
    if len(names) > MOST:
        raise ValueError(
            f"y has {len(names):,} classes, and a multinomial fit takes at most {MOST}: merge rare ones, or check that "
            "y is not a number to be predicted"
        )
    label = place.astype(np.int32).ravel()
    if len(names) < 2:
        shown = f": {names[0]!r}" if names else ""
        raise ValueError(f"y contains only one class{shown}. A fit needs rows of at least two classes")
    if sample_weight is not None:
        weight = floats(sample_weight, "sample_weight").ravel()
        if weight.shape == label.shape and not np.isnan(weight).any():
            count = np.bincount(label, weight != 0, len(names))  # what is below 0 is refused by those who fit
            if not count.all():
                none = names[int(np.argmin(count))]
                raise ValueError(f"every weight of class {none!r} is 0: leave its rows out, or give them weight")
    return Classes(names, label)
