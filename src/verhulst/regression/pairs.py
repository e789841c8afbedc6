"""Numbers held as unevaluated sums of two doubles, about 32 digits, in NumPy: where double precision is in doubt.

Sums are Knuth's, products Dekker's (1971, "A floating-point technique for extending the available precision",
Numerische Mathematik 18): errors of a few 2^−104 of the result, while nothing comes near overflow.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from verhulst.regression.statistics import Vector

EPS = 2.0**-102  # bound on the relative error of one operation below
SPLITTER = 2.0**27 + 1
TOGETHER = 1 << 18  # products that are held at once


class Pair(NamedTuple):
    """high + low, with |low| at most half a unit in the last place of high; arrays of any one shape."""

    high: Vector
    low: Vector

    def at(self, index: Any) -> Pair:
        """The entries at an index that NumPy understands."""
        return Pair(self.high[index], self.low[index])

    @property
    def negative(self) -> Pair:
        """−(high + low)."""
        return Pair(-self.high, -self.low)


def pair(values: Vector) -> Pair:
    """Doubles as pairs."""
    return Pair(values, np.zeros_like(values))


def exact_sum(a: Vector, b: Vector) -> Pair:
    """a + b, exactly."""
    total = a + b
    rest = total - a
    return Pair(total, (a - (total - rest)) + (b - rest))


def exact_product(a: Vector, b: Vector) -> Pair:
    """a·b, exactly."""
    product = a * b
    a_high, b_high = SPLITTER * a, SPLITTER * b
    a_high, b_high = a_high - (a_high - a), b_high - (b_high - b)
    a_low, b_low = a - a_high, b - b_high
    return Pair(product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low)


def _renewed(high: Vector, low: Vector) -> Pair:
    total = high + low
    return Pair(total, low - (total - high))


def add(a: Pair, b: Pair) -> Pair:
    """a + b."""
    high, low = exact_sum(a.high, b.high), exact_sum(a.low, b.low)
    first = _renewed(high.high, high.low + low.high)
    return _renewed(first.high, first.low + low.low)


def multiply(a: Pair, b: Pair) -> Pair:
    """a·b."""
    product = exact_product(a.high, b.high)
    return _renewed(product.high, product.low + (a.high * b.low + a.low * b.high))


def divide(a: Pair, b: Pair) -> Pair:
    """a/b."""
    first = a.high / b.high
    rest = add(a, multiply(pair(-first), b))
    second = rest.high / b.high
    rest = add(rest, multiply(pair(-second), b))
    return add(_renewed(first, second), pair(rest.high / b.high))


def square_root(a: Pair) -> Pair:
    """√a for a > 0, by one step of Newton's method from the double's."""
    root = np.sqrt(a.high)
    rest = add(a, exact_product(-root, root))
    return _renewed(root, rest.high / (2 * root))


def total(a: Pair) -> Pair:
    """The sum along the first axis, by halves."""
    while len(a.high) > 1:
        half = len(a.high) // 2
        both = add(a.at(slice(0, half)), a.at(slice(half, 2 * half)))
        if len(a.high) % 2:
            both = Pair(*(np.concatenate(parts) for parts in zip(both, a.at(slice(2 * half, None)), strict=True)))
        a = both
    return a.at(0) if len(a.high) else pair(np.zeros(a.high.shape[1:]))


def dot(a: Pair, b: Pair) -> Pair:
    """Σₖ aₖ·bₖ along the first axis."""
    return total(multiply(a, b))


def product(a: Pair, b: Pair) -> Pair:
    """The matrix product (n, m) of a (n, k) and b (k, m)."""
    n, m = len(a.high), b.high.shape[1]
    result = Pair(np.empty((n, m)), np.empty((n, m)))
    step = max(1, TOGETHER // max(b.high.size, 1))
    for start in range(0, n, step):
        some = slice(start, start + step)
        left = Pair(a.high[some].T[:, :, None], a.low[some].T[:, :, None])
        right = Pair(b.high[:, None, :], b.low[:, None, :])
        result.high[some], result.low[some] = total(multiply(left, right))
    return result
