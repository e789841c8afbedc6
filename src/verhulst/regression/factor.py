"""The information matrix, factored: solves, inverse, conditioning and rank, whatever the units of the columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from verhulst import _core
from verhulst.regression.statistics import EPS, Matrix, Vector

PART = 1e-6  # of a direction, beyond rounding
LARGE = 700  # columns; from here on LAPACK is faster than the core, though its threads wait, spinning, after each call


def rank_tolerance(size: int) -> float:
    """Return the residual share 1 − R² of a column on the others below which it counts as their combination.

    Rounding leaves a few size·eps of an exactly collinear column; three digits more separate the two cases.
    """
    return 1e3 * max(size, 10) * EPS


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """H = S (Rᵀ R) S with S the square roots of H's diagonal, so that the scale of columns does not matter.

    Directions in which H is zero or numerically singular are left out: `solve` returns 0 there.

    Attributes
    ----------
    scale : (q,) S; 0 where the diagonal of H is 0
    used : indices of the columns that are not left out, in pivot order
    root : (r, r) upper triangular R for those columns, row by row in memory
    """

    scale: Vector
    used: NDArray[np.intp]
    root: Matrix

    @classmethod
    def of(cls, information: Matrix) -> Factor:
        """Factor a positive semidefinite matrix."""
        scale = np.sqrt(np.maximum(information.diagonal(), 0.0))
        alive = np.flatnonzero(scale > 0)
        if len(alive) == len(scale):
            correlation = information / scale
            correlation /= scale[:, None]
        else:
            correlation = information[np.ix_(alive, alive)] / scale[alive] / scale[alive, None]
        root = cholesky(correlation)
        tolerance = rank_tolerance(len(scale))
        if root is not None and (not len(alive) or root.diagonal().min() ** 2 > tolerance):
            return cls(scale, alive, root)
        root, pivots, rank, _ = lapack.dpstrf(correlation, tol=tolerance, lower=0)
        return cls(scale, alive[pivots[:rank] - 1], np.ascontiguousarray(np.triu(root[:rank, :rank])))

    @property
    def _whole(self) -> bool:
        """Whether no column is left out and all are in their order."""
        return 0 < len(self.used) == len(self.scale) and bool((self.used[1:] > self.used[:-1]).all())

    @property
    def full(self) -> bool:
        """Whether no column with a positive diagonal is left out."""
        return len(self.used) == np.count_nonzero(self.scale)

    def undetermined(self, information: Matrix) -> NDArray[np.intp]:
        """Return the coordinates with a part in a direction that is left out of the factor of this matrix."""
        left = np.setdiff1d(np.flatnonzero(self.scale), self.used)
        if not len(left) or not len(self.used):
            return left
        between = information[np.ix_(self.used, left)] / self.scale[self.used, None] / self.scale[left]
        shares = lapack.dpotrs(self.root.T, between, lower=1)[0]
        return np.union1d(left, self.used[np.any(np.abs(shares) > PART, axis=1)])

    def solve(self, gradient: Vector) -> Vector:
        """Solve H d = gradient."""
        if self._whole:
            return np.asarray(lapack.dpotrs(self.root.T, gradient / self.scale, lower=1)[0] / self.scale)
        step = np.zeros_like(self.scale)
        if len(self.used):
            scale = self.scale[self.used]
            step[self.used] = lapack.dpotrs(self.root.T, gradient[self.used] / scale, lower=1)[0] / scale
        return step

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # visible in the result
    def inverse(self) -> Matrix:
        """Return H⁻¹; nan in the rows and columns that are left out."""
        if self._whole:
            result = cholesky_inverse(self.root)
            result /= self.scale
            result /= self.scale[:, None]
            return result
        result = np.full((len(self.scale),) * 2, np.nan)
        if len(self.used):
            scale = self.scale[self.used]
            result[np.ix_(self.used, self.used)] = cholesky_inverse(self.root) / scale / scale[:, None]
        return result

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def half(self) -> Matrix:
        """Return (q, r) with half·halfᵀ = H⁻¹; nan for columns that are left out."""
        result = np.full((len(self.scale), len(self.used)), np.nan)
        if len(self.used):
            result[self.used] = triangle_inverse(self.root) / self.scale[self.used, None]
        return result

    @np.errstate(over="ignore", invalid="ignore")
    def condition(self, information: Matrix) -> float:
        """Return the condition number (1-norm, LAPACK's estimate) of the factored H, scaled to a unit diagonal."""
        if not len(self.used):
            return 1.0
        size = np.abs(information if self._whole else information[np.ix_(self.used, self.used)])
        size /= self.scale[self.used]
        norm = float(np.max(np.sum(size, axis=1) / self.scale[self.used]))
        reciprocal, _ = lapack.dpocon(self.root.T, norm, uplo="L")
        return 1 / float(reciprocal) if reciprocal > 0 else float("inf")


def with_ridge(information: Matrix, ridge: Vector | None) -> Matrix:
    """Return the information with the ridge (q,) on its diagonal, if there is one."""
    return information if ridge is None else information + np.diag(ridge)


def cholesky(matrix: Matrix) -> Matrix | None:
    """Return the upper triangular R with RᵀR = matrix, in C order; None if there is none."""
    if len(matrix) < LARGE:
        return _core.cholesky(np.ascontiguousarray(matrix))
    root, failed = lapack.dpotrf(matrix, lower=1, clean=1)
    return None if failed else np.asarray(root).T


def cholesky_inverse(root: Matrix) -> Matrix:
    """Return (RᵀR)⁻¹."""
    if len(root) < LARGE:
        return _core.cholesky_inverse(root)
    half: Matrix = np.tril(lapack.dpotri(root.T, lower=1)[0])
    return half + np.tril(half, -1).T


def triangle_inverse(root: Matrix) -> Matrix:
    """Return R⁻¹, which is upper triangular too."""
    if len(root) < LARGE:
        return _core.triangle_inverse(root)
    return np.asarray(lapack.dtrtri(root.T, lower=1)[0]).T
