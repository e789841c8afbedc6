"""Newton's method for a concave log-likelihood, stopped by the Newton decrement.

With gradient g and information H, the decrement λ = √(gᵀ H⁻¹ g) bounds what is missing: for every contrast c,
|cᵀ(β − β̂)| ≤ λ·SE(cᵀβ̂) up to terms of second order (Cauchy and Schwarz), where the step that is left moves no
log-odds by much. So λ ≤ 1e-6 means that every coefficient and every difference of coefficients is within a millionth
of its standard error of the maximum, whatever the units.

Two facts about the logistic function save passes over the data. Its σ' obeys |log σ'(a) − log σ'(b)| ≤ |a − b|, so if
no linear predictor moves by more than r, then e^(−r) H ≤ H' ≤ e^r H for the information before and after the move, and:

* information computed r away gives steps that shrink the error at least by e^r − 1, in practice by a small share of
  that, which the steps before tell. The gradients seen since correct it (`Curvature`), which makes that share smaller
  still. While it is small, a pass needs no matrix (`Renewal`). The end is judged by information from the last point;
* after a full step of reach r the decrement is at most (e^r − 1) λ: once r and that product are below the tolerance,
  the step may be taken without another look at the data.

The reach of a step d is bounded by (largest row norm)·‖d‖. (See Bach 2010, "Self-concordant analysis for
logistic regression", Electron. J. Stat. 4, for what follows from that inequality.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from verhulst.regression.curvature import Curvature
from verhulst.regression.factor import Factor, with_ridge
from verhulst.regression.passes import Fit, Pass, Status, certain
from verhulst.regression.renewal import Renewal
from verhulst.regression.statistics import EPS, Matrix, Statistics, StatisticsFunction, Vector

VALID = 0.5  # steps that may change log-odds by more than this do not bound the distance to the maximum
NOTHING, ROUNDED = 1e-12, 1e-4  # squares of decrements: the range of those caused by rounding of coefficients


class _Point(NamedTuple):
    """The data at beta (q,), and the penalised log-likelihood and its gradient there."""

    beta: Vector
    data: Statistics
    value: float
    gradient: Vector


@dataclass(slots=True, eq=False)
class _Search:
    """The parts of `newton`, and what they share: settings, passes, the information at hand."""

    statistics: StatisticsFunction
    penalty: Vector
    tolerance: float
    max_passes: int
    exact: bool
    renewal: Renewal
    passes: list[Pass] = field(default_factory=list)
    information: Matrix | None = None

    def look(
        self, beta: Vector, direction: Vector | None, information: bool, known: Statistics | None = None
    ) -> _Point:
        """One read of the data."""
        watched = direction if len(self.passes) >= 3 else None  # a separated fit takes more passes than that
        s = known or self.statistics(beta, direction=watched, information=information)
        value = s.log_likelihood - 0.5 * float(self.penalty @ beta**2)
        return _Point(beta, s, value, s.gradient - self.penalty * beta)

    def arrive(self, here: _Point, step: Vector, fraction: float, direction: Vector | None) -> float:
        """The decrement; the pass is recorded, and it is noted what it says of the information at hand."""
        decrement = math.sqrt(max(float(here.gradient @ step), 0.0))
        fresh, margin = here.data.information is not None, here.data.margin
        passes = self.passes
        passes.append(Pass(len(passes) + 1, here.value, decrement, fraction, True, fresh, direction, margin))
        self.renewal.arrived(decrement, here.data.row_norm * float(np.linalg.norm(step)), fraction, fresh)
        return decrement

    def end(self, here: _Point, step: Vector, decrement: float, stopped: bool) -> Fit | None:
        """The fit, if this point or the step from it is its end."""
        information, reach = self.information, self.renewal.reach
        if information is None:
            return None
        if stopped:
            return self.fit(here, decrement, "stopped")
        if not self.exact and decrement <= self.tolerance:
            return self.fit(here._replace(beta=here.beta + step), decrement, "converged")
        if self.renewal.unchanged and min(decrement * reach, decrement) <= self.tolerance:
            # The step at hand costs nothing more and only brings the point nearer. The standard errors stay as they
            # are; the height follows from slope and bend, up to a share `reach` of the bend.
            slope = float((here.gradient + self.penalty * here.beta) @ step)
            height = here.data.log_likelihood + (slope - 0.5 * float(step @ (information @ step)))
            decrement *= min(math.expm1(min(reach, 1.0)), 1.0)
            return self.fit(here._replace(beta=here.beta + step), decrement, "converged", height)
        if self.status(decrement) == "converged":
            # The standard errors at the end of the step are others: look on, until they are its own or rounding rules.
            if self.renewal.nearer() and len(self.passes) < self.max_passes:
                return None
            return self.fit(here, decrement, "converged")
        return self.fit(here, decrement, "passes") if len(self.passes) >= self.max_passes else None

    def line_search(self, here: _Point, step: Vector, decrement: float) -> tuple[_Point, float] | Fit:
        """The next point and the fraction of the step that leads there; or the fit, where none leads higher."""
        few = len(self.passes) + 1 >= self.max_passes
        with_information = self.renewal.due(last=self.information is None and few)
        slope, noise, fraction = float(here.gradient @ step), 8 * EPS * abs(here.value), 1.0
        while True:
            there = self.look(here.beta + fraction * step, step, with_information)
            if there.value >= here.value + 1e-4 * fraction * slope - noise:
                return there, fraction
            number, margin = len(self.passes) + 1, there.data.margin
            self.passes.append(Pass(number, there.value, np.nan, fraction, False, with_information, step, margin))
            stuck = fraction * np.max(np.abs(step)) <= EPS * np.max(np.abs(here.beta)) or fraction < 1e-12
            if (stuck or number >= self.max_passes) and self.information is not None:
                return self.fit(here, decrement, self.status(decrement) if stuck else "passes")
            drop = here.value + fraction * slope - there.value  # > 0: how far below its tangent the value fell
            best = 0.5 * slope * fraction**2 / drop if np.isfinite(drop) else 0.0
            fraction = min(max(best, 0.1 * fraction), 0.5 * fraction)
            with_information = with_information or not self.renewal.costly or number + 1 >= self.max_passes

    def status(self, decrement: float) -> Status:
        """Whether this point is near enough to the maximum, by information from itself."""
        settled = self.renewal.drift == 0.0 and self.renewal.reach <= VALID
        return certain(decrement, self.tolerance, full=True, settled=settled)

    def fit(self, end: _Point, decrement: float, status: Status, height: float | None = None) -> Fit:
        """The record of an end; height is that of its data, if not given."""
        assert self.information is not None
        height, passes, reach = (
            end.data.log_likelihood if height is None else height,
            tuple(self.passes),
            self.renewal.reach,
        )
        return Fit(end.beta, self.information, height, decrement, passes, status, reach, end.data.row_norm)


@np.errstate(over="ignore", invalid="ignore")  # seen in the result, where it matters
def newton(
    statistics: StatisticsFunction,
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
) -> Fit:
    """Maximise log-likelihood − ½ Σ ridgeⱼ βⱼ².

    Parameters
    ----------
    statistics : the statistics of the data at a coefficient vector
    start : (q,)
    first : the statistics at the start, where they are known; with information unless an approximation is given
    ridge : (q,) ≥ 0, or None for no penalty
    tolerance : the decrement at which to stop
    max_passes : the largest number of passes over the data
    approximation : factor of the information near the start (of a sample, say) and the ridge, used for the first steps
        while it serves
    exact : whether the end is judged by information from the last point, or by what is at hand: enough for a start
    width : how many columns make a matrix as costly as it is, if not q
    monitor : sees every accepted pass; True stops the fit

    Returns
    -------
    Fit
    """
    penalty = np.zeros_like(start) if ridge is None else ridge
    renewal = Renewal(
        len(start) if width is None else width, ridge=ridge is not None, sampled=approximation is not None
    )
    search = _Search(statistics, penalty, tolerance, max_passes, exact, renewal)
    curvature = None if approximation is None else Curvature(approximation)
    here, direction, fraction = search.look(start, None, curvature is None, first), None, 0.0
    while True:
        if here.data.information is not None:
            search.information = here.data.information
            curvature = Curvature(Factor.of(with_ridge(search.information, ridge)))
        assert curvature is not None
        step = curvature.solve(here.gradient)
        decrement = search.arrive(here, step, fraction, direction)
        stopped = monitor is not None and monitor(search.passes[-1])
        found = search.end(here, step, decrement, stopped) or search.line_search(here, step, decrement)
        if isinstance(found, Fit):
            return found
        there, fraction = found
        curvature.learn(fraction * step, here.gradient - there.gradient)
        here, direction = there, step


def refined(statistics: StatisticsFunction, beta: Vector) -> tuple[Vector, Statistics]:
    """A maximum whose coefficients were rounded for columns far from 0, found again; and the statistics there."""
    here = statistics(beta)
    assert here.information is not None
    step = Factor.of(here.information).solve(here.gradient)
    if NOTHING < float(here.gradient @ step) <= ROUNDED:
        return beta + step, statistics(beta + step)
    return beta, here
