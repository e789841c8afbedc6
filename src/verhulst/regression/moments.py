"""Means, spreads and ends of columns, which add up over parts of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verhulst.regression.statistics import Matrix, Vector


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What some rows say about where columns lie and how far they spread.

    Attributes
    ----------
    rows : how many
    mean, spread : (p,) mean and standard deviation; 0 and root mean square without an intercept
    low, high, nonzero : (p,) the ends, and how many values are not 0
    """

    rows: int
    mean: Vector
    spread: Vector
    low: Vector
    high: Vector
    nonzero: Vector

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")  # visible in the result
    def of(cls, X: Matrix, intercept: bool) -> Moments:
        """Those of rows (n, p), n ≥ 1."""
        low, high = X.min(axis=0), X.max(axis=0)
        largest = np.maximum(high, -low).astype(float)
        unit = np.exp2(-np.clip(np.floor(np.log2(np.where(largest > 0, largest, 1.0))), -1000, 1000))
        scaled = np.asarray(X, dtype=float) * unit
        mean = np.mean(scaled, axis=0) if intercept else np.zeros(X.shape[1])
        scaled -= mean
        spread = np.sqrt(np.einsum("ij,ij->j", scaled, scaled) / len(X)) / unit
        return cls(len(X), mean / unit, spread, low, high, np.count_nonzero(X, axis=0))

    @np.errstate(over="ignore", invalid="ignore")
    def __add__(self, other: Moments) -> Moments:
        """Those of both sets of rows together."""
        rows = self.rows + other.rows
        mine, its = self.rows / rows, other.rows / rows
        between = np.sqrt(mine * its) * (self.mean - other.mean)
        return Moments(
            rows,
            mine * self.mean + its * other.mean,
            np.hypot(np.hypot(np.sqrt(mine) * self.spread, np.sqrt(its) * other.spread), between),
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
            self.nonzero + other.nonzero,
        )

    def centre_and_spread(self, intercept: bool) -> tuple[Vector, Vector]:
        """(p,) where to centre each column, and its spread; 0 for a constant beside an intercept.

        A column that is 0 in at least half of the rows is centred there.
        """
        constant = intercept & (self.low == self.high)
        centre = np.where(2 * self.nonzero <= self.rows, 0.0, self.mean)
        return np.where(constant, self.low, centre), np.where(constant, 0.0, self.spread)
