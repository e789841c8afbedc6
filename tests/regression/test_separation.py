"""Separated data: the verdict, the infinite coefficients, the limits of the others, and what is said about it."""

import re
import warnings

import numpy as np
import pytest
from scipy.optimize import linprog
from tests.references.datasets import endometrial

from verhulst.regression import SeparationWarning, fit
from verhulst.regression.collinearity import CollinearWarning
from verhulst.regression.linear_programs import separating
from verhulst.regression.newton import newton
from verhulst.regression.observations import observations
from verhulst.regression.separation_limit import SeparationWatch, separation_limit
from verhulst.regression.standardisation import Standardisation


def quietly(*args, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)
        return fit(*args, **settings)


def random_problem(rng):
    """A small problem of one of five kinds; about two in five are separated."""
    n, p, kind = int(rng.integers(6, 80)), int(rng.integers(1, 6)), int(rng.integers(5))
    if kind == 0:
        X = rng.normal(size=(n, p))
    elif kind == 1:
        X = rng.integers(0, 2, (n, p)).astype(float)
    elif kind == 2:
        X = rng.integers(-2, 3, (n, p)).astype(float)
    elif kind == 3:
        X = (rng.integers(0, p + 1, n)[:, None] == np.arange(1, p + 1)).astype(float)
        if p > 1:
            X[:, 0] = rng.normal(size=n)
    else:
        X = np.round(rng.normal(size=(n, p)) * 10 ** rng.uniform(-3, 3, p), int(rng.integers(0, 3)))
    spread = X.std(axis=0)
    eta = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1) @ rng.normal(size=p) * rng.choice([0.5, 2, 8])
    y = (rng.random(n) < 1 / (1 + np.exp(-np.clip(eta + rng.normal(), -30, 30)))).astype(float)
    return X, y


def usable(X, y):
    """Both outcomes, and no column that is a combination of others."""
    design = np.column_stack([np.ones(len(X)), X])
    size = np.abs(design).max(axis=0)
    return y.min() < y.max() and np.all(size > 0) and np.linalg.matrix_rank(design / size) == design.shape[1]


def oracle(X, y):
    """Konis' program with a slack for each row: how many rows can be separated at most, and the infinite coefficients.

    Maximise Σ tᵢ with 0 ≤ tᵢ ≤ 1 and (2yᵢ − 1) xᵢᵀd ≥ tᵢ: since d has no bound, tᵢ = 1 in every row that can be
    separated. A coefficient has no finite estimate if the rows that cannot leave it free.
    """
    design = np.column_stack([np.ones(len(X)), X])
    design = design / np.abs(design).max(axis=0)
    n, q = design.shape
    signed = (2 * y - 1)[:, None] * design
    found = linprog(
        np.r_[np.zeros(q), -np.ones(n)],
        A_ub=np.hstack([-signed, np.eye(n)]),
        b_ub=np.zeros(n),
        bounds=[(None, None)] * q + [(0, 1)] * n,
        method="highs",
    )
    open_rows = design[found.x[q:] < 0.5]
    if len(open_rows) == n:
        return 0, np.zeros(q, dtype=bool)
    rank = np.linalg.matrix_rank(open_rows) if len(open_rows) else 0
    free = [np.linalg.matrix_rank(np.vstack([open_rows, unit])) > rank for unit in np.eye(q)]
    return n - len(open_rows), np.array(free)


def test_thousand_random_problems_against_the_linear_program():
    rng = np.random.default_rng(20)
    seen = separated = 0
    while seen < 1000:
        X, y = random_problem(rng)
        if not usable(X, y):
            continue
        seen += 1
        rows, infinite = oracle(X, y)
        found = quietly(X, y)
        assert (found.separation is not None) == (rows > 0), f"problem {seen}"
        assert np.array_equal(~np.isfinite(found.coefficients), infinite), f"problem {seen}"
        assert np.array_equal(~np.isfinite(found.standard_errors), infinite), f"problem {seen}"
        assert np.array_equal(np.isinf(found.coefficients), np.isinf(found.standard_errors)), f"problem {seen}"
        if rows:
            separated += 1
            assert found.separation.rows_separated == rows, f"problem {seen}"
            assert found.separation.kind == ("complete" if rows == len(y) else "quasi-complete")
            side = found.separation.side(X) * (2 * y - 1)
            assert np.count_nonzero(side > 0) == rows
            assert np.count_nonzero(side < 0) == 0
    assert separated > 300


