"""Multinomial fits against 60 digits, against what others print, and against two-class fits."""

from __future__ import annotations

import decimal
import json
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.levels import EVERY_LEVEL, run_at
from tests.regression.multinomial_optimum import optimum

import verhulst as vh
from verhulst import _core
from verhulst.data import ModelFileError
from verhulst.data.column_matrix import ColumnMatrix
from verhulst.regression import (
    CollinearWarning,
    ConvergenceWarning,
    SeparationWarning,
    fit,
    fit_multinomial,
)


def drawn(rng, n, p, classes, scale=1.0):
    X = rng.normal(size=(n, p)) * scale
    label = (X / scale @ rng.normal(size=(p, classes)) + rng.gumbel(size=(n, classes))).argmax(axis=1)
    label[:classes] = np.arange(classes)
    return X, label


def statistics(X, label, beta, weight, possible):
    """Log-likelihood, gradient and the matrices of pairs, in long double and by whole arrays."""
    z = np.column_stack([np.ones(len(X)), X]).astype(np.longdouble)
    eta = z @ beta.T.astype(np.longdouble)
    if possible is not None:
        eta = np.where(possible > 0, eta, -np.inf)
    top = eta.max(axis=1, keepdims=True)
    e = np.exp(eta - top)
    p = e / e.sum(axis=1, keepdims=True)
    value = np.sum(weight * (eta[np.arange(len(X)), label] - top[:, 0] - np.log(e.sum(axis=1))))
    gradient = ((np.eye(len(beta))[label] - p) * weight[:, None]).T @ z
    pairs = zip(*np.triu_indices(len(beta), 1), strict=True)
    return value, gradient, np.array([(z * (weight * p[:, a] * p[:, b])[:, None]).T @ z for a, b in pairs])


@pytest.mark.parametrize(("n", "p", "classes"), [(1, 1, 2), (63, 3, 3), (1000, 20, 5), (513, 9, 4), (90, 2, 50)])
@pytest.mark.parametrize("some", [False, True])
def test_kernel(n, p, classes, some):
    rng = np.random.default_rng(n)
    X, beta = rng.normal(size=(n, p)), rng.normal(size=(classes, p + 1)) * 3
    label, weight = rng.integers(0, classes, n).astype(np.int32), rng.integers(0, 3, n) + (n == 1.0)
    possible = ((rng.random((n, classes)) < 0.6) | (np.arange(classes) == label[:, None])).astype(np.uint8)
    possible = possible if some and n > 1 else None
    value, gradient, matrices = statistics(X, label, beta, weight, possible)
    wanted = (X, label, weight.astype(float), np.zeros(p), np.ones(p), True, beta, possible)
    found = _core.class_statistics(*wanted, True)
    assert found[0] == pytest.approx(float(value), rel=1e-14)
    np.testing.assert_allclose(found[1], gradient.astype(float), atol=1e-14 * float(np.abs(gradient).max()))
    np.testing.assert_allclose(found[2], matrices.astype(float), atol=1e-14 * float(np.abs(matrices).max()))
    assert found[3] == pytest.approx(np.sqrt(np.max(1 + np.sum(X[weight > 0] ** 2, axis=1))), rel=1e-14)
    short = _core.class_statistics(*wanted, False)
    assert short[2] is None
    assert short[0] == found[0]
    np.testing.assert_array_equal(short[1], found[1])


