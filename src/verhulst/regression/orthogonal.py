"""Orthogonal factorisation of rows: a triangular root of their information, without forming the information.

Forming the products of rows squares their condition number; an orthogonal factorisation does not. In double precision
it resolves directions that are 10⁸ times weaker than others. Where that is not enough (weights that differ by many
powers of ten, columns that differ in their last digits) the factorisation is done in pairs of doubles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from verhulst.regression.factor import Factor
from verhulst.regression.pairs import EPS, Pair, add, divide, dot, multiply, pair, square_root
from verhulst.regression.statistics import Matrix, Vector

WEAKEST = 1e-8  # least share of its column for a pivot in doubles: standard errors then have seven good digits
WEAKEST_OF_PAIRS = 1e8 * EPS  # the same for pairs, with at least as many good digits


@dataclass(frozen=True, slots=True, eq=False)
class Triangle:
    """R with RᵀR = Σ aᵢaᵢᵀ for rows aᵢ; column k of R belongs to column order[k] of the rows.

    Attributes
    ----------
    root : (r, q) upper trapezoidal; r < q if pivots that may be due to rounding are left out
    order : (q,)
    scale : (q,) powers of two that the columns of the rows were multiplied by; 0 for columns of zeros
    """

    root: Pair
    order: NDArray[np.intp]
    scale: Vector

    @property
    def rank(self) -> int:
        """The number of directions that the rows determine."""
        return len(self.root.high)

    @property
    def full(self) -> bool:
        """Whether the rows determine all directions, except for columns of zeros."""
        return self.rank == np.count_nonzero(self.scale)

    @property
    def upper(self) -> Pair:
        """(r, q) R with its columns in the order and the units of the rows."""
        return _placed(self.root, self.order, self.scale)

    def half_solve(self, rows: Pair) -> Pair:
        """Solve Rᵀu = row for rows (..., q); (..., r). For a gradient, the length of u is the Newton decrement."""
        left = _times(rows, self.scale).at((..., self.order[: self.rank]))
        result = Pair(np.empty_like(left.high), np.empty_like(left.high))
        for k in range(self.rank):
            one = divide(left.at((..., k)), self.root.at((k, k)))
            result.high[..., k], result.low[..., k] = one
            minus = Pair(-one.high[..., None], -one.low[..., None])
            left = add(left, multiply(minus, self.root.at((k, slice(0, self.rank)))))
        return result

    def back_solve(self, halves: Pair) -> Pair:
        """Solve R d = half for halves (..., r); (..., q), with 0 for columns that are left out."""
        left, whole = halves, np.zeros((*halves.high.shape[:-1], len(self.order)))
        result = Pair(whole, whole.copy())
        for k in reversed(range(self.rank)):
            one = divide(left.at((..., k)), self.root.at((k, k)))
            result.high[..., self.order[k]], result.low[..., self.order[k]] = one
            minus = Pair(-one.high[..., None], -one.low[..., None])
            left = add(left, multiply(minus, self.root.at((slice(0, self.rank), k))))
        return _times(result, self.scale)

    def half_inverse(self, unit: float) -> Pair:
        """Return (q, r) with half·halfᵀ = (RᵀR·unit²)⁻¹; nan for columns that are left out."""
        found = self.back_solve(pair(np.eye(self.rank)))
        taken = np.zeros(len(self.order), dtype=bool)
        taken[self.order[: self.rank]] = True
        found = divide(Pair(found.high.T, found.low.T), pair(np.full(found.high.T.shape, unit)))
        return Pair(*(np.where(taken[:, None], part, np.nan) for part in found))

    def half_solves(self, rows: Matrix) -> Matrix:
        """Return (n, r) as `half_solve` for many rows (n, q), in double precision."""
        scaled = (rows * self.scale)[:, self.order[: self.rank]]
        if not scaled.size:
            return scaled
        root = self.root.high[:, : self.rank]
        return np.asarray(lapack.dtrtrs(root.T, scaled.T, lower=1)[0]).T

    def weak_columns(self) -> NDArray[np.intp]:
        """Return the columns with a part in a direction that the rows do not determine."""
        if self.full:
            return np.empty(0, dtype=np.intp)
        r = self.rank
        left = np.flatnonzero(self.scale[self.order[r:]] > 0) + r
        found = set(self.order[left].tolist())
        if r:
            shares = lapack.dtrtrs(self.root.high[:, :r], self.root.high[:, left])[0]
            found |= set(self.order[np.flatnonzero(np.any(np.abs(shares) > 1e-6, axis=1))].tolist())
        return np.array(sorted(found), dtype=np.intp)

    def information(self, unit: float) -> Matrix:
        """(q, q) RᵀR·unit²."""
        root = self.upper.high * unit
        return np.asarray(root.T @ root)

    def factor(self, unit: float) -> Factor:
        """The factor of RᵀR·unit²."""
        r = self.rank
        used, root = self.order[:r], self.root.high[:, :r]
        length = np.linalg.norm(root, axis=0)
        scale = np.zeros(len(self.order))
        scale[used] = length / self.scale[used] * unit
        # Columns that are left out get a scale too, so that the factor does not count as full.
        left = self.order[r:][self.scale[self.order[r:]] > 0]
        scale[left] = unit / self.scale[left]
        return Factor(scale, used, np.ascontiguousarray(root / length))


def triangle(pieces: Iterable[Pair], size: int, *, precise: bool) -> Triangle:
    """Factor rows that come in pieces (m, q).

    Parameters
    ----------
    pieces : rows; their low parts are read where `precise` only
    size : q
    precise : whether to compute in pairs
    """
    so_far, order, scale = pair(np.zeros((0, size))), np.arange(size), np.ones(size)
    limit = WEAKEST_OF_PAIRS if precise else WEAKEST
    for piece in pieces:
        rows = Pair(*(np.concatenate(parts) for parts in zip(_placed(so_far, order, scale), piece, strict=True)))
        largest = np.max(np.abs(rows.high), axis=0, initial=0.0)
        scale = np.where(largest > 0, np.exp2(-np.round(np.log2(np.where(largest > 0, largest, 1.0)))), 0.0)
        so_far, order = (_precise if precise else _quick)(_times(rows, scale))
    diagonal = np.abs(so_far.high.diagonal())
    if len(diagonal):
        weak = ~(diagonal > limit * np.linalg.norm(so_far.high, axis=0)[: len(diagonal)])
        so_far = so_far.at(slice(0, int(np.argmax(weak)) if weak.any() else len(diagonal)))
    return Triangle(so_far, order, scale)


def _quick(rows: Pair) -> tuple[Pair, NDArray[np.intp]]:
    """Return the same as `_precise` in double precision.

    Each entry of R is a sum over rows, with rounding relative to its own terms. Householder's method does not have this
    property: next to a row of 10⁶⁰, orthogonal columns would get a product of 1e-16 of that.
    """
    left = rows.high.copy(order="F")
    n, size = left.shape
    order, root = np.arange(size), np.zeros((min(n, size), size))
    for k in range(min(n, size)):
        best = k + int(np.argmax(np.einsum("ij,ij->j", left[:, k:], left[:, k:])))
        for part in (left, root):
            part[:, [k, best]] = part[:, [best, k]]
        order[[k, best]] = order[[best, k]]
        length = float(np.linalg.norm(left[:, k]))
        if not length > 0:
            break
        unit = left[:, k] / length
        root[k, k], root[k, k + 1 :] = length, unit @ left[:, k + 1 :]
        left[:, k + 1 :] -= np.outer(unit, root[k, k + 1 :])
    return pair(root), order


def _precise(rows: Pair) -> tuple[Pair, NDArray[np.intp]]:
    """Factor by modified Gram-Schmidt with column pivoting: R is as accurate as Householder's (Björck 1967, BIT 7)."""
    n, size = rows.high.shape
    order, root = np.arange(size), pair(np.zeros((min(n, size), size)))
    left = Pair(rows.high.copy(), rows.low.copy())
    for k in range(min(n, size)):
        best = k + int(np.argmax(np.einsum("ij,ij->j", left.high[:, k:], left.high[:, k:])))
        for part in (*left, *root):
            part[:, [k, best]] = part[:, [best, k]]
        order[[k, best]] = order[[best, k]]
        column = left.at((slice(None), k))
        square = dot(column, column)
        if not square.high > 0:
            break
        length = square_root(square)
        unit = divide(column, length)
        root.high[k, k], root.low[k, k] = length
        rest = left.at((slice(None), slice(k + 1, None)))
        unit = Pair(unit.high[:, None], unit.low[:, None])
        along = dot(Pair(np.broadcast_to(unit.high, rest.high.shape), np.broadcast_to(unit.low, rest.low.shape)), rest)
        root.high[k, k + 1 :], root.low[k, k + 1 :] = along
        rest = add(rest, multiply(unit, along.negative))
        left.high[:, k + 1 :], left.low[:, k + 1 :] = rest
    return root, order


def _placed(root: Pair, order: NDArray[np.intp], scale: Vector) -> Pair:
    """Return R with its columns in the order and the units of the rows."""
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    unit = np.where(scale > 0, scale, 1.0)
    return Pair(root.high[:, back] / unit, root.low[:, back] / unit)


def _times(a: Pair, power: Vector) -> Pair:
    """Multiply by powers of two, exactly."""
    return Pair(a.high * power, a.low * power)
