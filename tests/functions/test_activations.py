"""relu, leaky_relu, elu, gelu, hard_sigmoid and their derivatives: errors, special values, promotion."""

from __future__ import annotations

import ml_dtypes
import mpmath
import numpy as np
import pandas as pd
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 700
INF = np.inf


def tail(a):
    return mpmath.erfc(a / mpmath.sqrt(2)) / 2


def exact_gelu(z):
    return z * tail(-z)


def exact_gelu_derivative(z):
    return tail(-z) + z * mpmath.exp(-z * z / 2) / mpmath.sqrt(2 * mpmath.pi)


def exact_hard_sigmoid(z):
    return min(max(z + 3, mpmath.mpf(0)), mpmath.mpf(6)) / 6


def exact_elu(z):
    return z if z > 0 else mpmath.expm1(z)


def exact_elu_derivative(z):
    return mpmath.mpf(1) if z > 0 else mpmath.exp(z)


WIDE = {
    "middle": RNG.uniform(-1, 1, N),
    "wide": RNG.uniform(-40, 9, N),
    "end of the left tail": RNG.uniform(-38.7, -36, N),
    "small": RNG.uniform(-1e-3, 1e-3, N),
    "exponents": np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-1074, 5, N)),
    "borders of the intervals": np.nextafter(
        np.repeat([-0.5, -1, -2, -3, -4, -5, -7, -9, -11, -13, -17, -21, -25, -29, -30, -37], 3),
        np.tile([-INF, 0, INF], 16),
    ),
}


@pytest.mark.parametrize("z", WIDE.values(), ids=WIDE)
@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (vh.gelu, exact_gelu),
        (vh.hard_sigmoid, exact_hard_sigmoid),
        (vh.elu, exact_elu),
        (vh.elu_derivative, exact_elu_derivative),
    ],
    ids=["gelu", "hard_sigmoid", "elu", "elu_derivative"],
)
def test_float64_within_half_a_unit(errors, function, exact, z):
    assert errors(function(z), exact, z).max() <= 0.51


@pytest.mark.parametrize("z", WIDE.values(), ids=WIDE)
def test_gelu_derivative_relative_or_absolute(errors, z):
    relative = errors(vh.gelu_derivative(z), exact_gelu_derivative, z)
    with mpmath.workprec(250):
        absolute = np.array([float(abs(exact_gelu_derivative(mpmath.mpf(x)) - vh.gelu_derivative(x))) for x in z])
    assert ((relative <= 0.51) | (absolute <= 2.0**-60)).all()


def test_gelu_derivative_near_its_root():
    root = -0.7517915246935645
    z = root + np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-53, -2, N))
    with mpmath.workprec(250):
        for x in z:
            error = abs(exact_gelu_derivative(mpmath.mpf(x)) - vh.gelu_derivative(x))
            assert error <= max(2.0**-60, 0.51 * np.spacing(abs(vh.gelu_derivative(x))))


@pytest.mark.parametrize("alpha", [0.3, -2.0, 1e-30, 1e30])
def test_elu_with_alpha(errors, alpha):
    z = WIDE["wide"]
    assert errors(vh.elu(z, alpha), lambda x: x if x > 0 else mpmath.mpf(alpha) * mpmath.expm1(x), z).max() <= 0.51


@pytest.mark.parametrize("dtype", [np.float16, np.float32, ml_dtypes.bfloat16])
@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (vh.gelu, exact_gelu),
        (vh.gelu_derivative, exact_gelu_derivative),
        (vh.hard_sigmoid, exact_hard_sigmoid),
        (vh.elu, exact_elu),
        (vh.elu_derivative, exact_elu_derivative),
    ],
    ids=["gelu", "gelu_derivative", "hard_sigmoid", "elu", "elu_derivative"],
)
def test_narrow_is_correctly_rounded(errors, function, exact, dtype):
    small = np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-149, 2, N))
    z = np.concatenate([RNG.uniform(-15, 6, N), small]).astype(dtype)
    result = function(z)
    assert result.dtype == dtype
    assert errors(result, exact, z).max() <= 0.5


def test_gelu_of_odd_subnormals_breaks_the_tie_upwards():
    z = np.arange(1, 2000, 2, dtype=np.uint32).view(np.float32)
    up = (np.arange(1, 2000, 2, dtype=np.uint32) // 2 + 1).view(np.float32)
    np.testing.assert_array_equal(vh.gelu(z), up)
    np.testing.assert_array_equal(vh.gelu(-z), -(up - np.float32(1e-45)))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("function", "values"),
    [
        (vh.relu, [0.0, 0.0, 0.0, INF]),
        (vh.relu_derivative, [0.0, 0.0, 0.0, 1.0]),
        (vh.leaky_relu, [-INF, -0.0, 0.0, INF]),
        (lambda z: vh.leaky_relu_derivative(z, 0.25), [0.25, 0.25, 0.25, 1.0]),
        (vh.elu, [-1.0, -0.0, 0.0, INF]),
        (vh.elu_derivative, [0.0, 1.0, 1.0, 1.0]),
        (vh.gelu, [-0.0, -0.0, 0.0, INF]),
        (vh.gelu_derivative, [-0.0, 0.5, 0.5, 1.0]),
        (vh.hard_sigmoid, [0.0, 0.5, 0.5, 1.0]),
        (vh.hard_sigmoid_derivative, [0.0, 1 / 6, 1 / 6, 0.0]),
    ],
    ids=["relu", "relu'", "leaky", "leaky'", "elu", "elu'", "gelu", "gelu'", "hard", "hard'"],
)
def test_ends_zeros_and_nan(function, values, dtype):
    got = function(np.array([-INF, -0.0, 0.0, INF, np.nan], dtype))
    want = np.array([*values, np.nan], dtype)
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(np.signbit(got[:4]), np.signbit(want[:4]))


def test_kinks_and_clamps():
    np.testing.assert_array_equal(vh.hard_sigmoid([-3.0, np.nextafter(-3, 0), 3.0]), [0, 2.0**-52 * 2 / 6, 1])
    np.testing.assert_array_equal(vh.hard_sigmoid_derivative([-3.0, 3.0]), [0, 0])
    np.testing.assert_array_equal(vh.relu([-5e-324, 5e-324]), [0, 5e-324])
    assert vh.elu(-2.0, INF) == -INF


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
    series = pd.Series([-1.0, 2.0], index=["a", "b"])
    assert vh.leaky_relu(series).to_dict() == {"a": -0.01, "b": 2.0}
    assert vh.relu(series).index.tolist() == ["a", "b"]
    frame = vh.elu(pd.DataFrame({"x": [-INF, 2.0]}))
    assert frame["x"].tolist() == [-1.0, 2.0]
