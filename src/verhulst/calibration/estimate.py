"""Estimates with intervals, from the influence of each case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

from verhulst._numbers import coverage
from verhulst.calibration.scores import Floats
from verhulst.functions import logit, sigmoid


@dataclass(frozen=True)
class Estimate:
    """A number, its standard error and its confidence interval; all nan if it is not defined (see `reason`)."""

    value: float
    standard_error: float
    low: float
    high: float
    level: float
    reason: str | None = None

    def __repr__(self) -> str:
        if np.isnan(self.value):
            return undefined(self.reason)
        if np.isnan(self.low):
            return f"{self.value:.5g}"
        return f"{self.value:.5g} ({coverage(self.level)}: {self.low:.5g} to {self.high:.5g})"


def undefined(reason: str | None) -> str:
    """Return the text shown in place of a number that is not defined."""
    return "-" if reason is None else f"- ({reason})"


def unknown(reason: str) -> Estimate:
    """Return the record of an estimate that is not defined."""
    return Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, reason)


ONE_CLASS = "the outcomes are all of one class"


@dataclass(frozen=True)
class Measure:
    """A statistic of n cases with the influence of each case.

    The influence function ψ is the change of the statistic if a case gets more weight; Σ wψ²/(Σw)² is the variance.
    The influences of a difference of two statistics are the differences of influences, which makes comparisons paired.
    """

    value: float
    influence: Floats


@np.errstate(over="ignore")
def standard_error(influence: Floats, weights: Floats, total: float) -> float:
    """Return √(Σ wψ²)/Σw; infinite if it overflows, nan for one case, which says nothing about its own spread."""
    if len(influence) == 1 and total <= 1.0:
        return np.nan
    largest = float(np.abs(influence).max())
    if not 0.0 < largest < np.inf:
        return largest
    # Shares of weights and of the largest influence: no product overflows or underflows.
    influence = influence / largest
    return float(np.sqrt((weights / total) @ (influence * influence)) / np.sqrt(total) * np.float64(largest))


def perfect(value: float, count: float, level: float) -> Estimate:
    """Return 0 or 1, the share of so many independent cases of which none differs, with its exact one-sided bound."""
    bound = ((1.0 - level) / 2.0) ** (1.0 / count)
    low, high = (bound, 1.0) if value == 1.0 else (0.0, 1.0 - bound)
    return Estimate(value, 0.0, low, high, level)


def interval(
    value: float, error: float, level: float, scale: Literal["linear", "logit"] = "linear", floor: float = -np.inf
) -> Estimate:
    """Return a normal interval, on the scale of the value or of its logit (which keeps it between 0 and 1)."""
    with np.errstate(over="ignore"):
        half = float(ndtri(0.5 + level / 2.0) * np.float64(error))
    if scale == "logit" and 0.0 < value < 1.0:
        with np.errstate(over="ignore"):
            centre, half = float(logit(value)), float(np.float64(half) / value / (1.0 - value))
        low, high = float(sigmoid(centre - half)), float(sigmoid(centre + half))
    else:
        low, high = max(value - half, floor), value + half
    return Estimate(value, error, low, high, level)
