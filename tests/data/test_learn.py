"""Learning a design: kinds of columns, names, references, targets."""

import json
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import verhulst as vh
from verhulst.data import (
    DataError,
    Design,
    RequestError,
    UnknownColumnError,
    blocks,
    learn_design,
    load_dataset,
    read_table,
)
from verhulst.data.block import make_block
from verhulst.data.errors import ReadingWarning


def anes() -> pa.Table:
    return load_dataset("anes96")


def test_kinds_names_and_values():
    table = {"y": [0, 1, 0], "age": [30, 41, 52], "member": [True, False, True], "region": ["S", "N", "W"]}
    design = learn_design(table, "y")
    assert design.names == ("age", "member", "region[S]", "region[W]")
    X = design.matrix(read_table(table))
    assert X.flags.c_contiguous
    assert X.dtype == np.float64
    np.testing.assert_array_equal(X, [[30, 1, 1, 0], [41, 0, 0, 0], [52, 1, 0, 1]])
    np.testing.assert_array_equal(design.target_values(read_table(table)), [0, 1, 0])


def test_design_survives_json():
    design = learn_design(anes(), "vote", positive="Dole", reference={"party": "independent"})
    assert Design.from_json(json.loads(json.dumps(design.to_json()))) == design
    assert "party[independent]" not in design.names
    assert design.names[0] == "party[strong Democrat]"


def test_dictionary_order_is_kept_and_unused_levels_are_not():
    table = pl.DataFrame({"y": [0, 1, 1], "size": ["small", "large", "small"]}).with_columns(
        pl.col("size").cast(pl.Enum(["small", "medium", "large"]))
    )
    assert learn_design(table, "y").columns[0].levels == ("small", "large")


def test_levels_match_over_types():
    design = learn_design({"y": [0, 1, 1], "g": [1, 2, 10]}, "y", categorical=["g"])
    assert design.names == ("g[2]", "g[10]")
    for values in ([10.0, 1.0], ["10", "1"], [10, 1]):
        np.testing.assert_array_equal(design.matrix(read_table({"g": values})), [[0, 1], [0, 0]])


@pytest.mark.parametrize(
    ("target", "positive", "levels"),
    [
        ([0, 1, 0], None, ("0", "1")),
        ([0.0, 1.0, 1.0], None, ("0", "1")),
        ([True, False, True], None, ("false", "true")),
        (["0", "1", "1"], None, ("0", "1")),
        ([0, 1, 0], 0, ("1", "0")),
        ([1, 2, 1], 2, ("1", "2")),
        ([1, 2, 1], "2", ("1", "2")),
        (["no", "yes", "no"], "yes", ("no", "yes")),
        (["no", "yes", "no"], "no", ("yes", "no")),
    ],
)
def test_targets(target, positive, levels):
    table = {"y": target, "x": [1.0, 2.0, 3.0]}
    design = learn_design(table, "y", positive=positive)
    assert design.target is not None
    assert design.target.levels == levels
    expected = [float(str(v).lower().removesuffix(".0") == levels[1]) for v in target]
    np.testing.assert_array_equal(design.target_values(read_table(table)), expected)


@pytest.mark.parametrize(
    ("target", "positive", "message"),
    [
        (
            ["no", "yes", "no"],
            None,
            r"the target 'y' is 'no' \(2 rows\) and 'yes' \(1 row\): say which of them counts as 1",
        ),
        ([1, 2, 1], None, "say which of them counts as 1"),
        ([1, 1, 1], None, "the target 'y' is '1' in every row: there is nothing to predict"),
        (["a", "b", "c"], None, "has 3 values, but two are needed: 'a'.*Keep the rows with two of them"),
        (["no", "yes", "no"], "yess", "never 'yess'. Did you mean 'yes'"),
        ([0.2, 0.5, 0.7], None, "has 3 values, but two are needed"),
        (["1.0", "0", "1"], None, "has 3 values, of which '1' and '1.0' are the same: write it in one way"),
        (["TRUE", "no", "true"], None, "has 3 values, of which 'TRUE' and 'true' are the same"),
        (["07", "7", "8"], None, "has 3 values, but two are needed"),
    ],
)
def test_targets_that_are_not_binary(target, positive, message):
    with pytest.raises(DataError, match=message):
        learn_design({"y": target, "x": [1.0, 2.0, 3.0]}, "y", positive=positive)


