"""Columns of any number and rank: a penalised fit is at its one maximum, another says what it left out."""

import json
import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression as ScikitLearn
from tests.regression.optimum import optimum

import verhulst as vh
from verhulst.data.model_file import decode, encode
from verhulst.regression import (
    CollinearWarning,
    fit,
    fit_firth,
    likelihood_ratio_tests,
    marginal_effects,
    profile_intervals,
    row_space_covariance,
)
from verhulst.regression.covariance import square
from verhulst.regression.inference import probability_interval
from verhulst.regression.result import LogisticFit
from verhulst.regression.robust import sandwich_record

Long = np.longdouble


def cholesky(matrix):
    left = matrix.copy()
    for j in range(len(left)):
        left[j, j] = np.sqrt(left[j, j])
        left[j + 1 :, j] /= left[j, j]
        left[j + 1 :, j + 1 :] -= np.outer(left[j + 1 :, j], left[j + 1 :, j])
    return np.tril(left)


def solve(left, vector):
    x = vector.copy()
    for i in range(len(x)):
        x[i] = (x[i] - left[i, :i] @ x[:i]) / left[i, i]
    for i in reversed(range(len(x))):
        x[i] = (x[i] - left[i + 1 :, i] @ x[i + 1 :]) / left[i, i]
    return x


def penalised_maximum(X, y, weight, offset, C, intercept):
    """Coefficients and standard errors by Newton's method with 64 bits of precision, of columns of an ordinary size."""
    Z = np.column_stack([np.ones(len(y)), X] if intercept else [X]).astype(Long)
    y, weight, offset = (a.astype(Long) for a in (y, weight, offset))
    ridge = np.full(Z.shape[1], 1 / Long(C))
    ridge[: int(intercept)] = 0
    scale = 1 / np.sqrt((weight[:, None] * Z * Z).sum(axis=0) / 4 + ridge)
    Z, ridge, beta = Z * scale, ridge * scale**2, np.zeros(Z.shape[1], Long)
    if intercept:
        mean = (weight * y).sum() / weight.sum()
        beta[0] = np.log(mean / (1 - mean)) / scale[0]

    def value(beta):
        eta = Z @ beta + offset
        losses = y * np.logaddexp(0, -eta) + (1 - y) * np.logaddexp(0, eta)
        return -(weight * losses).sum() - (ridge * beta**2).sum() / 2

    def derivatives(beta):
        eta = Z @ beta + offset
        p, q = 1 / (1 + np.exp(-eta)), 1 / (1 + np.exp(eta))
        gradient = Z.T @ (weight * (y * q - (1 - y) * p)) - ridge * beta
        return gradient, cholesky((Z * (weight * p * q)[:, None]).T @ Z + np.diag(ridge))

    for _ in range(100):
        gradient, left = derivatives(beta)
        step, fraction, here = solve(left, gradient), Long(1), value(beta)
        if gradient @ step < 1e-30:
            break
        while value(beta + fraction * step) < here + 1e-4 * fraction * (gradient @ step) - 1e-17 * abs(here):
            fraction /= 2
        beta = beta + fraction * step
    left = derivatives(beta)[1]
    errors = [np.sqrt(solve(left, unit)[i]) for i, unit in enumerate(np.eye(len(beta), dtype=Long))]
    return beta * scale, np.array(errors) * scale


