"""Proper scores from logits: log-loss and Brier score, without clipping."""

from __future__ import annotations

import numpy as np

from verhulst.calibration.estimate import Estimate, Measure, interval, standard_error
from verhulst.calibration.ranked import Ranked
from verhulst.functions import softplus


def log_loss(ranked: Ranked) -> Measure:
    """Return the mean of softplus(−z) for class 1 and softplus(z) for class 0; infinite if a score is."""
    losses = softplus(np.where(ranked.targets == 1.0, -ranked.z, ranked.z))
    value = ranked.mean(losses)
    if not np.isfinite(value):
        return Measure(value, np.full_like(losses, np.nan))
    losses -= value
    return Measure(value, losses)


def brier(ranked: Ranked) -> Measure:
    """Return the mean of (y − p)²."""
    losses = ranked.residual * ranked.residual
    value = ranked.mean(losses)
    losses -= value
    return Measure(value, losses)


def mean_gap(ranked: Ranked) -> Measure:
    """Return the mean of p − y: how much too high the probabilities are on average."""
    gaps = -ranked.residual
    value = ranked.mean(gaps)
    return Measure(value, gaps - value)


def proper_interval(measure: Measure, ranked: Ranked, level: float, floor: float = 0.0) -> Estimate:
    """Return a mean with its normal interval, cut at the floor."""
    return interval(measure.value, standard_error(measure.influence, ranked.weights, ranked.total), level, floor=floor)