def test_wrong_column_name_suggests_the_nearest():
    with pytest.raises(UnknownColumnError, match=r"there is no column 'voet'. Did you mean 'vote'?"):
        learn_design(anes(), "voet")
    with pytest.raises(UnknownColumnError, match=r"Did you mean 'income'?"):
        learn_design(anes(), "vote", columns=["age", "incme"])
    with pytest.raises(UnknownColumnError, match=r"Did you mean 'tv_news'?"):
        learn_design(anes(), "vote", exclude=["tvnews"])


def test_target_and_weights_are_no_columns_of_X():
    with pytest.raises(DataError, match=r"'y' is the target; it cannot be a column of X"):
        learn_design({"y": [0, 1], "x": [1, 2]}, "y", columns=["y", "x"])
    design = learn_design({"y": [0, 1], "x": [1, 2], "w": [1.0, 2.0], "o": [0.5, 0.1]}, "y", weights="w", offset="o")
    assert design.names == ("x",)
    with pytest.raises(DataError, match=r"column 'y' cannot be two of target, weights and offset"):
        learn_design({"y": [0, 1], "x": [1, 2]}, "y", weights="y")
    with pytest.raises(DataError, match=r"no column is left"):
        learn_design({"y": [0, 1]}, "y")


def test_missing_values_are_counted_by_column():
    table = {"y": [0, 1, None, 1], "x": [1.0, np.nan, 3.0, 4.0], "g": ["a", "b", None, "b"]}
    with pytest.raises(DataError, match=r"missing in 2 of 4 rows \(first in row 2\): 'y' in 1, 'x' in 1, 'g' in 1"):
        learn_design(table, "y")
    design = learn_design(table, "y", missing="drop")
    assert (design.rows_read, design.rows_kept) == (4, 2)
    block = make_block(design, read_table(table))
    np.testing.assert_array_equal(block.X, [[1, 0], [4, 1]])
    np.testing.assert_array_equal(block.y, [0, 1])


def test_every_row_has_a_missing_value():
    with pytest.raises(DataError, match=r"every row has a missing value"):
        learn_design({"y": [0, 1], "x": [None, 2.0], "z": [1.0, None]}, "y", missing="drop")


def test_a_column_without_any_value_is_named():
    with pytest.raises(DataError, match=r"column 'z' has no values. Exclude it \(--exclude z\)"):
        learn_design({"y": [0, 1], "x": [1, 2], "z": [None, None]}, "y", missing="drop")


def test_a_target_left_with_one_value_when_rows_are_dropped():
    with pytest.raises(
        DataError, match=r"after rows with missing values were left out, the target 'y' is '1' in every row"
    ):
        learn_design({"y": [0, 1, 1], "x": [None, 2.0, 3.0]}, "y", missing="drop")


def test_infinity_is_named_by_row_and_column():
    design = learn_design({"y": [0, 1, 1], "x": [1.0, np.inf, np.inf]}, "y")
    with pytest.raises(DataError, match=r"row 2, column 'x': the value is inf, and so are 1 more"):
        design.matrix(read_table({"x": [1.0, np.inf, np.inf]}))


def test_unknown_level_at_prediction():
    design = learn_design({"y": [0, 1, 1], "g": ["red", "green", "red"]}, "y")
    with pytest.raises(
        DataError,
        match=r"row 2, column 'g': 'gren' was not among.*Did you mean 'green'\? Known levels: 'green' and 'red'",
    ):
        design.matrix(read_table({"g": ["red", "gren"]}))


def test_other_columns_than_at_the_fit():
    design = learn_design({"y": [0, 1, 1], "age": [1, 2, 3], "sex": [0, 1, 0]}, "y")
    with pytest.raises(
        UnknownColumnError, match=r"column 'sex' is not there, but the model needs it. Did you mean 'Sex'?"
    ):
        design.matrix(read_table({"age": [1], "Sex": [1]}))
    np.testing.assert_array_equal(design.matrix(read_table({"extra": [9], "sex": [1], "age": [7]})), [[7, 1]])


