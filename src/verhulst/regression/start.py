"""Starting points of Newton's method: the model without columns, or a fit of a systematic sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from verhulst.functions import log_one_minus_sigmoid, log_sigmoid, sigmoid, sigmoid_derivative
from verhulst.regression.newton import newton
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.statistics import Matrix, Vector

LEAST_SAMPLE = 10_000  # rows; a smaller sample does not pay
SAMPLE_BYTES = 40 << 20
MANY_COLUMNS = 100  # from here on a matrix of all rows is so expensive that even that of a sample at the start helps
EVENTS_PER_COLUMN = 5  # of the rarer outcome in the sample; with fewer, a fit of the sample is of little use


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Cases of both outcomes: a share of nearly 1 has few digits of the share of the others.

    Attributes
    ----------
    ones, zeros : numbers of cases of outcome 1 and of outcome 0, or sums of their weights
    """

    ones: float
    zeros: float

    @classmethod
    def of(cls, y: Vector, weight: Vector | None = None) -> Outcomes:
        """Count outcomes (n,) in [0, 1]."""
        both = (y, 1 - y) if weight is None else (weight * y, weight * (1 - y))
        return cls(*(float(np.sum(each)) for each in both))

    @property
    def log_odds(self) -> float:
        """The intercept of the model without columns and offset; infinite where one number is 0."""
        with np.errstate(divide="ignore"):
            return float(np.log(self.ones) - np.log(self.zeros))

    def log_likelihood(self, intercept: float) -> float:
        """The log-likelihood of an intercept."""
        return float(self.ones * log_sigmoid(intercept) + self.zeros * log_one_minus_sigmoid(intercept))

    def scaled(self, exponent: int) -> Outcomes:
        """Return the same for weights multiplied by 2^exponent."""
        return Outcomes(float(np.ldexp(self.ones, exponent)), float(np.ldexp(self.zeros, exponent)))


def excess_at(y: Vector, weight: Vector | None, offset: Vector, intercept: float) -> tuple[float, float]:
    """Return Σ wᵢ (σ(b + offsetᵢ) − yᵢ) at an intercept b, and its derivative."""
    with np.errstate(over="ignore"):  # a difference of offsets of 1e308 is infinite, with the same probability
        eta = offset + intercept
    # Not σ − y, which has few digits where y is nearly 1.
    both = (1 - y) * sigmoid(eta) - y * sigmoid(-eta), sigmoid_derivative(eta)
    excess, slope = both if weight is None else (weight * each for each in both)
    return float(np.sum(excess)), float(np.sum(slope))


def null_intercept(y: Vector, weight: Vector | None, offset: Vector, passes: int = 100) -> float:
    """Return the intercept b of the model without columns: Σ wᵢ (σ(b + offsetᵢ) − yᵢ) = 0."""
    ends = float(offset.min()), float(offset.max())
    return balanced(Outcomes.of(y, weight).log_odds, *ends, lambda b: excess_at(y, weight, offset, b), passes)


@np.errstate(over="ignore")
def balanced(
    guess: float, least: float, most: float, excess: Callable[[float], tuple[float, float]], passes: int = 100
) -> float:
    """Return the intercept b of the model without columns, by Newton's method kept within a bracket.

    Parameters
    ----------
    guess : the intercept without offsets
    least, most : of the offsets
    excess : see `excess_at`
    """
    low, high = guess - most, guess - least
    b = _between(low, high)
    for _ in range(passes):
        above, slope = excess(b)
        if above == 0:
            return b
        low, high = (low, b) if above > 0 else (b, high)
        newton = b - above / slope if slope > 0 else np.nan
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
def log_likelihood(y: Vector, intercept: float, weight: Vector | None, offset: Vector, block: int = 1 << 16) -> float:
    """Return the log-likelihood of the model with only an intercept and an offset."""
    parts = []
    for start in range(0, len(y), block):
        rows = slice(start, start + block)
        eta = offset[rows] + intercept
        each = y[rows] * log_sigmoid(eta) + (1 - y[rows]) * log_one_minus_sigmoid(eta)
        parts.append(float(np.sum(each if weight is None else weight[rows] * each)))
    return math.fsum(parts)


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
