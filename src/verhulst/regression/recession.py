"""Directions along which the likelihood never falls: found, verified, and made as large as they can be.

A direction d with (2yᵢ − 1) xᵢᵀd ≥ 0 in every row, and > 0 in some, separates the outcomes: the log-likelihood rises
along d for ever and no finite estimate exists (Albert and Anderson 1984, Biometrika 71). Newton's method finds one by
itself: on separated data its step tends to a direction whose margins (2yᵢ − 1) xᵢᵀd are at least 1 in the separated
rows and 0 in the others. From such a step this file makes a certificate. It takes the rows of small margin for the rows
of margin 0, projects the step onto the directions that leave those rows alone, and looks at every row again: a margin
below minus its own rounding bound refutes the direction.

Only the largest set of separated rows says which coefficients are infinite. With Z the rows of margin 0 for a direction
that separates as many rows as any, the directions d with Z d = 0 are those that the data leave free, and a coefficient
has a finite estimate if and only if it is 0 in all of them. If the rows in Z can be separated once more, by v, then
M d + v with a large M separates more rows than d.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from verhulst.regression.chunks import Blocks, chunks
from verhulst.regression.factor import rank_tolerance
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Matrix, Vector

SMALL_MARGIN = 0.5  # margins tend to 0 or to at least 1
REFINEMENTS = 2
NEGLIGIBLE = 1e-7  # a coefficient whose share in every free direction is below this is not free


@dataclass(frozen=True, slots=True, eq=False)
class Recession:
    """A verified separating direction of the standardised columns.

    Attributes
    ----------
    direction : (q,), scaled so that the smallest margin above 0 is 1
    separated, rows : number of rows with a positive margin, and of all rows that count
    """

    direction: Vector
    separated: int
    rows: int

    @property
    def complete(self) -> bool:
        """Whether every row has a positive margin."""
        return self.separated == self.rows


@dataclass(frozen=True, slots=True, eq=False)
class FreeSpace:
    """Directions that leave some rows alone.

    Attributes
    ----------
    basis : (q, k), each column a direction; scaled so that entries of size 1 matter
    scale : (q,) by which `basis` has to be multiplied to be a direction of the standardised columns
    inverse : (q, q) pseudo-inverse of the Gram matrix of those rows
    """

    basis: Matrix
    scale: Vector
    inverse: Matrix

    def project(self, direction: Vector) -> Vector:
        """The nearest direction in the space."""
        inside: Vector = self.basis @ (self.basis.T @ (direction / self.scale)) * self.scale
        return inside


def free_space(blocks: Blocks, direction: Vector, small: float | None = SMALL_MARGIN) -> FreeSpace:
    """The directions that leave the rows with a small margin (None: zero up to rounding) for `direction` alone."""
    size = len(direction)
    gram, everywhere = np.zeros((size, size)), np.zeros(size)
    for chunk in chunks(blocks):
        m, bound = chunk.margins(direction)
        z = chunk.z[np.abs(m) <= (bound if small is None else small)]
        gram += z.T @ z
        everywhere += np.sum(chunk.z**2, axis=0)
    diagonal = np.diag(gram)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, np.where(everywhere > 0, everywhere, 1.0)))
    values, vectors = np.linalg.eigh(gram * scale * scale[:, None])
    null = values <= rank_tolerance(size)
    vectors[everywhere == 0] = 0.0  # columns that take no part in the fit
    basis = vectors[:, null]
    kept = vectors[:, ~null]
    inverse = (kept / values[~null]) @ kept.T * scale * scale[:, None]
    return FreeSpace(basis, scale, inverse)


def verified(blocks: Blocks, direction: Vector) -> Recession | None:
    """`direction` as a certificate if no row contradicts it and some row confirms it."""
    separated, rows, least = 0, 0, np.inf
    for chunk in chunks(blocks):
        m, bound = chunk.margins(direction)
        if np.any(m < -bound):
            return None
        positive = m > bound
        separated += int(np.count_nonzero(positive))
        rows += len(m)
        least = min(least, float(np.min(m[positive], initial=np.inf)))
    return Recession(direction / least, separated, rows) if separated else None


def recession(blocks: Blocks, candidate: Vector, small: float = SMALL_MARGIN) -> Recession | None:
    """A certificate near `candidate`, whose rows with margins below `small` are taken to have margin 0.

    Parameters
    ----------
    blocks : the data
    candidate : (q,) a Newton step, or what a linear program found
    small : see above

    Returns
    -------
    Recession or None
        None means that the candidate proves nothing
    """
    space = free_space(blocks, candidate, small)
    if not space.basis.shape[1]:
        return None
    direction = space.project(candidate)
    # Where only rounding is left of the candidate, the rows of small margin do not have margin 0 (yet).
    if np.linalg.norm(direction / space.scale) <= NEGLIGIBLE * np.linalg.norm(candidate / space.scale):
        return None
    for _ in range(REFINEMENTS):
        left = np.zeros(len(direction))
        for chunk in chunks(blocks):
            at_rest = np.abs(chunk.margins(candidate)[0]) <= small
            z = chunk.z[at_rest]
            left += z.T @ (z @ direction)
        direction = direction - space.inverse @ left
    # What rounding left where there should be nothing would show in rows that are 0 in all other columns.
    share = np.abs(direction / space.scale)
    without_dust = np.where(share > rank_tolerance(len(direction)) * share.max(), direction, 0.0)
    return verified(blocks, without_dust) or verified(blocks, direction)


def rows_left(blocks: Blocks, direction: Vector) -> Blocks:
    """The same blocks, where the rows that `direction` separates have weight 0."""

    def remaining() -> list[Rows]:
        return [_masked(rows, direction) for rows in blocks()]

    return remaining


def _masked(rows: Rows, direction: Vector) -> Rows:
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight.copy()
    single = replace(rows, weight=None, offset=None)
    start = 0
    for chunk in chunks(lambda: (single,)):
        m, bound = chunk.margins(direction)
        weight[start : start + len(m)][m > bound] = 0.0
        start += len(m)
    return replace(rows, weight=weight)


def joined(blocks: Blocks, first: Recession, second: Recession) -> Recession | None:
    """A direction that separates the rows that `first` separates, and those that `second` separates among the rest."""
    multiple = 1.0
    for chunk in chunks(blocks):
        m, bound = chunk.margins(first.direction)
        moved = m > bound
        if moved.any():
            needed = (1.0 - chunk.margins(second.direction)[0][moved]) / m[moved]
            multiple = max(multiple, float(needed.max()))
    return recession(blocks, multiple * first.direction + second.direction)


def with_every_free_coefficient(blocks: Blocks, found: Recession, space: FreeSpace) -> Recession:
    """The same certificate, tilted so that every coefficient that the data leave free is different from 0."""
    free = np.linalg.norm(space.basis, axis=1) > NEGLIGIBLE
    for j in np.flatnonzero(free):
        relative = np.abs(found.direction / space.scale)
        if relative[j] > 1e-6 * relative.max():
            continue
        tilt = space.basis @ space.basis[j] * space.scale
        room = np.inf
        for chunk in chunks(blocks):
            m, bound = chunk.margins(found.direction)
            change = np.abs(chunk.margins(tilt)[0])
            rising = (m > bound) & (change > 0)
            room = min(room, float(np.min(m[rising] / change[rising], initial=np.inf)))
        tilted = verified(blocks, found.direction + min(0.1 * room, 1e300) * tilt) if room < np.inf else None
        if tilted is not None and tilted.separated >= found.separated:
            found = tilted
    return found
