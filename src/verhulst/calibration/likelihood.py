"""Maximum likelihood for the maps: the regression room's Newton method, with scales that one far score cannot spoil."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from verhulst.calibration.scores import Floats
from verhulst.regression.factor import Factor
from verhulst.regression.newton import newton
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.start import sample_start
from verhulst.regression.statistics import Statistics

# Centre and scale come from a systematic sample of at most this many rows.
SAMPLE = 16_384
# Newton's decrement: the tolerance that is aimed at, in standard errors, and the one that is enough where rounding
# allows no more.
AIM, ENOUGH = 1e-10, 1e-6


@dataclass(frozen=True, eq=False)
class Optimum:
    """The maximum of a likelihood.

    `decrement` is the distance to it in standard errors. `converged` is False where the likelihood has no maximum at a
    finite point. `covariance` is the inverse of the information, infinite where that is singular.
    """

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    decrement: float
    converged: bool


def fit_columns(
    columns: Floats,
    targets: Floats,
    weights: Floats | None = None,
    offset: Floats | None = None,
    intercept: bool = True,
) -> Optimum:
    """Logistic regression of targets on columns (k, n), the intercept first.

    Parameters
    ----------
    columns : (k, n), one row of memory for each column
    targets : (n,) in [0, 1]
    """
    standard = _robust(columns, intercept)
    rows = Rows(columns.T, targets, weights, offset, standard.centre, standard.inverse_scale, intercept)
    start = np.zeros(rows.size)
    near = sample_start(rows, start, None)
    found = newton(
        rows.statistics,
        start if near is None else near[0],
        approximation=None if near is None else Factor.of(near[1]),
        tolerance=AIM,
    )
    if near is not None and found.status != "converged" and found.decrement > ENOUGH:
        # The sample may have missed the few rows that hold a coefficient.
        found = newton(rows.statistics, start, tolerance=AIM)
    last = rows.statistics(found.beta)
    assert last.information is not None
    covariance = inverse(last.information)
    if np.isfinite(covariance).all():
        # Of scores of size 1e-200 the slope is finite, but not its variance.
        with np.errstate(over="ignore", invalid="ignore"):
            covariance = standard.original_covariance(covariance)
    return Optimum(
        standard.original(found.beta),
        covariance,
        last.log_likelihood,
        found.decrement,
        found.decrement <= ENOUGH,
    )


def maximise(statistics: Callable[[Floats], Statistics], start: Floats) -> Optimum:
    """The maximum of another concave log-likelihood, such as that of several classes."""

    def look(beta: Floats, /, *, direction: Floats | None = None, information: bool = True) -> Statistics:
        return statistics(beta)

    found = newton(look, start, tolerance=AIM)
    return Optimum(
        found.beta, inverse(found.information), found.log_likelihood, found.decrement, found.decrement <= ENOUGH
    )


def require_converged(optimum: Optimum) -> Optimum:
    """The optimum itself; raises where Newton's method did not reach it."""
    if not optimum.converged:
        raise ValueError(
            f"the likelihood has no maximum that can be reached (still {optimum.decrement:.2g} standard errors away): "
            "look for scores that are far from all others"
        )
    return optimum


def inverse(information: Floats) -> Floats:
    """The covariance; infinite where the rows say nothing of some direction."""
    factor = Factor.of(information)
    if not factor.full or len(factor.used) < len(information):
        return np.full_like(information, np.inf)
    return factor.inverse()


def _robust(columns: Floats, centred: bool) -> Standardisation:
    """Median and interquartile range of a sample.

    With mean and standard deviation one far score would push all others so close together that their differences are
    lost to rounding. The scale is a power of two, as the regression's own.
    """
    sample = columns[:, :: max(1, columns.shape[1] // SAMPLE)]
    low, middle, high = np.quantile(sample, [0.25, 0.5, 0.75], axis=1)
    centre = middle if centred else np.zeros(len(columns))
    scale = high - low if centred else np.median(np.abs(sample), axis=1)
    for k in np.flatnonzero(~((scale > 0.0) & (scale < np.inf))):
        scale[k] = np.abs(columns[k] - centre[k]).mean()
    known = (scale > 0.0) & (scale < np.inf)
    exponent = np.round(np.log2(np.where(known, scale, 1.0)))
    return Standardisation(centre, np.where(known, np.exp2(np.clip(-exponent, -1000, 1000)), 0.0), centred)
