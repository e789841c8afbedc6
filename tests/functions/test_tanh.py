"""tanh and its derivative: errors, ends, tails."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 1500


def tanh(z):
    return mpmath.tanh(z)


def tanh_derivative(z):
    e = mpmath.exp(-2 * abs(z))
    return 4 * e / (1 + e) ** 2


STRATA = {
    "middle": RNG.uniform(-0.1, 0.1, N),
    "wide": RNG.uniform(-20, 20, N),
    "tails": RNG.uniform(-380, 380, N),
    "exponents": np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-1074, 10, N)),
    "worst": np.array([float.fromhex(h) for h in ("0x1.73ada4e51dabcp-7", "-0x1.c28c7c9667b77p+1")]),
}


@pytest.mark.parametrize("stratum", STRATA)
@pytest.mark.parametrize("exact", [tanh, tanh_derivative])
def test_within_half_a_unit(errors, exact, stratum):
    z = STRATA[stratum]
    assert errors(getattr(vh, exact.__name__)(z), exact, z).max() <= 0.508


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("exact", [tanh, tanh_derivative])
def test_narrow_is_correctly_rounded(errors, exact, dtype):
    exponents = np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-149, 6, N))
    z = np.concatenate([RNG.uniform(-10, 10, N), RNG.uniform(-55, 55, N), exponents]).astype(dtype)
    got = getattr(vh, exact.__name__)(z)
    assert got.dtype == dtype
    assert errors(got, exact, z).max() <= 0.5


def test_ends():
    z = np.array([-np.inf, -1e308, -0.0, 0.0, 5e-324, 1e308, np.inf, np.nan])
    for dtype in (np.float16, np.float32, np.float64):
        with np.errstate(over="ignore"):
            x = z.astype(dtype)
        got = vh.tanh(x)
        np.testing.assert_array_equal(got, [-1, -1, 0, 0, x[4], 1, 1, np.nan])
        np.testing.assert_array_equal(
            np.signbit(got), [True, True, True, False, False, False, False, np.signbit(got[7])]
        )
        np.testing.assert_array_equal(vh.tanh_derivative(x), [0, 0, 1, 1, 1, 0, 0, np.nan])


def test_odd_even_and_bounded():
    z = RNG.normal(0, 8, 10_000)
    np.testing.assert_array_equal(vh.tanh(-z), -vh.tanh(z))
    np.testing.assert_array_equal(vh.tanh_derivative(-z), vh.tanh_derivative(z))
    assert (np.abs(vh.tanh(z)) <= 1).all()
    assert vh.tanh(19.0) < 1
    assert vh.tanh(19.07) == 1
    np.testing.assert_array_equal(vh.tanh_derivative(z), 4 * vh.sigmoid_derivative(2 * z))


def test_no_warnings():
    with np.errstate(all="raise"):
        vh.tanh(np.array([-np.inf, 5e-324, 1e308, np.nan]))
        vh.tanh_derivative(np.array([-np.inf, 5e-324, 360.0, 1e308, np.nan]))
