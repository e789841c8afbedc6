"""Find columns that are linear combinations of others, within the precision of their numbers.

Elimination on the products of columns has half the digits of the columns: it finds columns that are certainly
independent. The residuals of the other columns on these are computed row by row, and the procedure is repeated with the
residuals, until they are no larger than the rounding of the data and of the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.statistics import EPS, Matrix, Vector

APART = 1e-8  # residual share of a combination's terms above which half the digits are enough
OF_SPREAD = 1e3  # residual, in roundings of its usual size, of a column that is computed from others
OF_NUMBERS = 8.0  # the same, in roundings of all numbers in the combination
UNEXPLAINED = 1e-2  # share of a residual that other columns may still explain when its size is used
REFINEMENTS = 5
Total = Callable[..., Any]


def dependent_columns(total: Total, rounding: Callable[[], tuple[Vector, Vector]]) -> tuple[NDArray[np.intp], Matrix]:
    """Return the columns that are combinations of others; of two equal columns, the one to the right.

    Parameters
    ----------
    total : what a function makes of the rows, a piece (m, q) at a time, added up over all parts of the rows; it takes
        the function and its other arguments
    rounding : (q,) relative errors of the numbers in each column, and the errors in a row whose first entry is 1

    Returns
    -------
    found : (f,) which, in no order
    parts : (q, f) the coefficients of each combination; zeros for a column of zeros
    """
    gram = total(_gram)
    size = np.sqrt(gram.diagonal())
    alive = np.flatnonzero(size > 0)
    found = [np.flatnonzero(~(size > 0))]
    combinations = [np.zeros((len(size), len(found[0])))]
    places, away, products = alive, np.eye(len(size))[:, alive], gram[np.ix_(alive, alive)]
    noise = np.zeros(len(alive))
    explain: list[Callable[[Matrix], tuple[Matrix, Vector]]] = []
    reach = np.zeros(len(size))  # squares of the coefficients of the independent combinations of length 1
    while len(places):
        kept, left, half, parts = eliminated(products, noise)
        basis = away[:, kept]
        explain.append(_explained_by(basis @ half))
        reach += ((basis @ half) ** 2).sum(axis=1)
        places, away = places[left], away[:, left] - basis @ parts
        if not len(places):
            break
        own = away[places, np.arange(len(places))]
        least = OF_SPREAD * EPS * size[places] * np.abs(own)
        away, products = _refined(total, away, explain, least)
        rest = np.sqrt(products.diagonal())
        same, limit = rest <= least, least
        if not same.all():
            error = OF_NUMBERS * _errors(total, away, *rounding())
            limit = np.maximum(least, error)
            same |= rest <= error
            noise = np.maximum(UNEXPLAINED, error[~same] / rest[~same])
        found.append(places[same])
        whole = -away[:, same] / own[same]
        whole[places[same], np.arange(whole.shape[1])] = 0.0
        # What may be rounding is no part: a residual of that size is divided by what sets a column apart from others.
        whole[np.abs(away[:, same]) <= limit[same] * np.sqrt(reach)[:, None]] = 0.0
        combinations.append(whole)
        places, away, products = places[~same], away[:, ~same] / rest[~same], products[np.ix_(~same, ~same)]
        products = products / rest[~same] / rest[~same, None]
    return np.concatenate(found), np.concatenate(combinations, axis=1)


def eliminated(gram: Matrix, noise: Vector) -> tuple[NDArray[np.intp], NDArray[np.intp], Matrix, Matrix]:
    """Return columns that are certainly independent of those before them, the others, and the projections of these.

    Parameters
    ----------
    gram : (q, q) products of columns, none of zeros
    noise : (q,) shares of the columns that may be due to rounding, or to other columns

    Returns
    -------
    kept : (k,)
    left : (q − k,)
    half : (k, k) half·halfᵀ is the inverse of the products of those kept
    parts : (k, q − k) coefficients of the others on the kept columns
    """
    size = len(gram)
    scale = np.sqrt(gram.diagonal())
    root = np.zeros((size, size))  # a row for each column kept: what it adds to the span, seen from every column
    inverse = np.zeros((size, size))  # of the columns kept of `root`
    kept: list[int] = []
    left: list[int] = []
    for j in range(size):
        k = len(kept)
        above = root[:k, j:]
        row = gram[j, j:] / scale[j:] / scale[j] - above[:, 0] @ above
        part = inverse[:k, :k] @ above[:, 0]
        hidden = noise[j] + np.abs(part) @ noise[kept]
        if not kept or row[0] > max(APART * (1.0 + part @ part), hidden**2):  # products are off by eps times the terms
            pivot = np.sqrt(row[0])
            root[k, j:] = row / pivot
            inverse[:k, k], inverse[k, k] = -part / pivot, 1.0 / pivot
            kept.append(j)
        else:
            left.append(j)
    half = inverse[: len(kept), : len(kept)] / scale[kept, None]
    parts = half @ root[: len(kept)][:, left] * scale[left]
    return np.array(kept, dtype=np.intp), np.array(left, dtype=np.intp), half, parts


def _explained_by(basis: Matrix) -> Callable[[Matrix], tuple[Matrix, Vector]]:
    """Return the projection on orthonormal combinations `basis` (q, k), given products (q, m) with all columns."""

    def explained(products: Matrix) -> tuple[Matrix, Vector]:
        along = basis.T @ products
        return basis @ along, np.einsum("ij,ij->j", along, along)

    return explained


def _refined(
    total: Total,
    away: Matrix,
    explain: list[Callable[[Matrix], tuple[Matrix, Vector]]],
    least: Vector,
) -> tuple[Matrix, Matrix]:
    """Orthogonalise combinations (q, m) of at least the `least` size to others; return them and their products."""
    for further in reversed(range(REFINEMENTS)):
        across, products = total(_projections, away)
        changes, shares = zip(*(explained(across) for explained in explain), strict=True)
        known = np.sum(shares, axis=0) <= UNEXPLAINED**2 * products.diagonal()
        known |= products.diagonal() <= least**2
        if known.all() or not further:
            break
        away = away - np.where(known, 0.0, np.sum(changes, axis=0))
    return away, products


def _errors(total: Total, away: Matrix, relative: Vector, shift: Vector) -> Vector:
    """Return bounds on what rounding of the data, and of the products, contributes to combinations (q, m)."""
    bound = (EPS + relative)[:, None] * np.abs(away)
    bound[0] += shift @ np.abs(away)
    return np.asarray(np.sqrt(total(_squares, bound)))


def _gram(pieces: Iterator[Matrix]) -> Matrix:
    return np.asarray(np.sum([z.T @ z for z in pieces], axis=0))


def _projections(pieces: Iterator[Matrix], away: Matrix) -> tuple[Matrix, Matrix]:
    """Products of combinations (q, m) with all columns and with each other."""
    across, products = np.zeros_like(away), np.zeros((away.shape[1],) * 2)
    for z in pieces:
        rest = z @ away
        across += z.T @ rest
        products += rest.T @ rest
    return across, products


def _squares(pieces: Iterator[Matrix], bound: Matrix) -> Vector:
    return np.asarray(np.sum([np.sum((np.abs(z) @ bound) ** 2, axis=0) for z in pieces], axis=0))
