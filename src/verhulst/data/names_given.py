"""The names of columns, as a caller may give them."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from verhulst.data.errors import RequestError


def column_name(given: Any, argument: str) -> str:
    """Return the name of one column, as text: the columns of a pandas frame may be numbered.

    Raises
    ------
    RequestError
        If it is neither text nor a number.

    Examples
    --------
    >>> column_name("age", "target"), column_name(3, "target")
    ('age', '3')
    """
    if not _is_name(given):
        advice = "" if given is None else "; values must be a column of the table"
        raise RequestError(f"{argument} must be the name of a column, not {_kind(given)}{advice}.")
    return str(given)


def column_name_or_none(given: Any, argument: str) -> str | None:
    """Return the name of one column as `column_name`, or None if none is given."""
    return None if given is None else column_name(given, argument)


def column_names(given: Any, argument: str) -> list[str]:
    """Return the names of columns, as text; one name alone is a list of one.

    Raises
    ------
    RequestError
        If they are not names.

    Examples
    --------
    >>> column_names("age", "columns"), column_names([0, "income"], "columns")
    (['age'], ['0', 'income'])
    """
    if _is_name(given):
        return [str(given)]
    if isinstance(given, bytes) or not isinstance(given, Iterable) or getattr(given, "ndim", 1) == 0:
        raise RequestError(f"{argument} must be names of columns, not {_kind(given)}.")
    names = list(given)
    for name in names:
        if not _is_name(name):
            raise RequestError(f"{argument} must be names of columns, but contains {_kind(name)}.")
    return [str(name) for name in names]


def column_names_or_none(given: Any, argument: str) -> list[str] | None:
    """Return the names of columns as `column_names`, or None if none are given."""
    return None if given is None else column_names(given, argument)


def level_given(given: Any, argument: str) -> Any:
    """Return one value of a column, as a caller gives it: text, a number, a truth value or a date.

    Raises
    ------
    RequestError
        If it is something else, such as a list.
    """
    if isinstance(given, np.ndarray) and given.ndim == 0:
        given = given.item()
    if not isinstance(given, str | numbers.Number | np.generic | datetime.date | datetime.time | datetime.timedelta):
        raise RequestError(f"{argument} must be a value of the column, not {_kind(given)}.")
    return given


def levels_by_name(given: Any, argument: str) -> dict[str, object]:
    """Return a mapping of columns to levels, or none, with the columns as text.

    Raises
    ------
    RequestError
        If it is no mapping, or its keys are not names.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise RequestError(
            f"{argument} must be a dict of columns and levels, such as {{'region': 'North'}}, not {_kind(given)}."
        )
    levels = [level_given(level, f"{argument}[{name!r}]") for name, level in given.items()]
    return dict(zip(column_names(given, argument), levels, strict=True))


def parts_by_name(given: Any) -> dict[str, str]:
    """Return a mapping of columns to what is taken of their dates, or none.

    Raises
    ------
    RequestError
        If it is no mapping of names to texts.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(part, str) for part in given.values()):
        raise RequestError(
            f"dates must be a dict of columns and parts of dates, such as {{'signup': 'days'}}, not {given!r}."
        )
    return dict(zip(column_names(given, "dates"), given.values(), strict=True))


def _is_name(given: Any) -> bool:
    return isinstance(given, str | numbers.Real) and not isinstance(given, bool)


def _kind(given: Any) -> str:
    return "None" if given is None else f"a value of type {type(given).__name__}"
