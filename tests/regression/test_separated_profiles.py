"""Tests and profile intervals of separated fits: what `fit` finds without the column, or with it as an offset."""

import warnings

import numpy as np
import pytest
from scipy.stats import chi2

import verhulst as vh
from verhulst.regression import ConvergenceWarning, crossing, fit, likelihood_ratio_tests, profile_intervals
from verhulst.regression.refitted import Refitted

FALL = chi2.ppf(0.95, 1) / 2


def dose(rng):
    """Shares of answers at a few doses, with the square of the dose."""
    doses = np.unique(rng.choice([0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100], rng.integers(4, 9)))
    cases = rng.integers(3, 50, len(doses))
    log_odds = (np.log(doses + 0.05) - rng.normal()) * rng.choice([0.5, 2, 10])
    return np.column_stack([doses, doses**2]), rng.binomial(cases, vh.sigmoid(log_odds)) / cases, cases.astype(float)


def groups(rng):
    """Groups as columns of 0 and 1, a measurement, and their products."""
    n, k = rng.integers(15, 60), rng.integers(2, 5)
    columns = np.eye(k)[rng.integers(0, k, n)][:, 1:]
    x = np.round(rng.normal(50, 10, n))[:, None]
    return np.hstack([columns, x, columns * x]), (rng.random(n) < rng.choice([0.5, 0.15])).astype(float), None


def rare(rng):
    """One to three events, the other rows standing for many."""
    n = rng.integers(40, 120)
    X = np.column_stack([rng.integers(0, 2, n), rng.integers(18, 90, n), rng.integers(0, 4, n)]).astype(float)
    y = np.zeros(n)
    y[rng.choice(n, rng.integers(1, 4), replace=False)] = 1.0
    return X[:, : rng.integers(2, 4)], y, np.where(y == 1, 1.0, rng.choice([1.0, 10.0, 1000.0]))


def quietly(*args, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit(*args, **settings)


def separated(family, count):
    """The first separated fits of a family, and their data."""
    found, seed = [], 0
    while len(found) < count:
        X, y, weight = family(np.random.default_rng(seed))
        seed += 1
        if y.max() > 0 and y.min() < 1 and np.all(X.std(axis=0) > 0):
            model = quietly(X, y, weight)
            if model.separation is not None:
                found.append((model, X, y, weight))
    return found


@pytest.mark.parametrize(("family", "count"), [(dose, 30), (groups, 12), (rare, 12)])
def test_separated_fits(family, count):
    ends = 0
    for model, X, y, weight in separated(family, count):
        tests = likelihood_ratio_tests(model, X, y, weight)[:, 0]
        intervals = profile_intervals(model, X, y, weight)
        used = [j for j in range(X.shape[1]) if model.states[j + 1] != "left out"]
        for j in [-1, *used]:
            others, intercept = X[:, [i for i in used if i != j]], j >= 0
            column = X[:, j] if intercept else np.ones(len(y))
            without = quietly(others, y, weight, intercept=intercept).log_likelihood
            assert tests[j + 1] == pytest.approx(2 * (model.log_likelihood - without), rel=1e-6, abs=1e-6)
            for end in intervals[j + 1][np.isfinite(intervals[j + 1])]:
                held = quietly(others, y, weight, column * end, intercept=intercept)
                assert model.log_likelihood - held.log_likelihood == pytest.approx(FALL, abs=1e-4)
                ends += 1
    assert ends >= 10


def hard_to_follow(seed):
    """Data of the families in other units, without an intercept, or with offsets."""
    rng = np.random.default_rng(seed)
    X, y, weight = (dose, groups, rare)[seed % 3](rng)
    mode, offset = seed // 3 % 6, None
    if mode == 2:
        offset = np.round(rng.normal(size=len(y)) * rng.choice([0.5, 2, 8]), 2)
    if mode == 3:
        weight = (np.ones(len(y)) if weight is None else weight) * 10.0 ** rng.integers(-8, 12)
    if mode == 4:
        X = X * 10.0 ** rng.integers(-5, 5, X.shape[1])
    return X, y, weight, offset, mode != 1


@pytest.mark.parametrize("seed", [90021, 90057, 90096, 90435, *range(91000, 91012)])
def test_every_number_is_right_or_its_absence_explained(seed):
    """Ends 5e3 standard deviations of their column away were nan."""
    X, y, weight, offset, intercept = hard_to_follow(seed)
    if y.max() == 0 or y.min() == 1:
        pytest.skip("one outcome")
    model = quietly(X, y, weight, offset, intercept=intercept)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tests = likelihood_ratio_tests(model, X, y, weight, offset)[:, 0]
        intervals = profile_intervals(model, X, y, weight, offset)
    said = " ".join(str(one.message) for one in caught)
    unit = 1.0 if weight is None else max(1.0, np.max(weight))
    used = [j for j in range(X.shape[1]) if model.states[j + intercept] != "left out"]
    for j in used:
        others, k = X[:, [i for i in used if i != j]], j + intercept
        without = quietly(others, y, weight, offset, intercept=intercept).log_likelihood
        if np.isnan(tests[k]) or np.isnan(intervals[k]).any():
            assert model.parameter_names[k] in said
        if not np.isnan(tests[k]):
            assert tests[k] == pytest.approx(2 * (model.log_likelihood - without), rel=1e-6, abs=1e-6 * unit)
        for end in intervals[k][np.isfinite(intervals[k])]:
            shift = X[:, j] * end + (0.0 if offset is None else offset)
            if np.max(np.abs(shift)) < 1e8:  # beyond, rounding of the offset changes the answer
                held = quietly(others, y, weight, shift, intercept=intercept)
                assert model.log_likelihood - held.log_likelihood == pytest.approx(FALL, abs=1e-4)


@pytest.mark.parametrize("seed", [5017, 90427])
def test_coefficients_as_given_that_have_lost_digits(seed):
    """The likelihood was below that of the fit, and tests were 0: products in units that differ by powers of ten."""
    X, y, weight, _, _ = hard_to_follow(seed)
    model = quietly(X, y, weight)
    without = [quietly(np.delete(X, j, axis=1), y, weight).log_likelihood for j in range(X.shape[1])]
    tests = likelihood_ratio_tests(model, X, y, weight)[1:, 0]
    np.testing.assert_allclose(tests, 2 * (model.log_likelihood - np.array(without)), rtol=1e-6, atol=1e-6)
    assert tests.max() > 1


def test_columns_that_only_last_digits_tell_apart_have_no_limit():
    """In other units products differ from combinations by rounding: limits of 0 to 77 were given, one without error."""
    X, y, weight, _, _ = hard_to_follow(730075)
    model = quietly(X, y, weight)
    assert model.states == ("infinite",) * 4 + ("not determined",) * 4
    assert np.all(np.isnan(model.coefficients[4:]))
    with pytest.warns(ConvergenceWarning, match=r"intervals of \(intercept\), x1, x2, x3 are nan"):
        intervals = profile_intervals(model, X, y, weight)
    np.testing.assert_array_equal(intervals[4:], [[-np.inf, np.inf]] * 4)


def test_weights_of_a_billion():
    """Quadratic models were followed to 1e-10 of the scaled weights, which is 500 in this statistic."""
    X, y, weight, offset, _ = hard_to_follow(760007)
    model = quietly(X, y, weight, offset)
    without = quietly(np.delete(X, 1, axis=1), y, weight, offset).log_likelihood
    test = likelihood_ratio_tests(model, X, y, weight, offset)[2, 0]
    assert test == pytest.approx(2 * (model.log_likelihood - without), rel=1e-6)


def test_weights_that_leave_no_digits_for_differences():
    X, y = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], [0, 0, 1, 0, 1, 1]
    weight = [1e13] * 6
    model = fit(X, y, weight)
    with pytest.warns(ConvergenceWarning, match="log-likelihoods of .* are lost in rounding, so that the intervals"):
        profile_intervals(model, X, y, weight)


