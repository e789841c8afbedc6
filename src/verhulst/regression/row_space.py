"""A penalised fit in the space of the rows, where its maximum lies whatever the rank of the columns.

At the maximum of ℓ(b₀, b) − ½‖b‖²/C the slopes are a combination of the rows, b = C Xᵀ(w(y − σ)), and of the centred
rows if there is an intercept, since then the residuals add up to 0. With orthonormal columns Q that span the centred
rows, Xc = L Qᵀ and b = Q u: the fit of L with the same penalty ½‖u‖²/C gives u. L has at most as many columns as rows,
and none that is a combination of others. What is at right angles to the rows keeps the variance C of the penalty.

Q comes from Householder's QR of Xcᵀ with pivoting. Where columns of X differ much in size, the larger stand first: then
the rounding in each column is small beside that column's own size (Cox and Higham 1998, "Stability of Householder QR
factorization for weighted least squares problems").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from verhulst.regression.covariance import LARGEST_IN_FILE, Covariance, blocks, covariance_from_json, square
from verhulst.regression.observations import Observations, require_moderate
from verhulst.regression.result import LogisticFit
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

ALIKE = 1e3  # columns that differ by no more than this in size need not be sorted by it
HELD = 1e8  # times the ridge may the information of columns be that others are compared with
EPS = float(np.finfo(float).eps)


def in_row_space(
    data: Observations,
    centre: Vector,
    intercept: bool,
    root: float,
    fitted: Callable[[Observations, float], LogisticFit],
) -> LogisticFit:
    """The penalised fit of `data`.

    Parameters
    ----------
    data : all of it finite
    centre : (p,) what to subtract from the columns; zeros without an intercept
    intercept : whether there is one
    root : √(1/C) for the weights as they are in `data`
    fitted : fits other columns with another root of the penalty
    """
    rows = data.where_it_counts()
    with np.errstate(over="ignore"):
        X = np.subtract(rows.X, centre, dtype=np.float64, order="C")
    size = np.maximum(X.max(axis=0, initial=0.0), -X.min(axis=0, initial=0.0))
    require_moderate(size)
    unit = math.hypot(float(size.max(initial=0.0)), root / math.sqrt(rows.total_weight))
    scale = math.ldexp(1.0, -math.frexp(unit)[1])  # the entries are then at most 1, and so is the ridge beside them
    X *= scale
    space, L = RowSpace.of(X, size * scale, root * scale, rows.total_weight)
    names = tuple(f"direction {k + 1}" for k in range(L.shape[1]))
    found = fitted(replace(rows, X=L, names=names), root * scale)
    slopes = space.spread(found.coefficients[int(intercept) :]) * scale
    constant = [found.coefficients[0] - centre @ slopes] if intercept else []
    away = 2.0 ** (-data.weight_exponent / 2) / root  # the standard error that the penalty alone gives
    record = InRowSpace(
        found.covariance_record, space, Standardisation(centre, np.full(len(centre), scale), intercept), away
    )
    return replace(
        found,
        names=data.names,
        coefficients=np.concatenate([constant, slopes]),
        covariance_record=record,
        rows=len(data.y),
        has_offset=data.has_offset,
    )


@dataclass(slots=True, eq=False)
class RowSpace:
    """Orthonormal columns Q (p, m), kept as reflections until they are asked for.

    Attributes
    ----------
    columns : p
    alone : columns of X, far larger than the others, that each are a direction of their own, and the first ones
    reflections, factors : Householder's, of the rows as columns, from LAPACK
    rotation : (k, m) what is multiplied from the left by the reflections
    order : which columns of X take part, and how they were sorted; or None for all as they are
    """

    columns: int
    alone: NDArray[np.intp]
    reflections: Matrix | None
    factors: Vector | None
    rotation: Matrix
    order: NDArray[np.intp] | None
    _basis: Matrix | None = field(default=None, repr=False)

    @classmethod
    def of(cls, X: Matrix, size: Vector, root: float, total_weight: float) -> tuple[RowSpace, Matrix]:
        """The space of the rows X (n, p), which are overwritten, and L (n, m) with X = L Qᵀ.

        Parameters
        ----------
        size : (p,) largest number of each column of X
        root : of the ridge
        total_weight : of the rows
        """
        n, columns = X.shape
        p, some = columns, size[size > 0]
        alone = np.flatnonzero(size > ALIKE * np.median(some)) if len(some) else np.empty(0, np.intp)
        # How a large column varies depends on what the small ones may do in its place: 1 − ‖q‖² would not tell. Beside
        # a tiny ridge it depends on nothing but the column itself.
        others = np.where(size > 0, size, 0.0)
        others[alone] = 0.0
        if len(alone) > n // 4 or total_weight * float(others @ others) > HELD * root**2:
            alone = alone[:0]
        first = X[:, alone]
        size[alone] = 0.0
        some = size[size > 0]
        alike = not len(some) or float(some.max()) <= ALIKE * float(some.min())
        order = None
        if not alike or len(some) < p:  # columns of zeros stay out
            order = np.flatnonzero(size) if alike else np.argsort(-size, kind="stable")[: len(some)]
            X, size, p = X[:, order], size[order], len(some)
        if alike and p >= 2 * n:
            work = int(lapack.dgeqrf(X.T, lwork=-1)[2][0])  # with less it takes four times as long
            reflections, factors, _, _ = lapack.dgeqrf(X.T, lwork=work, overwrite_a=True)
            rotation, L = _pivoted(np.triu(reflections[:n]), np.full(n, np.linalg.norm(size) / math.sqrt(n)), p)
            return cls(columns, alone, reflections, factors, rotation, order), np.column_stack([first, L])
        rotation, L = _pivoted(X.T, size, max(n, p))
        return cls(columns, alone, None, None, rotation, order), np.column_stack([first, L])

    @property
    def basis(self) -> Matrix:
        """Q (p, m)."""
        if self._basis is None:
            single = np.zeros((self.columns, len(self.alone)))
            single[self.alone, np.arange(len(self.alone))] = 1.0
            self._basis = np.column_stack([single, self._from_rotation(self.rotation)])
            self.reflections = self.factors = None
        return self._basis

    def spread(self, u: Vector) -> Vector:
        """Q u."""
        if self._basis is not None:
            return np.asarray(self._basis @ u)
        k = len(self.alone)
        result = self._from_rotation((self.rotation @ u[k:])[:, None])[:, 0]
        result[self.alone] = u[:k]
        return result

    def _from_rotation(self, rotation: Matrix) -> Matrix:
        result = rotation
        if self.reflections is not None:
            result = np.zeros((len(self.reflections), rotation.shape[1]), order="F")
            result[: len(rotation)] = rotation
            work = int(lapack.dormqr("L", "N", self.reflections, self.factors, result, -1)[1][0])
            result = lapack.dormqr("L", "N", self.reflections, self.factors, result, work, overwrite_c=True)[0]
        if self.order is None:
            return np.asarray(result)
        unsorted = np.zeros((self.columns, result.shape[1]))
        unsorted[self.order] = result
        return unsorted


def _pivoted(A: Matrix, size: Vector, extent: int) -> tuple[Matrix, Matrix]:
    """Q (p, m) and L (n, m) with A = Q Lᵀ for A (p, n), without the directions that are there by rounding only.

    Parameters
    ----------
    size : (p,) falling: how large the numbers are in each row of A
    extent : how many numbers add up in A
    """
    p, n = A.shape
    if not min(p, n):
        return np.zeros((p, 0)), np.zeros((n, 0))
    work = int(lapack.dgeqp3(A, lwork=-1)[3][0])
    packed, pivots, factors, _, _ = lapack.dgeqp3(A, lwork=work)
    k = min(p, n)
    left = np.sqrt(np.cumsum(size[::-1] ** 2)[::-1])[:k]
    noise = 10 * EPS * math.sqrt(extent) * left
    m = int(np.argmin(np.append(np.abs(packed.diagonal()[:k]) > noise, False)))
    L = np.empty((n, m))
    L[pivots - 1] = np.triu(packed[:m]).T
    if not m:
        return np.zeros((p, 0)), L
    packed = np.asfortranarray(packed[:, :m])
    work = int(lapack.dorgqr(packed, factors[:m], lwork=-1)[1][0])
    return np.asarray(lapack.dorgqr(packed, factors[:m], lwork=work, overwrite_a=True)[0]), L


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
    def from_json(cls, record: dict[str, Any], intercept: bool) -> InRowSpace:
        """The inverse of `to_json`."""
        centre = np.array(record["centre"], dtype=float)
        basis = np.array(record["basis"], dtype=float).reshape(len(centre), -1)
        return cls(
            covariance_from_json(record["inner"], intercept),
            RowSpace(len(basis), np.empty(0, np.intp), None, None, np.eye(basis.shape[1]), None, basis),
            Standardisation(centre, np.array(record["inverse_scale"], dtype=float), intercept),
            float(record["away"]),
        )
