"""Separated data with more than two classes.

The likelihood rises for ever along coefficients b_k if in every row the true class leads each of the others, or is
level with it: (b_y − b_c)ᵀx ≥ 0 for all rows and c ≠ y, and > 0 for some. These are the conditions of two-class
separation for the design with a row for each pair of a row and a class that is not its own, all with outcome 1, and no
intercept; the coefficients are those against the first class. What is known of two classes (`separation_limit`) answers
for that design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.class_rows import WORTH, ClassRows
from verhulst.regression.coordinates import as_given
from verhulst.regression.exact_separation import within_reach
from verhulst.regression.linear_programs import LARGEST, separating
from verhulst.regression.pairs import exact_sum
from verhulst.regression.passes import Fit, Pass
from verhulst.regression.recession import Recession, separated_rows
from verhulst.regression.rows import Rows
from verhulst.regression.separation import Separation, State
from verhulst.regression.separation_limit import SeparationWatch, but_for_rounding, separation_limit
from verhulst.regression.statistics import Matrix, Vector

MOST_ENTRIES = 20_000_000  # of the design of pairs
PATIENCE = 12  # passes
CLEAR = 1e-9  # of the largest lead: more than rounding


@dataclass(frozen=True, slots=True, eq=False)
class ClassLimit:
    """What the fit of separated data tends to.

    Attributes
    ----------
    record : the separation; its coefficients are those of the classes against the first, one after the other
    possible : (n, K) 1 for the classes of each row whose probability has a limit above 0, and all classes of rows that
        do not count
    """

    record: Separation
    possible: NDArray[np.uint8]


class ClassWatch:
    """Watches the passes of Newton's method as `SeparationWatch`, and examines the design of pairs.

    The steps lead the true class away from the classes that are next to it; what they do to others matters later. So
    they need not become a certificate: after `PATIENCE` passes the design is examined in any case.

    Where that design has more than `MOST_ENTRIES` numbers, only complete separation is known, by a step along which
    the true class leads all others in every row.
    """

    def __init__(self, rows: ClassRows) -> None:
        self._rows = rows
        self._inner: SeparationWatch | None = None
        self._point: Vector | None = None  # from which its columns are seen
        self._leading: Vector | None = None
        self._asked = False  # the linear program for designs of many zeros
        self._answer: Recession | None = None
        self.small = len(rows.label) * (rows.classes - 1) * rows.size <= MOST_ENTRIES
        self.examined = self.small

    def __call__(self, step: Pass) -> bool:
        """True once the data are known to be separated."""
        if not self.small:
            if step.margin is not None and step.margin[0] > CLEAR * step.margin[1]:
                self._leading = step.direction
            return self._leading is not None
        inner = self._watch() if step.number == PATIENCE or _suggests(step) else None
        if inner is None or step.direction is None:
            return False
        if step.number == PATIENCE and self.certificate(_UNFINISHED, doubtful=True) is not None:
            return True
        return _suggests(step) and inner(replace(step, direction=self._seen(step.direction)))

    def certificate(self, fit: Fit, doubtful: bool) -> Recession | None:
        """See `SeparationWatch.certificate`."""
        if self._inner is None and fit.status == "converged" and not doubtful:
            return None
        inner = self._watch()
        found = None if inner is None else inner.certificate(fit, doubtful)
        if inner is None or inner.decided or (fit.status == "converged" and not doubtful):
            return found
        rows = self._pairs()
        if not self._asked and rows.entries > LARGEST and np.count_nonzero(rows.X) <= LARGEST:
            self._answer = separating(rows, sparse=True)
            self._asked = True
        self.examined = rows.entries <= LARGEST or self._asked
        return self._answer

    def but_for_rounding(self, names: Sequence[str]) -> str | None:
        """Return a warning if classes that exact arithmetic does not separate are separated as far as doubles tell."""
        inner = self._watch()
        if inner is None:
            return None
        rows = self._pairs()
        refuted = inner.refuted or (separating(rows) if rows.entries <= LARGEST else None)
        return None if refuted is None else but_for_rounding(refuted, names, "C=1")

    def complete(self, names: Sequence[str]) -> ClassLimit | None:
        """Return what is known of completely separated data whose design of pairs is too large, or None."""
        if self._leading is None:
            return None
        rows, direction = self._rows, against_first(self._rows, self._leading)
        used = np.append(np.ones(int(rows.standard.intercept), bool), rows.standard.inverse_scale > 0)
        states: list[State] = ["not examined" if yes else "finite" for yes in np.tile(used, rows.classes - 1)]
        columns = tuple(name for name, state in zip(names, states, strict=True) if state != "finite")
        counts = rows.counted
        possible = (np.arange(rows.classes) == rows.label[:, None]) | ~counts[:, None]
        direction, finite = direction / np.abs(direction).max(), np.zeros(rows.size)
        record = Separation("complete", columns, tuple(states), direction, finite, int(np.count_nonzero(counts)), ())
        return ClassLimit(record, possible.astype(np.uint8))

    def _watch(self) -> SeparationWatch | None:
        if self._inner is None and self.small:
            pairs = pairs_of_rows(self._rows)
            self._inner, self._point = SeparationWatch(pairs.rows), pairs.point
        return self._inner

    def _seen(self, direction: Vector) -> Vector:
        """Return a direction of γ as one of the design of pairs."""
        standard = self._rows.standard.seen_from(self._point)
        return against_first(replace(self._rows, standard=standard), direction)

    def _pairs(self) -> Rows:
        rows = None if self._inner is None else self._inner.rows
        assert isinstance(rows, Rows)
        return rows


def _suggests(step: Pass) -> bool:
    return step.margin is not None and step.margin[0] >= -0.25 and step.margin[1] >= WORTH


_UNFINISHED = Fit(np.empty(0), np.empty((0, 0)), 0.0, np.inf, (), "passes")


def against_first(rows: ClassRows, direction: Vector) -> Vector:
    """Return a direction of γ as one of the coefficients of the columns as given, less those of the first class."""
    of_classes = rows.of_classes(direction)
    return np.concatenate([rows.standard.original(one - of_classes[0]) for one in of_classes[1:]])


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The design of pairs of the distinct rows that count.

    Attributes
    ----------
    rows : the design, a row for each pair
    row, other : the distinct row of each pair, and the class that is not its own
    place : (n,) the distinct row of each row; -1 for rows that do not count
    point : (p,) subtracted from the columns in `rows`; or None
    given : the design of the columns as given
    """

    rows: Rows
    row: NDArray[np.intp]
    other: NDArray[np.intp]
    place: NDArray[np.intp]
    point: Vector | None
    given: Rows

    @property
    def outward(self) -> Matrix | None:
        """The map of directions of `rows` to those of `given`; None for the identity."""
        if self.point is None:
            return None
        one = np.eye(1 + len(self.point))
        one[0, 1:] = -self.point
        return np.asarray(np.kron(np.eye(self.rows.size // len(one)), one), dtype=np.float64)


def pairs_of_rows(rows: ClassRows) -> Pairs:
    """Return the design of pairs. It depends neither on weights above 0 nor on how often a row is there."""
    counts = rows.counted
    used = rows.standard.inverse_scale > 0
    x = np.asarray(rows.X[:], dtype=np.float64)[counts]
    labelled = np.column_stack([rows.label[counts], np.where(used, x, 0.0)])
    distinct, inverse = np.unique(labelled, axis=0, return_inverse=True)
    place = np.full(len(counts), -1)
    place[counts] = inverse.ravel()
    label = distinct[:, 0].astype(np.intp)
    row, other = np.nonzero(np.arange(rows.classes) != label[:, None])
    given = _design(rows, distinct[:, 1:], (row, label, other))
    # Exact arithmetic needs no centres; linear programs do not see values apart that are far from 0.
    point = None if within_reach(given) or not rows.standard.intercept else _middle(distinct[:, 1:])
    near = given if point is None else _design(rows, distinct[:, 1:] - point, (row, label, other))
    return Pairs(near, row, other, place, point, given)


def _middle(x: Matrix) -> Vector | None:
    """Return a value of each column near its median, less which all are exact, or 0; None if all are 0."""
    point = np.sort(x, axis=0)[len(x) // 2]
    exact = ~exact_sum(x, np.broadcast_to(-point, x.shape)).low.any(axis=0)
    found: Vector = np.where(exact, point, 0.0)
    return found if found.any() else None


def _design(rows: ClassRows, x: Matrix, pairs: tuple[NDArray[np.intp], ...]) -> Rows:
    """Return the design of pairs (row, label of each row, other class) of rows (m, p)."""
    (row, label, other), q = pairs, rows.parameters
    z = np.ones((len(x), q))
    z[:, int(rows.standard.intercept) :] = x
    wide = np.zeros((len(row), rows.classes, q))
    wide[np.arange(len(row)), label[row]] += z[row]
    wide[np.arange(len(row)), other] -= z[row]
    largest = np.abs(z).max(axis=0)
    scale = np.where(largest > 0, np.exp2(-np.round(np.log2(np.where(largest > 0, largest, 1.0)))), 0.0)
    design = np.ascontiguousarray(wide[:, 1:].reshape(len(row), rows.size))
    parts = (np.zeros(rows.size), np.tile(scale, rows.classes - 1))
    return Rows(design, np.ones(len(row)), None, None, *parts, False)


def class_limit(rows: ClassRows, found: Recession, names: Sequence[str], limits: tuple[float, int]) -> ClassLimit:
    """Return what separated data tend to.

    Parameters
    ----------
    found : a certificate for the design of pairs
    names : of the coefficients against the first class, one class after the other
    limits : the tolerance and the largest number of passes of Newton's method
    """
    pairs = pairs_of_rows(rows)
    limit = separation_limit(pairs.rows, found, np.zeros(rows.size), *limits, outward=pairs.outward)
    apart = separated_rows(pairs.rows, limit.recession)
    # The last stands for the rows that do not count.
    of_distinct = np.ones((pairs.row[-1] + 2, rows.classes), dtype=np.uint8)
    of_distinct[pairs.row[apart], pairs.other[apart]] = 0
    possible = of_distinct[pairs.place]
    certain = np.count_nonzero(possible.sum(axis=1) == 1)
    if pairs.outward is not None:
        there = as_given(pairs.given.standard)
        given = replace(limit.recession, direction=pairs.outward @ limit.recession.given, standard=there, mask=apart)
        limit = replace(limit, recession=given, fit=None)
    record = limit.record(pairs.given, pairs.given.standard, names)
    return ClassLimit(replace(record, rows_separated=int(certain), reasons=()), possible)
