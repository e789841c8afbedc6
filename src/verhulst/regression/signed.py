"""Rows by outcome, standardised exactly: what a careful look at the data reads.

With margins m, the log-odds with the sign of the outcome, the log-likelihood is Σ w log σ(m), the residual is w σ(−m)
and the information w σ(m) σ(−m), whatever the outcome: products whose logarithms are known to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.pairs import Pair, add, exact_sum, multiply, pair, total
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Matrix, Vector


@dataclass(frozen=True, slots=True, eq=False)
class Signed:
    """Rows by outcome: a row of weight w and share y is one of weight wy and outcome 1, and one of the rest.

    Attributes
    ----------
    rows : as they are, standardised in passing
    index : (m,) which of the rows
    sign : (m,) 1 for outcome 1, −1 for outcome 0
    weight, log_weight : (m,)
    ridge : (q,)
    """

    rows: Rows
    index: NDArray[np.intp]
    sign: Vector
    weight: Vector
    log_weight: Vector
    ridge: Vector

    @classmethod
    def of(cls, rows: Rows, ridge: Vector | None) -> Signed:
        """From rows and a ridge on the standardised columns."""
        y = np.asarray(rows.y, dtype=np.float64)
        weight = np.ones(len(y)) if rows.weight is None else rows.weight
        index = np.concatenate([np.flatnonzero((share > 0) & (weight > 0)) for share in (y, 1 - y)])
        ones = np.count_nonzero((y > 0) & (weight > 0))
        sign = np.where(np.arange(len(index)) < ones, 1.0, -1.0)
        share = np.where(sign > 0, y[index], 1 - y[index])
        logarithm = np.log(weight[index]) + np.log(share)
        return cls(rows, index, sign, weight[index] * share, logarithm, np.zeros(rows.size) if ridge is None else ridge)

    def rounded(self) -> Iterator[tuple[slice, Matrix]]:
        """The standardised rows in double precision, a piece at a time: (m, q)."""
        for some in self.rows.slices(len(self.index)):
            yield some, self.rows.standardised(self.index[some])

    def pieces(self) -> Iterator[tuple[slice, Pair]]:
        """The same exactly."""
        rows, first = self.rows, int(self.rows.intercept)
        for some in rows.slices(len(self.index)):
            x = np.asarray(rows.X[self.index[some]], dtype=np.float64)
            high, low = (np.zeros((len(x), rows.size)) for _ in range(2))
            high[:, :first] = 1.0
            z = exact_sum(x, np.broadcast_to(-rows.centre, x.shape))
            high[:, first:], low[:, first:] = z.high * rows.inverse_scale, z.low * rows.inverse_scale
            yield some, Pair(high, low)

    def along(self, direction: Pair, offset: bool) -> Pair:
        """(m,) zᵢᵀd, plus the offset where asked for, with the sign of the outcome."""
        result = pair(np.zeros(len(self.index)))
        for some, z in self.pieces():
            each = total(multiply(Pair(z.high.T, z.low.T), Pair(direction.high[:, None], direction.low[:, None])))
            result.high[some], result.low[some] = each
        if offset and self.rows.offset is not None:
            result = add(result, pair(self.rows.offset[self.index]))
        return Pair(result.high * self.sign, result.low * self.sign)
