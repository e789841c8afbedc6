"""Where Newton's method starts: the model without columns, or a fit of a systematic sample."""

from __future__ import annotations

import numpy as np

import verhulst
from verhulst.regression.statistics import Vector


def null_intercept(y: Vector, weight: Vector | None, offset: Vector | None, passes: int = 100) -> float:
    """The intercept of the model that has nothing else: Σ wᵢ σ(b + offsetᵢ) = Σ wᵢ yᵢ.

    In closed form logit(ȳ); with offsets by Newton's method kept within a bracket.
    """
    mean = float(np.average(y, weights=weight))
    guess = float(verhulst.logit(mean))
    if offset is None:
        return guess
    low, high = guess - float(offset.max()), guess - float(offset.min())
    b = (low + high) / 2
    for _ in range(passes):
        excess = float(np.average(verhulst.sigmoid(offset + b), weights=weight)) - mean
        slope = float(np.average(verhulst.sigmoid_derivative(offset + b), weights=weight))
        low, high = (low, b) if excess > 0 else (b, high)
        newton = b - excess / slope if slope > 0 else np.nan
        after = newton if low <= newton <= high else (low + high) / 2
        if abs(after - b) <= 4e-16 * max(abs(b), 1.0):
            return after
        b = after
    return b


def log_likelihood(y: Vector, eta: Vector | float, weight: Vector | None) -> float:
    """Σ wᵢ (yᵢ log σ(ηᵢ) + (1 − yᵢ) log σ(−ηᵢ))."""
    each = y * verhulst.log_sigmoid(eta) + (1 - y) * verhulst.log_one_minus_sigmoid(eta)
    return float(np.sum(each if weight is None else weight * each))