def test_text_where_numbers_were():
    design = learn_design({"y": [0, 1, 1], "age": [1, 2, 3]}, "y")
    with pytest.raises(DataError, match=r"column 'age' was numeric at the fit; here it has text, such as 'old'"):
        design.matrix(read_table({"age": ["old"]}))


def test_missing_at_prediction_is_an_error_or_nan():
    design = learn_design({"y": [0, 1, 1], "age": [1, 2, 3], "g": ["a", "b", "a"]}, "y")
    new = read_table({"age": [1.0, None], "g": [None, "b"]})
    with pytest.raises(DataError, match=r"missing in 2 of 2 rows"):
        design.matrix(new)
    np.testing.assert_array_equal(design.matrix(new, missing="nan"), [[1, np.nan], [np.nan, 1]])


def test_numbers_with_a_slip_are_not_taken_as_categories():
    values = [str(i) for i in range(40)]
    values[13] = "12,5"
    with pytest.raises(DataError, match=r"column 'x' looks numeric, but in row 14 it is '12,5'"):
        learn_design({"y": [0, 1] * 20, "x": values}, "y")


def test_identifiers_are_not_taken_as_categories():
    names = [f"person {i}" for i in range(40)]
    with pytest.raises(DataError, match=r"text with 40 distinct values in 40 rows.*--exclude name"):
        learn_design({"y": [0, 1] * 20, "name": names, "x": range(40)}, "y")
    assert len(learn_design({"y": [0, 1] * 20, "name": names}, "y", categorical=["name"]).names) == 39


def test_identifiers_are_counted_before_they_are_sorted(monkeypatch):
    def sort(texts):
        raise AssertionError("what is to be refused is not sorted")

    monkeypatch.setattr("verhulst.data.column_values.in_order", sort)
    names = [f"u{i}" for i in range(2000)]
    with pytest.raises(DataError, match=r"text with 2,000 distinct values in 6,000 rows, like a name"):
        learn_design({"y": [0, 1] * 3000, "name": names * 3}, "y")


def test_dates_are_refused_with_a_remedy():
    table = {"y": [0, 1], "when": np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]"), "x": [1, 2]}
    with pytest.raises(DataError, match=r"column 'when' holds values of type date32.*--exclude when"):
        learn_design(table, "y")


def test_reference_level_that_is_not_there():
    with pytest.raises(DataError, match=r"no level 'independant' to compare with. Did you mean 'independent'?"):
        learn_design(anes(), "vote", positive="Dole", reference={"party": "independant"})


@pytest.mark.parametrize(
    ("reference", "options", "message"),
    [
        ({"partyy": "x"}, {}, r"there is no column 'partyy'. Did you mean 'party'\?"),
        ({"vote": "Dole"}, {}, r"a reference level is given for 'vote', which is the target"),
        ({"age": 40}, {"weights": "age"}, r"for 'age', which is the weights"),
        ({"party": "independent"}, {"exclude": ["party"]}, r"for 'party', which is not among the columns of X"),
        (
            {"age": 40},
            {"columns": ["ages", "income"]},
            r"not among the columns of X. Did you mean 'ages'\? The columns of X are 'ages' and 'income'",
        ),
    ],
)  # fmt: skip
def test_a_reference_level_of_a_column_that_is_not_in_x(reference, options, message):
    table = anes()
    table = table.append_column("ages", table["age"])
    with pytest.raises(RequestError, match=message):
        learn_design(table, "vote", positive="Dole", reference=reference, **options)


def test_a_reference_level_of_a_column_of_one_level():
    table = {"y": [0, 1], "g": ["a", "a"], "x": [1, 2]}
    assert learn_design(table, "y", reference={"g": "a"}).names == ("g[a]", "x")
    with pytest.raises(RequestError, match=r"column 'g' has no level 'b' to compare with. Its levels are 'a'"):
        learn_design(table, "y", reference={"g": "b"})


def test_constant_text_column_keeps_its_column():
    assert learn_design({"y": [0, 1], "g": ["a", "a"]}, "y").names == ("g[a]",)


