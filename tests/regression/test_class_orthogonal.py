"""Multinomial fits whose columns are nearly combinations of others, where double precision ends too early."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from tests.regression.multinomial_optimum import optimum

from verhulst.regression import fit_multinomial


@pytest.mark.parametrize(("C", "apart"), [(1e13, 1e-7), (1e15, 1e-9), (1e13, 0.0)])
def test_a_penalty_that_is_small_beside_the_rows(C, apart):
    """The maximum with the penalty, in 60 digits: also where the columns are the same, and the ridge alone decides."""
    rng = np.random.default_rng(4)
    x, label = rng.normal(size=(40, 2)), np.arange(40) % 3
    X = np.column_stack([x[:, 0], x[:, 0] + apart * x[:, 1]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of the rounding of coefficients
        found = fit_multinomial(X, label, C=C)
    assert found.converged
    coefficients, errors, height, covariance = optimum(X, label, 3, None, C)
    assert found.log_likelihood == pytest.approx(height, rel=1e-11)
    np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-6)
    assert np.max(np.abs(found.coefficients - coefficients) / errors) < 2e-6
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    np.testing.assert_allclose(found.covariance / scale, covariance / scale, atol=1e-6)


def test_a_fit_that_rounding_stalls():
    """Columns far from 0 without an intercept: passes in double precision end before the standard errors are known."""
    rng = np.random.default_rng(284)
    X, label = rng.normal(loc=(1.0, 5e3, 1e5), size=(50, 3)), rng.integers(0, 3, 50)
    found = fit_multinomial(X, label, intercept=False)
    assert found.converged
    residual = (label[:, None] == np.arange(3)) - found.predict_proba(X)
    step = found.covariance @ (residual.T @ X)[1:].ravel()
    assert np.max(np.abs(step.reshape(2, 3)) / found.standard_errors) < 1e-6
