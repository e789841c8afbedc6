"""An estimate with its interval, from one influence per case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

import verhulst as vh
from verhulst.calibration.scores import Floats


@dataclass(frozen=True)
class Estimate:
    """A number, its standard error and its confidence interval."""

    value: float
    standard_error: float
    low: float
    high: float
    level: float

    def __repr__(self) -> str:
        return f"{self.value:.5g} ({100 * self.level:g} %: {self.low:.5g} to {self.high:.5g})"


UNKNOWN = Estimate(np.nan, np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Measure:
    """A statistic of n cases with the influence of each on it.

    The influence function ψ says how the statistic moves when a case gets more weight; Σ wψ²/(Σw)² is its variance.
    Two statistics of the same cases differ with the difference of their influences: that makes comparisons paired.
    """

    value: float
    influence: Floats


def standard_error(influence: Floats, weights: Floats, total: float) -> float:
    """√(Σ wψ²)/Σw."""
    return float(np.sqrt(weights @ (influence * influence))) / total


def interval(
    value: float, error: float, level: float, scale: Literal["linear", "logit"] = "linear", floor: float = -np.inf
) -> Estimate:
    """A normal interval, on the scale of the value itself or of its logit (which keeps it within 0 and 1)."""
    half = float(ndtri(0.5 + level / 2.0)) * error
    if scale == "logit" and 0.0 < value < 1.0:
        centre, half = float(vh.logit(value)), half / (value * (1.0 - value))
        low, high = float(vh.sigmoid(centre - half)), float(vh.sigmoid(centre + half))
    else:
        low, high = max(value - half, floor), value + half
    return Estimate(value, error, low, high, level)
