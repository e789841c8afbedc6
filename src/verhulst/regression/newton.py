"""Newton's method for a concave log-likelihood, stopped by the Newton decrement.

With gradient g and information H, the decrement λ = √(gᵀ H⁻¹ g) bounds the distance to the maximum: for every contrast
c, |cᵀ(β − β̂)| ≤ λ·SE(cᵀβ̂) up to terms of second order (Cauchy and Schwarz), if the remaining step moves no log-odds by
much. So λ ≤ 1e-6 means that every coefficient and every difference of coefficients is within a millionth of its
standard error of the maximum, whatever the units.

A property of the logistic function saves passes over the data: |log σ'(a) − log σ'(b)| ≤ |a − b|. So if no linear
predictor moves by more than r, then e^(−r) H ≤ H' ≤ e^r H for the information before and after the move, and:

* steps with information computed r away reduce the error at least to the share e^r − 1, in practice to a small part of
  that, which is estimated from the previous steps. The gradients since then correct the information (`Curvature`),
  which reduces this part further. While it is small, a pass needs no matrix (`Renewal`). Convergence is judged by
  information from the last point;
* after a full step of reach r the decrement is at most (e^r − 1) λ: once r and that product are below the tolerance,
  the step can be taken without another pass over the data.

The reach of a step d is bounded by (largest row norm)·‖d‖. (See Bach 2010, "Self-concordant analysis for
logistic regression", Electron. J. Stat. 4, for what follows from that inequality.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from verhulst.regression.curvature import Curvature
from verhulst.regression.factor import Factor, with_ridge
from verhulst.regression.passes import Fit, Pass, Status, certain
from verhulst.regression.renewal import Renewal
from verhulst.regression.statistics import EPS, Matrix, Statistics, StatisticsFunction, Vector

Found = TypeVar("Found")
VALID = 0.5  # a step that may change log-odds by more than this does not bound the distance to the maximum
NOTHING, ROUNDED = 1e-12, 1e-4  # squares of decrements: the range of those caused by rounding of coefficients


class Look(NamedTuple):
    """What a search asks of the rows: the statistics at one point; see `StatisticsFunction`."""

    beta: Vector
    direction: Vector | None
    information: bool

    def by(self, statistics: StatisticsFunction) -> Statistics:
        """The answer of this function."""
        return statistics(self.beta, direction=self.direction, information=self.information)


class _Point(NamedTuple):
    """A point (q,), the statistics there, and the penalised log-likelihood with its gradient."""

    beta: Vector
    data: Statistics
    value: float
    gradient: Vector


@dataclass(slots=True, eq=False)
class _Search:
    """The parts of `search`, and their shared state: settings, passes, the current information."""

    penalty: Vector
    tolerance: float
    max_passes: int
    exact: bool
    renewal: Renewal
    passes: list[Pass] = field(default_factory=list)
    information: Matrix | None = None

    def look(
        self, beta: Vector, direction: Vector | None, information: bool, known: Statistics | None = None
    ) -> Generator[Look, Statistics, _Point]:
        """Ask for one pass over the data."""
        watched = direction if len(self.passes) >= 3 else None  # separated fits take more passes than that
        s = known or (yield Look(beta, watched, information))
        value = s.log_likelihood - 0.5 * float(self.penalty @ beta**2)
        return _Point(beta, s, value, s.gradient - self.penalty * beta)

    def arrive(self, here: _Point, step: Vector, fraction: float, direction: Vector | None) -> float:
        """Return the decrement; record the pass and what it says about the current information."""
        decrement = math.sqrt(max(float(here.gradient @ step), 0.0))
        fresh, margin = here.data.information is not None, here.data.margin
        passes = self.passes
        passes.append(Pass(len(passes) + 1, here.value, decrement, fraction, True, fresh, direction, margin))
        self.renewal.arrived(decrement, here.data.row_norm * float(np.linalg.norm(step)), fraction, fresh)
        return decrement

    def end(self, here: _Point, step: Vector, decrement: float, stopped: bool) -> Fit | None:
        """Return the fit if this point, or the step from it, is the end; None otherwise."""
        information, reach = self.information, self.renewal.reach
        if information is None:
            return None
        if stopped:
            return self.fit(here, decrement, "stopped")
        if not self.exact and decrement <= self.tolerance:
            return self.fit(here._replace(beta=here.beta + step), decrement, "converged")
        if self.renewal.unchanged and min(decrement * reach, decrement) <= self.tolerance:
            # The step is taken without another pass. The standard errors do not change; the log-likelihood follows from
            # its first two derivatives, with an error of the share `reach` of the second-order term.
            slope = float((here.gradient + self.penalty * here.beta) @ step)
            height = here.data.log_likelihood + (slope - 0.5 * float(step @ (information @ step)))
            decrement *= min(math.expm1(min(reach, 1.0)), 1.0)
            return self.fit(here._replace(beta=here.beta + step), decrement, "converged", height)
        if self.status(decrement) == "converged":
            # The standard errors would change with the step: continue until they do not, or rounding dominates.
            if self.renewal.nearer() and len(self.passes) < self.max_passes:
                return None
            return self.fit(here, decrement, "converged")
        return self.fit(here, decrement, "passes") if len(self.passes) >= self.max_passes else None

    def line_search(
        self, here: _Point, step: Vector, decrement: float
    ) -> Generator[Look, Statistics, tuple[_Point, float] | Fit]:
        """Return the next point and the fraction of the step taken, or the fit if no fraction leads higher."""
        few = len(self.passes) + 1 >= self.max_passes
        with_information = self.renewal.due(last=self.information is None and few)
        slope, noise, fraction = float(here.gradient @ step), 8 * EPS * abs(here.value), 1.0
        while True:
            there = yield from self.look(here.beta + fraction * step, step, with_information)
            if there.value >= here.value + 1e-4 * fraction * slope - noise:
                return there, fraction
            number, margin = len(self.passes) + 1, there.data.margin
            self.passes.append(Pass(number, there.value, np.nan, fraction, False, with_information, step, margin))
            stuck = fraction * np.max(np.abs(step)) <= EPS * np.max(np.abs(here.beta)) or fraction < 1e-12
            if (stuck or number >= self.max_passes) and self.information is not None:
                return self.fit(here, decrement, self.status(decrement) if stuck else "passes")
            drop = here.value + fraction * slope - there.value  # > 0: how far the value is below the tangent
            best = 0.5 * slope * fraction**2 / drop if np.isfinite(drop) else 0.0
            fraction = min(max(best, 0.1 * fraction), 0.5 * fraction)
            with_information = with_information or not self.renewal.costly or number + 1 >= self.max_passes

    def status(self, decrement: float) -> Status:
        """Return whether this point is close enough to the maximum, judged by its own information."""
        settled = self.renewal.drift == 0.0 and self.renewal.reach <= VALID
        return certain(decrement, self.tolerance, full=True, settled=settled)

    def fit(self, end: _Point, decrement: float, status: Status, height: float | None = None) -> Fit:
        """Return the fit that ends here; the default height is the log-likelihood at this point."""
        assert self.information is not None
        height, passes, reach = (
            end.data.log_likelihood if height is None else height,
            tuple(self.passes),
            self.renewal.reach,
        )
        return Fit(end.beta, self.information, height, decrement, passes, status, reach, end.data.row_norm)


def search(
    start: Vector,
    *,
    first: Statistics | None = None,
    ridge: Vector | None = None,
    tolerance: float = 1e-6,
    max_passes: int = 100,
    approximation: Factor | None = None,
    exact: bool = True,
    width: int | None = None,
    monitor: Callable[[Pass], bool] | None = None,
) -> Generator[Look, Statistics, Fit]:
    """Maximise log-likelihood − ½ Σ ridgeⱼ βⱼ², asking for statistics one point after the other.

    Parameters
    ----------
    start : (q,)
    first : the statistics at the start, if known; with information unless an approximation is given
    ridge : (q,) ≥ 0, or None for no penalty
    tolerance : the decrement at which to stop
    max_passes : the largest number of passes over the data
    approximation : factor of the information near the start (of a sample, say) and the ridge, for the first steps
    exact : whether convergence is judged by information from the last point; False is enough for a starting point
    width : the number of columns that a matrix costs as much as, if not q
    monitor : called with every accepted pass; True stops the fit
    """
    penalty = np.zeros_like(start) if ridge is None else ridge
    renewal = Renewal(
        len(start) if width is None else width, ridge=ridge is not None, sampled=approximation is not None
    )
    now = _Search(penalty, tolerance, max_passes, exact, renewal)
    curvature = None if approximation is None else Curvature(approximation)
    here, direction, fraction = (yield from now.look(start, None, curvature is None, first)), None, 0.0
    while True:
        if here.data.information is not None:
            now.information = here.data.information
            curvature = Curvature(Factor.of(with_ridge(now.information, ridge)))
        assert curvature is not None
        step = curvature.solve(here.gradient)
        decrement = now.arrive(here, step, fraction, direction)
        stopped = monitor is not None and monitor(now.passes[-1])
        found = now.end(here, step, decrement, stopped) or (yield from now.line_search(here, step, decrement))
        if isinstance(found, Fit):
            return found
        there, fraction = found
        curvature.learn(fraction * step, here.gradient - there.gradient)
        here, direction = there, step


def once(beta: Vector, information: bool) -> Generator[Look, Statistics, Statistics]:
    """Ask for the statistics at one point."""
    return (yield Look(beta, None, information))


@np.errstate(over="ignore", invalid="ignore")  # seen in the result, where it matters
def answered(searching: Generator[Look, Statistics, Found], statistics: StatisticsFunction) -> Found:
    """Return what a search finds that these statistics answer."""
    try:
        look = next(searching)
        while True:
            look = searching.send(look.by(statistics))
    except StopIteration as end:
        found: Found = end.value
        return found


def newton(statistics: StatisticsFunction, start: Vector, **options: Any) -> Fit:
    """Return where a search ends that these statistics answer; the options are those of `search`."""
    return answered(search(start, **options), statistics)


def refined(statistics: StatisticsFunction, beta: Vector) -> tuple[Vector, Statistics]:
    """Return the maximum near coefficients that were rounded for columns far from 0, and the statistics there."""
    here = statistics(beta)
    assert here.information is not None
    step = Factor.of(here.information).solve(here.gradient)
    if NOTHING < float(here.gradient @ step) <= ROUNDED:
        return beta + step, statistics(beta + step)
    return beta, here