def test_kernel_keeps_the_digits_of_a_sure_class():
    """Each row's class leads by 60: its loss is e^-60, which 1 - p has lost."""
    X, label = np.array([[60.0], [-60.0]]), np.array([1, 0], dtype=np.int32)
    beta = np.array([[0.0, -0.5], [0.0, 0.5], [-1000.0, 0.0]])
    value, gradient, _, _ = _core.class_statistics(X, label, None, np.zeros(1), np.ones(1), True, beta, None, False)
    assert value == pytest.approx(-2 * np.exp(-60.0), rel=1e-14)
    assert gradient[1] == pytest.approx([0.0, 120 * np.exp(-60.0)], rel=1e-13, abs=1e-40)


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_levels_agree(level):
    code = (
        "import numpy as np; from verhulst.regression import fit_multinomial as f;"
        "r = np.random.default_rng(5); X = r.normal(size=(700, 9)); y = (X[:, :4] + r.gumbel(size=(700, 4))).argmax(1);"
        "m = f(X, y); print(*m.coefficients.ravel(), *m.standard_errors.ravel())"
    )
    rng = np.random.default_rng(5)
    X = rng.normal(size=(700, 9))
    here = fit_multinomial(X, (X[:, :4] + rng.gumbel(size=(700, 4))).argmax(axis=1))
    there = np.array(run_at(level, "-c", code).split(), dtype=float)
    np.testing.assert_allclose(there, [*here.coefficients.ravel(), *here.standard_errors.ravel()], rtol=1e-9)


def test_threads_give_the_same_bits():
    rng = np.random.default_rng(3)
    X, label = drawn(rng, 5000, 7, 4)
    try:
        found = []
        for threads in (1, 2, 5):
            vh.set_num_threads(threads)
            found.append(fit_multinomial(X, label))
    finally:
        vh.set_num_threads(1)
    for one in found[1:]:
        np.testing.assert_array_equal(one.coefficients, found[0].coefficients)
        np.testing.assert_array_equal(one.covariance, found[0].covariance)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.booleans())
def test_against_sixty_digits(seed, penalised, weighted):
    rng = np.random.default_rng(seed)
    p, classes = int(rng.integers(1, 4)), int(rng.integers(3, 5))
    X, label = drawn(rng, int(rng.integers(25, 60)), p, classes, 10.0 ** rng.integers(-3, 4, p))
    X += 10.0 ** rng.integers(-2, 3, p)
    weight = rng.integers(1, 5, len(X)).astype(float) if weighted else None
    C = float(10.0 ** rng.integers(-2, 3)) if penalised else np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)
        found = fit_multinomial(X, label, weight, C=C)
    if found.separation is not None:
        return
    coefficients, errors, height, covariance = optimum(X, label, classes, weight, C if penalised else None)
    assert found.converged
    assert found.log_likelihood == pytest.approx(height, rel=1e-11)
    np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-6)
    assert np.max(np.abs(found.coefficients - coefficients) / errors) < 2e-6
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    np.testing.assert_allclose(found.covariance / scale, covariance / scale, atol=1e-6)


def test_as_stata_and_statsmodels_print_it():
    """The party that 944 respondents identify with, 7 classes: the example of statsmodels and of Stata's mlogit."""
    data = sm.datasets.anes96.load_pandas()
    found = fit_multinomial(data.exog[["logpopul", "selfLR", "age", "educ", "income"]], data.endog.astype(int))
    first = {"logpopul": -0.01153597, "selfLR": 0.29771435, "age": -0.024945, "educ": 0.08249144}
    first |= {"income": 0.00519655, "(intercept)": -0.37340167}
    errors = [0.034, 0.094, 0.007, 0.074, 0.018, 0.630]
    for (name, value), error in zip(first.items(), errors, strict=True):
        assert found.wald()[1][name].estimate == pytest.approx(value, abs=2e-8)
        assert round(found.wald()[1][name].standard_error, 3) == error
    assert found.wald()[6]["selfLR"].estimate == pytest.approx(2.0700801, abs=1e-6)
    assert found.log_likelihood == pytest.approx(-1461.9227, abs=1e-4)
    assert found.null_log_likelihood == pytest.approx(-1750.3467, abs=1e-4)


def test_two_classes_are_logistic_regression():
    rng = np.random.default_rng(2)
    X, label = drawn(rng, 300, 3, 2)
    many, two = fit_multinomial(X, label), fit(X, label)
    np.testing.assert_allclose(many.coefficients[0], two.coefficients, rtol=1e-9)
    np.testing.assert_allclose(many.covariance, two.covariance, rtol=1e-7)
    assert many.log_likelihood == pytest.approx(two.log_likelihood, rel=1e-13)
    many, two = fit_multinomial(X, label, C=3.0), fit(X, label, C=6.0)  # Σ‖b_k‖² of both is half of ‖b‖²
    np.testing.assert_allclose(many.coefficients[0], two.coefficients, rtol=1e-9)


