"""Names of columns as callers give them: numbers, one name alone, and what is no name."""

import numpy as np
import pandas as pd
import pytest

import verhulst as vh
from verhulst.data import RequestError, learn_design

FRAME = pd.DataFrame(
    {
        "age": [30, 41, 52, 38, 60, 47],
        "income": [1.0, 3.0, 2.5, 4.0, 2.0, 3.5],
        "region": ["S", "N", "W", "S", "N", "W"],
        "won": [0, 1, 0, 1, 1, 0],
    }
)
NUMBERED = FRAME.set_axis(range(4), axis=1)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ("0", "1", "2[S]", "2[W]")),
        ({"columns": [0, np.int64(1)]}, ("0", "1")),
        ({"columns": 1}, ("1",)),
        ({"columns": NUMBERED.columns[:2]}, ("0", "1")),
        ({"exclude": [0, 2]}, ("1",)),
        ({"exclude": 0, "reference": {2: "S"}}, ("1", "2[N]", "2[W]")),
        ({"columns": [0], "weights": 1}, ("0",)),
        ({"columns": [0], "offset": 1}, ("0",)),
    ],
)
def test_columns_may_be_numbered(options, names):
    for source in (NUMBERED, dict(NUMBERED.items())):
        assert learn_design(source, 3, **options).names == names
        assert vh.fit_table(source, 3, C=1.0, **options).fit.names == names


@pytest.mark.parametrize("argument", ["columns", "exclude", "categorical"])
@pytest.mark.parametrize("name", ["region", "age"])
def test_one_name_alone_is_a_list_of_one(argument, name):
    alone, listed = (learn_design(FRAME, "won", **{argument: given}) for given in (name, [name]))
    assert alone == listed


@pytest.mark.parametrize("given", [FRAME.won, FRAME.won.to_numpy(), ["won"], ("won",), {"won"}, b"won", True, object()])
def test_what_is_no_name_is_refused_in_a_sentence(given):
    for fit in (vh.fit_table, learn_design):
        with pytest.raises(RequestError, match=r"^target must be the name of a column, not a value of type \w+; "):
            fit(FRAME, given)
    for role in ("weights", "offset"):
        for columns in (None, ["age"]):
            with pytest.raises(RequestError, match=f"^{role} must be the name of a column"):
                vh.fit_table(FRAME, "won", columns=columns, **{role: given})
        with pytest.raises(RequestError, match=f"^{role} must be the name of a column"):
            vh.fit_formula("won ~ age", FRAME, **{role: given})


@pytest.mark.parametrize("argument", ["columns", "exclude", "categorical"])
@pytest.mark.parametrize("given", [b"age", True, object(), [["age"]], [None], [FRAME.age]])
def test_what_are_no_names_is_refused_in_a_sentence(argument, given):
    with pytest.raises(RequestError, match=f"^{argument} must be names of columns"):
        vh.fit_table(FRAME, "won", **{argument: given})


@pytest.mark.parametrize("formula", [3, None, ["won ~ age"], FRAME])
def test_a_formula_is_text(formula):
    with pytest.raises(RequestError, match=r"^formula must be text such as 'y ~ x', not a value of type"):
        vh.fit_formula(formula, FRAME)


def test_a_fit_needs_a_target_and_levels_a_dict():
    with pytest.raises(RequestError, match="target must be the name of a column, not None"):
        vh.fit_table(FRAME, None)
    with pytest.raises(RequestError, match="reference must be a dict of columns and levels"):
        vh.fit_table(FRAME, "won", reference="S")


@pytest.mark.parametrize("level", [[1], np.ones(2), FRAME, {"a": 1}, object(), b"x"])
def test_what_is_no_level(level):
    with pytest.raises(RequestError, match="positive must be a value of the column, not a value of type"):
        vh.fit_table(FRAME, "won", columns=["age"], positive=level)
    with pytest.raises(RequestError, match=r"reference\['region'\] must be a value of the column, not a value of type"):
        vh.fit_table(FRAME, "won", columns=["region"], reference={"region": level})


@pytest.mark.parametrize("level", [1, True, 1.0, "1", np.int8(1), np.array(1), np.True_])
def test_levels_in_any_form(level):
    assert learn_design(FRAME, "won", columns=["age"], positive=level).target.positive == "1"
