"""The stored direction puts every row of the data where it belongs, as far as doubles hold such a direction."""

import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.regression import LogisticFit, SeparationWarning, fit

FAR = {
    "year": lambda rng, n: rng.integers(1990, 2025, n).astype(float),
    "hPa": lambda rng, n: np.round(rng.normal(1013, 8, n), 1),
    "kelvin": lambda rng, n: np.round(rng.normal(300, 3, n), 1),
    "grams": lambda rng, n: np.round(rng.normal(1000, 0.3, n), 1),
    "seconds": lambda rng, n: 1.7e9 + rng.integers(0, 365, n) * 86400.0,
}
# Beside the first seeds, those of tables on whose boundary some row once was.
ONCE_WRONG = {"year": [169], "hPa": [66, 512], "kelvin": [15], "grams": [215, 738], "seconds": []}


def quietly(X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit(X, y)


def table(name, seed):
    """Outcomes that two columns tell apart, one of them far from 0."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 40))
    X = np.column_stack([FAR[name](rng, n), np.round(rng.normal(25, 4, n), 1)])
    along = (X - X.mean(axis=0)) / X.std(axis=0) @ rng.normal(size=2)
    return X, (along > np.median(along)).astype(float)


@pytest.mark.parametrize("name", FAR)
def test_every_row_of_completely_separated_data_gets_its_outcome(name):
    for seed in [*range(20), *ONCE_WRONG[name]]:
        X, y = table(name, seed)
        found = quietly(X, y)
        assert found.separation.kind == "complete"
        assert found.separation.rows_misplaced == 0
        np.testing.assert_array_equal(found.separation.side(X), 2 * y - 1, err_msg=str(seed))
        np.testing.assert_array_equal(found.log_odds(X), np.where(y == 1, np.inf, -np.inf))


@pytest.mark.parametrize("name", ["year", "seconds"])
def test_rows_that_cannot_be_separated_keep_finite_log_odds(name):
    seen = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(12, 60))
        X = np.column_stack([FAR[name](rng, n), rng.integers(0, 4, n)])
        X[:, 0] = np.round(X[:, 0] / (10 if name == "year" else 86400 * 50))
        along = X[:, 0] + X[:, 1]
        cut = np.median(along).round()
        y = np.where(along == cut, rng.random(n) < 0.5, along > cut).astype(float)
        X[:, 0] *= 10 if name == "year" else 86400 * 50
        found = quietly(X, y).separation
        if found is None or found.kind == "complete":
            continue
        seen += 1
        infinite = np.isinf(found.log_odds(X))
        assert found.rows_misplaced == 0
        assert np.count_nonzero(infinite) == found.rows_separated
        np.testing.assert_array_equal(found.side(X)[infinite], 2 * y[infinite] - 1)
        assert np.all(along[~infinite] == cut)
    assert seen >= 10


def test_the_row_of_outcome_1_that_had_probability_one_half():
    X = [[1000, 20], [1000.2, 20], [999.8, -10], [999.7, 10], [1000, 30], [999.8, 0], [1000.3, 30]]
    X += [[999.9, 20], [1000, -20], [999.8, 20], [1000, -30], [999.8, -20], [999.8, -10]]
    y = np.array([0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1])
    with pytest.warns(SeparationWarning, match="complete separation"):
        model = vh.LogisticRegression().fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X)[:, 1], y)
    np.testing.assert_array_equal(model.predict(X), y)


def test_what_doubles_do_not_hold_is_said_and_kept_in_files():
    X, y = [[1e16], [1e16 + 2], [1e16 + 4], [1e16 + 6]], [0, 0, 1, 1]
    with pytest.warns(SeparationWarning, match="4 rows lie so close to the boundary that double precision"):
        found = fit(X, y)
    assert found.separation.kind == "complete"
    assert found.separation.rows_misplaced == 4
    record = found.to_json()
    assert LogisticFit.from_json(record).separation.rows_misplaced == 4
    del record["separation"]["rows_misplaced"]  # as older versions wrote it
    assert LogisticFit.from_json(record).separation.rows_misplaced == 0
