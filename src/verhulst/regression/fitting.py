"""Logistic regression of arrays, without scikit-learn."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.regression.careful import careful
from verhulst.regression.certainty import in_doubt, trouble
from verhulst.regression.collinearity import (
    Collinear,
    has_far_values,
    left_out,
    mean_is_far,
    without_dependent,
    without_far_values,
)
from verhulst.regression.covariance import Standardised
from verhulst.regression.estimates import ConvergenceWarning
from verhulst.regression.factor import Factor
from verhulst.regression.firth import firth
from verhulst.regression.newton import newton
from verhulst.regression.observations import Observations, observations, require_finite, require_limits
from verhulst.regression.passes import Fit, Pass
from verhulst.regression.result import LogisticFit
from verhulst.regression.row_space_fit import in_row_space
from verhulst.regression.rows import Rows
from verhulst.regression.separation import SeparationWarning
from verhulst.regression.separation_limit import SeparationWatch, separation_limit
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.start import log_likelihood, null_intercept, sample_start
from verhulst.regression.statistics import Matrix, Statistics, Vector
from verhulst.regression.warn import warn
from verhulst.regression.wide import among_all, among_independent

DOUBTFUL = 1e-8  # share of a column left unexplained by the others below which a penalised fit goes to the row space


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
    X : array_like, shape (n, p)
        The columns; float64 and float32 of any memory order are read in place.
    y : array_like, shape (n,)
        The outcomes, 0 and 1, or shares of successes in [0, 1].
    sample_weight : array_like, shape (n,), optional
        Counts of cases, at least 0.
    offset : array_like, shape (n,), optional
        A known part of the log-odds.
    penalty : {None, "l2", "firth"}
        No penalty (maximum likelihood); ½‖b‖²/C for the slopes of the columns as given, not for the intercept; or
        Jeffreys' prior, for which `fit_firth` has more options.
    C : float
        The inverse strength of the L2 penalty; without that penalty it has no effect, and a warning is issued.
    intercept : bool
        Whether the model has an intercept.
    names : sequence of str, optional
        Column names, used in messages and in the summary.
    collinear : {"drop", "error"}
        Whether columns that are combinations of others, to the precision of their numbers, are dropped with a warning
        (coefficient 0, standard error nan) or are an error. With penalty "l2" no column is dropped, because the
        maximum exists whatever the columns.
    tolerance : float
        The Newton decrement at which to stop: the distance from the maximum in standard errors.
    max_passes : int
        The largest number of passes over the data; if convergence is uncertain in double precision, up to three times
        as many again from each of two starting points.
    verbose : int
        1 prints a line for each pass to stderr.

    Returns
    -------
    LogisticFit
        The result, a frozen dataclass.

    Raises
    ------
    ValueError
        If the data cannot be fitted, or columns are collinear and `collinear` is "error".
    """
    if penalty not in (None, "l2", "firth"):
        raise ValueError(f"penalty must be None, 'l2' or 'firth', not {penalty!r}")
    if not C > 0:
        raise ValueError(f"C must be above 0, but is {C!r}")
    if penalty != "l2" and C not in (1.0, np.inf):
        warn(f"C = {C:g} is the strength of the L2 penalty, and changes nothing without penalty='l2'", UserWarning)
    require_limits(tolerance, max_passes)
    data = observations(X, y, sample_weight, offset, names)
    if penalty == "firth":
        return firth(
            data, intercept=intercept, collinear=collinear, tolerance=tolerance, max_passes=max_passes, verbose=verbose
        )
    root = None if penalty is None or np.isinf(C) else _penalty_root(C, data.weight_exponent)
    settings = _Settings(penalty, C, intercept, collinear, tolerance, max_passes, verbose)
    if data.X.shape[1] <= data.counted:
        return _fitted(data, root, settings)
    require_finite(data.X, data.names)
    if root is None:
        return among_independent(data, intercept, collinear, lambda some: _fitted(some, None, settings))
    return _in_row_space(data, root, settings)


