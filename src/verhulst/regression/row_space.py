"""Orthonormal columns that span the rows of a matrix.

Q comes from Householder's QR of Xcᵀ with pivoting. Where columns of X differ much in size, the larger stand first: then
the rounding in each column is small beside that column's own size (Cox and Higham 1998, "Stability of Householder QR
factorization for weighted least squares problems").
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from verhulst.regression.statistics import EPS, Matrix, Vector

ALIKE = 1e3  # columns that differ by no more than this in size need not be sorted by it
HELD = 1e8  # times the ridge may the information of columns be that others are compared with


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
