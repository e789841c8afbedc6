"""Reading tables: every format, every in-memory kind, and what can be wrong with a file."""

import gzip
import io
import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from verhulst.data import DataError, read_table, write_table

COLUMNS = {"age": [30, 41, 52], "income": [1.5, -2.0, 0.25], "region": ["N", "S", None], "member": [True, False, True]}
TABLE = pa.table(COLUMNS)


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl", "arrow"])
def test_files_read_back_as_they_were_written(tmp_path, ending):
    path = tmp_path / f"table.{ending}"
    write_table(TABLE, path)
    assert read_table(path).to_pydict() == COLUMNS
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "arrow"])
def test_standard_input_is_known_by_its_first_bytes(tmp_path, monkeypatch, ending):
    path = tmp_path / f"table.{ending}"
    write_table(TABLE, path)

    class Stdin:
        buffer = io.BytesIO(path.read_bytes())

    monkeypatch.setattr("sys.stdin", Stdin)
    assert read_table("-").to_pydict() == COLUMNS


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(lambda: TABLE, id="arrow"),
        pytest.param(lambda: TABLE.to_batches()[0], id="record batch"),
        pytest.param(lambda: TABLE.to_reader(), id="record batch reader"),
        pytest.param(lambda: COLUMNS, id="dict"),
        pytest.param(lambda: pl.DataFrame(COLUMNS), id="polars"),
        pytest.param(lambda: pl.DataFrame(COLUMNS).lazy(), id="polars lazy"),
        pytest.param(lambda: pd.DataFrame(COLUMNS, index=[7, 8, 9]), id="pandas"),
        pytest.param(lambda: duckdb.sql("select * from TABLE_ON_DISK"), id="duckdb"),
    ],
)
def test_tables_in_memory(source, monkeypatch):
    if source.__code__.co_names[0] == "duckdb":
        duckdb.register("TABLE_ON_DISK", TABLE)
    assert read_table(source()).to_pydict() == COLUMNS


def test_arrays():
    array = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], order="F")
    assert read_table(array).to_pydict() == {"x1": [1, 3, 5], "x2": [2, 4, 6]}
    assert read_table(array[:, 0]).column_names == ["x1"]
    fields = np.array([(1, 2.5), (3, 4.5)], dtype=[("a", int), ("b", float)])
    assert read_table(fields).to_pydict() == {"a": [1, 3], "b": [2.5, 4.5]}


def test_npy(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((2, 3)))
    assert read_table(tmp_path / "x.npy").shape == (2, 3)
    np.save(tmp_path / "object.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"object.npy: cannot be read as NPY: Object arrays cannot be loaded"):
        read_table(tmp_path / "object.npy")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", {"a": [1], "b": [2]}),
        (b"a;b\n1;2\n", {"a": [1], "b": [2]}),
        (b"a\tb\n1\t2\n", {"a": [1], "b": [2]}),
        (b"a|b\r\n1|2\r\n", {"a": [1], "b": [2]}),
        (b"\xef\xbb\xbfa,b\n1,2\n", {"a": [1], "b": [2]}),
        ("a,b\n1,ü\n".encode("utf-16"), {"a": [1], "b": ["ü"]}),
        (b'"gross; USD",b\n1,"x\ny"\n', {"gross; USD": [1], "b": ["x\ny"]}),
        (b"a,b\nNA,\n1,x\n", {"a": [None, 1], "b": [None, "x"]}),
        (b"a,b\n1,true\n2,False\n", {"a": [1, 2], "b": [True, False]}),
        (b"a\n" + b"1\n" * 700_000 + b"1.5\n", {"a": [1.0] * 700_000 + [1.5]}),
    ],
    ids=["comma", "semicolon", "tab", "bar", "bom", "utf-16", "quoted", "missing", "boolean", "late float"],
)
def test_csv_dialects(tmp_path, content, expected):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert read_table(path).to_pydict() == expected