def test_the_linear_program_of_the_package_agrees():
    rng = np.random.default_rng(21)
    for _ in range(150):
        X, y = random_problem(rng)
        if usable(X, y):
            data = observations(X, y)
            rows = data.rows(Standardisation.of(data.X, intercept=True))
            assert (separating(rows) is not None) == (oracle(X, y)[0] > 0)


def test_the_linear_program_refuses_large_data():
    data = observations(np.random.default_rng(0).normal(size=(400_000, 2)), np.arange(400_000) % 2)
    rows = data.rows(Standardisation.of(data.X, intercept=True))
    with pytest.raises(ValueError, match="at most 1000000 design entries"):
        separating(rows)


def test_data_in_pieces_give_the_same_certificate(monkeypatch):
    monkeypatch.setattr("verhulst.regression.rows.PIECE_NUMBERS", 27 * 4)  # the 79 rows are three pieces
    monkeypatch.setattr("verhulst.regression.separation_limit.within_reach", lambda rows: False)
    data = endometrial()
    checked = observations(data.X, data.y)
    standard = checked.standardisation(True)
    rows, start = checked.rows(standard), np.zeros(4)
    assert len(list(rows.pieces())) == 3
    watch = SeparationWatch(rows)
    newton(rows.statistics, start, monitor=watch)
    assert watch.found is not None
    limit = separation_limit(rows, watch.found, start, 1e-6, 100)
    np.testing.assert_allclose(limit.record(rows, standard, data.names).direction, [0, 1, 0, 0], atol=1e-12)
    whole = quietly(data.X, data.y)
    np.testing.assert_allclose(standard.original(limit.fit.beta)[[0, 2, 3]], whole.coefficients[[0, 2, 3]], rtol=1e-9)


def test_the_warning_names_columns_and_ways_out():
    data = endometrial()
    with pytest.warns(SeparationWarning) as caught:
        found = fit(data.X, data.y, names=data.names)
    text = str(caught[0].message)
    assert "every row with NV = 1 has y = 1" in text
    assert "NV +∞" in text
    assert "firth=True" in text
    assert "C=1" in text
    assert found.separation.columns == ("NV",)
    assert found.separation.rows_separated == 13
    assert caught[0].filename == __file__


def test_log_odds_are_infinite_on_both_sides_and_finite_between():
    X = np.array([[-2.0], [-1.0], [0.0], [0.0], [0.0], [1.0], [2.0]])
    y = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0])
    found = quietly(X, y)
    assert found.separation.kind == "quasi-complete"
    np.testing.assert_allclose(found.coefficients, [np.log(2), np.inf])
    np.testing.assert_allclose(found.log_odds([[-0.1], [0.0], [3.0]]), [-np.inf, np.log(2), np.inf])
    np.testing.assert_allclose(found.log_odds([[0.0]], [1.5]), [np.log(2) + 1.5])
    assert found.log_likelihood == pytest.approx(2 * np.log(2 / 3) + np.log(1 / 3))


def test_complete_separation_leaves_nothing_finite():
    found = quietly([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1], names=["dose"])
    assert found.separation.kind == "complete"
    assert np.all(np.isinf(found.coefficients))
    assert found.log_likelihood == 0.0
    assert found.separation.reasons == ("y = 1 in every row with dose ≥ 2, and in no row with dose ≤ 1",)
    assert "without error in all 4 rows" in str(found.separation)


def test_long_lists_of_columns_are_shortened():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(40, 10))
    found = quietly(X, (X.sum(axis=1) > 0).astype(float))
    assert "and 4 more" in str(found.separation)


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        ([0, 0, 0, 1, 1, 0], [0, 1, 0, 1, 1, 1], "every row with g = 1 has y = 1"),
        ([1, 1, 1, 0, 0, 1], [0, 1, 0, 1, 1, 1], "every row with g = 0 has y = 1"),
        ([0, 0, 0, -2, -3, 0], [0, 1, 0, 0, 0, 1], "every row with g ≠ 0 has y = 0"),
        ([1, 2, 5, 5, 7, 8], [0, 0, 0, 1, 1, 1], "every row with g > 5 has y = 1, and every row with g < 5 y = 0"),
    ],
)
def test_reasons_in_words(x, y, sentence):
    found = quietly(np.array(x, dtype=float)[:, None], y, names=["g"])
    assert sentence in found.separation.reasons


