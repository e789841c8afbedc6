"""Firth's estimate is a maximum of the penalised likelihood, judged in 80 bits, on data that are hard to fit."""

import inspect
import warnings

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer
from tests.regression.optimum import firth_optimum

import verhulst as vh
from verhulst.regression import fit, fit_firth
from verhulst.regression.collinearity import CollinearWarning
from verhulst.regression.estimates import ConvergenceWarning
from verhulst.regression.firth import jeffreys_likelihood
from verhulst.regression.jeffreys_curvature import bounds, curvature
from verhulst.regression.jeffreys_maximum import within
from verhulst.regression.observations import observations
from verhulst.regression.profile import _Profiles

Extended = np.longdouble


def drawn(rng, log_odds):
    y = (rng.random(len(log_odds)) < vh.sigmoid(log_odds)).astype(float)
    if y.min() == y.max():
        y[0] = 1 - y[0]
    return y


def outlier(rng):
    n, p = int(rng.integers(8, 81)), int(rng.integers(1, 5))
    X = rng.normal(size=(n, p))
    y = drawn(rng, X @ rng.normal(size=p) * rng.choice([0.5, 2, 5]))
    X[rng.integers(n), rng.integers(p)] = rng.choice([-1, 1]) * 10.0 ** rng.integers(4, 9)
    return X, y, {}


def far_row(rng):
    n, p = int(rng.integers(8, 81)), int(rng.integers(1, 5))
    X = rng.normal(size=(n, p))
    y = drawn(rng, X @ rng.normal(size=p))
    X[rng.integers(n)] *= 10.0 ** rng.integers(2, 6)
    return X, y, {}


def heavy_tails(rng):
    n, p = int(rng.integers(10, 100)), int(rng.integers(1, 6))
    X = rng.standard_cauchy(size=(n, p)) ** rng.choice([1, 3])
    return X, drawn(rng, X @ rng.normal(size=p)), {}


def alike(rng):
    n, p = int(rng.integers(12, 81)), int(rng.integers(2, 6))
    X = rng.normal(size=(n, p))
    X[:, 1] = X[:, 0] + 10.0 ** -rng.integers(1, 6) * rng.normal(size=n)
    return X, drawn(rng, X @ rng.normal(size=p)), {}


def separated(rng):
    n, p = int(rng.integers(10, 200)), int(rng.integers(1, 9))
    X = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-2, 3, p)
    log_odds = X @ (rng.normal(size=p) / np.abs(X).mean(axis=0))
    return X, (log_odds > np.median(log_odds)).astype(float), {}


def quasi_separated(rng):
    n, p = int(rng.integers(10, 200)), int(rng.integers(1, 7))
    X = np.column_stack([np.round(rng.normal(size=(n, p))), rng.random(n) < 0.2])
    y = drawn(rng, X[:, :p] @ rng.normal(size=p))
    y[X[:, p] == 1] = 1
    return X, y, {}


def few_rows(rng):
    p = int(rng.integers(1, 25))
    X = rng.normal(size=(p + int(rng.integers(2, 10)), p))
    return X, drawn(rng, X @ rng.normal(size=p)), {}


def unlike_weights(rng):
    n, p = int(rng.integers(10, 80)), int(rng.integers(1, 5))
    X = rng.normal(size=(n, p))
    return X, drawn(rng, X @ rng.normal(size=p)), {"sample_weight": 10.0 ** rng.uniform(-4, 4, n)}


def penalties(rng):
    n, p = int(rng.integers(10, 80)), int(rng.integers(1, 5))
    X = rng.normal(size=(n, p))
    return (
        X,
        drawn(rng, X @ rng.normal(size=p)),
        {"tau": float(rng.choice([0.01, 0.1, 1, 10, 100])), "intercept": False},
    )


def breast_cancer(rng):
    data = load_breast_cancer()
    columns = rng.choice(30, int(rng.integers(1, 31)), replace=False)
    X = data.data[:, columns] * 10.0 ** rng.integers(-8, 9, len(columns)) ** rng.integers(0, 2)
    if rng.random() < 0.3:
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    rows = rng.permutation(569)[: rng.choice([569, 300, 80])]
    return X[rows], data.target[rows].astype(float), {}


