"""Columns that no fit refuses, and that make its results doubtful: identifiers, codes, leaks, rare levels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from verhulst._numbers import counted
from verhulst.data.column import Column
from verhulst.data.problems import Problem, option
from verhulst.data.rare_levels import RARE, better_reference

if TYPE_CHECKING:
    Vector = NDArray[np.float64]

_LEAK = 0.99  # the area under the ROC curve of one column, from which on it decides the outcome
_CHANCE = 1e-6  # that rows have the same outcome
_IDENTIFIER = re.compile(r"(^|[^a-z])(id|ids|nr|no|num|number|key|index|row|case)($|[^a-z])|ID$|Id$", re.IGNORECASE)
_CODE = re.compile(r"zip|postal|postcode|plz|area.?code|(^|[_ ])code($|[_ ])", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STAND_IN = re.compile(r"-?9{2,6}")


def like_identifier(name: str, x: Vector, rows: int | None = None) -> bool:
    """Whether a column of numbers tells rows apart: whole numbers, all different, that count the rows or are named so.

    Examples
    --------
    >>> like_identifier("customer_id", np.arange(100.0) * 7), like_identifier("n", np.arange(100.0) + 5)
    (True, True)
    >>> like_identifier("income", np.arange(100.0) ** 3), like_identifier("id", np.zeros(100))
    (False, False)
    """
    x = x[~np.isnan(x)]
    if len(x) < 20 or not (x == np.floor(x)).all() or len(np.unique(x)) < len(x):
        return False
    named = _IDENTIFIER.search(_CAMEL.sub("_", name)) is not None
    years = x.min() >= 1800 and x.max() <= 2200
    return named or bool(not years and np.ptp(x) < 1.1 * (len(x) if rows is None else rows))


def like_code(name: str, x: Vector) -> bool:
    """Whether numbers look like codes of places or kinds: few distinct, large, of the same number of digits.

    Examples
    --------
    >>> codes = np.repeat([10115.0, 20095.0, 80331.0, 50667.0], 10)
    >>> like_code("place", codes), like_code("year", np.repeat([2001.0, 2002.0, 2003.0], 10)), like_code("x", codes / 7)
    (True, False, False)
    """
    x = x[~np.isnan(x)]
    if len(x) < 20 or not (x == np.floor(x)).all() or x.min() < 100:
        return False
    distinct = len(np.unique(x))
    digits = {len(f"{value:.0f}") for value in (x.min(), x.max())}
    years = bool(x.min() >= 1800 and x.max() <= 2200)
    if years or distinct < 3 or len(digits) > 1:
        return False
    return _CODE.search(name) is not None or (x.min() >= 10_000 and distinct <= len(x) / 10)


def stand_in(x: Vector) -> float | None:
    """Return a number of nines, such as -99 or 999, that probably stands for missing values: far from all others.

    A negative one is below numbers that are not negative; a positive one is more than twice the next number, in at
    least three rows.

    Examples
    --------
    >>> stand_in(np.array([0.7, 1.2, -99.0, 1.1])), stand_in(np.array([31.0, 999.0, 45.0, 999.0, 999.0]))
    (-99.0, 999.0)
    >>> stand_in(np.array([-99.0, -3.0, 5.0])), stand_in(np.array([95.0, 97.0, 99.0, 99.0, 99.0]))
    (None, None)
    """
    x = x[np.isfinite(x)]
    for end in (x.min(), x.max()) if len(x) else ():
        others = x[x != end]
        if not len(others) or not _STAND_IN.fullmatch(f"{end:.12g}"):
            continue
        apart = others.min() >= 0 if end < 0 else end > 2 * np.abs(others).max() and len(x) - len(others) >= 3
        if apart:
            return float(end)
    return None


def doubt_of_stand_in(name: str, x: Vector, value: float, flag: str = "") -> Problem:
    """Return the problem of a column of numbers in which `value` probably stands for missing values."""
    rows, others = int((x == value).sum()), x[np.isfinite(x) & (x != value)]
    matter = (
        f"Column {name!r} is {value:.0f} in {counted(rows, 'row')}, and from {others.min():.6g} to "
        f"{others.max():.6g} in the others: it probably stands for missing values there."
    )
    return Problem("number for missing values", name, False, matter, flag)


def spellings(column: Column) -> Problem | None:
    """Return the problem of a column with levels that differ only in blanks, capital and small letters; else None."""
    alike: dict[str, list[str]] = {}
    for level in dict.fromkeys((*column.levels, *column.lumped)):
        alike.setdefault(" ".join(level.split()).casefold(), []).append(level)
    twice = [group for word, group in alike.items() if word and len(group) > 1]
    if not twice or column.kind != "categorical":
        return None
    pairs = [" and ".join(map(repr, group)) for group in twice[:3]]
    more = f" and {len(twice) - 3:,} more" if len(twice) > 3 else ""
    matter = (
        f"Column {column.name!r} has levels that differ only in blanks or capital letters: {', '.join(pairs)}{more}. "
        "Each counts as a level of its own; if they mean the same, write them in one way."
    )
    return Problem("spellings", column.name, False, matter)


def doubt_of_numbers(name: str, x: Vector, code: str | None = None, rows: int | None = None) -> Problem | None:
    """Return the problem of a column of numbers that tells rows apart or holds codes; `code` is a text of one.

    The numbers may be those of some of the `rows`, evenly over the table.
    """
    if like_identifier(name, x, rows):
        matter = f"Column {name!r} has a different whole number in every row, like a number of the case."
        return Problem("identifier", name, False, matter, option("--exclude", name))
    if code is None and not like_code(name, x):
        return None
    few = len(np.unique(x[~np.isnan(x)]))
    said = f"has {few:,} different whole numbers, like codes of places or kinds, such as {x[0]:.0f}"
    if code is not None:
        said = f"is read as numbers, although {code!r} looks like a code"
    flag = option("--categorical", name) if few <= 0.1 * len(x) else option("--exclude", name)
    return Problem("code", name, False, f"Column {name!r} {said}.", flag)


def auc(x: Vector, y: Vector) -> float:
    """Return the area under the ROC curve of a column, at least a half; ties count half.

    Examples
    --------
    >>> auc(np.array([3.0, 2.0, 2.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    0.875
    """
    _, places, counts = np.unique(x, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[places]
    ones = float(y.sum())
    zeros = len(y) - ones
    if not ones or not zeros:
        return 0.5
    area = (float(ranks[y == 1].sum()) - ones * (ones + 1) / 2) / (ones * zeros)
    return max(area, 1 - area)


def leak(column: Column, values: NDArray[np.float64], y: Vector) -> str:
    """Return what to say of a column that nearly decides the outcome by itself, or by being missing; else nothing.

    Parameters
    ----------
    column : Column
    values : ndarray
        Numbers, or the place of each row's level; nan where it is missing.
    y : ndarray of 0 and 1
    """
    there = ~np.isnan(values)
    if len(y) < 20:
        return ""
    if 0 < there.sum() < len(y) and auc(there.astype(float), y) >= _LEAK:
        return f"Whether column {column.name!r} has a value nearly decides the outcome."
    x, outcome = values[there], y[there]
    if column.kind == "categorical":
        levels = x.astype(np.int64)
        if len(np.unique(levels)) > 0.2 * len(x):
            return ""
        share = np.bincount(levels, outcome) / np.maximum(np.bincount(levels), 1)
        x = share[levels]
    area = auc(x, outcome)
    if area < _LEAK:
        said = _decided(values[there], outcome, column.kind == "categorical")
        how = f"Column {column.name!r} alone decides the outcome {said}. Was it known before the outcome?"
        return how if said else ""
    how = "alone decides" if area == 1.0 else f"alone nearly decides (area under the ROC curve {area:.3f})"
    return f"Column {column.name!r} {how} the outcome. Was it known before the outcome?"


def _decided(values: Vector, y: Vector, levels: bool) -> str:
    """Return for how many rows of an outcome a column is sure of it: at least half of them; else nothing.

    Of a column of numbers these are on one side of all other rows, as with a fee that only those pay to whom it
    happened; of one of levels they have levels without the other outcome. Its effect then has no finite estimate.
    """
    for outcome in (1.0, 0.0):
        mine = y == outcome
        share, rows = float(mine.mean()), 0
        if share in (0.0, 1.0):
            return ""
        if levels:
            codes = values.astype(np.int64)
            totals = np.bincount(codes)
            sure = (totals == np.bincount(codes, mine)) & (share**totals < _CHANCE)
            rows = int(totals[sure].sum())
        else:
            for x in (values, -values):
                if x[mine].min() >= (end := x[~mine].max()):
                    rows = int((x > end).sum())
        if rows >= mine.sum() / 2 and share**rows < _CHANCE:
            return f"of {rows:,} of the {int(mine.sum()):,} rows with outcome {outcome:.0f}"
    return ""


def rare_levels(column: Column, counts: Mapping[str, int], chosen: bool) -> Iterator[Problem]:
    """Yield the problems of a column with levels of few rows, and of its reference level unless it was chosen."""
    name, rows = column.name, {level: counts.get(level, 0) for level in column.levels}
    rare = [level for level in column.levels if rows[level] < RARE]
    if len(column.levels) < 2:
        return
    # A rare first level is not that of the comparison if several rare ones are taken together.
    first = next((level for level in column.levels if len(rare) < 2 or level not in rare), None)
    best = None if chosen or first is None else better_reference(rows, first)
    if best is not None:
        matter = (
            f"Column {name!r} is compared with its first level, {first!r}, which has only "
            f"{counted(rows[str(first)], 'row')}."
        )
        yield Problem("rare reference level", name, False, matter, option("--reference", f"{name}={best}"))
    if not rare:
        return
    number = sum(rows[level] for level in rare)
    matter = (
        f"Column {name!r} has {counted(len(rare), 'level')} with fewer than {RARE} rows each "
        f"({counted(number, 'row')}), such as {rare[0]!r}."
    )
    yield Problem("rare levels", name, False, matter, option("--lump", str(RARE)))
