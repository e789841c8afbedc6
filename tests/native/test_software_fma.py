"""The software fma against exact arithmetic on fractions; a libm's fma may be the processor's own."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from verhulst import _core

RNG = np.random.default_rng(20261124)
N = 4000
Triple = tuple[np.ndarray, np.ndarray, np.ndarray]


def software_fma(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    return np.frombuffer(_core._software_fma(a.tobytes(), b.tobytes(), c.tobytes()))


def exact(a: float, b: float, c: float) -> float:
    """a*b + c rounded once to nearest even: division of integers is, in Python, for subnormals too."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return float(np.float64(a) * np.float64(b) + np.float64(c))
    if not math.isfinite(c):
        return c
    value = Fraction(a) * Fraction(b) + Fraction(c)
    if value == 0:
        product_sign = math.copysign(1, a) * math.copysign(1, b)
        both_negative = product_sign < 0 and math.copysign(1, c) < 0
        zero_sum = (a == 0 or b == 0) and c == 0
        return -0.0 if zero_sum and both_negative else 0.0
    try:
        rounded = value.numerator / value.denominator
    except OverflowError:
        rounded = math.inf
    return math.copysign(rounded, 1 if value > 0 else -1)


def check(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    a, b, c = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (a, b, c)))
    with np.errstate(all="ignore"):
        expected = np.array([exact(*t) for t in zip(a.tolist(), b.tolist(), c.tolist(), strict=True)])
    got = software_fma(a, b, c)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(got[numbers].view(np.int64), expected[numbers].view(np.int64))


def any_bits(n: int) -> np.ndarray:
    return RNG.integers(0, 2**64, n, dtype=np.uint64).view(np.float64)


def scaled(n: int, least: int, most: int) -> np.ndarray:
    return np.ldexp(RNG.uniform(1, 2, n) * RNG.choice([-1, 1], n), RNG.integers(least, most, n))


def test_ends_and_borders_of_the_quick_way() -> None:
    values = [
        0.0,
        5e-324,
        2.0**-1022,
        2.0**-540,
        2.0**-480,
        2.0**-960,
        1.0,
        3.0,
        2.0**512,
        2.0**990,
        math.inf,
        math.nan,
    ]
    values += [float(np.finfo(float).max)]
    both = np.array([*values, *(-x for x in values)])
    check(*(x.ravel() for x in np.meshgrid(both, both, both)))


def test_any_bits() -> None:
    check(any_bits(N), any_bits(N), any_bits(N))


@pytest.mark.parametrize("distance", [0, 1, 52, 53, 54, 105, 106, 107, 200])
def test_addends_far_and_near(distance: int) -> None:
    a, b = scaled(N, -100, 100), scaled(N, -100, 100)
    product = a * b
    check(a, b, np.ldexp(scaled(N, 0, 1), np.frexp(product)[1] + distance))
    check(a, b, np.ldexp(scaled(N, 0, 1), np.frexp(product)[1] - distance))


def test_cancellation() -> None:
    a, b = scaled(N, -400, 400), scaled(N, -400, 400)
    c = -(a * b)
    check(a, b, c)
    check(a, b, np.nextafter(c, np.inf))
    check(a, b, np.nextafter(c, 0.0))


def test_ties() -> None:
    """Products of short numbers, addends whose last place is near twice their size."""
    a = np.ldexp(RNG.integers(1, 64, N), RNG.integers(-500, 100, N))
    b = np.ldexp(RNG.integers(1, 64, N), RNG.integers(-550, 100, N))
    top = np.frexp(a * b)[1]
    c = np.ldexp(1 + RNG.integers(0, 4, N) * 2.0**-52, top + RNG.integers(50, 55, N)) * RNG.choice([-1, 1], N)
    check(a, b, c)


def test_subnormal_results() -> None:
    a, b = scaled(N, -560, -460), scaled(N, -560, -500)
    check(a, b, RNG.integers(0, 2**20, N).astype(np.uint64).view(np.float64))
    check(a, b, np.zeros(N))
    check(a, b, np.full(N, -0.0))


def test_overflow_and_the_way_back() -> None:
    a, b = scaled(N, 500, 530), scaled(N, 490, 530)
    check(a, b, scaled(N, 1000, 1024))
    with np.errstate(over="ignore"):
        check(a, b, np.clip(-(a * b), -np.finfo(float).max, np.finfo(float).max))
