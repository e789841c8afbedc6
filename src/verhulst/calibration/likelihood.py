"""Maximum likelihood for the maps: the regression room's Newton method, with scales that far scores cannot spoil."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

import verhulst as vh
from verhulst.calibration.nearest import SAMPLE, nearest_first, settled
from verhulst.calibration.scores import Floats
from verhulst.regression.factor import Factor
from verhulst.regression.fitting import fit
from verhulst.regression.newton import VALID, Fit, Pass, newton
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.start import sample_start
from verhulst.regression.statistics import Statistics

# Newton's decrement: the tolerance that is aimed at, in standard errors, and the one that is enough where rounding
# allows no more.
AIM, ENOUGH = 1e-10, 1e-6
# Most passes over rows of which some may be far: a far one's log-odds move by about one in each pass, and rounded to a
# double every residual is 0 beyond e^745, and no score farther than e^710. Over rows that are all near.
FAR_PASSES, PASSES = 1500, 100
# The largest size of a standardised column: its square is still a number.
LARGEST = 500


@dataclass(frozen=True, eq=False)
class Optimum:
    """The maximum of a likelihood.

    `decrement` is the distance to it in standard errors. `converged` is False where the likelihood has no maximum at a
    finite point. `covariance` is the inverse of the information, infinite where that is singular. `standard_errors` are
    the roots of its diagonal, numbers also where their squares are not.
    """

    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    log_likelihood: float
    decrement: float
    converged: bool

    def divided(self, scale: Floats) -> Optimum:
        """The optimum for columns multiplied by `scale` (q,): its coefficients are divided by it."""
        with np.errstate(over="ignore", invalid="ignore"):
            return replace(
                self,
                coefficients=self.coefficients / scale,
                covariance=self.covariance / scale / scale[:, np.newaxis],
                standard_errors=self.standard_errors / scale,
            )


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

    def some(rows: NDArray[np.bool_] | None) -> Optimum:
        if rows is None:
            return _fit(columns, targets, weights, offset, intercept, FAR_PASSES)
        return _fit(
            np.ascontiguousarray(columns[:, rows]),
            targets[rows],
            None if weights is None else weights[rows],
            None if offset is None else offset[rows],
            intercept,
            PASSES,
        )

    def pull(coefficients: Floats, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        with np.errstate(over="ignore", invalid="ignore"):
            eta = coefficients[int(intercept) :] @ columns[:, rows] + (coefficients[0] if intercept else 0.0)
            eta = eta if offset is None else eta + offset[rows]
            residual = _residual(eta, targets[rows], None if weights is None else weights[rows])
            design = np.concatenate([np.ones((int(intercept), int(rows.sum()))), columns[:, rows]])
            return residual * design, design

    found = nearest_first(columns, some, pull)
    return found if found.converged else _carefully(columns, targets, weights, offset, intercept) or found


def _carefully(
    columns: Floats, targets: Floats, weights: Floats | None, offset: Floats | None, intercept: bool
) -> Optimum | None:
    """The regression's own fit, with its careful end for what double precision leaves in doubt; None without one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = fit(columns.T, targets, weights, offset, intercept=intercept)
        except ValueError:
            return None
    if not found.converged or found.separation is not None or found.collinear or found.decrement > ENOUGH:
        return None
    return Optimum(
        found.coefficients, found.covariance, found.standard_errors, found.log_likelihood, found.decrement, True
    )


