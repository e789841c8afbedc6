"""Implicit centring and scaling of the columns, and the inverse transform.

The fit works on z = (x − centre)·2^(−k), with k the exponent of the column's standard deviation: scaling by a power of
two is exact, and centring is undone in the intercept. Any centre and scale of about the right size is good enough (they
only condition the arithmetic), so they come from a sample of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.moments import Moments
from verhulst.regression.pairs import Pair, add, dot, pair
from verhulst.regression.statistics import Matrix, Vector

SAMPLE_NUMBERS = 1 << 16  # entries of X in the first sample ...
SAMPLE_ROWS = 512  # ... but at least this many rows
LARGEST = 900  # exponent of two of a standardised value in sums of products with coefficients
FINITE = 1020  # the same where it is only to be finite
LEAST_SCALE = 2.0**-300  # beside a ridge, so that its square times that of the ridge does not underflow
LARGER = 8  # times as many rows, for columns that looked constant


@dataclass(frozen=True, slots=True, eq=False)
class Standardisation:
    """z = (x − centre)·inverse_scale, after a column of ones if there is an intercept.

    Attributes
    ----------
    centre, inverse_scale : (p,); inverse_scale is a power of two, or 0 for a column that is left out
    intercept : whether coefficient 0 is the intercept
    """

    centre: Vector
    inverse_scale: Vector
    intercept: bool

    @classmethod
    def of(cls, X: Matrix, *, intercept: bool, weight: Vector | None = None) -> Standardisation:
        """Return centres and scales from every k-th row.

        A column that is constant in the sample is examined in larger samples and finally in full; a constant column
        gets scale 0 (it is a multiple of the intercept). Without an intercept nothing is centred, and only columns of
        zeros get scale 0.

        A column that is 0 in at least half of the rows is not centred: its mean is at most its standard deviation
        (mean² ≤ share·E x², by Cauchy and Schwarz), and zeros remain zeros, which the kernel skips.
        """
        n, p = X.shape
        return cls.of_samples(n, p, intercept, lambda some, step: Moments.of(sample(X, some, weight, step), intercept))

    @classmethod
    def of_samples(
        cls, n: int, p: int, intercept: bool, moments: Callable[[NDArray[np.intp], int], Moments]
    ) -> Standardisation:
        """The same, where `moments` returns those of some columns in every k-th row."""
        step = max(1, min(n * p // SAMPLE_NUMBERS, n // SAMPLE_ROWS))
        columns = np.arange(p)
        with np.errstate(invalid="ignore", over="ignore"):  # the first pass finds values that are not finite
            centre, spread = moments(columns, step).centre_and_spread(intercept)
            while step > 1 and not np.all(spread):
                columns, step = np.flatnonzero(spread == 0), max(1, step // LARGER)
                # X is not copied as a whole: its columns are examined one by one.
                for some in [columns] if step > 1 else columns[:, None]:
                    centre[some], spread[some] = moments(some, step).centre_and_spread(intercept)
        with_spread = spread > 0
        exponent = np.round(np.log2(np.where(with_spread, spread, 1.0)))
        return cls(centre, np.where(with_spread, np.exp2(np.clip(-exponent, -1000, 1000)), 0.0), intercept)

    def seen_by(self, X: Matrix, weight: Vector) -> Standardisation:
        """Return centres and scales by weighted means and standard deviations.

        This is for the end of a fit with outliers of probability 0 or 1: they have no information, but have moved the
        mean so far away that the other values are nearly equal relative to it.
        """
        share = weight / np.sum(weight)
        centre = self.centre
        if self.intercept:
            centre = np.sum([share[some] @ block for some, block in _blocks(X)], axis=0)
        unit, root = self.inverse_scale, np.sqrt(share)[:, None]
        with np.errstate(over="ignore"):
            squares = [np.sum(((block - centre) * unit * root[some]) ** 2, axis=0) for some, block in _blocks(X)]
        spread = np.sqrt(np.sum(squares, axis=0))
        usable = (spread > 0) & (spread < np.inf)
        exponent = np.round(np.log2(np.where(usable, spread, 1.0)))
        scale = np.where(usable, np.ldexp(unit, np.clip(-exponent, -1000, 1000).astype(int)), unit)
        return Standardisation(np.where(usable, centre, self.centre), scale, self.intercept)

    def bounded(self, X: Matrix, exponent: int = LARGEST, least: float = 0.0) -> Standardisation:
        """Return scales of at least `least` for which no z is above 2^exponent, however large the values of X are."""
        return self.bounded_by(self.farthest(X), exponent, least)

    def farthest(self, X: Matrix) -> Vector:
        """(p,) the largest distances of values from the centres."""
        largest = np.zeros(len(self.centre))
        for _, block in _blocks(X):
            np.maximum(largest, np.abs(block - self.centre).max(axis=0, initial=0.0), out=largest)
        return largest

    def bounded_by(self, largest: Vector, exponent: int = LARGEST, least: float = 0.0) -> Standardisation:
        """The same as `bounded`, where the values are at most `largest` (p,) from the centres."""
        most = np.exp2(np.minimum(exponent - np.ceil(np.log2(np.maximum(largest, 1e-300))), 1000))
        scale = np.where(self.inverse_scale > 0, np.maximum(np.minimum(self.inverse_scale, most), least), 0.0)
        return Standardisation(self.centre, scale, self.intercept)

    def ridge(self, root: float) -> Vector:
        """Return (q,) the ridge on the standardised columns for the penalty ½ root² ‖b‖² on the slopes as given."""
        slopes = (self.inverse_scale * root) ** 2
        return np.concatenate([[0.0], slopes]) if self.intercept else slopes

    def under_penalty(self, root: float, total_weight: float) -> Standardisation:
        """Return scales so small that a ridge of root² on the slopes as given is at most the total weight.

        Columns that are that small, or constant, are determined by the ridge alone, so that no column is left out.
        """
        most = 2.0 ** np.clip(np.floor(np.log2(np.sqrt(total_weight) / root)), -1000, 1000)
        scale = np.where(self.inverse_scale > 0, np.minimum(self.inverse_scale, most), most)
        return Standardisation(self.centre, scale, self.intercept)

    def linear(self, X: Matrix, coefficients: Vector) -> Vector:
        """(n,) b₀ + xᵀb, for coefficients of the columns as given."""
        slopes = coefficients[1:] if self.intercept else coefficients
        constant = coefficients[0] if self.intercept else 0.0
        return np.concatenate([block @ slopes for _, block in _blocks(X)]) + constant

    def seen_from(self, point: Vector | None) -> Standardisation:
        """Return the same for columns less the numbers of `point` (p,)."""
        return self if point is None else Standardisation(self.centre - point, self.inverse_scale, self.intercept)

    def without(self, columns: list[int]) -> Standardisation:
        """Return the same with some columns (by their place in X) left out."""
        inverse_scale = self.inverse_scale.copy()
        inverse_scale[columns] = 0.0
        return Standardisation(self.centre, inverse_scale, self.intercept)

    def original(self, beta: Vector) -> Vector:
        """Return the coefficients (or the direction) of the columns as given."""
        slopes: Vector = beta[int(self.intercept) :] * self.inverse_scale
        return np.concatenate([[self.constant(beta).high], slopes]) if self.intercept else slopes

    def constant(self, beta: Vector) -> Pair:
        """Return the intercept of the columns as given, in a pair of doubles: 0 without an intercept.

        Slopes are those of the standardised columns times powers of two, which is exact. So a pair of doubles for the
        intercept holds all digits of the log-odds, however far from 0 the columns are.
        """
        if not self.intercept:
            return pair(np.zeros(()))
        centre = self.centre * self.inverse_scale  # slopes may overflow
        with np.errstate(over="ignore", invalid="ignore"):
            exact = add(pair(np.asarray(beta[0])), dot(pair(-centre), pair(beta[1:])))
        return exact if np.isfinite(exact.high) else pair(np.asarray(beta[0] - centre @ beta[1:]))

    def working(self, beta: Vector) -> Vector:
        """Return the coefficients of the standardised columns: the inverse of `original`."""
        if not self.intercept:
            return _divide(beta, self.inverse_scale)
        return np.concatenate([[beta[0] + self.centre @ beta[1:]], _divide(beta[1:], self.inverse_scale)])

    def original_covariance(self, covariance: Matrix) -> Matrix:
        """Return T C Tᵀ for the linear map T = `original`; rows and columns of nan remain nan and do not spread."""
        unknown = np.flatnonzero(np.isnan(covariance.diagonal()))
        scale = np.concatenate([[1.0], self.inverse_scale]) if self.intercept else self.inverse_scale
        c: Matrix = covariance * scale
        c *= scale[:, None]
        c[unknown] = c[:, unknown] = 0.0
        if self.intercept:
            c[0] -= self.centre @ c[1:]
            c[:, 0] -= c[:, 1:] @ self.centre
        c[unknown] = c[:, unknown] = np.nan
        return c


def _blocks(X: Matrix) -> Iterator[tuple[slice, Matrix]]:
    """Yield X in pieces of float64, so that a large float32 array is not converted as a whole."""
    step = max(1, SAMPLE_NUMBERS // max(X.shape[1], 1))
    for start in range(0, len(X), step):
        yield slice(start, start + step), np.asarray(X[start : start + step], dtype=np.float64)


def _divide(a: Vector, b: Vector) -> Vector:
    result = np.zeros_like(a)
    np.divide(a, b, out=result, where=b != 0)
    return result


def sample(X: Matrix, columns: NDArray[np.intp], weight: Vector | None, step: int) -> Matrix:
    """Return every step-th row of positive weight, or the first such row if there is none among those."""
    rows = X[::step] if len(columns) == X.shape[1] else X[::step, columns]
    if weight is not None:
        counted = weight[::step] > 0
        rows = rows[counted] if counted.any() else X[np.flatnonzero(weight > 0)[:1]][:, columns]
    return np.ascontiguousarray(rows) if step > 1 else rows
