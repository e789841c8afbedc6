"""The linear predictor of rows, with the digits that cancel between its terms."""

from __future__ import annotations

import math

import numpy as np

from verhulst.regression.pairs import Pair, add, pair, product
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import EPS, Matrix, Vector

LOST = 1e-9  # a millionth of the standard error of log-odds from a million rows
FARTHEST = 1e3  # log-odds beyond which probabilities are 0 or 1 to all digits
TOGETHER = 1 << 16  # entries of X that are looked at together


def linear_predictor(
    X: Matrix, slopes: Vector, constant: float, offset: Vector | None = None, rest: float = 0.0
) -> Vector:
    """Return constant + rest + X·slopes + offset, (n,).

    The terms of columns such as the start and the end of a visit in microseconds are far larger than their sum. Where
    rounding could move log-odds by more than `LOST`, they are added in pairs of doubles.

    Parameters
    ----------
    X : (n, p)
    slopes, constant : (p,) and a number
    offset : (n,) or None
    rest : the digits of the constant that a double does not hold
    """
    eta = row_sums(X, slopes) + constant
    if offset is not None:
        eta = eta + offset
    step = max(1, TOGETHER // max(len(slopes), 1))
    for start in range(0, len(X), step):
        some = slice(start, start + step)
        x, shift = X[some], None if offset is None else offset[some]
        largest = max(float(x.max(initial=0.0)), -float(x.min(initial=0.0)))
        if rounding_of(np.full((1, len(slopes)), largest), slopes, constant)[0] <= LOST and shift is None:
            continue  # as in most data, and quickly told
        rounding = rounding_of(np.abs(x), slopes, constant, shift)
        lost = start + np.flatnonzero((rounding > LOST) & (np.abs(eta[some]) <= FARTHEST + rounding))
        if lost.size:
            careful = _in_pairs(X[lost], slopes, (constant, rest), None if offset is None else offset[lost])
            eta[lost] = np.where(np.isfinite(careful), careful, eta[lost])  # pairs end before doubles do
    return eta


def row_sums(X: Matrix, slopes: Vector) -> Vector:
    """Return Σⱼ Xᵢⱼ slopesⱼ, (n,), in the same bits for a row whatever rows are beside it and however X lies in memory.

    A product by BLAS adds up in an order that depends on both.
    """
    found = np.empty(len(X))
    step = max(1, TOGETHER // max(len(slopes), 1))
    for start in range(0, len(X), step):
        some = slice(start, start + step)
        np.einsum("ij,j->i", np.ascontiguousarray(X[some]), slopes, out=found[some])
    return found


def rounding_of(sizes: Matrix, slopes: Vector, constant: float, offset: Vector | None = None) -> Vector:
    """Return how large rounding errors of the linear predictor are for rows of such absolute values, (n,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        terms = sizes @ np.abs(slopes) + abs(constant) + (0.0 if offset is None else np.abs(offset))
        size: Vector = 0.5 * EPS * math.sqrt(len(slopes) + 2) * terms  # independent of each other
    return size


def rest_of(standard: Standardisation, beta: Vector) -> float:
    """Return the digits of the intercept that a double does not hold if log-odds need them, otherwise 0.

    Parameters
    ----------
    standard, beta : of the columns, and the coefficients (q,) of the standardised ones
    """
    constant, slopes = standard.constant(beta), beta[int(standard.intercept) :] * standard.inverse_scale
    terms = rounding_of(np.abs(standard.centre[None]), slopes, float(constant.high))
    return float(constant.low) if terms[0] > LOST else 0.0


def _in_pairs(X: Matrix, slopes: Vector, constant: tuple[float, float], offset: Vector | None) -> Vector:
    with np.errstate(over="ignore", invalid="ignore"):
        terms = product(pair(X), pair(slopes[:, None]))
        known = Pair(*(np.full(len(X), part) for part in constant))
        if offset is not None:
            known = add(known, pair(offset))
        return add(Pair(terms.high[:, 0], terms.low[:, 0]), known).high