def test_compressed_csv(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert read_table(path).to_pydict() == {"a": [1], "b": [2]}


def test_json_array(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]))
    assert read_table(path).to_pydict() == {"a": [1, 2], "b": ["x", "y"]}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", r"a.csv: is empty"),
        ("a.csv", b"\n", r"a.csv: the first line, which should name the columns, is blank"),
        ("a.csv", b"a,b\n", r"a.csv: has no rows \(its columns are 'a' and 'b'\)"),
        ("a.csv", b"a,b\n1,2\n3\n", r"a.csv: line 3 \(row 2\) has 1 value where the first line names 2 columns"),
        ("a.csv", b"a,b\n1,2\n3,4,5\n", r"a.csv: line 3 \(row 2\) has 3 values where the first line names 2"),
        ("a.csv", b"a,b\n1,2\n3,caf\xe9\n", r"a.csv: line 3 \(row 2\), column 'b': the text is not UTF-8.*iconv"),
        ("a.csv", b"a,a\n1,2\n", r"a.csv: has 2 columns named 'a'; rename them"),
        ("a.csv", b'a,"b\n1,2\n', r"a.csv: cannot be split into rows and columns; a quotation mark"),
        ("a.jsonl", b'{"a": 1}\n{"a": \n', r"a.jsonl: cannot be read as JSON lines"),
        ("a.json", b"[1, 2]", r"is a JSON array, but not of objects"),
        ("a.parquet", b"a,b\n1,2\n", r"a.parquet: cannot be read as Parquet.*It looks like csv: try format='csv'"),
        ("a.arrow", b"ARROW1\0\0abc", r"a.arrow: the Arrow file is incomplete or damaged"),
        ("a.parquet", b"", r"a.parquet: is empty"),
        ("a.csv.gz", b"no gzip", r"a.csv.gz: cannot be read"),
        (
            "a.csv",
            b"PK\x03\x04...",
            r"a.csv: is a spreadsheet or another zip archive, not a table. Save the table as CSV",
        ),
        ("a.html", b"\n<!doctype html>", r"a.html: is HTML or XML, not a table"),
        ("a.json", b'{"verhulst_model": 1}', r"a.json: is a model file of verhulst, not a table"),
    ],
)
def test_files_that_are_not_as_they_should_be(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_table(path)


def test_truncated_parquet(tmp_path):
    path = tmp_path / "a.parquet"
    write_table(pa.table({"x": np.arange(10_000)}), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"a.parquet: the Parquet file is incomplete or damaged"):
        read_table(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none.csv: there is no such file"):
        read_table(tmp_path / "none.csv")
    (tmp_path / "votes.csv").touch()
    with pytest.raises(FileNotFoundError, match=r"votes.cvs: there is no such file. Did you mean '.*votes.csv'"):
        read_table(tmp_path / "votes.cvs")
    with pytest.raises(DataError, match=r"is a folder; name a file"):
        read_table(tmp_path)
    with pytest.raises(DataError, match=r"there is no format 'parket'. Did you mean 'parquet'"):
        read_table(tmp_path / "none.csv", format="parket")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (object(), r"cannot read a table from a object; pass a path"),
        ({"a": [1, 2], "b": [1]}, r"the columns differ in length: 'a' has 2, 'b' has 1"),
        ({"a": [1, "x"]}, r"column 'a' is not one column of one type"),
        ({}, r"the table: has no columns"),
        ({"a": []}, r"the table: has no rows"),
        (np.ones((2, 2, 2)), r"an array of 3 dimensions is not a table"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), r"more than one column named 'a'|Duplicate column names"),
        (pd.DataFrame({"a": [1, "x"]}), r"cannot be read as a table"),
    ],
)
def test_objects_that_are_no_tables(source, message):
    with pytest.raises(DataError, match=message):
        read_table(source)


def test_messages_name_the_file(tmp_path):
    from verhulst.data import learn_design

    path = tmp_path / "votes.csv"
    path.write_text("y,x\n0,1\n1,\n")
    with pytest.raises(DataError, match=r"votes.csv: values are missing in 1 of 2 rows"):
        learn_design(path, "y")
