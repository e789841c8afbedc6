"""Newton's method for a concave log-likelihood, stopped by the Newton decrement.

With gradient g and information H, the decrement λ = √(gᵀ H⁻¹ g) bounds what is missing: for every contrast c,
|cᵀ(β − β̂)| ≤ λ·SE(cᵀβ̂) up to terms of second order (Cauchy and Schwarz), where the step that is left moves no
log-odds by much. So λ ≤ 1e-6 means that every coefficient and every difference of coefficients is within a millionth
of its standard error of the maximum, whatever the units.

Two facts about the logistic function save passes over the data. Its σ' obeys |log σ'(a) − log σ'(b)| ≤ |a − b|, so if
no linear predictor moves by more than r, then e^(−r) H ≤ H' ≤ e^r H for the information before and after the move, and:

* information computed r away gives steps that shrink the error at least by e^r − 1, in practice by a small share of
  that, which the steps before tell. The gradients seen since correct it (`Curvature`), which makes that share smaller
  still. While it is small, a pass needs no matrix. The end is always judged by information from the last point;
* after a full step of reach r the decrement is at most (e^r − 1) λ: once r and that product are below the tolerance,
  the step may be taken without another look at the data.

The reach of a step d is bounded by (largest row norm)·‖d‖. (See Bach 2010, "Self-concordant analysis for
logistic regression", Electron. J. Stat. 4, for what follows from that inequality.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from verhulst.regression.curvature import Curvature
from verhulst.regression.factor import Factor
from verhulst.regression.statistics import Matrix, Statistics, StatisticsFunction, Vector

Status = Literal["converged", "stopped", "stalled", "passes"]
SAME_INFORMATION = 2e-5  # a reach below this changes no standard error by more than 1e-5 of itself (proved) ...
SAME_DIGITS = 5e-7  # ... and where the steps before kept this share of the bound, by no more than a millionth (seen)
COLUMNS_PER_PASS = 50  # q coefficients make a pass with information cost 1 + q/50 of those without (measured)
DOUBT = 0.8  # power of a contraction that is expected to last: they tend to slow down
CHEAP = 3.0  # a matrix that costs as much as so many passes without it: then it is worth looking first
UNSURE = 4.0  # times as far as expected may the step after a matrix lead
FAR_AWAY = 0.3  # to which part a pass with information shrinks the decrement before the end is near (seen)
VALID = 0.5  # a step that may move some log-odds by more than this says nothing of how far away the maximum is
NOTHING, ROUNDED = 1e-12, 1e-4  # squares of decrements: between them lies what rounding of coefficients makes
FAR = 3.0  # a reach beyond this promises nothing
EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One pass over the data.

    Attributes
    ----------
    number : counts from 1
    log_likelihood : at the point of this pass (less the penalty, if there is one)
    decrement : λ there, by the information at hand
    step : the fraction of the Newton step that led there (0 for the first pass)
    accepted : False where the log-likelihood was too low and the step was shortened
    information : whether the information matrix was computed
    direction : the full Newton step that led there, or None
    margin : the separation margin of `direction` (see Statistics.margin), where it was asked for
    """

    number: int
    log_likelihood: float
    decrement: float
    step: float
    accepted: bool
    information: bool
    direction: Vector | None = None
    margin: tuple[float, float] | None = None

    def __str__(self) -> str:
        """One line, as `verbose=1` shows it."""
        step = "start" if self.step == 0 else f"step {self.step:.3g}"
        matrix = "with information" if self.information else "gradient only"
        return (
            f"pass {self.number}: log-likelihood {self.log_likelihood:.10g}, decrement {self.decrement:.3g}, "
            f"{step}, {matrix}{'' if self.accepted else ', refused'}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Where Newton's method ended.

    Attributes
    ----------
    beta : (q,)
    information : (q, q) of the likelihood alone, at beta or so near it that standard errors are the same
    log_likelihood : of the data at beta, without the penalty
    decrement : λ at beta, a bound where the last step was taken unseen
    passes : every pass over the data
    status : see `certain`; or "stopped" by the monitor; or "passes" where there were too many
    reach : some log-odds may move by so much on the step that is left
    row_norm : the largest norm of a row
    """

    beta: Vector
    information: Matrix
    log_likelihood: float
    decrement: float
    passes: tuple[Pass, ...]
    status: Status
    reach: float = 0.0
    row_norm: float = 0.0


def certain(decrement: float, tolerance: float, *, full: bool, settled: bool) -> Status:
    """What a fit may say of itself: the one rule, for `newton` and for `careful`.

    Parameters
    ----------
    decrement, tolerance : λ, and what it has to come down to
    full : whether every direction has information that is told from rounding; without it λ is blind in some
    settled : whether the information is that of the maximum too: no row moves far on the way that is left, or none that
        matters. Where data are separated, λ gets small while the maximum stays infinitely far away.

    Returns
    -------
    "converged" where all of it holds, or else "stalled"
    """
    return "converged" if full and settled and decrement <= tolerance else "stalled"


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
    max_passes : give up after so many passes over the data
    approximation : factor of the information near the start (of a sample, say) and the ridge, used for the first steps
        while it serves
    exact : whether the end is judged by information from the last point, or by what is at hand: enough for a start
    monitor : sees every accepted pass; True stops the fit

    Returns
    -------
    Fit
    """
    penalty = np.zeros_like(start) if ridge is None else ridge
    matrix_cost = 1 + len(start) / COLUMNS_PER_PASS
    passes: list[Pass] = []

    def look(
        beta: Vector, direction: Vector | None, with_information: bool, known: Statistics | None = None
    ) -> tuple[Statistics, float, Vector]:
        """Statistics, penalised value and penalised gradient at beta."""
        watched = direction if len(passes) >= 3 else None  # a separated fit takes more passes than that
        s = known or statistics(beta, direction=watched, information=with_information)
        return s, s.log_likelihood - 0.5 * float(penalty @ beta**2), s.gradient - penalty * beta

    beta, drift = start, np.inf
    curvature = None if approximation is None else Curvature(approximation)
    here, value, gradient = look(beta, None, curvature is None, first)
    fraction, direction, previous, promised = 0.0, None, np.inf, 1.0
    information, within = here.information, np.inf
    while True:
        if here.information is not None:
            information, drift = here.information, 0.0
            curvature = Curvature(Factor.of(information if ridge is None else information + np.diag(ridge)))
        assert curvature is not None
        step = curvature.solve(gradient)
        decrement = math.sqrt(max(float(gradient @ step), 0.0))
        passes.append(
            Pass(
                len(passes) + 1, value, decrement, fraction, True, here.information is not None, direction, here.margin
            )
        )
        reach = here.row_norm * float(np.linalg.norm(step))
        # Which share of the bound e^reach − 1 the last full step used up: that of the next one will be much like it.
        expected = promised * previous
        seen = min(decrement / expected, 1.0) if fraction == 1.0 and 0 < expected < np.inf else 1.0
        promise = math.expm1(min(drift + reach, FAR))
        # Where a ridge holds the steps, they say little of the information; that errors move by half a reach is proved.
        share = seen if ridge is None else 0.5
        unchanged = reach <= SAME_INFORMATION and share * reach <= SAME_DIGITS
        ending: Status | None = None
        if monitor is not None and monitor(passes[-1]):
            ending = "stopped"
        elif not exact and decrement <= tolerance:
            beta, ending = beta + step, "converged"
        elif information is not None and drift == 0.0 and unchanged and min(decrement * reach, decrement) <= tolerance:
            # The step at hand costs nothing more and only brings the point nearer. The standard errors stay as they
            # are; the height follows from slope and bend, up to a share `reach` of the bend.
            rise = float((gradient + penalty * beta) @ step) - 0.5 * float(step @ (information @ step))
            beta, height = beta + step, here.log_likelihood + rise
            decrement *= min(math.expm1(min(reach, 1.0)), 1.0)
            return Fit(beta, information, height, decrement, tuple(passes), "converged", reach, here.row_norm)
        elif drift == 0.0 and certain(decrement, tolerance, full=True, settled=reach <= VALID) == "converged":
            # The standard errors at the end of the step are others: look on, until they are its own or rounding rules.
            if not reach <= 0.5 * within or len(passes) >= max_passes:
                ending = "converged"
            within = reach
        elif len(passes) >= max_passes:
            ending = "passes"
        if ending is not None and information is not None:
            return Fit(beta, information, here.log_likelihood, decrement, tuple(passes), ending, reach, here.row_norm)

        # Is the information at hand good enough for the point to come, and is that not yet the last one?
        contraction, target = (seen * promise) ** DOUBT, min(SAME_INFORMATION, SAME_DIGITS / max(share, EPS))
        if previous == np.inf or fraction < 1.0:  # nothing is known yet: a look without a matrix, if that is cheap
            untried = previous == np.inf and approximation is not None
            thrifty = decrement > 1.0 and (untried or matrix_cost > CHEAP)
        elif reach > 1.0:
            # Too far away to reckon with the end. Where decrements are small and steps are not, the data may be
            # separated: Newton's own steps tell, those by a corrected matrix do not.
            thrifty = decrement > 1.0 and contraction**matrix_cost < FAR_AWAY
        else:
            # How well a new matrix does is known from that before it, if at all: with matrices, leave a margin.
            margin = UNSURE if here.information is not None and matrix_cost > CHEAP else 1.0
            thrifty = 0 < _gradient_passes(reach, contraction, seen, target / margin) <= matrix_cost
        if within < np.inf or (information is None and len(passes) + 1 >= max_passes):
            thrifty = False  # an end needs a matrix
        previous, promised = decrement, promise
        slope, noise = float(gradient @ step), 8 * EPS * abs(value)
        fraction = 1.0
        while True:
            trial = beta + fraction * step
            there, new_value, new_gradient = look(trial, step, not thrifty)
            if new_value >= value + 1e-4 * fraction * slope - noise:
                break
            passes.append(Pass(len(passes) + 1, new_value, np.nan, fraction, False, not thrifty, step, there.margin))
            stuck = fraction * np.max(np.abs(step)) <= EPS * np.max(np.abs(beta)) or fraction < 1e-12
            if (stuck or len(passes) >= max_passes) and information is not None:
                settled = drift == 0.0 and reach <= VALID
                status = certain(decrement, tolerance, full=True, settled=settled) if stuck else "passes"
                return Fit(
                    beta, information, here.log_likelihood, decrement, tuple(passes), status, reach, here.row_norm
                )
            drop = value + fraction * slope - new_value  # > 0: how far below its tangent the value fell
            best = 0.5 * slope * fraction**2 / drop if np.isfinite(drop) else 0.0
            fraction = min(max(best, 0.1 * fraction), 0.5 * fraction)
            thrifty = thrifty and matrix_cost > CHEAP and len(passes) + 1 < max_passes
        drift = drift + fraction * reach
        curvature.learn(fraction * step, gradient - new_gradient)
        beta, here, value, gradient, direction = trial, there, new_value, new_gradient, step


def refined(statistics: StatisticsFunction, beta: Vector) -> tuple[Vector, Statistics]:
    """A maximum whose coefficients were rounded for columns far from 0, found again; and the statistics there."""
    here = statistics(beta)
    assert here.information is not None
    step = Factor.of(here.information).solve(here.gradient)
    if NOTHING < float(here.gradient @ step) <= ROUNDED:
        return beta + step, statistics(beta + step)
    return beta, here


def _gradient_passes(reach: float, contraction: float, seen: float, target: float) -> float:
    """How many passes without a matrix lie before the last one; one less where fresh information would need one too.

    Every pass shrinks the reach by `contraction`; with information from the next point the one after it is shrunk by
    `seen` times its own promise instead. The last pass is that which is within `target`, and needs a matrix anyway.
    """
    if not 0 < contraction < 1:
        return 0.0 if contraction == 0 else np.inf
    before = math.ceil(math.log(target / reach) / math.log(contraction)) - 1 if reach > target else 0
    renewed = contraction * reach
    return before - (before > 0 and seen * math.expm1(min(renewed, FAR)) * renewed > target)
