"""Log-odds whose terms are far larger than their sum: times of the start and the end as columns."""

import warnings
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.regression import ConvergenceWarning, fit, fit_firth, marginal_effects, probability_interval
from verhulst.regression.linear_predictor import linear_predictor

UNITS = {"s": (1.7e9, 1.0), "ms": (1.7e12, 1.0), "µs": (1.7e15, 1.0), "ns": (1.7e18, 256.0)}


def visits(rng, unit, longest, n=80):
    """Start and end; start and length, in units that are easy; outcomes that depend on the length."""
    begin, step = UNITS[unit]
    start, length = rng.integers(0, 10**6, n) * step, rng.integers(1, longest, n) * step
    y = (rng.random(n) < vh.sigmoid(4 * length / length.max() - 2)).astype(float)
    easy = np.column_stack([start / start.std(), length / length.std()])
    return np.column_stack([begin + start, begin + start + length]), easy, y


@pytest.mark.parametrize("fitted", [fit, fit_firth])
@pytest.mark.parametrize("unit", UNITS)
def test_start_and_end_predict_what_start_and_length_predict(unit, fitted):
    """To the accuracy that is promised: a millionth of the standard error of each log-odds."""
    rng, compared = np.random.default_rng(5), 0
    for longest in (30, 1000, 10**5):
        X, easy, y = visits(rng, unit, longest)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = fitted(X, y)
        if said:  # lengths of a few steps between the doubles near 1.7e18, say
            continue
        known = fitted(easy, y)
        deviation = known.covariance_record.row_deviations(easy)
        assert np.max(np.abs(found.log_odds(X) - known.log_odds(easy)) / deviation) < 1.5e-6
        for ends, others in zip(probability_interval(found, X), probability_interval(known, easy), strict=True):
            np.testing.assert_allclose(ends, others, atol=1e-5)
        compared += 1
    assert compared >= 2 if unit != "ns" else compared


def test_every_face_predicts_the_same(tmp_path):
    rng = np.random.default_rng(2)
    X, easy, y = visits(rng, "µs", 1000)
    expected = fit(easy, y).log_odds(easy)
    table = pa.table({"start": X[:, 0], "end": X[:, 1], "y": y.astype(int)})
    model = vh.fit_table(table, "y")
    model.save(tmp_path / "visits.json")
    for log_odds in (
        fit(X, y).log_odds(X),
        vh.LogisticRegression().fit(X, y).decision_function(X),
        model.log_odds(table),
        vh.load(tmp_path / "visits.json").log_odds(table),
    ):
        np.testing.assert_allclose(log_odds, expected, atol=1e-6)
    easily = vh.fit_table({"start": easy[:, 0], "end": easy[:, 1], "y": y.astype(int)}, "y")
    assert model.totals.cells == easily.totals.cells
    effect, known = (marginal_effects(fit(some, y), some)["x2"].estimate for some in (X, easy))
    assert effect * (X[:, 1] - X[:, 0]).std() == pytest.approx(known, rel=1e-6)


def test_limits_of_separated_data_keep_their_digits():
    """Rows that are not separated are fitted as if they were alone."""
    rng = np.random.default_rng(7)
    X, easy, y = visits(rng, "µs", 1000)
    leak = (np.arange(len(y)) % 10 == 0).astype(float)
    y = np.where(leak == 1, 1.0, y)
    with pytest.warns(vh.regression.SeparationWarning):
        found = fit(np.column_stack([X, leak]), y)
    rest = leak == 0
    expected = fit(easy[rest], y[rest]).log_odds(easy[rest])
    np.testing.assert_allclose(found.log_odds(np.column_stack([X, leak]))[rest], expected, atol=1e-6)


def test_a_limit_that_doubles_do_not_hold_is_said():
    rng = np.random.default_rng(1)
    x = rng.normal(size=30).round(1)
    X = np.column_stack([x, x + 1e-11 * rng.normal(size=30).round(1)])
    y = rng.permutation(np.arange(30) % 2).astype(float)
    with pytest.warns(ConvergenceWarning, match="some columns are so nearly"):
        alone = fit(X, y)
    leak = np.repeat([0.0, 1.0], [30, 5])
    with (
        pytest.warns(vh.regression.SeparationWarning),
        pytest.warns(ConvergenceWarning, match="the rows that are not separated: .* columns are so nearly"),
    ):
        found = fit(np.column_stack([np.concatenate([X, X[:5]]), leak]), np.concatenate([y, np.ones(5)]))
    assert found.decrement > 1e-6
    assert alone.decrement > 1e-6


def test_the_sum_against_rational_arithmetic():
    rng = np.random.default_rng(3)
    for _ in range(40):
        n, p = 12, int(rng.integers(1, 5))
        slopes = rng.normal(size=p) * 10.0 ** rng.integers(-3, 4, p)
        X = 1.7e15 + np.floor(rng.random((n, p)) * 1e6)
        middle = X.mean(axis=0)
        exact = sum(Fraction(a) * Fraction(b) for a, b in zip(middle.tolist(), slopes.tolist(), strict=True))
        constant = float(-exact)
        rest = float(-exact - Fraction(constant))
        offset = rng.normal(size=n) if rng.random() < 0.5 else None
        found = linear_predictor(X, slopes, constant, offset, rest)
        for k in range(n):
            terms = [Fraction(a) * Fraction(b) for a, b in zip(X[k].tolist(), slopes.tolist(), strict=True)]
            whole = sum(terms) + Fraction(constant) + Fraction(rest) + Fraction(0 if offset is None else offset[k])
            if abs(whole) < 1000:
                assert abs(found[k] - float(whole)) <= 1e-12 * max(1.0, abs(float(whole)))


def test_missing_and_infinite_values_stay_what_they_are():
    X = np.array([[np.nan, 1.0], [np.inf, 1.0], [1e308, 1e308], [1e15, 1e15 + 1]])
    with np.errstate(all="ignore"):
        found = linear_predictor(X, np.array([1.0, -1.0]), 0.0)
    np.testing.assert_array_equal(found, [np.nan, np.inf, 0.0, -1.0])
    assert linear_predictor(np.empty((0, 2)), np.ones(2), 1.0).shape == (0,)
