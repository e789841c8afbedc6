"""A log-likelihood around its maximum: how far it falls, and where it has fallen by so much.

Ends of profile intervals and heights under a hypothesis are found for many contrasts at once by quadratic models (see
`constrained`); where those fail, each for itself by bracketing and Newton's method on what the contrast leaves free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.functions import log_one_minus_sigmoid, log_sigmoid, sigmoid
from verhulst.regression.constrained import Constrained, Probe, ProbeFunction, Rule, constrained, to_height, to_value
from verhulst.regression.factor import Factor
from verhulst.regression.newton import newton
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Matrix, Statistics, StatisticsFunction, Vector

SHARED_INFORMATION_FROM = 2_000_000_000  # rows × columns² × points: more work than this is saved by sharing C
REACHED = 1e-3  # share of the fall by which the height of an end may be missed; most are within 1e-8
FARTHEST = 2.0**14


def chi_squared_quantile(level: float) -> float:
    """Quantile of χ² with one degree of freedom."""
    from scipy.special import ndtri

    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, but is {level!r}")
    return float(ndtri(0.5 + level / 2)) ** 2


def own_information(rows: Rows, directions: int) -> ProbeFunction:
    """Each point with its own information matrix.

    `directions`: how many the information tells apart at the maximum; where it tells fewer no step is known.
    """

    def probe(betas: Matrix, contrasts: Matrix, /) -> Probe:
        found = [rows.statistics(beta) for beta in betas]
        factors = [Factor.of(s.information) for s in found if s.information is not None]
        return Probe(
            np.array([s.log_likelihood for s in found]),
            np.array([s.gradient for s in found]),
            np.array(
                [
                    f.solve(s.gradient) if len(f.used) >= directions else np.full(len(s.gradient), np.nan)
                    for f, s in zip(factors, found, strict=True)
                ]
            ),
            np.array([f.solve(a) for f, a in zip(factors, contrasts, strict=True)]),
        )

    return probe


def shared_information(rows: Rows, information: Matrix) -> ProbeFunction:
    """All points with one information matrix, that of the maximum: a pass is two matrix products."""
    inverse = np.nan_to_num(Factor.of(information).inverse(), nan=0.0)

    def probe(betas: Matrix, contrasts: Matrix, /) -> Probe:
        value, gradient = np.zeros(len(betas)), np.zeros(betas.shape)
        for piece in rows.pieces():
            eta = piece.z @ betas.T + piece.offset[:, None]
            # log σ(η) = yη − log(1 + e^η) for y = 1, and with the sign turned for y = 0; shares of successes need both
            y, weight = piece.y[:, None], piece.weight
            value += weight @ (y * log_sigmoid(eta) + (1 - y) * log_one_minus_sigmoid(eta))
            gradient += (weight[:, None] * (y - sigmoid(eta))).T @ piece.z
        return Probe(value, gradient, gradient @ inverse, contrasts @ inverse)

    return probe


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """A log-likelihood around its maximum.

    Attributes
    ----------
    statistics : value, gradient and information at one point
    probe : the same near many points
    beta : (q,) where it is highest
    value : the maximum
    information : (q, q) there
    careful : a probe that costs more, for the points that `probe` does not lead to; or None
    farthest : standard errors; a profile that has not fallen enough there is taken never to
    row_norm : the largest norm of a row
    """

    statistics: StatisticsFunction
    probe: ProbeFunction
    beta: Vector
    value: float
    information: Matrix
    careful: ProbeFunction | None = None
    farthest: float = FARTHEST
    row_norm: float = 0.0

    def ends(self, contrasts: Matrix, drop: float) -> Matrix:
        """(k, 2) lower and upper ends for the contrasts (k, q), where the log-likelihood has fallen by `drop`."""
        factor = Factor.of(self.information)
        response = np.array([factor.solve(a) for a in contrasts]).reshape(contrasts.shape)
        error = np.sqrt(np.einsum("kj,kj->k", contrasts, response))
        reach = np.sqrt(2 * drop) * response / error[:, None]
        ones, target = np.ones(len(contrasts)), self.value - drop
        upper = self._constrained(self.beta + reach, contrasts, to_height(target, ones))
        # What bends the profile on one side bends it on the other: only the straight part of the way is turned around.
        bent = np.where(upper.converged[:, None], upper.betas - self.beta - 2 * reach, -reach)
        lower = self._constrained(self.beta + bent, contrasts, to_height(target, -ones))
        result = np.empty((len(contrasts), 2))
        for side, found, sign in ((0, lower, -1.0), (1, upper, 1.0)):
            result[:, side] = np.einsum("kj,kj->k", contrasts, found.betas)
            estimate = contrasts @ self.beta
            # Beyond a cliff, where a row far out is on the wrong side, no step leads back: short steps are no end.
            reached = np.abs(found.value - target) <= REACHED * drop
            wrong = ~found.converged | ~reached | (sign * (result[:, side] - estimate) <= 0)
            for k in np.flatnonzero(wrong):
                result[k, side] = self.end(contrasts[k], float(estimate[k]), sign * float(error[k]), drop)
        return result

    def _constrained(self, start: Matrix, contrasts: Matrix, rule: Rule, tolerance: float = 1e-8) -> Constrained:
        found = constrained(self.probe, start, contrasts, rule, tolerance=tolerance, row_norm=self.row_norm)
        left = np.flatnonzero(~found.converged)
        if self.careful is None or not len(left):
            return found

        def of_those(probe: Probe, betas: Matrix, contrasts: Matrix, which: NDArray[np.intp]) -> Vector:
            return rule(probe, betas, contrasts, left[which])

        again = constrained(self.careful, start[left], contrasts[left], of_those, tolerance=tolerance)
        for all_points, those in ((found.betas, again.betas), (found.value, again.value)):
            all_points[left] = those
        found.converged[left] = again.converged
        return found

    def end(self, contrast: Vector, start: float, step: float, drop: float) -> float:
        """The same for one end, by bracketing: slow and sure.

        Parameters
        ----------
        contrast : (q,)
        start : a value of the contrast inside the interval
        step : the first move, towards the end
        drop : how far the log-likelihood may fall
        """
        if not (np.isfinite(step) and step != 0):
            return np.nan  # the information does not tell the contrast from others

        def excess(value: float) -> float:
            return float(np.sqrt(max(2 * (self.value - self.highest(contrast, value)), 0.0)) - np.sqrt(2 * drop))

        return bracketed(excess, start, step, self.farthest * abs(step))

    def highest(self, contrast: Vector, value: float) -> float:
        """The largest log-likelihood where the contrast has this value."""
        fixed = contrast / (contrast @ contrast)
        others = np.linalg.svd(contrast[None, :])[2][1:].T  # (q, q − 1): directions that leave the contrast alone

        def statistics(alpha: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
            s = self.statistics(value * fixed + others @ alpha, information=information)
            matrix = None if s.information is None else others.T @ s.information @ others
            return Statistics(s.log_likelihood, others.T @ s.gradient, matrix, s.row_norm)

        return newton(statistics, others.T @ self.beta, max_passes=60).log_likelihood

    def heights(self, contrasts: Matrix, values: Vector) -> Vector:
        """(k,) the largest log-likelihoods where each contrast has its value."""
        factor = Factor.of(self.information)
        response = np.array([factor.solve(a) for a in contrasts]).reshape(contrasts.shape)
        spread = np.einsum("kj,kj->k", contrasts, response)
        start = self.beta + ((values - contrasts @ self.beta) / spread)[:, None] * response
        found = self._constrained(start, contrasts, to_value(values), tolerance=1e-10)
        height = found.value.copy()
        for k in np.flatnonzero(~found.converged | (height > self.value + 1e-6)):
            height[k] = self.highest(contrasts[k], float(values[k]))
        return height


def bracketed(excess: Callable[[float], float], start: float, step: float, farthest: float) -> float:
    """The root of a function that rises with the distance from `start` towards `step`; ±∞ if there is none."""
    from scipy.optimize import brentq

    inside, outside, way = start, start + step, step
    while excess(outside) < 0:
        if abs(way) > farthest:
            return float(np.copysign(np.inf, step))
        way *= 2  # not outside − start: beside a large start a small step is lost
        inside, outside = outside, start + way
    try:
        return float(brentq(excess, inside, outside, xtol=1e-9 * abs(step), rtol=1e-12))
    except ValueError:  # no height is known on the way
        return np.nan