FAMILIES = {
    outlier: 40,
    far_row: 30,
    heavy_tails: 30,
    alike: 40,
    separated: 25,
    quasi_separated: 25,
    few_rows: 25,
    unlike_weights: 30,
    penalties: 30,
    breast_cancer: 15,
}


def orthonormal(columns):
    """Q, R by Gram and Schmidt, twice."""
    q, size = columns.copy(), columns.shape[1]
    r = np.zeros((size, size), Extended)
    for j in range(size):
        for _ in range(2):
            share = q[:, :j].T @ q[:, j]
            q[:, j] -= q[:, :j] @ share
            r[:j, j] += share
        r[j, j] = np.sqrt(q[:, j] @ q[:, j])
        q[:, j] /= r[j, j]
    return q, r


def inverse(r):
    result = np.zeros_like(r)
    for j in range(len(r)):
        result[j, j] = 1 / r[j, j]
        for i in range(j - 1, -1, -1):
            result[i, j] = -(r[i, i + 1 : j + 1] @ result[i + 1 : j + 1, j]) / r[i, i]
    return result


def judged(X, y, coefficients, sample_weight=None, tau=0.5, intercept=True):
    """Least principal curvature where I is 1, and the length of Newton's step to the maximum, in standard errors.

    The modified score, the leverages and the second derivatives are written down once more, from X as it is.
    """
    x, beta = X.astype(Extended), coefficients.astype(Extended)
    m = np.ones(len(y), Extended) if sample_weight is None else sample_weight.astype(Extended)
    eta = x @ beta[int(intercept) :] + (beta[0] if intercept else 0)
    small = np.exp(-np.abs(eta))
    small, large = small / (1 + small), 1 / (1 + small)
    p, q = np.where(eta > 0, large, small), np.where(eta > 0, small, large)
    w = m * p * q
    if intercept:
        x = np.column_stack([np.ones(len(x)), x - (w @ x) / w.sum()])
    basis, root = orthonormal(x * np.sqrt(w)[:, None])
    v, h = x @ inverse(root), np.sum(basis**2, axis=1)
    score = v.T @ (m * (y * q - (1 - y) * p) + tau * h * (q - p))
    basis, v, h, t = (a.astype(float) for a in (basis, v, h, p - q))
    tv = t[:, None] * v
    bend = v.T @ (v * (h * (3 * t**2 - 1) / 2)[:, None]) - tv.T @ ((basis @ basis.T) ** 2 @ tv)
    values, vectors = np.linalg.eigh(np.eye(len(score)) - tau * bend)
    return values[0], np.linalg.norm(vectors.T @ score.astype(float) / values)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_ends_at_a_maximum_within_a_millionth_of_a_standard_error(family):
    for seed in range(FAMILIES[family]):
        X, y, options = family(np.random.default_rng([seed, len(family.__name__)]))
        found = fit_firth(X, y, **options)  # a ConvergenceWarning is an error
        least, distance = judged(X, y, found.coefficients, **options)
        assert found.converged, seed
        assert least > 0, seed
        assert distance <= 1e-6, seed


def test_all_of_breast_cancer():
    data = load_breast_cancer()
    y = data.target.astype(float)
    for X in (data.data, data.data * 1e-100, np.log(data.data + 0.01)):
        found = fit(X, y, firth=True)
        least, distance = judged(X, y, found.coefficients)
        assert found.converged
        assert least > 0
        assert distance <= 1e-6


def test_a_small_tolerance_is_kept():
    for seed in range(10):
        X, y, _ = separated(np.random.default_rng(seed))
        assert judged(X, y, fit_firth(X, y, tolerance=1e-11).coefficients)[1] <= 1e-11


