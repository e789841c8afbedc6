"""Files of odd content and odd names, each refused with words that name it."""

import numpy as np
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import DataError, UnknownColumnError, learn_design, read_table
from verhulst.data.column_values import label

TABLE = {"x": [0.5, 1.0, 2.0, 3.0, 1.5, 0.1], "g": ["a", "b", "a", "b", "a", "b"], "y": [0, 1, 0, 1, 1, 0]}


@pytest.mark.parametrize(
    "text",
    ["null", " null\n", '\ufeffnull\n{"a": 1}', '{"a": 1}\nnull\n', '{"a": 1} null {"a": 2}', '{"a": "}"}\nnull'],
)
def test_a_null_is_no_object(tmp_path, text):
    """Arrow's reader of JSON crashes on some of these."""
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    number = 1 if text.strip(" \ufeff").startswith("null") else 2
    with pytest.raises(DataError, match=rf"a.jsonl: is JSON, but not of objects.*value {number} is not an object"):
        read_table(tmp_path / "a.jsonl")


def test_a_null_among_values_is_one(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a": null, "b": "} null"}\n{"a": 1, "b": "null"}')
    assert read_table(tmp_path / "a.jsonl").to_pydict() == {"a": [None, 1], "b": ["} null", "null"]}


def test_names_of_half_a_character(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"\\ud800": 1}')
    with pytest.raises(DataError, match=r"a.jsonl: the name of a column contains half of a surrogate pair"):
        read_table(tmp_path / "a.jsonl")


def test_whole_numbers_of_any_length(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a": ' + "1" * 10_000 + "}")
    with pytest.raises(DataError, match=r"column 'a', row 1: the number is too large for a double"):
        read_table(tmp_path / "a.jsonl")


def test_feather_of_version_1(tmp_path):
    (tmp_path / "a.feather").write_bytes(b"FEA1" + bytes(60) + b"FEA1")
    for use in (read_table, lambda path: vh.fit_table(path, "y")):
        with pytest.raises(DataError, match=r"a.feather: is a Feather file of version 1.*write it as Parquet"):
            use(tmp_path / "a.feather")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array(1.0), r"a.npy: an array of 0 dimensions is not a table"),
        (np.zeros((0, 2)), r"a.npy: has no rows \(its columns are 'x1' and 'x2'\)"),
        (np.zeros((2, 0)), r"a.npy: has no columns"),
        (np.zeros((2, 1), complex), r"a.npy: the ndarray cannot be read as a table: .* \(column 'x1'\)"),
    ],
)
def test_arrays_that_are_no_table(tmp_path, array, message):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(DataError, match=message):
        read_table(tmp_path / "a.npy")


def test_names_of_columns_that_are_not_utf8(tmp_path):
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as file, pa.ipc.new_file(file, pa.schema({"café": pa.int8()})):
        pass
    content = (tmp_path / "a.arrow").read_bytes()
    (tmp_path / "a.arrow").write_bytes(content.replace("café".encode(), b"caf\xff\xff"))
    for use in (read_table, lambda path: vh.fit_table(path, "y")):
        with pytest.raises(DataError, match=r"a.arrow: the Arrow file is incomplete or damaged. A name in it is not"):
            use(tmp_path / "a.arrow")


@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 300 + ".csv"])
def test_names_that_no_file_can_have(name):
    model = vh.fit_table(TABLE, "y", columns=["x"])
    for use in (read_table, lambda path: vh.fit_table(path, "y"), model.predict_proba):
        with pytest.raises(DataError, match=r"cannot be (the name of a file|read: File name too long)"):
            use(name)
    with pytest.raises(DataError, match=r"cannot be (the name of a file|read \(File name too long\))"):
        vh.load(name)


@pytest.mark.parametrize("missing", [None, ["drop"], np.array(["drop", "error"])])
def test_the_treatment_of_missing_values_is_a_word(missing):
    for use in (
        lambda: vh.fit_table(TABLE, "y", missing=missing),
        lambda: vh.fit_formula("y ~ x", TABLE, missing=missing),
    ):
        with pytest.raises(DataError, match="missing must be 'error' or 'drop', not"):
            use()


def test_a_design_takes_what_is_read_as_a_table(tmp_path):
    table = read_table(TABLE)
    vh.data.write_table(table, tmp_path / "a.parquet")
    for design in (learn_design(table, "y"), vh.fit_formula("y ~ x + C(g)", table).design):
        for source in (TABLE, tmp_path / "a.parquet", str(tmp_path / "a.parquet")):
            np.testing.assert_array_equal(design.matrix(source), design.matrix(table))
            np.testing.assert_array_equal(design.target_values(source), TABLE["y"])
            assert design.complete_rows(source) is None
            assert design.typed(source).num_rows == 6
            with pytest.raises(UnknownColumnError, match="column 'x' is not there"):
                design.matrix({"g": ["a"]})
        with pytest.raises(DataError, match="cannot read a table from a int"):
            design.matrix(5)


def test_decimals_are_numbers_of_any_width():
    for type_ in (pa.decimal32(5, 2), pa.decimal64(9, 2), pa.decimal128(20, 2), pa.decimal256(60, 2)):
        table = pa.table({name: pa.array(TABLE[name], pa.float64()).cast(type_) for name in "xy"})
        assert vh.fit_table(table, "y").design.target.positive == "1"
        categories = vh.fit_table(table, "y", categorical=["x"], C=1.0)
        assert categories.fit.names[:2] == ("x[0.5]", "x[1]")
        np.testing.assert_array_equal(categories.predict_proba(table), categories.predict_proba({"x": TABLE["x"]}))
    whole = pa.array([0, 20]).cast(pa.decimal128(20, 0)).to_pylist()
    assert [label(value) for value in whole] == ["0", "20"]


def test_what_is_said_of_names_and_of_references():
    with pytest.raises(DataError, match=r"target must be the name of a column, not None\.$"):
        vh.fit_table(TABLE, None)
    with pytest.raises(DataError, match=r"'x' has a reference level, which makes it categorical, but 30 distinct"):
        vh.fit_table({"x": np.arange(30) / 7, "y": [0, 1] * 15}, "y", reference={"x": 0})


def test_columns_of_unions_stop_nothing(tmp_path):
    unions = pa.UnionArray.from_sparse(pa.array([0] * 6, pa.int8()), [pa.array([1] * 6)])
    table = pa.table({"u": unions, "x": TABLE["x"], "y": TABLE["y"]})
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as written:
        written.write_table(table)
    expected = vh.fit_table(TABLE, "y", columns=["x"]).fit.coefficients
    for source in (table, tmp_path / "a.arrow", pa.RecordBatchReader.from_batches(table.schema, table.to_batches())):
        np.testing.assert_array_equal(vh.fit_table(source, "y", columns=["x"]).fit.coefficients, expected)
