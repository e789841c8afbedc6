"""Closed-form tests of calibration: Cox's intercept and slope, Spiegelhalter's z, Hosmer and Lemeshow's χ²."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, gammaincc, ndtr

from verhulst.calibration.calibrator import separated
from verhulst.calibration.estimate import ONE_CLASS, Estimate, interval, undefined, unknown
from verhulst.calibration.likelihood import fit_columns
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.scores import Floats
from verhulst.functions import sigmoid_derivative, softplus
from verhulst.regression.start import null_intercept


@dataclass(frozen=True)
class Test:
    """A statistic and its p-value under the hypothesis that the probabilities are right.

    Both are nan if the test is not defined; `reason` says why.
    """

    __test__ = False  # not one of pytest's

    statistic: float
    p_value: float
    reason: str | None = None

    def __repr__(self) -> str:
        if np.isnan(self.statistic):
            return undefined(self.reason)
        return f"{self.statistic:.4g} (p = {self.p_value:.3g})"


def no_test(reason: str) -> Test:
    """Return the record of a test that is not defined."""
    return Test(np.nan, np.nan, reason)


@dataclass(frozen=True)
class CoxCalibration:
    """Logistic regression of the outcome on the logit: for perfect calibration the slope is 1 and the intercept 0.

    `intercept` is calibration in the large: the intercept with the slope fixed at 1. `slope` is fitted together with
    an intercept. `test` is the likelihood ratio test of both, χ² with 2 degrees of freedom.

    References
    ----------
    Cox 1958, "Two further applications of a model for binary regression"; Miller, Hui and Tierney 1991, "Validation
    techniques for logistic regression models".
    """

    intercept: Estimate
    slope: Estimate
    test: Test


def cox(ranked: Ranked, level: float) -> CoxCalibration:
    """Return calibration intercept and slope with Wald intervals, or the reason why they do not exist."""

    def none(reason: str, intercept: Estimate | None = None) -> CoxCalibration:
        return CoxCalibration(intercept or unknown(reason), unknown(reason), no_test(reason))

    if not ranked.both_classes:
        return none(ONE_CLASS)
    finite = np.isfinite(ranked.z)
    z, targets = ranked.z, ranked.targets
    weights = None if ranked.unit else ranked.weights
    if not finite.all():
        if ((ranked.z[~finite] > 0) != (targets[~finite] == 1.0)).any():
            return none("a score is infinite with the wrong sign")
        z, targets = z[finite], targets[finite]
        weights = None if weights is None else weights[finite]
        if targets.all() or not targets.any():
            return none("the outcomes at finite scores are all of one class")
    intercept = _in_the_large(z, targets, weights, level)
    if z[0] == z[-1]:
        return none("every score is the same", intercept)
    if separated(z, targets, falling=True):
        return none("the scores separate the classes perfectly", intercept)
    both = fit_columns(z[np.newaxis], targets, weights)
    if not (both.converged and np.isfinite(both.coefficients).all()):
        return none("the scores are too small, or some are too far from the others", intercept)
    slope = interval(float(both.coefficients[1]), float(both.standard_errors[1]), level)
    # The log-likelihood of the unchanged scores: intercept 0 and slope 1.
    losses = softplus(np.where(targets == 1.0, -z, z))
    with np.errstate(over="ignore"):
        as_given = -float(losses.sum() if weights is None else weights @ losses)
    statistic = max(2.0 * (both.log_likelihood - as_given), 0.0)
    return CoxCalibration(intercept, slope, Test(statistic, float(chdtrc(2, statistic))))


def _in_the_large(z: Floats, targets: Floats, weights: Floats | None, level: float) -> Estimate:
    """Return the solution b of Σ w(y − σ(z + b)) = 0."""
    value = null_intercept(targets, weights, z)
    information = sigmoid_derivative(z + value)
    total = float(information.sum() if weights is None else information @ weights)
    return interval(value, total**-0.5 if total > 0.0 else np.inf, level)


def spiegelhalter(ranked: Ranked) -> Test:
    """Return Spiegelhalter's z, Σ(y − p)(1 − 2p) / √Σ(1 − 2p)²p(1 − p), with a two-sided normal p-value.

    References
    ----------
    Spiegelhalter 1986, "Probabilistic prediction in patient management and clinical trials".
    """
    # 1 − 2p, with all its digits near p = 1/2, and scaled: only ratios matter.
    tilt = -np.tanh(0.5 * ranked.z)
    tilt /= np.abs(tilt).max() or 1.0
    moved = ranked.share * tilt
    variance = float((moved * tilt) @ ranked.variance)
    if variance <= 0.0:
        return no_test("every probability is 0, 1/2 or 1")
    statistic = float(moved @ ranked.residual) / variance**0.5 * ranked.total**0.5
    return Test(statistic, float(2.0 * ndtr(-abs(statistic))))


def hosmer_lemeshow(ranked: Ranked, groups: int = 10, fitted: int = 0) -> Test:
    """Return Hosmer and Lemeshow's test over groups of equal size.

    The statistic is Σ (O − E)²/(E(1 − E/N)) over the groups; equal scores are in one group. The reference is the gamma
    distribution with the statistic's exact mean and variance if the probabilities are right. Its limit for large
    groups, χ² with as many degrees of freedom as groups, is too narrow if some E are small.

    Parameters
    ----------
    fitted : int
        The degrees of freedom to subtract if the probabilities were fitted to these cases: 2 for a logistic
        regression; 0 otherwise.

    References
    ----------
    Hosmer and Lemeshow 1980, "Goodness of fit tests for the multiple logistic regression model".
    """
    edges = equal_groups(ranked, groups)
    weights = ranked.weights
    # Observed less expected, with all its digits for probabilities near 1 too.
    excess = np.add.reduceat(weights * ranked.residual, edges)
    expected = np.add.reduceat(weights * ranked.p, edges)
    missing = np.add.reduceat(weights * ranked.q, edges)
    exact = np.add.reduceat(weights * ranked.variance, edges)
    fourth = np.add.reduceat(weights * ranked.variance * (1.0 - 6.0 * ranked.variance), edges)
    # Not E(N − E)/N, whose product may overflow.
    spread = expected * (missing / (expected + missing))
    known = spread > 1e-290
    if not known.any():
        return no_test("every probability is 0 or 1")
    if (np.abs(excess)[~known] > 1e-12 * (expected + missing)[~known]).any():
        return Test(np.inf, 0.0)
    spread, exact, fourth = spread[known], exact[known], fourth[known]
    with np.errstate(over="ignore"):
        statistic = float((excess[known] * (excess[known] / spread)).sum())
        mean = float((exact / spread).sum()) - fitted
        variance = float(((fourth / spread + 2.0 * exact * (exact / spread)) / spread).sum()) - 2.0 * fitted
    if np.isinf(statistic):
        return Test(np.inf, 0.0)
    # A single case with p = 1/2 has (y − p)² = 1/4 for both outcomes.
    if not (mean > 0.0 and 0.0 < variance < np.inf):
        return no_test("the statistic has almost no variance with so few cases")
    return Test(statistic, float(gammaincc(mean**2 / variance, statistic * (mean / variance))))


def equal_groups(ranked: Ranked, groups: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the first case of each of the groups of (nearly) equal weight, with equal scores in one group."""
    if ranked.unit:
        cuts = np.arange(groups) * len(ranked.z) // groups
    else:
        cumulated = np.cumsum(ranked.weights)
        # A cut that is missed by rounding only (ten weights of 0.1 against 1) is no other cut.
        cuts = np.searchsorted(cumulated, np.arange(groups) * (cumulated[-1] / groups * (1.0 + 1e-9)), side="right")
    # Back to the first of the run of equal scores.
    starts = ranked.starts
    edges = starts[np.searchsorted(starts, cuts, side="right") - 1]
    return np.unique(edges)