def test_profile_where_the_penalty_bends_the_likelihood():
    data = load_breast_cancer()
    X, y, k = data.data, data.target.astype(float), 1
    found = fit_firth(X, y)
    z = np.column_stack([np.ones(569), X])
    units = np.linalg.cholesky(found.covariance)
    others = np.linalg.svd(units[[k]])[2][1:].T  # directions that leave the coefficient alone

    def fallen(free, start):
        """How far ℓ + ½ log det I has fallen, and its gradient."""
        eta = z @ (start + units @ others @ free)
        p = vh.sigmoid(eta)
        rows = z @ units * np.sqrt(vh.sigmoid_derivative(eta))[:, None]
        value = np.sum(vh.binary_cross_entropy(eta, y)) - np.linalg.slogdet(np.linalg.qr(rows, mode="r"))[1]
        h = np.sum(np.linalg.qr(rows)[0] ** 2, axis=1)
        return value, -others.T @ (units.T @ (z.T @ (y - p + h * (0.5 - p))))

    top = -fallen(np.zeros(30), found.coefficients)[0]
    profiles = _Profiles(found, X, y, None, None)
    contrast = profiles._contrasts[[k]][:, profiles.heights.columns]
    ends = profiles.heights.models.ends(contrast, 0.5 * 3.841459)[0] * profiles.scales[k]
    for end in ends:
        beta, moved = found.coefficients, (end - found.coefficients[k]) / 12
        for _ in range(12):
            beta = beta + moved * units @ units[k] / (units[k] @ units[k])
            best = minimize(fallen, np.zeros(30), args=(beta,), jac=True, method="BFGS", options={"gtol": 1e-5})
            beta = beta + units @ others @ best.x
        assert top + best.fun == pytest.approx(0.5 * 3.841459, abs=1e-3)


