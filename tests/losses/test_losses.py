"""The public losses: labels and types, out and where, broadcasting; categorical cross-entropy."""

from __future__ import annotations

import numpy as np
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)


def test_labels_take_the_type_of_the_logits():
    z = RNG.normal(size=6).astype(np.float32)
    for y in ([0, 1, 1, 0, 1, 0], np.array([True, False] * 3), np.zeros(6, np.int8), np.full(6, 0.25)):
        assert vh.binary_cross_entropy(z, y).dtype == np.float32
    assert vh.binary_cross_entropy([1, 2], [0, 1]).dtype == np.float64


def test_bfloat16():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    z = np.array([-10.0, 10.0, 0.0]).astype(ml_dtypes.bfloat16)
    got = vh.binary_cross_entropy_all(z, [0, 1, 0.5])
    assert {a.dtype for a in got} == {np.dtype(ml_dtypes.bfloat16)}
    np.testing.assert_allclose(got.value.astype(float), [4.53989e-05, 4.53989e-05, 0.6931], rtol=4e-3)


def test_out_and_where():
    z, y = RNG.normal(size=(4, 3)), RNG.integers(0, 2, (4, 3))
    out = np.full((4, 3), -1.0)
    assert vh.binary_cross_entropy(z, y, out=out, where=y == 1) is out
    np.testing.assert_array_equal(out[y == 0], -1)
    np.testing.assert_array_equal(out[y == 1], vh.binary_cross_entropy(z, y)[y == 1])
    three = np.empty((4, 3)), np.empty((4, 3)), np.empty((4, 3))
    got = vh.binary_cross_entropy_all(z, y, out=three)
    assert all(a is b for a, b in zip(got, three, strict=True))
    in_place = z.copy()
    vh.binary_cross_entropy_gradient(in_place, y, out=in_place)
    np.testing.assert_array_equal(in_place, vh.binary_cross_entropy_gradient(z, y))


def test_broadcasting_empty_and_scalars():
    assert vh.binary_cross_entropy(np.zeros((5, 1)), [0.0, 1.0, 0.5]).shape == (5, 3)
    assert vh.binary_cross_entropy([], []).shape == (0,)
    assert isinstance(vh.binary_cross_entropy(0.0, 1), float)
    with pytest.raises(ValueError, match="broadcast"):
        vh.binary_cross_entropy([0.0, 1.0], [0.0, 1.0, 0.0])


def test_pandas_series_stay_series():
    pandas = pytest.importorskip("pandas")
    z = pandas.Series([0.0, 1.0], index=["a", "b"])
    got = vh.binary_cross_entropy(z, pandas.Series([0, 1], index=["a", "b"]))
    assert list(got.index) == ["a", "b"]


def test_derivatives_by_complex_steps_of_the_definition():
    z, y = RNG.normal(0, 3, 50), RNG.uniform(0, 1, 50)
    step = np.log1p(np.exp(z + 1e-30j)) - y * (z + 1e-30j)
    np.testing.assert_allclose(vh.binary_cross_entropy_gradient(z, y), step.imag / 1e-30, rtol=1e-12, atol=1e-15)
    slope = 1 / (1 + np.exp(-(z + 1e-30j)))
    np.testing.assert_allclose(vh.binary_cross_entropy_hessian(z), slope.imag / 1e-30, rtol=1e-12)


def test_agrees_with_scikit_learn():
    loss = pytest.importorskip("sklearn._loss.loss").HalfBinomialLoss()
    z, y = RNG.normal(0, 3, 100), RNG.uniform(0, 1, 100)
    np.testing.assert_allclose(vh.binary_cross_entropy(z, y), loss.loss(y, z), rtol=1e-12)
    gradient, hessian = loss.gradient_hessian(y, z)
    np.testing.assert_allclose(vh.binary_cross_entropy_gradient(z, y), gradient, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(vh.binary_cross_entropy_hessian(z), hessian, rtol=1e-12)


# --- categorical ---


def test_two_classes_are_the_binary_loss():
    d, y = RNG.normal(0, 20, 60), RNG.integers(0, 2, 60)
    z = np.stack([np.zeros(60), d], axis=1)
    np.testing.assert_allclose(vh.categorical_cross_entropy(z, y), vh.binary_cross_entropy(d, y), rtol=1e-15)
    gradient = vh.categorical_cross_entropy_gradient(z, y)
    np.testing.assert_allclose(gradient[:, 1], vh.binary_cross_entropy_gradient(d, y), rtol=1e-15)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_classes_and_one_hot_weights_agree(axis):
    z = RNG.normal(0, 3, (3, 4, 5))
    classes = RNG.integers(0, z.shape[axis], np.delete(z.shape, axis))
    weights = np.zeros_like(z)
    np.put_along_axis(weights, np.expand_dims(classes, axis), 1, axis)
    hard = vh.categorical_cross_entropy(z, classes, axis)
    assert hard.shape == classes.shape
    np.testing.assert_allclose(vh.categorical_cross_entropy(z, weights, axis), hard, rtol=1e-15)
    np.testing.assert_allclose(
        vh.categorical_cross_entropy_gradient(z, weights, axis),
        vh.categorical_cross_entropy_gradient(z, classes, axis),
        atol=1e-15,
    )


def test_sure_and_right_keeps_its_loss_and_gradient():
    z = np.array([17, 0], np.float32)
    assert vh.categorical_cross_entropy(z, 0) == np.float32(4.1399375e-08)
    gradient = vh.categorical_cross_entropy_gradient([0.0, 40.0, 0.0], 1)
    assert gradient[1] == pytest.approx(-2 * np.exp(-40.0), rel=1e-14)


def test_infinite_logits_of_the_right_class_cost_nothing():
    got = vh.categorical_cross_entropy([[np.inf, 0.0], [0.0, -np.inf]], [0, 0])
    np.testing.assert_array_equal(got, [0, 0])
    assert not np.signbit(got).any()
    assert vh.categorical_cross_entropy([0.0, -np.inf], [1.0, 0.0]) == 0
    assert vh.categorical_cross_entropy([0.0, -np.inf], 1) == np.inf


def test_categorical_out_and_types():
    z = RNG.normal(size=(4, 3)).astype(np.float32)
    out, slopes = np.empty(4, np.float32), np.empty((4, 3), np.float32)
    assert vh.categorical_cross_entropy(z, [0, 1, 2, 0], out=out) is out
    assert vh.categorical_cross_entropy_gradient(z, [0, 1, 2, 0], out=slopes) is slopes
    np.testing.assert_array_equal(out, vh.categorical_cross_entropy(z, [0, 1, 2, 0]))
    assert vh.categorical_cross_entropy(z, np.full((4, 3), 1 / 3)).dtype == np.float32


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([0, 3], ValueError, r"class 3 at \(1,\) is not among the 3 classes of z, 0 to 2"),
        ([-1, 0], ValueError, r"class -1 at \(0,\)"),
        ([0.0, 1.0], TypeError, "classes must be integers, not float64"),
        ([0, 1, 2], ValueError, r"y has shape \(3,\): neither classes, \(2,\), nor weights of classes, \(2, 3\)"),
        ([[0.5, 0.6, -0.1], [1, 0, 0]], ValueError, r"weights of classes must lie in \[0, 1\]"),
        ([[0.5, 0.5, np.nan], [1, 0, 0]], ValueError, r"weights of classes must lie in \[0, 1\]"),
    ],
)
def test_bad_labels_are_named(y, error, message):
    for loss in (vh.categorical_cross_entropy, vh.categorical_cross_entropy_gradient):
        with pytest.raises(error, match=message):
            loss(np.zeros((2, 3)), y)
