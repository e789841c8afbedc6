"""Logistic regression of arrays: from checked input to a frozen result. Free of scikit-learn."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from verhulst.functions import sigmoid_derivative
from verhulst.regression.collinearity import Collinear, CollinearWarning, without_dependent
from verhulst.regression.covariance import Standardised
from verhulst.regression.factor import Factor
from verhulst.regression.firth import firth
from verhulst.regression.newton import Fit, Pass, newton
from verhulst.regression.observations import Observations, observations, require_finite, require_limits
from verhulst.regression.result import ConvergenceWarning, LogisticFit
from verhulst.regression.rows import Rows
from verhulst.regression.separation import SeparationWarning
from verhulst.regression.separation_limit import SeparationWatch, separation_limit
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.start import log_likelihood, null_intercept, sample_start
from verhulst.regression.statistics import Matrix, Statistics, Vector

LOOKS = 3  # how often the columns may be centred anew where the information has collapsed


def fit(
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    *,
    penalty: Literal["l2", "firth"] | None = None,
    C: float = 1.0,
    intercept: bool = True,
    names: Sequence[str] | None = None,
    collinear: Literal["drop", "error"] = "drop",
    tolerance: float = 1e-6,
    max_passes: int = 100,
    verbose: int = 0,
) -> LogisticFit:
    """Fit P(y = 1 | x) = σ(b₀ + xᵀb + offset) by maximum likelihood.

    Parameters
    ----------
    X : (n, p) numbers; float64 and float32 of any memory order are read in place
    y : (n,) in [0, 1]: 0 and 1, or shares of successes
    sample_weight : (n,) ≥ 0, counts of cases
    offset : (n,) known part of the log-odds
    penalty : None (maximum likelihood); "l2": ½‖b‖²/C on the slopes as given, the intercept free; or "firth": Jeffreys'
        prior, see `fit_firth`, which has more to choose from
    C : inverse strength of the L2 penalty; with another penalty or none it changes nothing, and a warning says so
    intercept : whether the model has one
    names : (p,) column names, used in messages and in the summary
    collinear : "drop" takes out columns that are combinations of columns before them (coefficient 0, error nan) and
        warns; "error" raises
    tolerance : Newton decrement at which to stop: distance from the maximum in standard errors
    max_passes : most passes over the data
    verbose : 1 prints a line for each pass to stderr

    Returns
    -------
    LogisticFit

    Raises
    ------
    ValueError
        see `observations`; and for collinear columns if collinear="error"
    """
    if penalty not in (None, "l2", "firth"):
        raise ValueError(f"penalty must be None, 'l2' or 'firth', not {penalty!r}")
    if not C > 0:
        raise ValueError(f"C must be above 0, but is {C!r}")
    if penalty != "l2" and C not in (1.0, np.inf):
        warnings.warn(
            f"C = {C:g} is the strength of the L2 penalty, and changes nothing without penalty='l2'",
            UserWarning,
            stacklevel=2,
        )
    require_limits(tolerance, max_passes)
    data = observations(X, y, sample_weight, offset, names)
    if penalty == "firth":
        return firth(
            data, intercept=intercept, collinear=collinear, tolerance=tolerance, max_passes=max_passes, verbose=verbose
        )
    standard = data.standardisation(intercept)
    rows = data.rows(standard)
    null = null_intercept(data.mean, data.weight, data.offset) if intercept else 0.0
    null_log_likelihood = log_likelihood(data.y, data.mean, null, data.weight, data.offset)
    start = np.zeros(rows.size)
    if intercept:
        start[0] = null

    ridge = None if penalty is None or np.isinf(C) else _ridge(standard, C, data.weight_exponent)
    near = sample_start(rows, start, ridge)
    beginning = start if near is None else near[0]
    first = _first_look(rows, data, beginning, near is None)
    dropped: tuple[Collinear, ...] = ()
    information = first.information if near is None else near[1]
    assert information is not None
    sampled = Factor.of(information)
    if not (sampled.full and np.all(standard.inverse_scale > 0)):
        standard, dropped = without_dependent(rows, standard, data.names)
        if collinear == "error" and dropped:
            raise ValueError("; ".join(map(str, dropped)))
        for column in dropped:
            warnings.warn(f"{column}; its coefficient is set to 0", CollinearWarning, stacklevel=2)
        rows, near, beginning = data.rows(standard), None, start
        ridge = None if ridge is None else _ridge(standard, C, data.weight_exponent)
        first = rows.statistics(start)
    approximation = None if near is None else sampled if ridge is None else Factor.of(_with(ridge, near[1]))
    earlier: tuple[Pass, ...] = ()
    for looks_left in reversed(range(LOOKS)):
        watch = _watch(rows) if ridge is None else None
        found = newton(
            rows.statistics,
            beginning,
            first=first,
            ridge=ridge,
            tolerance=tolerance,
            max_passes=max_passes,
            approximation=approximation,
            monitor=_watched(watch, verbose),
        )
        factor = Factor.of(_with(ridge, found.information))
        certificate = None if watch is None else watch.certificate(found, doubtful=not factor.full)
        if certificate is not None or factor.full or not looks_left:
            break
        # Independent columns became dependent on the way: what tells them apart is lost in rounding. Centred where the
        # information is, they are apart again.
        earlier += found.passes
        coefficients = standard.original(found.beta)
        standard = standard.seen_by(data.X, _information_weight(data, standard, coefficients))
        rows, beginning, approximation = data.rows(standard), standard.working(coefficients), None
        first = rows.statistics(beginning)
        start = np.zeros(rows.size)
        if intercept:
            start[0] = null
        ridge = None if ridge is None else _ridge(standard, C, data.weight_exponent)
    found = replace(found, passes=earlier + found.passes)
    if certificate is None and found.status in ("passes", "stalled"):
        warnings.warn(
            f"the fit did not converge: after {len(found.passes)} passes the coefficients are still about "
            f"{found.decrement * 2.0 ** (data.weight_exponent / 2):.2g} standard errors from the maximum. Raise "
            "max_passes, or look for extreme offsets, weights or outliers",
            ConvergenceWarning,
            stacklevel=2,
        )
    if certificate is None:
        result = _result(found, ridge, factor, data, standard, dropped, null_log_likelihood, penalty, C)
        if found.status == "converged" and _short_of_the_weights(result, tolerance):
            warnings.warn(
                f"the weights differ so much in size, or are so large, that the fit ended {result.decrement:.2g} "
                "standard errors from the maximum; leave out the rows of small weight, or scale the weights",
                ConvergenceWarning,
                stacklevel=2,
            )
        return result
    limit = separation_limit(lambda: (rows,), certificate, start, tolerance=tolerance, max_passes=max_passes)
    at_limit = limit.newton(found)
    inner = Factor.of(_with(ridge, at_limit.information))
    plain = _result(at_limit, ridge, inner, data, standard, dropped, null_log_likelihood, penalty, C)
    covariance = limit.covariance(standard, data.weight_exponent, [c.column + intercept for c in dropped])
    separation = limit.record(lambda: (rows,), standard, data.names)
    warnings.warn(separation.advice(), SeparationWarning, stacklevel=2)
    return replace(plain, coefficients=separation.coefficients, covariance_record=covariance, separation=separation)


def _short_of_the_weights(result: LogisticFit, tolerance: float) -> bool:
    """Whether huge weights leave the coefficients off by more than rounding, though the scaled weights do not."""
    with np.errstate(all="ignore"):
        off = result.decrement * result.standard_errors > 1e-9 * np.max(np.abs(result.coefficients), initial=0.0)
    return result.decrement > tolerance and bool(np.any(off))


def _ridge(standard: Standardisation, C: float, weight_exponent: int) -> Vector:
    """½‖b‖²/C on the slopes as given, for the standardised columns and scaled weights."""
    slopes = standard.inverse_scale**2 / C * 2.0**-weight_exponent
    return np.concatenate([[0.0], slopes]) if standard.intercept else slopes


def _watch(rows: Rows) -> SeparationWatch:
    return SeparationWatch(lambda: (rows,))


def _with(ridge: Vector | None, information: Matrix) -> Matrix:
    return information if ridge is None else information + np.diag(ridge)


def _information_weight(data: Observations, standard: Standardisation, coefficients: Vector) -> Vector:
    """What each row adds to the information: its weight times p(1 − p)."""
    log_odds = standard.linear(data.X, coefficients)
    if data.offset is not None:
        log_odds = log_odds + data.offset
    information: Vector = sigmoid_derivative(log_odds)
    return information if data.weight is None else data.weight * information


def _first_look(rows: Rows, data: Observations, beta: Vector, information: bool) -> Statistics:
    """The statistics at the start. Values of X that are not finite cannot but show in them."""
    first = rows.statistics(beta, information=information)
    if not (np.isfinite(first.log_likelihood) and np.isfinite(first.row_norm)):
        require_finite(data.X, data.names)
        raise ValueError("the numbers in X, the weights or the offset are so large that their sums overflow")
    return first


def _watched(watch: SeparationWatch | None, verbose: int) -> Callable[[Pass], bool] | None:
    """The watch, telling stderr of each pass where that is asked for."""
    if not verbose:
        return watch

    def tell(one: Pass) -> bool:
        print(one, file=sys.stderr)
        return watch is not None and watch(one)

    return tell


@np.errstate(over="ignore", invalid="ignore")  # weights of 1e300 make infinite variances
def _result(
    found: Fit,
    ridge: Vector | None,
    factor: Factor,
    data: Observations,
    standard: Standardisation,
    dropped: tuple[Collinear, ...],
    null_log_likelihood: float,
    penalty: str | None,
    C: float,
) -> LogisticFit:
    """`factor` is that of the information found and the ridge."""
    unit = 2.0**data.weight_exponent
    return LogisticFit(
        names=data.names,
        intercept=standard.intercept,
        coefficients=standard.original(found.beta),
        covariance_record=Standardised(factor.inverse(), standard, data.weight_exponent),
        log_likelihood=found.log_likelihood * unit,
        null_log_likelihood=null_log_likelihood * unit,
        rows=len(data.y),
        cases=data.total_weight * unit,
        events=data.mean * data.total_weight * unit,
        penalty=penalty,
        C=C,
        status=found.status,
        decrement=found.decrement * np.sqrt(unit),
        passes=found.passes,
        condition=factor.condition(_with(ridge, found.information)),
        collinear=dropped,
        separation=None,
        has_offset=data.has_offset,
    )
