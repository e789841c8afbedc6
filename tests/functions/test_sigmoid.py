"""sigmoid and its two derivatives: errors, ends, tails, ties."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 1500


def sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


def sigmoid_derivative(z):
    e = mpmath.exp(-abs(z))
    return e / (1 + e) ** 2


def sigmoid_second_derivative(z):
    return -sigmoid_derivative(z) * mpmath.tanh(z / 2)


EXACT = [sigmoid, sigmoid_derivative, sigmoid_second_derivative]
STRATA = {
    "middle": RNG.uniform(-1, 1, N),
    "wide": RNG.uniform(-40, 40, N),
    "tails": RNG.uniform(-708, 708, N),
    "subnormal": RNG.uniform(690, 750, N) * RNG.choice([-1, 1], N),
    "exponents": np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-1074, 10, N)),
    # Hardest found by a search of 10^7 points: just over half a unit.
    "worst": np.array(
        [float.fromhex(h) for h in ("-0x1.d00fe1ae9b2a2p+4", "0x1.04cd47c270067p+5", "-0x1.8cfcafc040896p-6")]
    ),
}


@pytest.mark.parametrize("stratum", STRATA)
@pytest.mark.parametrize("exact", EXACT)
def test_within_half_a_unit(errors, exact, stratum):
    z = STRATA[stratum]
    assert errors(getattr(vh, exact.__name__)(z), exact, z).max() <= 0.505


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("exact", EXACT)
def test_narrow_is_correctly_rounded(errors, exact, dtype):
    exponents = np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-149, 7, N))
    z = np.concatenate([RNG.uniform(-12, 12, N), RNG.uniform(-104, 104, N), exponents]).astype(dtype)
    got = getattr(vh, exact.__name__)(z)
    assert got.dtype == dtype
    assert errors(got, exact, z).max() <= 0.5


def test_ties_are_broken_by_the_next_term():
    # sigmoid(z) = 1/2 + z/4 - z^3/48: z/4 of half a unit is a tie for an even neighbour, the cube pulls towards 1/2.
    unit = np.float32(2.0**-24)
    assert vh.sigmoid(unit * 2) == np.float32(0.5)
    assert vh.sigmoid(unit * 6) == np.float32(0.5) + unit
    below = np.float32(2.0**-25)
    assert vh.sigmoid(-unit) == np.float32(0.5)
    assert vh.sigmoid(-3 * unit) == np.float32(0.5) - below
    # sigmoid''(z) = -z/8 + z^3/24, where -z/8 is half way between two subnormal numbers.
    least = np.float32(1e-45)
    assert vh.sigmoid_second_derivative(least * 4) == 0
    assert vh.sigmoid_second_derivative(least * 12) == -least
    assert vh.sigmoid_second_derivative(least * 13) == -2 * least


def test_ends():
    z = np.array([-np.inf, -1e308, -0.0, 0.0, 1e308, np.inf, np.nan])
    np.testing.assert_array_equal(vh.sigmoid(z), [0, 0, 0.5, 0.5, 1, 1, np.nan])
    np.testing.assert_array_equal(vh.sigmoid_derivative(z), [0, 0, 0.25, 0.25, 0, 0, np.nan])
    second = vh.sigmoid_second_derivative(z)
    np.testing.assert_array_equal(second, [0, 0, 0, 0, 0, 0, np.nan])
    np.testing.assert_array_equal(np.signbit(second[:6]), [False, False, False, True, True, True])
    assert not np.signbit(vh.sigmoid(z)[:6]).any()
    for dtype in (np.float16, np.float32):
        np.testing.assert_array_equal(vh.sigmoid(z[[0, 3, 5, 6]].astype(dtype)), [0, 0.5, 1, np.nan])


def test_keeps_the_smallest_results():
    assert vh.sigmoid(-745.13) == 5e-324
    assert vh.sigmoid(-745.14) == 0
    assert vh.sigmoid(np.float32(-103.9)) == np.float32(1e-45)
    assert vh.sigmoid_derivative(40.0) == vh.sigmoid_derivative(-40.0) > 4e-18


def test_monotone_near_the_middle_and_one():
    z = np.concatenate([np.linspace(-1e-15, 1e-15, 2001), np.linspace(36, 38, 2001)])
    assert (np.diff(vh.sigmoid(z)) >= 0).all()
    # 1 - sigmoid(z) is half of the last place below 1, 2^-54, at 54 log 2; in float32 at 25 log 2.
    assert vh.sigmoid(54 * np.log(2) + 1e-12) == 1
    assert vh.sigmoid(54 * np.log(2) - 1e-12) < 1
    assert vh.sigmoid(np.float32(17.3287)) == 1
    assert vh.sigmoid(np.float32(17.3286)) < 1


def test_types_and_shapes():
    assert vh.sigmoid(np.zeros(3, np.int64)).dtype == np.float64
    assert vh.sigmoid(np.zeros(3, np.int8)).dtype == np.float16
    assert vh.sigmoid(True).dtype == np.float16
    assert vh.sigmoid(np.zeros((0, 4))).shape == (0, 4)
    assert isinstance(vh.sigmoid(0.0), np.float64)
    assert vh.sigmoid(np.broadcast_to(2.0, (3, 5))).shape == (3, 5)
    out = np.full(4, 9.0)
    vh.sigmoid(np.zeros(4), out=out, where=[True, False, True, False])
    np.testing.assert_array_equal(out, [0.5, 9, 0.5, 9])
    with pytest.raises(TypeError, match="sigmoid"):
        vh.sigmoid(np.array([1j]))
    with pytest.raises(TypeError, match="sigmoid"):
        vh.sigmoid(np.array(["a"]))


def test_no_warnings():
    with np.errstate(all="raise"):
        for exact in EXACT:
            getattr(vh, exact.__name__)(np.array([-np.inf, -1000.0, -720.0, 1e-320, 1000.0, np.nan]))


def test_bfloat16(errors):
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="NOT RUN: ml_dtypes is not installed")
    z = RNG.uniform(-90, 90, N).astype(ml_dtypes.bfloat16)
    for exact in EXACT:
        got = getattr(vh, exact.__name__)(z)
        assert got.dtype == ml_dtypes.bfloat16
        assert errors(got, exact, z.astype(float)).max() <= 0.5
