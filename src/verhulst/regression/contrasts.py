"""Contrasts of coefficients, and rows, in terms of the standardised columns; and the lengths of rows of any size.

Where columns are nearly combinations of others, a standard error is a small difference of large numbers, and both
contrasts and the covariance are pairs of doubles.
"""

from __future__ import annotations

import numpy as np

from verhulst.regression.pairs import Pair, add, exact_product, exact_sum, pair
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

ROWS = 1 << 17  # entries of X that are standardised together


def blocks(X: Matrix) -> list[Matrix]:
    """Return X in pieces that are small enough to be copied."""
    step = max(1, ROWS // max(X.shape[1], 1))
    return [X[start : start + step] for start in range(0, len(X), step)]


def of_rows(standard: Standardisation, X: Matrix) -> Matrix:
    """Return rows (n, p) as the fit sees them (n, q): a column of ones first if there is an intercept."""
    z = (np.asarray(X, dtype=np.float64) - standard.centre) * standard.inverse_scale
    return np.column_stack([np.ones(len(z)), z]) if standard.intercept else z


def of_rows_exactly(standard: Standardisation, X: Matrix) -> Pair:
    """Return the same without rounding."""
    z = exact_sum(np.asarray(X, dtype=np.float64), np.broadcast_to(-standard.centre, X.shape))
    return _with_constant(standard, np.ones(len(X)), z)


def of_coefficients(standard: Standardisation, contrasts: Matrix) -> Matrix:
    """Return contrasts (k, q) of the coefficients of the columns as given, for those of the standardised columns."""
    if not standard.intercept:
        return contrasts * standard.inverse_scale
    # The centre is scaled first: a column of 1e170 beside a contrast of 1e170 would overflow.
    slopes = contrasts[:, 1:] * standard.inverse_scale
    slopes -= contrasts[:, :1] * (standard.centre * standard.inverse_scale)
    return np.column_stack([contrasts[:, 0], slopes])


def of_coefficients_exactly(standard: Standardisation, contrasts: Matrix) -> Pair:
    """Return the same in pairs of doubles."""
    if not standard.intercept:
        return _with_constant(standard, np.ones(len(contrasts)), pair(contrasts))
    constant = contrasts[:, 0]
    moved = exact_product(constant[:, None], np.broadcast_to(-standard.centre, (len(contrasts), len(standard.centre))))
    return _with_constant(standard, constant, add(pair(contrasts[:, 1:]), moved))


def _with_constant(standard: Standardisation, constant: Vector, slopes: Pair) -> Pair:
    """Scale the slopes, and put the constant first if there is an intercept."""
    parts = [part * standard.inverse_scale for part in slopes]
    if standard.intercept:
        parts = [np.column_stack([first, part]) for first, part in zip((constant, 0 * constant), parts, strict=True)]
    return Pair(*parts)


def power_of_two(size: Vector) -> Vector:
    """Return powers of two near numbers ≥ 0, and 1 for what is 0 or not finite: to divide by without rounding."""
    usable = (size > 0) & np.isfinite(size)
    exponents = np.frexp(np.where(usable, size, 1.0))[1] - 1
    return np.asarray(np.ldexp(1.0, np.clip(exponents, -1022, 1022)))


def lengths(rows: Matrix) -> Vector:
    """Return the Euclidean lengths of rows, whose squares may be too small or too large for a double."""
    size = power_of_two(np.max(np.abs(rows), axis=1, initial=0.0))
    return np.asarray(np.linalg.norm(rows / size[:, None], axis=1) * size)
