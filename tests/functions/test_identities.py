"""What single functions keep besides their accuracy: ties, symmetries, inverses, types, shapes, containers."""

from __future__ import annotations

import ml_dtypes
import mpmath
import numpy as np
import pytest
from tests.references.exact import exact

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 1500
INF = np.inf


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


def test_sigmoid_keeps_the_smallest_results():
    assert vh.sigmoid(-745.13) == 5e-324
    assert vh.sigmoid(-745.14) == 0
    assert vh.sigmoid(np.float32(-103.9)) == np.float32(1e-45)
    assert vh.sigmoid_derivative(40.0) == vh.sigmoid_derivative(-40.0) > 4e-18


def test_sigmoid_is_monotone_near_the_middle_and_one():
    z = np.concatenate([np.linspace(-1e-15, 1e-15, 2001), np.linspace(36, 38, 2001)])
    assert (np.diff(vh.sigmoid(z)) >= 0).all()
    # 1 - sigmoid(z) is half of the last place below 1, 2^-54, at 54 log 2; in float32 at 25 log 2.
    assert vh.sigmoid(54 * np.log(2) + 1e-12) == 1
    assert vh.sigmoid(54 * np.log(2) - 1e-12) < 1
    assert vh.sigmoid(np.float32(17.3287)) == 1
    assert vh.sigmoid(np.float32(17.3286)) < 1


def test_sigmoid_types_and_shapes():
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


def test_logit_is_odd_about_a_half():
    d = np.ldexp(RNG.integers(1, 2**20, N).astype(float), -21)
    np.testing.assert_array_equal(vh.logit(0.5 + d), -vh.logit(0.5 - d))


def test_logit_at_a_half_and_next_to_one():
    np.testing.assert_array_equal(vh.logit([0.5, np.nextafter(1.0, 2)]), [0.0, np.nan])
    assert not np.signbit(vh.logit(0.5))


@pytest.mark.parametrize(("name", "z"), [("logit", "0x1.13986cp-22"), ("softplus", "0x1.d483a0p-12")])
def test_the_hardest_float32_inputs(errors, name, z):
    z = np.array([float.fromhex(z)], np.float32)  # results 2^-57 from the middle of two float32 numbers
    assert errors(getattr(vh, name)(z), exact(name), z).max() <= 0.5


def test_logit_inverts_the_sigmoid():
    p = RNG.uniform(0.001, 0.999, N)
    np.testing.assert_allclose(vh.sigmoid(vh.logit(p)), p, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_logarithms_of_both_outcomes_are_mirrored(dtype):
    z = np.concatenate([RNG.uniform(-746, 746, N), np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-1074, 10, N))])
    z = z.astype(dtype)
    np.testing.assert_array_equal(vh.log_one_minus_sigmoid(-z), vh.log_sigmoid(z))


def test_log1m_exp_turns_one_logarithm_into_the_other():
    z = RNG.uniform(-30, 30, N)
    np.testing.assert_allclose(vh.log1m_exp(vh.log_sigmoid(z)), vh.log_one_minus_sigmoid(z), rtol=1e-12)


def test_the_tail_of_softplus_is_rounded_once():
    # e^-745 is 0.999... of the smallest subnormal number; half of it rounds to 0.
    np.testing.assert_array_equal(vh.softplus([-744.0, -745.0, -745.2]), [1e-323, 5e-324, 0.0])


def test_softplus_has_no_threshold():
    z = 20.1  # where others return z itself
    assert vh.softplus(z) - z == pytest.approx(1.865006e-9, rel=1e-5)
    assert vh.softplus(np.float32(15.942385)) == np.float32(15.942385118)


def test_softplus_inverse_inverts():
    z = RNG.uniform(-30, 30, N)
    np.testing.assert_allclose(vh.softplus_inverse(vh.softplus(z)), z, rtol=1e-14, atol=1e-15)