@pytest.mark.parametrize(("n", "p"), [(40, 3), (12, 8)])
def test_curvature_is_the_second_derivative(n, p):
    rng = np.random.default_rng(n)
    X = rng.normal(size=(n, p))
    weight = rng.integers(1, 4, n).astype(float)
    data = observations(X, drawn(rng, 2 * X[:, 0]), weight, rng.normal(size=n))
    likelihood = jeffreys_likelihood(data, data.standardisation(True), 0.7)
    beta = rng.normal(size=p + 1)
    point, step = likelihood.at(beta), 1e-5
    differences = [
        (likelihood.at(beta - step * way).gradient - likelihood.at(beta + step * way).gradient) / (2 * step)
        for way in point.inverse.T
    ]
    second = curvature(likelihood, beta, point)
    np.testing.assert_allclose(second, point.inverse.T @ np.transpose(differences), atol=1e-6)
    farthest = np.sqrt(max(np.sum((piece.z @ point.inverse) ** 2, axis=1).max() for piece in likelihood.pieces))
    least, norm = bounds(likelihood, beta, point, np.inf)
    assert least <= np.linalg.eigvalsh(second)[0]
    assert norm == pytest.approx(farthest)
    least, norm = bounds(likelihood, beta, point, -np.inf)
    assert least <= np.linalg.eigvalsh(second)[0]
    assert norm >= farthest


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0], [-2.0, -1.0, -0.5]])
@pytest.mark.parametrize("gradient", [[1.0, 1.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
def test_the_step_in_a_trust_region_is_the_highest(values, gradient):
    values, gradient = np.array(values), np.array(gradient)
    step = within(values, gradient, 0.1)
    length = np.linalg.norm(step)
    assert length <= 0.1 * (1 + 1e-9)
    random = np.random.default_rng(0).normal(size=(20_000, 3))
    random *= 0.1 / np.linalg.norm(random, axis=1)[:, None]
    height = random @ gradient - 0.5 * random**2 @ values
    assert gradient @ step - 0.5 * values @ step**2 >= height.max() - 1e-12


def test_what_does_not_converge_is_said():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), np.arange(20) % 2
    with pytest.warns(ConvergenceWarning, match="more than a standard error from the maximum"):
        assert not fit_firth(X, y, offset=np.where(np.arange(20) < 10, 2000.0, -2000.0)).converged


def test_too_few_passes_say_how_far_it_is():
    rng = np.random.default_rng(5)
    X, y, _ = outlier(rng)
    with pytest.warns(
        ConvergenceWarning, match=r"after 1 passes .* (about|more than) .*standard error.* Raise max_passes"
    ):
        fit_firth(X, y, max_passes=1)


def test_one_default_of_passes():
    defaults = {inspect.signature(f).parameters["max_passes"].default for f in (fit, fit_firth)}
    assert defaults == {vh.LogisticRegression().max_iter}


def test_only_columns_that_are_combinations_are_taken_out():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    nearly = np.column_stack([X, X[:, 0] + 1e-5 * rng.normal(size=60)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not fit_firth(nearly, drawn(rng, X[:, 0])).collinear
    with pytest.warns(CollinearWarning, match="x4"):
        assert fit_firth(np.column_stack([X, X[:, 0] - X[:, 1]]), drawn(rng, X[:, 0])).collinear


@pytest.mark.parametrize("alike", [1e-5, 1e-6, 1e-7])
def test_errors_of_columns_that_are_nearly_alike(alike):
    """The intercept's variance is a difference of numbers 1e14 times as large: I⁻¹ in 40 digits at the coefficients."""
    rng = np.random.default_rng(4)
    level = rng.integers(0, 2, 20).astype(float)
    X = np.column_stack([level, 2 * level + alike * rng.normal(size=20)])
    found = fit_firth(X, rng.permutation(np.arange(20) % 2))
    assert found.converged
    with mpmath.workdps(40):
        z = mpmath.matrix(np.column_stack([np.ones(20), X]).tolist())
        weight = [1 / (2 + 2 * mpmath.cosh(eta)) for eta in z * mpmath.matrix(found.coefficients.tolist())]
        inverse = (z.T * mpmath.diag(weight) * z) ** -1
        errors = [float(mpmath.sqrt(inverse[k, k])) for k in range(3)]
    np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-7)


@pytest.mark.parametrize(
    ("x", "y", "weight"),
    [([1, -2, -2], [0, 0, 1], [1e-5, 1e8, 0.01]), ([0, 0, 1, 0, 0], [0, 0, 0, 0, 1], [0, 0, 1e-4, 0, 1e8])],
)
def test_leverages_that_are_no_numbers_on_the_way(x, y, weight):
    with pytest.warns(ConvergenceWarning, match="did not converge") as caught:
        fit_firth(np.array(x, float)[:, None], y, weight)
    assert len(caught) == 1  # none of NumPy's


@pytest.mark.parametrize("correction", [None, "flic", "flac"])
@pytest.mark.parametrize("digits", [5, 8, 11, 13])
def test_near_combinations(digits, correction):
    """The products of such columns have lost their digits, and for the last ones the columns less their means too."""
    for seed in range(3):
        rng = np.random.default_rng([seed, digits])
        X = rng.normal(size=(18, 3)) * [1, 100, 1] + [0, 1e3, 0]
        X[:, 2] = X[:, 0] - 2 * X[:, 1] + 10.0**-digits * np.abs(X[:, 1]).max() * rng.normal(size=18)
        y = drawn(rng, X[:, 0])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = fit_firth(X, y, correction=correction)
        assert found.converged
        assert not found.collinear
        assert bool(caught) == (found.decrement > 1e-5)
        if correction is None:
            beta, errors = firth_optimum(X, y, found.coefficients)
            missed = [abs(float((a - b) / e)) for a, b, e in zip(found.coefficients, beta, errors, strict=True)]
            assert max(missed[1:]) <= 1e-6
            assert missed[0] <= 1e-6 + 10 * found.decrement
            np.testing.assert_allclose(found.standard_errors, np.array(errors, float), rtol=1e-7)
        else:
            tolerance = 1e-6 + 10 * found.decrement
            assert vh.sigmoid(found.log_odds(X)).mean() == pytest.approx(y.mean(), abs=tolerance)


def test_a_huge_code_for_missing_values_in_two_columns():
    """Their difference and an indicator span the same space; in doubles the information was singular at every start."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x, missing = rng.normal(50, 10, 24).round(1), rng.random(24) < 0.3
        values = np.column_stack([rng.normal(3, 1, 24).round(2), rng.integers(1, 8, 24)])
        y = drawn(rng, (x - 50) / 10 + missing)
        codes = np.where(missing[:, None], 1e20, values)
        with pytest.warns(ConvergenceWarning, match="each slope is right"):
            found = fit_firth(np.column_stack([x, codes]), y)
        difference = np.where(missing, 0.0, values[:, 0] - values[:, 1])
        known = fit_firth(np.column_stack([x, difference, missing]), y)
        # both are within a millionth of a standard error, where the likelihood alone has a slope
        assert found.log_likelihood == pytest.approx(known.log_likelihood, abs=4e-6)
        assert np.all(np.abs(found.coefficients - known.coefficients)[1:3] <= 2e-6 * known.standard_errors[1:3])
        np.testing.assert_allclose(found.standard_errors[:3], known.standard_errors[:3], rtol=1e-6)
