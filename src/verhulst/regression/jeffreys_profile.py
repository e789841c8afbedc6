"""Profile intervals and tests of Firth's estimate: the likelihood with Jeffreys' prior around its maximum."""

from __future__ import annotations

from functools import partial

import numpy as np

from verhulst.regression.constrained import Probe, ProbeFunction
from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified
from verhulst.regression.jeffreys_curvature import curvature
from verhulst.regression.jeffreys_maximum import highest
from verhulst.regression.jeffreys_starts import highest_around, highest_of_several, small
from verhulst.regression.statistics import Matrix, Vector

MOST_PASSES = 100


class PenalisedProfile:
    """The largest penalised log-likelihoods where contrasts have values.

    Over the other coefficients there may be several maxima. A search starts from the maximum at the nearest value that
    was looked at, and follows it.

    Parameters
    ----------
    beta : (q,) where the penalised log-likelihood is highest
    contrasts : (k, q)
    """

    def __init__(self, penalised: JeffreysLikelihood, beta: Vector, contrasts: Matrix) -> None:
        self._penalised, self._contrasts = penalised, contrasts
        self.top = penalised.at(beta)
        self._seen = [[(beta, self.top)] for _ in contrasts]
        self._held: list[Vector] = []  # found by thorough searches: what is highest for one contrast may be for another

    def highest(self, k: int, value: float, thorough: bool) -> tuple[float, bool]:
        """The largest where contrast k has a value, and whether the search converged; if not, it is this or higher.

        `thorough`: compare it with the maxima that rest on other rows.
        """
        contrast = self._contrasts[k]
        search = partial(highest, tolerance=1e-6, max_passes=MOST_PASSES, contrast=contrast)
        beta, near = min(self._seen[k], key=lambda seen: abs(float(contrast @ seen[0]) - value))
        at = float(contrast @ beta)
        response = near.inverse @ (contrast @ near.inverse)
        start = beta + (value - at) / (contrast @ response) * response
        try:
            found, point = search(self._penalised, start)
        except NotIdentified:
            return -np.inf, True  # the prior is 0 there
        if small(self._penalised):
            if at:  # through 0 the same rows remain the nearest to even log-odds
                found, point = highest_of_several(search, self._penalised, found, point, [value / at * beta])
            if thorough:
                followed = found
                along = [(float(contrast @ held), held) for held in self._held]
                rays = [value / at * held for at, held in along if at * value > 0]
                found, point = highest_of_several(search, self._penalised, found, point, rays)
                found, point = highest_around(search, self._penalised, found, point, contrast)
                self._held.append(found.beta)
                if found is not followed:
                    del self._seen[k][1:]
        if found.status == "converged":
            self._seen[k].append((found.beta, point))
        return found.log_likelihood, found.status == "converged"


def penalised_probe(penalised: JeffreysLikelihood, exact: bool) -> ProbeFunction:
    """Steps by the information; `exact` by the second derivatives of the penalty too, where they have a maximum."""

    def probe(betas: Matrix, contrasts: Matrix, /) -> Probe:
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

    return probe
