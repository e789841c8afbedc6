"""Fits of columns that stay where they lie: the numbers of the array, whatever their types and batches."""

import itertools
import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.levels import EVERY_LEVEL, run_at
from tests.regression import test_kernel

import verhulst as vh
from verhulst.data.column_matrix import ColumnMatrix
from verhulst.regression import fit
from verhulst.regression.rows import Rows
from verhulst.regression.separation import SeparationWarning


def in_columns(X, cuts=(0, 3, 130, 130, 260)):
    """The columns of an array as vectors, in batches."""
    cuts = [*(cut for cut in cuts if cut < len(X)), len(X)]
    batches = tuple(tuple(np.array(X[a:b, j]) for j in range(X.shape[1])) for a, b in itertools.pairwise(cuts))
    return ColumnMatrix(batches, np.array([(j, -1) for j in range(X.shape[1])]), (0,) * X.shape[1])


def same(one, other):
    assert one.log_likelihood == other.log_likelihood
    assert one.gradient.tobytes() == other.gradient.tobytes()
    assert one.information.tobytes() == other.information.tobytes()
    assert (one.row_norm, one.margin) == (other.row_norm, other.margin)


@pytest.mark.parametrize(("n", "p"), [(1, 1), (129, 3), (1003, 7), (5000, 23), (700, 40)])
def test_bits_are_those_of_the_array(n, p):
    rng = np.random.default_rng(p)
    rows = test_kernel.make(rng, n, p, weight=True, offset=True)
    beta = rng.normal(size=p + 1) / 3
    columns = Rows(in_columns(rows.X), rows.y, rows.weight, rows.offset, rows.centre, rows.inverse_scale, True)
    same(columns.statistics(beta, direction=beta), rows.statistics(beta, direction=beta))
    root = np.linalg.inv(np.linalg.cholesky(np.eye(p + 1) + rows.gram())).T.copy()
    for here, there in zip(
        columns.penalised_gradient(beta, root, 0.5), rows.penalised_gradient(beta, root, 0.5), strict=True
    ):
        np.testing.assert_array_equal(here, there)


def coded(rng, n, intercept=True, centres=False):
    """Two numbers, codes of 9 and of 20 levels (one of them without a row), in batches."""
    x = rng.normal(size=(n, 2))
    a, b = rng.integers(0, 9, n).astype("u1"), rng.integers(1, 20, n).astype("i4")
    columns = [(0, -1), *((2, level) for level in range(1, 9)), (1, -1), *((3, level) for level in range(19, -1, -1))]
    cuts = [0, *(cut for cut in (2, 64, 129) if cut < n), n]
    vectors = (x[:, 0], x[:, 1].astype("f4"), a, b)
    batches = tuple(tuple(v[i:j] for v in vectors) for i, j in itertools.pairwise(cuts))
    X = ColumnMatrix(batches, np.array(columns), (0, 0, 9, 20))
    assert len(X.coded) == 2
    y, w = rng.integers(0, 2, n).astype(np.uint8), rng.integers(0, 3, n).astype(float)
    centre = rng.random(X.shape[1]) if centres else np.zeros(X.shape[1])
    scale = np.exp2(rng.integers(-2, 3, X.shape[1])) if centres else np.ones(X.shape[1])
    scale[3] = 0.0
    return Rows(X, y, w, rng.normal(size=n), centre, scale, intercept)


def check_coded(rng):
    for n, intercept, centres in ((1, True, False), (150, False, False), (3000, True, False), (1000, True, True)):
        rows = coded(rng, n, intercept, centres)
        rows.weight[0] = 1.0
        beta, direction = rng.normal(size=(2, rows.size)) / 3
        value, gradient, information, gram, norm, margin = test_kernel.reference(rows, beta, direction)
        s = rows.statistics(beta, direction=direction)
        assert s.log_likelihood == pytest.approx(value, rel=1e-13)
        size = np.sqrt(information.max())
        np.testing.assert_allclose(s.gradient, gradient, atol=1e-12 * n * size)
        np.testing.assert_allclose(s.information, information, rtol=1e-10, atol=1e-12 * size**2)
        np.testing.assert_allclose(rows.gram(), gram, rtol=1e-10, atol=1e-12 * gram.max())
        assert s.margin == pytest.approx(margin, rel=1e-11)
        assert norm * (1 - 1e-14) <= s.row_norm  # an upper bound, near where rows are many
        assert n < 1000 or s.row_norm <= 1.5 * norm
        short = rows.statistics(beta, information=False)
        assert short.log_likelihood == s.log_likelihood
        np.testing.assert_array_equal(short.gradient, s.gradient)


def test_codes_are_added_up():
    check_coded(np.random.default_rng(11))


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_every_instruction_set_level(level):
    code = (
        "import numpy as np, tests.regression.test_columns as t\n"
        "t.check_coded(np.random.default_rng(12))\n"
        "for n, p in ((129, 3), (1003, 7), (700, 40)): t.test_bits_are_those_of_the_array(n, p)\n"
        "X = np.random.default_rng(1).normal(size=(3000, 5)); c = t.in_columns(X); b = np.arange(5.0)\n"
        "np.testing.assert_allclose(c.log_odds(b, 1.0), 1 + X @ b, rtol=1e-11, atol=1e-11)\n"
        "from verhulst._core import finite_vectors\n"
        "bad = [np.zeros(k) for k in (0, 1, 5000, 5000)]; bad[2][4321] = np.inf; bad[3][0] = np.nan\n"
        "assert finite_vectors(tuple(bad)).tolist() == [True, True, False, False]\n"
    )
    run_at(level, "-c", code)


