"""silu and its derivative: errors, ends, tails, the root, ties."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 1500
ROOT = -1.2784645427610738  # of the derivative: 1 + z + e^z = 0


def silu(z):
    return z / (1 + mpmath.exp(-z))


def silu_derivative(z):
    e = mpmath.exp(-abs(z))
    return (1 + e * (1 + z) if z >= 0 else e * (1 + z + e)) / (1 + e) ** 2


STRATA = {
    "middle": RNG.uniform(-1, 1, N),
    "wide": RNG.uniform(-40, 40, N),
    "tails": RNG.uniform(-700, 700, N),
    "subnormal": RNG.uniform(-760, -690, N),
    "exponents": np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-1074, 10, N)),
}


@pytest.mark.parametrize("stratum", STRATA)
def test_within_half_a_unit(errors, stratum):
    z = STRATA[stratum]
    assert errors(vh.silu(z), silu, z).max() <= 0.502
    away = z[np.abs(z - ROOT) > 0.02]
    assert errors(vh.silu_derivative(away), silu_derivative, away).max() <= 0.508


def test_derivative_near_its_root(errors):
    z = ROOT + np.concatenate([RNG.uniform(-0.02, 0.02, N), np.spacing(ROOT) * np.arange(-50, 50)])
    in_units_of_2_to_minus_60 = errors(vh.silu_derivative(z), silu_derivative, z, scale=lambda z: mpmath.ldexp(1, -8))
    assert in_units_of_2_to_minus_60.max() <= 1  # the last place of 2^-8 is 2^-60
    near = ROOT + np.spacing(ROOT) * np.arange(-50, 50)
    assert errors(vh.silu_derivative(near), silu_derivative, near, scale=lambda z: mpmath.ldexp(1, -14)).max() <= 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("exact", [silu, silu_derivative])
def test_narrow_is_correctly_rounded(errors, exact, dtype):
    exponents = np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-149, 7, N))
    z = np.concatenate([RNG.uniform(-12, 12, N), RNG.uniform(-120, 120, N), exponents, [ROOT]]).astype(dtype)
    got = getattr(vh, exact.__name__)(z)
    assert got.dtype == dtype
    assert errors(got, exact, z).max() <= 0.5


def test_subnormal_inputs_are_ties_broken_upwards():
    least = np.float32(1e-45)
    odd = least * np.arange(1, 200, 2, dtype=np.float32)
    np.testing.assert_array_equal(vh.silu(odd), (odd + least) / 2)
    np.testing.assert_array_equal(vh.silu(-odd), -(odd - least) / 2)
    assert np.signbit(vh.silu(-least))


def test_ends():
    z = np.array([-np.inf, -1e308, -0.0, 0.0, 1e308, np.inf, np.nan])
    got = vh.silu(z)
    np.testing.assert_array_equal(got, [0, 0, 0, 0, 1e308, np.inf, np.nan])
    np.testing.assert_array_equal(np.signbit(got[:6]), [True, True, True, False, False, False])
    slope = vh.silu_derivative(z)
    np.testing.assert_array_equal(slope, [0, 0, 0.5, 0.5, 1, 1, np.nan])
    assert np.signbit(slope[:2]).all()  # from below
    for dtype in (np.float16, np.float32):
        x = np.array([-np.inf, -0.0, np.inf, np.nan], dtype)
        np.testing.assert_array_equal(vh.silu(x), [0, 0, np.inf, np.nan])
        np.testing.assert_array_equal(np.signbit(vh.silu(x)[:2]), [True, True])
        np.testing.assert_array_equal(vh.silu_derivative(x), [0, 0.5, 1, np.nan])


def test_no_warnings():
    with np.errstate(all="raise"):
        vh.silu(np.array([-np.inf, -740.0, 5e-324, 1e308, np.nan]))
        vh.silu_derivative(np.array([-np.inf, -740.0, 5e-324, 1e308, np.nan]))
