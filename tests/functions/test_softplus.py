"""softplus and its inverse: errors, ends, tails."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 1500
LOG2 = float(np.log(2.0))


def exact_softplus(z):
    tail = mpmath.log1p(mpmath.exp(-abs(z)))
    return z + tail if z > 0 else tail


def exact_inverse(y):
    return y + mpmath.log(-mpmath.expm1(-y))


@pytest.mark.parametrize(
    "z",
    [
        RNG.uniform(-1, 1, N),
        RNG.uniform(-6, -2, N),
        RNG.uniform(-40, 40, N),
        RNG.uniform(-746, -600, N),
        np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-1074, 10, N)),
        np.array([-3.623059502445626, -3.4562199065506598, -4.9558550571687494, -708.0303508395680, -700.0, 700.0]),
    ],
    ids=["middle", "left", "wide", "subnormal", "exponents", "hard"],
)
def test_softplus_within_half_a_unit(errors, z):
    assert errors(vh.softplus(z), exact_softplus, z).max() <= 0.51


def test_a_tail_is_rounded_once():
    # e^-745 is 0.999... of the smallest subnormal number; half of it rounds to 0.
    np.testing.assert_array_equal(vh.softplus([-744.0, -745.0, -745.2]), [1e-323, 5e-324, 0.0])


def test_no_threshold():
    z = 20.1  # where others return z itself
    assert vh.softplus(z) - z == pytest.approx(1.865006e-9, rel=1e-5)
    assert vh.softplus(np.float32(15.942385)) == np.float32(15.942385118)


def test_softplus_ends():
    z = np.array([-np.inf, -1e308, -0.0, 0.0, 1e308, np.inf, np.nan])
    got = vh.softplus(z)
    np.testing.assert_array_equal(got, [0.0, 0.0, LOG2, LOG2, 1e308, np.inf, np.nan])
    assert not np.signbit(got[:2]).any()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_softplus_is_correctly_rounded(errors, dtype):
    z = np.concatenate([RNG.uniform(-12, 12, N), RNG.uniform(-104, 0, N), np.ldexp(RNG.uniform(-1, 1, N), -10)])
    z = z.astype(dtype)
    assert vh.softplus(z).dtype == dtype
    assert errors(vh.softplus(z), exact_softplus, z).max() <= 0.5


def test_the_hardest_float32_input():
    # softplus lies 2^-57 from the middle of two float32 numbers (research of the float32 hard cases).
    z = np.float32(float.fromhex("0x1.d483a0p-12"))
    with mpmath.workprec(200):
        exact = exact_softplus(mpmath.mpf(float(z)))
        low, high = np.float32(exact), np.nextafter(np.float32(exact), np.float32(9))
        nearest = min((low, high, np.nextafter(low, np.float32(0))), key=lambda v: abs(mpmath.mpf(float(v)) - exact))
    assert vh.softplus(z) == nearest


@pytest.mark.parametrize(
    "y",
    [
        RNG.uniform(0, 2, N),
        LOG2 + np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-52, -2, N)),
        RNG.uniform(1.1, 1.3, N),
        np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(-1073, 0, N)),
        np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(0, 1024, N)),
        np.array([LOG2, np.nextafter(LOG2, 0), np.nextafter(LOG2, 1), 0.5625, 0.8125, 1.2, 5e-324, 0.70004146]),
    ],
    ids=["middle", "root", "seam", "small", "large", "hard"],
)
def test_softplus_inverse_within_half_a_unit(errors, y):
    assert errors(vh.softplus_inverse(y), exact_inverse, y).max() <= 0.51


def test_softplus_inverse_ends():
    got = vh.softplus_inverse([-np.inf, -1.0, -5e-324, -0.0, 0.0, np.inf, np.nan])
    np.testing.assert_array_equal(got, [np.nan, np.nan, np.nan, -np.inf, -np.inf, np.inf, np.nan])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_softplus_inverse_is_correctly_rounded(errors, dtype):
    info = np.finfo(dtype)
    small = np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(info.minexp - info.nmant + 1, 4, N))
    y = np.concatenate([RNG.uniform(0, 3, N), RNG.uniform(0.69, 0.70, N), small]).astype(dtype)
    y = y[y > 0]
    assert errors(vh.softplus_inverse(y), exact_inverse, y).max() <= 0.5


def test_the_inverse_inverts():
    z = RNG.uniform(-30, 30, N)
    np.testing.assert_allclose(vh.softplus_inverse(vh.softplus(z)), z, rtol=1e-14, atol=1e-15)
