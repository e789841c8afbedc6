"""The fit against solutions in fifty digits and against what others printed."""

import numpy as np
import pytest
from tests.references.datasets import DATASETS
from tests.references.read import certified, half_units, numbers, published

from verhulst.regression import SeparationWarning, fit

OVERLAPPING = [name for name in DATASETS if "maximum_likelihood" in certified(name)]


def fitted(name):
    data = DATASETS[name]()
    return fit(data.X, data.y, data.weight, names=data.names)


def test_at_least_six_data_sets_are_certified():
    assert len(OVERLAPPING) >= 6


@pytest.mark.parametrize("name", DATASETS)
def test_reference_belongs_to_the_data(name):
    data, reference = DATASETS[name](), certified(name)
    assert reference["rows"] == len(data.X)
    assert reference["names"] == ["(intercept)", *data.names]
    parts = [reference[part] for part in ("maximum_likelihood", "firth", "finite_limits") if part in reference]
    assert parts
    assert all(float(part["decrement"]) < 1e-55 for part in parts)
    assert all(len(text.strip("-0.").replace(".", "")) >= 48 for part in parts for text in part["coefficients"])


@pytest.mark.parametrize("name", OVERLAPPING)
def test_fit_against_fifty_digits(name):
    reference, found = certified(name)["maximum_likelihood"], fitted(name)
    np.testing.assert_allclose(found.coefficients, numbers(reference["coefficients"]), rtol=1e-8)
    np.testing.assert_allclose(found.standard_errors, numbers(reference["standard_errors"]), rtol=1e-6)
    np.testing.assert_allclose(found.log_likelihood, float(reference["log_likelihood"]), rtol=1e-12)
    np.testing.assert_allclose(found.null_log_likelihood, float(reference["null_log_likelihood"]), rtol=1e-12)
    off = np.abs(found.coefficients - numbers(reference["coefficients"])) / numbers(reference["standard_errors"])
    assert off.max() <= 1e-6
    assert found.converged
    assert found.separation is None


@pytest.mark.parametrize("name", ["spector", "lbw", "admit"])
def test_fit_against_published_digits(name):
    reference, found = published(name), fitted(name)
    assert reference["names"] == list(found.parameter_names)
    np.testing.assert_allclose(
        found.coefficients, numbers(reference["coefficients"]), rtol=reference["coefficients_rtol"]
    )
    if "standard_errors" in reference:
        np.testing.assert_allclose(
            found.standard_errors, numbers(reference["standard_errors"]), rtol=reference["standard_errors_rtol"]
        )
    if "log_likelihood" in reference:
        np.testing.assert_allclose(found.log_likelihood, float(reference["log_likelihood"]), rtol=1e-12)
        np.testing.assert_allclose(-2 * found.null_log_likelihood, float(reference["null_deviance"]), rtol=1e-12)


def test_spector_against_the_arrays_of_statsmodels():
    from statsmodels.discrete.tests.results.results_discrete import Spector

    reference, found = Spector().logit, fitted("spector")
    stata = np.asarray(reference.params)
    order = [int(np.argmin(np.abs(found.coefficients - value))) for value in stata]
    assert sorted(order) == [0, 1, 2, 3]
    np.testing.assert_allclose(found.coefficients[order], stata, rtol=1e-6)
    np.testing.assert_allclose(found.standard_errors[order], reference.bse, rtol=1e-6)
    np.testing.assert_allclose(found.covariance[np.ix_(order, order)], reference.cov_params, rtol=1e-5)
    np.testing.assert_allclose(found.log_likelihood, reference.llf, rtol=1e-6)  # Stata held GPA in single precision
    np.testing.assert_allclose(found.null_log_likelihood, reference.llnull, rtol=1e-9)


@pytest.mark.parametrize(("name", "column"), [("endometrial", "NV"), ("sex2", "dia")])
def test_limits_of_separated_data_against_fifty_digits(name, column):
    reference = certified(name)["finite_limits"]
    with pytest.warns(SeparationWarning, match=column):
        found = fitted(name)
    assert reference["without"] == column
    infinite = found.parameter_names.index(column)
    others = [k for k in range(len(found.coefficients)) if k != infinite]
    assert found.coefficients[infinite] == np.inf
    assert found.standard_errors[infinite] == np.inf
    np.testing.assert_allclose(found.coefficients[others], numbers(reference["coefficients"]), rtol=1e-8)
    np.testing.assert_allclose(found.standard_errors[others], numbers(reference["standard_errors"]), rtol=1e-6)
    np.testing.assert_allclose(found.log_likelihood, float(reference["log_likelihood"]), rtol=1e-12)


def test_endometrial_against_published_digits():
    reference = published("endometrial")["maximum_likelihood"]
    with pytest.warns(SeparationWarning):
        found = fitted("endometrial")
    for mine, texts in (
        (found.coefficients, reference["coefficients"]),
        (found.standard_errors, reference["standard_errors"]),
    ):
        finite = [k for k, text in enumerate(texts) if text != "inf"]
        assert np.all(np.isinf(mine) == [text == "inf" for text in texts])
        printed = [texts[k] for k in finite]
        assert np.all(np.abs(mine[finite] - numbers(printed)) <= half_units(printed) * 1.001)
    assert abs(-2 * found.log_likelihood - float(reference["deviance"])) <= 0.0005001
