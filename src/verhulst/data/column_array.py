"""Python values as one Arrow column: integers of any size, and an error for mixed kinds of values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from verhulst.data.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

# What UTF-8 cannot hold, but JSON and Python can.
HALF = "half of a surrogate pair, which is no character"
_MOST_DIGITS = 76  # of decimal256


def column_array(values: Sequence[Any], name: str, place: str = "") -> pa.Array:
    """Return values as an Arrow array; None is a missing value.

    Integers beyond 64 bits become decimals, which keep every digit; together with fractions all numbers are doubles.

    Parameters
    ----------
    values : sequence
    name : str
        The column, for messages.
    place : str
        The beginning of messages: "votes.json: ".

    Raises
    ------
    DataError
        If the values are not of one kind; the message gives a row.

    Examples
    --------
    >>> column_array([2**70, None], "id").type
    Decimal256Type(decimal256(76, 0))
    """
    import pyarrow as pa

    try:
        return array_of_objects(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError, TypeError, ValueError):
        pass
    kinds = [_kind(value) for value in values]
    seen = list(dict.fromkeys(kind for kind in kinds if kind is not None))
    if len(seen) > 1:
        rows = [kinds.index(kind) for kind in seen[:2]]
        said = " but ".join(
            f"{values[row]!r:.40} in row {row + 1:,} is {kind}" for row, kind in zip(rows, seen, strict=False)
        )
        raise DataError(f"{place}column {name!r} is not one column of one type: {said}.")
    if seen == ["a number"]:
        return _numbers(values, name, place)
    if seen == ["text"]:
        row = next((row for row, text in enumerate(values, start=1) if text is not None and not is_unicode(text)), 0)
        if row:
            raise DataError(f"{place}column {name!r}, row {row:,}: the text contains {HALF}. Leave the column out.")
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        raise DataError(f"{place}column {name!r} is not one column of one type: {error}.") from None


def array_of_objects(values: Any, **options: Any) -> pa.Array:
    """Return objects as an Arrow array, but no booleans among fractions as 1 and 0, as Arrow itself does.

    Examples
    --------
    >>> array_of_objects([1.5, True])
    Traceback (most recent call last):
    pyarrow.lib.ArrowTypeError: there are booleans among the numbers
    """
    import pyarrow as pa

    found = pa.array(values, from_pandas=True, **options)
    refuse_booleans(values, found.type)
    return found


def refuse_booleans(values: Any, type_: pa.DataType) -> None:
    """Raise if there are booleans among objects that became fractions."""
    import pyarrow as pa

    objects = str(getattr(values, "dtype", "object")) == "object"
    if objects and pa.types.is_floating(type_) and any(isinstance(value, bool | np.bool_) for value in values):
        raise pa.ArrowTypeError("there are booleans among the numbers")


def is_unicode(text: object) -> bool:
    """Whether text can be written in UTF-8: it contains no half of a surrogate pair."""
    try:
        str(text).encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: Any) -> str | None:
    import numbers

    if value is None or value != value:
        return None
    if isinstance(value, bool | np.bool_):
        return "a boolean"
    if isinstance(value, numbers.Number):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return f"a {type(value).__name__}"


def _numbers(values: Sequence[Any], name: str, place: str) -> pa.Array:
    import pyarrow as pa

    whole = all(value is None or value != value or isinstance(value, int) for value in values)
    largest = max((abs(value) for value in values if isinstance(value, int)), default=0)
    if whole and largest < 10**_MOST_DIGITS:
        return pa.array([value if isinstance(value, int) else None for value in values], pa.decimal256(_MOST_DIGITS, 0))
    try:
        known: dict[float, int] = {}
        for value in values:
            if isinstance(value, int) and abs(value) >= 2**53 and known.setdefault(float(value), value) != value:
                raise DataError(
                    f"{place}column {name!r} holds {known[float(value)]} and {value}, which are codes rather than "
                    "numbers: beside fractions both would be the same. Leave the column out, or write them as text."
                )
        return pa.array([None if value is None else float(value) for value in values], pa.float64(), from_pandas=True)
    except OverflowError:
        row = next(row for row, value in enumerate(values, start=1) if isinstance(value, int) and abs(value) == largest)
        raise DataError(
            f"{place}column {name!r}, row {row:,}: the number is too large for a double (it has {len(str(largest))} "
            f"digits). Leave the column out, or write it as text."
        ) from None
