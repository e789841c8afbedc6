"""Firth's estimate: against fifty digits, against brglm2 and logistf, and by its own definition."""

import warnings

import numpy as np
import pytest
from tests.references.datasets import DATASETS, endometrial, sex2
from tests.references.read import certified, half_units, numbers, published

import verhulst as vh
from verhulst.regression import fit, fit_firth
from verhulst.regression.collinearity import CollinearWarning
from verhulst.regression.estimates import ConvergenceWarning
from verhulst.regression.firth import jeffreys_likelihood
from verhulst.regression.jeffreys import JeffreysLikelihood
from verhulst.regression.jeffreys_curvature import curvature
from verhulst.regression.observations import observations

CERTIFIED = [name for name in DATASETS if "firth" in certified(name)]


def simulated(n=200, p=5, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, (rng.random(n) < vh.sigmoid(X @ rng.normal(size=p) - 0.5)).astype(float)


def printed_alike(mine, texts):
    return np.all(np.abs(mine - numbers(texts)) <= 1.001 * half_units(texts))


def modified_score(X, y, beta, weight, tau, offset=0.0):
    """Xᵀ(w (y − p) + 2τ h (½ − p)), written down once more."""
    z = np.column_stack([np.ones(len(X)), X])
    p = vh.sigmoid(z @ beta + offset)
    w = weight * p * (1 - p)
    hat = np.einsum("ij,jk,ik->i", z, np.linalg.inv((z * w[:, None]).T @ z), z) * w
    return z.T @ (weight * (y - p) + 2 * tau * hat * (0.5 - p))


@pytest.mark.parametrize("name", CERTIFIED)
def test_against_fifty_digits(name):
    data, reference = DATASETS[name](), certified(name)["firth"]
    found = fit_firth(data.X, data.y, data.weight, tolerance=1e-9)
    np.testing.assert_allclose(found.coefficients, numbers(reference["coefficients"]), rtol=1e-8)
    np.testing.assert_allclose(found.standard_errors, numbers(reference["standard_errors"]), rtol=1e-8)
    np.testing.assert_allclose(found.log_likelihood, float(reference["log_likelihood"]), rtol=1e-9)
    np.testing.assert_allclose(
        found.firth.penalised_log_likelihood, float(reference["penalised_log_likelihood"]), rtol=1e-12
    )
    augmented = fit_firth(data.X, data.y, data.weight, errors="augmented", tolerance=1e-9)
    np.testing.assert_allclose(augmented.standard_errors, numbers(reference["augmented_standard_errors"]), rtol=1e-8)
    np.testing.assert_allclose(augmented.coefficients, found.coefficients, rtol=1e-12)


@pytest.mark.parametrize("name", CERTIFIED)
def test_default_tolerance_is_a_millionth_of_a_standard_error(name):
    data, reference = DATASETS[name](), certified(name)["firth"]
    found = fit(data.X, data.y, data.weight, firth=True)
    off = np.abs(found.coefficients - numbers(reference["coefficients"])) / numbers(reference["standard_errors"])
    assert off.max() <= 1e-6
    assert found.converged


@pytest.mark.parametrize("name", ["endometrial", "sex2"])
def test_against_published_digits(name):
    data, reference = DATASETS[name](), published(name)["firth"]
    found = fit_firth(data.X, data.y, tolerance=1e-9)
    if name == "sex2":  # logistf stops a few units of its last printed digit away
        np.testing.assert_allclose(found.coefficients, numbers(reference["coefficients"]), rtol=2e-7)
    else:
        assert printed_alike(found.coefficients, reference["coefficients"])
    assert printed_alike(found.standard_errors, reference["standard_errors"])
    if name == "sex2":
        augmented = fit_firth(data.X, data.y, errors="augmented")
        printed = numbers(reference["augmented_standard_errors"])
        np.testing.assert_allclose(augmented.standard_errors, printed, rtol=2e-6)
        assert printed_alike(found.firth.penalised_log_likelihood, reference["penalised_log_likelihood"])


@pytest.mark.parametrize("tau", [0.1, 0.5, 1.0])
def test_the_modified_score_is_zero(tau):
    X, y = simulated()
    weight, offset = np.linspace(0.5, 3, 200), np.linspace(-1, 1, 200)
    found = fit_firth(X, y, weight, offset, tau=tau, tolerance=1e-9)
    assert np.abs(modified_score(X, y, found.coefficients, weight, tau, offset)).max() < 1e-7
    assert found.firth.tau == tau


def test_a_vanishing_penalty_is_maximum_likelihood():
    X, y = simulated()
    np.testing.assert_allclose(fit_firth(X, y, tau=1e-9).coefficients, fit(X, y).coefficients, rtol=1e-6)


def test_two_by_two_table_is_half_a_case_in_each_cell():
    X, y = np.repeat([0.0, 0, 1, 1], [8, 3, 5, 0])[:, None], np.repeat([0.0, 1, 0, 1], [8, 3, 5, 0])
    found = fit_firth(X, y, tolerance=1e-10)
    a, b, c, d = 8.5, 3.5, 5.5, 0.5
    np.testing.assert_allclose(found.coefficients, [np.log(b / a), np.log(d / c) - np.log(b / a)], rtol=1e-10)


@pytest.mark.parametrize("data", [endometrial(), sex2()], ids=["endometrial", "sex2"])
def test_flic_moves_the_intercept_alone_and_corrects_the_mean(data):
    plain, flic = (fit_firth(data.X, data.y, correction=c) for c in (None, "flic"))
    np.testing.assert_allclose(flic.coefficients[1:], plain.coefficients[1:], rtol=1e-12)
    assert np.mean(vh.sigmoid(flic.log_odds(data.X))) == pytest.approx(data.y.mean(), rel=1e-12)
    assert np.mean(vh.sigmoid(plain.log_odds(data.X))) != pytest.approx(data.y.mean(), rel=1e-3)
    z = np.column_stack([np.ones(len(data.X)), data.X])
    w = vh.sigmoid_derivative(flic.log_odds(data.X))
    np.testing.assert_allclose(flic.covariance, np.linalg.inv((z * w[:, None]).T @ z), rtol=1e-8)


@pytest.mark.parametrize("data", [endometrial(), sex2()], ids=["endometrial", "sex2"])
def test_flac_is_the_fit_with_marked_pseudo_observations(data):
    n = len(data.X)
    plain = fit_firth(data.X, data.y, tolerance=1e-10)
    flac = fit_firth(data.X, data.y, correction="flac", tolerance=1e-10)
    z = np.column_stack([np.ones(n), data.X])
    w = vh.sigmoid_derivative(plain.log_odds(data.X))
    hat = np.einsum("ij,jk,ik->i", z, plain.covariance, z) * w
    # Each row twice more, once with either outcome, at half its leverage: Puhr et al. 2017, section 2.
    X = np.column_stack([np.vstack([data.X] * 3), np.repeat([0.0, 1.0, 1.0], n)])
    y = np.concatenate([data.y, np.ones(n), np.zeros(n)])
    other = fit(X, y, np.concatenate([np.ones(n), hat / 2, hat / 2]), tolerance=1e-10)
    np.testing.assert_allclose(flac.coefficients, other.coefficients[:-1], rtol=1e-7)
    assert np.mean(vh.sigmoid(flac.log_odds(data.X))) == pytest.approx(data.y.mean(), rel=1e-9)


def test_weights_are_counts():
    X, y = simulated(60, 3)
    weight = np.arange(60) % 4
    once, many = fit_firth(X, y, weight), fit_firth(np.repeat(X, weight, axis=0), np.repeat(y, weight))
    np.testing.assert_allclose(once.coefficients, many.coefficients, rtol=1e-7)
    np.testing.assert_allclose(once.standard_errors, many.standard_errors, rtol=1e-7)
    assert once.firth.penalised_log_likelihood == pytest.approx(many.firth.penalised_log_likelihood, rel=1e-12)


def test_so_many_cases_drown_the_penalty():
    X, y = simulated(60, 3)
    np.testing.assert_allclose(fit_firth(X, y, np.full(60, 1e150)).coefficients, fit(X, y).coefficients, rtol=1e-6)


def test_weights_that_hold_no_case_are_an_error():
    X, y = simulated(60, 3)
    with pytest.raises(ValueError, match="the weights add up to 6e-149 cases"):
        fit_firth(X, y, np.full(60, 1e-150))


def test_units_and_shifts_of_columns_do_not_matter():
    X, y = simulated(100, 3)
    plain = fit_firth(X, y)
    moved = fit_firth(X * [1e6, 1e-6, 1.0] + [2020.0, 0.0, -5.0], y)
    np.testing.assert_allclose(moved.coefficients[1:] * [1e6, 1e-6, 1.0], plain.coefficients[1:], rtol=1e-6)
    single = fit_firth(X.astype(np.float32), y)
    np.testing.assert_allclose(single.coefficients, plain.coefficients, rtol=1e-5)


def test_sums_that_overflow_are_refused():
    X, y = simulated(40, 2)
    with pytest.raises(ValueError, match="so large that their sums overflow"):
        fit_firth(X, y, offset=np.where(y == 1, -1e307, 1e307))


def test_data_in_pieces_give_the_same_point(monkeypatch):
    X, y = simulated(500, 4)
    data = observations(np.column_stack([X, np.ones(500)]), y, np.arange(500) % 3.0)
    likelihood = jeffreys_likelihood(data, data.standardisation(True), 0.5)
    beta = np.array([0.3, -0.5, 0.2, 0.1, 0.4])  # the constant column takes no part
    point = likelihood.at(beta)

    def once() -> list[np.ndarray]:
        triangles = [likelihood.triangle(beta, augmented) for augmented in (False, True)]
        return [*triangles, curvature(likelihood, beta, point)]

    whole = once()
    monkeypatch.setattr("verhulst.regression.rows.PIECE_NUMBERS", 900)
    assert len(list(likelihood.pieces)) == 4
    for in_pieces, at_once in zip(once(), whole, strict=True):
        np.testing.assert_allclose(in_pieces, at_once, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(np.abs(point.factor), np.abs(whole[0]), rtol=1e-10, atol=1e-12)
    assert np.sum(point.leverage) == pytest.approx(5, rel=1e-12)


@pytest.mark.parametrize("p", [1, 7, 8, 23, 24, 60])
@pytest.mark.parametrize("intercept", [True, False])
def test_leverages_and_gradient_against_numpy(p, intercept):
    rng = np.random.default_rng(p)
    X, y = rng.normal(size=(203, p)), rng.integers(0, 2, 203).astype(float)
    data = observations(X, y, rng.integers(0, 3, 203).astype(float), rng.normal(size=203))
    rows = data.rows(data.standardisation(intercept))
    beta = rng.normal(size=rows.size) / np.sqrt(p)
    likelihood = JeffreysLikelihood(rows, np.arange(rows.size), 0.3)
    point, triangle = likelihood.at(beta), likelihood.triangle(beta, augmented=True)
    z, w = rows.standardised(), data.weight
    eta = z @ beta + data.offset
    v = w * vh.sigmoid_derivative(eta)
    h = v * np.einsum("ij,jk,ik->i", z, np.linalg.inv(z.T @ (z * v[:, None])), z)
    np.testing.assert_allclose(point.leverage, h, atol=1e-12)
    residual = w * (y - vh.sigmoid(eta)) + 0.6 * h * (0.5 - vh.sigmoid(eta))
    np.testing.assert_allclose(point.gradient, z.T @ residual, atol=1e-11)
    of_a_case = np.divide(h, w, out=np.zeros_like(h), where=w > 0)
    np.testing.assert_allclose(triangle.T @ triangle, z.T @ (z * (v * (1 + 0.6 * of_a_case))[:, None]), atol=1e-11)


@pytest.mark.parametrize("tau", [0.5, 1.3])
@pytest.mark.parametrize("correction", [None, "flic", "flac"])
@pytest.mark.parametrize("errors", ["expected", "augmented"])
def test_a_row_of_weight_w_is_w_rows(errors, correction, tau):
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(25, 2)), (rng.random(25) < 0.5).astype(float)
    weight, offset = rng.integers(0, 5, 25), rng.normal(size=25)
    how = {"errors": errors, "correction": correction, "tau": tau, "tolerance": 1e-9}
    some, rows = fit_firth(X, y, weight, offset, **how), np.repeat(np.arange(25), weight)
    alone = fit_firth(X[rows], y[rows], None, offset[rows], **how)
    for name in ("coefficients", "standard_errors", "covariance", "log_likelihood", "cases", "events"):
        np.testing.assert_allclose(getattr(some, name), getattr(alone, name), rtol=1e-8, err_msg=name)


def test_collinear_columns_are_taken_out():
    X, y = simulated(60, 3)
    with pytest.warns(CollinearWarning, match="twice = 2·x") as caught:
        found = fit_firth(np.column_stack([X, 2 * X[:, 0]]), y, names=["x", "u", "v", "twice"])
    assert caught[0].filename == __file__
    assert found.coefficients[4] == 0
    assert np.isnan(found.standard_errors[4])
    np.testing.assert_allclose(found.coefficients[:4], fit_firth(X, y).coefficients, rtol=1e-6)
    with pytest.raises(ValueError, match="twice"):
        fit_firth(np.column_stack([X, 2 * X[:, 0]]), y, names=["x", "u", "v", "twice"], collinear="error")


def test_more_columns_than_rows():
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollinearWarning)
        found = fit_firth(rng.normal(size=(6, 10)), [0, 1, 0, 1, 1, 0])
    assert np.all(np.isfinite(found.coefficients))
    assert len(found.collinear) == 5


