"""softmax, log_softmax, logsumexp: errors, the same bits in every layout, axes, special values."""

from __future__ import annotations

import ml_dtypes
import mpmath
import numpy as np
import pytest
import scipy.special

import verhulst as vh

RNG = np.random.default_rng(20261124)
INF = np.inf
FUNCTIONS = [vh.softmax, vh.log_softmax, vh.logsumexp]


def exact(z):
    """Softmax, its logarithm, and logsumexp of one row, to 250 bits."""
    numbers = [mpmath.mpf(float(x)) for x in z]
    most = max(numbers)
    top = numbers.index(most)
    e = [mpmath.exp(x - most) for x in numbers]
    rest = mpmath.fsum(e[:top] + e[top + 1 :])
    log = mpmath.log1p(rest)
    return [x / (1 + rest) for x in e], [x - most - log for x in numbers], most + log, abs(most)


def rows(dtype):
    for n in [1, 2, 3, 7, 8, 9, 31, 33, 100]:
        for spread in (1e-3, 1.0, 10.0, 300.0 if dtype == np.float64 else 30.0):
            yield (RNG.normal(0, spread, n) + RNG.normal(0, 3)).astype(dtype)
    yield np.array([17, 0], dtype)
    yield np.array([0, -708.5 if dtype == np.float64 else -17], dtype)
    yield np.array([0, -740.0 if dtype == np.float64 else -9], dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, ml_dtypes.bfloat16])
def test_errors(errors, dtype):
    limit = 1.51 if dtype == np.float64 else 0.51
    with mpmath.workprec(250):
        for z in rows(dtype):
            probabilities, logarithms, total, most = exact(z)
            index = np.arange(len(z))
            assert errors(vh.softmax(z), lambda i, p=probabilities: p[int(i)], index).max() <= limit
            assert errors(vh.log_softmax(z), lambda i, p=logarithms: p[int(i)], index).max() <= 0.51
            scale = max(abs(total), most)
            assert errors(vh.logsumexp(z), lambda _, t=total: t, [0], scale=lambda _, s=scale: s).max() <= 0.51


def test_the_top_class_keeps_its_loss():
    np.testing.assert_array_equal(vh.log_softmax(np.float32([17, 0])), np.float32([-4.1399375e-08, -17]))
    assert vh.log_softmax([0.0, -720.0])[0] == -np.exp(-720.0) != 0
    assert vh.logsumexp([0.0, -40.0]) == 4.248354255291589e-18


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_same_bits_in_every_layout(function, dtype):
    unsigned = f"u{np.dtype(dtype).itemsize}"
    for n in [*range(1, 36), 67, 1000]:
        z = RNG.normal(0, 8, (19, n)).astype(dtype)
        z[3, :] = z[4, :]
        alone = np.stack([function(row) for row in z]).view(unsigned)
        for layout in (z, np.asfortranarray(z), np.repeat(z, 2, axis=1)[:, ::2], z[::-1][::-1]):
            np.testing.assert_array_equal(np.ascontiguousarray(function(layout)).view(unsigned), alone)
        first = np.ascontiguousarray(np.moveaxis(function(z.T.copy(), axis=0), 0, -1) if function is not vh.logsumexp
                                     else function(z.T.copy(), axis=0))  # fmt: skip
        np.testing.assert_array_equal(first.view(unsigned), alone)
        if function is not vh.logsumexp:
            np.testing.assert_array_equal(function(z, out=z).view(unsigned), alone)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_same_bits_for_any_number_of_threads(function):
    z = RNG.normal(0, 8, (30_001, 11))
    once = function(z), function(z.reshape(11, -1), axis=0)
    try:
        for threads in (2, 3, 4):
            vh.set_num_threads(threads)
            np.testing.assert_array_equal(function(z), once[0])
            np.testing.assert_array_equal(function(z.reshape(11, -1), axis=0), once[1])
    finally:
        vh.set_num_threads(1)


