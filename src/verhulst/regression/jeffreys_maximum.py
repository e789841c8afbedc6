"""Maximisation of the likelihood with Jeffreys' prior.

Steps I⁻¹ gradient cost no more than the leverages and reduce the error by a factor of order q/n, with Anderson's
acceleration by more. If the second derivatives of the penalty are so large that these steps converge slowly (few rows
for many columns, extreme rows, near-separation), Newton steps with the second derivatives follow, in a trust region
measured in standard errors (Moré and Sorensen 1983, SIAM J. Sci. Stat. Comput. 4): the penalised likelihood need not be
concave away from the maximum.

Convergence is judged by the length of the remaining step, in standard errors. A step I⁻¹ gradient can be the last if
the second derivatives are known to be close enough to I (see `bounds`) that less than the tolerance remains.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from verhulst.regression.constrained import ACCELERATED_BELOW, Acceleration
from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified, Point
from verhulst.regression.jeffreys_curvature import bounds, curvature
from verhulst.regression.passes import Fit, Pass, Status
from verhulst.regression.statistics import EPS, Matrix, Vector

QUICK = 0.2  # least reduction of the step by a pass without second derivatives; otherwise they are used
FIRST_RADIUS = 1.0  # standard errors
GOOD, POOR = 0.75, 0.25  # shares of the predicted increase: above, the trust region grows; below, it shrinks
SAME_INFORMATION = 2e-5  # a last step that moves no log-odds by more changes no standard error by more than 1e-5 of it
HIDDEN = 1e3  # times the rounding error of the value: a smaller increase may not be visible in the value
SAME = 0.5  # standard errors from a known maximum at which a search is assumed to lead to it
STUCK = 3  # successive steps, with increases below rounding, that are more than half as long as the previous one


@np.errstate(over="ignore", invalid="ignore")  # weights of 1e8 and 1e-8; the search leaves such points
def highest(
    likelihood: JeffreysLikelihood,
    start: Vector,
    *,
    tolerance: float,
    max_passes: int,
    monitor: Callable[[Pass], bool] | None = None,
    contrast: Vector | None = None,
    known: tuple[Vector, Matrix] | None = None,
) -> tuple[Fit, Point]:
    """Climb to a maximum of the penalised likelihood.

    Parameters
    ----------
    start, tolerance, max_passes, monitor : see `newton`
    contrast : (q,) a: the search keeps to the points where aᵀβ is what it is at the start
    known : (q,) a known maximum, and the factor of the information there: a search that comes close to it stops, with
        status "stopped"

    Returns
    -------
    Fit, Point
        The end, with the penalised log-likelihood and, as the decrement, the length of the remaining step in standard
        errors; and the last evaluated point, which is that step away.

    Raises
    ------
    NotIdentified
        If the information is singular at the start.
    """
    search = _Search(likelihood, start, max_passes, monitor, contrast, known)
    found = search.by_information(tolerance) or search.by_curvature(tolerance)
    return found, search.point


class _Search:
    """The current point, and the passes that led there."""

    def __init__(
        self,
        likelihood: JeffreysLikelihood,
        start: Vector,
        max_passes: int,
        monitor: Callable[[Pass], bool] | None,
        contrast: Vector | None,
        known: tuple[Vector, Matrix] | None,
    ) -> None:
        self.likelihood, self.monitor, self.max_passes, self.contrast = likelihood, monitor, max_passes, contrast
        self.known = known
        self.beta, self.point, self.share = start, likelihood.at(start), 0.0
        self.passes: list[Pass] = []
        self.noted = False

    def by_information(self, tolerance: float) -> Fit | None:
        """Take accelerated steps I⁻¹ gradient; None if they converge too slowly, or cannot show convergence."""
        past, before = Acceleration(), np.inf
        while True:
            ways = self.point.ways(self.contrast)
            scaled = ways.T @ self.point.gradient
            length = float(np.linalg.norm(scaled))
            step = ways @ scaled
            if not length <= QUICK * before:
                return None
            if length <= tolerance:
                # With eigenvalues of at least k ≤ ½, the step leaves at most (1/k − 1) of its length.
                enough = length / (length + tolerance)
                least, farthest = bounds(self.likelihood, self.beta, self.point, enough)
                if least < enough or length * farthest > SAME_INFORMATION:
                    return None
                return self._ended("converged", length, step)
            self._note(length)
            if self._stopped():
                return self._ended("stopped", length)
            if self._no_more():
                return self._ended("passes", length)
            if length <= ACCELERATED_BELOW:
                better = past.step(self.beta, step)
                step = better if self.point.gradient @ better > 0 else step
            if self._risen(step, 1.0, float(self.point.gradient @ step)) is None:
                return None
            before = length

    def by_curvature(self, tolerance: float) -> Fit:
        """Take Newton steps in a trust region."""
        radius, before, stuck = FIRST_RADIUS, np.inf, 0
        while True:
            values, ways = self._bends()
            scaled = ways.T @ self.point.gradient
            full = values[0] > 0 and float(np.linalg.norm(scaled / values)) <= radius
            part = scaled / values if full else within(values, scaled, radius)
            length = float(np.linalg.norm(part if full else scaled))
            self._note(length)
            if self._stopped():
                return self._ended("stopped", length)
            rise = float(scaled @ part - 0.5 * values @ part**2)
            stuck = stuck + 1 if full and rise <= HIDDEN * self._noise() and length > before / 2 else 0
            near = full and length <= tolerance
            if near:
                farthest = bounds(self.likelihood, self.beta, self.point, np.inf)[1]
                if stuck or length * farthest <= SAME_INFORMATION:
                    return self._ended("converged", length, ways @ part)
            if stuck >= STUCK:
                return self._ended("stalled", length)
            before = length
            while True:
                if self._no_more():
                    return self._ended("passes", length)
                share = 1.0 if full else float(np.linalg.norm(part) / np.linalg.norm(scaled))
                kept = self._risen(ways @ part, share, rise)
                if kept is not None:
                    break
                if near or rise <= self._noise():
                    return self._ended("converged" if near else "stalled", length)
                radius, full = float(np.linalg.norm(part)) / 4, False
                part = within(values, scaled, radius)
                rise = float(scaled @ part - 0.5 * values @ part**2)
            if kept < POOR:
                radius = float(np.linalg.norm(part)) / 2
            elif kept > GOOD and not full:
                radius *= 3

    def _bends(self) -> tuple[Vector, Matrix]:
        """Return the principal curvatures, ascending, and their directions."""
        bend = curvature(self.likelihood, self.beta, self.point)
        ways = self.point.ways(self.contrast)
        across = self.point.factor @ ways
        values, vectors = np.linalg.eigh(across.T @ bend @ across)
        return values, ways @ vectors

    def _value(self) -> float:
        return self.point.penalised(self.likelihood.tau)

    def _noise(self) -> float:
        """Return the approximate rounding error of the value."""
        return 8 * (EPS * abs(self._value()) + self.likelihood.tau * self.point.noise)

    def _risen(self, step: Vector, share: float, rise: float) -> float | None:
        """Take the step if the value increases; return the increase as a share of the predicted one, or None.

        If the increase may be hidden by rounding, the gradient must decrease by half instead.
        """
        value, noise = self._value(), self._noise()
        reached, kept = -np.inf, False
        try:
            trial = self.likelihood.at(self.beta + step)
            reached = trial.penalised(self.likelihood.tau)
            kept = reached >= value + 1e-4 * rise - noise
            if not kept and rise <= HIDDEN * noise:
                kept = self._steepness(trial) <= 0.5 * self._steepness(self.point)
        except NotIdentified:
            pass
        if not kept:
            self.passes.append(Pass(len(self.passes) + 1, reached, np.nan, share, False, True))
            return None
        self.beta, self.point, self.share, self.noted = self.beta + step, trial, share, False
        return (reached - value) / rise if rise > HIDDEN * noise else 1.0

    def _steepness(self, point: Point) -> float:
        return float(np.linalg.norm(point.gradient @ point.ways(self.contrast)))

    def _note(self, length: float) -> None:
        """Record the current point as a pass, once."""
        if self.noted:
            return
        self.noted = True
        self.passes.append(Pass(len(self.passes) + 1, self._value(), length, self.share, True, True))
        if self.monitor is not None:
            self.monitor(self.passes[-1])

    def _stopped(self) -> bool:
        return self.known is not None and bool(np.linalg.norm(self.known[1] @ (self.beta - self.known[0])) <= SAME)

    def _no_more(self) -> bool:
        return len(self.passes) >= self.max_passes

    def _ended(self, status: Status, length: float, step: Vector | None = None) -> Fit:
        self._note(length)
        beta = self.beta if step is None else self.beta + step
        return Fit(beta, self.point.information, self._value(), length, tuple(self.passes), status)


def within(values: Vector, gradient: Vector, radius: float) -> Vector:
    """Return the step s of at most length `radius` that maximises gradientᵀs − ½ Σ valuesⱼ sⱼ²; `values` ascend."""
    low = max(0.0, -float(values[0])) + EPS * float(np.max(np.abs(values)))
    high = low + float(np.linalg.norm(gradient)) / radius
    for _ in range(60):
        middle = 0.5 * (low + high)
        if float(np.linalg.norm(gradient / (values + middle))) > radius:
            low = middle
        else:
            high = middle
    step: Vector = gradient / (values + high)
    missing = radius**2 - float(step @ step)
    if values[0] < 0 and missing > 0.1 * radius**2:  # there is no gradient in the direction of upward curvature
        step[0] += np.copysign(np.sqrt(missing), step[0])
    return step
