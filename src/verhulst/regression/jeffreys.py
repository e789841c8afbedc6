"""The likelihood with Jeffreys' prior: ℓ(β) + τ log det I(β), I = XᵀWX.

With τ = ½ its maximum is Firth's estimate (Firth 1993, Biometrika 80): free of the bias of order 1/n, and finite
whatever the data (Kosmidis and Firth 2021, Biometrika 108). The gradient needs the leverages hᵢ = wᵢ xᵢᵀ I⁻¹ xᵢ:

    Xᵀ (w (y − σ(η)) + 2τ h (½ − σ(η))).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from verhulst.regression.chunks import Blocks, Chunk, chunks
from verhulst.regression.constrained import ACCELERATED_BELOW, Acceleration, Probe
from verhulst.regression.factor import cholesky, triangle_inverse
from verhulst.regression.newton import EPS, Fit, Pass, Status
from verhulst.regression.statistics import Matrix, Statistics, Vector, merge


class NotIdentified(ValueError):
    """The information matrix is singular, so that Jeffreys' prior is 0 there."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """The penalised likelihood at one β.

    Attributes
    ----------
    log_likelihood : ℓ alone
    log_determinant : log det I
    gradient : (q,) of ℓ + τ log det I
    information : (q, q) I
    factor : (q, q) upper triangular R with RᵀR = I
    augmented : (q, q) XᵀW(1 + 2τh)X, or None where it was not asked for
    leverage : the leverages of the rows of each block, 0 for rows of weight 0
    """

    log_likelihood: float
    log_determinant: float
    gradient: Vector
    information: Matrix
    factor: Matrix
    augmented: Matrix | None
    leverage: tuple[Vector, ...]

    def penalised(self, tau: float) -> float:
        """ℓ + τ log det I."""
        return self.log_likelihood + tau * self.log_determinant

    def solve(self, vector: Vector) -> Vector:
        """I⁻¹ vector."""
        return np.asarray(lapack.dpotrs(self.factor.T, vector, lower=1)[0])


class JeffreysLikelihood:
    """ℓ(β) + τ log det I(β) of some data; a `StatisticsFunction` whose information is I.

    Parameters
    ----------
    blocks : the data, with standardised columns none of which is a combination of others
    used : indices of the columns that take part
    tau : weight of the penalty, ½ for Firth's estimate
    """

    def __init__(self, blocks: Blocks, used: NDArray[np.intp], tau: float) -> None:
        self.blocks, self.used, self.tau = blocks, used, tau

    @property
    def pieces(self) -> Iterable[Chunk]:
        """The rows with a positive weight and the columns that take part, from the start."""
        for chunk in chunks(self.blocks):
            yield Chunk(chunk.z[:, self.used], chunk.y, chunk.weight, chunk.offset)

    def at(self, beta: Vector, *, augmented: bool = False) -> Point:
        """Everything at β, in two reads of the data: the leverages of a row need the information of all."""
        whole = self._whole(beta)
        statistics = merge([rows.statistics(whole) for rows in self.blocks()])
        assert statistics.information is not None
        information = self._part(statistics.information)
        factor = cholesky(information)
        if factor is None:
            raise NotIdentified("the information is singular: offsets or weights are so extreme that few rows count")
        root = np.zeros((len(whole), len(whole)))
        inside = np.ix_(self.used, self.used) if len(self.used) < len(whole) else slice(None)
        root[inside] = triangle_inverse(factor)
        found = [rows.penalised_gradient(whole, root, self.tau) for rows in self.blocks()]
        double = None
        if augmented:
            grams = [
                rows.information_as(whole, 1 + 2 * self.tau * leverage)
                for rows, (_, leverage) in zip(self.blocks(), found, strict=True)
            ]
            double = self._part(np.sum(grams, axis=0))
        gradient = np.sum([each for each, _ in found], axis=0)[self.used]
        determinant = 2 * float(np.log(factor.diagonal()).sum())
        leverages = tuple(leverage for _, leverage in found)
        return Point(statistics.log_likelihood, determinant, gradient, information, factor, double, leverages)

    def _whole(self, beta: Vector) -> Vector:
        size = next(iter(self.blocks())).size
        if len(beta) == size:
            return beta
        whole = np.zeros(size)
        whole[self.used] = beta
        return whole

    def _part(self, matrix: Matrix) -> Matrix:
        return matrix if len(self.used) == len(matrix) else matrix[np.ix_(self.used, self.used)]

    def __call__(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        """Value, gradient and I; a point with a singular I is infinitely unlikely."""
        try:
            point = self.at(beta)
        except NotIdentified:
            return Statistics(-np.inf, np.zeros_like(beta), np.eye(len(beta)), np.inf)
        return Statistics(point.penalised(self.tau), point.gradient, point.information, np.inf)

    def probe(self, betas: Matrix, contrasts: Matrix, /) -> Probe:
        """See `constrained.ProbeFunction`."""
        value, gradient, step, response = np.full(len(betas), np.nan), *np.full((3, *betas.shape), np.nan)
        for k, (beta, contrast) in enumerate(zip(betas, contrasts, strict=True)):
            try:
                point = self.at(beta)
            except NotIdentified:
                continue
            value[k] = point.penalised(self.tau)
            gradient[k], step[k], response[k] = point.gradient, point.solve(point.gradient), point.solve(contrast)
        return Probe(value, gradient, step, response)


def highest(
    likelihood: JeffreysLikelihood,
    start: Vector,
    *,
    tolerance: float,
    max_passes: int,
    monitor: Callable[[Pass], bool] | None = None,
) -> Fit:
    """Maximise the penalised likelihood by steps I⁻¹ gradient.

    I is not the second derivative of the penalty, so near the maximum such steps shrink the error by a factor of order
    q/n only; Anderson's acceleration learns the rest from the steps themselves.

    Parameters
    ----------
    start, tolerance, max_passes, monitor : see `newton`

    Returns
    -------
    Fit
        whose log-likelihood is the penalised one
    """
    passes: list[Pass] = []
    beta, point, past = start, likelihood.at(start), Acceleration()
    fraction = 0.0
    while True:
        step = point.solve(point.gradient)
        value, slope = point.penalised(likelihood.tau), float(point.gradient @ step)
        decrement = float(np.sqrt(max(slope, 0.0)))
        passes.append(Pass(len(passes) + 1, value, decrement, fraction, True, True))
        if monitor is not None:
            monitor(passes[-1])
        if decrement <= tolerance:
            return Fit(beta + step, point.information, value, decrement, tuple(passes), "converged")
        if decrement <= ACCELERATED_BELOW:
            better = past.step(beta, step)
            step = better if point.gradient @ better > 0 else step
        fraction = 1.0
        while True:
            if len(passes) >= max_passes or fraction < 1e-12:
                status: Status = "stalled" if fraction < 1e-12 else "passes"
                return Fit(beta, point.information, value, decrement, tuple(passes), status)
            try:
                trial = likelihood.at(beta + fraction * step)
                reached = trial.penalised(likelihood.tau)
            except NotIdentified:
                reached = -np.inf
            if reached >= value + 1e-4 * fraction * float(point.gradient @ step) - 8 * EPS * abs(value):
                break
            passes.append(Pass(len(passes) + 1, reached, np.nan, fraction, False, True))
            fraction, past = fraction / 4, Acceleration()
        beta, point = beta + fraction * step, trial
