"""Designs from formulas."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import verhulst as vh
from verhulst.data import (
    DataError,
    RequestError,
    UnknownColumnError,
    formula_design,
    load_dataset,
    read_table,
    write_table,
)
from verhulst.data.block import make_block
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.formula import learn_formula
from verhulst.data.learn import learn_table
from verhulst.data.read import read_fields
from verhulst.data.request import Roles

TABLE = {"y": [0, 1, 1, 0], "x": [1.0, 2.0, 4.0, 8.0], "g": ["a", "b", "a", "b"]}


def test_columns_of_a_formula():
    design, X, y = formula_design("y ~ np.log(x) + C(g) + x:g", TABLE)
    assert design.intercept
    assert design.names[:2] == ("np.log(x)", "C(g)[T.b]")
    np.testing.assert_array_equal(X[:, 0], np.log(TABLE["x"]))
    np.testing.assert_array_equal(X[:, 1], [0, 1, 0, 1])
    np.testing.assert_array_equal(y, TABLE["y"])
    assert X.flags.c_contiguous
    assert not formula_design("y ~ x - 1", TABLE)[0].intercept


def test_levels_are_remembered():
    design, X, _ = formula_design("vote ~ age + C(party)", load_dataset("anes96"), positive="Dole")
    np.testing.assert_array_equal(design.matrix(load_dataset("anes96").slice(5, 3)), X[5:8])
    with pytest.raises(DataError, match=r"row 1, column 'party': 'Green' was not among the levels at the fit"):
        design.matrix(read_table({"age": [30], "party": ["Green"]}))


def test_missing_values():
    table = TABLE | {"x": [1.0, None, 4.0, 8.0]}
    with pytest.raises(DataError, match=r"missing in 1 of 4 rows \(first in row 2\): 'x' in 1"):
        formula_design("y ~ x", table)
    design, X, y = formula_design("y ~ x", table, missing="drop")
    assert (design.rows_kept, len(X), len(y)) == (3, 3, 3)


@pytest.mark.parametrize(
    ("formula", "error", "message"),
    [
        ("y x", DataError, "must have the form 'target ~ terms'"),
        ("yy ~ x", UnknownColumnError, "Did you mean 'y'"),
        ("y ~ z", DataError, "cannot be evaluated"),
        ("y ~ x +* g", DataError, "cannot be evaluated"),
        ("y ~ np.log(x - 1)", DataError, "row 1: np.log.* is -inf"),
        ("y ~ xx", UnknownColumnError, "there is no column 'xx'. Did you mean 'x'"),
        ("y ~ I(x / k)", DataError, r"'I\(x / k\)' names 'k', which is neither a column nor a function .* context="),
        (
            "y ~ x + offset(x)",
            DataError,
            r"an offset is not a term of X: remove 'offset\(x\)' and pass its column as offset=",
        ),
        ("y ~ foo(x)", DataError, r"'foo\(x\)' names 'foo', which is neither a column nor"),
        ("y ~ x + y", RequestError, "the target 'y' of 'y ~ x [+] y' cannot occur on the right as well"),
        ("y ~ np.log(y)", RequestError, "the target 'y' of .* cannot occur on the right"),
        ("y ~ x | g", DataError, "more than one part on the right"),
        ("y ~ x ~ g", DataError, "more than one part on the right"),
        ("y ~ x +", DataError, "cannot be evaluated: Operator `[+]`"),
        ("y ~ np.log(g)", DataError, r"cannot be evaluated: 'np.log\(g\)' fails: .*\(Read as text: 'g'.\)$"),
        ("y ~ 1 / 0 + {1 / 0}", DataError, "cannot be evaluated"),
        ("y ~ np.log(x - 3)", DataError, r"has no value in 2 of 4 rows \(first in row 1\).*missing=.drop."),
    ],
)
def test_formulas_that_do_not_work(formula, error, message):
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        formula_design(formula, TABLE)


def test_a_loaded_formula_is_evaluated_if_it_is_stored_as_data():
    design, _, _ = formula_design("y ~ x", TABLE)
    record = json.loads(json.dumps(design.to_json()))
    loaded = FormulaDesign.from_json(record)
    assert loaded == design
    np.testing.assert_array_equal(loaded.matrix(read_table(TABLE)), design.matrix(read_table(TABLE)))
    # Files of earlier versions hold its text only, and so do those of formulas with functions that are not known.
    del record["evaluation"]
    with pytest.raises(DataError, match="A formula is code, and loading runs no code"):
        FormulaDesign.from_json(record).matrix(read_table(TABLE))


codes = st.sampled_from(["007", "7", "x y", "é"])


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[object]]:
    """Numbers, truth values and codes with missing values, weights and offsets; the last two rows are complete."""
    rows = draw(st.integers(6, 14))

    def column(values: st.SearchStrategy[object]) -> list[object]:
        some = st.one_of(values, values, values, st.none())
        return [*draw(st.lists(some, min_size=rows - 2, max_size=rows - 2)), draw(values), draw(values)]

    return {
        "y": [*draw(st.lists(st.sampled_from([0, 1, 1, None]), min_size=rows - 2, max_size=rows - 2)), 0, 1],
        "a": column(st.integers(-3, 3)),
        "b": column(st.floats(-3, 3)),
        "c": column(st.booleans()),
        "g": column(codes),
        "k": column(st.integers(8, 11)),
        "w": column(st.sampled_from([0.5, 1.0, 2.0])),
        "o": column(st.floats(-1, 1)),
    }


def given_as(form: str, table: dict[str, list[object]], folder: Path) -> object:
    if form == "pandas":
        return pd.DataFrame(table).assign(g=pd.Categorical(table["g"], ["unused", "é", "x y", "7", "007"]))
    if form == "polars":
        levels = pl.Enum(["unused", "7", "é", "x y", "007"])
        return pl.DataFrame(table, strict=False).with_columns(pl.col("g").cast(levels))
    if form in ("csv", "jsonl"):
        write_table(read_table(table), folder / f"t.{form}")
        return folder / f"t.{form}"
    return table


@settings(max_examples=12, deadline=None)
@pytest.mark.parametrize("formula", ["y ~ a + b + c + C(g) + C(k)", "y ~ . - g - k + C(g) + C(k)"])
@given(table=tables(), form=st.sampled_from(["dict", "pandas", "polars", "csv", "jsonl"]), roles=st.booleans())
def test_a_formula_makes_what_the_table_makes(formula, table, form, roles, tmp_path_factory):
    source = given_as(form, table, tmp_path_factory.mktemp("formula"))
    options = {"weights": "w", "offset": "o"} if roles else {}
    by_table = {"columns": list("abcgk"), "categorical": ["g", "k"]} | options
    formula += "" if roles or "." not in formula else " - w - o"
    design, read = learn_table(source, Roles("y", missing="drop", **by_table))
    block = make_block(design, read)
    by_formula, found = learn_formula(formula, source, missing="drop", **options)
    # A column of one level is a constant for fit_table, and nothing for formulaic.
    several = [column.reference is not None or column.kind != "categorical" for column in design.columns]
    kept = np.repeat(several, [len(column.names) for column in design.columns])
    np.testing.assert_array_equal(found.X, block.X[:, kept])
    np.testing.assert_array_equal(found.y, block.y)
    np.testing.assert_equal(found.weights, block.weights)
    np.testing.assert_equal(found.offset, block.offset)
    assert (by_formula.rows_read, by_formula.rows_kept) == (design.rows_read, design.rows_kept)
    again = make_block(by_formula, read_fields(source))
    np.testing.assert_array_equal(again.X, found.X)
    np.testing.assert_equal(again.weights, found.weights)

    # At prediction every row has its place, and nan where a value is missing.
    fields = read_fields(source)
    gaps = [any(table[name][row] is None for name in "abcgk") for row in range(len(table["y"]))]
    known = {column.name: set(column.levels) for column in design.columns if column.kind == "categorical"}
    if all(str(value) in known[name] for name in "gk" for value in table[name] if value is not None):
        for one in (by_formula, design):
            np.testing.assert_array_equal(np.isnan(one.matrix(fields, missing="nan")).any(axis=1) | gaps, gaps)

    if any(None in table[name] for name in ["y", *"abcgk", *options.values()]):
        counts = []
        for learn in (
            lambda: learn_formula(formula, source, **options),
            lambda: learn_table(source, Roles("y", **by_table)),
        ):
            with pytest.raises(DataError) as caught:
                learn()
            counts.append(re.search(r"values are missing in (.*?\))", str(caught.value))[1])
        assert counts[0] == counts[1]


def test_the_fits_agree():
    rng = np.random.default_rng(5)
    table = {"a": rng.normal(size=300), "g": rng.choice(["x", "y", "z"], 300), "w": rng.integers(1, 4, 300)}
    table |= {"y": (rng.random(300) < 0.4).astype(int), "o": rng.normal(size=300) / 4}
    table["a"][[3, 50]] = np.nan
    options = {"weights": "w", "offset": "o", "missing": "drop"}
    by_formula = vh.fit_formula("y ~ a + C(g)", table, **options)
    by_table = vh.fit_table(table, "y", columns=["a", "g"], **options)
    np.testing.assert_array_equal(by_formula.fit.coefficients, by_table.fit.coefficients)
    np.testing.assert_array_equal(by_formula.fit.covariance, by_table.fit.covariance)
    for missing in ("nan", "error"):
        some = {name: values[10:20] for name, values in table.items()}
        np.testing.assert_array_equal(
            by_formula.predict_proba(some, missing=missing), by_table.predict_proba(some, missing=missing)
        )
    assert np.isnan(by_formula.predict_proba(table, missing="nan")).any(axis=1).nonzero()[0].tolist() == [3, 50]


def test_everything_but_the_target():
    table = TABLE | {"n": [1, 2, 1, 1], "my column": [1, 2, 3, 5]}
    assert formula_design("y ~ .", table)[0].names == ("x", "g[T.b]", "n", "my column")
    assert formula_design("y ~ . - g", table, weights="n", offset="x")[0].names == ("my column",)
    assert formula_design("y ~ `my column` + C(`my column`)", table)[0].names[0] == "my column"
    with pytest.raises(RequestError, match=r"'n' cannot be two of target, weights and offset"):
        formula_design("y ~ x", table, weights="n", offset="n")
    with pytest.raises(UnknownColumnError, match=r"there is no column 'nn'. Did you mean 'n'"):
        formula_design("y ~ x", table, weights="nn")


def test_only_levels_that_occur_are_columns():
    frame = pd.DataFrame(TABLE).assign(g=pd.Categorical(["b", "a", "b", "a"], ["x", "b", "a"]))
    assert formula_design("y ~ C(g)", frame)[0].names == ("C(g)[T.a]",)
    assert formula_design("y ~ g", frame)[0].names == ("g[T.a]",)
    frame["x"] = [None, 1, 2, 3]
    frame["g"] = pd.Categorical(["x", "a", "b", "a"], ["x", "b", "a"])
    assert formula_design("y ~ x + g", frame, missing="drop")[0].names == ("x", "g[T.a]")


def test_a_column_in_categories_only_is_text(tmp_path):
    (tmp_path / "a.csv").write_text("y,code,x\n0,007,1\n1,7,2\n1,007,3\n0,10,4\n")
    design, _, _ = formula_design("y ~ C(code) + x", tmp_path / "a.csv")
    assert design.names == ("C(code)[T.7]", "C(code)[T.10]", "x")
    (tmp_path / "b.csv").write_text("code,x\n007,1\n")
    np.testing.assert_array_equal(design.matrix(read_fields(tmp_path / "b.csv")), [[0, 0, 1]])
    (tmp_path / "c.csv").write_text("y,code\n0,3\n1,10\n1,2\n0,3\n")
    assert formula_design("y ~ C(code, levels=[10, 3, 2])", tmp_path / "c.csv")[0].names == (
        "C(code, levels=[10, 3, 2])[T.3]",
        "C(code, levels=[10, 3, 2])[T.2]",
    )


def test_terms_without_a_value():
    table = TABLE | {"x": [1.0, -1.0, 4.0, 8.0]}
    with pytest.raises(DataError, match=r"'y ~ np.log\(x\)' has no value in 1 of 4 rows \(first in row 2\)"):
        formula_design("y ~ np.log(x)", table)
    design, X, y = formula_design("y ~ np.log(x) + center(x)", table, missing="drop")
    np.testing.assert_array_equal(X[:, 0], np.log([1, 4, 8]))
    np.testing.assert_allclose(X[:, 1], [1 - 13 / 3, 4 - 13 / 3, 8 - 13 / 3])
    assert (design.rows_kept, y.tolist()) == (3, [0, 1, 0])
    np.testing.assert_array_equal(np.isnan(design.matrix(read_table(table), missing="nan")[:, 0]), [0, 1, 0, 0])
    with pytest.raises(DataError, match=r"has no value in 1 of 4 rows \(first in row 12\)"):
        design.matrix(read_table(table), first_row=11)
    # A category of pandas that is none: formulaic alone would take it for the reference level.
    pieces = "y ~ C(pd.cut(x, [0, 2, 5]))"
    design, X, _ = formula_design(pieces, TABLE, missing="drop", context={"pd": pd})
    assert (design.rows_kept, X.tolist()) == (3, [[0], [0], [1]])


def test_names_from_the_context():
    design, X, _ = formula_design("y ~ I(x / k) + double(x)", TABLE, context={"k": 2, "double": lambda x: 2 * x})
    np.testing.assert_array_equal(X[:, 0] * 4, X[:, 1])
    np.testing.assert_array_equal(design.matrix(read_table(TABLE).slice(1, 2)), X[1:3])


@pytest.mark.parametrize("term", ["I(x - x.mean())", "I(x / max(x))", "I(x.rank())", "I(x.shift(-1).fillna(0))"])
def test_terms_that_depend_on_other_rows_do_not_predict(term):
    design, _, _ = formula_design(f"y ~ {term}", TABLE)
    with pytest.raises(DataError, match=r"depends on all given rows.*center\(x\)"):
        design.matrix(read_table(TABLE))
    with pytest.raises(DataError, match=r"loses its value in a row as others are left out"):
        formula_design("y ~ lag(x)", TABLE, missing="drop")
    remembered, X, _ = formula_design("y ~ center(x) + scale(x) + C(g)", TABLE)
    np.testing.assert_array_equal(remembered.matrix(read_table(TABLE).slice(2, 1)), X[2:3])


def test_text_and_times_as_arguments():
    frame = pd.DataFrame(TABLE).assign(
        name=["Ann", "Bob", "Cy", "Dora"], day=pd.to_datetime(["2024-01-01", "2024-02-03", "2024-03-05", None])
    )
    design, X, _ = formula_design("y ~ I(name.str.len()) + I(g == 'a') + {day.dt.month}", frame, missing="drop")
    np.testing.assert_array_equal(X, [[3, 1, 1], [3, 0, 2], [2, 1, 3]])
    new = frame.assign(name="Someone", g="new")
    np.testing.assert_array_equal(design.matrix(read_table(new), missing="nan")[:2], [[7, 0, 1], [7, 0, 2]])
    with pytest.raises(DataError, match=r"column 'day' holds"):
        formula_design("y ~ day", frame)
