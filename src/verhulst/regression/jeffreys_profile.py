"""The likelihood with Jeffreys' prior around its maximum: profile intervals and tests of Firth's estimate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from verhulst.regression.constrained import Probe
from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified
from verhulst.regression.jeffreys_curvature import curvature
from verhulst.regression.jeffreys_maximum import highest
from verhulst.regression.likelihood import Likelihood
from verhulst.regression.statistics import Matrix, Vector

MOST_PASSES = 100


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
        """The largest penalised log-likelihood where the contrast has this value."""
        assert self.penalised is not None
        response = np.linalg.solve(self.information, contrast)
        start = self.beta + (value - contrast @ self.beta) / (contrast @ response) * response
        try:
            found, _ = highest(self.penalised, start, tolerance=1e-6, max_passes=MOST_PASSES, contrast=contrast)
        except NotIdentified:
            return -np.inf
        return found.log_likelihood


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
