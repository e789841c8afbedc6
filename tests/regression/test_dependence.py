"""A column is left out only if it is a combination of others to the precision of its numbers."""

import warnings

import numpy as np
import pytest
from scipy.interpolate import BSpline
from tests.regression.extreme_rays import rank
from tests.regression.optimum import optimum

from verhulst.regression import ConvergenceWarning, fit, fit_firth
from verhulst.regression.collinearity import CollinearWarning


def years(rng, n):
    """Powers of the year, and the same space in years since the middle."""
    first, many, most = rng.choice([1900, 1990, 2010]), rng.integers(8, 40), rng.integers(2, 5)
    year = rng.integers(first, first + many, n).astype(float)
    middle = (year - first - many // 2) / many
    return [np.column_stack([x**k for k in range(1, most + 1)]) for x in (year, middle)]


def visits(rng, n):
    """Start and end of visits of minutes, in seconds, ms or µs; and start and duration."""
    start, length = np.floor(1.5e9 + rng.random(n) * 10.0 ** rng.integers(4, 9)), rng.integers(10, 300, n)
    unit = rng.choice([1e0, 1e3, 1e6])
    return [np.column_stack([start, start + length]) * unit, np.column_stack([(start - 1.5e9) / 1e8, length])]


@pytest.mark.parametrize("fitted", [fit, fit_firth])
@pytest.mark.parametrize("family", [years, visits])
def test_columns_that_are_nearly_combinations_are_fitted(family, fitted):
    """Whatever coordinates a space is given in, it has the same maximum."""
    rng = np.random.default_rng(21)
    for _ in range(15):
        X, same = family(rng, 60)
        y = rng.permutation(np.arange(60) % 2)
        with warnings.catch_warnings():
            warnings.simplefilter("error", CollinearWarning)
            found, known = fitted(X, y), fitted(same, y)
        assert found.log_likelihood == pytest.approx(known.log_likelihood, rel=1e-8)
        rounding = np.finfo(float).eps * (np.abs(X) @ np.abs(found.coefficients[1:]) + abs(found.coefficients[0]))
        assert np.all(np.abs(found.log_odds(X) - known.log_odds(same)) <= 2e-5 + 4 * rounding)


def test_a_year_its_square_and_its_cube():
    """Eleven years, twice each: coefficients and standard errors of the maximum in 500 bits."""
    year = np.tile(np.arange(2010.0, 2021), 2)
    X = np.column_stack([year, year**2, year**3])
    y = np.array([0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1])
    found = fit(X, y)
    coefficients, errors, height = optimum(X, y, starts=[found.coefficients])
    assert found.converged
    np.testing.assert_allclose(found.coefficients, np.array(coefficients, dtype=float), rtol=1e-7)
    np.testing.assert_allclose(found.standard_errors, np.array(errors, dtype=float), rtol=1e-7)
    assert found.log_likelihood == pytest.approx(float(height), rel=1e-9)


def test_the_rank_of_integers_is_that_of_rational_arithmetic():
    rng, less = np.random.default_rng(4), 0
    for _ in range(50):
        n, p = int(rng.integers(10, 25)), int(rng.integers(2, 6))
        X = rng.integers(-3, 4, (n, p)).astype(float)
        for j in range(1, p):
            if rng.random() < 0.4:
                X[:, j] = X[:, :j] @ rng.integers(-2, 3, j) + rng.integers(-2, 3)
        if rng.random() < 0.5:
            X[:, -1] += X[:, 0] * 10.0 ** rng.integers(4, 9)
        if rng.random() < 0.5:
            X = (X + 2.0 ** rng.integers(0, 45)) * 2.0 ** rng.integers(-300, 300, p)
        intercept = bool(rng.random() < 0.7)
        known = rank(np.column_stack([np.ones(n), X])[:, 0 if intercept else 1 :].tolist())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = fit(X, rng.permutation(np.arange(n) % 2), intercept=intercept)
        assert p + intercept - len(found.collinear) == known, X.tolist()
        less += len(found.collinear) > 0
    assert 10 < less < 40


def percentages(rng, n):
    parts = rng.random((n, 5)) ** 3
    return 100 * parts / parts.sum(axis=1, keepdims=True), 1


def sums_of_decimals(rng, n):
    a, b = rng.normal(size=(2, n)).round(2) + 10.0 ** rng.integers(0, 9)
    return np.column_stack([a, b, a + b, rng.normal(size=n)]), 1


def sums_in_float32(rng, n):
    a, b = rng.normal(size=(2, n)).astype(np.float32) * np.float32(10.0 ** rng.integers(-3, 9))
    return np.column_stack([a, b, a + b]), 1


def other_units(rng, n):
    celsius = rng.normal(20, 8, n).round(1)
    return np.column_stack([celsius, celsius * 9 / 5 + 32, celsius + 273.15]), 2


def logarithms(rng, n):
    a, b = np.exp(3 * rng.normal(size=(2, n)))
    return np.column_stack([np.log(a), np.log(b), np.log(a * b), np.log10(a)]), 2


def running_sums(rng, n):
    parts = rng.normal(size=(n, 20))
    return np.column_stack([parts, np.cumsum(parts, axis=1)[:, 1:]]), 19


def start_duration_and_end(rng, n):
    start, length = np.floor(1.5e9 + rng.random(n) * 1e8), rng.integers(1, 300, n)
    return np.column_stack([start, length, start + length, (start + length) / 86400, length / 60]), 3


@pytest.mark.parametrize(
    "family",
    [
        percentages,
        sums_of_decimals,
        sums_in_float32,
        other_units,
        logarithms,
        running_sums,
        start_duration_and_end,
    ],
)
def test_rounding_makes_no_column_new(family):
    rng = np.random.default_rng(9)
    for _ in range(10):
        X, dependent = family(rng, 80)
        with pytest.warns(CollinearWarning, match="combination"):
            found = fit(X, rng.permutation(np.arange(80) % 2))
        assert len(found.collinear) == dependent


def test_two_pairs_that_differ_by_the_same_little():
    """What is left of either pair are four digits, and these are the same."""
    rng = np.random.default_rng(9)
    for _ in range(10):
        a, b, little = rng.normal(size=(3, 80))
        X = np.column_stack([a, b, a + 2e-12 * little, b + 2e-12 * little])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            with pytest.warns(CollinearWarning, match="combination"):
                found = fit(X, rng.permutation(np.arange(80) % 2))
        assert len(found.collinear) == 1


def splines(seed):
    """Cubic B-splines on equally spaced knots at 100 whole numbers: the columns of each row add up to 1."""
    rng = np.random.default_rng(seed)
    x = np.round(rng.uniform(20, 80, 100))
    y, many = (rng.random(100) < 0.4).astype(int), int(rng.integers(3, 8))
    step = np.ptp(x) / (many - 1)
    knots = x.min() + step * np.arange(-3, many + 3)
    return BSpline.design_matrix(x, knots, 3, extrapolate=True).toarray(), y


@pytest.mark.parametrize("seed", [*range(60), 2209])
def test_splines_that_add_up_to_one(seed):
    X, y = splines(seed)
    assert np.max(np.abs(X.sum(axis=1) - 1)) < 4 * np.finfo(float).eps
    for fitted in (fit, fit_firth):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some are separated
            found = fitted(X, y)
        assert len(found.collinear) == 1
        for alone in (fitted(X, y, intercept=False), fitted(X[:, 1:], y)):
            assert found.log_likelihood == pytest.approx(alone.log_likelihood, rel=1e-6)


def test_coefficients_that_doubles_do_not_hold_because_columns_are_alike():
    rng = np.random.default_rng(1)
    x = rng.normal(size=30).round(1)
    X = np.column_stack([x, x + 1e-11 * rng.normal(size=30).round(1)])
    with pytest.warns(ConvergenceWarning, match="some columns are so nearly combinations of others that the coeff"):
        fit(X, rng.permutation(np.arange(30) % 2))


@pytest.mark.parametrize("span", [3e17, 1e15, 1e9])
@pytest.mark.parametrize("C", [1.0, 1e5])
def test_time_stamps_some_hundred_ns_apart_under_a_penalty(span, C):
    """Numbers of 60 bits that differ in their last three: slopes of the maximum in 500 bits."""
    rng = np.random.default_rng(0)
    start = np.floor(1.6e18 + rng.random(30) * span)
    X = np.column_stack([start, start + 256.0 * rng.integers(0, 5, 30)])
    y = rng.permutation(np.arange(30) % 2).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # doubles do not hold the intercept to so many digits
        found = fit(X, y, C=C)
    coefficients, errors, _ = optimum(X, y, C=C, starts=[found.coefficients])
    off = (found.coefficients - np.array(coefficients, dtype=float)) / np.array(errors, dtype=float)
    assert np.max(np.abs(off[1:])) < 1e-5
    np.testing.assert_allclose(found.standard_errors[1:], np.array(errors[1:], dtype=float), rtol=1e-5)
