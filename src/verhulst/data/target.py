"""The target column: which of its two values counts as 1, or its classes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from verhulst import _numbers
from verhulst.data.column_values import (
    Counted,
    LevelType,
    codes,
    kind_of,
    label,
    label_counts,
    levels_of,
    place_of,
    plain_label,
    type_of_labels,
)
from verhulst.data.errors import DataError, RequestError, did_you_mean, listed
from verhulst.data.names_given import level_given
from verhulst.data.row_numbers import RowNumbers, row_number
from verhulst.data.schema import DamagedError, ListOf, Record, Text, path
from verhulst.data.two_numbers import equal_to, two_numbers

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CLASSES = 50  # of an exact multinomial fit
_WHOLE = re.compile("0|-?[1-9][0-9]{0,30}")
MANY_NUMBERS = 10  # more distinct numbers than these are not likely to be classes


@dataclass(frozen=True)
class Target:
    """A target column, and its values.

    Attributes
    ----------
    name : str
        The column.
    levels : tuple of str
        The labels of the values that count as 0 and as 1; of a multinomial fit those of all classes, first the one
        that the others are compared with.
    """

    name: str
    levels: tuple[str, ...]

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        if not 2 <= len(set(record["levels"])) == len(record["levels"]) <= MOST_CLASSES:
            raise DamagedError(path(at, "levels"), f"must be 2 to {MOST_CLASSES} different labels")

    SCHEMA: ClassVar[Record] = Record({"name": Text(), "levels": ListOf(Text())}, rule=_check)

    @property
    def positive(self) -> str:
        """The value that counts as 1."""
        return self.levels[1]

    @property
    def level_type(self) -> LevelType:
        """Whether the two values are booleans or 0 and 1 in any notation, or other text."""
        return _level_type(self.levels)

    def labels(self) -> NDArray[Any]:
        """Return the values themselves: numbers and truth values where all are such, else text."""
        if {level.lower() for level in self.levels} == {"false", "true"}:
            return np.array([level.lower() == "true" for level in self.levels])
        for kind in (np.int64, np.float64):
            with suppress(ValueError, OverflowError):
                return np.array(self.levels).astype(kind)
        return np.array(self.levels)

    def values(self, column: pa.ChunkedArray, place: str = "", first_row: RowNumbers = 1) -> NDArray[np.float64]:
        """Return the place of its value among the levels for each row, nan if the value is missing.

        Raises
        ------
        DataError
            If there is another value.
        """
        if (few := two_numbers(column)) is not None and set(few) == set(self.levels):
            return equal_to(column, few[self.positive][0])
        found, unknown = codes(column, self.levels, self.level_type)
        if unknown:
            row = row_number(first_row, int(np.flatnonzero(found == -2)[0]))
            raise DataError(
                f"{place}row {row}: the target {self.name!r} is {unknown[0]!r}, but only {listed(self.levels)} are "
                f"known."
            )
        return np.where(found < 0, np.nan, found.astype(np.float64))

    def to_json(self) -> dict[str, Any]:
        """Return the target as JSON data."""
        return {"name": self.name, "levels": list(self.levels)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Target:
        """Return the target in JSON data: the inverse of `to_json`."""
        return cls(record["name"], tuple(record["levels"]))


def learn_target(
    column: pa.ChunkedArray,
    name: str,
    positive: object = None,
    place: str = "",
    counted: Counted | None = None,
    advice: str = "",
) -> Target:
    """Determine the two values of the target, and which of them counts as 1.

    Its values may be `counted`. `advice` is a sentence on what to do with several classes.
    For values other than 0 and 1, or false and true, `positive` must give the value that counts as 1.

    Raises
    ------
    DataError
        If there are not exactly two values, each in one spelling.
    RequestError
        If it is unclear which of them counts as 1, or if `positive` is neither.
    """
    if kind_of(column.type) == "unusable":
        raise DataError(
            f"{place}the target {name!r} has values of type {column.type}; it must have two distinct values."
        )
    few = two_numbers(column) if counted is None else None
    counts = label_counts(column, counted) if few is None else {text: rows for text, (_, rows) in few.items()}
    if len(counts) > 2 and all(text.casefold() in ("true", "false") for text in counts):
        # TRUE in some rows and true in others.
        counts = {
            truth: sum(n for text, n in counts.items() if text.casefold() == truth) for truth in ("false", "true")
        }
        counts = {truth: n for truth, n in counts.items() if n}
    if len(counts) > 2:
        _require_one_spelling(sorted(counts), name, place)
    if len(counts) != 2:
        raise DataError(f"{place}{_not_binary(name, counts, kind_of(column.type), advice)}")
    levels = sorted(counts, key=plain_label)
    if positive is None:
        if _level_type(levels) == "text":
            said = " and ".join(f"{level!r} ({_numbers.counted(counts[level], 'row')})" for level in levels)
            raise RequestError(
                f"{place}the target {name!r} is {said}: say which of them counts as 1, "
                f"for instance positive={levels[1]!r} (--positive {shlex.quote(levels[1])})."
            )
        return Target(name, (levels[0], levels[1]))
    positive = level_given(positive, "positive")
    chosen = _find(positive, levels)
    if chosen is None:
        asked = str(positive) if isinstance(positive, str) else str(label(positive))
        raise RequestError(
            f"{place}the target {name!r} is never {asked!r}.{did_you_mean(asked, levels)} Its values are "
            f"{listed(levels)}."
        )
    other = levels[0] if levels[1] == chosen else levels[1]
    return Target(name, (other, chosen))


def learn_classes(
    column: pa.ChunkedArray,
    name: str,
    reference: object = None,
    place: str = "",
    counted: Counted | None = None,
) -> Target:
    """Determine the classes of the target, two or more: the reference first, the others in order.

    Raises
    ------
    DataError
        If there are fewer than two values or too many, or values that are the same word or number in two spellings.
    RequestError
        If the reference is none of them.
    """
    if kind_of(column.type) == "unusable":
        raise DataError(f"{place}the target {name!r} has values of type {column.type}, which cannot be classes.")
    levels, counts = levels_of(column), label_counts(column, counted)
    if len(levels) < 2:
        raise DataError(f"{place}{_not_binary(name, counts, kind_of(column.type))}")
    if len(levels) > MOST_CLASSES:
        raise DataError(
            f"{place}the target {name!r} has {len(levels):,} values, and a multinomial fit takes at most "
            f"{MOST_CLASSES} classes: {_counted(counts)}. Merge rare ones; if it is a number to be predicted, make "
            "classes of it by thresholds."
        )
    _require_one_spelling(levels, name, place)
    if reference is None:
        return Target(name, tuple(levels))
    first = place_of(reference, levels, type_of_labels(levels))
    if first < 0:
        asked = str(label(reference))
        raise RequestError(
            f"{place}the target {name!r} is never {asked!r}, so that no class can be compared with it."
            f"{did_you_mean(asked, levels)} Its values are {listed(levels, 12)}."
        )
    return Target(name, (levels[first], *levels[:first], *levels[first + 1 :]))


def _require_one_spelling(levels: Sequence[str], name: str, place: str) -> None:
    if twice := alike_but_for_blanks(levels):
        raise DataError(
            f"{place}the target {name!r} is {listed(twice)}, which differ only in surrounding blanks: strip them."
        )
    if twice := _alike_by(plain_label, levels):
        raise DataError(
            f"{place}the target {name!r} has {len(levels):,} values, of which {listed(twice)} are the same: write "
            "it in one way."
        )


def alike_but_for_blanks(levels: Sequence[str]) -> list[str]:
    """Return labels that are the same word but for surrounding blanks, or none.

    Examples
    --------
    >>> alike_but_for_blanks(["bus", "car", " bus"]), alike_but_for_blanks(["not sure", "", " "])
    (['bus', ' bus'], [])
    """
    return _alike_by(str.strip, levels)


def _alike_by(key: Callable[[str], str], levels: Sequence[str]) -> list[str]:
    of_key: dict[str, list[str]] = {}
    for level in levels:
        of_key.setdefault(key(level), []).append(level)
    return next((found for common, found in of_key.items() if common and len(found) > 1), [])


def values_of_classes(levels: Sequence[str]) -> tuple[Any, ...]:
    """Return the numbers or truth values that labels stand for; the labels themselves if they are other text.

    Whole numbers that no type of 64 bits holds are text.

    Examples
    --------
    >>> values_of_classes(["0", "2.5"]), values_of_classes(["false", "true"]), values_of_classes(["a", "1"])
    ((0, 2.5), (False, True), ('a', '1'))
    """
    if all(map(_WHOLE.fullmatch, levels)):
        whole = tuple(map(int, levels))  # with all digits, of which a double has 15
        signed = min(whole) >= -(2**63) and max(whole) < 2**63
        return whole if signed or (min(whole) >= 0 and max(whole) < 2**64) else tuple(levels)
    kind = type_of_labels(levels)
    if kind == "boolean":
        return tuple(level == "true" for level in levels)
    if kind == "text":
        return tuple(levels)
    return tuple(int(level) if level.lstrip("-").isdigit() else float(level) for level in levels)


def _level_type(levels: Sequence[str]) -> LevelType:
    if len(levels) > 2:
        return type_of_labels(levels)
    plain = sorted(map(plain_label, levels))
    return "number" if plain == ["0", "1"] else "boolean" if plain == ["false", "true"] else "text"


def _find(positive: object, levels: Sequence[str]) -> str | None:
    """Return the requested level: by its text, else by its value; for two booleans 1 and true are the same."""
    asked = str(positive).strip() if isinstance(positive, str) else str(label(positive))
    if asked in levels:
        return asked
    truth = {"1": "true", "0": "false"} if _level_type(levels) != "text" else {}
    by_value = {truth.get(plain_label(level), plain_label(level)): level for level in levels}
    if len(by_value) < len(levels):
        return None
    return by_value.get(truth.get(plain_label(asked), plain_label(asked)))


def _not_binary(name: str, counts: dict[str, int], kind: str, advice: str = "") -> str:
    if not counts:
        return f"the target {name!r} has no values."
    if len(counts) == 1:
        (value,) = counts
        return f"the target {name!r} is {value!r} in every row: there is nothing to predict."
    remedy = (
        "Is it the right column? To make a target of a number use a threshold, such as 1 if it is above 10"
        if (kind == "numeric" and len(counts) > MANY_NUMBERS) or len(counts) > MOST_CLASSES
        else f"{advice}Keep the rows with two of them, or make a column that is 1 for one of them and 0 for the others"
    )
    return f"the target {name!r} has {len(counts):,} values, but two are needed: {_counted(counts)}. {remedy}."


def _counted(counts: dict[str, int]) -> str:
    common = sorted(counts, key=lambda level: -counts[level])
    more = f" and {len(common) - 5:,} more" if len(common) > 5 else ""
    return ", ".join(f"{level!r} ({counts[level]:,})" for level in common[:5]) + more