@pytest.mark.parametrize(
    ("bad", "message"), [(-1.0, "row 2: the weight.*-1; weights count"), (np.inf, "row 2: the weights .*inf")]
)
def test_bad_weights(bad, message):
    table = {"y": [0, 1], "x": [1, 2], "w": [1.0, bad]}
    design = learn_design(table, "y", weights="w")
    with pytest.raises(DataError, match=message):
        design.weight_values(read_table(table))


@pytest.mark.parametrize("rows", [1, 7, 100, 944, 5000])
def test_blocks_are_the_matrix_in_pieces(rows):
    table = anes()
    design = learn_design(table, "vote", positive="Dole")
    passes = blocks(design, table, rows=rows)
    for _ in range(2):
        pieces = list(passes)
        np.testing.assert_array_equal(np.vstack([piece.X for piece in pieces]), design.matrix(table))
        np.testing.assert_array_equal(np.concatenate([piece.y for piece in pieces]), design.target_values(table))


def test_row_numbers_count_the_rows_that_were_left_out():
    table = {"y": [0, 1] * 5, "x": [None, 1.0, None, *[1.0] * 5, np.inf, 1.0]}
    with pytest.raises(DataError, match=r"row 9, column 'x'"):
        list(blocks(learn_design(table, "y", missing="drop"), table, rows=4))


def test_row_numbers_in_blocks_count_from_the_source():
    table = {"y": [0, 1] * 5, "x": [1.0] * 8 + [np.inf, 1.0]}
    with pytest.raises(DataError, match=r"row 9, column 'x'"):
        list(blocks(learn_design(table, "y"), table, rows=4))


def test_columns_without_values_or_names(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("age,won,all empty,\n30,1,,\n41,0,,\n")
    for missing in ("error", "drop"):
        with pytest.raises(DataError, match=r"column 'all empty' has no values. Exclude it \(--exclude 'all empty'\)"):
            learn_design(path, "won", missing=missing)
        with pytest.raises(DataError, match=r"column '' \(number 4 of 4\) has no values. Exclude it \(--exclude ''\)"):
            learn_design(path, "won", exclude=["all empty"], missing=missing)
    path.write_text("age won\n30 1\n41 0\n")
    with pytest.raises(UnknownColumnError, match=r"'age won'. Values must be separated by commas, semicolons, tabs or"):
        learn_design(path, "won")


index = st.lists(st.integers(0, 10**6), min_size=8, max_size=8, unique=True)


@settings(max_examples=15, deadline=None)
@given(index=index, name=st.sampled_from([None, "case"]), kept=st.lists(st.integers(0, 7), unique=True, max_size=2))
def test_pandas_index_is_no_column_in_any_table(tmp_path_factory, index, name, kept):
    folder = tmp_path_factory.mktemp("index")
    frame = pd.DataFrame({"x": [1, 5, 2, 0, 7, 4, 3, 6], "y": [0, 1] * 4}, index=pd.Index(index, name=name))
    frame = frame[~np.isin(np.arange(8), [place for place in kept if place > 5])]
    frame.to_parquet(folder / "a.parquet")
    frame.to_feather(folder / "a.arrow")
    whole = vh.fit_table(frame, "y")
    arrow = pa.Table.from_pandas(frame, preserve_index=True)
    for table in (folder / "a.parquet", folder / "a.arrow", arrow):
        assert read_table(table).column_names == ["x", "y"]
        np.testing.assert_array_equal(vh.fit_table(table, "y").fit.coefficients, whole.fit.coefficients)
        assert vh.fit_formula("y ~ .", table).fit.names == ("x",)
        np.testing.assert_array_equal(whole.predict_proba(table), whole.predict_proba(frame))
    if name is None:  # what a program that knows nothing of pandas makes of it
        assert read_table(arrow.replace_schema_metadata()).column_names == ["x", "y"]


@settings(max_examples=15, deadline=None)
@given(index=index)
def test_the_index_that_pandas_writes_to_csv_is_left_out_of_all_columns(tmp_path_factory, index):
    path = tmp_path_factory.mktemp("index") / "a.csv"
    frame = pd.DataFrame({"x": [1, 5, 2, 0, 7, 4, 3, 6], "y": [0, 1] * 4}, index=index)
    frame.to_csv(path)
    with pytest.warns(ReadingWarning, match="column '', the first, has no name .* it is left out"):
        model = vh.fit_table(path, "y")
    with pytest.warns(ReadingWarning, match="it is left out"):
        by_formula = vh.fit_formula("y ~ .", path)
    assert model.fit.names == by_formula.fit.names == ("x",)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ReadingWarning)
        np.testing.assert_array_equal(model.predict_proba(path), model.predict_proba(frame))
        assert vh.fit_formula("y ~ x", path).fit.names == ("x",)
        assert learn_design(path, "y", exclude=[""]).names == ("x",)
        assert learn_design(path, "y", columns=["", "x"]).names == ("", "x")
        # A value that is there twice, or no whole number, is no index.
        for other in (index[1], f"{index[0]}.5", "inf", "a"):
            changed = frame.set_axis([other, *index[1:]])
            changed.to_csv(path)
            assert learn_design(path, "y", categorical=[""] if other == "a" else []).columns[0].name == ""


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_the_index_that_pandas_reads_from_csv_is_left_out_too(tmp_path, rounds):
    """pandas names a column without a name `Unnamed: 0`; a frame written and read again has it in every later table."""
    frame = pd.DataFrame({"x": [1, 5, 2, 0, 7, 4, 3, 6], "y": [0, 1] * 4})
    for _ in range(rounds):
        frame.to_csv(tmp_path / "a.csv")
        frame = pd.read_csv(tmp_path / "a.csv")
    frame.to_csv(tmp_path / "b.csv", index=False)
    for source in (frame, tmp_path / "b.csv", tmp_path / "a.csv"):
        with pytest.warns(ReadingWarning, match="it is left out") as caught:
            assert vh.fit_table(source, "y").fit.names == ("x",)
        assert len(caught) == rounds
        with pytest.warns(ReadingWarning, match="it is left out"):
            assert vh.fit_formula("y ~ .", source).fit.names == ("x",)
    for other in ([0] * 8, [0.5, *range(7)]):  # no index
        assert learn_design(frame.assign(**{"Unnamed: 0": other}), "y", exclude=frame.columns[:-3]).names[0] == (
            "Unnamed: 0"
        )


