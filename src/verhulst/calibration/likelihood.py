"""Maximum likelihood for the maps: Newton's method of the regression, with robust scaling of the scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.nearest import SAMPLE, nearest_first, settled
from verhulst.calibration.optimum import Optimum
from verhulst.calibration.scores import Floats
from verhulst.functions import sigmoid
from verhulst.regression.factor import Factor
from verhulst.regression.fitting import fit
from verhulst.regression.linear_predictor import rest_of
from verhulst.regression.newton import VALID, newton
from verhulst.regression.passes import Fit, Pass
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.start import sample_start
from verhulst.regression.statistics import Statistics
from verhulst.regression.warn import quietly

# The Newton decrement aimed at, in standard errors, and the one that suffices where rounding allows no smaller one.
AIM, ENOUGH = 1e-10, 1e-6
# The largest number of passes over rows with extreme scores: the log-odds of an extreme row change by about one in each
# pass, residuals are 0 in double precision beyond 745, and scores do not exceed e^710. And over rows without them.
FAR_PASSES, PASSES = 1500, 100
# With more cases the rounding of residuals near probabilities of 1 is no longer negligible beside a standard error.
MANY_CASES = 1e9
# Sums of numbers below this lose digits, and products vanish.
SMALL = 2.0**-900
# The largest exponent of a standardised column: its square does not overflow.
LARGEST = 500


def fit_columns(
    columns: Floats,
    targets: Floats,
    weights: Floats | None = None,
    intercept: bool = True,
) -> Optimum:
    """Fit a logistic regression of targets on columns (k, n), the intercept first.

    Parameters
    ----------
    columns : (k, n), one row of memory for each column
    targets : (n,) in [0, 1]
    """
    sizes = np.abs(columns)
    up = np.exp2(np.clip(LARGEST - np.frexp(sizes.max(axis=1))[1], 0, 1000))
    if up.max() > 1.0 and np.min(sizes, where=sizes > 0.0, initial=np.inf) < SMALL:
        return fit_columns(columns * up[:, np.newaxis], targets, weights, intercept).divided(
            1.0 / np.concatenate([np.ones(int(intercept)), up])
        )

    def some(rows: NDArray[np.bool_] | None) -> Optimum:
        if rows is None:
            return _fit(columns, targets, weights, intercept, FAR_PASSES)
        return _fit(
            np.ascontiguousarray(columns[:, rows]),
            targets[rows],
            None if weights is None else weights[rows],
            intercept,
            PASSES,
        )

    def pull(coefficients: Floats, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        with np.errstate(over="ignore", invalid="ignore"):
            eta = coefficients[int(intercept) :] @ columns[:, rows] + (coefficients[0] if intercept else 0.0)
            residual = _residual(eta, targets[rows], None if weights is None else weights[rows])
            design = np.concatenate([np.ones((int(intercept), int(rows.sum()))), columns[:, rows]])
            return residual * design, design

    found = nearest_first(columns, some, pull)
    if found.converged and (weights is None or float(weights.sum()) <= MANY_CASES):
        return found
    careful = _carefully(columns, targets, weights, intercept)
    # The careful end may be lost where probabilities are 0: the likelihood decides between the two.
    lower = careful is not None and careful.log_likelihood < found.log_likelihood - 1e-12 * abs(found.log_likelihood)
    return found if careful is None or (found.converged and lower) else careful


def _carefully(columns: Floats, targets: Floats, weights: Floats | None, intercept: bool) -> Optimum | None:
    """The regression's own fit, with its careful end for what double precision leaves in doubt; None without one."""
    # To size 1, so that variances are numbers: one that overflows is to leave the others as they are.
    largest = np.abs(columns).max(axis=1)
    scale = np.exp2(np.floor(np.log2(np.where(largest > 0.0, largest, 1.0))))
    try:
        with quietly(), np.errstate(all="ignore"):
            found = fit((columns / scale[:, np.newaxis]).T, targets, weights, intercept=intercept)
    except ValueError:
        return None
    if not found.converged or found.separation is not None or found.collinear or found.decrement > ENOUGH:
        return None
    optimum = Optimum(
        found.coefficients,
        found.covariance,
        found.standard_errors,
        found.log_likelihood,
        found.decrement,
        True,
        found.intercept_rest,
    )
    return optimum.divided(np.concatenate([np.ones(int(intercept)), scale]))


def _fit(columns: Floats, targets: Floats, weights: Floats | None, intercept: bool, passes: int) -> Optimum:
    """Fit these rows, on a scale that suits the bulk of them."""
    standard = _robust(columns, intercept)
    # If all weights are tiny the information underflows; scaling by a power of two does not change the maximum.
    unit = 1.0 if weights is None else float(np.exp2(np.floor(np.log2(weights.max()))))
    if unit > 1e-20:
        unit = 1.0
    rows = Rows(
        columns.T,
        targets,
        weights if weights is None or unit == 1.0 else weights / unit,
        None,
        standard.centre,
        standard.inverse_scale,
        intercept,
    )
    start = np.zeros(rows.size)
    near = sample_start(rows, start, None)
    found = newton(
        rows.statistics,
        start if near is None else near[0],
        approximation=None if near is None else Factor.of(near[1]),
        tolerance=AIM,
        max_passes=passes,
        monitor=_arrived,
    )
    if near is not None and found.status != "converged" and found.decrement > ENOUGH:
        # The sample may have missed the few rows that determine a coefficient.
        found = newton(rows.statistics, start, tolerance=AIM, max_passes=passes, monitor=_arrived)
    last = rows.statistics(found.beta)
    assert last.information is not None
    covariance = inverse(last.information)
    errors = np.sqrt(covariance.diagonal())
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(covariance).all():
            # Of scores of size 1e-200 the slope is finite, but not its variance: roots first, then the scale.
            no_scale = replace(
                standard, centre=standard.centre * standard.inverse_scale, inverse_scale=np.ones(len(columns))
            )
            scale = standard.inverse_scale if not intercept else np.concatenate([[1.0], standard.inverse_scale])
            covariance = no_scale.original_covariance(covariance)
            errors = np.sqrt(covariance.diagonal()) / np.sqrt(unit) * scale
            # An entry that overflows leaves the others as they are.
            covariance = (covariance * scale / np.sqrt(unit)) * scale[:, np.newaxis] / np.sqrt(unit)
        coefficients, rest = standard.original(found.beta), rest_of(standard, found.beta)
    at_maximum = _at_maximum(rows, found, last)
    return Optimum(coefficients, covariance, errors, last.log_likelihood * unit, found.decrement, at_maximum, rest)