def test_no_class_is_special():
    rng = np.random.default_rng(4)
    X, label = drawn(rng, 400, 3, 4)
    for C in (np.inf, 0.1):
        one, other = fit_multinomial(X, label, C=C), fit_multinomial(X, 3 - label, C=C)
        np.testing.assert_allclose(one.of_classes, other.of_classes[::-1], atol=1e-7)
        np.testing.assert_allclose(one.of_classes.sum(axis=0), 0, atol=1e-12)
        coefficients, errors = one.against(3)
        np.testing.assert_allclose(coefficients[::-1][1:], other.coefficients, atol=1e-7)
        np.testing.assert_allclose(errors[::-1][1:], other.standard_errors, rtol=1e-6)
        assert not errors[3].any()


def test_weights_count_cases_and_a_weight_of_zero_is_no_row():
    rng = np.random.default_rng(6)
    X, label = drawn(rng, 90, 2, 3)
    times = rng.integers(0, 4, 90)
    times[:3] = 1
    weighted = fit_multinomial(X, label, times)
    repeated = fit_multinomial(np.repeat(X, times, axis=0), np.repeat(label, times))
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-8)
    np.testing.assert_allclose(weighted.standard_errors, repeated.standard_errors, rtol=1e-7)
    assert weighted.cases == tuple(np.bincount(np.repeat(label, times)))
    assert fit_multinomial(X, label, times * 2.0**40).standard_errors == pytest.approx(
        weighted.standard_errors * 2.0**-20, rel=1e-7
    )


def test_designs_that_lie_elsewhere():
    """float32, Fortran order and columns of codes: as one array of doubles."""
    rng = np.random.default_rng(7)
    X, label = drawn(rng, 500, 2, 3)
    X = X.astype(np.float32)
    codes = rng.integers(0, 12, 500).astype(np.int8)
    wide = np.column_stack([X.astype(float), codes[:, None] == np.arange(1, 12)])
    columns = np.array([[0, -1], [1, -1], *([2, k] for k in range(1, 12))], dtype=np.intp)
    matrix = ColumnMatrix(((X[:, 0].copy(), X[:, 1].copy(), codes),), columns, (0, 0, 12))
    plain = fit_multinomial(wide, label)
    for other in (np.asfortranarray(wide), wide.astype(np.float32), matrix):
        np.testing.assert_allclose(fit_multinomial(other, label).coefficients, plain.coefficients, rtol=1e-7, atol=1e-9)


def test_long_data_start_from_a_sample():
    rng = np.random.default_rng(8)
    X, label = drawn(rng, 60_000, 3, 3)
    found = fit_multinomial(X, label)
    assert found.converged
    rows = found.passes
    assert sum(one.information for one in rows) <= 2
    z = np.column_stack([np.ones(len(X)), X])
    p = found.predict_proba(X)
    gradient = ((label[:, None] == np.arange(3)) - p)[:, 1:].T @ z
    assert gradient.ravel() @ found.covariance @ gradient.ravel() < 1e-12


def test_dependent_columns_are_named_or_kept_by_a_penalty():
    rng = np.random.default_rng(9)
    X, label = drawn(rng, 80, 2, 3)
    wide = np.column_stack([X, X[:, 0] - 2 * X[:, 1], np.full(80, 7.0)])
    with pytest.warns(CollinearWarning) as said:
        found = fit_multinomial(wide, label)
    assert ["x3 = x1 − 2·x2" in str(one.message) for one in said] == [True, False]
    plain = fit_multinomial(X, label)
    np.testing.assert_allclose(found.coefficients[:, :3], plain.coefficients, rtol=1e-7)
    assert not found.coefficients[:, 3:].any()
    assert np.isnan(found.standard_errors[:, 3:]).all()
    assert np.isnan(found.covariance[3:5]).all()
    assert [one.state for one in found.wald()[1]] == ["estimated"] * 3 + ["left out"] * 2
    with pytest.raises(ValueError, match="x3 = x1 − 2·x2"):
        fit_multinomial(wide, label, collinear="error")
    assert fit_multinomial(wide, label, C=1.0).converged