@pytest.mark.parametrize("axis", [0, 1, -1, None, (0, 2), (2, 0), (0, 1, 2), (-1,)])
def test_axes_as_in_scipy(axis):
    z = RNG.normal(0, 3, (3, 4, 5))
    np.testing.assert_allclose(vh.softmax(z, axis), scipy.special.softmax(z, axis), rtol=1e-13)
    np.testing.assert_allclose(vh.log_softmax(z, axis), scipy.special.log_softmax(z, axis), atol=1e-14)
    for keepdims in (False, True):
        np.testing.assert_allclose(
            vh.logsumexp(z, axis, keepdims=keepdims), scipy.special.logsumexp(z, axis, keepdims=keepdims), rtol=1e-13
        )


@pytest.mark.parametrize(
    ("z", "softmax", "log_softmax", "logsumexp"),
    [
        ([0, INF], [0, 1], [-INF, 0], INF),
        ([INF, INF, 0], [np.nan] * 3, [np.nan] * 3, INF),
        ([-INF, -INF], [np.nan] * 2, [np.nan] * 2, -INF),
        ([-INF, 0], [0, 1], [-INF, 0], 0),
        ([np.nan, 0], [np.nan] * 2, [np.nan] * 2, np.nan),
        ([np.nan, INF], [np.nan] * 2, [np.nan] * 2, np.nan),
        ([np.nan, -INF], [np.nan] * 2, [np.nan] * 2, np.nan),
        ([], [], [], -INF),
        ([INF], [1], [0], INF),
        ([1.7e308, -1.7e308], [1, 0], [0, -INF], 1.7e308),
        ([3.0], [1], [0], 3),
    ],
)
def test_special_values(z, softmax, log_softmax, logsumexp):
    for batch in (1, 3):  # three rows run side by side
        many = np.array([z] * batch, float)
        np.testing.assert_array_equal(vh.softmax(many), [softmax] * batch)
        np.testing.assert_array_equal(vh.log_softmax(many), [log_softmax] * batch)
        np.testing.assert_array_equal(vh.logsumexp(many), [logsumexp] * batch)


def test_a_strange_row_leaves_its_neighbours_alone():
    z = RNG.normal(size=(8, 5))
    expected = vh.softmax(z)
    z[3, 2], expected[3] = np.nan, np.nan
    np.testing.assert_array_equal(vh.softmax(z), expected)


def test_scalars_empty_axes_and_out():
    assert vh.softmax(2.0) == vh.softmax(2.0, axis=None) == vh.softmax(2.0, axis=()) == 1.0
    assert vh.log_softmax(2.0, axis=None) == 0.0 == vh.logsumexp(0.0, axis=None)
    assert vh.logsumexp(3.0, axis=0) == 3.0
    assert vh.softmax(np.zeros((3, 0))).shape == (3, 0)
    np.testing.assert_array_equal(vh.logsumexp(np.zeros((0, 3)), axis=0), [-INF] * 3)
    assert vh.logsumexp(np.zeros((0, 3)), axis=1).shape == (0,)
    out = np.empty(3)
    assert vh.logsumexp(np.zeros((3, 4)), out=out) is out
    out = np.empty((2, 3))
    assert vh.softmax(np.zeros((2, 3)), axis=None, out=out) is out
    np.testing.assert_array_equal(out, np.full((2, 3), 1 / 6))
    assert vh.softmax(np.int8([1, 2])).dtype == np.float16
    assert vh.softmax(np.arange(3)).dtype == np.float64


def test_wrong_arguments():
    z = np.zeros((2, 3))
    with pytest.raises(np.exceptions.AxisError):
        vh.softmax(z, axis=2)
    with pytest.raises(np.exceptions.AxisError):
        vh.logsumexp(1.0, axis=1)
    with pytest.raises(ValueError, match="repeated axis"):
        vh.softmax(z, axis=(0, 0))
    with pytest.raises(ValueError, match=r"out has shape \(2,\), the result \(2, 3\)"):
        vh.softmax(z, axis=None, out=np.empty(2))
    with pytest.raises(TypeError):
        vh.softmax(z, out=np.empty((2, 3), int), axis=None)


def test_probabilities_add_up():
    z = RNG.normal(0, 5, (200, 1000))
    np.testing.assert_allclose(vh.softmax(z).sum(-1), 1, atol=1e-14)
