"""The core's own Cholesky factor and inverses, beside exact products and LAPACK."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import hilbert, lapack
from tests.levels import EVERY_LEVEL, run_at

from verhulst import _core
from verhulst.regression import factor

SIZES = (*range(35), 63, 64, 65, 100, 129, 300)


def correlation(size: int, seed: int = 0) -> np.ndarray:
    A = np.random.default_rng(seed).standard_normal((2 * size + 3, size))
    H = A.T @ A
    scale = np.sqrt(H.diagonal())
    return np.ascontiguousarray(H / scale / scale[:, None])


@pytest.mark.parametrize("size", SIZES)
def test_factor_and_inverses(size: int) -> None:
    H = correlation(size)
    root = _core.cholesky(H)
    assert root is not None
    assert root.flags.c_contiguous
    np.testing.assert_array_equal(np.tril(root, -1), 0)
    np.testing.assert_allclose(root.T @ root, H, atol=1e-14)
    triangle, inverse = _core.triangle_inverse(root), _core.cholesky_inverse(root)
    np.testing.assert_array_equal(np.tril(triangle, -1), 0)
    np.testing.assert_allclose(triangle @ root, np.eye(size), atol=1e-12)
    np.testing.assert_array_equal(inverse, inverse.T)
    np.testing.assert_allclose(inverse @ H, np.eye(size), atol=1e-11)


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_every_instruction_set_level(level: str) -> None:
    code = (
        "import tests.regression.test_cholesky as t\n"
        "for size in t.SIZES:\n"
        "    t.test_factor_and_inverses(size)\n"
        "    t.test_what_is_below_the_diagonal_does_not_count(size)\n"
        "t.test_exact_small_integers()\n"
    )
    run_at(level, "-c", code)


@pytest.mark.parametrize("size", [1, 2, 7, 9, 40])
def test_what_is_below_the_diagonal_does_not_count(size: int) -> None:
    H = correlation(size)
    root = _core.cholesky(H)
    assert root is not None
    triangle, inverse = _core.triangle_inverse(root), _core.cholesky_inverse(root)
    for nonsense in (np.nan, np.inf, -1e300):
        below = np.tril(np.full((size, size), nonsense), -1)
        np.testing.assert_array_equal(_core.cholesky(np.triu(H) + below), root)
        np.testing.assert_array_equal(_core.triangle_inverse(root + below), triangle)
        np.testing.assert_array_equal(_core.cholesky_inverse(root + below), inverse)


def test_exact_small_integers() -> None:
    root = np.array([[2.0, 4, -6], [0, 1, 5], [0, 0, 8]])
    np.testing.assert_array_equal(_core.cholesky(root.T @ root), root)
    np.testing.assert_array_equal(_core.triangle_inverse(root), [[0.5, -2, 1.625], [0, 1, -0.625], [0, 0, 0.125]])


def test_as_good_as_lapack_where_it_is_hard() -> None:
    """Hilbert's matrix of order 10 has a condition of 1.6e13."""
    H = hilbert(10)
    theirs = lapack.dpotrf(H, clean=1)[0]
    ours = _core.cholesky(H)
    assert ours is not None
    np.testing.assert_allclose(ours.T @ ours, H, rtol=4e-16 * 10)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
@pytest.mark.parametrize("at", [0, 7, 8, 17])
def test_not_positive_definite(at: int, bad: float) -> None:
    H = np.eye(18)
    H[at, at] = bad
    assert _core.cholesky(H) is None


@pytest.mark.parametrize(
    "matrix", [np.ones((2, 3)), np.ones(4), np.eye(3, dtype=np.float32), np.ones((4, 4))[:, ::2][:2], [[1.0]]]
)
def test_wrong_matrices(matrix: np.ndarray) -> None:
    for function in (_core.cholesky, _core.triangle_inverse, _core.cholesky_inverse):
        with pytest.raises(ValueError, match="contiguous square float64"):
            function(matrix)


def test_large_matrices_go_to_lapack_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    H = correlation(40)
    small = factor.cholesky(H)
    assert small is not None
    inverses = factor.triangle_inverse(small), factor.cholesky_inverse(small)
    monkeypatch.setattr(factor, "LARGE", 0)
    large = factor.cholesky(H)
    assert large is not None
    assert large.flags.c_contiguous
    np.testing.assert_allclose(large, small, atol=1e-14)
    for ours, theirs in zip(inverses, (factor.triangle_inverse(large), factor.cholesky_inverse(large)), strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-12)
    assert factor.cholesky(-H) is None
