"""The classes of an estimator in model files: values, and the name of their NumPy type."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from verhulst.data.schema import Check, DamagedError, Number, Text, Truth, Whole, shown


def class_check(classes: Any) -> Check:
    """Return the check of every class: all of the kind of the first."""
    first = classes[0] if isinstance(classes, list) and classes else None
    if isinstance(first, str):
        return Text()
    if isinstance(first, bool):
        return Truth()
    return Whole(-(2**63), 2**64 - 1) if isinstance(first, int) else Number()


def type_of_classes(name: str, classes: list[Any], at: str = "class_type") -> np.dtype[Any]:
    """Return the NumPy type of classes by its name in a model file.

    Raises
    ------
    DamagedError
        If the name is none, or the classes are not values of that type.
    """
    kinds = {str: "U", bool: "b", int: "iu", float: "f"}[type(classes[0])]
    found = re.fullmatch(r"[<>|=]?([biufU])(\d{1,18})", name)
    if found is None or found[1] not in kinds:
        raise DamagedError(at, f"is {shown(name)}, which is no type of these classes")
    # A column of text may be wider than its values, but memory is not reserved for whatever a file says.
    if found[1] == "U" and not max(map(len, classes)) <= int(found[2]) <= 1_000_000:
        raise DamagedError(at, f"is {shown(name)}, which is no width of these classes")
    try:
        type_ = np.dtype(name)
        if np.array(classes, dtype=type_).tolist() == classes:
            return type_
    except (TypeError, OverflowError):
        pass
    raise DamagedError(at, f"is {shown(name)}, which cannot hold these classes")
