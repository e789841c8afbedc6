"""Which columns are combinations of others to the precision of their numbers.

Products of columns have lost half the digits that tell two of them apart: elimination says which columns certainly
stand apart. What the others have that these do not is computed row by row; and the same is asked of what is left, until
it is no more than what rounding makes of the numbers given and of their sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.statistics import EPS, Matrix, Vector

APART = 1e-8  # share of a combination's terms that is left of it above which half the digits are enough
OF_SPREAD = 1e3  # roundings of its usual size that a column may keep of being computed from others
OF_NUMBERS = 8.0  # roundings of all numbers in a combination that may be left of it
OF_SUMS = 3.0  # the same where the numbers are exact, for what is reckoned with them here
UNEXPLAINED = 1e-2  # share of what is left that others may still explain: then its size is known
LEAST_PART = 1e-6  # a column has no part in a combination of which it makes up less than this
REFINEMENTS = 5


def dependent_columns(
    pieces: Callable[[], Iterator[Matrix]], rounding: Callable[[], tuple[Vector, Vector]] | None
) -> tuple[NDArray[np.intp], Matrix]:
    """The columns that are combinations of others: of two that are equal, the one that stands to the right.

    Parameters
    ----------
    pieces : yields the rows (m, q), a piece at a time
    rounding : (q,) relative errors of the numbers in each column, and the errors in a row whose first entry is 1;
        None where the numbers are exact

    Returns
    -------
    found : (f,) which, in no order
    parts : (q, f) of which combination each is; zeros for a column of zeros
    """
    gram = np.sum([z.T @ z for z in pieces()], axis=0)
    size = np.sqrt(gram.diagonal())
    alive = np.flatnonzero(size > 0)
    found = [np.flatnonzero(~(size > 0))]
    combinations = [np.zeros((len(size), len(found[0])))]
    places, away, products = alive, np.eye(len(size))[:, alive], gram[np.ix_(alive, alive)]
    noise = np.zeros(len(alive))
    explain: list[Callable[[Matrix], tuple[Matrix, Vector]]] = []
    while len(places):
        kept, left, half, parts = eliminated(products, noise)
        basis = away[:, kept]
        explain.append(_explained_by(basis @ half))
        places, away = places[left], away[:, left] - basis @ parts
        if not len(places):
            break
        own = away[places, np.arange(len(places))]
        least = (OF_SPREAD if rounding else 0.0) * EPS * size[places] * np.abs(own)
        away, products = _refined(pieces, away, explain, least)
        rest = np.sqrt(products.diagonal())
        same = rest <= least
        if not same.all():
            error = _errors(pieces, away, *(rounding() if rounding else np.zeros((2, len(size)))))
            error *= OF_NUMBERS if rounding else OF_SUMS
            same |= rest <= error
            noise = np.maximum(UNEXPLAINED, error[~same] / rest[~same])
        found.append(places[same])
        whole = -away[:, same] / own[same]
        whole[places[same], np.arange(whole.shape[1])] = 0.0
        whole[np.abs(whole) * size[:, None] <= LEAST_PART * size[places[same]]] = 0.0
        combinations.append(whole)
        places, away, products = places[~same], away[:, ~same] / rest[~same], products[np.ix_(~same, ~same)]
        products = products / rest[~same] / rest[~same, None]
    return np.concatenate(found), np.concatenate(combinations, axis=1)


def eliminated(gram: Matrix, noise: Vector) -> tuple[NDArray[np.intp], NDArray[np.intp], Matrix, Matrix]:
    """Columns that certainly stand apart from those before them, the others, and what explains these best.

    Parameters
    ----------
    gram : (q, q) products of columns, none of zeros
    noise : (q,) shares of the columns that may be rounding, or explained by others

    Returns
    -------
    kept : (k,)
    left : (q − k,)
    half : (k, k) half·halfᵀ is the inverse of the products of those kept
    parts : (k, q − k) the others are nearly the former times these
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
    """What orthonormal combinations `basis` (q, k) explain of others, given the products (q, m) of all with those."""

    def explained(products: Matrix) -> tuple[Matrix, Vector]:
        along = basis.T @ products
        return basis @ along, np.einsum("ij,ij->j", along, along)

    return explained


def _refined(
    pieces: Callable[[], Iterator[Matrix]],
    away: Matrix,
    explain: list[Callable[[Matrix], tuple[Matrix, Vector]]],
    least: Vector,
) -> tuple[Matrix, Matrix]:
    """Combinations (q, m) made orthogonal to others, unless of less than the `least` size; and their products."""
    for further in reversed(range(REFINEMENTS)):
        across, products = np.zeros_like(away), np.zeros((away.shape[1],) * 2)
        for z in pieces():
            rest = z @ away
            across += z.T @ rest
            products += rest.T @ rest
        changes, shares = zip(*(explained(across) for explained in explain), strict=True)
        known = np.sum(shares, axis=0) <= UNEXPLAINED**2 * products.diagonal()
        known |= products.diagonal() <= least**2
        if known.all() or not further:
            break
        away = away - np.where(known, 0.0, np.sum(changes, axis=0))
    return away, products


def _errors(pieces: Callable[[], Iterator[Matrix]], away: Matrix, relative: Vector, shift: Vector) -> Vector:
    """The size of what rounding of the numbers given, and of products, makes of combinations (q, m)."""
    bound = (EPS + relative)[:, None] * np.abs(away)
    bound[0] += shift @ np.abs(away)
    return np.asarray(np.sqrt(np.sum([np.sum((np.abs(z) @ bound) ** 2, axis=0) for z in pieces()], axis=0)))
