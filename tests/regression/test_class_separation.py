"""Separation between classes of columns far from 0, where linear programs need centres."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from verhulst.regression import fit_multinomial
from verhulst.regression.separation import SeparationWarning


@pytest.mark.parametrize("far", [1e5, 1e8])
@pytest.mark.parametrize("complete", [True, False])
def test_it_does_not_depend_on_where_the_columns_lie(far, complete):
    """Five classes and four columns are beyond exact arithmetic; slopes are those of the columns less the constant."""
    rng = np.random.default_rng(1)
    X = np.round(rng.normal(size=(60, 4)) * 2**20) / 2**20
    scores = X @ rng.normal(size=(4, 5)) * 2
    label = (scores if complete else scores + rng.gumbel(size=(60, 5))).argmax(axis=1)
    if not complete:
        X[:, 0] = np.where(label == 1, np.abs(X[:, 0]) + 0.5, -np.abs(X[:, 0]) - 0.5)
    with pytest.warns(SeparationWarning):
        near = fit_multinomial(X, label)
    with pytest.warns(SeparationWarning):
        found = fit_multinomial(X + far, label)
    assert found.separation.kind == near.separation.kind == ("complete" if complete else "quasi-complete")
    assert found.separation.rows_separated == near.separation.rows_separated
    slopes = [np.array(one.separation.states).reshape(4, 5)[:, 1:].tolist() for one in (found, near)]
    assert slopes[0] == slopes[1]
    assert found.separation.rows_misplaced == 0
    np.testing.assert_allclose(found.predict_proba(X + far), near.predict_proba(X), atol=1e-6)
    np.testing.assert_allclose(found.log_likelihood, near.log_likelihood, rtol=1e-9, atol=1e-12)


def test_states_are_those_of_exact_arithmetic(monkeypatch):
    """Or a coefficient is not examined: the sign of an intercept far from the rows may rest on the smallest slopes."""
    compared, unknown = 0, 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        X, label = np.round(rng.normal(size=(25, 2)) * 2) / 2, rng.integers(0, 3, 25)
        X[:, 0] = np.where(label == 1, np.abs(X[:, 0]) + 0.5 * (seed % 2), -np.abs(X[:, 0]))
        X += 2.0 ** rng.choice([0, 3, 10, 26], size=2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SeparationWarning)
            exact = fit_multinomial(X, label).separation
            for room in ("class_separation", "separation_limit"):
                monkeypatch.setattr(f"verhulst.regression.{room}.within_reach", lambda rows: False)
            found = fit_multinomial(X, label).separation
            monkeypatch.undo()
        assert (found.kind, found.rows_separated) == (exact.kind, exact.rows_separated)
        for name, truth, state in zip(range(6), exact.states, found.states, strict=True):
            compared, unknown = compared + 1, unknown + (state == "not examined")
            assert state == truth or (state == "not examined" and name % 3 == 0)
    assert compared == 72
    assert unknown < 12
