"""The covariance of a penalised fit that was found in the space of the rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verhulst.regression.covariance import LARGEST_IN_FILE, Covariance, blocks, square
from verhulst.regression.row_space import RowSpace
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import EPS, Matrix, Vector


@dataclass(slots=True, eq=False)
class InRowSpace:
    """Covariance of a penalised fit that was found in the space of the rows; see `Covariance` for its methods.

    Attributes
    ----------
    inner : of the coefficients of L
    space : Q
    standard : the centres of the columns, and what all were multiplied by
    away : standard error of a coefficient that the rows say nothing of
    """

    inner: Covariance
    space: RowSpace
    standard: Standardisation
    away: float
    _errors: Vector | None = field(default=None, repr=False)

    @property
    def _scale(self) -> float:
        return float(self.standard.inverse_scale.max(initial=0.0))

    def standard_errors(self) -> Vector:
        """See `Covariance`; takes a while the first time where there are many columns."""
        if self._errors is None:
            first, basis = int(self.standard.intercept), self.space.basis
            errors = np.empty(first + len(basis))
            inside = np.concatenate([np.empty(0), *(self._inside(None, block) for block in blocks(basis))])
            outside: Vector = 1 - np.einsum("ij,ij->i", basis, basis)
            few = np.flatnonzero(outside < 0.1)
            for some in np.array_split(few, len(few) // 256 + 1):
                # Rounding hides a small 1 − ‖q‖², not what it is made of: the share of q in every other column.
                shared = basis @ basis[some].T
                shared[some, np.arange(len(some))] = 0.0
                product = np.einsum("ij,ij->j", shared, shared)
                outside[some] = 2 * product / (1 + np.sqrt(np.maximum(1 - 4 * product, 0.0)))
            errors[first:] = np.hypot(inside * self._scale, np.sqrt(np.maximum(outside, 0.0)) * self.away)
            if first:
                errors[0] = self.deviations(np.eye(1, len(errors)))[0]
            self._errors = errors
        return self._errors.copy()

    def matrix(self) -> Matrix:
        """See `Covariance`."""
        first, basis = int(self.standard.intercept), self.space.basis
        size = first + len(basis)
        whole, inner = square(size), self.inner.matrix()
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = whole[first:, first:]
            middle = inner[first:, first:] * self._scale * self._scale - np.eye(basis.shape[1]) * self.away**2
            np.matmul(basis @ middle, basis.T, out=slopes)  # Q V Qᵀ + away² (I − Q Qᵀ)
            slopes[np.diag_indices(len(basis))] += self.away**2
            if first:
                whole[0, 1:] = whole[1:, 0] = basis @ (inner[1:, 0] * self._scale) - slopes @ self.standard.centre
                whole[0, 0] = self.standard_errors()[0] ** 2
        return whole

    def deviations(self, contrasts: Matrix) -> Vector:
        """See `Covariance`."""
        if not self.standard.intercept:
            return self._both(None, contrasts)
        return self._both(contrasts[:, :1], contrasts[:, 1:] - contrasts[:, :1] * self.standard.centre)

    def row_deviations(self, X: Matrix) -> Vector:
        """See `Covariance`."""
        found = []
        for block in blocks(X):
            ones = np.ones((len(block), 1)) if self.standard.intercept else None
            found.append(self._both(ones, np.subtract(block, self.standard.centre, dtype=np.float64)))
        return np.concatenate([np.empty(0), *found])

    def _both(self, constant: Matrix | None, slopes: Matrix) -> Vector:
        """Standard errors of contrasts with the centred columns: from the rows, and from what they say nothing of."""
        basis = self.space.basis
        slopes = slopes * self._scale
        along = slopes @ basis
        rest = np.linalg.norm(slopes - along @ basis.T, axis=1)
        rest[rest <= 10 * EPS * math.sqrt(len(basis)) * np.linalg.norm(slopes, axis=1)] = 0.0
        return np.asarray(np.hypot(self._inside(constant, along), rest * (self.away / self._scale)))

    def _inside(self, constant: Matrix | None, along: Matrix) -> Vector:
        if self.standard.intercept:
            along = np.column_stack([np.zeros(len(along)) if constant is None else constant, along])
        return self.inner.deviations(along)

    def to_json(self) -> Any:
        """See `Covariance`."""
        inner = self.inner.to_json()
        if self.space.basis.size > LARGEST_IN_FILE or "standard_errors" in inner:
            return {"standard_errors": self.standard_errors()}
        return {
            "inner": inner,
            "basis": self.space.basis,
            "centre": self.standard.centre,
            "inverse_scale": self.standard.inverse_scale,
            "away": self.away,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any], inner: Covariance, intercept: bool) -> InRowSpace:
        """The inverse of `to_json`; `inner` is read already."""
        centre = np.array(record["centre"], dtype=float)
        basis = np.array(record["basis"], dtype=float).reshape(len(centre), -1)
        return cls(
            inner,
            RowSpace(len(basis), np.empty(0, np.intp), None, None, np.eye(basis.shape[1]), None, basis),
            Standardisation(centre, np.array(record["inverse_scale"], dtype=float), intercept),
            float(record["away"]),
        )
