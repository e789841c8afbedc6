"""Many constrained maxima of a log-likelihood at once: the points from which profile intervals and tests are read.

At the maximum over all β with a given value of one contrast aᵀβ the gradient is a multiple of a. With C the inverse of
the information near the point at hand, the quadratic model of the log-likelihood is followed by a step

    δ = C g + μ C a,

and the multiplier μ comes from what is wanted:

* a height ℓ(β) = T (the end of a profile interval; Venzon and Moolgavkar 1988, Applied Statistics 37): the model's
  height after the step is ℓ + ½ gᵀCg − ½ μ² aᵀCa, so μ = ±√(2 (ℓ + ½ gᵀCg − T) / aᵀCa);
* a value aᵀβ = b (a test of it): μ = (b − aᵀβ − aᵀCg) / aᵀCa.

The points are independent of each other, so one pass over the data serves all of them. C may belong to each point,
which makes this Newton's method, or to the maximum, which saves the information matrices; Anderson's acceleration makes
up for most of the difference. A step's length √(δᵀC⁻¹δ) is measured in standard errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.newton import VALID
from verhulst.regression.statistics import Matrix, Vector

LONGEST_STEP = 2.0  # standard errors
ACCELERATED_BELOW = 0.3  # standard errors: farther away the steps are too unlike each other to learn from
SAFE_RATIO = 0.02  # a step is not trusted to be followed by one that is shorter by more than this
MEMORY = 4


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """The log-likelihood near K points.

    Attributes
    ----------
    value : (K,)
    gradient : (K, q)
    step : (K, q) C g, the step to the maximum
    response : (K, q) C a, how β follows its contrast
    """

    value: Vector
    gradient: Matrix
    step: Matrix
    response: Matrix


class ProbeFunction(Protocol):
    """Looks at the log-likelihood in many points at once."""

    def __call__(self, betas: Matrix, contrasts: Matrix, /) -> Probe:
        """The log-likelihood near each of `betas` (K, q), and its response to `contrasts` (K, q)."""
        ...


Rule = Callable[[Probe, Matrix, Matrix, NDArray[np.intp]], Vector]
"""(probe, betas, contrasts, which points) -> the multipliers μ (K,)."""


def to_height(target: float, sign: Vector) -> Rule:
    """Towards the point on the given side of the maximum (±1 for each point) where the log-likelihood is `target`."""

    def multiplier(probe: Probe, betas: Matrix, contrasts: Matrix, which: NDArray[np.intp]) -> Vector:
        above = probe.value + 0.5 * _dot(probe.gradient, probe.step) - target
        spread = _dot(contrasts, probe.response)
        return np.asarray(sign[which] * np.sqrt(np.maximum(2 * above, 0.0) / spread))

    return multiplier


def to_value(wanted: Vector) -> Rule:
    """Towards the highest point where the contrast has the wanted value (one for each point)."""

    def multiplier(probe: Probe, betas: Matrix, contrasts: Matrix, which: NDArray[np.intp]) -> Vector:
        missing = wanted[which] - _dot(contrasts, betas) - _dot(contrasts, probe.step)
        return np.asarray(missing / _dot(contrasts, probe.response))

    return multiplier


@dataclass(frozen=True, slots=True, eq=False)
class Constrained:
    """Where the search ended.

    Attributes
    ----------
    betas : (K, q)
    value : (K,) the log-likelihood there, by the last quadratic model
    converged : (K,) whether the point was found
    passes : calls of the probe
    """

    betas: Matrix
    value: Vector
    converged: NDArray[np.bool_]
    passes: int


def constrained(
    probe: ProbeFunction,
    start: Matrix,
    contrasts: Matrix,
    rule: Rule,
    *,
    tolerance: float = 1e-8,
    max_passes: int = 40,
    row_norm: float = 0.0,
) -> Constrained:
    """Find the constrained maxima.

    Parameters
    ----------
    probe : the log-likelihood
    start, contrasts : (K, q)
    rule : what is wanted of each point
    tolerance : error of aᵀβ, in standard errors, at which a point is taken to be found
    max_passes : most calls of `probe`
    row_norm : the largest norm of a row: no row may move far on the last step

    Returns
    -------
    Constrained
        points that were not reached hold where the search ended
    """
    betas, value = start.copy(), np.full(len(start), np.nan)
    done = np.zeros(len(start), dtype=bool)
    past = [Acceleration() for _ in start]
    before = np.full(len(start), np.inf)
    for passes in range(1, max_passes + 1):
        which = np.flatnonzero(~done)
        if not len(which):
            return Constrained(betas, value, done, passes - 1)
        here = probe(betas[which], contrasts[which])
        a, value[which] = contrasts[which], here.value
        with np.errstate(all="ignore"):
            mu = rule(here, betas[which], a, which)
            steps = here.step + mu[:, None] * here.response
            model = _dot(here.gradient, here.step) + 2 * mu * _dot(a, here.step) + mu**2 * _dot(a, here.response)
            length = np.sqrt(np.maximum(model, 0.0))
            rise = _dot(here.gradient, steps) - 0.5 * model
        for k, i in enumerate(which):
            if not np.isfinite(length[k]):
                continue
            # What the step leaves undone is the steps that follow, each shorter in the ratio of this one to the one
            # before. Its square is what the height and the contrast miss: both are extreme in the other directions.
            ratio = max(length[k] / before[i], SAFE_RATIO)
            near = row_norm * float(np.linalg.norm(steps[k])) <= VALID
            if near and length[k] * ratio <= (1 - ratio) * np.sqrt(tolerance):
                betas[i] += steps[k]
                value[i] += rise[k]
                done[i] = True
            elif length[k] > ACCELERATED_BELOW:
                betas[i] += steps[k] * min(1.0, LONGEST_STEP / length[k])
                past[i] = Acceleration()
            else:
                betas[i] += past[i].step(betas[i], steps[k])
            before[i] = length[k]
    return Constrained(betas, value, done, max_passes)


class Acceleration:
    """Anderson's acceleration of one fixed-point iteration (Walker and Ni 2011, SIAM J. Numer. Anal. 49)."""

    def __init__(self) -> None:
        self._points: list[Vector] = []
        self._steps: list[Vector] = []

    def step(self, point: Vector, step: Vector) -> Vector:
        """The step to take from `point`, where the iteration itself would take `step`."""
        self._points = [*self._points[-MEMORY:], point.copy()]
        self._steps = [*self._steps[-MEMORY:], step]
        if len(self._steps) < 2:
            return step
        moves, changes = np.diff(self._points, axis=0).T, np.diff(self._steps, axis=0).T
        mixture = np.linalg.lstsq(changes, step, rcond=1e-10)[0]
        mixed: Vector = step - (moves + changes) @ mixture
        return mixed


def _dot(a: Matrix, b: Matrix) -> Vector:
    return np.asarray(np.einsum("kj,kj->k", a, b))
