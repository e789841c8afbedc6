"""Jeffreys' penalty is not concave: of two maxima the higher one, and profiles over the higher one."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from verhulst.regression import fit_firth, likelihood_ratio_tests, profile_intervals

# Beside the first seeds, those of designs where the lower maximum was once returned, among them some that separate.
SEEDS = [*range(24), 300010, 300127, 300141, 300361, 301197]


def penalised(beta, Z, y, offset=0.0):
    """Value and gradient of ℓ + ½ log det XᵀWX."""
    eta = Z @ beta + offset
    p, other = 1 / (1 + np.exp(-eta)), 1 / (1 + np.exp(eta))
    weight = p * other
    sign, log_determinant = np.linalg.slogdet((Z * weight[:, None]).T @ Z)
    if not (sign > 0 and np.isfinite(log_determinant)):
        return -np.inf, np.zeros_like(beta)
    leverage = weight * np.einsum("ij,ji->i", Z, np.linalg.solve((Z * weight[:, None]).T @ Z, Z.T))
    value = (y * eta - np.logaddexp(0, eta)).sum() + 0.5 * log_determinant
    return value, Z.T @ (y - p + leverage * (0.5 - p))


def highest(Z, y, rng, offset=0.0):
    """The highest of what BFGS finds from 0 and from eight random starts, in scaled columns."""
    best = -np.inf
    scaled = np.column_stack([Z[:, 0], (Z[:, 1:] - Z[:, 1:].mean(axis=0)) / Z[:, 1:].std(axis=0)])
    units = np.log(Z[:, 1:].std(axis=0)).sum()

    def fallen(beta):
        value, gradient = penalised(beta, scaled, y, offset)
        return (-value, -gradient) if np.isfinite(value) else (1e10, gradient)

    for size in (0, 1, 1, 3, 3, 6, 6, 10, 10):
        with np.errstate(all="ignore"):
            found = minimize(fallen, rng.normal(size=Z.shape[1]) * size, jac=True, method="BFGS")
        best = max(best, -found.fun + units)
    return best


def design(seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(6, 20)), int(rng.integers(1, 4))
    X = np.round(rng.normal(size=(n, p)), 1) if rng.random() < 0.5 else rng.integers(0, 4, (n, p)).astype(float)
    kind = seed % 3
    y = X[:, 0] > np.median(X[:, 0]) if kind == 0 else rng.random(n) < (0.5 if kind == 1 else 0.1)
    Z = np.column_stack([np.ones(n), X])
    usable = y.min() < y.max() and np.linalg.matrix_rank(Z) > p
    return Z, y.astype(float), usable, rng


def test_the_highest_maximum_that_other_searches_find():
    looked = 0
    for seed in SEEDS:
        Z, y, usable, rng = design(seed)
        if not usable:
            continue
        looked += 1
        found = fit_firth(Z[:, 1:], y)
        assert found.converged
        assert found.firth.penalised_log_likelihood >= highest(Z, y, rng) - 1e-6, seed
    assert looked >= 20


@pytest.mark.parametrize("seed", [0, 1, 2, 293, 1788, 2536, 2747, 2965])
def test_offsets_move_where_most_rows_have_information(seed):
    """With the last five, a search from coefficients of 0 finds the lower of two maxima."""
    rng = np.random.default_rng(seed)
    X, y = rng.integers(0, 9, (12, 2)).astype(float), (rng.random(12) < 0.5).astype(float)
    offset = rng.integers(-6, 7, 12).astype(float)
    found = fit_firth(X, y, offset=offset)
    best = highest(np.column_stack([np.ones(12), X]), y, rng, offset)
    assert found.converged
    assert found.firth.penalised_log_likelihood >= best - 1e-6


@pytest.mark.parametrize("seed", [47, 79, 131, 139, 140, 219, 236])
def test_maxima_that_rest_on_other_rows(seed):
    """Where searches from afar all found the lower maximum, one row in the place of another leads to the higher."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(6, 20)), int(rng.integers(1, 4))
    X, y = rng.integers(0, 5, (n, p)).astype(float), (rng.random(n) < 0.5).astype(float)
    offset = rng.integers(-8, 9, n).astype(float)
    found = fit_firth(X, y, offset=offset)
    best = highest(np.column_stack([np.ones(n), X]), y, rng, offset)
    assert found.converged
    assert found.firth.penalised_log_likelihood >= best - 1e-6


X10 = np.array([-0.1, 0.3, 0.6, 0.3, -1.3, 0.2, 0.7, 1.8, 0.1, 0.4])[:, None]
Y10 = np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 0])


