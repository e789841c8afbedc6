"""Multinomial fits against certified solutions of 50 digits, and against what Stata, nnet and glmnet printed."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from tests.references.datasets import CLASS_DATASETS
from tests.references.read import certified, half_units, numbers, published

import verhulst as vh
from verhulst.regression import fit_multinomial


def table_of(data):
    return {"y": data.label, **dict(zip(data.names, data.X.T, strict=True))}


@pytest.mark.parametrize("name", CLASS_DATASETS)
def test_certified(name):
    """Coefficients within a millionth of a standard error, their errors to six digits; both to ten when asked."""
    data, wanted = CLASS_DATASETS[name](), certified(name)["multinomial"]
    assert float(wanted["decrement"]) < 1e-55
    for found in (fit_multinomial(data.X, data.label), vh.fit_table(table_of(data), "y", multinomial=True).fit):
        assert found.converged
        errors = numbers(wanted["standard_errors"])
        assert np.max(np.abs(found.coefficients - numbers(wanted["coefficients"])) / errors) < 1e-6
        np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-6)
        assert found.log_likelihood == pytest.approx(float(wanted["log_likelihood"]), rel=1e-13)
        assert found.null_log_likelihood == pytest.approx(float(wanted["null_log_likelihood"]), rel=1e-13)
    tight = fit_multinomial(data.X, data.label, tolerance=1e-12)
    np.testing.assert_allclose(tight.coefficients, numbers(wanted["coefficients"]), rtol=1e-10)
    np.testing.assert_allclose(tight.standard_errors, errors, rtol=1e-10)


def test_every_number_that_stata_printed():
    """36 coefficients of seven classes to the unit of the last digit; Stata's errors have eight (against the 50)."""
    data, wanted = CLASS_DATASETS["anes96_party"](), published("anes96_party")
    found = fit_multinomial(data.X, data.label, tolerance=1e-12)
    printed = wanted["coefficients"]
    assert np.all(
        np.abs(found.coefficients - numbers(printed)) <= 2 * half_units(printed)
    )  # some were cut off, not rounded
    np.testing.assert_allclose(found.standard_errors, numbers(wanted["standard_errors"]), rtol=1e-8)
    assert found.log_likelihood == pytest.approx(float(wanted["log_likelihood"]), abs=1e-7)  # where Stata stopped
    assert found.null_log_likelihood == pytest.approx(float(wanted["null_log_likelihood"]), abs=1e-8)
    assert found.test().mcfadden == pytest.approx(float(wanted["mcfadden"]), abs=1e-10)
    assert found.test().aic == pytest.approx(float(wanted["aic"]), abs=2e-7)


def test_what_nnet_printed():
    """Coefficients and errors to where nnet stops, 6e-5 standard errors off; the log-likelihood to its six decimals."""
    data, wanted = CLASS_DATASETS["hsb"](), published("hsb")
    found = fit_multinomial(data.X, data.label)
    off = np.abs(found.coefficients - numbers(wanted["coefficients"])) / found.standard_errors
    assert np.max(off) < 1e-4
    np.testing.assert_allclose(found.standard_errors, numbers(wanted["standard_errors"]), rtol=5e-6)
    for name, value in (("log_likelihood", found.log_likelihood), ("deviance", -2 * found.log_likelihood)):
        assert value == pytest.approx(float(wanted[name]), abs=float(half_units(wanted[name])))
    assert found.test().aic == pytest.approx(float(wanted["aic"]), abs=float(half_units(wanted["aic"])))


def test_what_glmnet_printed():
    """The ridge of all classes. glmnet scales columns by their standard deviations and divides by the rows."""
    X, label = load_iris(return_X_y=True)
    wanted, scale = published("iris_glmnet"), X.std(axis=0)
    found = fit_multinomial(X / scale, label, C=1 / (len(X) * wanted["lambda"])).of_classes
    found[:, 1:] /= scale
    np.testing.assert_allclose(found, numbers(wanted["coefficients"]), atol=5e-5)  # where its descent stops
