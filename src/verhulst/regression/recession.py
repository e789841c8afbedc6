"""Directions along which the likelihood never falls: found, verified, and made as large as they can be.

A direction d with (2yᵢ − 1) xᵢᵀd ≥ 0 in every row, and > 0 in some, separates the outcomes: the log-likelihood rises
along d without end and no finite estimate exists (Albert and Anderson 1984, Biometrika 71). Newton's method finds one
by itself: on separated data its step tends to a direction whose margins (2yᵢ − 1) xᵢᵀd are at least 1 in the separated
rows and 0 in the others. From such a step this file makes a certificate. It takes the rows of small margin for the rows
of margin 0, projects the step onto the directions that leave those rows alone, and looks at every row again: a margin
below minus its own rounding bound refutes the direction. The columns are centred and scaled as the rows of margin 0 see
them: beside a value of 1e20 the others must not look alike.

Only the largest set of separated rows says which coefficients are infinite. With Z the rows of margin 0 for a direction
that separates as many rows as any, the directions d with Z d = 0 are those that the data leave free, and a coefficient
has a finite estimate if and only if it is 0 in all of them. If the rows in Z can be separated once more, by v, then
M d + v with a large M separates more rows than d.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.coordinates import alike, moved, side_by_side, usual
from verhulst.regression.factor import rank_tolerance
from verhulst.regression.rows import Rows
from verhulst.regression.separation import State
from verhulst.regression.some_rows import Some, SomeRows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector, merge

SMALL_MARGIN = 0.5  # margins tend to 0 or to at least 1
REFINEMENTS = 2
NEGLIGIBLE = 1e-7  # a coefficient whose share in every free direction is below this is not free


@dataclass(frozen=True, slots=True, eq=False)
class Recession:
    """A verified separating direction.

    Attributes
    ----------
    direction : (q,), scaled so that the smallest margin above 0 is 1
    standard : the centres and scales to which the direction belongs
    separated, rows : number of rows with a positive margin, and of all rows that count
    mask, states, inside : what exact arithmetic says, or None: the rows (n,) that can be separated, the states of the
        coefficients, and a direction (q,) of the columns as given from the inside of the cone of all
    """

    direction: Vector
    standard: Standardisation
    separated: int
    rows: int
    mask: NDArray[np.bool_] | None = None
    states: tuple[State, ...] | None = None
    inside: Vector | None = None

    @property
    def complete(self) -> bool:
        """Whether every row has a positive margin."""
        return self.separated == self.rows

    @property
    def given(self) -> Vector:
        """(q,) the direction of the columns as given."""
        return self.standard.original(self.direction)


@dataclass(frozen=True, slots=True, eq=False)
class FreeSpace:
    """Directions that leave some rows alone.

    Attributes
    ----------
    basis : (q, k), each column a direction; scaled so that entries of size 1 matter
    scale : (q,) by which `basis` has to be multiplied to be a direction of the standardised columns
    inverse : (q, q) pseudo-inverse of the Gram matrix of those rows, each taken to have length 1
    """

    basis: Matrix
    scale: Vector
    inverse: Matrix

    def project(self, direction: Vector) -> Vector:
        """The nearest direction in the space."""
        inside: Vector = self.basis @ (self.basis.T @ (direction / self.scale)) * self.scale
        return inside


def free_space(judged: SomeRows, rows: SomeRows, direction: Vector, small: float | None = SMALL_MARGIN) -> FreeSpace:
    """The directions that leave the rows with a small margin (None: zero up to rounding) for `direction` alone.

    Parameters
    ----------
    judged, rows : the data in the coordinates of the direction, and in those of the space
    """
    size = len(direction)
    gram, everywhere = merge(judged.ask(_products, rows.standard, direction, small))
    diagonal, used = np.diag(gram), everywhere > 0  # other columns take no part in the fit
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, np.where(used, everywhere, 1.0)))
    values, inner = np.linalg.eigh((gram * scale * scale[:, None])[np.ix_(used, used)])
    vectors = np.zeros((size, len(values)))
    vectors[used] = inner
    null = values <= rank_tolerance(size)
    kept = vectors[:, ~null]
    inverse = (kept / values[~null]) @ kept.T * scale * scale[:, None]
    return FreeSpace(vectors[:, null], scale, inverse)


def _products(rows: Rows, other: Standardisation, direction: Vector, small: float | None) -> tuple[Matrix, Vector]:
    """Gram matrix of the rows with a small margin, as the `other` standardisation sees them; squares of all."""
    size = len(direction)
    gram, everywhere = np.zeros((size, size)), np.zeros(size)
    for here, there in side_by_side(rows, rows.seen_by(other)):
        m, bound = here.margins(direction)
        z = alike(there.z)
        everywhere += np.sum(z**2, axis=0)
        z = z[np.abs(m) <= (bound if small is None else small)]
        gram += z.T @ z
    return gram, everywhere


def verified(rows: SomeRows, direction: Vector) -> Recession | None:
    """`direction` as a certificate if no row contradicts it and some row confirms it."""
    contradicted, separated, counted, least = zip(*rows.ask(_judged, direction), strict=True)
    if any(contradicted) or not sum(separated):
        return None
    return Recession(direction / min(least), rows.standard, sum(separated), sum(counted))


def _judged(rows: Rows, direction: Vector) -> tuple[bool, int, int, float]:
    """Whether a row contradicts the direction, how many confirm it, of how many, and the least of their margins."""
    separated, counted, least = 0, 0, np.inf
    for m, bound in rows.margins(direction):
        if np.any(m < -bound):
            return True, 0, 0, np.inf
        positive = m > bound
        separated += int(np.count_nonzero(positive))
        counted += len(m)
        least = min(least, float(np.min(m[positive], initial=np.inf)))
    return False, separated, counted, least


def recession(rows: SomeRows, candidate: Vector, small: float = SMALL_MARGIN) -> Recession | None:
    """A certificate near `candidate`, whose rows with margins below `small` are taken to have margin 0.

    Parameters
    ----------
    rows : the data
    candidate : (q,) a Newton step, or what a linear program found
    small : see above

    Returns
    -------
    Recession or None
        None means that the candidate proves nothing
    """
    space = free_space(rows, rows, candidate, small)
    if not space.basis.shape[1]:
        return None
    fitted = rows.standard
    own = usual(rows, candidate, small)
    there, carried = rows, candidate
    if own is not None:
        there, carried = rows.seen_by(own), moved(candidate, fitted, own)
        space = free_space(rows, there, candidate, small)
        if not space.basis.shape[1]:
            return None
    direction = space.project(carried)
    # Where only rounding is left of the candidate, the rows of small margin do not have margin 0 (yet).
    if np.linalg.norm(direction / space.scale) <= NEGLIGIBLE * np.linalg.norm(carried / space.scale):
        return None
    for _ in range(REFINEMENTS if own is not None else 0):
        direction = direction - space.inverse @ merge(rows.ask(_across, there.standard, candidate, small, direction))
    # What rounding left where there should be nothing would show in rows that are 0 in all other columns.
    share = np.abs(direction / space.scale)
    without_dust = np.where(share > rank_tolerance(len(direction)) * share.max(), direction, 0.0)
    return verified(there, without_dust) or verified(there, direction)


def _across(rows: Rows, other: Standardisation, candidate: Vector, small: float, direction: Vector) -> Vector:
    """Σ z zᵀd over the rows with a small margin for the candidate, as the `other` standardisation sees them."""
    left = np.zeros(len(direction))
    for here, there in side_by_side(rows, rows.seen_by(other)):
        at_rest = np.abs(here.margins(candidate)[0]) <= small
        z = alike(there.z[at_rest])
        left += z.T @ (z @ direction)
    return left


def rows_left(rows: Some, found: Recession) -> Some:
    """The same rows, where those that are separated have weight 0."""
    return rows.changed(_without, found)  # type: ignore[return-value]


def _without(rows: Rows, found: Recession) -> Rows:
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    return replace(rows, weight=np.where(separated_rows(rows, found), 0.0, weight))


def separated_rows(rows: Rows, found: Recession) -> NDArray[np.bool_]:
    """(n,) which rows are separated, whatever their weight."""
    if found.mask is not None:
        return found.mask
    all_of_them = replace(rows, weight=None, offset=None).seen_by(found.standard)
    return np.concatenate([m > bound for m, bound in all_of_them.margins(found.direction)])


def joined(rows: SomeRows, first: Recession, second: Recession) -> Recession | None:
    """A direction that separates the rows that `first` separates, and those that `second` separates among the rest."""
    multiple = max(rows.ask(_multiple, first, second))
    parts = [moved(one.direction, one.standard, rows.standard) for one in (first, second)]
    return recession(rows, multiple * parts[0] + parts[1])


def _multiple(rows: Rows, first: Recession, second: Recession) -> float:
    """How often `first` has to be added to `second`, so that the rows that it separates stay separated."""
    multiple = 1.0
    for piece, other in side_by_side(rows.seen_by(first.standard), rows.seen_by(second.standard)):
        m, bound = piece.margins(first.direction)
        gone = m > bound
        if gone.any():
            needed = (1.0 - other.margins(second.direction)[0][gone]) / m[gone]
            multiple = max(multiple, float(needed.max()))
    return multiple