def maximise(statistics: Callable[[Floats], Statistics], start: Floats, far: bool = False) -> Optimum:
    """Maximise another concave log-likelihood, such as that of several classes; `far`: some rows may be extreme."""

    def look(beta: Floats, /, *, direction: Floats | None = None, information: bool = True) -> Statistics:
        return statistics(beta)

    found = newton(look, start, tolerance=AIM, max_passes=FAR_PASSES if far else PASSES)
    last = statistics(found.beta)
    assert last.information is not None
    factor = Factor.of(last.information)
    moved = last.row_norm * float(np.linalg.norm(factor.solve(last.gradient)))
    at_maximum = found.decrement <= ENOUGH and len(factor.used) == len(start) and moved <= VALID
    covariance = inverse(last.information)
    errors = np.sqrt(covariance.diagonal())
    return Optimum(found.beta, covariance, errors, last.log_likelihood, found.decrement, at_maximum)


def _arrived(last: Pass) -> bool:
    """Whether the last step changed no log-odds and the decrement is small.

    Newton's method uses a bound on these changes; with an extreme row, the rounding of an intercept exceeds it.
    """
    moved = np.inf if last.margin is None else max(map(abs, last.margin))
    return last.decrement <= AIM and last.step == 1.0 and moved <= AIM


def _at_maximum(rows: Rows, found: Fit, last: Statistics) -> bool:
    """Whether the fit ended at the maximum: the decrement is small, and no row's log-odds would still change.

    If one extreme row has nearly all the information, the decrement is small far from the maximum too: the log-odds of
    that row would still change, and its gradient is not small for the others. And if the information vanishes, the
    likelihood has no maximum.
    """
    assert last.information is not None
    factor = Factor.of(last.information)
    taking_part = int(np.count_nonzero(rows.inverse_scale)) + rows.intercept
    if found.decrement > ENOUGH or len(factor.used) < taking_part:
        return False
    step = factor.solve(last.gradient)
    if last.row_norm * np.linalg.norm(step) <= VALID:
        return True
    # That is only a bound. Row by row: those whose log-odds would change must not move the others.
    design = rows.standardised().T
    moving = np.abs(step @ design) > VALID
    eta = found.beta @ design[:, moving]
    gradients = design[:, moving] * _residual(eta, rows.y[moving], None if rows.weight is None else rows.weight[moving])
    others = rows.information_as(found.beta, (~moving).astype(np.float64))
    return settled(inverse(others), gradients, design[:, moving])


def _residual(eta: Floats, targets: Floats, weights: Floats | None) -> Floats:
    """Return y − σ(η), with all its digits if y is 0 or 1, times the weight."""
    residual: Floats = np.where(targets == 1.0, sigmoid(-eta), targets - sigmoid(eta))
    return residual if weights is None else residual * weights


def inverse(information: Floats) -> Floats:
    """Return the covariance; infinite if the rows have no information about some direction."""
    if not np.isfinite(information).all():
        return np.full_like(information, np.inf)
    factor = Factor.of(information)
    if not factor.full or len(factor.used) < len(information):
        return np.full_like(information, np.inf)
    return factor.inverse()


def _robust(columns: Floats, centred: bool) -> Standardisation:
    """Standardise by median and interquartile range of a sample.

    With mean and standard deviation, one extreme score would push all others so close together that their differences
    are lost to rounding. The scale is a power of two, as in the regression.
    """
    sample = columns[:, :: max(1, columns.shape[1] // SAMPLE)]
    # Values that occur: the difference of 1e308 and -1e308 overflows.
    low, middle, high = np.quantile(sample, [0.25, 0.5, 0.75], axis=1, method="closest_observation")
    centre = middle if centred else np.zeros(len(columns))
    with np.errstate(over="ignore"):
        scale = high - low if centred else np.median(np.abs(sample), axis=1)
        for k in np.flatnonzero(~((scale > 0.0) & (scale < np.inf))):
            scale[k] = np.abs(columns[k] / columns.shape[1] - centre[k] / columns.shape[1]).sum()
        farthest = np.abs(columns - centre[:, np.newaxis]).max(axis=1)
    known = (scale > 0.0) & (scale < np.inf)
    exponent = np.round(np.log2(np.where(known, scale, 1.0)))
    # The square of an extreme row must not overflow.
    exponent = np.maximum(exponent, np.floor(np.log2(np.clip(farthest, 5e-324, 1.7e308))) - LARGEST)
    return Standardisation(centre, np.where(known, np.exp2(np.clip(-exponent, -1000, 1000)), 0.0), centred)
