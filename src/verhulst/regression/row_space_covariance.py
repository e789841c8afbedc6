"""The covariance of a penalised fit that was found in the space of the rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verhulst.data.schema import Check, ListOf, Number, Record, numbers
from verhulst.regression.contrasts import blocks, of_coefficients_exactly, of_rows_exactly
from verhulst.regression.covariance import LARGEST_IN_FILE, Covariance, square
from verhulst.regression.pairs import EPS, Pair, add, dot, pair, product
from verhulst.regression.row_space import RowSpace
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import EPS as DOUBLE
from verhulst.regression.statistics import Matrix, Vector


@dataclass(slots=True, eq=False)
class InRowSpace:
    """Covariance of a penalised fit that was found in the space of the rows; see `Covariance` for its methods.

    Attributes
    ----------
    inner : covariance of the coefficients of L
    space : Q
    standard : the centres of the columns, and their common scale
    away : standard error of a coefficient that only the penalty determines
    """

    inner: Covariance
    space: RowSpace
    standard: Standardisation
    away: float
    _errors: Vector | None = field(default=None, repr=False)

    @classmethod
    def schema(cls, inner: Check) -> Record:
        """Return the schema, for that of `inner`."""
        return Record(
            {
                "inner": inner,
                **dict.fromkeys(("basis", "basis_low"), ListOf(numbers("basis"), "columns")),
                "centre": numbers("columns"),
                "inverse_scale": numbers("columns"),
                "away": Number(0.0),
            },
            optional=("basis_low",),
        )

    @property
    def _scale(self) -> float:
        return float(self.standard.inverse_scale.max(initial=0.0))

    def standard_errors(self) -> Vector:
        """See `Covariance`; takes a while the first time if there are many columns."""
        if self._errors is None:
            first, basis = int(self.standard.intercept), self.space.basis.high
            inside = [self._inside(np.zeros((len(block), first)), block) for block in blocks(basis)]
            outside = _outside(self.space.basis)
            errors = np.hypot(np.concatenate([np.empty(0), *inside]) * self._scale, np.sqrt(outside) * self.away)
            constant = self.deviations(np.eye(1, first + len(basis))) if first else np.empty(0)
            self._errors = np.concatenate([constant, errors])
        return self._errors.copy()

    def matrix(self) -> Matrix:
        """See `Covariance`."""
        first, basis = int(self.standard.intercept), self.space.basis.high
        size = first + len(basis)
        whole, inner = square(size), self.inner.matrix()
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = whole[first:, first:]
            middle = inner[first:, first:] * self._scale * self._scale - np.eye(basis.shape[1]) * self.away * self.away
            np.matmul(basis @ middle, basis.T, out=slopes)  # Q V Qᵀ + away² (I − Q Qᵀ)
            slopes[np.diag_indices(len(basis))] += self.away * self.away
            if first:
                whole[0, 1:] = whole[1:, 0] = basis @ (inner[1:, 0] * self._scale) - slopes @ self.standard.centre
                whole[0, 0] = self.standard_errors()[0] ** 2
        return whole

    def deviations(self, contrasts: Matrix, about: Vector | None = None) -> Vector:
        """See `Covariance`."""
        return self._lengths(of_coefficients_exactly(self.standard.seen_from(about), contrasts))

    def row_deviations(self, X: Matrix) -> Vector:
        """See `Covariance`."""
        found = [self._lengths(of_rows_exactly(self.standard, block)) for block in blocks(X)]
        return np.concatenate([np.empty(0), *found])

    def _lengths(self, z: Pair) -> Vector:
        """Return standard errors of contrasts with the scaled columns, in the row space and orthogonal to it."""
        first, basis = int(self.standard.intercept), self.space.basis
        slopes = z.at((slice(None), slice(first, None)))
        if basis.low.any():
            along, precision = product(slopes, basis), EPS
            back = product(along, Pair(basis.high.T, basis.low.T))
            rest = np.linalg.norm(add(slopes, back.negative).high, axis=1)
        else:
            along, precision = pair(slopes.high @ basis.high), DOUBLE
            rest = np.linalg.norm(slopes.high - along.high @ basis.high.T, axis=1)
        rest[rest <= 10 * precision * math.sqrt(len(basis.high)) * np.linalg.norm(slopes.high, axis=1)] = 0.0
        return np.asarray(np.hypot(self._inside(z.high[:, :first], along.high), rest * (self.away / self._scale)))

    def _inside(self, constant: Matrix, along: Matrix) -> Vector:
        return self.inner.deviations(np.column_stack([constant, along]))

    def to_json(self) -> Any:
        """See `Covariance`."""
        inner, basis = self.inner.to_json(), self.space.basis
        if basis.high.size > LARGEST_IN_FILE or "standard_errors" in inner:
            return {"standard_errors": self.standard_errors()}
        return {
            "inner": inner,
            "basis": basis.high,
            "centre": self.standard.centre,
            "inverse_scale": self.standard.inverse_scale,
            "away": self.away,
        } | ({"basis_low": basis.low} if basis.low.any() else {})

    @classmethod
    def from_json(cls, record: dict[str, Any], inner: Covariance, intercept: bool) -> InRowSpace:
        """Return the covariance in such data: the inverse of `to_json`; `inner` is read already."""
        centre, scale = (np.array(record[name], dtype=float) for name in ("centre", "inverse_scale"))
        high = np.array(record["basis"], dtype=float).reshape(len(centre), -1)
        low = np.array(record["basis_low"], dtype=float).reshape(high.shape) if "basis_low" in record else 0 * high
        standard = Standardisation(centre, scale, intercept)
        return cls(inner, RowSpace.known(Pair(high, low)), standard, float(record["away"]))


def _outside(basis: Pair) -> Vector:
    """Return 1 − ‖q‖² for each row q of Q: the share of a coefficient that only the penalty determines."""
    if basis.low.any():
        columns = Pair(basis.high.T, basis.low.T)
        share = add(pair(np.ones(len(basis.high))), dot(columns, columns).negative)
        return np.maximum(share.high, 0.0)
    result: Vector = 1 - np.einsum("ij,ij->i", basis.high, basis.high)
    few = np.flatnonzero(result < 0.1)
    for some in np.array_split(few, len(few) // 256 + 1):
        # A small 1 − ‖q‖² is lost by rounding, but not the products of q with the other rows, which determine it.
        shared = basis.high @ basis.high[some].T
        shared[some, np.arange(len(some))] = 0.0
        square = np.einsum("ij,ij->j", shared, shared)
        result[some] = 2 * square / (1 + np.sqrt(np.maximum(1 - 4 * square, 0.0)))
    return np.maximum(result, 0.0)
