"""Categorical cross-entropy with weights of the classes: in float64, however narrow the logits are, rounded once."""

from __future__ import annotations

import ml_dtypes
import mpmath
import numpy as np
import pytest
from tests.references import softmax as reference
from tests.references.exact import FORMATS, units

import verhulst as vh

RNG = np.random.default_rng(20261202)
TYPES = {"bfloat16": ml_dtypes.bfloat16, "float16": np.float16, "float32": np.float32, "float64": np.float64}


def rows(n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    one_hot = np.eye(n)[0]
    smoothed = one_hot * (1 - 1e-6) + 1e-6 / n
    return [
        (RNG.normal(0, spread, n), y)
        for spread in (0.0, 1.0, 20.0)
        for y in (one_hot, smoothed, RNG.dirichlet(np.ones(n)), RNG.uniform(size=n), np.full(n, 1 / n), np.zeros(n))
    ]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("n", [2, 5, 60])
def test_errors(format: str, n: int) -> None:
    loss_limit, gradient_limit = (1.6, 4.0) if format == "float64" else (0.501, 0.501)
    with mpmath.workprec(250):
        for logits, y in rows(n):
            z = np.append(logits, 30.0).astype(TYPES[format])[:n]
            if y[0] == 1:
                z[0] = 30.0  # sure, and right
            a, b = reference.exact(z), reference.exact(y)
            loss = vh.categorical_cross_entropy(z, y)
            gradient = vh.categorical_cross_entropy_gradient(z, y)
            assert loss.dtype == gradient.dtype == z.dtype
            assert units(float(loss), reference.cross_entropy(a, b), *FORMATS[format]) <= loss_limit
            change, size = reference.log_softmax_pullback(a, b)
            for got, exact, scale in zip(gradient.tolist(), change, size, strict=True):
                assert units(float(got), -exact, *FORMATS[format], scale=scale) <= gradient_limit


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("n", [3, 256, 1000, 5000])
def test_many_classes_of_one_weight(format: str, n: int) -> None:
    z, y = np.zeros((2, n), TYPES[format]), np.full((2, n), 1 / n)
    loss = vh.categorical_cross_entropy(z, y)
    assert units(float(loss[0]), mpmath.log(n) * n * mpmath.mpf(1 / n), *FORMATS[format]) <= 1.6
    assert not vh.categorical_cross_entropy_gradient(z, y).any()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_every_axis_and_layout(axis: int) -> None:
    z, y = RNG.normal(0, 8, (3, 4, 5)).astype(np.float32), RNG.uniform(size=(3, 4, 5))
    for function in (vh.categorical_cross_entropy, vh.categorical_cross_entropy_gradient):
        expected = function(np.moveaxis(z, axis, -1).copy(), np.moveaxis(y, axis, -1).copy())
        got = function(z, y, axis)
        moved = np.moveaxis(got, axis, -1) if got.ndim == 3 else got
        np.testing.assert_array_equal(moved, expected)


@pytest.mark.parametrize("format", FORMATS)
def test_infinite_logits_and_weights_of_nothing(format: str) -> None:
    z = np.array([[0.0, -np.inf], [np.inf, 0.0], [0.0, -np.inf], [np.inf, 0.0], [np.nan, 0.0]]).astype(TYPES[format])
    with np.errstate(all="raise"):
        y = [[1.0, 0.0], [1.0, 0.0], [0.5, 0.5], [0.5, 0.5], [1.0, 0.0]]
        loss = vh.categorical_cross_entropy(z, y)
        gradient = vh.categorical_cross_entropy_gradient(z, y)
    np.testing.assert_array_equal(loss.astype(float), [0, 0, np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(gradient.astype(float), [[0, 0], [0, 0], [0.5, -0.5], [0.5, -0.5], [np.nan, np.nan]])
    assert vh.categorical_cross_entropy(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0,)


def test_labels_of_the_binary_loss_count_as_given() -> None:
    """0.999 is 1 in bfloat16, and 1 - 1e-9 is 1 in float32."""
    for format, y in (("bfloat16", 0.999), ("float16", 1 - 1e-4), ("float32", 1 - 1e-9), ("float64", 1 - 1e-12)):
        z = np.array([20.0, -20.0, 3.0], TYPES[format])
        value, gradient, hessian = vh.binary_cross_entropy_all(z, np.float64(y))
        np.testing.assert_array_equal(vh.binary_cross_entropy(z, y), value)
        np.testing.assert_array_equal(vh.binary_cross_entropy_gradient(z, [y] * 3), gradient)
        assert {value.dtype, gradient.dtype, hessian.dtype} == {z.dtype}
        with mpmath.workprec(250):
            for i, x in enumerate(reference.exact(z)):
                p = 1 / (1 + mpmath.exp(-x))
                exact = mpmath.log1p(mpmath.exp(x)) - y * x, p - y
                assert units(float(value[i]), exact[0], *FORMATS[format]) <= 0.51
                assert units(float(gradient[i]), exact[1], *FORMATS[format], scale=max(p, y)) <= 0.51


def test_slopes_count_as_given_in_half_precision() -> None:
    for dtype in (np.float16, ml_dtypes.bfloat16):
        z = -RNG.uniform(0.1, 100, 200).astype(dtype)
        exact = 0.01 * z.astype(np.float64)
        nearest = np.spacing(np.abs(exact).astype(dtype)).astype(float)
        assert (np.abs(vh.leaky_relu(z).astype(float) - exact) <= 0.501 * nearest).all()
        out = np.empty_like(z)
        assert vh.leaky_relu(z, out=out) is out
        np.testing.assert_array_equal(out, vh.leaky_relu(z))


def test_out_and_where_with_labels_of_a_wider_type() -> None:
    z, y = np.float32([1, 2, 3]), [0.1, 0.2, 0.3]
    for dtype in (np.float32, np.float64):
        out = np.full(3, -1.0, dtype)
        assert vh.binary_cross_entropy(z, y, out=out, where=[True, False, True]) is out
        np.testing.assert_array_equal(out[[0, 2]], vh.binary_cross_entropy(z, y)[[0, 2]])
        assert out[1] == -1
    with np.errstate(all="raise"):
        assert vh.binary_cross_entropy(np.float32(-1), 1e-50) == vh.binary_cross_entropy(np.float32(-1), 0)


@pytest.mark.parametrize("format", ["bfloat16", "float32"])
def test_many_labels_of_a_wider_type(format: str) -> None:
    """More than one block, in any layout: to the last bit what each row gives alone."""
    z = RNG.normal(0, 8, (90, 250)).astype(TYPES[format])
    for y in (RNG.uniform(size=z.shape), RNG.uniform(size=250), np.float64(0.3), RNG.uniform(size=(90, 1))):
        rows = zip(z, np.broadcast_to(y, z.shape), strict=True)
        expected = np.array([vh.binary_cross_entropy_all(*row) for row in rows]).transpose(1, 0, 2)
        np.testing.assert_array_equal(vh.binary_cross_entropy_all(z, y), expected)
        np.testing.assert_array_equal(vh.binary_cross_entropy(np.asfortranarray(z), y), expected[0])
        out = z.copy()
        assert vh.binary_cross_entropy_gradient(out, y, out=out) is out
        np.testing.assert_array_equal(out, expected[1])
    late = np.zeros(z.shape)
    late[-1, -1] = 1e-9  # what no narrow type takes from 1, after many labels that it holds
    z[-1, -1] = 20
    assert float(vh.binary_cross_entropy_gradient(z, 1 - late)[-1, -1]) == pytest.approx(1e-9 - np.exp(-20.0), rel=0.01)


def test_many_rows_with_weights() -> None:
    z, y = RNG.normal(0, 8, (1000, 50)), RNG.uniform(size=(1000, 50))
    for function in (vh.categorical_cross_entropy, vh.categorical_cross_entropy_gradient):
        together = function(z, y)
        np.testing.assert_array_equal(function(z[990:], y[990:]), together[990:])
        y[-1, -1], kept = 1.5, y[-1, -1]
        with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
            function(z, y)
        y[-1, -1] = kept


@pytest.mark.parametrize("format", FORMATS)
def test_gradient_with_classes_is_rounded_once(format: str) -> None:
    with mpmath.workprec(250):
        for n in (2, 3, 40):
            z = RNG.normal(0, RNG.uniform(0, 12, (24, 1)), (24, n)).astype(TYPES[format])
            classes = RNG.integers(0, n, 24)
            gradient = vh.categorical_cross_entropy_gradient(z, classes)
            np.testing.assert_array_equal(vh.categorical_cross_entropy_gradient(z.T, classes, 0), gradient.T)
            for row, right, got in zip(z, classes.tolist(), gradient.tolist(), strict=True):
                exact, _ = reference.log_softmax_pullback(reference.exact(row), reference.exact(np.eye(n)[right]))
                for k, (a, b) in enumerate(zip(got, exact, strict=True)):
                    limit = 2.0 if format == "float64" else 0.51
                    assert units(float(a), -b, *FORMATS[format]) <= limit, (row, right, k)


@pytest.mark.parametrize("format", ["bfloat16", "float32", "float64"])
def test_logits_further_apart_than_the_largest_number(format: str) -> None:
    """The weight comes first: it may bring the product back among the numbers."""
    largest = float(ml_dtypes.finfo(TYPES[format]).max)
    with mpmath.workprec(250), np.errstate(all="raise"):
        for weight in (1e-300, 1e-30, 0.3, 0.5, 0.7, 1.0):
            z, y = np.array([largest, -largest, 0.0], TYPES[format]), np.array([1 - weight, weight, 1e-5])
            exact = reference.cross_entropy(reference.exact(z), reference.exact(y))
            assert units(float(vh.categorical_cross_entropy(z, y)), exact, *FORMATS[format]) <= 1.6, weight
