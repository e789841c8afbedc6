"""What is said of coefficients that separated data leave open: coefficients, tables, tests, files, large data."""

import json
import warnings

import numpy as np
import pytest
from scipy.optimize import linprog
from tests.regression.extreme_rays import answer
from tests.regression.test_separation_exactly import FAMILIES, design, report, usable

import verhulst as vh
from verhulst.data.model_file import decode, encode
from verhulst.regression import SeparationWarning, exact_separation, fit, likelihood_ratio_tests, profile_intervals
from verhulst.regression.cone import Cone, UndecidedError
from verhulst.regression.fit_file import with_states
from verhulst.regression.fitting import fit as fit_arrays
from verhulst.regression.result import LogisticFit


def leak_and_noise(n=40):
    """x separates alone; noise is noise."""
    rng = np.random.default_rng(0)
    x = np.concatenate([-rng.random(n // 2) - 0.2, rng.random(n // 2) + 0.2])
    return np.column_stack([x, rng.normal(size=n)]), (x > 0).astype(int)


@pytest.fixture
def leaked():
    X, y = leak_and_noise()
    with pytest.warns(SeparationWarning):
        return fit(X, y, names=["x", "noise"])


def test_noise_beside_a_column_that_separates_alone_is_not_determined(leaked):
    assert leaked.separation.states == ("not determined", "+inf", "not determined")
    assert leaked.separation.not_determined == ("(intercept)", "noise")
    assert leaked.states == ("not determined", "infinite", "not determined")
    np.testing.assert_array_equal(leaked.coefficients, [np.nan, np.inf, np.nan])
    np.testing.assert_array_equal(leaked.standard_errors, [np.nan, np.inf, np.nan])
    np.testing.assert_array_equal(np.diag(leaked.covariance), [np.nan, np.inf, np.nan])


def test_the_column_that_separates_alone_is_named_first(leaked):
    text = str(leaked.separation)
    assert leaked.separation.reasons[0].startswith("y = 1 in every row with x ≥ ")
    order = [text.index(part) for part in ("y = 1 in every row with x", "x +∞", "Not determined by the data")]
    assert order == sorted(order)


def test_levels_that_separate_some_rows_are_not_named_beside_a_column_that_separates_all():
    X, y = leak_and_noise()
    level = np.zeros(40)
    level[y == 1] = np.arange(20) < 3
    with pytest.warns(SeparationWarning):
        found = fit(np.column_stack([level, X]), y, names=["level", "x", "noise"])
    assert len(found.separation.reasons) == 1
    assert "every row with x ≥" in found.separation.reasons[0]


def test_predictions_follow_a_direction_that_separates_every_row(leaked):
    X, y = leak_and_noise()
    np.testing.assert_array_equal(leaked.log_odds(X), np.where(y == 1, np.inf, -np.inf))


def test_tables_have_a_word_for_it_and_no_warnings(leaked):
    X, y = leak_and_noise()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text, html = repr(leaked.summary()), leaked.summary()._repr_html_()
        ratios, intervals = leaked.odds_ratios(), profile_intervals(leaked, X, y)
        tests = likelihood_ratio_tests(leaked, X, y)
        low, high = vh.regression.probability_interval(leaked, X)
    assert "not determined" in text
    assert "not determined" in html
    assert "No maximum: the data are completely separated" in text
    for claim in ("McFadden", "AIC", "χ²", "standard errors from", "Decrement", "-0.0000"):
        assert claim not in text
    assert (ratios["noise"].state, ratios["x"].state) == ("not determined", "infinite")
    assert np.isnan(ratios["noise"].estimate)
    assert (ratios["noise"].lower, ratios["noise"].upper) == (0.0, np.inf)
    np.testing.assert_array_equal(intervals[[0, 2]], [[-np.inf, np.inf]] * 2)
    assert np.isfinite(intervals[1, 0])
    assert intervals[1, 1] == np.inf
    np.testing.assert_array_equal(tests[[0, 2]], [[0, 1]] * 2)
    assert np.all(low == 0)
    assert np.all(high == 1)


def test_a_quasi_complete_fit_says_that_its_likelihood_is_a_limit():
    with pytest.warns(SeparationWarning):
        found = fit([[0, 0.3], [0, -1.0], [0, 0.5], [0, 0.1], [1, 0.2], [1, -0.4]], [0, 1, 1, 0, 1, 1])
    text = repr(found.summary())
    assert "in the limit" in text
    assert "No maximum: the data are separated. Fit of the other rows: Converged" in text


@pytest.mark.parametrize("names", [None, ["a", "b"]])
def test_model_files_keep_the_states(leaked, names):
    record = json.loads(json.dumps(encode(leaked.to_json())))
    back = LogisticFit.from_json(decode(record))
    assert back.separation.states == leaked.separation.states
    np.testing.assert_array_equal(back.coefficients, leaked.coefficients)
    np.testing.assert_array_equal(back.standard_errors, leaked.standard_errors)
    assert repr(back.summary()) == repr(leaked.summary())


def old_file(found):
    """The record as it was before there were states: every coefficient along the direction is infinite."""
    record = decode(json.loads(json.dumps(encode(found.to_json()))))
    separation = record["separation"]
    del separation["states"]
    along = np.array(separation["direction"]) != 0
    record["coefficients"] = np.where(along, np.copysign(np.inf, separation["direction"]), found.coefficients).tolist()
    covariance = found.covariance.copy()
    covariance[along, along] = np.inf
    record["covariance"] = covariance.tolist()
    return record


def test_files_without_states_claim_only_what_one_direction_settles(leaked):
    back = LogisticFit.from_json(with_states(old_file(leaked)))
    assert back.separation.states == ("not examined",) * 3
    assert np.all(np.isnan(back.coefficients))
    assert np.all(np.isnan(back.standard_errors))
    X = leak_and_noise()[0]
    np.testing.assert_array_equal(back.log_odds(X), leaked.log_odds(X))
    with pytest.warns(SeparationWarning):
        single = fit([[0], [0], [0], [1], [1]], [0, 1, 0, 1, 1])
    back = LogisticFit.from_json(with_states(old_file(single)))
    assert back.separation.states == ("finite", "+inf")
    np.testing.assert_array_equal(back.coefficients, single.coefficients)
    np.testing.assert_array_equal(back.standard_errors, single.standard_errors)


@pytest.mark.parametrize("states", [["finite"], ["finite", "perhaps", "finite"], [1, 2, 3]])
def test_states_that_cannot_be_are_refused(leaked, states):
    record = decode(encode(leaked.to_json()))
    record["separation"]["states"] = states
    with pytest.raises(ValueError, match="states"):
        LogisticFit.from_json(record)


def test_an_intercept_of_0_along_the_direction_is_no_contradiction():
    """132 of 19,337 separable designs of integers crashed here."""
    with pytest.warns(SeparationWarning, match="Not determined"):
        found = fit([[50], [1], [-1], [-3]], [1, 1, 0, 0])
    assert found.separation.states == ("not determined", "+inf")


def test_a_value_far_away_separates_nothing():
    """Rounding beside it hid the intercept."""
    for far in (1e18, 1e20, 1e30):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = fit([[far], [1], [2], [3], [4], [5], [6]], [1, 0, 1, 0, 0, 1, 1])
        assert found.separation is None


def test_columns_of_unlike_scale_are_completely_separated():
    X = [[3.8, 25], [3.5, -5], [4.1, -5], [4.5, -25], [4, 5], [4, -5], [4.2, 5]]
    with pytest.warns(SeparationWarning):
        found = fit(X, [0, 1, 1, 0, 1, 1, 0])
    assert (found.separation.kind, found.separation.rows_separated) == ("complete", 7)
    assert found.separation.states == ("+inf", "-inf", "-inf")


def test_repeated_and_permuted_rows_change_nothing():
    rng = np.random.default_rng(3)
    for family in FAMILIES:
        X, y, weight, intercept = design(rng, family)
        while not usable(X, y, weight):
            X, y, weight, intercept = design(rng, family)
        said = report(X, y, weight, intercept)
        order = rng.permutation(len(y))
        assert report(X[order], y[order], None if weight is None else weight[order], intercept) == said
        twice = report(*(None if v is None else np.concatenate([v, v]) for v in (X, y, weight)), intercept)
        assert twice == (said if said in (None, "collinear") else (said[0], 2 * said[1], said[2]))


@pytest.fixture
def beyond_exact_arithmetic(monkeypatch):
    monkeypatch.setattr(exact_separation, "MOST_NUMBERS", 0)


def test_the_linear_programs_agree_with_every_extreme_ray(beyond_exact_arithmetic):
    rng = np.random.default_rng(5)
    separated = 0
    for family in ("integers", "switches", "decimals", "duplicates", "shares", "no intercept"):
        for _ in range(25):
            X, y, weight, intercept = design(rng, family)
            exact = answer(X, y, weight, intercept) if usable(X, y, weight) else None
            if exact is None:
                continue
            separated += exact.separated > 0
            expected = (exact.kind, exact.separated, exact.states) if exact.separated else None
            assert report(X, y, weight, intercept) in (expected, "collinear")
    assert separated > 60


def test_beside_a_value_far_away_no_sign_is_claimed(beyond_exact_arithmetic):
    rng = np.random.default_rng(6)
    X = rng.normal(size=(60, 3))
    X[0, 0] = 1e12
    with pytest.warns(SeparationWarning):
        found = fit_arrays(X, (X[:, 1] + X[:, 2] > 0).astype(int))
    assert set(found.separation.states) <= {"not determined", "not examined", "finite"}
    assert "Not examined" in str(found.separation)


def test_many_columns(beyond_exact_arithmetic):
    """Nearly all are not determined, and that is found without a program for each."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(300, 100))
    y = (X[:, 3] - X[:, 5] > 0).astype(int)
    with pytest.warns(SeparationWarning):
        found = fit(X, y)
    signed = np.where(y == 1, 1, -1)[:, None] * np.column_stack([np.ones(300), X])
    for j in (0, 1, 4, 6, 50):
        ends = [
            linprog(-sign * np.eye(101)[j], A_ub=-signed, b_ub=np.zeros(300), bounds=[(-1, 1)] * 101)
            for sign in (1, -1)
        ]
        up, down = (-end.fun > 1e-6 for end in ends)
        assert found.separation.states[j] == ("not determined" if up and down else "+inf" if up else "-inf")
    assert found.separation.states.count("not determined") > 90


def test_more_columns_than_are_examined():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(260, 230))
    with pytest.warns(SeparationWarning, match="Not examined"):
        found = fit(X, rng.integers(0, 2, 260))
    assert set(found.separation.states) == {"not examined"}
    assert np.all(np.isnan(found.coefficients))
    assert np.all(np.isinf(found.log_odds(X)))


def test_rows_that_do_not_span_the_space_are_not_decided():
    with pytest.raises(UndecidedError):
        Cone(np.array([[1.0, 2.0], [2.0, 4.0]]))


def test_the_estimator_publishes_what_is_open():
    X, y = leak_and_noise()
    with pytest.warns(SeparationWarning):
        model = vh.LogisticRegression().fit(X, y)
    np.testing.assert_array_equal(model.coef_, [[np.inf, np.nan]])
    assert model.score(X, y) == 1.0
    with pytest.warns(SeparationWarning):
        both = vh.LogisticRegression().fit(X, np.column_stack([y, 1 - y]))
    np.testing.assert_array_equal(both.coef_, [[np.inf, np.nan], [-np.inf, np.nan]])
    np.testing.assert_array_equal(both.predict(X), np.column_stack([y, 1 - y]))


def test_limits_are_those_of_the_rows_that_are_left():
    """Their fit has a start and centres of its own: beside a separated value far away the others look alike."""
    rng = np.random.default_rng(9)
    x, switch = rng.normal(size=60), np.zeros(60)
    y = (x + rng.logistic(size=60) > 0).astype(int)
    first = np.flatnonzero(y)[0]
    x[first], switch[first] = 1e5, 1.0
    with pytest.warns(SeparationWarning):
        found = fit(np.column_stack([x, switch]), y)
    rest = np.arange(60) != first
    expected = fit(x[rest, None], y[rest])
    assert found.separation.states == ("finite", "finite", "+inf")
    np.testing.assert_allclose(found.coefficients[:2], expected.coefficients, rtol=1e-9)
    np.testing.assert_allclose(found.standard_errors[:2], expected.standard_errors, rtol=1e-6)
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-12)
    low, high = vh.regression.probability_interval(found, [[0.5, 0.0]])
    np.testing.assert_allclose([low, high], vh.regression.probability_interval(expected, [[0.5]]), rtol=1e-6)


def test_rows_that_are_left_may_have_quite_other_weights():
    X, y = [[-5.0], [3.0], [1.0], [-3.0], [3.0]], [1, 0, 1, 1, 1]
    with pytest.warns(SeparationWarning):
        found = fit(X, y, [1e7, 1e2, 1e7, 1e5, 1e-2])
    np.testing.assert_allclose(found.log_odds([[3.0]]), np.log(1e-2 / 1e2), rtol=1e-12)
    assert found.log_likelihood == pytest.approx(-100 * np.log1p(1e-4) - 0.01 * np.log1p(1e4), rel=1e-9)


def test_rows_of_one_class_may_be_left_without_an_intercept():
    with pytest.warns(SeparationWarning):
        found = fit([[1.0], [2.0], [0.0], [-1.0]], [1, 1, 1, 0], intercept=False)
    assert (found.separation.kind, found.separation.states) == ("quasi-complete", ("+inf",))
    assert found.log_likelihood == pytest.approx(-np.log(2))
