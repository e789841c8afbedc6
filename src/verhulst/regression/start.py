"""Starting points of Newton's method: the model without columns, or a fit of a systematic sample."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from verhulst.functions import log_one_minus_sigmoid, log_sigmoid, logit, sigmoid, sigmoid_derivative
from verhulst.regression.newton import newton
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.statistics import Matrix, Vector

LEAST_SAMPLE = 10_000  # rows; a smaller sample does not pay
SAMPLE_BYTES = 40 << 20
MANY_COLUMNS = 100  # from here on a matrix of all rows is so expensive that even that of a sample at the start helps
EVENTS_PER_COLUMN = 5  # of the rarer outcome in the sample; with fewer, a fit of the sample is of little use


@np.errstate(over="ignore")  # a difference of offsets of 1e308 is infinite, with the same probability
def null_intercept(y: Vector, weight: Vector | None, offset: Vector | None, passes: int = 100) -> float:
    """Return the intercept of the model without columns: Σ wᵢ (σ(b + offsetᵢ) − yᵢ) = 0.

    In closed form the logit of the mean of y; with offsets by Newton's method kept within a bracket.
    """
    mean = float(np.average(y, weights=weight))
    if offset is None:
        return float(logit(mean))

    def averages(b: float) -> tuple[float, float]:
        eta = offset + b
        # Not the mean of σ less that of y, which has few digits if nearly all y are 1.
        excess = np.where(y == 1, -sigmoid(-eta), sigmoid(eta) - y)
        return float(np.average(excess, weights=weight)), float(np.average(sigmoid_derivative(eta), weights=weight))

    return balanced(mean, float(offset.min()), float(offset.max()), averages, passes)


@np.errstate(over="ignore")
def balanced(
    mean: float, least: float, most: float, averages: Callable[[float], tuple[float, float]], passes: int = 100
) -> float:
    """Return the intercept b at which the average probability is `mean`.

    Parameters
    ----------
    least, most : of the offsets
    averages : of the probability less `mean`, and of its derivative, at an intercept
    """
    guess = float(logit(mean))
    low, high = guess - most, guess - least
    b = _between(low, high)
    for _ in range(passes):
        excess, slope = averages(b)
        if excess == 0:
            return b
        low, high = (low, b) if excess > 0 else (b, high)
        newton = b - excess / slope if slope > 0 else np.nan
        after = newton if low <= newton <= high else _between(low, high)
        if abs(after - b) <= 4e-16 * max(abs(b), 1.0):
            return after
        b = after
    return b


def _between(low: float, high: float) -> float:
    """Return the midpoint, or that of the logarithms for numbers of different sizes (offsets such as 1e50)."""
    if abs(high - low) < 1e3:
        return (low + high) / 2
    middle = (math.asinh(low) + math.asinh(high)) / 2
    return min(max(math.sinh(middle), low), high)


@np.errstate(over="ignore", invalid="ignore")  # visible in the result
def log_likelihood(
    y: Vector, mean: float, intercept: float, weight: Vector | None, offset: Vector | None, block: int = 1 << 16
) -> float:
    """Return the log-likelihood of the model with only an intercept and an offset; `mean` is that of y."""
    if offset is None:
        return log_likelihood_of_share(float(len(y) if weight is None else weight.sum()), mean, intercept)
    parts = []
    for start in range(0, len(y), block):
        rows = slice(start, start + block)
        eta = offset[rows] + intercept
        each = y[rows] * log_sigmoid(eta) + (1 - y[rows]) * log_one_minus_sigmoid(eta)
        parts.append(float(np.sum(each if weight is None else weight[rows] * each)))
    return math.fsum(parts)


def log_likelihood_of_share(cases: float, mean: float, intercept: float) -> float:
    """Return the log-likelihood of an intercept, where a share `mean` of the cases has outcome 1."""
    return cases * float(mean * log_sigmoid(intercept) + (1 - mean) * log_one_minus_sigmoid(intercept))


def sample_start(rows: SomeRows, start: Vector, ridge: Vector | None) -> tuple[Vector, Matrix] | None:
    """Return a rough fit of a sample: coefficients, and the information of all rows estimated from the sample.

    The sample is every k-th row or, if one outcome is much rarer, every k-th row of each outcome, with k such that both
    are about equally frequent if possible (rare outcomes have most of the information), weighted by k. A ridge worth
    about one row keeps coefficients finite if the sample is separated. Samples with too few of the rarer outcome are
    not fitted: for many columns their information at `start` is returned, for few columns None. The result is also None
    if there are too few rows.
    """
    n = len(rows)
    # A fortieth, but enough for an error of the information of about ten per cent, which takes some hundred rows per
    # column. Smaller samples cost passes over all rows, larger ones cost more than they save.
    wanted = max(n // 40, min(n // 5, max(2 * LEAST_SAMPLE, 400 * rows.size)))
    taken = min(wanted, SAMPLE_BYTES // max(rows.nbytes // n, 1))
    if taken < LEAST_SAMPLE or n < 4 * taken:
        return None
    few, take = rows.systematic(taken, plain=rows.size < MANY_COLUMNS)
    telling = few >= EVENTS_PER_COLUMN * rows.size
    if not telling and (few == 0 or rows.size < MANY_COLUMNS):
        return None
    sample, times = take()
    if not telling:
        information = sample.statistics(start).information
        assert information is not None
        return start, information
    bound = np.full(rows.size, 0.25 * times)
    bound[: int(rows.intercept)] = 0.0
    # The maximum of the sample is about √(q n/taken) standard errors from that of all rows: a tenth of it is enough.
    near = 0.1 * math.sqrt(rows.size * n / taken)
    ridge = bound if ridge is None else bound + ridge
    found = newton(sample.statistics, start, ridge=ridge, tolerance=near, exact=False, width=rows.width)
    return (found.beta, found.information) if found.status == "converged" else None
