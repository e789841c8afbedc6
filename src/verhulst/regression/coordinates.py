"""The same rows with other centres and scales, in which separation is easier to detect."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from verhulst.regression.rows import Piece, Rows
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

ENOUGH = 4096  # rows, for centres and scales
LEAST_SPREAD = 2.0**-10  # least scale, as a share of the usual size of a column


def as_given(standard: Standardisation) -> Standardisation:
    """Return no centres, and scales of 1 for the columns that are not left out."""
    return Standardisation(
        np.zeros_like(standard.centre), (standard.inverse_scale > 0).astype(float), standard.intercept
    )


def side_by_side(first: Rows, second: Rows) -> Iterator[tuple[Piece, Piece]]:
    """Yield the rows in two coordinate systems at once."""
    if first is second:
        return ((piece, piece) for piece in first.pieces())
    return zip(first.pieces(), second.pieces(), strict=True)


def moved(direction: Vector, here: Standardisation, there: Standardisation) -> Vector:
    """Return a direction for columns centred and scaled as `here` in terms of those as `there`."""
    slopes = (direction[1:] if here.intercept else direction) * here.inverse_scale
    scaled = np.divide(slopes, there.inverse_scale, out=np.zeros_like(slopes), where=there.inverse_scale != 0)
    if not here.intercept:
        return scaled
    return np.concatenate([[direction[0] + (there.centre - here.centre) @ slopes], scaled])


def usual(rows: SomeRows, candidate: Vector | None = None, small: float = 0.0) -> Standardisation | None:
    """Return medians of rows, and the median distances from them; None if there are no rows.

    Any centre and scale of about the right size is good enough, so the first rows are used.

    Parameters
    ----------
    candidate, small : take the rows whose margin for this direction is not above `small`; None takes all
    """
    fitted = rows.standard
    first, some = int(fitted.intercept), np.empty((0, len(fitted.centre)))
    for more in rows.ask_in_turn(_first_rows, candidate, small):
        some = np.concatenate([some, more])
        if len(some) >= ENOUGH:
            break
    if not len(some):
        return None
    centre = np.median(some, axis=0) if first else np.zeros(some.shape[1])
    away = np.abs(some - centre)
    away[away == 0] = np.nan
    usable = ~np.isnan(away).all(axis=0) & (fitted.inverse_scale > 0)
    spread = np.ones(len(usable))
    size = np.median(np.abs(some), axis=0)
    spread[usable] = np.maximum(np.nanmedian(away[:, usable], axis=0), LEAST_SPREAD * size[usable])
    scale = np.exp2(np.clip(-np.round(np.log2(spread)), -1000, 1000))
    return Standardisation(centre, np.where(usable, scale, fitted.inverse_scale), fitted.intercept)


def _first_rows(rows: Rows, candidate: Vector | None, small: float) -> Matrix:
    """Enough rows as given, if there are so many."""
    fitted = rows.standard
    first, some = int(fitted.intercept), np.empty((0, len(fitted.centre)))
    for piece, given in side_by_side(rows, rows.seen_by(as_given(fitted))):
        taken = given.z[:, first:]
        if candidate is not None:
            taken = taken[np.abs(piece.margins(candidate)[0]) <= small]
        some = np.concatenate([some, taken])
        if len(some) >= ENOUGH:
            break
    return some


def alike(z: Matrix) -> Matrix:
    """Return the rows scaled to length 1: what is orthogonal to a row does not depend on its length."""
    largest = np.max(np.abs(z), axis=1, keepdims=True)  # whose square may be no number
    z = z / np.where(largest > 0, largest, 1.0)
    length = np.linalg.norm(z, axis=1, keepdims=True)
    return np.asarray(z / np.where(length > 0, length, 1.0))
