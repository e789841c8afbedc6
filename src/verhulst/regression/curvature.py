"""An information matrix that is updated with the gradients computed since."""

from __future__ import annotations

from verhulst.regression.factor import Factor
from verhulst.regression.statistics import Vector

REMEMBERED = 20  # steps; it never pays to take more between two matrices


class Curvature:
    """The inverse of an information matrix, corrected along the steps taken since.

    A step s that changed the gradient by −y shows that the information maps s to y. The inverse is changed as little as
    is consistent with the last such pairs: the formula of Broyden, Fletcher, Goldfarb and Shanno, in the form without a
    matrix (Nocedal 1980, "Updating quasi-Newton matrices with limited storage", Mathematics of Computation 35).

    Parameters
    ----------
    factor : of the information
    """

    def __init__(self, factor: Factor) -> None:
        self._factor = factor
        self._pairs: list[tuple[Vector, Vector, float]] = []

    def learn(self, step: Vector, change: Vector) -> None:
        """Record that the gradient decreased by `change` (q,) along `step` (q,)."""
        along = float(step @ change)
        if along > 0:  # always true for a concave function, except for rounding
            self._pairs = [*self._pairs[1 - REMEMBERED :], (step, change, along)]

    def solve(self, gradient: Vector) -> Vector:
        """Return the Newton step for a gradient (q,)."""
        shares = []
        for step, change, along in reversed(self._pairs):
            shares.append(float(step @ gradient) / along)
            gradient = gradient - shares[-1] * change
        result = self._factor.solve(gradient)
        for (step, change, along), share in zip(self._pairs, reversed(shares), strict=True):
            result = result + (share - float(change @ result) / along) * step
        return result
