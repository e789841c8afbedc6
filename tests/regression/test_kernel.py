"""The fused kernel against the same sums written out in NumPy, for every layout that it reads in place."""

from __future__ import annotations

import numpy as np
import pytest
from tests.levels import EVERY_LEVEL, run_at

import verhulst
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import merge


def reference(rows: Rows, beta, direction):
    """(log-likelihood, gradient, information, gram, row norm, margins) by whole-array formulas."""
    z = rows.standardised()
    y = rows.y.astype(float)
    w = np.ones(len(y)) if rows.weight is None else rows.weight
    eta = z @ beta + (0.0 if rows.offset is None else rows.offset)
    value = np.sum(w * (y * verhulst.log_sigmoid(eta) + (1 - y) * verhulst.log_one_minus_sigmoid(eta)))
    residual = w * (y * verhulst.sigmoid(-eta) - (1 - y) * verhulst.sigmoid(eta))
    information = z.T @ (z * (w * verhulst.sigmoid_derivative(eta))[:, None])
    along = z @ direction
    margin = np.where(y == 1, along, np.where(y == 0, -along, -np.abs(along)))[w > 0]
    norm = np.sqrt(np.max(np.sum(z**2, axis=1)[w > 0]))
    return value, z.T @ residual, information, z.T @ (z * w[:, None]), norm, (margin.min(), margin.max())


def make(rng, n, p, *, intercept=True, weight=False, offset=False, fractional=False, dtype=float, layout="C"):
    X = (rng.normal(size=(n, p)) * 3 + 5).astype(dtype)
    if layout == "F":
        X = np.asfortranarray(X)
    elif layout == "strided":
        X = np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)[::2, ::3]
    elif layout == "every second row":
        X = np.repeat(X, 2, axis=0)[::2]
    elif layout == "reversed":
        X = X[::-1, ::-1]
    y = rng.random(n) if fractional else rng.integers(0, 2, n).astype(np.uint8)
    w = rng.integers(0, 3, n).astype(float) if weight else None
    o = rng.normal(size=n) if offset else None
    return Rows(X, y, w, o, X.mean(axis=0, dtype=float), np.exp2(rng.integers(-3, 1, p)), intercept)


def check(rows: Rows, rng) -> None:
    beta, direction = rng.normal(size=(2, rows.size)) / np.sqrt(rows.size)
    value, gradient, information, gram, norm, margin = reference(rows, beta, direction)
    s = rows.statistics(beta, direction=direction)
    scale = np.sqrt(np.diag(information)) + 1e-9
    assert s.log_likelihood == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(s.gradient / scale, gradient / scale, atol=1e-12 * np.sqrt(len(rows.y)))
    np.testing.assert_allclose(s.information, information, rtol=1e-11, atol=1e-12 * scale.max() ** 2)
    np.testing.assert_allclose(rows.gram(), gram, rtol=1e-11, atol=1e-12 * gram.max())
    assert s.row_norm == pytest.approx(norm, rel=1e-13)
    assert s.margin == pytest.approx(margin, rel=1e-11)
    short = rows.statistics(beta, information=False)
    assert short.information is None
    assert short.margin is None
    assert short.log_likelihood == s.log_likelihood
    np.testing.assert_array_equal(short.gradient, s.gradient)


@pytest.mark.parametrize("layout", ["C", "F", "strided", "every second row", "reversed"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_layouts(layout, dtype):
    rng = np.random.default_rng(1)
    check(make(rng, 1003, 7, layout=layout, dtype=dtype), rng)


@pytest.mark.parametrize("p", [1, 2, 3, 4, 5, 8, 23, 24, 25, 97, 130])
@pytest.mark.parametrize("intercept", [True, False])
def test_numbers_of_columns(p, intercept):
    rng = np.random.default_rng(p)
    check(make(rng, 700, p, intercept=intercept), rng)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 31, 32, 33, 127, 128, 129, 5000])
def test_numbers_of_rows(n):
    rng = np.random.default_rng(n)
    check(make(rng, n, 5, offset=True), rng)


@pytest.mark.parametrize("options", [{"weight": True}, {"offset": True}, {"fractional": True, "weight": True}])
def test_weights_offsets_and_shares(options):
    rng = np.random.default_rng(5)
    check(make(rng, 2000, 6, **options), rng)


@pytest.mark.parametrize("size", [0.0, 1e-8, 1.0, 30.0, 700.0])
def test_rows_far_out_keep_their_digits(size):
    """One row at a time: loss, residual and weight to a few units in the last place in both tails."""
    for y in (0, 1):
        for eta in (size, -size):
            z = Rows(np.zeros((1, 1)), np.array([y], np.uint8), None, np.array([eta]), np.zeros(1), np.ones(1), True)
            s = z.statistics(np.zeros(2))
            expected = verhulst.log_sigmoid(eta) if y else verhulst.log_one_minus_sigmoid(eta)
            assert s.log_likelihood == pytest.approx(expected, rel=1e-15)
            assert s.gradient[0] == pytest.approx(
                y * verhulst.sigmoid(-eta) - (1 - y) * verhulst.sigmoid(eta), rel=1e-15
            )
            assert s.information[0, 0] == pytest.approx(verhulst.sigmoid_derivative(eta), rel=2e-15)