def test_more_columns_than_rows():
    rng = np.random.default_rng(10)
    X, label = rng.normal(size=(24, 30)), np.arange(24) % 3
    with (
        pytest.warns(CollinearWarning, match="30 columns for 24 rows"),
        pytest.warns(SeparationWarning, match="complete"),
    ):
        found = fit_multinomial(X, label)
    assert len(found.collinear) == 7
    np.testing.assert_array_equal(found.predict(X), label)
    ridge = fit_multinomial(X, label, C=0.5)
    assert ridge.converged
    np.testing.assert_allclose(ridge.of_classes[:, 1:] / 0.5, ridge_gradient(ridge, X, label), atol=1e-7)


def ridge_gradient(found, X, label):
    return ((label[:, None] == np.arange(3)) - found.predict_proba(X)).T @ X


def test_separation_between_classes():
    """x above 1/2 is class c and no other; a and b overlap: only c against the others is infinite."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 2))
    label = np.where(X[:, 0] > 0.5, "c", np.where(rng.random(60) < 0.5, "a", "b"))
    with pytest.warns(SeparationWarning, match="c: x1 \\+∞"):
        found = fit_multinomial(X, label)
    assert found.separation.kind == "quasi-complete"
    assert found.separation.states == ("finite",) * 3 + ("-inf", "+inf", "not determined")
    assert found.separation.rows_separated == np.count_nonzero(label == "c")
    rest = fit(X[label != "c"], label[label != "c"] == "b")
    np.testing.assert_allclose(found.coefficients[0], rest.coefficients, rtol=1e-6)
    np.testing.assert_allclose(found.standard_errors[0], rest.standard_errors, rtol=1e-6)
    assert found.standard_errors[1].tolist()[:2] == [np.inf, np.inf]
    probabilities = found.predict_proba(X)
    np.testing.assert_array_equal(probabilities[:, 2], label == "c")
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-15)
    assert [one.state for one in found.wald()["c"]] == ["infinite", "infinite", "not determined"]
    with pytest.raises(ValueError, match="first class only"):
        found.against("b")
    assert fit_multinomial(X, label, C=1.0).converged


@pytest.mark.parametrize("seed", range(3))
def test_decimals_that_overlap_only_by_their_rounding(seed):
    """Whole numbers separate class 2 where c > a + b; as tenths they do not, by their last digits, which is said."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 30, (2, 60))
    c = a + b + rng.integers(-3, 4, 60) * rng.integers(0, 2, 60)
    label = np.where(c == a + b, np.arange(60) % 3, np.where(c > a + b, 2, np.arange(60) % 2))
    whole = np.column_stack([a, b, c]).astype(float)
    with pytest.warns(SeparationWarning, match="quasi-complete"):
        limits = fit_multinomial(whole, label, names=["a", "b", "c"])
    assert limits.separation.states == ("finite",) * 5 + ("-inf", "-inf", "+inf")
    with pytest.warns(SeparationWarning, match="but for the rounding of numbers .* combination of 2: a, 2: b, 2: c"):
        found = fit_multinomial(whole / 10, label, names=["a", "b", "c"])
    assert not found.converged
    assert np.isnan(found.standard_errors).all()
    assert fit_multinomial(whole / 10, label, C=1.0).converged


def test_complete_separation():
    x = np.linspace(-1, 1, 31)[:, None]
    label = np.digitize(x[:, 0], [-0.33, 0.33])
    with pytest.warns(SeparationWarning, match="^complete separation"):
        found = fit_multinomial(x, label)
    assert found.separation.kind == "complete"
    assert found.separation.rows_separated == 31
    np.testing.assert_array_equal(found.predict(x), label)
    assert "complete" in str(found.separation)


