"""What a fit says does not depend on the units of the columns, up to the ends of the doubles.

Two fits may end at points that are a millionth of a standard error apart, and so do what they say.
"""

import json
import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.data.model_file import decode, encode
from verhulst.regression import fit, fit_firth, marginal_effects, profile_intervals, sandwich
from verhulst.regression.inference import odds_ratios, probability_interval, wald
from verhulst.regression.result import LogisticFit

SCALES = [1e150, 1e170, 1e300, 1e-150, 1e-170, 1e-300]


def data(seed=0, n=300):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)) + np.array([3.0, 0.0, -1.0])
    return X, (rng.random(n) < vh.sigmoid(X @ [0.5, -1.0, 0.2] - 1)).astype(float)


def shown(found, X, y):
    """Everything without a unit that tables show."""
    table = list(wald(found))
    effects = list(marginal_effects(found, X))
    return np.array(
        [line.z for line in table]
        + [line.p_value for line in table]
        + [line.z for line in effects]
        + [line.lower / line.upper for line in [*table, *effects]]
        + [end for ends in probability_interval(found, X[:5]) for end in ends]
    )


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("fitted", [fit, fit_firth])
def test_errors_tests_and_intervals_in_any_units(fitted, scale):
    X, y = data()
    units = np.array([scale, 1.0, np.sqrt(scale)])
    one, other = fitted(X, y), fitted(X * units, y)
    np.testing.assert_allclose(other.standard_errors[1:] * units, one.standard_errors[1:], rtol=1e-6)
    np.testing.assert_allclose(other.standard_errors[0], one.standard_errors[0], rtol=1e-6)
    np.testing.assert_allclose(shown(other, X * units, y), shown(one, X, y), rtol=1e-6)
    for mine, theirs in zip(odds_ratios(other), odds_ratios(one), strict=True):
        assert mine.p_value == pytest.approx(theirs.p_value, rel=1e-6)
    ends = profile_intervals(other, X * units, y)
    np.testing.assert_allclose(ends[1:] * units[:, None], profile_intervals(one, X, y)[1:], rtol=1e-6)


@pytest.mark.parametrize("scale", SCALES)
def test_robust_errors_in_any_units(scale):
    X, y = data(1)
    one, other = (vh.LogisticRegression().fit(x, y) for x in (X, X * scale))
    for options in ({"covariance": "HC1"}, {"clusters": np.arange(len(y)) // 10}):
        tables = [list(model.summary(**options).coefficients) for model in (one, other)]
        np.testing.assert_allclose([line.z for line in tables[1]], [line.z for line in tables[0]], rtol=1e-6)


@pytest.mark.parametrize(
    ("weight", "scale"),
    [(1e-300, 1.0), (1e-300, 1e170), (1e-150, 1e-100), (1e150, 1e170), (1e300, 1.0), (1e300, 1e-170)],
)
def test_weights_of_any_size(weight, scale):
    X, y = data(2)
    one = fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so many cases cannot be fitted to a part of their standard error
        other = fit(X * scale, y, np.full(len(y), weight))
    np.testing.assert_allclose(other.standard_errors[1:] * scale * np.sqrt(weight), one.standard_errors[1:], rtol=1e-6)


def test_years_lose_nothing_by_being_far_from_zero():
    X, y = data(3)
    shift = np.array([1e9, 0.0, -1e8])
    far = X + shift
    X = far - shift  # the same after rounding
    one, other = fit(X, y), fit(far, y)
    for a, b in zip(probability_interval(one, X), probability_interval(other, far), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_the_matrix_is_the_one_that_errors_and_intervals_come_from():
    X, y = data(4)
    found = fit(X, y, np.linspace(0.1, 3, len(y)))
    design = np.column_stack([np.ones(len(y)), X])
    w = np.linspace(0.1, 3, len(y)) * vh.sigmoid_derivative(found.log_odds(X))
    np.testing.assert_allclose(found.covariance, np.linalg.inv((design * w[:, None]).T @ design), rtol=1e-6)
    np.testing.assert_allclose(found.standard_errors, np.sqrt(np.diag(found.covariance)), rtol=1e-12)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", design, found.covariance, design))
    np.testing.assert_allclose(found.covariance_record.row_deviations(X), errors, rtol=1e-9)
    np.testing.assert_allclose(found.covariance_record.deviations(design), errors, rtol=1e-9)
    robust = sandwich(found, X, y, np.linspace(0.1, 3, len(y)))
    for line, variance in zip(wald(found, covariance=robust), np.diag(robust), strict=True):
        assert line.standard_error == pytest.approx(np.sqrt(variance), rel=1e-12)


@pytest.mark.parametrize("scale", [1.0, 1e-170, 1e170])
def test_model_files_keep_the_errors(scale):
    X, y = data(5)
    found = fit(X * scale, y)
    again = LogisticFit.from_json(decode(json.loads(json.dumps(encode(found.to_json())))))
    np.testing.assert_array_equal(again.standard_errors, found.standard_errors)
    np.testing.assert_array_equal(again.covariance, found.covariance)


def test_older_model_files_hold_a_plain_matrix():
    X, y = data(6)
    found = fit(X, y)
    record = decode(json.loads(json.dumps(encode(found.to_json() | {"covariance": found.covariance}))))
    again = LogisticFit.from_json(record)
    np.testing.assert_array_equal(again.covariance, found.covariance)
    np.testing.assert_allclose(again.standard_errors, found.standard_errors, rtol=1e-14)
    for a, b in zip(probability_interval(again, X), probability_interval(found, X), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
