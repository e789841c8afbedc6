"""Wald tests and intervals, odds ratios, and tests of the whole model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, ndtri

from verhulst._options import checks_options
from verhulst.functions import sigmoid
from verhulst.regression.arrays import floats
from verhulst.regression.covariance import Covariance
from verhulst.regression.estimates import Estimates
from verhulst.regression.parameters import Parameter, ParameterTable
from verhulst.regression.standardised_covariance import given
from verhulst.regression.statistics import Matrix, Vector

# Peduzzi et al. 1996 (J Clin Epidemiol 49): below ten events per parameter estimates and intervals become unreliable.
EVENTS_PER_PARAMETER = 10


def normal_quantile(level: float) -> float:
    """Return z such that a standard normal variable lies within ±z with probability `level`."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, but is {level!r}")
    # The smaller tail keeps the digits of a level near 1.
    return float(-ndtri((1 - level) / 2))


@checks_options
def wald(
    fit: Estimates,
    level: float = 0.95,
    *,
    covariance: Matrix | Covariance | None = None,
    intervals: Matrix | None = None,
) -> ParameterTable:
    """Return coefficients with standard errors, z, p and intervals b ± z·SE.

    Parameters
    ----------
    fit : LogisticFit
        The fit.
    level : float
        The coverage of the intervals.
    covariance : array_like, shape (q, q), optional
        A matrix to use in place of that of the fit (see `sandwich`).
    intervals : array_like, shape (q, 2), optional
        Intervals to use in place of Wald intervals (see `profile_intervals`).

    Returns
    -------
    ParameterTable
        The table.

    Raises
    ------
    ValueError
        If the level does not lie between 0 and 1, or an array has the wrong shape.

    Examples
    --------
    >>> from verhulst.regression import fit
    >>> found = fit([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], [0, 0, 1, 0, 1, 1], names=["dose"])
    >>> round(wald(found)["dose"].p_value, 3)
    0.183
    """
    estimate, q = fit.coefficients, len(fit.coefficients)
    error = covariance_of(fit, covariance).standard_errors()
    known = np.isfinite(estimate) & (error > 0) & np.isfinite(error)
    z = np.divide(estimate, error, out=np.full(q, np.nan), where=known)
    if intervals is None:
        finite = np.isfinite(estimate)
        half = normal_quantile(level) * np.where(finite, error, np.inf)
        lower, upper = (np.where(finite, estimate, 0.0) + side for side in (-half, half))
    else:
        ends = floats(intervals, "intervals")
        if ends.shape != (q, 2):
            raise ValueError(f"the intervals must be {q} × 2, but their shape is {ends.shape}")
        lower, upper = ends.T
    columns = (estimate, error, z, 2 * ndtr(-np.abs(z)), lower, upper)
    lines = zip(fit.parameter_names, *(column.tolist() for column in columns), fit.states, strict=True)
    return ParameterTable("coefficient", level, tuple(Parameter(*line) for line in lines))


def covariance_of(fit: Estimates, covariance: Matrix | Covariance | str | None) -> Covariance:
    """Return the given covariance, or that of the fit.

    Raises
    ------
    ValueError
        If a matrix has the wrong shape.
    TypeError
        If it is a name, which needs the data.
    """
    if covariance is None:
        return fit.covariance_record
    if isinstance(covariance, Covariance):
        return covariance
    if isinstance(covariance, str):
        raise TypeError(
            f"covariance must be a matrix; {covariance!r} needs the data: pass the result of sandwich(...), "
            "or ask the model itself: model.summary(data=table, covariance=...) of a table"
        )
    table, q = floats(covariance, "covariance"), len(fit.coefficients)
    if table.shape != (q, q):
        raise ValueError(f"the covariance must be {q} × {q}, but its shape is {table.shape}")
    return given(table, fit.has_intercept)


@checks_options
def odds_ratios(
    fit: Estimates,
    level: float = 0.95,
    *,
    covariance: Matrix | Covariance | None = None,
    intervals: Matrix | None = None,
) -> ParameterTable:
    """Return odds ratios e^b of the columns, with intervals e to the ends of the coefficient's interval.

    An odds ratio is the factor by which the odds change if a column increases by 1 and the others stay the same. The
    intercept has none.

    Parameters
    ----------
    fit, level, covariance, intervals : LogisticFit, float, array_like, array_like
        As for `wald`.

    Returns
    -------
    ParameterTable
        The table.
    """
    lines = []
    for line in list(wald(fit, level, covariance=covariance, intervals=intervals))[int(fit.has_intercept) :]:
        ratio, lower, upper = (_exp(x) for x in (line.estimate, line.lower, line.upper))
        error = ratio * line.standard_error if math.isfinite(line.standard_error) else line.standard_error
        lines.append(Parameter(line.name, ratio, error, line.z, line.p_value, lower, upper, line.state))
    return ParameterTable("odds ratio", level, tuple(lines))


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


@dataclass(frozen=True, slots=True)
class ModelTest:
    """Comparison of the model with the null model, which has only the intercept (if there is one) and the offset.

    Attributes
    ----------
    likelihood_ratio : 2 (ℓ − ℓ₀)
    degrees_of_freedom : columns that took part
    p_value : by the χ² distribution
    mcfadden : 1 − ℓ/ℓ₀
    aic, bic : 2k − 2ℓ and k log n − 2ℓ with k parameters and n cases
    """

    likelihood_ratio: float
    degrees_of_freedom: int
    p_value: float
    mcfadden: float
    aic: float
    bic: float

    @classmethod
    def of(cls, fit: Estimates) -> ModelTest:
        """Return the tests of a fit."""
        columns = len(fit.names) - len(fit.collinear)
        k = columns + fit.has_intercept
        return cls.between(fit.null_log_likelihood, fit.log_likelihood, columns, k, fit.cases)

    @classmethod
    def between(cls, null: float, full: float, freedom: int, k: int, cases: float) -> ModelTest:
        """Return the tests for two log-likelihoods, with `freedom` coefficients of columns and k of all."""
        ratio = 2 * (full - null)
        return cls(
            ratio,
            freedom,
            float(chdtrc(freedom, max(ratio, 0.0))) if freedom else math.nan,
            1 - full / null if null else math.nan,
            2 * k - 2 * full,
            k * math.log(cases) - 2 * full,
        )


@checks_options
def probability_interval(
    fit: Estimates, X: ArrayLike, level: float = 0.95, offset: ArrayLike | None = None
) -> tuple[Vector, Vector]:
    """Return Wald intervals for the probability of each row, σ(z ± q·√(xᵀCx)).

    The intervals are for the probability, not for outcomes. Rows on the sides of a separating direction get [0, 1].

    Parameters
    ----------
    fit : LogisticFit
        The fit.
    X : array_like, shape (n, p)
        The rows.
    level : float
        The coverage of the intervals.
    offset : array_like, shape (n,), optional
        A known part of the log-odds.

    Returns
    -------
    tuple of two ndarrays, shape (n,)
        The lower and upper ends of the intervals.
    """
    z = fit.log_odds(X, offset)
    half = normal_quantile(level) * fit.covariance_record.row_deviations(floats(X, "X"))
    sided = np.isinf(z)
    lower, upper = sigmoid(z - half), sigmoid(z + half)
    return np.where(sided, 0.0, lower), np.where(sided, 1.0, upper)