def test_extreme_offsets_stay_finite():
    offset = np.array([-1e308, -800.0, 800.0, 1e308])
    rows = Rows(np.ones((4, 1)), np.array([1, 1, 0, 0], np.uint8), None, offset, np.zeros(1), np.ones(1), False)
    s = rows.statistics(np.zeros(1))
    assert s.information[0, 0] >= 0
    assert s.gradient[0] == pytest.approx(0.0, abs=1e-12)


def test_nan_is_not_hidden():
    X = np.ones((10, 3))
    X[7, 1] = np.nan
    rows = Rows(X, np.zeros(10, np.uint8), None, None, np.zeros(3), np.ones(3), True)
    assert np.isnan(rows.statistics(np.ones(4)).log_likelihood)


@pytest.mark.parametrize(("n", "p"), [(100, 3), (10_000, 20), (3_000, 150)])
def test_same_bits_for_any_number_of_threads(n, p):
    rng = np.random.default_rng(2)
    rows = make(rng, n, p, weight=True)
    beta = rng.normal(size=rows.size)
    before = verhulst._core.get_num_threads()
    try:
        results = []
        for threads in (1, 2, 3, 7):
            verhulst._core.set_num_threads(threads)
            results.append(rows.statistics(beta, direction=beta))
    finally:
        verhulst._core.set_num_threads(before)
    for r in results[1:]:
        assert r.log_likelihood == results[0].log_likelihood
        assert r.gradient.tobytes() == results[0].gradient.tobytes()
        assert r.information.tobytes() == results[0].information.tobytes()
        assert (r.row_norm, r.margin) == (results[0].row_norm, results[0].margin)


def test_merging_blocks_gives_the_whole():
    rng = np.random.default_rng(3)
    rows = make(rng, 1000, 4, offset=True)
    beta = rng.normal(size=5)
    parts = [
        Rows(
            rows.X[a : a + 300],
            rows.y[a : a + 300],
            None,
            rows.offset[a : a + 300],
            rows.centre,
            rows.inverse_scale,
            True,
        )
        for a in range(0, 1000, 300)
    ]
    whole, sum_of_parts = (
        rows.statistics(beta, direction=beta),
        merge([r.statistics(beta, direction=beta) for r in parts]),
    )
    np.testing.assert_allclose(sum_of_parts.information, whole.information, rtol=1e-12)
    assert sum_of_parts.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-14)
    assert (sum_of_parts.row_norm, sum_of_parts.margin) == (whole.row_norm, whole.margin)
    with pytest.raises(ValueError, match="no parts"):
        merge([])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.ones((4, 2), int)}, "float64 or float32"),
        ({"X": np.ones(4)}, "float64 or float32"),
        ({"y": np.ones(3)}, "y must be"),
        ({"weight": np.ones(4, np.float32)}, "weight must be"),
        ({"offset": np.ones((4, 1))}, "offset must be"),
        ({"centre": np.ones(3)}, "centre must be"),
        ({"inverse_scale": np.ones(1)}, "inverse_scale must be"),
    ],
)
def test_wrong_arrays_are_refused(change, message):
    arrays = {"X": np.ones((4, 2)), "y": np.ones(4), "weight": None, "offset": None}
    arrays |= {"centre": np.zeros(2), "inverse_scale": np.ones(2), "intercept": True} | change
    with pytest.raises(ValueError, match=message):
        Rows(**arrays).statistics(np.zeros(3))


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_every_instruction_set_level(level):
    """The levels add in different orders: they agree to rounding, and each passes the tests above."""
    code = (
        "import numpy as np, tests.regression.test_kernel as t\n"
        "rng = np.random.default_rng(9)\n"
        "for n, p, layout in [(1003, 7, 'C'), (517, 33, 'F'), (70, 1, 'C'), (300, 100, 'strided')]:\n"
        "    for dtype in (np.float32, np.float64):\n"
        "        t.check(t.make(rng, n, p, weight=True, offset=True, layout=layout, dtype=dtype), rng)\n"
    )
    run_at(level, "-c", code)


@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("filled", [0.0, 0.02, 0.5, 0.8])
def test_columns_of_mostly_zeros(layout, dtype, filled):
    """Rows that are 0 in a panel are left out of its products, which must not be seen."""
    rng = np.random.default_rng(3)
    rows = make(rng, 1501, 45, dtype=dtype, layout=layout, weight=True)
    X = np.where(rng.random(rows.X.shape) < filled, rows.X, dtype(0))
    X[:, :3] = rows.X[:, :3]
    X = np.asfortranarray(X) if layout == "F" else X
    centre = np.r_[rows.centre[:3], np.zeros(42)]
    check(Rows(X, rows.y, rows.weight, None, centre, rows.inverse_scale, True), rng)


def test_zeros_keep_their_bits():
    """The same sums with and without the rows left out: a column of tiny numbers hides the zeros of its panel."""
    rng = np.random.default_rng(4)
    X = np.where(rng.random((900, 16)) < 0.1, rng.normal(size=(900, 16)), 0.0)
    y = rng.integers(0, 2, 900).astype(np.uint8)
    sparse = Rows(X, y, None, None, np.zeros(16), np.ones(16), True)
    dense = Rows(X, y, None, None, np.full(16, 5e-324), np.ones(16), True)  # centres that change nothing
    beta = rng.normal(size=17)
    np.testing.assert_array_equal(sparse.statistics(beta).information, dense.statistics(beta).information)
