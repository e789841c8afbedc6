"""Columns whose values are near the ends of the doubles: coefficients scale with powers of two, or words refuse."""

import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.regression import fit

ROWS = 60
UP, DOWN = (990, 1003, 1020), (-990, -1019)


def data():
    rng = np.random.default_rng(3)
    X = rng.integers(-64, 65, size=(ROWS, 2)) / 32.0  # few digits: exact when subnormal, too
    return X, (rng.random(ROWS) < vh.sigmoid(X @ [1.0, -0.5])).astype(float), rng.integers(1, 4, ROWS).astype(float)


def quietly(X, y, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # nothing overflows on the way
        return fit(X, y, **options)


def assert_scaled(found, plain, exponents):
    """The same fit, its coefficients and their errors divided by powers of two."""
    assert found.status == plain.status == "converged"
    first = int(found.has_intercept)
    errors = plain.standard_errors
    back = np.ldexp(found.coefficients[first:], exponents)
    np.testing.assert_array_less(np.abs(back - plain.coefficients[first:]), 1e-5 * errors[first:])
    np.testing.assert_array_less(
        np.abs(found.coefficients[:first] - plain.coefficients[:first]), 1e-5 * errors[:first] + 1e-300
    )
    np.testing.assert_allclose(np.ldexp(found.standard_errors[first:], exponents), errors[first:], rtol=1e-5)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-8)


@pytest.mark.parametrize("exponent", UP + DOWN)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("firth", [False, True])
def test_coefficients_scale_exactly(exponent, intercept, firth):
    X, y, weight = data()
    for exponents in ([exponent, exponent], [exponent, 0], [exponent, -exponent // 2]):
        for each in (None, weight):
            options = {"intercept": intercept, "firth": firth, "sample_weight": each}
            scaled = quietly(np.ldexp(X, exponents), y, **options)
            assert_scaled(scaled, fit(X, y, **options), exponents)


@pytest.mark.parametrize("exponent", [1003, 1023])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("firth", [False, True])
@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_one_far_value_among_ordinary_ones(exponent, intercept, firth, outcome):
    X, y, weight = data()
    X[np.flatnonzero(y == outcome)[3], 0] = np.ldexp(1.5, exponent)
    for each in (None, weight):
        options = {"intercept": intercept, "firth": firth, "sample_weight": each}
        found, plain = quietly(X, y, **options), fit(np.ldexp(X, [-600, 0]), y, **options)
        assert_scaled(found, plain, [600, 0])


@pytest.mark.parametrize("exponent", [1003, 1023])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("C", [np.inf, 1.0])
@pytest.mark.filterwarnings("ignore::verhulst.regression.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::verhulst.regression.CollinearWarning")
def test_far_values_in_both_columns_of_a_row(exponent, intercept, C):
    """Beside such a row the two columns are nearly one to the precision of doubles: there may be no maximum to find."""
    X, y, _ = data()
    X[np.flatnonzero(y == 0)[3]] = np.ldexp(1.5, exponent)
    assert np.all(np.isfinite(quietly(X, y, intercept=intercept, C=C).coefficients))


@pytest.mark.parametrize("exponent", [400, 1003, 1023])
@pytest.mark.parametrize("intercept", [True, False])
def test_firth_refuses_them(exponent, intercept):
    X, y, _ = data()
    X[np.flatnonzero(y == 0)[3]] = np.ldexp(1.5, exponent)
    with pytest.raises(ValueError, match="singular"):
        quietly(X, y, firth=True, intercept=intercept)


@pytest.mark.parametrize("exponent", UP + DOWN + (-1074,))
@pytest.mark.parametrize("intercept", [True, False])
def test_penalised_slopes_vanish_or_fit(exponent, intercept):
    """Columns of 1e-300 have slopes of nearly 0; those of 1e300 are fitted as without a penalty."""
    X, y, weight = data()
    X, exponent = X * 32, max(exponent - 5, -1074)
    options = {"intercept": intercept, "sample_weight": weight}
    found = quietly(np.ldexp(X, exponent), y, C=1.0, **options)
    if exponent > 0:
        assert_scaled(found, fit(X, y, **options), exponent)
    else:
        assert found.status == "converged"
        assert np.all(np.abs(found.coefficients[int(intercept) :]) < 1e-280)


@pytest.mark.parametrize("exponent", [-1026, -1045, -1074])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("firth", [False, True])
@pytest.mark.parametrize("also", [0, -1])
def test_coefficients_that_no_double_holds_are_refused(exponent, intercept, firth, also):
    X, y, weight = data()
    X = np.round(X * 2) * np.ldexp(1.0, [exponent, exponent if also else 0])
    for each in (None, weight):
        with pytest.raises(ValueError, match=r"column 'x1' are so close together .* multiply the column"):
            quietly(X, y, intercept=intercept, firth=firth, sample_weight=each)


def test_columns_that_span_more_than_the_doubles_are_refused():
    X, y, _ = data()
    most = np.finfo(float).max
    with pytest.raises(ValueError, match="sums overflow"):
        fit(np.where(X > 1, -most, most), y)