def test_an_offset_that_is_missing_at_prediction_is_a_missing_value():
    table = {"y": [0, 1, 1, 0], "x": [1.0, 2, 3, 5], "o": [0.5, 0.1, 0, 1]}
    new = read_table({"x": [1.0, 2.0], "o": [None, 0.25]})
    for model in (vh.fit_table(table, "y", offset="o"), vh.fit_formula("y ~ x", table, offset="o")):
        with pytest.raises(DataError, match=r"missing in 1 of 2 rows \(first in row 1\): 'o' in 1. .*--missing empty"):
            model.predict_proba(new)
        p = model.predict_proba(new, missing="nan")
        assert np.isnan(p[0]).all()
        np.testing.assert_array_equal(p[1], model.predict_proba(new.slice(1))[0])
        with pytest.raises(DataError, match=r"the offset \('o'\) is inf, not a finite number"):
            model.predict_proba({"x": [1.0], "o": [np.inf]}, missing="nan")


@pytest.mark.parametrize("missing", ["empty", "omit", None, True, "nan"])
def test_what_becomes_of_missing_values_is_said_in_known_words(missing):
    table = {"y": [0, 1, 1, 0], "x": [1.0, 2, None, 5]}
    for learn in (
        lambda: vh.fit_table(table, "y", missing=missing),
        lambda: vh.fit_formula("y ~ x", table, missing=missing),
    ):
        with pytest.raises(RequestError, match=r"missing must be 'error' or 'drop', not"):
            learn()
    for model in (vh.fit_table(table, "y", missing="drop"), vh.fit_formula("y ~ x", table, missing="drop")):
        with pytest.raises(RequestError, match=r"missing must be 'error' or 'nan', not"):
            model.predict_proba(table, missing="drop" if missing == "nan" else missing)


def test_no_columns_are_not_all_columns():
    with pytest.raises(RequestError, match=r"no column is left for X"):
        learn_design({"y": [0, 1], "x": [1, 2]}, "y", columns=[])
