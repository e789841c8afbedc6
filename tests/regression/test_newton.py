"""Where Newton's method ends: the maximum, whatever the start, the order of the rows and the number of threads."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import verhulst
from verhulst.regression import ConvergenceWarning, fit
from verhulst.regression.newton import newton
from verhulst.regression.statistics import Statistics


def long_data(n=60_000, p=8, intercept=-1.0, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, (rng.random(n) < verhulst.sigmoid(X @ (rng.normal(size=p) / 2) + intercept)).astype(float)


def plain_newton(X, y):
    """Twenty steps of the textbook: nothing shared with the library."""
    z = np.column_stack([np.ones(len(X)), X])
    beta = np.zeros(z.shape[1])
    for _ in range(20):
        mean = 1 / (1 + np.exp(-z @ beta))
        information = z.T @ (z * (mean * (1 - mean))[:, None])
        beta = beta + np.linalg.solve(information, z.T @ (y - mean))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


@pytest.mark.parametrize("intercept", [-1.0, -5.5])
def test_long_data_start_from_a_sample_and_end_at_the_maximum(intercept):
    X, y = long_data(intercept=intercept)
    beta, errors = plain_newton(X, y)
    found = fit(X, y)
    assert np.max(np.abs(found.coefficients - beta) / errors) < 1e-8
    np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-6)
    assert sum(one.information for one in found.passes) <= 3
    assert found.decrement <= 1e-6


def test_sorted_rows_and_repeating_rows():
    X, y = long_data()
    beta, errors = plain_newton(X, y)
    for order in (np.argsort(y, kind="stable"), np.argsort(X[:, 0]), np.arange(len(y)).reshape(-1, 20).T.ravel()):
        found = fit(X[order], y[order])
        assert np.max(np.abs(found.coefficients - beta) / errors) < 1e-8


def test_levels_that_the_sample_may_miss():
    """Eight ones in a column of 60,000 zeros: the start may not know of them, the fit must."""
    X, y = long_data(p=3)
    rare = np.zeros(len(y))
    rare[::7500] = 1.0
    y = y.copy()
    y[::7500] = [1, 0, 1, 0, 1, 1, 0, 1]
    both = np.column_stack([X, rare])
    beta, errors = plain_newton(both, y)
    found = fit(both, y)
    assert np.max(np.abs(found.coefficients - beta) / errors) < 1e-7


def test_the_whole_fit_has_the_same_bits_for_any_number_of_threads():
    X, y = long_data()
    before = verhulst.get_num_threads() if hasattr(verhulst, "get_num_threads") else 1
    results = []
    try:
        for threads in (1, 2, 5):
            verhulst.set_num_threads(threads)
            results.append(fit(X, y))
    finally:
        verhulst.set_num_threads(before)
    for other in results[1:]:
        assert other.coefficients.tobytes() == results[0].coefficients.tobytes()
        assert other.covariance.tobytes() == results[0].covariance.tobytes()


def test_the_decrement_is_the_distance_in_standard_errors():
    X, y = long_data(n=2000)
    beta, errors = plain_newton(X, y)
    rough = fit(X, y, tolerance=1.0)
    distance = np.max(np.abs(rough.coefficients - beta) / errors)
    first = fit(X, y).passes[-2].decrement
    assert distance <= 1.0
    assert first < 1.0


def test_steps_that_go_too_far_are_shortened():
    """ℓ = −log cosh β is so flat away from 0 that a full step from 2 overshoots."""

    def statistics(beta, *, direction=None, information=True):
        value, slope = -float(np.log(np.cosh(beta[0]))), -np.tanh(beta)
        curve = np.array([[float(np.cosh(beta[0])) ** -2]]) if information else None
        return Statistics(value, slope, curve, 1.0)

    found = newton(statistics, np.array([2.0]))
    assert found.status == "converged"
    assert found.beta[0] == pytest.approx(0.0, abs=1e-9)
    assert not all(one.accepted for one in found.passes)


def test_standard_errors_are_those_of_the_end_where_most_passes_have_no_matrix():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(60_000, 130))
    y = (rng.random(60_000) < verhulst.sigmoid(X @ rng.normal(size=130) / 8 - 1)).astype(float)
    found = fit(X, y)
    with_matrix = [one.information for one in found.passes]
    assert sum(with_matrix) < len(with_matrix) / 2
    assert with_matrix[-1]
    z = np.column_stack([np.ones(len(X)), X])
    p = verhulst.sigmoid(z @ found.coefficients)
    information = z.T @ (z * (p * (1 - p))[:, None])
    gradient = z.T @ (y - p)
    assert gradient @ np.linalg.solve(information, gradient) < 1e-20
    np.testing.assert_allclose(found.covariance, np.linalg.inv(information), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("most", [2, 3, 4])
def test_no_more_passes_than_allowed(most):
    rng = np.random.default_rng(9)
    X = rng.normal(size=(120_000, 8))
    y = (rng.random(120_000) < verhulst.sigmoid(X @ rng.normal(size=8) - 1)).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert len(fit(X, y, max_passes=most).passes) <= most


@pytest.mark.parametrize("seeds", [(584, 585), (0, 60)])
def test_standard_errors_under_a_strong_penalty_are_those_of_the_end(seeds):
    """A ridge that holds the steps hides how much the information changes on the way."""
    for seed in range(*seeds):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(20, 300))
        X = rng.integers(0, 3, (n, 3)).astype(float)
        y = (rng.random(n) < rng.choice([0.1, 0.3, 0.5])).astype(float)
        z = np.column_stack([np.ones(n), X])
        for C in (0.001, 0.1):
            found = fit(X, y, C=C)
            mean = verhulst.sigmoid(z @ found.coefficients)
            information = z.T @ (z * (mean * (1 - mean))[:, None]) + np.diag([0.0, 1 / C, 1 / C, 1 / C])
            errors = np.sqrt(np.diag(np.linalg.inv(information)))
            np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-6)
