"""The likelihood with Jeffreys' prior: ℓ(β) + τ log det I(β), I = XᵀWX.

With τ = ½ its maximum is Firth's estimate (Firth 1993, Biometrika 80): free of the bias of order 1/n, and finite
whatever the data (Kosmidis and Firth 2021, Biometrika 108). The gradient needs the leverages hᵢ = wᵢ xᵢᵀ I⁻¹ xᵢ:

    Xᵀ (w (y − σ(η)) + 2τ h (½ − σ(η))).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from verhulst.functions import sigmoid_derivative
from verhulst.regression.factor import Factor, cholesky, triangle_inverse
from verhulst.regression.rows import Piece, Rows
from verhulst.regression.statistics import EPS, Matrix, Statistics, Vector

DOUBTFUL = 1e-4  # residual share of a column on those before it, by I, below which R is not computed from I


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
    factor, inverse : (q, q) upper triangular R with RᵀR = I, and R⁻¹
    unexplained : the least residual share, by I, of a column on the columns before it
    noise : approximate rounding error of log det I
    row_norm : the largest Euclidean norm of a row
    leverage : (n,) the leverages of the rows, 0 for rows of weight 0
    """

    log_likelihood: float
    log_determinant: float
    gradient: Vector
    information: Matrix
    factor: Matrix
    inverse: Matrix
    unexplained: float
    noise: float
    row_norm: float
    leverage: Vector

    def penalised(self, tau: float) -> float:
        """ℓ + τ log det I."""
        return self.log_likelihood + tau * self.log_determinant

    def ways(self, contrast: Vector | None) -> Matrix:
        """Return (q, r) directions in which I is 1: R⁻¹, or its part that does not change the contrast (q,)."""
        if contrast is None:
            return self.inverse
        across = np.linalg.qr((contrast @ self.inverse)[:, None], mode="complete")[0][:, 1:]
        return np.asarray(self.inverse @ across)


class JeffreysLikelihood:
    """ℓ(β) + τ log det I(β) of some data; a `StatisticsFunction` whose information is I.

    Parameters
    ----------
    rows : the data, with standardised columns none of which is a combination of others
    used : indices of the columns that are not left out
    tau : weight of the penalty, ½ for Firth's estimate
    """

    def __init__(self, rows: Rows, used: NDArray[np.intp], tau: float) -> None:
        self.rows, self.used, self.tau = rows, used, tau

    @property
    def pieces(self) -> Iterable[Piece]:
        """The rows with a positive weight and the columns that are not left out."""
        for piece in self.rows.pieces():
            all_used = len(self.used) == piece.z.shape[1]
            yield piece if all_used else replace(piece, z=piece.z[:, self.used])

    def at(self, beta: Vector) -> Point:
        """Evaluate the likelihood at β, in two passes: the leverages of a row need the information of all rows."""
        whole = self.whole(beta)
        statistics = self.rows.statistics(whole)
        assert statistics.information is not None
        information = self._part(statistics.information)
        factor = cholesky(information)
        unexplained = 0.0 if factor is None else _least_share(factor, information.diagonal())
        noise = len(beta) * EPS / max(unexplained, EPS)
        if factor is None or not unexplained >= DOUBTFUL:
            factor = self.triangle(beta)  # the products in I have lost half the digits of near-collinear columns
            unexplained = _least_share(factor, np.maximum(np.sum(factor**2, axis=0), np.finfo(float).tiny))
            if not unexplained > (len(beta) * EPS) ** 2:
                raise NotIdentified(
                    "the information is singular: offsets, weights or values are so extreme that few rows count"
                )
            noise = len(beta) * EPS / float(np.sqrt(unexplained))
        root = np.zeros((len(whole), len(whole)))
        inside = np.ix_(self.used, self.used) if len(self.used) < len(whole) else slice(None)
        inverse = root[inside] = triangle_inverse(factor)
        gradient, leverage = self.rows.penalised_gradient(whole, root, self.tau)
        determinant = 2 * float(np.log(factor.diagonal()).sum())
        return Point(
            statistics.log_likelihood,
            determinant,
            gradient[self.used],
            information,
            factor,
            inverse,
            unexplained,
            noise,
            statistics.row_norm,
            leverage,
        )

    def weighed(self, beta: Vector) -> Iterator[tuple[Piece, Vector, Vector]]:
        """Yield the pieces with their log-odds η and the weights w of their rows in the information."""
        for piece in self.pieces:
            eta = piece.z @ beta + piece.offset
            yield piece, eta, piece.weight * sigmoid_derivative(eta)

    def triangle(self, beta: Vector, augmented: bool = False) -> Matrix:
        """Return R with RᵀR = I, or XᵀW(1 + 2τh)X, by orthogonal factorisation of √W X, without forming that matrix.

        h is the leverage of a case: a row of weight w is w cases, each with h/w of its leverage.
        """
        inverse = triangle_inverse(self.triangle(beta)) if augmented else None
        result = np.zeros((0, len(beta)))
        for piece, _, weight in self.weighed(beta):
            rows = piece.z * np.sqrt(weight)[:, None]
            if inverse is not None:
                leverage = np.sum((rows @ inverse) ** 2, axis=1)
                rows *= np.sqrt(1 + 2 * self.tau * leverage / piece.weight)[:, None]
            result = np.asarray(np.linalg.qr(np.concatenate([result, rows]), mode="r"))
        if len(result) < len(beta):
            raise NotIdentified("there are fewer rows than columns")
        return np.ascontiguousarray(result * np.where(result.diagonal() < 0, -1.0, 1.0)[:, None])

    def whole(self, beta: Vector) -> Vector:
        """Return the coefficients with 0 for the columns that are left out."""
        if len(beta) == self.rows.size:
            return beta
        whole = np.zeros(self.rows.size)
        whole[self.used] = beta
        return whole

    def _part(self, matrix: Matrix) -> Matrix:
        return matrix if len(self.used) == len(matrix) else matrix[np.ix_(self.used, self.used)]

    def __call__(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        """Return value, gradient and I; the value is −inf at a point with a singular I."""
        try:
            point = self.at(beta)
        except NotIdentified:
            return Statistics(-np.inf, np.zeros_like(beta), np.eye(len(beta)), np.inf)
        return Statistics(point.penalised(self.tau), point.gradient, point.information, np.inf)


def _least_share(factor: Matrix, squares: Vector) -> float:
    return float((factor.diagonal() ** 2 / squares).min())


def factor_of(triangle: Matrix) -> Factor:
    """Return the factor as a `Factor`, which stores the scales of the columns separately."""
    scale = np.linalg.norm(triangle, axis=0)
    return Factor(scale, np.arange(len(scale)), np.ascontiguousarray(triangle / scale))
