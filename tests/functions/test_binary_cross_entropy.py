"""Binary cross-entropy: errors of value, gradient and Hessian for hard and soft labels, ends, types."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 1200


def exact_value(z, y):
    with mpmath.workprec(2400):
        wrong = y if z < 0 else 1 - y
        product = wrong * abs(z)
    return product + mpmath.log1p(mpmath.exp(-abs(z)))


def exact_gradient(z, y):
    h = mpmath.exp(-abs(z))
    with mpmath.workprec(2400):
        wrong = y if z < 0 else 1 - y
        gradient = ((1 - wrong) * h - wrong) / (1 + h)
    return gradient if z < 0 else -gradient


def exact_hessian(z, y):
    h = mpmath.exp(-abs(z))
    return h / (1 + h) ** 2


def larger_of_sigma_and_y(z, y):
    return max(1 / (1 + mpmath.exp(-z)), y)


LOGITS = {
    "middle": RNG.uniform(-2, 2, N),
    "wide": RNG.uniform(-40, 40, N),
    "far": RNG.uniform(-746, 746, N),
    "exponents": np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-60, 9, N)),
}
SOFT = {
    "any": RNG.uniform(0, 1, N),
    "near 0": np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(-1073, 0, N)),
    "near 1": 1 - np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(-52, 0, N)),
}


@pytest.mark.parametrize("z", LOGITS.values(), ids=LOGITS)
def test_hard_labels_within_half_a_unit(errors, z):
    y = RNG.integers(0, 2, N).astype(float)
    got = vh.binary_cross_entropy_all(z, y)
    assert errors(got.value, exact_value, z, y).max() <= 0.51
    assert errors(got.gradient, exact_gradient, z, y).max() <= 0.51
    assert errors(got.hessian, exact_hessian, z, y).max() <= 0.51


@pytest.mark.parametrize("z", LOGITS.values(), ids=LOGITS)
@pytest.mark.parametrize("y", SOFT.values(), ids=SOFT)
def test_soft_labels_within_half_a_unit(errors, z, y):
    got = vh.binary_cross_entropy_all(z, y)
    assert errors(got.value, exact_value, z, y).max() <= 0.51
    assert errors(got.gradient, exact_gradient, z, y, scale=larger_of_sigma_and_y).max() <= 0.51


def test_labels_as_small_as_the_tail(errors):
    # y |z| and e^z are both subnormal, and are added before the one rounding.
    z, y = RNG.uniform(-745, -705, N), RNG.integers(0, 200, N) * 5e-324
    got = vh.binary_cross_entropy_all(z, y)
    assert errors(got.value, exact_value, z, y).max() <= 0.51
    assert errors(got.gradient, exact_gradient, z, y, scale=larger_of_sigma_and_y).max() <= 0.51


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_results_are_rounded_once(errors, dtype):
    z, y = RNG.uniform(-20, 20, N).astype(dtype), RNG.uniform(0, 1, N).astype(dtype)
    y[: N // 2] = RNG.integers(0, 2, N // 2)
    got = vh.binary_cross_entropy_all(z, y)
    assert {a.dtype for a in got} == {np.dtype(dtype)}
    assert errors(got.value, exact_value, z, y).max() <= 0.5
    assert errors(got.gradient, exact_gradient, z, y, scale=larger_of_sigma_and_y).max() <= 0.5
    assert errors(got.hessian, exact_hessian, z, y).max() <= 0.5


def test_confident_and_right_keeps_its_loss_and_gradient():
    # torch.nn.functional.binary_cross_entropy_with_logits gives 0 for each of these.
    assert vh.binary_cross_entropy(np.float32(-20), 0) == np.float32(2.0611537e-09)
    assert vh.binary_cross_entropy(-40.0, 0) == pytest.approx(4.248354255291589e-18, rel=1e-15)
    assert vh.binary_cross_entropy_gradient(np.float32(20), 1) == np.float32(-2.0611537e-09)


def test_infinite_logits():
    z, inf = np.array([np.inf, -np.inf]), np.inf
    np.testing.assert_array_equal(vh.binary_cross_entropy(z, [1, 0]), [0, 0])
    np.testing.assert_array_equal(vh.binary_cross_entropy(z, [0, 1]), [inf, inf])
    np.testing.assert_array_equal(vh.binary_cross_entropy(z, [0.25, 5e-324]), [inf, inf])
    np.testing.assert_array_equal(vh.binary_cross_entropy_gradient(z, [1, 0]), [0, 0])
    np.testing.assert_array_equal(vh.binary_cross_entropy_gradient(z, [0, 1]), [1, -1])
    np.testing.assert_array_equal(vh.binary_cross_entropy_gradient(z, [0.25, 0.25]), [0.75, -0.25])
    np.testing.assert_array_equal(vh.binary_cross_entropy_hessian(z), [0, 0])
    np.testing.assert_array_equal(vh.binary_cross_entropy(np.float32(z), np.float32([0, 0])), np.float32([inf, 0]))


def test_huge_finite_logits():
    np.testing.assert_array_equal(vh.binary_cross_entropy([1e308, -1e308], [0, 0.5]), [1e308, 5e307])
    np.testing.assert_array_equal(vh.binary_cross_entropy(np.float32([3e38, -3e38]), 1), np.float32([0, 3e38]))


@pytest.mark.parametrize("y", [-5e-324, -1.0, np.nextafter(1.0, 2), 2.0, np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("z", [0.0, -3.0, 800.0, np.inf, -np.inf])
def test_no_label_gives_nan(z, y):
    assert np.isnan(vh.binary_cross_entropy_all(z, y)).all()


def test_nan_logits():
    assert np.isnan(vh.binary_cross_entropy_all(np.nan, [0.0, 0.5, 1.0])).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_all_three_are_the_three(dtype):
    z = np.concatenate([RNG.normal(0, 5, 61), [-800, 800, np.inf]]).astype(dtype)
    y = RNG.uniform(0, 1, 64).astype(dtype)
    value, gradient, hessian = vh.binary_cross_entropy_all(z, y)
    np.testing.assert_array_equal(value, vh.binary_cross_entropy(z, y))
    np.testing.assert_array_equal(gradient, vh.binary_cross_entropy_gradient(z, y))
    np.testing.assert_array_equal(hessian, vh.binary_cross_entropy_hessian(z, y))


def test_length_offset_and_stride_change_no_bit():
    z, y = RNG.normal(0, 5, 400), RNG.uniform(0, 1, 400)
    whole = vh.binary_cross_entropy_all(z, y)
    for part in (slice(3, 70), slice(1, 2), slice(0, 400, 3), slice(399, 5, -2)):
        for a, b in zip(whole, vh.binary_cross_entropy_all(z[part], y[part]), strict=True):
            np.testing.assert_array_equal(a[part], b)


def test_exact_zero_gradient_is_plus_zero():
    assert not np.signbit(vh.binary_cross_entropy_gradient([0.0, np.inf, -np.inf], [0.5, 1, 0])).any()
