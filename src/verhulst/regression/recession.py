"""Directions along which the likelihood never falls: found, verified, and made as large as they can be.

A direction d with (2yᵢ − 1) xᵢᵀd ≥ 0 in every row, and > 0 in some, separates the outcomes: the log-likelihood rises
along d for ever and no finite estimate exists (Albert and Anderson 1984, Biometrika 71). Newton's method finds one by
itself: on separated data its step tends to a direction whose margins (2yᵢ − 1) xᵢᵀd are at least 1 in the separated
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

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.chunks import Blocks, Chunk, chunks
from verhulst.regression.factor import rank_tolerance
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

if TYPE_CHECKING:
    from verhulst.regression.exact_separation import ExactSeparation

SMALL_MARGIN = 0.5  # margins tend to 0 or to at least 1
REFINEMENTS = 2
Pairs = Callable[[], Iterable[tuple[Chunk, Chunk]]]
NEGLIGIBLE = 1e-7  # a coefficient whose share in every free direction is below this is not free


@dataclass(frozen=True, slots=True, eq=False)
class Recession:
    """A verified separating direction.

    Attributes
    ----------
    direction : (q,), scaled so that the smallest margin above 0 is 1
    standard : the centres and scales to which the direction belongs
    separated, rows : number of rows with a positive margin, and of all rows that count
    exact : None, or what exact arithmetic says; then `direction` separates as many rows as can be
    """

    direction: Vector
    standard: Standardisation
    separated: int
    rows: int
    exact: ExactSeparation | None = None

    @property
    def complete(self) -> bool:
        """Whether every row has a positive margin."""
        return self.separated == self.rows

    @property
    def given(self) -> Vector:
        """(q,) the direction of the columns as given."""
        return self.standard.original(self.direction)


def standard_of(blocks: Blocks) -> Standardisation:
    """The centres and scales of the blocks, which all have the same."""
    first = next(iter(blocks()))
    return Standardisation(first.centre, first.inverse_scale, first.intercept)


def seen(blocks: Blocks, standard: Standardisation) -> Blocks:
    """The same blocks with other centres and scales."""
    return lambda: [replace(b, centre=standard.centre, inverse_scale=standard.inverse_scale) for b in blocks()]


def as_given(standard: Standardisation) -> Standardisation:
    """No centres, and scales of 1 for the columns that take part."""
    return Standardisation(
        np.zeros_like(standard.centre), (standard.inverse_scale > 0).astype(float), standard.intercept
    )


def side_by_side(first: Blocks, second: Blocks) -> Pairs:
    """The rows in two coordinate systems at once."""
    return lambda: zip(chunks(first), chunks(second), strict=True)


def moved(direction: Vector, here: Standardisation, there: Standardisation) -> Vector:
    """A direction of the columns centred and scaled as `here`, for those as `there`."""
    slopes = (direction[1:] if here.intercept else direction) * here.inverse_scale
    scaled = np.divide(slopes, there.inverse_scale, out=np.zeros_like(slopes), where=there.inverse_scale != 0)
    if not here.intercept:
        return scaled
    return np.concatenate([[direction[0] + (there.centre - here.centre) @ slopes], scaled])


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


def free_space(pairs: Pairs, direction: Vector, small: float | None = SMALL_MARGIN) -> FreeSpace:
    """The directions that leave the rows with a small margin (None: zero up to rounding) for `direction` alone.

    Parameters
    ----------
    pairs : the data twice: in the coordinates of the direction, and in those of the space
    """
    size = len(direction)
    gram, everywhere = np.zeros((size, size)), np.zeros(size)
    for judged, chunk in pairs():
        m, bound = judged.margins(direction)
        z = chunk.z[np.abs(m) <= (bound if small is None else small)]
        gram += z.T @ z
        everywhere += np.sum(chunk.z**2, axis=0)
    diagonal, used = np.diag(gram), everywhere > 0  # other columns take no part in the fit
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, np.where(used, everywhere, 1.0)))
    values, inner = np.linalg.eigh((gram * scale * scale[:, None])[np.ix_(used, used)])
    vectors = np.zeros((size, len(values)))
    vectors[used] = inner
    null = values <= rank_tolerance(size)
    kept = vectors[:, ~null]
    inverse = (kept / values[~null]) @ kept.T * scale * scale[:, None]
    return FreeSpace(vectors[:, null], scale, inverse)


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
    return Recession(direction / least, standard_of(blocks), separated, rows) if separated else None


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
    if not free_space(side_by_side(blocks, blocks), candidate, small).basis.shape[1]:
        return None
    fitted = standard_of(blocks)
    own = _seen_by_rows_at_rest(blocks, candidate, small)
    carried = moved(candidate, fitted, own)
    pairs = side_by_side(blocks, seen(blocks, own))

    space = free_space(pairs, candidate, small)
    if not space.basis.shape[1]:
        return None
    direction = space.project(carried)
    # Where only rounding is left of the candidate, the rows of small margin do not have margin 0 (yet).
    if np.linalg.norm(direction / space.scale) <= NEGLIGIBLE * np.linalg.norm(carried / space.scale):
        return None
    for _ in range(REFINEMENTS):
        left = np.zeros(len(direction))
        for as_fitted, chunk in pairs():
            at_rest = np.abs(as_fitted.margins(candidate)[0]) <= small
            z = chunk.z[at_rest]
            left += z.T @ (z @ direction)
        direction = direction - space.inverse @ left
    # What rounding left where there should be nothing would show in rows that are 0 in all other columns.
    share = np.abs(direction / space.scale)
    without_dust = np.where(share > rank_tolerance(len(direction)) * share.max(), direction, 0.0)
    there = seen(blocks, own)
    return verified(there, without_dust) or verified(there, direction)


@np.errstate(over="ignore", invalid="ignore")  # then the columns stay as they are
def _seen_by_rows_at_rest(blocks: Blocks, candidate: Vector, small: float) -> Standardisation:
    """Means and standard deviations, to a power of two, of the rows of small margin; as before where there are none."""
    fitted = standard_of(blocks)
    pairs, first = side_by_side(blocks, seen(blocks, as_given(fitted))), int(fitted.intercept)
    middle: Vector | None = None
    total, squares, count = np.zeros(len(fitted.centre)), np.zeros(len(fitted.centre)), 0
    for chunk, given in pairs():
        x = given.z[np.abs(chunk.margins(candidate)[0]) <= small, first:]
        if len(x):
            if middle is None:
                middle = np.median(x, axis=0) if first else np.zeros_like(total)
            count += len(x)
            total += (x - middle).sum(axis=0)
            squares += np.sum((x - middle) ** 2, axis=0)
    if middle is None:
        return fitted
    centre = middle + total / count if first else middle
    spread = np.sqrt(np.maximum(squares / count - (centre - middle) ** 2, 0.0))
    taken = np.isfinite(spread) & np.isfinite(centre) & (fitted.inverse_scale > 0)
    usable = taken & (spread > 0)
    exponent = np.round(np.log2(np.where(usable, spread, 1.0)))
    scale = np.where(usable, np.exp2(np.clip(-exponent, -1000, 1000)), fitted.inverse_scale)
    return Standardisation(np.where(taken, centre, fitted.centre), scale, fitted.intercept)


def rows_left(blocks: Blocks, found: Recession) -> Blocks:
    """The same blocks, where the rows that are separated have weight 0."""

    def remaining() -> list[Rows]:
        result, start = [], 0
        for rows in blocks():
            stop = start + len(rows.y)
            gone = _separated(rows, found) if found.exact is None else found.exact.mask[start:stop]
            weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
            result.append(replace(rows, weight=np.where(gone, 0.0, weight)))
            start = stop
        return result

    return remaining


def separated_rows(blocks: Blocks, found: Recession) -> NDArray[np.bool_]:
    """(n,) which rows are separated."""
    return np.concatenate([rows.weight == 0 for rows in rows_left(blocks, found)()])


def _separated(rows: Rows, found: Recession) -> NDArray[np.bool_]:
    """(n,) which rows have a margin above 0, whatever their weight."""
    single = replace(rows, weight=None, offset=None)
    parts = []
    for chunk in chunks(seen(lambda: (single,), found.standard)):
        m, bound = chunk.margins(found.direction)
        parts.append(m > bound)
    return np.concatenate(parts)


def joined(blocks: Blocks, first: Recession, second: Recession) -> Recession | None:
    """A direction that separates the rows that `first` separates, and those that `second` separates among the rest."""
    multiple, standard = 1.0, standard_of(blocks)
    for chunk, other in side_by_side(seen(blocks, first.standard), seen(blocks, second.standard))():
        m, bound = chunk.margins(first.direction)
        gone = m > bound
        if gone.any():
            needed = (1.0 - other.margins(second.direction)[0][gone]) / m[gone]
            multiple = max(multiple, float(needed.max()))
    parts = [moved(one.direction, one.standard, standard) for one in (first, second)]
    return recession(blocks, multiple * parts[0] + parts[1])