def test_without_an_intercept():
    X, y = simulated(80, 2)
    found = fit_firth(X, y, intercept=False, tolerance=1e-9)
    p = vh.sigmoid(X @ found.coefficients)
    w = p * (1 - p)
    hat = np.einsum("ij,jk,ik->i", X, np.linalg.inv((X * w[:, None]).T @ X), X) * w
    np.testing.assert_allclose(X.T @ (y - p + hat * (0.5 - p)), 0, atol=1e-8)


def test_too_few_passes_are_said():
    X, y = simulated()
    with pytest.warns(ConvergenceWarning, match="Raise max_passes"):
        assert not fit_firth(X, y, max_passes=2).converged


def test_verbose_shows_the_passes(capsys):
    X, y = simulated(50, 2)
    fit_firth(X, y, verbose=1)
    assert "decrement" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"tau": 0.0}, "tau must be above 0, but is 0.0"),
        ({"tau": float("nan")}, "tau must be above 0"),
        ({"tau": float("inf")}, "tau must be finite"),
        ({"correction": "fic"}, "correction must be None, 'flic' or 'flac', not 'fic'"),
        ({"errors": "robust"}, "errors must be 'expected' or 'augmented', not 'robust'"),
        ({"correction": "flic", "intercept": False}, "the model has none"),
    ],
)
def test_wrong_settings(settings, sentence):
    X, y = simulated(20, 1)
    with pytest.raises(ValueError, match=sentence):
        fit_firth(X, y, **settings)


def test_values_that_are_not_finite():
    with pytest.raises(ValueError, match="column 'x1', row 1"):
        fit_firth([[0.0], [np.nan], [1.0]], [0, 1, 1])
