"""Designs from formulas."""

import json

import numpy as np
import pytest

from verhulst.data import DataError, UnknownColumnError, formula_design, load_dataset, read_table
from verhulst.data.formula import FormulaDesign

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
    with pytest.raises(DataError, match=r"a category was not there at the fit.*'Green'"):
        design.matrix(read_table({"age": [30], "party": ["Green"]}))


def test_missing_values():
    table = TABLE | {"x": [1.0, None, 4.0, 8.0]}
    with pytest.raises(DataError, match=r"missing in 1 of 4 rows: 'x' in 1"):
        formula_design("y ~ x", table)
    design, X, y = formula_design("y ~ x", table, missing="drop")
    assert (design.rows_kept, len(X), len(y)) == (3, 3, 3)


@pytest.mark.parametrize(
    ("formula", "error", "message"),
    [
        ("y x", DataError, "must read 'target ~ terms'"),
        ("yy ~ x", UnknownColumnError, "Did you mean 'y'"),
        ("y ~ z", DataError, "cannot be worked out"),
        ("y ~ x +* g", DataError, "cannot be worked out"),
        ("y ~ np.log(x - 1)", DataError, "row 1: np.log.* is -inf"),
    ],
)
def test_formulas_that_do_not_work(formula, error, message):
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        formula_design(formula, TABLE)


def test_a_loaded_formula_is_text_only():
    design, _, _ = formula_design("y ~ x", TABLE)
    loaded = FormulaDesign.from_json(json.loads(json.dumps(design.to_json())))
    assert loaded == design
    with pytest.raises(DataError, match="A formula is code, and loading runs none"):
        loaded.matrix(read_table(TABLE))
