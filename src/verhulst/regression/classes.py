"""The classes of a target with more than two of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.data.errors import listed
from verhulst.data.target import MOST_CLASSES, alike_but_for_blanks
from verhulst.regression.arrays import array_of, floats


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


def classes_of(y: ArrayLike) -> Classes:
    """Return the classes of a target.

    Raises
    ------
    ValueError
        If it is not one label per row, labels are missing, infinite, neither text nor numbers nor truth values, or of
        several of these kinds, two labels differ only in blanks around them, or there are more than 50 classes.
    """
    given = array_of(y, "y")
    if given.ndim == 2 and given.shape[1] == 1:
        given = given.ravel()
    if given.ndim != 1:
        raise ValueError(f"y must have one class per row, but its shape is {given.shape}")
    given = plain_labels(given)
    found, place = np.unique(given, return_inverse=True)
    names = tuple(found.tolist())
    infinite = [one for one in names if one in (math.inf, -math.inf)]
    if infinite:
        raise ValueError(f"y must be finite, but some of it is {infinite[0]}")
    if len(names) > MOST_CLASSES:
        raise ValueError(
            f"y has {len(names):,} classes, and a multinomial fit takes at most {MOST_CLASSES}: merge rare ones, or "
            "check that y is not a number to be predicted"
        )
    label = place.astype(np.int32).ravel()
    if len(names) < 2:
        shown = f": {names[0]!r}" if names else ""
        raise ValueError(f"y contains only one class{shown}. A fit needs rows of at least two classes")
    if isinstance(names[0], str) and (twice := alike_but_for_blanks(names)):
        raise ValueError(f"y has {listed(twice)}, which differ only in blanks around them: strip them")
    return Classes(names, label)


def require_weights(classes: Classes, sample_weight: ArrayLike | None) -> None:
    """Raise a ValueError if a class has no row with a weight above 0."""
    if sample_weight is None:
        return
    weight = floats(sample_weight, "sample_weight").ravel()
    if weight.shape == classes.label.shape and not np.isnan(weight).any():
        count = np.bincount(classes.label, weight != 0, len(classes.names))  # those below 0 are refused by the fit
        if not count.all():
            none = classes.names[int(np.argmin(count))]
            raise ValueError(f"every weight of class {none!r} is 0: leave its rows out, or give them weight")


def labels_of(names: Sequence[Any]) -> NDArray[Any]:
    """Return labels as an array that has exactly these values: of objects if no other type does."""
    found = np.asarray(names)
    back = found.tolist()
    same = back == list(names) and list(map(type, back)) == list(map(type, names))
    return found if same else np.array(names, dtype=object)


def without_missing(given: NDArray[Any], name: str = "y") -> NDArray[Any]:
    """Return labels, those of NumPy's StringDType as objects, none of which is missing.

    Raises
    ------
    ValueError
        If an object or a text is None, nan, NaT or pandas.NA.
    """
    found = given.astype(object) if given.dtype.kind == "T" else given
    if found.dtype == object:
        missing = next((k for k, one in enumerate(found.ravel()) if _missing(one)), None)
        if missing is not None:
            raise ValueError(f"{name} must not be missing; {name}[{missing}] is {found.ravel()[missing]}")
    return found


def plain_labels(given: NDArray[Any], name: str = "y") -> NDArray[Any]:
    """Return labels (n,) of which each is a str, an int, a float or a bool, all of a kind, and none missing.

    Raises
    ------
    ValueError
        If they are not.
    """
    given = without_missing(given, name)
    if given.dtype == object:
        plain = (one.item() if isinstance(one, np.generic) else one for one in given)
        given = np.fromiter(plain, dtype=object, count=len(given))
        each = list(map(_kind, given))
    else:
        test = {"f": np.isnan, "M": np.isnat, "m": np.isnat}.get(given.dtype.kind)
        if test is not None and (gaps := test(given)).any():
            raise ValueError(f"{name} must not be missing; {name}[{int(np.argmax(gaps))}] is {given[np.argmax(gaps)]}")
        known = given.dtype.kind not in "mM"  # dates may become numbers
        each = [_kind(one) if known else "" for one in given[:1].tolist()]
    if "" in each:
        one = given[each.index("")]
        raise ValueError(
            f"the classes in {name} must be text, numbers or truth values, but {name}[{each.index('')}] is of type "
            f"{type(one).__name__}: write them as text"
        )
    if len(set(each)) > 1:
        raise ValueError(f"the classes in {name} cannot be sorted: use either numbers or text")
    return given


def _missing(one: Any) -> bool:
    try:
        return one is None or bool(one != one)
    except (TypeError, ValueError):  # pandas.NA is neither equal to itself nor different; arrays are no labels
        return np.ndim(one) == 0


def _kind(one: Any) -> str:
    kinds = {str: "text", bool: "truth value", int: "number", float: "number"}
    return kinds.get(type(one), "")
