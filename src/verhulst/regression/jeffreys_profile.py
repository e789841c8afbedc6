"""Profile intervals and tests of Firth's estimate: the likelihood with Jeffreys' prior around its maximum."""

from __future__ import annotations

from functools import partial

import numpy as np

from verhulst.regression.constrained import Probe, ProbeFunction
from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified
from verhulst.regression.jeffreys_curvature import curvature
from verhulst.regression.jeffreys_maximum import highest
from verhulst.regression.jeffreys_starts import beside, highest_of_several, small
from verhulst.regression.statistics import Matrix, Vector

MOST_PASSES = 100
CONCENTRATED = 0.5  # leverage of a row: a few rows have most of the information, and elsewhere others may have it


def penalised_height(
    penalised: JeffreysLikelihood, beta: Vector, information: Matrix, contrast: Vector, value: float
) -> tuple[float, bool]:
    """The largest penalised log-likelihood where the contrast has a value, of those that several starts find.

    Parameters
    ----------
    beta : (q,) the maximum
    information : (q, q) there
    contrast, value : (q,) and number

    Returns
    -------
    The height, and whether the search converged; if not, the largest is this or higher.
    """
    response = np.linalg.solve(information, contrast)
    response /= contrast @ response
    start = beta + (value - contrast @ beta) * response
    search = partial(highest, tolerance=1e-6, max_passes=MOST_PASSES, contrast=contrast)
    try:
        found, point = search(penalised, start)
    except NotIdentified:
        return -np.inf, True  # the prior is 0 there
    if small(penalised) or max(float(h.max(initial=0.0)) for h in point.leverage) > CONCENTRATED:
        # With separated data these differ by far: the shortest way to the value, and the one through 0.
        at = contrast @ beta
        alone = beta + (value - at) / (contrast @ contrast) * contrast
        starts = [np.asarray(value * response), *beside(point, found.beta, contrast), alone]
        if at:
            starts.append(value / at * beta)
        found, _ = highest_of_several(search, penalised, found, point, starts)
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
