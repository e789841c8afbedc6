"""Collinear columns: found, named with their combination, and dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.schema import ByName, Maybe, Number, Record, Text, Whole
from verhulst.regression.coordinates import alike, usual
from verhulst.regression.dependence import dependent_columns
from verhulst.regression.parted_observations import SomeObservations
from verhulst.regression.rows import Rows
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.standardisation import FINITE, Standardisation
from verhulst.regression.statistics import Answer, Vector, merge
from verhulst.regression.warn import warn

FEW = 5  # columns; if there are more, they are counted and only the first ones are named
SPARE_BITS = 8  # trailing bits of numbers; if all of them are 0, the numbers were not rounded
FAR_VALUE = 1e6  # times the usual distance from the median
TERMS = 50_000  # coefficients of combinations that are computed and kept


class CollinearWarning(UserWarning):
    """Warn that a column is constant or a combination of others, and was dropped."""


@dataclass(frozen=True, slots=True)
class Collinear:
    """A column that is a combination of other columns.

    Attributes
    ----------
    name, column : which one
    combination : coefficient by column name; empty for a constant column; None if it was not computed because too many
        columns were dropped, or if its numbers are too large for doubles
    constant : the constant term of the combination
    """

    name: str
    column: int
    combination: dict[str, float] | None
    constant: float

    SCHEMA: ClassVar[Record] = Record(
        {"name": Text(), "column": Whole(), "combination": Maybe(ByName(Number())), "constant": Number(finite=False)}
    )

    def __str__(self) -> str:
        if self.combination is None:
            return f"column {self.name!r} is a combination of others"
        if not self.combination:
            return f"column {self.name!r} is constant ({self.constant:g})"
        text = ""
        for name, factor in self.combination.items():
            sign = (" − " if text else "−") if factor < 0 else (" + " if text else "")
            size = "" if abs(abs(factor) - 1) < 1e-6 else f"{abs(factor):.6g}·"
            text += f"{sign}{size}{name}"
        if abs(self.constant) > 1e-9 * max(abs(v) for v in self.combination.values()):
            text += f" {'−' if self.constant < 0 else '+'} {abs(self.constant):.6g}"
        return f"column {self.name!r} is a combination of others: {self.name} = {text}"


def described(dropped: Sequence[Collinear], columns: int, rows: int) -> list[str]:
    """Return sentences, without full stops, about dropped columns: one for each column if they are few, or one for all.

    Parameters
    ----------
    dropped : the dropped columns
    columns, rows : how many there were
    """
    if len(dropped) <= FEW:
        return [f"{column}; its coefficient is set to 0" for column in dropped]
    constant = sum(column.combination == {} for column in dropped)
    kind = "constant" if constant == len(dropped) else "combinations of the others"
    if 0 < constant < len(dropped):
        kind += " or constant"
    first, more = ", ".join(column.name for column in dropped[:2]), f"{len(dropped) - 2:,} more"
    many = f"{len(dropped):,} are" if columns > rows else f"{len(dropped):,} of {columns:,} columns are"
    wide = f"{columns:,} columns for {rows:,} rows: " if columns > rows else ""
    return [f"{wide}{many} {kind}: {first} and {more}; their coefficients are set to 0"]


def left_out(dropped: Sequence[Collinear], collinear: Literal["drop", "error"], data: SomeObservations) -> None:
    """Warn of dropped columns.

    Raises
    ------
    ValueError
        If there are some and `collinear` is "error".
    """
    if collinear == "error" and dropped:
        few = len(dropped) <= FEW
        raise ValueError("; ".join(map(str, dropped) if few else described(dropped, len(data.names), len(data))))
    for sentence in described(dropped, len(data.names), len(data)):
        warn(sentence, CollinearWarning)


def without_dependent(
    rows: SomeRows, standard: Standardisation, names: Sequence[str]
) -> tuple[Standardisation, tuple[Collinear, ...]]:
    """Drop constant and collinear columns; return the combination of each.

    Whether columns are combinations of others depends neither on weights nor on the length of rows. So all rows are
    scaled to length 1 without weights, and centres and scales are medians: a single value of 1e20 does not make the
    other values equal, and a row of weight 1e-9 distinguishes columns as well as any other.
    """
    first = int(standard.intercept)
    own = without_far_values(rows, standard)
    seen = rows.seen_by(own)

    def total(of: Callable[..., Any], *given: Any) -> Any:
        return merge(seen.ask(_of_pieces, of, *given))

    dependent, parts = dependent_columns(total, lambda: _rounding(rows, own))
    most = max(1, TERMS // max(rows.size - len(dependent), 1))
    found: list[Collinear] = []
    for place in np.argsort(dependent):
        used = np.flatnonzero(parts[:, place])
        told = (used, parts[used, place]) if len(found) < most else (None, None)
        found.append(collinear_column(own, names, int(dependent[place]) - first, *told))
    return standard.without([c.column for c in found]), tuple(found)


def _of_pieces(rows: Rows, of: Callable[..., Answer], *given: Any) -> Answer:
    return of((alike(piece.z) for piece in rows.pieces()), *given)


def _rounding(rows: SomeRows, standard: Standardisation) -> tuple[Vector, Vector]:
    """Return relative rounding errors (q,) of the data, and the resulting errors of the centres.

    The errors are 0 for integers, and for multiples of a number that is not much smaller than they are.
    """
    kind, first = np.finfo(rows.dtype), int(standard.intercept)
    largest = np.max(rows.ask(_largest), axis=0).astype(float)
    exponent = np.frexp(largest)[1] - kind.nmant + SPARE_BITS
    exponent = np.where(largest < 1 / kind.eps, np.minimum(exponent, 0), exponent)
    exact = np.all(rows.ask(_multiples, exponent), axis=0)
    relative = np.concatenate([np.zeros(first), np.where(exact, 0.0, float(kind.eps))])
    return relative, relative * np.concatenate([np.zeros(first), np.abs(standard.centre * standard.inverse_scale)])


def _largest(rows: Rows) -> Vector:
    """(p,) the largest absolute values."""
    return np.asarray(np.max([np.max(np.abs(rows.X[some]), axis=0) for some in rows.slices(len(rows))], axis=0))


def _multiples(rows: Rows, exponent: NDArray[np.intc]) -> NDArray[np.bool_]:
    """(p,) whether all values are whole multiples of 2^exponent."""
    exact = np.ones(len(exponent), dtype=bool)
    for some in rows.slices(len(rows)):
        multiple = np.ldexp(rows.X[some].astype(float), -exponent)
        exact &= np.all(multiple == np.rint(multiple), axis=0)
    return exact


def without_far_values(rows: SomeRows, standard: Standardisation) -> Standardisation:
    """Return centres and scales that do not depend on single extreme values, for the columns that are not left out."""
    own = usual(rows) or standard
    centre = np.where(standard.inverse_scale > 0, own.centre, standard.centre)
    scale = np.where(standard.inverse_scale > 0, own.inverse_scale, 0.0)
    found = Standardisation(centre, scale, standard.intercept)
    return found.bounded_by(np.max(rows.ask(_farthest, found), axis=0), FINITE)


def _farthest(rows: Rows, standard: Standardisation) -> Vector:
    return standard.farthest(rows.X)


def has_far_values(rows: SomeRows, standard: Standardisation) -> bool:
    """Return whether some value is far away from the other values of its column."""
    low, high = rows.seen_by(without_far_values(rows, standard)).extremes()
    return bool(max(np.max(high, initial=0.0), -np.min(low, initial=0.0)) > FAR_VALUE)


def collinear_column(
    standard: Standardisation,
    names: Sequence[str],
    column: int,
    used: NDArray[np.intp] | None,
    coefficients: Vector | None,
) -> Collinear:
    """Return the record of a column.

    Parameters
    ----------
    used, coefficients : the standardised columns in its combination (0 is the intercept, if there is one) and their
        coefficients; None if not known
    """
    first, scale = int(standard.intercept), standard.inverse_scale[column]
    if scale == 0:
        return Collinear(names[column], column, {}, float(standard.centre[column]))
    if used is None or coefficients is None:
        return Collinear(names[column], column, None, 0.0)
    ones = int(first and len(used) > 0 and used[0] == 0)
    columns = used[ones:] - first
    constant = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        slopes = coefficients[ones:] * standard.inverse_scale[columns] / scale
        if first:
            own = coefficients[0] / scale if ones else 0.0
            constant = float(standard.centre[column] + own - standard.centre[columns] @ slopes)
    if not (np.all(np.isfinite(slopes)) and np.isfinite(constant)):
        return Collinear(names[column], column, None, 0.0)  # columns of 1e170 and of 1e-170
    parts = {names[k]: float(slope) for k, slope in zip(columns.tolist(), slopes.tolist(), strict=True)}
    return Collinear(names[column], column, parts, constant)
