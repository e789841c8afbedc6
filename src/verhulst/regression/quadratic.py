"""Quadratic models (see `constrained`) that lead from the maximum of a log-likelihood to other points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.functions import log_one_minus_sigmoid, log_sigmoid, sigmoid
from verhulst.regression.constrained import Constrained, Probe, ProbeFunction, Rule, constrained, to_height, to_value
from verhulst.regression.factor import Factor
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Matrix, Vector

REACHED = 1e-3  # share of the fall by which the height of an end may be missed; most are within 1e-8


def own_information(rows: Rows, directions: int) -> ProbeFunction:
    """Each point with its own information matrix.

    `directions`: how many the information tells apart at the maximum; where it tells fewer no step is known.
    """

    def probe(betas: Matrix, contrasts: Matrix, /) -> Probe:
        value, gradient, step, response = np.full(len(betas), np.nan), *np.full((3, *betas.shape), np.nan)
        for k, (beta, contrast) in enumerate(zip(betas, contrasts, strict=True)):
            here = rows.statistics(beta)
            assert here.information is not None
            factor = Factor.of(here.information)
            value[k], gradient[k], response[k] = here.log_likelihood, here.gradient, factor.solve(contrast)
            if len(factor.used) >= directions:
                step[k] = factor.solve(here.gradient)
        return Probe(value, gradient, step, response)

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
class QuadraticModels:
    """A log-likelihood around its maximum.

    Attributes
    ----------
    probe : value, gradient and steps near many points
    beta : (q,) where it is highest
    value : the maximum
    information : (q, q) there
    careful : a probe that costs more, for the points that `probe` does not lead to; or None
    row_norm : the largest norm of a row
    unit : by which log-likelihoods have to be multiplied: the tolerance is in units of cases
    """

    probe: ProbeFunction
    beta: Vector
    value: float
    information: Matrix
    careful: ProbeFunction | None = None
    row_norm: float = 0.0
    unit: float = 1.0

    def ends(self, contrasts: Matrix, drop: float) -> Matrix:
        """(k, 2) values of the contrasts (k, q) where the log-likelihood has fallen by `drop`; nan if not found."""
        response, error = self._responses(contrasts)
        reach = np.sqrt(2 * drop) * response / error[:, None]
        ones, target = np.ones(len(contrasts)), self.value - drop
        upper = self._constrained(self.beta + reach, contrasts, to_height(target, ones))
        # What bends the profile on one side bends it on the other: only the straight part of the way is turned around.
        bent = np.where(upper.converged[:, None], upper.betas - self.beta - 2 * reach, -reach)
        lower = self._constrained(self.beta + bent, contrasts, to_height(target, -ones))
        result = np.full((len(contrasts), 2), np.nan)
        for side, found, sign in ((0, lower, -1.0), (1, upper, 1.0)):
            end = np.einsum("kj,kj->k", contrasts, found.betas)
            # Beyond a cliff, where a row far out is on the wrong side, no step leads back: short steps are no end.
            reached = found.converged & (np.abs(found.value - target) <= REACHED * drop)
            right = reached & (sign * (end - contrasts @ self.beta) > 0)
            result[right, side] = end[right]
        return result

    def heights(self, contrasts: Matrix, values: Vector) -> Vector:
        """(k,) the largest log-likelihoods where each contrast has its value; nan if not found."""
        response, error = self._responses(contrasts)
        start = self.beta + ((values - contrasts @ self.beta) / error**2)[:, None] * response
        found = self._constrained(start, contrasts, to_value(values), tolerance=1e-10)
        return np.where(found.converged & (found.value <= self.value + 1e-6), found.value, np.nan)

    def _responses(self, contrasts: Matrix) -> tuple[Matrix, Vector]:
        """(k, q) how β follows each contrast, and (k,) the standard errors of these."""
        factor = Factor.of(self.information)
        response = np.array([factor.solve(a) for a in contrasts]).reshape(contrasts.shape)
        return response, np.sqrt(np.einsum("kj,kj->k", contrasts, response))

    def _constrained(self, start: Matrix, contrasts: Matrix, rule: Rule, tolerance: float = 1e-8) -> Constrained:
        tolerance /= max(self.unit, 1.0)
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
