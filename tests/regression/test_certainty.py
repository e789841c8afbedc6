"""What a fit says of itself, on designs that leave no room for error: is it true?

Random small designs, in families that have shown wrong numbers: near-separation, weights that differ by sixteen powers
of ten, one value far away, columns nearly alike, offsets that contradict outcomes, weak penalties on separated rows.
Each claim is checked against an optimum in 500 bits, and against a linear program for separation.
"""

import csv
import re
import warnings

import mpmath
import numpy as np
import pytest
from scipy.optimize import linprog
from tests.regression.optimum import optimum

import verhulst as vh
from verhulst.regression import ConvergenceWarning, SeparationWarning, fit
from verhulst.regression.collinearity import CollinearWarning

KINDS = ("plain", "near", "weights", "outlier", "alike", "offset", "l2")
FAR = 5e-6  # standard errors: five times the tolerance
ERRORS = 1e-5  # relative
COUNT = 12  # designs of a kind; thousands by hand


def design(kind, rng):
    n, p = int(rng.integers(5, 31)), int(rng.integers(1, 4))

    def decimals(*shape):
        return np.round(rng.normal(size=shape) * rng.choice([1, 3]), 1)

    whole = rng.integers(-5, 6, (n, p)).astype(float) * rng.choice([1, 1, 5], p)
    X = decimals(n, p) if rng.random() < 0.6 else whole
    if rng.random() < 0.3:
        X[:, -1] = rng.integers(-15, 25, n)
    if rng.random() < 0.2:
        X[:, 0] += rng.choice([-2, 10, 100])
    slope = rng.normal(size=p) * rng.choice([0.3, 1, 3])
    y = (rng.random(n) < vh.sigmoid((X - X.mean(axis=0)) @ slope)).astype(float)
    made = {"weight": None, "offset": None, "C": None, "intercept": bool(rng.random() < 0.85)}
    if kind == "near":
        order = np.argsort((X - X.mean(axis=0)) @ slope)
        y = np.zeros(n)
        y[order[n // 2 :]] = 1
        y[order[n // 2]], y[order[n // 2 - 1]] = 0, 1
        if rng.random() < 0.3:
            X[order[n // 2], 0] = X[order[n // 2 - 1], 0] - 10.0 ** -rng.integers(1, 9)
    elif kind == "weights":
        low, high = ((-8, 9), (-5, 8))[int(rng.integers(2))]
        made["weight"] = 10.0 ** rng.integers(low, high, n)
    elif kind == "outlier":
        far = 10.0 ** rng.integers(4, 18) * rng.choice([-1, 1, 1.7])
        X[rng.integers(n), rng.integers(p)] = far
    elif kind == "alike":
        X = np.column_stack([X, X[:, 0] + 10.0 ** -rng.integers(1, 9) * decimals(n)])
    elif kind == "offset":
        towards = np.where(y == 1, 1, -1) * rng.choice([-1000.0, 1000.0, 800.0, -800.0, 0.0, 0.0, -30.0], n)
        made["offset"] = rng.choice([-1000.0, 1000.0, 0.0], n) if rng.random() < 0.5 else towards
    elif kind == "l2":
        made["C"] = 10.0 ** rng.integers(-3, 12)
        trouble = rng.integers(4)
        if trouble == 0:
            y = (X[:, 0] > np.median(X[:, 0])).astype(float)
        elif trouble == 1:
            X[rng.integers(n), rng.integers(p)] = 10.0 ** rng.integers(4, 18)
        elif trouble == 2:
            made["weight"] = 10.0 ** rng.integers(-8, 9, n)
    if y.min() == y.max():
        y[0] = 1 - y[0]
    return {"X": X, "y": y, **made}


def fitted(made):
    """The fit and its warnings."""
    penalty = {} if made["C"] is None else {"C": made["C"]}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = fit(made["X"], made["y"], made["weight"], made["offset"], intercept=made["intercept"], **penalty)
    others = [w for w in said if w.category not in (ConvergenceWarning, SeparationWarning, CollinearWarning)]
    assert not others, f"{others[0].message}"
    return found, [str(w.message) for w in said if w.category is ConvergenceWarning]


def separable(X, y, weight, intercept):
    """Whether the outcomes can be told apart, by a linear program on rows of like size.

    On columns of like size; and, where these are nearly alike, on others that span the same space at right angles.
    """
    z = np.column_stack([np.ones(len(X)), X]) if intercept else X
    z = z * np.where(y == 1, 1.0, -1.0)[:, None]
    z = z[np.any(z != 0, axis=1) & (True if weight is None else weight > 0)]
    z = z / np.maximum(np.abs(z).max(axis=0), 1e-300)
    return any(map(some_direction, (z, np.linalg.qr(z)[0])))


def some_direction(z):
    """Whether some direction has no row of z on its wrong side."""
    z = z / np.abs(z).max(axis=1, keepdims=True)
    found = linprog(-z.sum(axis=0), A_ub=-z, b_ub=np.zeros(len(z)), bounds=[(-1, 1)] * z.shape[1], method="highs-ds")
    return -found.fun > 1e-6


def faults(made):
    """What is not true of what the fit says."""
    found, warned = fitted(made)
    kept = [j for j in range(made["X"].shape[1]) if j not in {c.column for c in found.collinear}]
    X = made["X"][:, kept]
    if found.separation is not None:
        return [] if separable(X, made["y"], made["weight"], made["intercept"]) else ["separated, says the fit"]
    parameters = [*range(int(made["intercept"])), *(int(made["intercept"]) + j for j in kept)]
    if not parameters:
        return []
    start = found.coefficients[parameters]
    best = optimum(
        X,
        made["y"],
        made["weight"],
        made["offset"],
        made["C"],
        made["intercept"],
        [start] if np.all(np.isfinite(start)) else [],
    )
    if best is None:
        return [] if warned else ["no maximum, and no word of it"]
    beta, errors, height = best
    off = float(max(abs(mpmath.mpf(float(b)) - t) / s for b, t, s in zip(start, beta, errors, strict=True)))
    if warned:
        if "unknown number" in warned[0] or "cannot be told apart" in warned[0]:
            return []
        number = float(re.search(r"about ([0-9.e+-]+) standard errors|ended ([0-9.e+-]+) standard", warned[0])[1])
        return [] if off > 1e-6 and 0.3 < off / number < 30 else [f"{off:.2g} standard errors, says not: {warned[0]}"]
    shares = found.standard_errors[parameters] / np.array([float(s) for s in errors]) - 1
    wrong = []
    if not off <= FAR:
        wrong.append(f"coefficients {off:.2g} standard errors off")
    if not np.max(np.abs(shares)) <= ERRORS:
        wrong.append(f"standard errors {shares} off")
    if not abs(found.log_likelihood - float(height)) <= 1e-9 * max(1.0, abs(float(height))):
        wrong.append(f"log-likelihood {found.log_likelihood!r}, not {float(height)!r}")
    return wrong


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_fit_says_of_itself_is_true(kind):
    seeds = np.random.SeedSequence(sum(map(ord, kind))).spawn(COUNT)
    wrong = {k: faults(design(kind, np.random.default_rng(seed))) for k, seed in enumerate(seeds)}
    assert not {k: what for k, what in wrong.items() if what}


def compared(made):
    """Fit and optimum of data that have one."""
    found, warned = fitted({"weight": None, "offset": None, "C": None, "intercept": True, **made})
    assert not warned
    assert found.converged
    best = optimum(made["X"], made["y"], made.get("weight"), made.get("offset"), starts=[found.coefficients])
    beta, errors, height = best
    error = np.array([float(s) for s in errors])
    assert np.max(np.abs(found.coefficients - np.array([float(b) for b in beta])) / error) < FAR
    np.testing.assert_allclose(found.standard_errors, error, rtol=ERRORS)
    assert found.log_likelihood == pytest.approx(float(height), rel=1e-9)
    return found


def test_weights_that_differ_by_thirteen_powers_of_ten():
    X, y = [[0.4], [0.6], [-1.4], [0.0], [-2.6], [0.8]], [0, 1, 0, 1, 1, 1]
    found = compared({"X": np.array(X), "y": np.array(y), "weight": np.array([1e-5, 1e-3, 1e7, 1e4, 1e-4, 1e-6])})
    np.testing.assert_allclose(found.coefficients, [18.435, 30.807], atol=1e-3)


def test_weights_that_hardly_differ_are_not_the_reason():
    """Start and end some microseconds apart: it is the columns, with weights of 1 to 3 and without."""
    rng = np.random.default_rng(0)
    start, y = 1.7e15 + rng.integers(0, 2 * 10**11, 25), rng.permutation(np.arange(25) % 2)
    X = np.column_stack([start, start + rng.integers(0, 3, 25)])
    for weight in (None, rng.integers(1, 4, 25)):
        with pytest.warns(ConvergenceWarning, match="some columns are so nearly combinations of others"):
            fit(X, y, weight)


def test_a_flat_likelihood_without_weights():
    rows = """-1.4,-7,0 -1.6,2,0 -1.6,23,1 -2.1,2,0 -2.4,8,1 -2.5,20,1 -2.5,2,1 -1.6,-4,0 -1.9,-4,0 -1.9,-10,0
        -1.5,-1,0 -2.3,14,1 -2.5,11,1 -1.6,-13,0 -2.1,11,1 -1.8,11,0 -1.8,5,0 -2.4,17,1 -2,2,0 -2.3,11,1 -2,5,1"""
    data = np.array(list(csv.reader(rows.split())), dtype=float)
    found = compared({"X": data[:, :2], "y": data[:, 2]})
    assert found.standard_errors[1] == pytest.approx(4.565e8, rel=1e-3)


def test_offsets_that_settle_every_outcome():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), rng.integers(0, 2, 60)
    found = compared({"X": X, "y": y, "offset": np.where(y == 1, 800.0, -800.0)})
    assert np.all((found.standard_errors > 1e170) & np.isfinite(found.standard_errors))


def test_offsets_beyond_the_range_of_doubles():
    """Standard errors of e^5000 cannot be given: then it is said."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), rng.integers(0, 2, 60)
    _, warned = fitted(
        {"X": X, "y": y, "weight": None, "offset": np.where(y == 1, 1e4, -1e4), "C": None, "intercept": True}
    )
    assert warned
    assert "unknown number of standard errors" in warned[0]


def test_rows_of_overwhelming_weight():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = (rng.random(60) < vh.sigmoid(X @ [1.0, -0.5, 0.2] - 0.3)).astype(float)
    weight = np.ones(60)
    weight[:5] = 1e300  # separated among themselves: log-odds of some 690 are needed
    compared({"X": X, "y": y, "weight": weight})


@pytest.mark.parametrize("size", [1e4, 1e9, 1e13, 1e17, 1e20])
def test_one_value_far_away(size):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(60, 1)) * 2
    y = (rng.random(60) < vh.sigmoid(X[:, 0])).astype(float)
    X[0], y[0] = size, 1
    compared({"X": X, "y": y})


FILLED = np.array([[9.96921e36], [1], [2], [3], [4], [5], [6]])  # the first is netCDF's fill value


@pytest.mark.parametrize("size", [1e20, 1e30, 9.96921e36, 1e60, 1e100, 1e200, 1e300])
@pytest.mark.parametrize("kind", ["plain", "weights", "offset", "penalty", "columns"])
def test_a_decided_row_far_out_changes_nothing(size, kind):
    """The maximum is that of the other rows, whatever the size of the one value."""
    X, y = np.where(FILLED > 1e30, size, FILLED), np.array([1, 0, 1, 0, 0, 1, 1])
    options = {"weights": {"sample_weight": np.arange(1.0, 8)}, "offset": {"offset": np.linspace(-1, 1, 7)}}.get(
        kind, {}
    )
    chosen = {"C": 2.0} if kind == "penalty" else {}
    if kind == "columns":
        X = np.column_stack([X, [0, 3, 1, 2, 0, 1, 2], [1e-3 * size, 0, 1, 0, 1, 0, 0]])
        X, y = np.vstack([X, X[1:, [0, 2, 1]]]), np.concatenate([y, 1 - y[1:]])
    found, told = told_by(X, y, **options, **chosen)
    others = fit(X[1:], y[1:], **{name: values[1:] for name, values in options.items()}, **chosen)
    assert not told
    assert found.converged
    np.testing.assert_allclose(found.coefficients, others.coefficients, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.standard_errors, others.standard_errors, rtol=1e-6)
    assert found.log_likelihood == pytest.approx(others.log_likelihood, rel=1e-12)


@pytest.mark.parametrize(("size", "columns"), [(1e20, 1), (2.1e26, 1), (1e30, 1), (1e26, 2), (1e30, 3), (1e30, 12)])
def test_weights_and_a_penalty_beside_one_value_far_away(size, columns):
    """Less a mean that the one value decides the others would look alike: the fit ended "converged" elsewhere."""
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(11, columns)).round(1), (np.arange(11) % 2).astype(float)
    X[4, 0] = size
    made = {"X": X, "y": y, "weight": 10.0 ** rng.integers(-8, 9, 11), "offset": None, "C": 100.0, "intercept": True}
    assert not faults(made)


@pytest.mark.parametrize("size", [9.96921e36, 1e100, 1e290])
def test_a_row_far_out_that_contradicts_the_others(size):
    """It needs hundreds of log-odds to balance their pull, and decides the slope alone."""
    compared({"X": np.where(FILLED > 1e30, size, FILLED), "y": np.array([0, 0, 1, 0, 0, 1, 1])})


@pytest.mark.parametrize("C", [None, 1e4, 1e-2])
def test_a_huge_code_for_missing_values_in_two_columns(C):
    """Doubles give no log-odds of such rows, and the warning says that each coefficient is right."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        missing = rng.random(18) < 0.3
        X = np.column_stack([rng.normal(50, 10, 18).round(1), rng.normal(3, 1, 18).round(2), rng.integers(1, 8, 18)])
        X[missing, 1:] = 1e20
        y = (np.arange(18) % 3 == 0).astype(float)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            found = fit(X, y, C=C or np.inf)
        beta, errors, _ = optimum(X, y, C=C, starts=[found.coefficients])
        missed = [abs(float((a - b) / e)) for a, b, e in zip(found.coefficients, beta, errors, strict=True)]
        assert max(missed) <= 1e-6
        np.testing.assert_allclose(found.standard_errors, np.array(errors, float), rtol=1e-6)


def test_rows_far_out_at_several_distances():
    x = [1.1, 0.3, -1.7, 0.6, 0.8, 0.4, -0.4, 8.8e242, -3.8e90, -1.2, -6.8e35, 0.5]
    compared({"X": np.array(x)[:, None], "y": np.array([1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0])})
    X = np.column_stack([x, np.roll(x, 3)])
    compared({"X": X, "y": np.array([1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0])})


def test_offsets_that_contradict_outcomes_beside_values_near_the_end_of_doubles():
    """The decrement itself passes 1e154, whose square is no double."""
    x = [24, -14, 10, -14, 17, 22, -3, -14, -5, -14, -11, -12, 17, -2, 12, 1.67647361e277, -13, 2, -4, -7, 10, 22, 2]
    z = [3, 2, 0, 3, -2, -4, 4, -5, 4, 3, 0, -4, 5, -5, -1, 2.10717237e36, 2, 0, -4, -5, -4, -4, -1]
    y = np.array([0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0])
    towards = [1, 0, 1, 0, 1, 1, 0, 1, -1, -1, 0, -1, 0, 0, -1, 0, 0, 0, 1, -1, 1, 0, 1]
    with pytest.warns(ConvergenceWarning):
        found = fit(np.column_stack([z, x]), y, offset=1000.0 * np.array(towards), max_passes=25)
    assert not found.converged


@pytest.mark.parametrize("intercept", [True, False])
def test_errors_beside_values_far_away(intercept):
    """A row far out that contradicts the slope is decided by 50 log-odds or more, and yet holds its information."""
    rng, checked = np.random.default_rng(8), 0
    for _ in range(8):
        X = rng.normal(size=(9, 2)).round(1)
        y = (np.arange(9) % 2).astype(float)
        X[0, 1], X[1, 1] = 10.0 ** rng.integers(20, 36), 10.0 ** rng.integers(20, 36)
        found, told = told_by(X, y, intercept=intercept)
        known = optimum(X, y, intercept=intercept, starts=[found.coefficients])
        if told or known is None:
            continue
        coefficients, errors = (np.array([float(v) for v in part]) for part in known[:2])
        assert np.max(np.abs(found.coefficients - coefficients) / errors) < FAR
        np.testing.assert_allclose(found.standard_errors, errors, rtol=ERRORS)
        checked += 1
    assert checked >= 4


def test_maxima_that_doubles_do_not_hold():
    """Two values of 1e25 whose log-odds are moderate: coefficients of 16 digits do not say them, and that is said."""
    rng = np.random.default_rng(0)
    X = rng.integers(-2, 3, (14, 2)).astype(float)
    y = (np.arange(14) % 2).astype(float)
    X[3], y[3] = (1e25, -1.1e26), 0  # against what the other rows say
    found, told = told_by(X, y)
    assert len(told) == 1
    assert "some values are so large that the coefficients, rounded to doubles" in told[0]
    known = optimum(X, y, starts=[found.coefficients])
    assert known is not None
    coefficients, errors = (np.array([float(v) for v in part]) for part in known[:2])
    np.testing.assert_allclose(found.coefficients, coefficients, rtol=1e-9)
    np.testing.assert_allclose(found.standard_errors, errors, rtol=ERRORS)


def told_by(X, y, **options):
    """A fit, and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fit(X, y, **options)
    return found, [str(w.message) for w in caught]


def test_a_step_whose_sums_overflow():
    """Weights that differ by sixteen powers of ten, and columns alike to nine digits: steps of 1e305 on the way."""
    rng = np.random.default_rng(72)
    level = rng.integers(0, 4, 24)
    X = np.eye(4)[level][:, :3]
    X = np.column_stack([X, X @ [2, -2, -2] + rng.normal(size=24) * 1e-9])
    for _ in range(6):
        y, weight = rng.permutation(np.arange(24) % 2).astype(float), 10.0 ** rng.integers(-8, 9, 24)
        told_by(X, y, sample_weight=weight)


def test_a_common_offset_of_any_size():
    """What is added to all offsets is taken out of the intercept, to the last digit that the offsets have."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 2))
    y = (rng.random(200) < vh.sigmoid(X @ [1.0, -1.0])).astype(float)
    for size in (2.0**20, 2.0**40):
        shifted = fit(X, y, offset=np.full(200, size))
        np.testing.assert_allclose(shifted.coefficients[1:], fit(X, y).coefficients[1:], rtol=1e-9)
        assert shifted.converged


def test_standard_errors_belong_to_the_coefficients():
    """With a weak penalty on separated rows the last step moves the log-odds: the errors must follow."""
    rng = np.random.default_rng(11)
    X = np.sort(rng.normal(size=(30, 1)), axis=0)
    y = (np.arange(30) >= 15).astype(float)
    for C in (1e3, 1e7, 1e11):
        found = fit(X, y, C=C)
        z = np.column_stack([np.ones(30), X])
        information = z.T @ (z * vh.sigmoid_derivative(z @ found.coefficients)[:, None]) + np.diag([0.0, 1 / C])
        errors = np.sqrt(np.diag(np.linalg.inv(information)))
        np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-6)
        log_odds = z @ found.coefficients
        value = float(np.sum(np.where(y == 1, vh.log_sigmoid(log_odds), vh.log_sigmoid(-log_odds))))
        assert found.log_likelihood == pytest.approx(value, rel=1e-10)


def test_shares_of_successes_and_single_precision():
    """A careful look at data that are not 0 and 1, or not doubles, sees what a plain one sees."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=40).astype(np.float32)
    X = np.column_stack([x, x + np.float32(2**-18) * rng.integers(-3, 4, 40).astype(np.float32)])
    share = np.clip(np.round(vh.sigmoid(x.astype(float)) + 0.2 * rng.normal(size=40), 1), 0, 1)
    found = fit(X, share)
    twice = fit(np.vstack([X, X]).astype(float), np.repeat([1.0, 0.0], 40), np.concatenate([share, 1 - share]))
    np.testing.assert_allclose(found.coefficients, twice.coefficients, rtol=1e-7)
    np.testing.assert_allclose(found.standard_errors, twice.standard_errors, rtol=1e-7)


def test_few_passes_end_in_a_true_sentence():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 2)), rng.integers(0, 2, 50)
    with pytest.warns(ConvergenceWarning, match="after 1 passes .* standard errors from the maximum"):
        fit(X, y, max_passes=1)


def test_columns_alike_to_five_digits_through_a_file(tmp_path):
    """The covariance is kept as a factor: errors of contrasts that cancel have their digits, from a file too."""
    rng = np.random.default_rng(8)
    x = np.round(rng.normal(size=25), 1) + 10
    X = np.column_stack([x, x + 1e-5 * np.round(rng.normal(size=25), 1)])
    y = (rng.random(25) < vh.sigmoid(x - 10)).astype(float)
    found = compared({"X": X, "y": y})
    model = vh.LogisticRegression().fit(X, y)
    model.save(tmp_path / "model.json")
    np.testing.assert_array_equal(vh.load(tmp_path / "model.json").standard_errors_, model.standard_errors_)
    np.testing.assert_allclose(model.standard_errors_, found.standard_errors, rtol=0)
