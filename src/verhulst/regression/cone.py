"""The cone of separating directions in exact arithmetic, for data of moderate size.

Floating-point numbers are rational, so whether a direction separates has an exact answer, however unlike the columns'
scales and however far away their values. After multiplication by powers of two the rows are integers, and one question
answers everything: given c, is there a d with A d ≥ 0 and c·d > 0? It is settled as in the proof of the fundamental
theorem of linear inequalities (Schrijver 1986, "Theory of Linear and Integer Programming", theorem 7.1), which is the
simplex method: −c is written in terms of q independent rows; where a coefficient is negative, the direction that only
that row sees is tried on all rows; a row that it violates takes the place of that one. Either every coefficient becomes
≥ 0, and there is no such d, or no row is violated, and there is one.

Basis and inverse are integers over one common determinant (Edmonds' and Bareiss' division is exact). Margins are looked
at in floating point first, with a bound on their rounding; only rows within it are multiplied out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from verhulst.regression.statistics import EPS, Matrix, Vector

Integers = NDArray[Any]
"""Python's integers in an array of objects."""

MOST_PIVOTS = 2000  # for one question
PATIENCE = 300  # pivots by the steepest choice before those that cannot go in circles (Bland's)
SMALL, DUST = 1e-140, 1e-130  # products of numbers above SMALL do not underflow


class UndecidedError(Exception):
    """The rows do not span the space, or the search took too long."""


