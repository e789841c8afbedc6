"""Data that are not as they should be: each ends in the right answer or in a sentence."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.regression import CollinearWarning, ConvergenceWarning, SeparationWarning, fit, fit_firth


@pytest.fixture
def data():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(200, 3))
    return X, (rng.random(200) < 1 / (1 + np.exp(-X @ [1.0, -0.5, 0.2]))).astype(float)


def same(a, b, rtol=1e-9):
    np.testing.assert_allclose(a.coefficients, b.coefficients, rtol=rtol)
    np.testing.assert_allclose(a.standard_errors, b.standard_errors, rtol=max(rtol, 1e-6))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.ones(5)}, "two dimensions"),
        ({"X": np.ones((5, 2, 2))}, "two dimensions"),
        ({"X": np.ones((0, 3)), "y": []}, "no rows"),
        ({"X": [["a", "b"]] * 4, "y": [0, 1, 0, 1]}, "must contain numbers, not <U1"),
        ({"X": np.ones((4, 1)) * 1j, "y": [0, 1, 0, 1]}, "Complex data not supported"),
        ({"y": [0, 1]}, "y must have one number per row: 200"),
        ({"y": np.full(200, 2.0)}, r"y must lie in \[0, 1\]; y\[0\] is 2"),
        ({"y": ["yes"] * 200}, "y must contain numbers"),
        ({"y": np.zeros(200)}, "only one class: all 200 rows that count are 0"),
        ({"y": np.ones(200)}, "only one class: all 200 rows that count are 1"),
        ({"y": np.r_[np.nan, np.ones(199)]}, r"y must be finite; y\[0\] is nan"),
        ({"sample_weight": -np.ones(200)}, r"weights must not be negative; sample_weight\[0\] is -1"),
        ({"sample_weight": np.zeros(200)}, "every weight is 0"),
        ({"sample_weight": np.full(200, np.inf)}, "sample_weight must be finite"),
        ({"sample_weight": np.ones((200, 2))}, "sample_weight must have one number per row"),
        ({"offset": np.full(200, np.nan)}, r"offset must be finite; offset\[0\] is nan"),
        ({"names": ["a", "b"]}, "2 names for 3 columns"),
        ({"names": ["a", "b", "a"]}, "two columns are named 'a'"),
        ({"C": 0}, "C must be above 0"),
        ({"C": np.nan}, "C must be above 0"),
        ({"C": 1.0, "firth": True}, "two penalties"),
    ],
)
def test_refused_with_a_sentence(data, change, message):
    arguments = {"X": data[0], "y": data[1]} | change
    with pytest.raises(ValueError, match=message):
        fit(arguments.pop("X"), arguments.pop("y"), **arguments)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rows", [200, 60_000])
def test_values_that_are_not_finite_are_found(bad, dtype, rows):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(rows, 3)).astype(dtype)
    y = rng.integers(0, 2, rows)
    X[rows - 13, 1] = bad
    kind = "NaN" if np.isnan(bad) else "infinity"
    with pytest.raises(ValueError, match=re.escape(f"X contains {kind} (column 'age', row {rows - 13})")):
        fit(X, y, names=["a", "age", "c"])


def test_weights_of_zero_are_rows_left_out(data):
    X, y = data
    w = (np.arange(200) % 3 > 0).astype(float)
    same(fit(X, y, w), fit(X[w > 0], y[w > 0]))
    X = X.copy()
    X[w == 0] = 1e6  # of no consequence
    same(fit(X, y, w), fit(X[w > 0], y[w > 0]))


@pytest.mark.parametrize("weight", [1e-300, 1e-30, 1e30, 1e300, 5e-324])
def test_extreme_weights_change_the_errors_only(data, weight):
    X, y = data
    plain, found = fit(X, y), fit(X, y, np.full(200, weight))
    np.testing.assert_allclose(found.coefficients, plain.coefficients, rtol=1e-9)
    if 1e-300 <= weight <= 1e300:
        ratio = found.covariance / plain.covariance * weight
        np.testing.assert_allclose(ratio, 1.0, rtol=2e-6)
        assert found.log_likelihood == pytest.approx(plain.log_likelihood * weight, rel=1e-9)


def test_weights_of_all_sizes_together(data):
    """Rows of weight 1e-300 and 0 say nothing beside rows of weight 1e300."""
    X, y = data
    w = np.array([1e300, 1e-300, 0.0, 1e300])[np.arange(200) % 4]
    found, plain = fit(X, y, w), fit(X[w == 1e300], y[w == 1e300])
    np.testing.assert_allclose(found.coefficients, plain.coefficients, rtol=1e-8)
    assert found.converged


@pytest.mark.parametrize("y", [0, 1])
def test_one_row(y):
    with pytest.raises(ValueError, match=f"only one class: all 1 rows that count are {y}"):
        fit([[1.0, 2.0]], [y])


def test_one_row_with_a_share():
    with pytest.warns(CollinearWarning, match="column 'x1' is constant"):
        found = fit([[1.0]], [0.25])
    assert found.coefficients[0] == pytest.approx(np.log(1 / 3), rel=1e-12)


def test_two_rows():
    with pytest.warns(SeparationWarning, match="complete separation"):
        found = fit([[0.0], [1.0]], [0, 1])
    assert found.coefficients[1] == np.inf


@pytest.mark.parametrize(("n", "p"), [(10, 10), (10, 9), (10, 25), (4, 100)])
def test_as_many_columns_as_rows_or_more(n, p):
    rng = np.random.default_rng(n + p)
    X, y = rng.normal(size=(n, p)), np.arange(n) % 2
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fit(X, y)
    kinds = [w.category for w in caught]
    assert SeparationWarning in kinds
    assert kinds.count(CollinearWarning) == (p >= n)  # one warning for all of them
    assert len(found.collinear) == max(0, p - n + 1)
    assert found.separation.kind == "complete"
    np.testing.assert_array_equal(found.log_odds(X) > 0, y == 1)


def test_identical_rows():
    with pytest.warns(CollinearWarning) as caught:
        found = fit(np.tile([1.0, 2.0], (10, 1)), [0, 1, 1, 1, 0, 1, 1, 1, 1, 1])
    assert [str(w.message)[:23] for w in caught] == ["column 'x1' is constant", "column 'x2' is constant"]
    assert found.coefficients[0] == pytest.approx(np.log(4), rel=1e-12)
    np.testing.assert_array_equal(found.coefficients[1:], 0)
    assert np.isnan(found.standard_errors[1:]).all()


def test_no_columns():
    found = fit(np.empty((4, 0)), [0, 1, 1, 1])
    assert found.coefficients[0] == pytest.approx(np.log(3), rel=1e-12)
    assert found.log_likelihood == pytest.approx(found.null_log_likelihood)
    assert "(intercept)" in repr(found.summary())


@pytest.mark.parametrize("size", [700.0, -700.0, 1e5])
def test_one_large_offset_goes_into_the_intercept(data, size):
    X, y = data
    plain, found = fit(X, y), fit(X, y, offset=np.full(200, size))
    assert found.converged
    assert found.coefficients[0] + size == pytest.approx(plain.coefficients[0], abs=1e-8)
    np.testing.assert_allclose(found.coefficients[1:], plain.coefficients[1:], rtol=1e-6)
    assert found.null_log_likelihood == pytest.approx(plain.null_log_likelihood, rel=1e-9)


def test_offsets_of_both_signs_that_agree_with_the_outcome(data):
    """Rows decided by their offset say nothing; the others decide."""
    X, y = data
    offset = np.where(np.arange(200) % 2, 700.0 * (2 * y - 1), 0.0)
    free = offset == 0
    same(fit(X, y, offset=offset), fit(X[free], y[free]), rtol=1e-7)


def test_offsets_that_contradict_the_outcome_end_in_an_answer_or_a_sentence(data):
    X, y = data
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fit(X, y, offset=700.0 * (1 - 2 * y))
    assert found.converged or any(issubclass(w.category, ConvergenceWarning) for w in caught)
    assert np.isfinite(found.log_likelihood)


def test_columns_of_very_different_size(data):
    X, y = data
    units = np.array([1e12, 1e-12, 1.0])
    plain, found = fit(X, y), fit(X * units, y)
    np.testing.assert_allclose(found.coefficients[1:] * units, plain.coefficients[1:], rtol=1e-9)
    np.testing.assert_allclose(found.standard_errors[1:] * units, plain.standard_errors[1:], rtol=1e-6)
    assert found.coefficients[0] == pytest.approx(plain.coefficients[0], rel=1e-8)


@pytest.mark.parametrize("unit", [1e-150, 1e150])
def test_columns_at_the_ends_of_the_range(data, unit):
    X, y = data
    plain, found = fit(X, y), fit(X * unit, y)
    np.testing.assert_allclose(found.coefficients[1:] * unit, plain.coefficients[1:], rtol=1e-9)


def test_columns_far_from_zero(data):
    """A year, a time stamp: centred before anything is multiplied."""
    X, y = data
    plain, found = fit(X, y), fit(X + np.array([2020.0, 1.7e9, -1e10]), y)
    np.testing.assert_allclose(found.coefficients[1:], plain.coefficients[1:], rtol=1e-5)
    assert found.converged


def test_collinear_columns_are_an_error_if_asked(data):
    X, y = data
    both = np.column_stack([X, X[:, 0] - 2 * X[:, 1] + 3, np.ones(200)])
    with pytest.raises(ValueError, match=r"e = a − 2·b \+ 3; column 'f' is constant \(1\)"):
        fit(both, y, names=["a", "b", "c", "e", "f"], collinear="error")
    with pytest.warns(CollinearWarning) as caught:
        found = fit(both, y, names=["a", "b", "c", "e", "f"])
    assert len(caught) == 2
    same_slopes = fit(X, y)
    np.testing.assert_allclose(found.coefficients[:4], same_slopes.coefficients, rtol=1e-9)
    np.testing.assert_array_equal(found.coefficients[4:], 0)
    assert np.isnan(found.covariance[4]).all()
    np.testing.assert_allclose(found.covariance[:4, :4], same_slopes.covariance, rtol=1e-6)


def test_a_column_of_zeros_without_intercept(data):
    X, y = data
    with pytest.warns(CollinearWarning, match="'x4' is constant"):
        found = fit(np.column_stack([X, np.zeros(200)]), y, intercept=False)
    np.testing.assert_allclose(found.coefficients[:3], fit(X, y, intercept=False).coefficients, rtol=1e-9)


def test_a_constant_column_without_intercept_is_one(data):
    X, y = data
    found = fit(np.column_stack([np.full(200, 4.0), X]), y, intercept=False)
    plain = fit(X, y)
    np.testing.assert_allclose(found.coefficients * [4, 1, 1, 1], plain.coefficients, rtol=1e-9)


def test_nearly_collinear_columns_are_kept(data):
    X, y = data
    rng = np.random.default_rng(3)
    near = X[:, 0] + 1e-4 * rng.normal(size=200)
    found = fit(np.column_stack([X, near]), y)
    assert not found.collinear
    assert found.condition > 1e6
    assert np.isfinite(found.standard_errors).all()


def test_too_few_passes_are_told(data):
    X, y = data
    with pytest.warns(
        ConvergenceWarning, match=r"did not converge: after 2 passes .* standard errors from the maximum"
    ):
        found = fit(X, y, max_passes=2)
    assert not found.converged
    assert found.status == "passes"
    assert "NOT converged" in repr(found.summary())


def test_verbose_shows_each_pass_on_stderr(data, capsys):
    X, y = data
    found = fit(X, y, verbose=1)
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert len(lines) == len(found.passes)
    assert lines[0].startswith("pass 1: log-likelihood -13")
    assert all("decrement" in line for line in lines)


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.uint8, np.float16, object, ">f8"])
def test_other_number_types_are_converted(dtype):
    rng = np.random.default_rng(2)
    X = rng.integers(0, 2, (100, 2))
    y = rng.integers(0, 2, 100)
    same(fit(X.astype(dtype), y.astype(bool)), fit(X.astype(float), y.astype(float)))


def test_float32_is_the_same_as_the_same_numbers_in_float64(data):
    X, y = data
    X = X.astype(np.float32)
    same(fit(X, y), fit(X.astype(np.float64), y))


def test_input_is_not_changed(data):
    X, y = data
    w, offset = np.full(200, 1e300), np.zeros(200)
    kept = [a.copy() for a in (X, y, w, offset)]
    for array in (X, y, w, offset):
        array.flags.writeable = False
    fit(X, y, w, offset)
    for before, after in zip(kept, (X, y, w, offset), strict=True):
        np.testing.assert_array_equal(before, after)


def test_ridge_is_scikit_learns():
    """½‖b‖²/C on the slopes as given, whatever their units, with weights."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(6)
    X = rng.normal(size=(300, 4)) * [1, 10, 0.1, 1] + [0, 5, 0, -3]
    y = (rng.random(300) < 1 / (1 + np.exp(-X @ [0.5, 0.1, 3, -0.2] + 0.5))).astype(int)
    w = rng.uniform(0.5, 2, 300)
    for C in (0.01, 1.0, 100.0):
        theirs = LogisticRegression(C=C, tol=1e-12, solver="newton-cholesky", max_iter=1000).fit(X, y, w)
        ours = fit(X, y, w, C=C)
        np.testing.assert_allclose(ours.coefficients, np.r_[theirs.intercept_, theirs.coef_[0]], rtol=1e-7)
        heavy = fit(X, y, w * 1e200, C=C / 1e200)
        np.testing.assert_allclose(heavy.coefficients, ours.coefficients, rtol=1e-9)
    separable = (X[:, 0] > 0).astype(int)
    assert np.isfinite(fit(X, separable, C=1.0).coefficients).all()