def _fit(
    columns: Floats, targets: Floats, weights: Floats | None, offset: Floats | None, intercept: bool, passes: int
) -> Optimum:
    """The fit of these rows, on a scale that suits the bulk of them."""
    standard = _robust(columns, intercept)
    # Weights that are all tiny would leave no information; scaled by a power of two they have the same maximum.
    unit = 1.0 if weights is None else float(np.exp2(np.floor(np.log2(weights.max()))))
    if unit > 1e-20:
        unit = 1.0
    rows = Rows(
        columns.T,
        targets,
        weights if weights is None or unit == 1.0 else weights / unit,
        offset,
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
        # The sample may have missed the few rows that hold a coefficient.
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
            errors = np.sqrt(no_scale.original_covariance(covariance).diagonal()) / np.sqrt(unit) * scale
            covariance = standard.original_covariance(covariance) / unit
        coefficients = standard.original(found.beta)
    at_maximum = _at_maximum(rows, found, last)
    return Optimum(coefficients, covariance, errors, last.log_likelihood * unit, found.decrement, at_maximum)


def maximise(statistics: Callable[[Floats], Statistics], start: Floats, far: bool = False) -> Optimum:
    """The maximum of another concave log-likelihood, such as that of several classes; `far`: some rows may be far."""

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
    """Whether the last step moved no row's log-odds and the decrement is small.

    Newton's method goes by a bound on the moves, which beside a far row the rounding of an intercept exceeds.
    """
    moved = np.inf if last.margin is None else max(map(abs, last.margin))
    return last.decrement <= AIM and last.step == 1.0 and moved <= AIM


def _at_maximum(rows: Rows, found: Fit, last: Statistics) -> bool:
    """Whether the end is the maximum: the decrement is small, and no row near enough to tell would still move.

    Where one far row holds nearly all the information the decrement is small far from the maximum too: the row's own
    log-odds would still move, and its pull is not small for the others. And where nothing is left of the information,
    so far out is the end of a likelihood without a maximum.
    """
    assert last.information is not None
    factor = Factor.of(last.information)
    taking_part = int(np.count_nonzero(rows.inverse_scale)) + rows.intercept
    if found.decrement > ENOUGH or len(factor.used) < taking_part:
        return False
    step = factor.solve(last.gradient)
    if last.row_norm * np.linalg.norm(step) <= VALID:
        return True
    # That is a bound only. Row by row: those that would move may not pull at the others.
    design = rows.standardised(0, len(rows.y)).T
    moving = np.abs(step @ design) > VALID
    eta = found.beta @ design[:, moving] + (0.0 if rows.offset is None else rows.offset[moving])
    gradients = design[:, moving] * _residual(eta, rows.y[moving], None if rows.weight is None else rows.weight[moving])
    others = rows.information_as(found.beta, (~moving).astype(np.float64))
    return settled(inverse(others), gradients, design[:, moving])


def _residual(eta: Floats, targets: Floats, weights: Floats | None) -> Floats:
    """y − σ(η), with all its digits where y is 0 or 1, times the weight."""
    residual: Floats = np.where(targets == 1.0, vh.sigmoid(-eta), targets - vh.sigmoid(eta))
    return residual if weights is None else residual * weights


def require_converged(optimum: Optimum) -> Optimum:
    """The optimum itself; raises where Newton's method did not reach it, or no double holds it."""
    if not optimum.converged:
        raise ValueError(
            f"the likelihood has no maximum that can be reached (still {optimum.decrement:.2g} standard errors away): "
            "look for scores that are far from all others"
        )
    if not np.isfinite(optimum.coefficients).all():
        raise ValueError("the scores are so small, or so close together, that the slope overflows: multiply them")
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
    # Values that are there: between 1e308 and -1e308 there is no difference.
    low, middle, high = np.quantile(sample, [0.25, 0.5, 0.75], axis=1, method="closest_observation")
    centre = middle if centred else np.zeros(len(columns))
    with np.errstate(over="ignore"):
        scale = high - low if centred else np.median(np.abs(sample), axis=1)
        for k in np.flatnonzero(~((scale > 0.0) & (scale < np.inf))):
            scale[k] = np.abs(columns[k] / columns.shape[1] - centre[k] / columns.shape[1]).sum()
        farthest = np.abs(columns - centre[:, np.newaxis]).max(axis=1)
    known = (scale > 0.0) & (scale < np.inf)
    exponent = np.round(np.log2(np.where(known, scale, 1.0)))
    # A far row may not be so far that its square is no number.
    exponent = np.maximum(exponent, np.floor(np.log2(np.clip(farthest, 5e-324, 1.7e308))) - LARGEST)
    return Standardisation(centre, np.where(known, np.exp2(np.clip(-exponent, -1000, 1000)), 0.0), centred)
