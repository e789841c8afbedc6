"""log_sigmoid, log_one_minus_sigmoid and log1m_exp: errors, ends, tails."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 1500


def exact_log_sigmoid(z):
    tail = mpmath.log1p(mpmath.exp(-abs(z)))
    return -tail if z > 0 else z - tail


def exact_log1m_exp(x):
    return mpmath.log(-mpmath.expm1(x)) if x > -1 else mpmath.log1p(-mpmath.exp(x))


LOGITS = [
    RNG.uniform(-1, 1, N),
    RNG.uniform(2, 6, N),
    RNG.uniform(-40, 40, N),
    RNG.uniform(600, 746, N),
    np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-1074, 10, N)),
]


@pytest.mark.parametrize("z", LOGITS, ids=["middle", "right", "wide", "subnormal", "exponents"])
def test_within_half_a_unit(errors, z):
    assert errors(vh.log_sigmoid(z), exact_log_sigmoid, z).max() <= 0.51
    np.testing.assert_array_equal(vh.log_one_minus_sigmoid(-z), vh.log_sigmoid(z))


def test_ends():
    z = np.array([-np.inf, -1e308, 1e308, np.inf, np.nan])
    got = vh.log_sigmoid(z)
    np.testing.assert_array_equal(got, [-np.inf, -1e308, 0.0, 0.0, np.nan])
    assert np.signbit(got[2:4]).all()  # from below
    assert np.signbit(vh.log_one_minus_sigmoid(-np.inf))
    for dtype in (np.float16, np.float32):
        assert np.signbit(vh.log_sigmoid(dtype(np.inf)))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_is_correctly_rounded(errors, dtype):
    z = np.concatenate([RNG.uniform(-12, 12, N), RNG.uniform(0, 104, N)]).astype(dtype)
    assert vh.log_sigmoid(z).dtype == dtype
    assert errors(vh.log_sigmoid(z), exact_log_sigmoid, z).max() <= 0.5
    np.testing.assert_array_equal(vh.log_one_minus_sigmoid(-z), vh.log_sigmoid(z))


@pytest.mark.parametrize(
    "x",
    [
        RNG.uniform(-1, 0, N),
        RNG.uniform(-1.3, -1.1, N),
        RNG.uniform(-40, -1, N),
        RNG.uniform(-746, -600, N),
        -np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(-1073, 3, N)),
        np.array([-np.log(2.0), -1.2, np.nextafter(-1.2, 0), -5e-324, -700.0, -4.9301389920860395]),
    ],
    ids=["near", "seam", "far", "subnormal", "exponents", "hard"],
)
def test_log1m_exp_within_half_a_unit(errors, x):
    assert errors(vh.log1m_exp(x), exact_log1m_exp, x).max() <= 0.51


def test_log1m_exp_ends():
    got = vh.log1m_exp([-np.inf, -0.0, 0.0, 5e-324, 1.0, np.inf, np.nan])
    np.testing.assert_array_equal(got, [0.0, -np.inf, -np.inf, np.nan, np.nan, np.nan, np.nan])
    assert np.signbit(got[0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_log1m_exp_is_correctly_rounded(errors, dtype):
    x = np.concatenate([RNG.uniform(-12, 0, N), RNG.uniform(-104, 0, N), RNG.uniform(-1e-3, 0, N)]).astype(dtype)
    x = x[x < 0]
    assert errors(vh.log1m_exp(x), exact_log1m_exp, x).max() <= 0.5


def test_log1m_exp_turns_one_logarithm_into_the_other():
    z = RNG.uniform(-30, 30, N)
    np.testing.assert_allclose(vh.log1m_exp(vh.log_sigmoid(z)), vh.log_one_minus_sigmoid(z), rtol=1e-12)
