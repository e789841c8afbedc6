"""The same rows with other centres and scales: what separates them is judged where it can be seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from verhulst.regression.rows import Piece, Rows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

ENOUGH = 4096  # rows, for centres and scales
LEAST_SPREAD = 2.0**-10  # share of a column's usual size: smaller differences between values set no scale


def as_given(standard: Standardisation) -> Standardisation:
    """No centres, and scales of 1 for the columns that take part."""
    return Standardisation(
        np.zeros_like(standard.centre), (standard.inverse_scale > 0).astype(float), standard.intercept
    )


def side_by_side(first: Rows, second: Rows) -> Iterator[tuple[Piece, Piece]]:
    """The rows in two coordinate systems at once."""
    if first is second:
        return ((piece, piece) for piece in first.pieces())
    return zip(first.pieces(), second.pieces(), strict=True)


def moved(direction: Vector, here: Standardisation, there: Standardisation) -> Vector:
    """A direction of the columns centred and scaled as `here`, for those as `there`."""
    slopes = (direction[1:] if here.intercept else direction) * here.inverse_scale
    scaled = np.divide(slopes, there.inverse_scale, out=np.zeros_like(slopes), where=there.inverse_scale != 0)
    if not here.intercept:
        return scaled
    return np.concatenate([[direction[0] + (there.centre - here.centre) @ slopes], scaled])


def usual(rows: Rows, candidate: Vector | None = None, small: float = 0.0) -> Standardisation | None:
    """Medians of rows, and their usual distances from those; None where there are no rows.

    Any centre and scale of about the right size will do, so the first rows are enough; but no single value decides.

    Parameters
    ----------
    candidate, small : take the rows whose margin for this direction is not above `small`; None takes all
    """
    fitted = rows.standard
    first, some = int(fitted.intercept), np.empty((0, len(fitted.centre)))
    for piece, given in side_by_side(rows, rows.seen_by(as_given(fitted))):
        taken = given.z[:, first:]
        if candidate is not None:
            taken = taken[np.abs(piece.margins(candidate)[0]) <= small]
        some = np.concatenate([some, taken])
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


def alike(z: Matrix) -> Matrix:
    """Rows of length 1: what is orthogonal to a row does not depend on how long it is."""
    largest = np.max(np.abs(z), axis=1, keepdims=True)  # whose square may be no number
    z = z / np.where(largest > 0, largest, 1.0)
    length = np.linalg.norm(z, axis=1, keepdims=True)
    return np.asarray(z / np.where(length > 0, length, 1.0))