def design(rng, kind, n, p):
    X = rng.normal(size=(n, p))
    if kind == "twins":
        X[:, p // 2 :] = X[:, : p - p // 2]
    elif kind == "all levels":
        X = np.eye(p)[rng.integers(0, p, n)]
    elif kind == "nearly twins":
        for j in range(p // 2, p):
            X[:, j] = X[:, j - p // 2] + 10.0 ** -rng.uniform(3, 12) * rng.normal(size=n)
    elif kind == "constant":
        X[:, 0], X[:, -1] = rng.choice([0.0, 5.0, 1e6]), 0.0
    elif kind == "small numbers":
        X = rng.integers(-1, 2, (n, p)).astype(float)
    elif kind == "far from zero":
        X += 10.0 ** rng.uniform(0, 5, p)
    elif kind == "an outlier":
        X[rng.integers(0, n)] *= 10.0 ** rng.uniform(0, 6)
    elif kind == "low rank":
        X = rng.normal(size=(n, max(1, p // 3))) @ rng.normal(size=(max(1, p // 3), p))
    elif kind == "any scale":
        return X * 10.0 ** rng.uniform(-140, 140, p)
    elif kind == "a large column":
        X[:, rng.integers(0, p)] *= 10.0 ** rng.uniform(0, 10)
        return X
    return X * 10.0 ** (rng.uniform(-2, 2, p) if rng.random() < 0.5 else np.zeros(p))


KINDS = [
    "plain",
    "twins",
    "all levels",
    "nearly twins",
    "constant",
    "small numbers",
    "far from zero",
    "an outlier",
    "low rank",
    "any scale",
    "a large column",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("intercept", [True, False])
def test_the_penalised_maximum_at_any_rank(kind, intercept):
    for seed in range(12):
        rng = np.random.default_rng([seed, KINDS.index(kind), intercept])
        n, p = int(rng.integers(4, 40)), int(rng.integers(1, 30))
        X = design(rng, kind, n, p).astype(np.float32 if seed % 4 == 0 and kind != "any scale" else np.float64)
        y = (rng.random(n) < vh.sigmoid(3 * X @ rng.normal(size=p) / (np.linalg.norm(X) or 1.0))).astype(float)
        if seed % 5 == 0 or kind == "a large column":
            y = rng.random(n)
        y[:2] = 0, 1
        weight = rng.integers(0, 4, n).astype(float) if seed % 3 == 0 else np.ones(n)
        weight[:2] = 1
        offset = rng.normal(size=n) if seed % 3 == 1 else np.zeros(n)
        spread = np.mean((X - X.mean(axis=0)) ** 2 if kind == "far from zero" else X**2, dtype=float) or 1.0
        C = 10.0 ** rng.uniform(-6, 8) / (n * (1.0 if kind == "a large column" else spread))

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = fit(X, y, weight, offset, C=C, intercept=intercept, tolerance=1e-9)
            model = vh.LogisticRegression(C=C, fit_intercept=intercept, tol=1e-9)
            model.fit(X, y, weight, offset) if set(y) == {0.0, 1.0} else None
        beta, errors = penalised_maximum(X, y, weight, offset, C, intercept)
        assert found.converged
        assert not found.collinear
        assert np.max(np.abs(found.coefficients - beta) / errors) <= 1e-8
        np.testing.assert_allclose(found.standard_errors, errors.astype(float), rtol=1e-6)
        log_odds = (X.astype(Long) @ beta[int(intercept) :] + (beta[0] if intercept else 0) + offset).astype(float)
        np.testing.assert_allclose(found.log_odds(X, offset), log_odds, rtol=1e-8, atol=1e-8 * np.abs(log_odds).max())
        # where the gradient of the likelihood is that of the penalty
        residual = weight * (y - vh.sigmoid(found.log_odds(X, offset)))
        slopes = found.coefficients[int(intercept) :]
        size = np.abs(X.astype(float)).T @ weight
        smallest = np.finfo(float).tiny  # of numbers with all their digits
        assert np.all(np.abs(residual @ X - slopes / C) <= 1e-8 * size + smallest / C)
        assert np.isfinite(found.covariance).all()
        if hasattr(model, "coef_"):
            np.testing.assert_array_equal(model.coef_[0], slopes)
            np.testing.assert_array_equal(model.standard_errors_, found.standard_errors)


def beginning_end_and_length(rng, columns):
    """Times of 10⁹ seconds in some unit, so that one column is the exact sum of two others; and a few counts."""
    n = 14
    unit, span = rng.choice([1.0, 1e3, 1e6]), rng.choice([3600.0, 86400 * 30.0, 86400 * 365 * 5.0])
    begin, length = np.floor((1.7e9 + rng.random(n) * span) * unit), np.floor(rng.lognormal(3, 1, n) * unit)
    return np.column_stack([length, begin, begin + length, rng.poisson(1, (n, columns - 3))])


@pytest.mark.parametrize("columns", [4, 17])
def test_the_sum_of_two_large_columns(columns):
    for seed in range(8 if columns < 14 else 4):
        rng = np.random.default_rng([seed, columns])
        X, C = beginning_end_and_length(rng, columns), 10.0 ** rng.integers(-1, 8)
        y = (np.argsort(np.argsort(X[:, 0] + rng.normal(size=len(X)) * X[:, 0].std())) < 6).astype(float)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = fit(X, y, C=C)
        beta, errors, height = optimum(X, y, C=C, starts=[found.coefficients])
        missed = [abs(float((a - b) / e)) for a, b, e in zip(found.coefficients, beta, errors, strict=True)]
        assert max(missed) <= (1e-5 if columns < 14 else 1e-4)
        assert max(missed[1:]) <= 1e-6
        np.testing.assert_allclose(found.standard_errors[1:], np.array(errors[1:], float), rtol=2e-6)
        # 1.7e9 seconds from the data, what the penalty alone decides of p > n columns leaves fewer digits
        np.testing.assert_allclose(found.standard_errors[0], float(errors[0]), rtol=1e-6 if columns < 14 else 1e-3)
        assert found.log_likelihood == pytest.approx(float(height), rel=1e-7)
        again = LogisticFit.from_json(decode(json.loads(json.dumps(encode(found.to_json())))))
        np.testing.assert_allclose(again.standard_errors, found.standard_errors, rtol=1e-13)


def wide(n=20, p=60, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, (rng.random(n) < vh.sigmoid(X[:, 0])).astype(float)


@pytest.mark.parametrize(("n", "p", "C"), [(10, 50, 1.0), (100, 400, 0.01), (500, 3, 0.01), (500, 3, 1e4)])
def test_the_maximum_of_scikit_learn(n, p, C):
    rng = np.random.default_rng(n + p)
    X = rng.normal(size=(n, p))
    X[:, -1] = X[:, 0]
    y = (rng.random(n) < vh.sigmoid(X[:, 0])).astype(int)
    other = ScikitLearn(C=C, tol=1e-12, max_iter=100_000).fit(X, y)
    model = vh.LogisticRegression(C=C).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), other.predict_proba(X), atol=1e-5)

    def objective(one):
        z = X @ one.coef_[0] + one.intercept_[0]
        return vh.log_sigmoid(np.where(y == 1, z, -z)).sum() - 0.5 * (one.coef_**2).sum() / C

    assert objective(model) >= objective(other) - 1e-12 * abs(objective(other))


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(("n", "p"), [(20, 60), (30, 40), (60, 20)])
def test_what_the_covariance_of_a_penalised_fit_says(n, p, intercept):
    X, y = wide(n, p)
    X[:, -1] = X[:, 0]
    found = fit(X + 3, y, C=1e9, intercept=intercept)
    other = fit(X + 3, y, C=2.0, intercept=intercept)
    design = np.column_stack([np.ones(n), X + 3] if intercept else [X + 3])
    w = vh.sigmoid_derivative(other.log_odds(X + 3))
    ridge = np.full(design.shape[1], 0.5)
    ridge[: int(intercept)] = 0
    covariance = np.linalg.inv((design * w[:, None]).T @ design + np.diag(ridge))
    np.testing.assert_allclose(other.covariance, covariance, rtol=1e-6, atol=1e-6 * np.diag(covariance).max())
    np.testing.assert_allclose(other.standard_errors, np.sqrt(np.diag(covariance)), rtol=1e-6)
    new = np.random.default_rng(1).normal(size=(5, p)) + 3
    rows = np.column_stack([np.ones(5), new] if intercept else [new])
    errors = np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows))
    np.testing.assert_allclose(other.covariance_record.row_deviations(new), errors, rtol=1e-6)
    np.testing.assert_allclose(other.covariance_record.deviations(rows), errors, rtol=1e-6)
    lower, upper = probability_interval(other, new)
    np.testing.assert_allclose(vh.logit(upper) - vh.logit(lower), 2 * 1.959963984540054 * errors, rtol=1e-5)
    assert np.isfinite([line.standard_error for line in marginal_effects(other, X + 3)]).all()
    assert np.isfinite(found.covariance).all()


def test_model_files_of_wide_fits():
    X, y = wide()
    found = fit(X, y, C=1.0)
    again = LogisticFit.from_json(decode(json.loads(json.dumps(encode(found.to_json())))))
    np.testing.assert_array_equal(again.coefficients, found.coefficients)
    np.testing.assert_allclose(again.standard_errors, found.standard_errors, rtol=1e-13)
    np.testing.assert_allclose(again.covariance, found.covariance, rtol=1e-12, atol=1e-14)
    for a, b in zip(probability_interval(again, X), probability_interval(found, X), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_model_files_of_very_wide_fits_hold_the_errors_only(monkeypatch):
    monkeypatch.setattr(row_space_covariance, "LARGEST_IN_FILE", 1000)
    X, y = wide()
    found = fit(X, y, C=1.0)
    record = found.to_json()
    assert set(record["covariance"]) == {"standard_errors"}
    again = LogisticFit.from_json(record)
    np.testing.assert_array_equal(again.standard_errors, found.standard_errors)
    with pytest.raises(ValueError, match="only their standard errors"):
        again.covariance  # noqa: B018
    with pytest.raises(ValueError, match="only their standard errors"):
        probability_interval(again, X)
    assert "x60" in repr(again.summary(penalised_errors=True))


def test_a_covariance_that_does_not_fit_into_memory():
    with pytest.raises(MemoryError, match=r"takes 800,000 GB; standard_errors and intervals do without it"):
        square(10_000_000)


def test_the_estimator_of_wide_data():
    X, y = wide()
    model = vh.LogisticRegression(C=1.0).fit(X, y)
    assert model.covariance_.shape == (61, 61)
    assert model.standard_errors_.shape == (61,)
    assert np.isfinite(model.standard_errors_).all()
    assert "x60" in repr(model.summary())
    lower, upper = model.predict_interval(X)
    assert np.all((lower < model.predict_proba(X)[:, 1]) & (model.predict_proba(X)[:, 1] < upper))


def test_one_warning_for_many_columns():
    X, y = wide(10, 50)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fit(X, y)
    (message,) = [str(one.message) for one in caught if one.category is CollinearWarning]
    assert message == (
        "50 columns for 10 rows: 41 are combinations of the others: x10, x11 and 39 more; their coefficients are set "
        "to 0"
    )
    assert caught[0].filename == __file__
    assert repr(found.summary()).count("x10, x11 and 39 more") == 1
    with pytest.raises(ValueError, match="x10, x11 and 39 more"):
        fit(X, y, collinear="error")


def test_combinations_in_wide_data_are_right():
    X, y = wide(8, 40)
    X[:, 2] = 3 * X[:, 0] - X[:, 1] + 2
    X[:, 5] = 7.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fit(X, y)
    assert [one.name for one in found.collinear[:2]] == ["x3", "x6"]
    assert len(found.collinear) == 33
    for one in found.collinear:
        made = one.constant + sum(part * X[:, int(name[1:]) - 1] for name, part in one.combination.items())
        np.testing.assert_allclose(made, X[:, one.column], atol=1e-9)
    assert str(found.collinear[0]) == "column 'x3' is a combination of others: x3 = 3·x1 − x2 + 2"
    assert str(found.collinear[1]) == "column 'x6' is constant (7)"
    assert np.isnan(found.standard_errors[[one.column + 1 for one in found.collinear]]).all()
    kept = [k for k in range(40) if k not in {one.column for one in found.collinear}]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        some = fit(X[:, kept], y)
    np.testing.assert_array_equal(found.coefficients[np.array([0, *np.add(kept, 1)])], some.coefficients)


def test_wide_data_that_are_not_separated():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(6, 30)), 4, axis=0)  # rank 6 with the intercept, 24 rows, 30 columns
    y = np.tile([0.0, 1.0, 1.0, 0.0], 6)
    y[:6] = 1 - y[:6]
    with pytest.warns(CollinearWarning, match="30 columns for 24 rows: 25 are"):
        found = fit(X, y)
    np.testing.assert_allclose(found.coefficients[:6], fit(X[:, :5], y).coefficients, rtol=1e-9)
    np.testing.assert_allclose(found.covariance[:6, :6], fit(X[:, :5], y).covariance, rtol=1e-9)
    assert np.isnan(found.covariance[6:]).all()
    again = LogisticFit.from_json(decode(json.loads(json.dumps(encode(found.to_json())))))
    np.testing.assert_array_equal(again.covariance, found.covariance)
    for a, b in zip(probability_interval(found, X), probability_interval(fit(X[:, :5], y), X[:, :5]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


def test_a_hundred_thousand_columns():
    X, y = wide(10, 100_000)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fit(X, y)
    assert str(caught[0].message).startswith("100,000 columns for 10 rows: 99,991 are combinations of the others: x10")
    assert len(caught) == 2
    np.testing.assert_array_equal(found.log_odds(X) > 0, y == 1)
    assert len(found.collinear) == 99_991
    assert found.collinear[-1].combination is None


def test_values_that_are_not_finite_in_wide_data():
    X, y = wide()
    X[3, 4] = np.nan
    for C in (np.inf, 1.0):
        with pytest.raises(ValueError, match=r"X contains NaN .column 'x5', row 3"):
            fit(X, y, C=C)


@pytest.mark.parametrize("weight", [1e-300, 1e300])
def test_penalties_and_weights_of_any_size(weight):
    X, y = wide()
    one = fit(X, y, C=0.5)
    other = fit(X, y, np.full(20, weight), C=0.5 / weight)
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=1e-9)
    np.testing.assert_allclose(other.standard_errors * np.sqrt(weight), one.standard_errors, rtol=1e-6)


def test_firth_with_more_columns_than_rows():
    X, y = wide(8, 3000)
    with pytest.warns(CollinearWarning, match="3,000 columns for 8 rows"):
        found = fit_firth(X, y)
    np.testing.assert_allclose(found.coefficients[:8], fit_firth(X[:, :7], y).coefficients, rtol=1e-6)


@pytest.mark.parametrize("C", [np.inf, 1.0])
def test_a_wide_table_and_its_model_file(tmp_path, C):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(6, 500)).round(3)
    lines = ["y," + ",".join(f"c{k}" for k in range(500))]
    lines += [f"{i % 2}," + ",".join(map(str, row)) for i, row in enumerate(X.tolist())]
    (tmp_path / "wide.csv").write_text("\n".join(lines) + "\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = vh.fit_table(tmp_path / "wide.csv", "y", C=C)
        arrays = fit(X, np.arange(6) % 2, C=C)
    np.testing.assert_array_equal(model.fit.coefficients, arrays.coefficients)
    model.save(tmp_path / "model.json")
    again = vh.load(tmp_path / "model.json")
    np.testing.assert_array_equal(again.log_odds(tmp_path / "wide.csv"), model.log_odds(tmp_path / "wide.csv"))
    assert again.fit.collinear == model.fit.collinear
    vh.report(again, tmp_path / "report.html")
    said = (tmp_path / "report.html").read_text()
    assert ("500 columns for 6 rows: 495 are combinations of the others: c5, c6 and 493 more" in said) == (np.inf == C)


@pytest.mark.parametrize("fitted", [fit, fit_firth])
def test_profiles_and_robust_errors_of_wide_data(fitted):
    rng = np.random.default_rng(3)
    X = np.repeat(rng.normal(size=(5, 20_000)), 10, axis=0)
    y = np.tile([0.0, 1.0, 1.0, 0.0, 1.0], 10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollinearWarning)
        found = fitted(X, y)
    narrow = fitted(X[:, :4], y)
    functions = [profile_intervals, likelihood_ratio_tests]
    for function in functions:
        result = function(found, X, y)
        np.testing.assert_allclose(result[:5], function(narrow, X[:, :4], y), rtol=1e-6)
        assert np.isnan(result[5:]).all()
    if fitted is fit:
        robust = sandwich_record(found, X, y, clusters=np.arange(50) % 7).standard_errors()
        expected = sandwich_record(narrow, X[:, :4], y, clusters=np.arange(50) % 7).standard_errors()
        np.testing.assert_allclose(robust[:5], expected, rtol=1e-6)
        assert np.isnan(robust[5:]).all()


@pytest.mark.parametrize("C", [np.inf, 1.0])
def test_wide_data_whose_sums_overflow(C):
    X = np.sign(np.random.default_rng(0).normal(size=(12, 40))) * 1.7e308
    with pytest.raises(ValueError, match="so large that their sums overflow"):
        fit(X, np.arange(12) % 2, C=C)
