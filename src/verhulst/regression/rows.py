"""Rows in arrays, centred and scaled while the compiled kernel reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst._core import jeffreys_gradient, logistic_statistics
from verhulst.regression.statistics import Matrix, Statistics, Vector

_NO_MATRIX, _INFORMATION, _GRAM = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a design in memory, seen through the standardisation z = (x − centre)·inverse_scale.

    Attributes
    ----------
    X : (n, p) float64 or float32, any memory order; never copied
    y : (n,) in [0, 1]: float64, or uint8 where every outcome is 0 or 1
    weight, offset : (n,) or None (ones, zeros)
    centre, inverse_scale : (p,); a column whose inverse_scale is 0 takes no part
    intercept : whether a column of ones stands first
    """

    X: Matrix
    y: NDArray[Any]
    weight: Vector | None
    offset: Vector | None
    centre: Vector
    inverse_scale: Vector
    intercept: bool

    @property
    def size(self) -> int:
        """q: how many coefficients there are."""
        return int(self.X.shape[1]) + self.intercept

    def standardised(self, start: int, stop: int) -> Matrix:
        """Rows start..stop of the standardised design, intercept column first, as a new (stop − start, q) array."""
        z = np.empty((stop - start, self.size))
        if self.intercept:
            z[:, 0] = 1.0
        np.subtract(self.X[start:stop], self.centre, out=z[:, int(self.intercept) :])
        z[:, int(self.intercept) :] *= self.inverse_scale
        return z

    def statistics(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        """Statistics at `beta` (q,), which belongs to the standardised columns; so does `direction`."""
        value, gradient, matrix, norm, least, most = self._pass(
            beta, direction, _INFORMATION if information else _NO_MATRIX
        )
        return Statistics(value, gradient, matrix, norm, None if direction is None else (least, most))

    def gram(self) -> Matrix:
        """Σ wᵢ zᵢ zᵢᵀ: tells collinear columns from flat likelihoods, whatever β."""
        matrix = self._pass(np.zeros(self.size), None, _GRAM)[2]
        assert matrix is not None
        return matrix

    def information_as(self, beta: Vector, multiple: Vector) -> Matrix:
        """The information at `beta` if the weight of each row were `multiple` (n,) times what it is."""
        weight = multiple if self.weight is None else multiple * self.weight
        matrix = replace(self, weight=weight).statistics(beta).information
        assert matrix is not None
        return matrix

    def penalised_gradient(self, beta: Vector, root: Matrix, tau: float) -> tuple[Vector, Vector]:
        """Gradient (q,) of ℓ + τ log det I, and the leverages (n,).

        Parameters
        ----------
        beta : (q,)
        root : (q, q) L⁻ᵀ for the information I = L Lᵀ of all rows, upper triangular; 0 for columns that take no part
        tau : weight of the penalty
        """
        return jeffreys_gradient(
            self.X,
            self.y,
            self.weight,
            self.offset,
            self.centre,
            self.inverse_scale,
            self.intercept,
            beta,
            root,
            2 * tau,
        )

    def _pass(
        self, beta: Vector, direction: Vector | None, product: int
    ) -> tuple[float, Vector, Matrix | None, float, float, float]:
        return logistic_statistics(
            self.X,
            self.y,
            self.weight,
            self.offset,
            self.centre,
            self.inverse_scale,
            self.intercept,
            beta,
            direction,
            product,
        )