def test_model_files(tmp_path):
    rng = np.random.default_rng(11)
    X, label = drawn(rng, 100, 2, 3)
    separated = np.where(X[:, 0] > 0.5, 2, label % 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)
        named = fit_multinomial(X, np.array(["a", "b", "c"])[label])
        fits = [named, fit_multinomial(X, separated), fit_multinomial(X, label, C=1.0)]
    for one in fits:
        one.save(tmp_path / "model.json")
        again = vh.load(tmp_path / "model.json")
        assert again.classes == one.classes
        np.testing.assert_array_equal(again.predict_proba(X), one.predict_proba(X))
        np.testing.assert_array_equal(again.standard_errors, one.standard_errors)
        assert repr(again.summary()) == repr(one.summary())


GOOD = np.random.default_rng(12).normal(size=(40, 2))
THREE = np.arange(40) % 3


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        (GOOD, np.zeros(40), {}, "only one class: 0.0"),
        (GOOD, np.arange(40) % 2 == 5, {}, "only one class: False"),
        (np.ones((60, 1)), np.arange(60), {}, "60 classes, and a multinomial fit takes at most 50"),
        (GOOD, np.where(THREE, THREE, np.nan), {}, r"y\[0\] is nan"),
        (GOOD, np.array(["a", None] * 20, dtype=object), {}, r"y\[1\] is None"),
        (GOOD, np.array(["a", 1] * 20, dtype=object), {}, "cannot be sorted"),
        (GOOD, np.array([True, 2] * 20, dtype=object), {}, "cannot be sorted"),
        (GOOD, np.array(["a", pd.NA] * 20, dtype=object), {}, r"y\[1\] is <NA>"),
        (GOOD, np.array(["2020-01-01", "NaT"] * 20, dtype="M8[D]"), {}, r"y\[1\] is NaT"),
        (GOOD, np.where(THREE, THREE, np.inf), {}, "y must be finite, but some of it is inf"),
        (GOOD, np.array([np.inf, "a"] * 20, dtype=object), {}, "cannot be sorted"),
        (GOOD, THREE.astype("M8[ns]"), {}, r"y\[0\] is of type datetime64: write them as text"),
        (GOOD, THREE.astype("m8[s]"), {}, "of type timedelta64"),
        (GOOD, THREE.astype(complex), {}, "of type complex128"),
        (GOOD, THREE.astype("S"), {}, "of type bytes_"),
        (GOOD, (THREE / 3).astype(np.longdouble), {}, "of type longdouble"),
        (GOOD, np.array([decimal.Decimal(int(k)) for k in THREE]), {}, "of type Decimal"),
        (GOOD, np.fromiter(((int(k), "x") for k in THREE), dtype=object), {}, "of type tuple"),
        (GOOD, THREE[:39], {}, "one number per row"),
        (GOOD, THREE.reshape(20, 2), {}, "one class per row"),
        (GOOD, THREE, {"sample_weight": (THREE > 0) * 1.0}, "every weight of class 0 is 0"),
        (GOOD, THREE, {"sample_weight": -np.ones(40)}, "must not be negative"),
        (np.where(np.arange(80).reshape(40, 2) == 7, np.nan, GOOD), THREE, {}, "X contains NaN"),
        (np.where(np.arange(80).reshape(40, 2) == 7, np.inf, GOOD), THREE, {}, "X contains infinity"),
        (GOOD, THREE, {"C": 0.0}, "C must be above 0"),
        (GOOD, THREE, {"C": np.nan}, "C must be above 0"),
        (GOOD, THREE, {"tolerance": 0.0}, "tolerance must be above 0"),
        (np.ones((40, 2500)), THREE, {}, "5,002 parameters"),
        (GOOD[:0], THREE[:0], {}, "no rows|one class"),
    ],
)
def test_bad_input(X, y, options, message):
    with pytest.raises(ValueError, match=message):
        fit_multinomial(X, y, **options)


def test_a_fit_that_is_stopped_says_so():
    with pytest.warns(ConvergenceWarning, match="did not converge: after 1 passes"):
        found = fit_multinomial(GOOD, THREE, max_passes=1)
    assert not found.converged
    assert "NOT converged" in repr(found)


def test_a_reference_that_does_not_exist():
    with pytest.raises(ValueError, match="reference 7 is not among the classes: 0, 1, 2"):
        fit_multinomial(GOOD, THREE).wald(reference=7)
    with pytest.raises(ValueError, match="level"):
        fit_multinomial(GOOD, THREE).wald(2.0)


