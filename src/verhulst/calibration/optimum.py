"""The maximum of a likelihood, as the maps see it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from verhulst.calibration.scores import Floats


@dataclass(frozen=True, eq=False)
class Optimum:
    """The maximum of a likelihood.

    `decrement` is the distance to it in standard errors. `converged` is False where the likelihood has no maximum at a
    finite point. `covariance` is the inverse of the information, infinite where that is singular. `standard_errors` are
    the roots of its diagonal, numbers also where their squares overflow or underflow. `rest` are the digits of the
    intercept that a double does not hold, where log-odds need them.
    """

    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    log_likelihood: float
    decrement: float
    converged: bool
    rest: float = 0.0

    def divided(self, scale: Floats) -> Optimum:
        """Return the optimum for columns multiplied by `scale` (q,): its coefficients are divided by it."""
        with np.errstate(over="ignore", invalid="ignore"):
            return replace(
                self,
                coefficients=self.coefficients / scale,
                covariance=self.covariance / scale / scale[:, np.newaxis],
                standard_errors=self.standard_errors / scale,
            )


def require_converged(optimum: Optimum) -> Optimum:
    """The optimum itself; raises where Newton's method did not reach it, or no double holds it."""
    if not optimum.converged:
        far = f" (still {optimum.decrement:.2g} standard errors away)" if optimum.decrement > 1e-6 else ""
        raise ValueError(
            f"the likelihood has no maximum that can be reached{far}: look for scores that are far from all others, or "
            "so close to others that double precision hardly tells them apart"
        )
    if not np.isfinite(optimum.coefficients).all():
        raise ValueError("the scores are so small, or so close together, that the slope overflows: rescale them")
    return optimum
