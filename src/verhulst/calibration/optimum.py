"""The maximum of a likelihood, as the maps see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verhulst.calibration.scores import Floats


@dataclass(frozen=True, eq=False)
class Optimum:
    """The maximum of a likelihood.

    `decrement` is the distance to it in standard errors. `converged` is False where the likelihood has no maximum at a
    finite point. `covariance` is the inverse of the information, infinite where that is singular.
    """

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    decrement: float
    converged: bool


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