@pytest.mark.parametrize(
    "labels",
    [
        [1, 2**63 + 5, 2**64 - 1],
        [-(2**63), 0, 2**63 - 1],
        [1, 1.5, 2],
        [1, 2, 10**30],
        ["", " ", "a\0"],
        [np.str_("a"), np.str_("b"), np.str_("c")],
        [np.float32(0.1), np.float32(0.2), np.float32(0.3)],
    ],
)
def test_predictions_are_the_labels(labels, tmp_path):
    plain = [one.item() if isinstance(one, np.generic) else one for one in labels]
    found = fit_multinomial(GOOD, np.array([*labels, None], dtype=object)[THREE])
    assert list(found.classes) == plain
    assert [type(one) for one in found.classes] == [type(one) for one in plain]
    wanted = [plain[k] for k in found.predict_proba(GOOD).argmax(axis=1)]
    assert found.predict(GOOD).tolist() == wanted
    found.save(tmp_path / "model.json")
    assert vh.load(tmp_path / "model.json").predict(GOOD).tolist() == wanted


@pytest.mark.parametrize("apart", [1e-5, 1e-7, 1e-9, 1e-11])
@pytest.mark.parametrize("weighted", [False, True])
def test_columns_that_are_nearly_combinations(apart, weighted, tmp_path):
    """The maximum of the numbers as given, in 60 digits; the log-odds are those of coefficients rounded to doubles.

    What the intercepts lack is added: rounding of the slopes does not move the log-odds at the centres of the columns.
    """
    rng = np.random.default_rng(1)
    X, label = drawn(rng, 40, 2, 3)
    X = np.column_stack([X[:, 0] + 100, X[:, 0] + 100 + apart * X[:, 1], X[:, 1] > 0]) if weighted else X
    X = X if weighted else np.column_stack([X[:, 0], X[:, 0] + apart * X[:, 1]])
    weight = rng.integers(1, 4, 40) * 2.0**30 if weighted else None
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = fit_multinomial(X, label, weight)
    coefficients, errors, height, covariance = optimum(X, label, 3, weight)
    assert found.converged
    assert found.log_likelihood == pytest.approx(height, rel=1e-11)
    np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-6)
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    np.testing.assert_allclose(found.covariance / scale, covariance / scale, atol=1e-6)
    assert np.max(np.abs(found.coefficients - coefficients) / errors) < 2e-6
    assert ["so nearly combinations of others" in str(one.message) for one in said] == [True] * (found.decrement > 1e-6)
    rows, numbers = np.column_stack([np.ones(40), X]).tolist(), found.coefficients.tolist()
    pairs = [[list(zip(one, row, strict=True)) for one in numbers] for row in rows]
    rests = [Fraction(rest) for rest in found.intercept_rests] or [Fraction(0)] * 2
    truth = [
        [float(sum(Fraction(b) * Fraction(x) for b, x in terms) + rest) for terms, rest in zip(row, rests, strict=True)]
        for row in pairs
    ]
    scores = found.scores(X)
    np.testing.assert_allclose(scores[:, 1:] - scores[:, :1], truth, atol=1e-9)
    found.save(tmp_path / "model.json")
    again = vh.load(tmp_path / "model.json")
    np.testing.assert_array_equal(again.standard_errors, found.standard_errors)
    np.testing.assert_array_equal(again.covariance, found.covariance)


def test_separated_data_too_large_to_examine(monkeypatch, tmp_path):
    """Complete separation is known from a step; of the rest the warning says that it was not examined."""
    monkeypatch.setattr("verhulst.regression.class_separation.MOST_ENTRIES", 100)
    x = np.linspace(-1, 1, 31)[:, None]
    label = np.digitize(x[:, 0], [-0.33, 0.33])
    weight = np.where(np.arange(31) == 5, 0.0, 1.0)
    with pytest.warns(SeparationWarning, match="^complete separation.*Not examined"):
        found = fit_multinomial(x, label, weight)
    assert found.separation.states == ("not examined",) * 4
    assert found.separation.rows_separated == 30
    np.testing.assert_array_equal(found.predict(x), label)
    assert found.log_likelihood == 0
    found.save(tmp_path / "model.json")
    np.testing.assert_array_equal(vh.load(tmp_path / "model.json").predict_proba(x), found.predict_proba(x))
    rng = np.random.default_rng(1)
    part = np.where(x[:, 0] > 0.5, 2, rng.integers(0, 2, 31))
    with pytest.warns(ConvergenceWarning, match="separate classes, which was not examined"):
        fit_multinomial(x, part)


