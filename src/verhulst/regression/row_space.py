"""Orthonormal columns that span the rows of a matrix.

They come from Householder's method with pivoting, in double precision, if the penalty holds what rounding does to the
rows: an entry that is off by δ moves a coefficient that only the penalty decides by C·δ, which is √C·δ of its standard
errors. Otherwise (columns of 1e9 and more, C = 1) the rows are centred exactly and factored in pairs of doubles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from verhulst.regression.orthogonal import triangle
from verhulst.regression.pairs import Pair, exact_sum, pair, product
from verhulst.regression.statistics import EPS, Matrix, Vector

ALIKE = 1e3  # columns that differ in size by no more than this factor need not be sorted
HARMLESS = 1e-9  # rounding, in units of the standard deviation that the penalty gives
FAR = 0.1  # seven digits of the standard error of the intercept are enough
MOST_IN_PAIRS = 10**8  # columns × rows²: a minute


@dataclass(slots=True, eq=False)
class RowSpace:
    """Orthonormal columns Q (p, m), kept as reflections until they are used.

    Attributes
    ----------
    columns : p
    rotation : (k, m) what the reflections are multiplied by
    reflections, factors : Householder's, of the rows as columns, from LAPACK; None for none
    order : (k,) the columns of X that are not 0, as they were sorted
    """

    columns: int
    rotation: Matrix
    reflections: Matrix | None
    factors: Vector | None
    order: NDArray[np.intp]
    _basis: Pair | None = field(default=None, repr=False)

    @classmethod
    def known(cls, basis: Pair) -> RowSpace:
        """Return the space with this Q."""
        p, m = basis.high.shape
        return cls(p, np.eye(m), None, None, np.arange(p), basis)

    @property
    def basis(self) -> Pair:
        """Q (p, m); its low parts are 0 unless it was computed in pairs."""
        if self._basis is None:
            self._basis = pair(self._reflected(self.rotation))
            self.reflections = self.factors = None
        return self._basis

    def spread(self, u: Vector) -> Vector:
        """Return Q u."""
        if self._basis is None:
            return self._reflected((self.rotation @ u)[:, None])[:, 0]
        return product(self._basis, pair(u[:, None])).high[:, 0]

    def _reflected(self, rotation: Matrix) -> Matrix:
        result = rotation
        if self.reflections is not None:
            result = np.zeros((len(self.reflections), rotation.shape[1]), order="F")
            result[: len(rotation)] = rotation
            work = int(lapack.dormqr("L", "N", self.reflections, self.factors, result, -1)[1][0])
            result = lapack.dormqr("L", "N", self.reflections, self.factors, result, work, overwrite_c=True)[0]
        whole = np.zeros((self.columns, result.shape[1]))
        whole[self.order] = result
        return whole


def row_space(
    X: Matrix, centre: Vector, scale: float, root: float, total_weight: float
) -> tuple[RowSpace, Matrix, float, bool]:
    """Return the space of the rows (X − centre)·scale, and L (n, m) with those rows = L Qᵀ.

    Parameters
    ----------
    X, centre : (n, p) and (p,); zeros without an intercept
    scale : a power of two after which no entry is above 1
    root : of the ridge on the slopes of the scaled columns
    total_weight : of the rows

    Returns
    -------
    space : Q
    L : (n, m)
    doubt : by how many standard errors rounding of the rows may move the coefficients
    exact_is_better : whether this is too much, and pairs of doubles do not take too long
    """
    rows = np.subtract(X, centre, dtype=np.float64, order="C")
    rows *= scale
    space, L, noise = _in_doubles(rows, centred=bool(centre.any()))
    held = math.sqrt(total_weight) / root
    # The intercept is far from the data if the columns are: its standard error is a sum of such entries.
    far = FAR * EPS * float(np.linalg.norm(centre * scale)) * held
    exact_is_better = max(noise * held, far) > HARMLESS and X.shape[1] * len(X) ** 2 <= MOST_IN_PAIRS
    return space, L, noise * held, exact_is_better


def exact_row_space(X: Matrix, centre: Vector, scale: float) -> tuple[RowSpace, Matrix]:
    """Return the same in pairs of doubles."""
    exact = exact_sum(np.asarray(X, dtype=np.float64), np.broadcast_to(-centre, X.shape))
    columns = Pair(exact.high.T * scale, exact.low.T * scale)
    found = triangle([columns], len(X), precise=True)
    return RowSpace.known(found.half_solve(columns)), found.upper.high.T


def _in_doubles(rows: Matrix, *, centred: bool) -> tuple[RowSpace, Matrix, float]:
    """Return Q, L and how far rounding may move an entry; the rows (n, p) are overwritten.

    If columns differ much in size, they are sorted by it: then the rounding in each is small relative to its own size
    (Cox and Higham 1998, "Stability of Householder QR factorization for weighted least squares problems").
    """
    n, p = rows.shape
    size = np.maximum(rows.max(axis=0, initial=0.0), -rows.min(axis=0, initial=0.0))
    order = np.flatnonzero(size)
    alike = not len(order) or float(size.max()) <= ALIKE * float(size[order].min())
    if not alike:
        order = np.argsort(-size, kind="stable")[: len(order)]
    if not alike or len(order) < p:
        rows, size = rows[:, order], size[order]
    upper, reflections, factors, rounding = rows.T, None, None, 4 * EPS * float(size.max(initial=0.0))
    if alike and len(order) > n:
        work = int(lapack.dgeqrf(rows.T, lwork=-1)[2][0])  # with less it takes four times as long
        reflections, factors, _, _ = lapack.dgeqrf(rows.T, lwork=work, overwrite_a=True)
        upper, size = np.triu(reflections[:n]), np.full(n, np.linalg.norm(size) / math.sqrt(n))
    k = min(upper.shape)
    if not k:
        return RowSpace(p, np.zeros((0, 0)), None, None, order), np.zeros((n, 0)), 0.0
    work = int(lapack.dgeqp3(upper, lwork=-1)[3][0])
    packed, pivots, further, _, _ = lapack.dgeqp3(upper, lwork=work)
    noise = 10 * EPS * math.sqrt(max(n, p)) * np.sqrt(np.cumsum(size[::-1] ** 2)[::-1])[:k]
    diagonal = np.abs(packed.diagonal()[:k])
    m = int(np.argmin(np.append(diagonal > noise, False)))
    L = np.empty((n, m))
    L[pivots - 1] = np.triu(packed[:m]).T
    # Centred rows have no more than n − 1 directions: if those are there, nothing was left out.
    left_out = float(noise[m]) if m < k - int(centred and k == n) else 0.0
    packed = np.asfortranarray(packed[:, :m])
    work = int(lapack.dorgqr(packed, further[:m], lwork=-1)[1][0]) if m else 1
    rotation = lapack.dorgqr(packed, further[:m], lwork=work, overwrite_a=True)[0] if m else packed
    return RowSpace(p, np.asarray(rotation), reflections, factors, order), L, max(rounding, left_out)