def test_the_higher_of_two_maxima():
    found = fit_firth(X10, Y10)
    assert found.firth.penalised_log_likelihood == pytest.approx(-2.90606, abs=1e-5)
    np.testing.assert_allclose(found.coefficients, [-1.08735, -2.21257], atol=1e-5)
    X = [[0.2, -1.5], [0.1, 0.1], [-0.6, -1.6], [-0.1, -1.9], [-0.2, 0.0], [2.4, 1.1]]
    y = np.array([1, 1, 0, 0, 0, 1.0])
    found = fit_firth(X, y)
    Z = np.column_stack([np.ones(6), X])
    assert found.firth.penalised_log_likelihood == pytest.approx(highest(Z, y, np.random.default_rng(0)), abs=1e-6)


@pytest.mark.parametrize("shift", [0.0, 1000.0])
def test_the_columns_may_be_in_any_unit(shift):
    found = fit_firth(X10 * 100 + shift, Y10)
    assert found.coefficients[1] * 100 == pytest.approx(-2.21257, abs=1e-5)


def profile(X, y, slope):
    """The penalised likelihood of one column with this slope, over a grid of intercepts."""
    x = X[:, 0]
    eta = np.linspace(-6 * abs(slope) - 30, 6 * abs(slope) + 30, 6001)[:, None] + slope * x
    size = np.exp(-np.logaddexp(0, np.abs(eta)))
    weight = size * (1 - size)
    determinant = 0.5 * np.einsum("ai,ij,aj->a", weight, (x[:, None] - x) ** 2, weight)
    with np.errstate(divide="ignore"):
        return np.max((y * eta - np.logaddexp(0, eta)).sum(axis=1) + 0.5 * np.log(determinant))


def one_column(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 60))
    x = np.round(rng.normal(size=n), 1) if rng.random() < 0.5 else rng.integers(0, 6, n).astype(float)
    y = x > np.median(x) if seed % 2 == 0 else rng.random(n) < rng.choice([0.1, 0.5])
    return x[:, None], y.astype(float)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6, 23, 130, 178])
def test_profile_ends_over_the_higher_maximum(seed):
    X, y = one_column(seed)
    found = fit_firth(X, y)
    cut = found.firth.penalised_log_likelihood - chi2.ppf(0.95, 1) / 2
    for end in profile_intervals(found, X, y)[1]:
        assert profile(X, y, end) == pytest.approx(cut, abs=0.02)
    fallen = found.firth.penalised_log_likelihood - profile(X, y, 0.0)
    assert likelihood_ratio_tests(found, X, y)[1, 0] == pytest.approx(2 * fallen, abs=0.01)


def separated(seed, columns):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(61, 160))
    X = rng.normal(size=(n, columns))
    return X, (X[:, 0] + 0.3 * X[:, -1] > rng.normal() * 0.7).astype(float)


@pytest.mark.parametrize(("seed", "columns"), [(1, 1), (29, 1), (1, 2), (5, 2), (5, 3)])
def test_profile_ends_of_separated_data_of_more_rows(seed, columns):
    """No search over the other coefficients, with one at the end of its interval, is above the cut."""
    X, y = separated(seed, columns)
    found, Z = fit_firth(X, y), np.column_stack([np.ones(len(y)), X])
    cut = found.firth.penalised_log_likelihood - chi2.ppf(0.95, 1) / 2
    for k, ends in enumerate(profile_intervals(found, X, y)):
        for end in ends:

            def fallen(others, k=k, end=end):
                value, gradient = penalised(np.insert(others, k, end), Z, y)
                return (-value, -np.delete(gradient, k)) if np.isfinite(value) else (1e10, np.delete(gradient, k))

            start = np.delete(found.coefficients, k)
            heights = []
            for factor in (0.3, 1, 2, 4, abs(end / found.coefficients[k])):
                with np.errstate(all="ignore"):
                    heights.append(-minimize(fallen, factor * start, jac=True, method="BFGS").fun)
            assert max(heights) < cut + 0.02


@pytest.mark.parametrize(
    ("seed", "k", "other"),
    [(39, 1, [49.8, 105.2, 21.6]), (7, 0, [75.4, 95.0, 28.7]), (11, 1, [45.0, 26.5, 4.2, 8.2])],
)
def test_profile_ends_over_maxima_that_rest_on_other_rows(seed, k, other):
    """`other` was found by random searches, and was above the cut where the interval once ended."""
    X, y = separated(seed, len(other) - 1)
    found, Z = fit_firth(X, y), np.column_stack([np.ones(len(y)), X])
    cut = found.firth.penalised_log_likelihood - chi2.ppf(0.95, 1) / 2
    end = profile_intervals(found, X, y)[k, 1]

    def fallen(others):
        value, gradient = penalised(np.insert(others, k, end), Z, y)
        return (-value, -np.delete(gradient, k)) if np.isfinite(value) else (1e10, np.delete(gradient, k))

    start = np.delete(np.multiply(other, end / other[k]), k)
    with np.errstate(all="ignore"):
        assert -minimize(fallen, start, jac=True, method="BFGS").fun == pytest.approx(cut, abs=0.01)
