"""The rows that a long fit looks at first."""

from __future__ import annotations

import numpy as np
import pytest

import verhulst
from verhulst import _core
from verhulst.regression import fit
from verhulst.regression.systematic import systematic


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("share", [0.5, 0.25, 0.05, 0.001])
@pytest.mark.parametrize("n", [40_000, 50_021])
def test_rows_stand_for_all(n: int, share: float, plain: bool) -> None:
    y = (np.random.default_rng(1).random(n) < share).astype(float)
    index, weight, few = systematic(y, 10_000, plain)
    assert len(np.unique(index)) == len(index) == len(weight)
    assert 0.9 * n <= weight.sum() <= 1.1 * n
    assert few <= min(y[index].sum(), len(index) - y[index].sum())
    np.testing.assert_allclose(weight @ y[index], y.sum(), rtol=0.15)
    if share <= 0.05 or not plain:
        assert y[index].sum() >= min(y.sum(), 4000)  # the rarer outcome is taken up to half of the sample


@pytest.mark.parametrize("plain", [True, False])
def test_one_outcome_only(plain: bool) -> None:
    for y in (np.zeros(50_000), np.ones(50_000)):
        assert systematic(y, 10_000, plain)[2] == 0


@pytest.mark.parametrize("period", [2, 5, 7, 20])
def test_rows_with_a_rhythm(period: int) -> None:
    """Rows that repeat in step with the sample: every level is in it, and the fit is as short as for shuffled rows."""
    n = 400_000
    rng = np.random.default_rng(0)
    level = np.arange(n) % period
    X = np.column_stack([rng.standard_normal(n), *((level == k).astype(float) for k in range(1, period))])
    y = (rng.random(n) < 1 / (1 + np.exp(-(X[:, 0] - 0.3 + 0.4 * (level == 1))))).astype(float)
    index, _, _ = systematic(y, n // 20, True)
    counts = np.bincount(level[index], minlength=period)
    assert counts.min() > 0.8 * counts.mean()
    shuffled = rng.permutation(n)
    in_order, mixed = fit(X, y), fit(X[shuffled], y[shuffled])
    assert sum(one.information for one in in_order.passes) <= sum(one.information for one in mixed.passes) + 1
    np.testing.assert_allclose(in_order.coefficients, mixed.coefficients, atol=1e-6 * in_order.standard_errors.min())


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("columns", [0, 1, 7, 300])
def test_take_rows(columns: int, dtype: type, threads: int) -> None:
    rng = np.random.default_rng(2)
    X = rng.standard_normal((1003, columns)).astype(dtype)
    index = rng.integers(0, 1003, 777)
    before = verhulst.get_num_threads()
    try:
        verhulst.set_num_threads(threads)
        for layout in (X, np.asfortranarray(X), np.repeat(X, 2, axis=0)[::2], np.repeat(X, 2, axis=1)[:, ::2], X[::-1]):
            taken = _core.take_rows(layout, index)
            assert taken.dtype == dtype
            assert taken.flags.c_contiguous
            np.testing.assert_array_equal(taken, layout[index])
        assert _core.take_rows(X, index[:0]).shape == (0, columns)
    finally:
        verhulst.set_num_threads(before)


def test_take_rows_refuses() -> None:
    X, index = np.zeros((5, 2)), np.array([0, 4], dtype=np.intp)
    for wrong in (np.array([5]), np.array([-1]), np.array([0, 10**12])):
        with pytest.raises(IndexError, match="not among the 5 rows"):
            _core.take_rows(X, wrong)
    for matrix, rows in (
        (X[0], index),
        (X.astype(int), index),
        (X, index.astype(float)),
        (X, np.repeat(index, 2)[::2]),
    ):
        with pytest.raises(ValueError, match="take_rows takes"):
            _core.take_rows(matrix, rows)