def power_of_two_exponents(rows: Matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Odd integers m and exponents e with rows = m·2^e; both 0 where an entry is 0."""
    mantissa, exponent = np.frexp(rows)
    whole = np.ldexp(mantissa, 53).astype(np.int64)
    zeros = np.frexp((whole & -whole).astype(float))[1] - 1
    zeros[whole == 0] = 0
    return whole >> zeros, np.where(whole == 0, 0, exponent.astype(np.int64) - 53 + zeros)


class Cone:
    """{d : A d ≥ 0} for rows of floating-point numbers that span the space.

    Parameters
    ----------
    rows : (m, q) none of them all 0

    Attributes
    ----------
    unit : (q,) exponents: the direction d of the integers stands for dⱼ·2^(−unitⱼ) of the rows as given
    """

    def __init__(self, rows: Matrix) -> None:
        odd, exponent = power_of_two_exponents(rows)
        there = odd != 0
        far = np.iinfo(np.int64).max
        self.unit = np.where(there.any(axis=0), np.where(there, exponent, far).min(axis=0, initial=far), 0)
        shift = np.where(there, exponent - self.unit, 0)
        whole = odd.astype(object) << shift.astype(object)
        self._rows: Integers = whole // np.abs(np.gcd.reduce(whole, axis=1))[:, None]
        self._bits = max(int(abs(x)).bit_length() for x in self._rows.ravel())
        self._small = self._rows.astype(np.int64) if self._bits < 62 else None
        # The same in floating point, the largest entry of every column and row about 1.
        top = np.frexp(rows)[1].astype(np.int64)
        self._column = np.where(there, top, -far).max(axis=0)
        self._column[~there.any(axis=0)] = 0
        height = np.where(there, top - self._column, -far).max(axis=1)
        self._floats: Matrix = np.ldexp(rows, -np.clip(self._column + height[:, None], -5000, 5000).astype(np.int32))
        self._sizes = np.abs(self._floats)
        lengths = np.array([[abs(x).bit_length() for x in row] for row in self._rows]) + (self.unit - self._column)
        self._length = np.where(there, lengths, -far).max(axis=1)  # of the rows, in bits, the columns scaled alike
        self._shortest = int(self._length.min())
        self._wide = bool(np.any(self._sizes[there] < SMALL))
        self._start()

    def __len__(self) -> int:
        return len(self._rows)

    def sum_of(self, which: NDArray[np.bool_]) -> Integers:
        """(q,) the sum of some rows, scaled alike."""
        return np.asarray(self._rows[which].sum(axis=0))

    def margins_are_positive(self, d: Integers) -> NDArray[np.bool_]:
        """(m,) A d > 0."""
        return self._signs(d) > 0

    def mixture(self, rays: list[Integers]) -> Integers:
        """A sum of multiples of the rays, such that each gives the rows that it separates margins of like size."""
        heights = []
        for ray in rays:
            margins = [int(m).bit_length() for m in self._rows @ ray if m > 0]
            heights.append(int(np.median(margins)) if margins else 0)
        total = np.zeros(len(self.unit), dtype=object)
        for ray, height in zip(rays, heights, strict=True):
            total = total + ray * (1 << (max(heights) - height))
        return total

    def floating(self, d: Integers) -> Vector:
        """(q,) d for the rows as given, up to a factor; entries are right to the last digit."""
        low = int(self.unit.max())
        whole = [int(x) << int(low - u) for x, u in zip(d, self.unit, strict=True)]
        return _scaled(whole)

    def direction(self, c: Integers) -> Integers | None:
        """Some d with A d ≥ 0 and c·d > 0, or None if there is none.

        Raises
        ------
        UndecidedError
            after `MOST_PIVOTS`
        """
        for pivots in range(MOST_PIVOTS):
            steady = pivots >= PATIENCE
            share = -(c @ self._inverse)
            negative = [h for h in range(len(share)) if share[h] < 0]
            if not negative:
                return None
            h = min(negative, key=lambda k: self._basis[k] if steady else share[k] << self._lengthened(k))
            d = self._inverse[:, h] // abs(np.gcd.reduce(self._inverse[:, h]))
            s = self._violated(d, steady)
            if s is None:
                return np.asarray(d)
            self._exchange(h, s)
        raise UndecidedError

    def _lengthened(self, h: int) -> int:
        """By how many bits the h-th row of the basis is longer than the shortest of all."""
        return int(self._length[self._basis[h]] - self._shortest)

    def _start(self) -> None:
        """Find q independent rows, and the inverse of their matrix times its determinant."""
        q = self._rows.shape[1]
        self._inverse: Integers = np.array([[int(i == j) for j in range(q)] for i in range(q)], dtype=object)
        self._determinant, self._basis = 1, [-1] * q
        likely = list(qr(self._floats.T, mode="r", pivoting=True)[1][:q])
        for s in likely:
            self._enter(int(s))
        if -1 in self._basis:  # rounding: look at all
            for s in range(len(self)):
                self._enter(s)
                if -1 not in self._basis:
                    return
            raise UndecidedError

    def _enter(self, s: int) -> None:
        along = self._rows[s] @ self._inverse
        free = [h for h, row in enumerate(self._basis) if row < 0 and along[h] != 0]
        if free:
            self._exchange(free[0], s)

    def _exchange(self, h: int, s: int) -> None:
        """Row s takes the place of the h-th of the basis."""
        along, kept = self._rows[s] @ self._inverse, self._inverse[:, h].copy()
        self._inverse = (along[h] * self._inverse - kept[:, None] * along) // self._determinant
        self._inverse[:, h] = kept
        self._determinant = along[h]
        self._basis[h] = s
        if self._determinant < 0:
            self._determinant, self._inverse = -self._determinant, -self._inverse

    def _violated(self, d: Integers, first: bool) -> int | None:
        """A row with a margin below 0: the first, or one far below."""
        if not first and self._small is None:
            m, bound = self._estimate(d)
            worst = int(np.argmin(m))
            if m[worst] < -bound[worst]:
                return worst
        signs = self._signs(d)
        wrong = np.flatnonzero(signs < 0)
        if not len(wrong):
            return None
        if first:
            return int(wrong[0])
        return int(wrong[np.argmin(self._estimate(d)[0][wrong])])

    def _signs(self, d: Integers) -> NDArray[np.int8]:
        """(m,) the signs of A d."""
        size = max(int(abs(x)).bit_length() for x in d)
        if self._small is not None and self._bits + size + len(d).bit_length() < 63:
            return np.asarray(np.sign(self._small @ d.astype(np.int64)).astype(np.int8))
        m, bound = self._estimate(d)
        signs = np.sign(m).astype(np.int8)
        doubtful = np.flatnonzero(np.abs(m) <= bound)
        some = np.flatnonzero(d != 0)
        exact = self._rows[np.ix_(doubtful, some)] @ d[some]
        signs[doubtful] = [(x > 0) - (x < 0) for x in exact]
        return signs

    def _estimate(self, d: Integers) -> tuple[Vector, Vector]:
        """(m,) margins in floating point, up to a factor for each row, and bounds on their rounding errors."""
        f = _scaled([int(x) << int(w) for x, w in zip(d, self._column - self.unit, strict=True)])
        size = np.abs(f)
        bound = (len(f) + 6) * EPS * (self._sizes @ size)
        if self._wide or np.any(size[d != 0] < SMALL):
            bound += DUST
        return self._floats @ f, bound


def _scaled(whole: list[int]) -> Vector:
    """Integers of any length as floating-point numbers, divided by a power of two so that the largest is about 1."""
    unit = 1 << max(abs(x).bit_length() for x in whole)
    return np.array([x / unit for x in whole])
