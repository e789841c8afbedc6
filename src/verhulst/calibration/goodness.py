"""Closed-form tests of calibration: Cox's intercept and slope, Spiegelhalter's z, Hosmer and Lemeshow's χ²."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, gammaincc, ndtr

import verhulst as vh
from verhulst.calibration.calibrator import separated
from verhulst.calibration.estimate import UNKNOWN, Estimate, interval
from verhulst.calibration.likelihood import fit_columns
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.scores import Floats
from verhulst.regression.start import null_intercept


@dataclass(frozen=True)
class Test:
    """A statistic and the probability of one at least as extreme if the probabilities are right."""

    __test__ = False  # not one of pytest's

    statistic: float
    p_value: float

    def __repr__(self) -> str:
        return f"{self.statistic:.4g} (p = {self.p_value:.3g})"


NO_TEST = Test(np.nan, np.nan)


@dataclass(frozen=True)
class CoxCalibration:
    """Logistic regression of the outcome on the logit: perfect is slope 1 and intercept 0.

    `intercept` is calibration in the large: the intercept when the slope is held at 1. `slope` is fitted with an
    intercept of its own. `test` is the likelihood ratio test of both, χ² with 2 degrees of freedom.

    References
    ----------
    Cox 1958, "Two further applications of a model for binary regression"; Miller, Hui and Tierney 1991, "Validation
    techniques for logistic regression models".
    """

    intercept: Estimate
    slope: Estimate
    test: Test


def cox(ranked: Ranked, level: float) -> CoxCalibration:
    """Calibration intercept and slope with Wald intervals; nan where they do not exist."""
    if not ranked.both_classes:
        return CoxCalibration(UNKNOWN, UNKNOWN, NO_TEST)
    finite = np.isfinite(ranked.z)
    z, targets = ranked.z, ranked.targets
    weights = None if ranked.unit else ranked.weights
    if not finite.all():
        if ((ranked.z[~finite] > 0) != (targets[~finite] == 1.0)).any():
            return CoxCalibration(UNKNOWN, UNKNOWN, NO_TEST)
        z, targets = z[finite], targets[finite]
        weights = None if weights is None else weights[finite]
        if targets.all() or not targets.any():
            return CoxCalibration(UNKNOWN, UNKNOWN, NO_TEST)
    intercept = _in_the_large(z, targets, weights, level)
    if z[0] == z[-1] or separated(z, targets, falling=True):
        return CoxCalibration(intercept, UNKNOWN, NO_TEST)
    both = fit_columns(z[np.newaxis], targets, weights)
    slope = interval(float(both.coefficients[1]), float(np.sqrt(both.covariance[1, 1])), level)
    # The log-likelihood of the scores as they are: intercept 0 and slope 1.
    losses = vh.softplus(np.where(targets == 1.0, -z, z))
    as_given = -float(losses.sum() if weights is None else weights @ losses)
    statistic = max(2.0 * (both.log_likelihood - as_given), 0.0)
    return CoxCalibration(intercept, slope, Test(statistic, float(chdtrc(2, statistic))))


def _in_the_large(z: Floats, targets: Floats, weights: Floats | None, level: float) -> Estimate:
    """The intercept b of Σ w(y − σ(z + b)) = 0."""
    value = null_intercept(float(np.average(targets, weights=weights)), weights, z)
    information = vh.sigmoid_derivative(z + value)
    total = float(information.sum() if weights is None else information @ weights)
    return interval(value, total**-0.5 if total > 0.0 else np.inf, level)


def spiegelhalter(ranked: Ranked) -> Test:
    """Spiegelhalter's z: Σ(y − p)(1 − 2p) / √Σ(1 − 2p)²p(1 − p), two-sided normal.

    References
    ----------
    Spiegelhalter 1986, "Probabilistic prediction in patient management and clinical trials".
    """
    tilt = ranked.q - ranked.p
    moved = ranked.weights * tilt
    variance = float((moved * tilt) @ ranked.variance)
    if variance <= 0.0:
        return NO_TEST
    statistic = float(moved @ ranked.residual) / variance**0.5
    return Test(statistic, float(2.0 * ndtr(-abs(statistic))))


def hosmer_lemeshow(ranked: Ranked, groups: int = 10) -> Test:
    """Hosmer and Lemeshow's statistic over groups of equal size, for probabilities not fitted to these cases.

    Σ (O − E)²/(E(1 − E/N)) over the groups; equal scores stay in one group. The reference is the gamma distribution
    that has the statistic's exact mean and variance if the probabilities are right. χ² with as many degrees of freedom
    as groups is its limit for large groups, but too narrow where some E are small.

    References
    ----------
    Hosmer and Lemeshow 1980, "Goodness of fit tests for the multiple logistic regression model".
    """
    edges = equal_groups(ranked, groups)
    weights = ranked.weights
    observed = np.add.reduceat(weights * ranked.targets, edges)
    expected = np.add.reduceat(weights * ranked.p, edges)
    missing = np.add.reduceat(weights * ranked.q, edges)
    exact = np.add.reduceat(weights * ranked.variance, edges)
    fourth = np.add.reduceat(weights * ranked.variance * (1.0 - 6.0 * ranked.variance), edges)
    spread = expected * missing / (expected + missing)
    known = spread > 0.0
    if not known.any():
        return NO_TEST
    if (np.abs(observed - expected)[~known] > 0.0).any():
        return Test(np.inf, 0.0)
    spread, exact, fourth = spread[known], exact[known], fourth[known]
    statistic = float(((observed - expected)[known] ** 2 / spread).sum())
    mean = float((exact / spread).sum())
    variance = float(((fourth + 2.0 * exact**2) / spread**2).sum())
    return Test(statistic, float(gammaincc(mean**2 / variance, statistic * mean / variance)))


def equal_groups(ranked: Ranked, groups: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Where each of the groups of (nearly) equal weight begins, with equal scores in one group."""
    if ranked.unit:
        cuts = np.arange(groups) * len(ranked.z) // groups
    else:
        cumulated = np.cumsum(ranked.weights)
        cuts = np.searchsorted(cumulated, np.arange(groups) * (cumulated[-1] / groups), side="right")
    # Back to where the run of equal scores begins.
    starts = ranked.starts
    edges = starts[np.searchsorted(starts, cuts, side="right") - 1]
    return np.unique(edges)