@pytest.mark.parametrize("kind", ["money", "clock", "decimal", "narrow", "small"])
def test_thresholds_in_words_hold_in_every_row(kind):
    """The sentence gives the value at which the outcomes meet with all its digits."""
    rng = np.random.default_rng(8)
    for _ in range(20):
        k = np.sort(rng.integers(0, 40, 12))
        x = {
            "money": 1234550.0 + k,
            "clock": 1.7e15 + k,
            "decimal": 50000 + k / 100,
            "narrow": (k / np.float32(7)).astype(np.float32),
            "small": 1e-300 * (1 + k / 1000),
        }[kind]
        y = (k > k[6]).astype(float)
        if len(set(y)) < 2:
            continue
        y[6] = 1.0  # at the value where outcomes meet there are both
        y[5], k[5], x[5] = 0.0, k[6], x[6]
        found = quietly(np.asarray(x)[:, None], y, names=["g"])
        said = re.fullmatch(
            r"every row with g > (\S+) has y = 1, and every row with g < (\S+) y = 0", found.separation.reasons[0]
        )
        above, below = map(float, said.groups())
        assert np.all(y[x > above] == 1)
        assert np.all(y[x < below] == 0)
        assert set(y[x == above]) == {0.0, 1.0}
        assert above == below


def decimals(seed, n=40):
    """Whole numbers, and the same as tenths: y = 1 where c > a + b; both outcomes where they are equal."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 30, (2, n))
    c = a + b + rng.integers(-3, 4, n) * rng.integers(0, 2, n)
    y = np.where(c == a + b, np.arange(n) % 2, c > a + b).astype(float)
    return np.column_stack([a, b, c]).astype(float), y


@pytest.mark.parametrize("seed", range(6))
def test_decimals_that_overlap_only_by_their_rounding(seed):
    """0.1 + 0.2 is not 0.3: the maximum of the doubles is finite, and the fit says what it rests on."""
    whole, y = decimals(seed)
    limits = quietly(whole, y, names=["a", "b", "c"])
    assert limits.separation.states == ("finite", "-inf", "-inf", "+inf")
    with pytest.warns(SeparationWarning, match="but for the rounding of numbers .* combination of a, b, c predicts"):
        found = fit(whole / 10, y, names=["a", "b", "c"])
    assert found.separation is None
    assert found.converged
    assert np.all(found.standard_errors[1:] > 1e6)
    assert "In the rows that determine them, some columns are nearly combinations" in str(found.summary())


@pytest.mark.parametrize("seed", [3, 29, 126, 262])
def test_decimals_in_float32_that_overlap_only_by_their_rounding(seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(8, 40)), int(rng.integers(2, 5))
    tenths, slopes = rng.integers(-9, 10, (n, p)), rng.choice([-2, -1, 1, 2], p)
    side = tenths @ slopes - int(np.median(tenths @ slopes))
    y = np.where(side == 0, np.cumsum(side == 0) % 2 == 0, side > 0).astype(float)
    assert quietly(tenths.astype(float), y).separation is not None
    with pytest.warns(SeparationWarning, match="but for the rounding of numbers"):
        found = fit((tenths * np.float32(0.1)).astype(np.float32), y)
    assert found.separation is None
    # Of ordinary numbers with an ordinary maximum nothing is said.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(np.float32(rng.normal(size=(200, 2))), rng.integers(0, 2, 200))


def test_one_row_against_the_rest_is_no_separation():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 2))
    y = (X[:, 0] > 0).astype(float)
    assert quietly(X, y).separation is not None
    farthest = int(np.argmax(np.abs(X[:, 0])))
    y[farthest] = 1 - y[farthest]
    found = fit(X, y)
    assert found.separation is None
    assert found.converged


def test_overlap_of_a_billionth_is_no_separation():
    x = np.array([-2.0, -1.0, 1e-9, -1e-9, 1.0, 2.0])[:, None]
    y = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fit(x, y)
    assert found.separation is None
    assert np.all(np.isfinite(found.coefficients))


def test_rows_of_weight_zero_do_not_count():
    data = endometrial()
    X, y = np.vstack([data.X, [[1.0, 20.0, 1.0]]]), np.append(data.y, 0.0)
    assert fit(X, y).separation is None
    assert quietly(X, y, np.append(np.ones(79), 0.0)).separation.columns == ("x1",)


@pytest.mark.parametrize("weight", [1e-300, 1e300])
def test_extreme_weights_do_not_matter(weight):
    data = endometrial()
    found = quietly(data.X, data.y, np.full(79, weight))
    assert found.separation.columns == ("x1",)
    np.testing.assert_allclose(found.coefficients[2:], [-0.0421834, -2.9026056], rtol=1e-6)


def test_a_row_of_vanishing_weight_still_refutes_separation():
    data = endometrial()
    X, y = np.vstack([data.X, [[1.0, 20.0, 1.0]]]), np.append(data.y, 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fit(X, y, np.append(np.ones(79), 1e-30))
    assert found.separation is None


def test_offsets_change_nothing_about_separation():
    data = endometrial()
    found = quietly(data.X, data.y, offset=np.linspace(-3, 3, 79))
    assert found.separation.columns == ("x1",)


def test_shares_of_successes_hold_their_rows_in_place():
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert fit(X, [0, 0.5, 0.5, 1]).separation is None
    found = quietly(np.array([[0.0], [0.0], [1.0]]), [0.3, 0.4, 1.0])
    assert found.separation.kind == "quasi-complete"
    np.testing.assert_allclose(found.coefficients, [np.log(0.35 / 0.65), np.inf])


def test_without_an_intercept():
    found = quietly(np.array([[1.0], [2.0], [-1.0]]), [1, 1, 0], intercept=False)
    assert found.separation.kind == "complete"
    assert found.coefficients.tolist() == [np.inf]


def test_collinear_and_separated_at_once():
    data = endometrial()
    X = np.column_stack([data.X, data.X[:, 1] * 2 - 5])
    with pytest.warns(CollinearWarning, match="x4"), pytest.warns(SeparationWarning, match="x1"):
        found = fit(X, data.y)
    assert found.separation.columns == ("x1",)
    assert np.isnan(found.standard_errors[4])
    assert found.coefficients[4] == 0
    np.testing.assert_allclose(found.coefficients[[2, 3]], [-0.0421834, -2.9026056], rtol=1e-6)


def test_columns_of_extreme_units():
    data = endometrial()
    found = quietly(data.X * [1e12, 1e-12, 1.0], data.y)
    assert found.separation.columns == ("x1",)
    np.testing.assert_allclose(found.coefficients[2] * 1e-12, -0.0421834, rtol=1e-6)


def test_a_penalty_needs_no_verdict():
    data = endometrial()
    for options in ({"C": 1.0}, {"firth": True}):
        found = fit(data.X, data.y, **options)
        assert found.separation is None
        assert np.all(np.isfinite(found.coefficients))


@pytest.mark.parametrize("intercept", [True, False])
def test_zeros_in_all_other_columns(intercept):
    """Rows that are 0 wherever the direction is not: rounding left in the direction must not refute it."""
    rng = np.random.default_rng(2)
    X = np.column_stack([rng.random(300) < 0.1, rng.normal(size=(300, 2)) * (rng.random((300, 1)) < 0.5)]).astype(float)
    y = np.where(X[:, 0] == 1, 1, rng.integers(0, 2, 300))
    found = quietly(X, y, intercept=intercept)
    assert found.separation is not None
    assert found.separation.columns == ("x1",)
    rest = fit(X[X[:, 0] == 0][:, 1:], y[X[:, 0] == 0], intercept=intercept)
    finite = np.isfinite(found.coefficients)
    np.testing.assert_allclose(found.coefficients[finite], rest.coefficients, rtol=1e-6)


def test_many_columns_are_no_hiding_place():
    """Steps by a corrected matrix do not keep the certificate from being found."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(3000, 150))
    y = (rng.random(3000) < 0.5).astype(int)
    X[:, 140] = 0.0
    X[np.flatnonzero(y == 1)[:30], 140] = 1.0
    found = quietly(X, y)
    assert found.separation.columns == ("x141",)
    assert found.separation.rows_separated == 30