def test_a_search_that_takes_too_many_fits_ends_with_a_warning(monkeypatch):
    X, y, weight, _, _ = hard_to_follow(90021)
    model = quietly(X, y, weight, intercept=False)
    monkeypatch.setattr(crossing, "MOST", 3)
    with pytest.warns(ConvergenceWarning, match="intervals of x1, x2 are nan: up to 60 fits of the others"):
        found = profile_intervals(model, X, y, weight)
    np.testing.assert_array_equal(found, [[-np.inf, np.nan], [np.nan, np.inf]])
    note = "Ends of the intervals of x1, x2 are not known, which does not mean infinite."
    assert note in model.summary(intervals=found).warnings


def test_the_square_of_a_dose():
    """All three coefficients are infinite; the test of the square said 288.5."""
    X, y, weight = [[0.2, 0.04], [2, 4], [100, 10000.0]], [3 / 5, 14 / 27, 1.0], [5, 27, 15]
    model = quietly(X, y, weight)
    assert likelihood_ratio_tests(model, X, y, weight)[2, 0] == pytest.approx(0.24190833, abs=1e-7)
    low, high = profile_intervals(model, X, y, weight)[2]
    assert low < 0
    assert high == np.inf


def test_a_height_that_no_fit_is_certain_of(monkeypatch):
    X, y, weight = [[0.2, 0.04], [2, 4], [100, 10000.0]], [3 / 5, 14 / 27, 1.0], [5, 27, 15]
    model = quietly(X, y, weight)
    monkeypatch.setattr(Refitted, "__call__", lambda *_: (-50.0, False))
    with pytest.warns(ConvergenceWarning, match=r"tests of \(intercept\), x1, x2 are nan"):
        assert np.all(np.isnan(likelihood_ratio_tests(model, X, y, weight)))
    with pytest.warns(ConvergenceWarning, match=r"intervals of \(intercept\), x1, x2 are nan"):
        found = profile_intervals(model, X, y, weight)
    np.testing.assert_array_equal(found, [[np.nan, np.inf], [-np.inf, np.nan], [np.nan, np.inf]])