@pytest.mark.parametrize("largest", [2000, 1000])
def test_separation_between_many_classes_is_examined_or_said_not_to_be(monkeypatch, largest):
    """The design of pairs has 4,500 numbers, of which 1,800 are not 0: those count for the linear program."""
    for room in ("class_separation", "linear_programs", "separation_limit"):
        monkeypatch.setattr(f"verhulst.regression.{room}.LARGEST", largest)
    monkeypatch.setattr("verhulst.regression.separation_limit.within_reach", lambda rows: False)
    monkeypatch.setattr("verhulst.regression.class_separation._suggests", lambda step: False)  # no step tells
    rng = np.random.default_rng(2)
    X, label = rng.normal(size=(60, 2)), np.arange(60) % 6
    X[:, 0] = np.where(label == 5, np.abs(X[:, 0]) + 0.1, -np.abs(X[:, 0]))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = fit_multinomial(X, label)
    if largest == 2000:
        assert found.separation.kind == "quasi-complete"
        np.testing.assert_array_equal(found.predict_proba(X)[:, 5], label == 5)
    else:
        assert ["separate classes, which was not examined" in str(one.message) for one in said] == [True]


def test_the_covariance_of_tiny_weights_is_infinite():
    found = fit_multinomial(GOOD, THREE, np.full(40, 5e-324))
    assert np.isfinite(found.standard_errors).all()
    assert np.isinf(found.covariance.diagonal()).all()


@pytest.mark.parametrize("separated", [False, True])
def test_predictions_of_rows_that_are_missing_or_large(separated):
    label = np.where(GOOD[:, 0] > 0.5, 2, THREE % 2) if separated else THREE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)
        found = fit_multinomial(GOOD, label)
    missing = np.array([[0.0, 0.0], [np.nan, 0.0]])
    assert np.isnan(found.predict_proba(missing)).any(axis=1).tolist() == [False, True]
    with pytest.raises(ValueError, match="row 1 of X has missing or infinite values"):
        found.predict(missing)
    large = found.predict_proba(np.array([[1e308, 1e308], [-1e308, 1e308], [1e308, -1e308]]))
    np.testing.assert_array_equal(np.sort(large, axis=1), [[0, 0, 1]] * 3)


def test_one_row_with_leverage_is_no_lack_of_digits():
    """The condition number is above 1e9, and the maximum is found all the same."""
    rng = np.random.default_rng(1)
    X, label = drawn(rng, 40, 2, 3)
    X, label = np.vstack([X, [[1e6, 0.0]]]), np.append(label, 1)
    found = fit_multinomial(X, label)
    coefficients, errors, _, _ = optimum(X, label, 3)
    assert found.converged
    assert found.condition > 1e9
    assert np.max(np.abs(found.coefficients - coefficients) / errors) < 1e-6
    np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-5)


def test_model_files_with_other_numbers(tmp_path):
    """A coefficient of nan needs separation; C may be a whole number beyond 64 bits."""
    fit_multinomial(GOOD, THREE, C=1.0).save(tmp_path / "model.json")
    record = json.loads((tmp_path / "model.json").read_text())
    record["payload"]["C"] = 2**70
    (tmp_path / "model.json").write_text(json.dumps(record))
    assert "C = 1.18059e+21" in repr(vh.load(tmp_path / "model.json").summary())
    record["payload"]["coefficients"][1][0] = {"float": "nan"}
    (tmp_path / "model.json").write_text(json.dumps(record))
    with pytest.raises(ModelFileError, match=r"coefficients\[1\]"):
        vh.load(tmp_path / "model.json")
