"""Which columns are combinations of others depends on the columns alone: not on weights, nor on one value far away."""

import warnings

import numpy as np
import pytest
from tests.regression.optimum import optimum

from verhulst.regression import ConvergenceWarning, SeparationWarning, fit, fit_firth
from verhulst.regression.collinearity import CollinearWarning

DESIGNS = 10


def design(rng, n=20):
    """Three small columns of integers that overlap, one of them a combination of others in half the cases."""
    while True:
        X = rng.integers(-3, 4, (n, 3)).astype(float)
        dependent = bool(rng.random() < 0.5)
        if dependent:
            X[:, 2] = X[:, 0] - 2 * X[:, 1] + 1
        y = rng.permutation(np.arange(n) % 2).astype(float)
        if np.linalg.matrix_rank(np.column_stack([np.ones(n), X])) == 4 - dependent:
            return X, y, dependent


def unlike_weights(X, rng):
    return X, 10.0 ** rng.integers(-8, 9, len(X))


def a_far_row(X, rng):
    """All columns are far away in the same row, so that they look alike beside it."""
    X = X.copy()
    X[rng.integers(len(X))] *= 2.0 ** rng.integers(30, 60)
    return X, None


def far_from_zero(X, rng):
    return X + 2.0**33, 10.0 ** rng.integers(-8, 9, len(X))


def unlike_scales(X, rng):
    return X * 2.0 ** rng.integers(-500, 500, X.shape[1]), None


@pytest.mark.parametrize("changed", [unlike_weights, a_far_row, far_from_zero, unlike_scales])
@pytest.mark.parametrize("fitted", [fit, fit_firth])
def test_rank_is_that_of_the_columns(fitted, changed):
    rng, seen = np.random.default_rng(12), 0
    for _ in range(DESIGNS):
        X, y, dependent = design(rng)
        X, weight = changed(X, rng)
        if dependent and changed is a_far_row:
            X[:, 2] = X[:, 0] - 2 * X[:, 1]  # what the row made of the 1 is not a combination any more
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = fitted(X, y, weight)
        told = [str(w.message) for w in caught if w.category is CollinearWarning]
        assert [c.name for c in found.collinear] == ["x3"] * dependent, (X.tolist(), told)
        assert not [w for w in caught if issubclass(w.category, RuntimeWarning)]
        seen += dependent
    assert 2 <= seen <= 8


def test_columns_that_few_rows_tell_apart_are_estimated():
    """Where rows of weight 1e-6, or those beside an outlier, tell columns apart: the maximum in 500 bits."""
    rng, checked = np.random.default_rng(5), 0
    for changed in (unlike_weights, a_far_row):
        for _ in range(7):
            X, y, dependent = design(rng)
            X, weight = changed(X, rng)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                found = fit(X, y, weight)
            if dependent or {w.category for w in caught} & {ConvergenceWarning, SeparationWarning}:
                continue
            known = optimum(X, y, weight, starts=[found.coefficients])
            assert known is not None
            coefficients, errors = (np.array([float(v) for v in part]) for part in known[:2])
            assert np.max(np.abs(found.coefficients - coefficients) / errors) < 5e-6
            np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-5)
            checked += 1
    assert checked >= 5


def test_a_column_that_was_taken_out_stays_out_of_limits():
    """Rows that are left after separation are fitted with the columns that the whole fit has."""
    rng = np.random.default_rng(3)
    for _ in range(10):
        a = rng.integers(0, 2, 30).astype(float)
        x = rng.normal(size=30).round(1)
        y = np.where(a == 1, 1.0, rng.permutation(np.arange(30) % 2))
        noise = rng.normal(size=30) * 1e-15
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = fit(np.column_stack([a, x, x + noise]), y)
            plain = fit(np.column_stack([a, x]), y)
        assert [c.name for c in found.collinear] == ["x3"]
        assert found.coefficients[3] == 0
        assert np.isnan(found.standard_errors[3])
        np.testing.assert_allclose(found.coefficients[:3], plain.coefficients, rtol=1e-9)
        np.testing.assert_allclose(found.standard_errors[:3], plain.standard_errors, rtol=1e-9)
        assert found.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-12)
        rows = np.column_stack([a, x, x + noise])
        np.testing.assert_allclose(found.log_odds(rows), plain.log_odds(rows[:, :2]), rtol=1e-7)


def test_separated_data_with_as_many_columns_as_rows():
    """Columns are taken out twice: of the whole, and of the rows that are left."""
    X = np.array([[0.0, -1, -2, 1], [-2, 0, 1, 1], [2, 1, -1, -1], [-2, -2, 2, -2]])
    y = [0.28, 0.37, 0, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found, whole = fit(X, y), fit(X[:, :3], y)
    assert found.separation is not None
    np.testing.assert_array_equal(found.coefficients, [*whole.coefficients, 0.0])
    np.testing.assert_array_equal(found.standard_errors, [*whole.standard_errors, np.nan])
    assert "not determined" in repr(found.summary())


def test_rounding_is_no_information():
    """Sums in different orders differ in their last digit, whatever the number of values they take."""
    rng = np.random.default_rng(1)
    for values in (2, 3, 1000):
        a, b, c = 0.1 * rng.integers(1, values + 1, 60), 0.2, rng.normal(size=60)
        X = np.column_stack([a, c, np.where(rng.random(60) < 0.5, (a + b) + 0.3, a + (b + 0.3))])
        with pytest.warns(CollinearWarning, match="column 'x3' is a combination of others"):
            found = fit(X, rng.permutation(np.arange(60) % 2))
        assert found.converged


def test_a_combination_whose_numbers_are_no_doubles():
    x = np.array([0.0, 1, 2, 3, 4, 5])
    X = np.column_stack([x * 1e-170, x * 1e170])
    with pytest.warns(CollinearWarning, match="column 'x2' is a combination of others; its coefficient is set to 0"):
        found = fit(X, [0, 0, 1, 0, 1, 1])
    alone = fit(X[:, :1], [0, 0, 1, 0, 1, 1])
    np.testing.assert_allclose(found.coefficients, [*alone.coefficients, 0.0], rtol=1e-9)