def test_tanh_is_odd_and_bounded():
    z = RNG.normal(0, 8, 10_000)
    np.testing.assert_array_equal(vh.tanh(-z), -vh.tanh(z))
    np.testing.assert_array_equal(vh.tanh_derivative(-z), vh.tanh_derivative(z))
    assert (np.abs(vh.tanh(z)) <= 1).all()
    assert vh.tanh(19.0) < 1
    assert vh.tanh(19.07) == 1
    np.testing.assert_array_equal(vh.tanh_derivative(z), 4 * vh.sigmoid_derivative(2 * z))


def test_silu_of_odd_subnormals_are_ties_broken_upwards():
    least = np.float32(1e-45)
    odd = least * np.arange(1, 200, 2, dtype=np.float32)
    np.testing.assert_array_equal(vh.silu(odd), (odd + least) / 2)
    np.testing.assert_array_equal(vh.silu(-odd), -(odd - least) / 2)
    assert np.signbit(vh.silu(-least))


def test_gelu_of_odd_subnormals_breaks_the_tie_upwards():
    z = np.arange(1, 2000, 2, dtype=np.uint32).view(np.float32)
    up = (np.arange(1, 2000, 2, dtype=np.uint32) // 2 + 1).view(np.float32)
    np.testing.assert_array_equal(vh.gelu(z), up)
    np.testing.assert_array_equal(vh.gelu(-z), -(up - np.float32(1e-45)))


def test_kinks_and_clamps():
    np.testing.assert_array_equal(vh.hard_sigmoid([-3.0, np.nextafter(-3, 0), 3.0]), [0, 2.0**-52 * 2 / 6, 1])
    np.testing.assert_array_equal(vh.hard_sigmoid_derivative([-3.0, 3.0]), [0, 0])
    np.testing.assert_array_equal(vh.relu([-5e-324, 5e-324]), [0, 5e-324])
    assert vh.elu(-2.0, INF) == -INF


@pytest.mark.parametrize("alpha", [0.3, -2.0, 1e-30, 1e30])
def test_elu_with_alpha(errors, alpha):
    z = RNG.uniform(-40, 9, 700)
    assert errors(vh.elu(z, alpha), lambda x: x if x > 0 else mpmath.mpf(alpha) * mpmath.expm1(x), z).max() <= 0.51


def test_promotion():
    assert vh.gelu(np.int64(1)).dtype == np.float64
    assert vh.relu(np.array([True, False])).dtype == np.float16
    assert vh.elu(np.array([1], np.int8)).dtype == np.float16
    assert vh.leaky_relu(np.float32([-1]), np.float64(0.3)).dtype == np.float32
    assert vh.leaky_relu(np.array([-1], ml_dtypes.bfloat16), 0.5).dtype == ml_dtypes.bfloat16
    with pytest.raises(TypeError):
        vh.gelu(np.array([1 + 2j]))


def test_out_where_broadcast_empty_scalar_strided():
    z = RNG.normal(size=(3, 4))
    out = np.full_like(z, 7.0)
    assert vh.leaky_relu(z, 0.1, out=out, where=z < 0) is out
    np.testing.assert_array_equal(out, np.where(z < 0, 0.1 * z, 7.0))
    slopes = np.array([0.1, 0.2, 0.3, 0.4])
    np.testing.assert_array_equal(vh.leaky_relu(z, slopes), np.where(z > 0, z, slopes * z))
    assert vh.elu(np.empty((0, 3))).shape == (0, 3)
    assert isinstance(vh.elu(-1.0), np.float64)
    long = RNG.normal(size=(2000, 3))
    np.testing.assert_array_equal(vh.elu(long[:, 1]), vh.elu(long[:, 1].copy()))
    np.testing.assert_array_equal(vh.gelu(long.T[::-1]), vh.gelu(long.T[::-1].copy()))


def test_pandas_stays_pandas():
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    series = pd.Series([-1.0, 2.0], index=["a", "b"])
    assert vh.leaky_relu(series).to_dict() == {"a": -0.01, "b": 2.0}
    assert vh.relu(series).index.tolist() == ["a", "b"]
    frame = vh.elu(pd.DataFrame({"x": [-INF, 2.0]}))
    assert frame["x"].tolist() == [-1.0, 2.0]