def test_same_bits_for_any_number_of_threads():
    rows = coded(np.random.default_rng(4), 40_000)
    beta, before = np.random.default_rng(5).normal(size=rows.size) / 9, vh._core.get_num_threads()
    try:
        results = []
        for threads in (1, 2, 5):
            vh._core.set_num_threads(threads)
            results.append(rows.statistics(beta, direction=beta))
    finally:
        vh._core.set_num_threads(before)
    for one in results[1:]:
        same(one, results[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({0: ()}, "a batch"),
        ({0: ((np.ones(3), np.ones(2)),)}, "same length"),
        ({0: ((np.ones(3, ">f8"), np.ones(3)),)}, "native byte order"),
        ({0: ((np.ones(3), np.ones(3)), (np.ones(3),))}, "same columns"),
        ({1: np.array([[2, -1]])}, "not among"),
        ({1: np.array([0, -1])}, "matrices of indices"),
        ({2: np.array([[5, 2]])}, "not among"),
        ({2: np.array([[0, 0]])}, "at least one level"),
        ({2: np.array([[0, 2]])}, "tables must be"),
        ({2: np.array([[0, 2]]), 3: np.zeros((2, 2))}, "sums must be"),
    ],
)
def test_wrong_columns_are_refused(change, message):
    given = [((np.ones(3), np.ones(3)),), np.array([[0, -1]]), np.empty((0, 2), np.intp), None, None]
    for place, value in change.items():
        given[place] = value
    y, one = np.ones(3), np.ones(1)
    with pytest.raises(ValueError, match=message):
        vh._core.logistic_statistics(tuple(given), y, None, None, one, one, False, one, None, 1)


def frame(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    data = {
        "x": rng.normal(size=n),
        "k": rng.integers(-9, 9, n).astype("i2"),
        "t": rng.random(n) < 0.3,
        "city": pd.Categorical.from_codes(rng.integers(0, 30, n), [f"c{i:02}" for i in range(30)]),
        "size": np.array(["small", "medium", "large"])[rng.integers(0, 3, n)],
        "w": rng.integers(0, 3, n),
        "o": rng.normal(size=n),
    }
    eta = 0.5 * data["x"] + 0.05 * data["k"] - 0.7 * data["t"] + 0.03 * np.asarray(data["city"].codes)
    return pd.DataFrame(data | {"y": (rng.random(n) < vh.sigmoid(eta)).astype(int)})


FORMS = {
    "pandas": lambda f: f,
    "polars": pl.from_pandas,
    "arrow": lambda f: pa.Table.from_pandas(f, preserve_index=False),
    "chunks": lambda f: pa.concat_tables(
        [pa.Table.from_pandas(f[a : a + 900], preserve_index=False) for a in range(0, len(f), 900)]
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weights": "w", "offset": "o"},
        {"C": 0.5},
        {"firth": True},
        {"intercept": False},
    ],
    ids=str,
)
def test_a_table_is_fitted_as_its_array(form, options):
    roles = {name: options[name] for name in ("weights", "offset") if name in options}
    options = {name: value for name, value in options.items() if name not in roles}
    given = FORMS[form](frame())
    columns = ["x", "k", "t", "city", "size"]
    model = vh.fit_table(given, "y", columns=columns, **roles, **options)
    table = vh.data.read_table(given)
    X, y = model.design.matrix(table), model.design.target_values(table)
    plain = fit(X, y, model.design.weight_values(table), model.design.offset_values(table), **options)
    errors = plain.standard_errors
    assert np.max(np.abs(model.fit.coefficients - plain.coefficients) / errors) < 1e-6
    np.testing.assert_allclose(model.fit.standard_errors, errors, rtol=1e-5)
    assert model.fit.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-12)
    assert (model.fit.status, model.fit.cases, model.fit.events) == (plain.status, plain.cases, plain.events)
    np.testing.assert_allclose(model.totals.present, np.asarray(model.design.weight_values(table) @ (X != 0)) if roles
                               else np.count_nonzero(X, axis=0))  # fmt: skip


def test_levels_that_separate():
    """A level of which all rows have one outcome: +inf, and the others as without its rows."""
    given = frame()
    given.loc[given["city"] == "c07", "y"] = 1
    with pytest.warns(SeparationWarning, match="city\\[c07\\]"):
        model = vh.fit_table(given, "y", columns=["x", "city"])
    assert model.fit.coefficients[model.fit.parameter_names.index("city[c07]")] == np.inf
    kept = given[given["city"] != "c07"]
    rest = vh.fit_table(kept, "y", columns=["x", "city"])
    both = [model.fit.parameter_names.index(name) for name in rest.fit.parameter_names]
    difference = (model.fit.coefficients[both] - rest.fit.coefficients) / rest.fit.standard_errors
    assert np.max(np.abs(difference)) < 1e-6


def test_levels_that_say_nothing_new():
    """A column of codes twice: its second copy is left out and named, level by level."""
    given = frame()
    given["again"] = given["city"]
    with pytest.warns(vh.regression.CollinearWarning, match="again"):
        model = vh.fit_table(given, "y", columns=["x", "city", "again"])
    assert {one.name for one in model.fit.collinear} == {f"again[c{i:02}]" for i in range(1, 30)}
    once = vh.fit_table(given, "y", columns=["x", "city"])
    np.testing.assert_allclose(model.fit.coefficients[:31], once.fit.coefficients, atol=1e-7)


def test_numbers_are_not_copied():
    n, p = 300_000, 20
    rng = np.random.default_rng(8)
    columns = {f"x{j}": rng.normal(size=n) for j in range(p)}
    table = pa.table(columns | {"y": (rng.random(n) < vh.sigmoid(columns["x0"])).astype("i1")})
    tracemalloc.start()
    try:
        vh.fit_table(table, "y")
        assert tracemalloc.get_traced_memory()[1] < 64e6 * n / 1e6
    finally:
        tracemalloc.stop()
