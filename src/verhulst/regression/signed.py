"""Rows with the sign of their outcome, standardised exactly: the input of a careful look at the data.

With margins m, the log-odds multiplied by 1 or −1 for the outcomes 1 and 0, the log-likelihood is Σ w log σ(m), the
residual is w σ(−m) and the information w σ(m) σ(−m): products whose logarithms are accurate to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from verhulst.functions import log_sigmoid
from verhulst.regression.pairs import Pair, add, exact_sum, multiply, pair, total
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import LEAST_SCALE, Standardisation
from verhulst.regression.statistics import Matrix, Vector


@dataclass(frozen=True, slots=True, eq=False)
class Signed:
    """Rows with outcomes 1 and −1; a row of weight w and share y becomes rows of weights wy and w(1 − y).

    Attributes
    ----------
    rows : the data
    index : (m,) places in them
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
        """Return the rows by outcome, with a ridge on the standardised columns."""
        y = np.asarray(rows.y, dtype=np.float64)
        weight = np.ones(len(y)) if rows.weight is None else rows.weight
        index = np.concatenate([np.flatnonzero((share > 0) & (weight > 0)) for share in (y, 1 - y)])
        ones = np.count_nonzero((y > 0) & (weight > 0))
        sign = np.where(np.arange(len(index)) < ones, 1.0, -1.0)
        share = np.where(sign > 0, y[index], 1 - y[index])
        logarithm = np.log(weight[index]) + np.log(share)
        return cls(rows, index, sign, weight[index] * share, logarithm, np.zeros(rows.size) if ridge is None else ridge)

    def rounded(self) -> Iterator[tuple[slice, Matrix]]:
        """Yield the standardised rows in double precision, in pieces (m, q)."""
        for some in self.rows.slices(len(self.index)):
            yield some, self.rows.standardised(self.index[some])

    def pieces(self) -> Iterator[tuple[slice, Pair]]:
        """Yield the same without rounding."""
        for some in self.rows.slices(len(self.index)):
            yield some, exact_rows(self.rows, self.index[some])

    def along(self, direction: Pair, offset: bool) -> Pair:
        """Return (m,) zᵢᵀd, plus the offset if requested, with the sign of the outcome."""
        result = pair(np.zeros(len(self.index)))
        for some, z in self.pieces():
            each = total(multiply(Pair(z.high.T, z.low.T), Pair(direction.high[:, None], direction.low[:, None])))
            result.high[some], result.low[some] = each
        if offset and self.rows.offset is not None:
            result = add(result, pair(self.rows.offset[self.index]))
        return Pair(result.high * self.sign, result.low * self.sign)


def exact_rows(rows: Rows, some: NDArray[np.intp]) -> Pair:
    """Return some standardised rows without rounding."""
    x, first = np.asarray(rows.X[some], dtype=np.float64), int(rows.intercept)
    high, low = (np.zeros((len(x), rows.size)) for _ in range(2))
    high[:, :first] = 1.0
    z = exact_sum(x, np.broadcast_to(-rows.centre, x.shape))
    high[:, first:], low[:, first:] = z.high * rows.inverse_scale, z.low * rows.inverse_scale
    return Pair(high, low)


def recentred(
    data: Signed, standard: Standardisation, beta: Pair, root: float | None
) -> tuple[Signed, Standardisation, Pair]:
    """Return the same point for columns that are centred and scaled by the rows that have information."""
    margins = data.along(beta, offset=True).high
    logarithm = data.log_weight + log_sigmoid(margins) + log_sigmoid(-margins)
    weight = np.zeros(len(data.rows.X))
    np.add.at(weight, data.index, np.exp(logarithm - logarithm.max()))
    new = standard.seen_by(data.rows.X, weight)
    if np.sum(weight) ** 2 < len(beta.high) * np.sum(weight**2):  # too few rows for the scale
        new = replace(new, inverse_scale=standard.inverse_scale)
    return moved_to(data, standard, new, beta, root)


def moved_to(
    data: Signed, standard: Standardisation, new: Standardisation, beta: Pair, root: float | None
) -> tuple[Signed, Standardisation, Pair]:
    """Return the same point for columns with other centres and scales."""
    new = new.bounded(data.rows.X, least=LEAST_SCALE)
    if root is not None:
        new = new.under_penalty(root, float(np.sum(data.weight)))
    rows = replace(data.rows, centre=new.centre, inverse_scale=new.inverse_scale)
    first = int(standard.intercept)
    change = np.ones(len(beta.high))
    np.divide(standard.inverse_scale, new.inverse_scale, out=change[first:], where=new.inverse_scale > 0)
    moved = Pair(beta.high * change, beta.low * change)
    if first:
        way = exact_sum(new.centre, -standard.centre)  # in the units of the columns, which may be any
        way = Pair(way.high * standard.inverse_scale, way.low * standard.inverse_scale)
        constant = add(beta.at(0), total(multiply(way, Pair(beta.high[1:], beta.low[1:]))))
        moved.high[0], moved.low[0] = constant
    return replace(data, rows=rows, ridge=np.zeros(rows.size) if root is None else new.ridge(root)), new, moved