def test_outliers_that_hide_the_rest_of_a_column() -> None:
    # exp(8 N(0, 1)): once its largest values are decided, the others look constant beside the column's mean.
    rng = np.random.default_rng(1)
    n = 60
    x = rng.standard_normal(n)
    y = (x + rng.standard_normal(n) > 0) * 1.0
    group = np.where(y == 1, rng.choice(["a", "b", "c"], n), rng.choice(["a", "b"], n))
    other, heavy = rng.standard_normal(n), np.exp(8 * rng.standard_normal(n))
    kept = group != "c"
    columns = [x, group == "b", other, heavy, *[rng.standard_normal(n) for _ in range(4)]]
    X, y = np.column_stack(columns)[kept], y[kept]
    found = fit(X, y)
    assert found.converged
    assert found.log_likelihood == pytest.approx(-18.1309156, abs=1e-6)
    assert np.all(np.isfinite(found.standard_errors))
    residual = y - vh.sigmoid(X @ found.coefficients[1:] + found.coefficients[0])
    assert np.abs(X.T @ residual / np.abs(X).max(axis=0)).max() < 1e-9


@pytest.mark.parametrize("size", [1e6, 1e9, 1e12, 1e15])
def test_a_row_far_out_that_is_decided_leaves_the_rest_as_it_was(size):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = (rng.random(200) < vh.sigmoid(X @ [1.0, -0.5, 0.2] - 0.3)).astype(float)
    alone = fit(X, y)
    joined = fit(np.vstack([X, [size, 0.0, 0.0]]), np.append(y, 1.0))
    # The column is known to eps(size) beside such a row only by its own digits, which are kept.
    np.testing.assert_allclose(joined.coefficients, alone.coefficients, atol=1e-5)
    np.testing.assert_allclose(joined.standard_errors, alone.standard_errors, rtol=1e-5)


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
@pytest.mark.parametrize("call", [fit, fit_firth])
def test_impossible_tolerances(call, tolerance):
    with pytest.raises(ValueError, match="tolerance must be above 0"):
        call([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], tolerance=tolerance)


@pytest.mark.parametrize("call", [fit, fit_firth])
def test_no_passes_at_all(call):
    with pytest.raises(ValueError, match="at least one pass"):
        call([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], max_passes=0)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_columns_of_zeros_do_not_hide_what_is_not_finite(value):
    X = (np.random.default_rng(1).random((3000, 30)) < 0.05).astype(float)
    X[1234, 17] = value
    with pytest.raises(ValueError, match=r"'x18', row 1234"):
        fit(X, np.arange(3000) % 2)
