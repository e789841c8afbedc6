"""The likelihood with Jeffreys' prior around its maximum: profile intervals and tests of Firth's estimate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from verhulst.regression.constrained import Probe
from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified
from verhulst.regression.jeffreys_curvature import curvature
from verhulst.regression.jeffreys_maximum import highest
from verhulst.regression.jeffreys_starts import beside, few, highest_of_several
from verhulst.regression.likelihood import REACHED, Likelihood
from verhulst.regression.statistics import Matrix, Vector

MOST_PASSES = 100
CONCENTRATED = 0.5  # leverage of some row: then a few rows hold the information, and others may hold it elsewhere


@dataclass(frozen=True, slots=True, eq=False)
class JeffreysProfile(Likelihood):
    """A `Likelihood` that is searched with the second derivatives of the penalty where those of ℓ do not lead there."""

    penalised: JeffreysLikelihood | None = None

    @classmethod
    def of(cls, penalised: JeffreysLikelihood, beta: Vector) -> JeffreysProfile:
        """Around the maximum `beta`."""
        point = penalised.at(beta)
        return cls(
            penalised,
            partial(probe, penalised, exact=False),
            beta,
            point.penalised(penalised.tau),
            point.information,
            partial(probe, penalised, exact=True),
            penalised=penalised,
        )

    def highest(self, contrast: Vector, value: float) -> float:
        """The largest penalised log-likelihood where the contrast has this value, of those that several starts find."""
        assert self.penalised is not None
        response = np.linalg.solve(self.information, contrast)
        response /= contrast @ response
        start = self.beta + (value - contrast @ self.beta) * response
        search = partial(highest, tolerance=1e-6, max_passes=MOST_PASSES, contrast=contrast)
        try:
            found, point = search(self.penalised, start)
        except NotIdentified:
            return -np.inf
        if few(self.penalised) and max(float(h.max(initial=0.0)) for h in point.leverage) > CONCENTRATED:
            starts = [np.asarray(value * response), *beside(point, found.beta, contrast)]
            found, _ = highest_of_several(search, self.penalised, found, point, starts)
        return found.log_likelihood

    def ends(self, contrasts: Matrix, drop: float) -> Matrix:
        """See `Likelihood`; of few rows each end is tried, as another maximum over the others may be higher."""
        result = Likelihood.ends(self, contrasts, drop)
        if self.penalised is None or not few(self.penalised):
            return result
        for k, side in np.argwhere(np.isfinite(result)).tolist():
            end, sign = float(result[k, side]), 2.0 * side - 1
            if self.highest(contrasts[k], end) > self.value - (1 - REACHED) * drop:
                error = float(np.sqrt(contrasts[k] @ np.linalg.solve(self.information, contrasts[k])))
                result[k, side] = self.end(contrasts[k], end, sign * error, drop)
        return result

    def heights(self, contrasts: Matrix, values: Vector) -> Vector:
        """See `Likelihood`, and `ends`."""
        result = Likelihood.heights(self, contrasts, values)
        if self.penalised is None or not few(self.penalised):
            return result
        others = [self.highest(contrast, float(value)) for contrast, value in zip(contrasts, values, strict=True)]
        return np.fmax(result, np.minimum(others, self.value))


def probe(penalised: JeffreysLikelihood, betas: Matrix, contrasts: Matrix, /, *, exact: bool) -> Probe:
    """A `constrained.ProbeFunction`; `exact` with the second derivatives of the penalty where they have a maximum."""
    value, gradient, step, response = np.full(len(betas), np.nan), *np.full((3, *betas.shape), np.nan)
    for k, (beta, contrast) in enumerate(zip(betas, contrasts, strict=True)):
        try:
            point = penalised.at(beta)
        except NotIdentified:
            continue
        inverse = point.inverse
        if exact:
            values, vectors = np.linalg.eigh(curvature(penalised, beta, point))
            if values[0] > 0:
                inverse = inverse @ (vectors / np.sqrt(values))
        value[k], gradient[k] = point.penalised(penalised.tau), point.gradient
        step[k], response[k] = inverse @ (point.gradient @ inverse), inverse @ (contrast @ inverse)
    return Probe(value, gradient, step, response)