@dataclass(frozen=True, slots=True)
class _Settings:
    """The arguments of `fit`."""

    penalty: str | None
    C: float
    intercept: bool
    collinear: Literal["drop", "error"]
    tolerance: float
    max_passes: int
    verbose: int


def _in_row_space(data: Observations, root: float, settings: _Settings) -> LogisticFit:
    standard = data.standardisation(settings.intercept)
    if settings.intercept and mean_is_far(data.X, standard.centre):
        standard = without_far_values(data.rows(standard), standard)
    centre = standard.centre
    return in_row_space(
        data, centre, settings.intercept, root, lambda some, its_root: _fitted(some, its_root, settings, posed=True)
    )


def _fitted(data: Observations, root: float | None, settings: _Settings, posed: bool = False) -> LogisticFit:
    """Fit the columns, if there are no more of them than rows.

    Parameters
    ----------
    root : of the ridge, for the weights as they are in `data`; None without a penalty
    posed : whether the columns are known to be free of combinations
    """
    intercept, tolerance, max_passes, verbose = (
        settings.intercept,
        settings.tolerance,
        settings.max_passes,
        settings.verbose,
    )
    standard = data.standardisation(intercept)
    if root is not None:
        standard = standard.under_penalty(root, data.total_weight)
    rows = data.rows(standard)
    null = null_intercept(data.mean, data.weight, data.offset) if intercept else 0.0
    null_log_likelihood = log_likelihood(data.y, data.mean, null, data.weight, data.offset)
    start = np.zeros(rows.size)
    if intercept:
        start[0] = null

    ridge = None if root is None else standard.ridge(root)
    near = sample_start(rows, start, ridge)
    beginning = start if near is None else near[0]
    first = _first_look(rows, data, beginning, near is None)
    dropped: tuple[Collinear, ...] = ()
    information = first.information if near is None else near[1]
    assert information is not None
    sampled = Factor.of(_with(ridge, information))
    # Where columns are nearly combinations, but are none, `careful` keeps the digits that tell them apart.
    unsure = root is not None and not posed and _doubtful(sampled)
    if root is not None and unsure and without_dependent(rows, standard, data.names, rounded=False)[1]:
        return _in_row_space(data, root, settings)
    if root is None and (_doubtful(sampled) or not np.all(standard.inverse_scale > 0)):
        standard, dropped = without_dependent(rows, standard, data.names)
        left_out(dropped, settings.collinear, data)
        rows, near, beginning = data.rows(standard), None, start
        first = rows.statistics(start)
    approximation = None if near is None else sampled
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
    condition, exponent = factor.condition(_with(ridge, found.information)), data.weight_exponent
    half, weak = None, None
    doubt = in_doubt(found, factor, condition, data, tolerance)
    certificate = None if watch is None else watch.certificate(found, doubtful=doubt)
    if certificate is None and doubt:
        unit = 2.0**data.weight_exponent
        starts = found.beta, start
        sure = careful(rows, standard, starts, root, tolerance=tolerance, unit=unit, max_passes=max_passes)
        rows, standard, ridge, factor, weak = sure.rows, sure.standard, sure.ridge, sure.factor, sure.weak
        found = replace(sure.fit, passes=found.passes + sure.fit.passes)
        condition, exponent = sure.condition, exponent + sure.exponent
        if verbose:
            print(*sure.fit.passes, sep="\n", file=sys.stderr)
        half = sure.half
        if sure.endless is not None and watch is not None:
            certificate = watch.proved(lambda: (rows,), sure.endless)
    if certificate is None:
        covariance = Standardised(factor.inverse(), standard, exponent, half=half)
        result = _result(found, covariance, condition, data, standard, dropped, null_log_likelihood, settings)
        far = partial(has_far_values, rows, standard)
        what = trouble(result, found, weak, tolerance, weighted=data.weight is not None, far=far)
        if what:
            warn(what, ConvergenceWarning)
        return result
    limit = separation_limit(
        lambda: (rows,),
        certificate,
        start,
        tolerance=tolerance,
        max_passes=max_passes,
        refit=lambda gone: _without_rows(data, gone, dropped, intercept, tolerance, max_passes),
    )
    at_limit = limit.newton(found)
    inner = Factor.of(_with(ridge, at_limit.information))
    condition = inner.condition(_with(ridge, at_limit.information))
    covariance = limit.covariance(standard, data.weight_exponent, [c.column + intercept for c in dropped])
    plain = _result(at_limit, covariance, condition, data, standard, dropped, null_log_likelihood, settings)
    separation = limit.record(lambda: (rows,), standard, data.names)
    warn(separation.advice(), SeparationWarning)
    if limit.rest is not None:
        plain = _with_rest(plain, limit.rest, data.weight_exponent)
    if plain.status in ("passes", "stalled"):
        warn(
            f"the fit of the rows that are not separated did not converge: it ended {plain.decrement:.2g} standard "
            "errors from its maximum. Look for extreme offsets, weights or outliers",
            ConvergenceWarning,
        )
    return replace(plain, coefficients=separation.coefficients, separation=separation)


