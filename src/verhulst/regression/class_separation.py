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

from verhulst.regression.class_rows import ClassRows
from verhulst.regression.passes import Fit, Pass
from verhulst.regression.recession import Recession, separated_rows
from verhulst.regression.rows import Rows
from verhulst.regression.separation import Separation
from verhulst.regression.separation_limit import SeparationWatch, separation_limit
from verhulst.regression.statistics import Vector

MOST_ENTRIES = 20_000_000  # of the design of pairs


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
    """Watches the passes of Newton's method as `SeparationWatch`, and examines the design of pairs."""

    def __init__(self, rows: ClassRows) -> None:
        self._rows = rows
        self._inner: SeparationWatch | None = None

    def __call__(self, step: Pass) -> bool:
        """True once the step of this pass has become a certificate."""
        if step.margin is None or step.direction is None or step.margin[0] < -0.25 or step.margin[1] < 0.5:
            return False
        inner = self._watch()
        return inner is not None and inner(replace(step, direction=against_first(self._rows, step.direction)))

    def certificate(self, fit: Fit, doubtful: bool) -> Recession | None:
        """See `SeparationWatch.certificate`."""
        if self._inner is None and fit.status == "converged" and not doubtful:
            return None
        inner = self._watch()
        return None if inner is None else inner.certificate(fit, doubtful)

    def _watch(self) -> SeparationWatch | None:
        if self._inner is None and len(self._rows.label) * (self._rows.classes - 1) * self._rows.size <= MOST_ENTRIES:
            self._inner = SeparationWatch(pairs_of_rows(self._rows)[0])
        return self._inner


def against_first(rows: ClassRows, direction: Vector) -> Vector:
    """Return a direction of γ as one of the coefficients of the columns as given, less those of the first class."""
    of_classes = rows.of_classes(direction)
    return np.concatenate([rows.standard.original(one - of_classes[0]) for one in of_classes[1:]])


def pairs_of_rows(rows: ClassRows) -> tuple[Rows, NDArray[np.intp], NDArray[np.intp]]:
    """Return the design of pairs, and the row and the other class of each pair."""
    counts = np.ones(len(rows.label), bool) if rows.weight is None else rows.weight > 0
    row, other = np.nonzero(counts[:, None] & (np.arange(rows.classes) != rows.label[:, None]))
    q, first = rows.parameters, int(rows.standard.intercept)
    given = np.ones((len(rows.label), q))
    given[:, first:] = np.asarray(rows.X[:], dtype=np.float64)
    given[:, first:][:, rows.standard.inverse_scale == 0] = 0.0
    wide = np.zeros((len(row), rows.classes, q))
    wide[np.arange(len(row)), rows.label[row]] += given[row]
    wide[np.arange(len(row)), other] -= given[row]
    scale = np.concatenate([np.ones(first), rows.standard.inverse_scale])
    size = rows.size
    design = np.ascontiguousarray(wide[:, 1:].reshape(len(row), size))
    made = Rows(design, np.ones(len(row)), None, None, np.zeros(size), np.tile(scale, rows.classes - 1), False)
    return made, row, other


def class_limit(rows: ClassRows, found: Recession, names: Sequence[str], limits: tuple[float, int]) -> ClassLimit:
    """Return what separated data tend to.

    Parameters
    ----------
    found : a certificate for the design of pairs
    names : of the coefficients against the first class, one class after the other
    limits : the tolerance and the largest number of passes of Newton's method
    """
    pairs, row, other = pairs_of_rows(rows)
    limit = separation_limit(pairs, found, np.zeros(rows.size), *limits)
    apart = separated_rows(pairs, limit.recession)
    possible = np.ones((len(rows.label), rows.classes), dtype=np.uint8)
    possible[row[apart], other[apart]] = 0
    certain = np.count_nonzero(possible.sum(axis=1) == 1)
    record = limit.record(pairs, pairs.standard, names)
    return ClassLimit(replace(record, rows_separated=int(certain), reasons=()), possible)