def _without_rows(
    data: Observations,
    gone: NDArray[np.bool_],
    dropped: tuple[Collinear, ...],
    intercept: bool,
    tolerance: float,
    max_passes: int,
) -> LogisticFit | None:
    """The fit without some rows and columns; None where one class is left, as there may be without an intercept."""
    kept = np.setdiff1d(np.arange(len(data.names)), [one.column for one in dropped])
    weight = np.where(gone, 0.0, 1.0 if data.weight is None else data.weight)
    some = data.y[weight > 0]
    if some.min() == some.max() and some[0] in (0.0, 1.0):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters is said of the whole
        found = fit(
            data.X[:, kept] if dropped else data.X,
            data.y,
            weight,
            data.offset,
            intercept=intercept,
            names=[data.names[k] for k in kept],
            tolerance=tolerance,
            max_passes=max_passes,
        )
    if found.separation is not None:
        return None
    return among_all(found, data.names, kept, dropped) if dropped else found


def _with_rest(whole: LogisticFit, rest: LogisticFit, weight_exponent: int) -> LogisticFit:
    """What a separated fit has from the rows that are not separated; their weights were scaled."""
    unit = 2.0**weight_exponent
    return replace(
        whole,
        log_likelihood=rest.log_likelihood * unit,
        status=rest.status,
        decrement=rest.decrement * np.sqrt(unit),
        passes=whole.passes + rest.passes,
        condition=rest.condition,
    )


def _penalty_root(C: float, weight_exponent: int) -> float:
    """√(1/C) for the scaled weights: the ridge itself may be too small or too large for a double."""
    return float(2.0 ** (-weight_exponent / 2) / np.sqrt(C))


def _doubtful(factor: Factor) -> bool:
    """Whether digits get lost in columns that are nearly combinations of others."""
    return not factor.full or (len(factor.used) > 0 and float(factor.root.diagonal().min()) ** 2 < DOUBTFUL)


def _watch(rows: Rows) -> SeparationWatch:
    return SeparationWatch(lambda: (rows,))


def _with(ridge: Vector | None, information: Matrix) -> Matrix:
    return information if ridge is None else information + np.diag(ridge)


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
    covariance: Standardised,
    condition: float,
    data: Observations,
    standard: Standardisation,
    dropped: tuple[Collinear, ...],
    null_log_likelihood: float,
    settings: _Settings,
) -> LogisticFit:
    """`condition` is that of the information and the ridge."""
    unit = 2.0**data.weight_exponent
    return LogisticFit(
        names=data.names,
        intercept=standard.intercept,
        coefficients=standard.original(found.beta),
        covariance_record=covariance,
        log_likelihood=found.log_likelihood * unit,
        null_log_likelihood=null_log_likelihood * unit,
        rows=len(data.y),
        cases=data.total_weight * unit,
        events=data.mean * data.total_weight * unit,
        penalty=settings.penalty,
        C=settings.C,
        status=found.status,
        decrement=found.decrement * np.sqrt(unit),
        passes=found.passes,
        condition=condition,
        collinear=dropped,
        separation=None,
        has_offset=data.has_offset,
    )
