"""A column that cannot be read stops only those who use it."""

import json
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from pyarrow import feather

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import DataError, read_table
from verhulst.data.row_groups import row_groups

ROWS = 40
_RNG = np.random.default_rng(14)
BASE = {
    "age": _RNG.normal(size=ROWS).round(2),
    "x": _RNG.normal(size=ROWS).round(2),
    "won": (_RNG.random(ROWS) < 0.5).astype(int),
}
FRAME = pd.DataFrame(BASE)
MIXED = [1, "a"] * (ROWS // 2)
X = FRAME[["x"]].rename(columns={"x": "junk"})


def csv(name, junk):
    """The base with further cells before it, as the bytes of a CSV file."""
    rows = FRAME.to_csv(index=False).encode().splitlines()
    return b"".join(cells + b"," + row + b"\n" for cells, row in zip([name, *junk], rows, strict=True))


def columnar(ending, *junk):
    """A file of the base and further columns `junk`."""
    table = pa.table([*map(pa.array, BASE.values()), *junk], [*BASE, *["junk"] * len(junk)])

    def write(folder):
        path = folder / f"a.{ending}"
        if ending == "parquet":
            pq.write_table(table, path)
        elif ending == "arrow":
            feather.write_feather(table, path, compression="uncompressed")
        else:
            with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
                stream.write_table(table)
        return path

    return write


def json_lines(junk):
    rows = [dict(zip([*BASE, "junk"], row, strict=True)) for row in zip(*BASE.values(), junk, strict=True)]

    def write(folder):
        (folder / "a.jsonl").write_text("\n".join(json.dumps(row, default=float) for row in rows))
        return folder / "a.jsonl"

    return write


def npy(folder):
    fields = [(name, "f8") for name in BASE] + [("junk", "c16")]
    np.save(folder / "a.npy", np.array(list(zip(*BASE.values(), np.arange(ROWS), strict=True)), fields))
    return folder / "a.npy"


# Texts of two bytes, of which the third is not UTF-8.
_ENDS = pa.py_buffer(np.arange(0, 2 * ROWS + 1, 2, dtype=np.int32).tobytes())
NO_TEXT = pa.Array.from_buffers(pa.string(), ROWS, [None, _ENDS, pa.py_buffer(b"abcd\xff" + b"a" * (2 * ROWS - 5))])

# A source of each kind, the bytes of a file or what writes one, and the message for its column `junk`.
SOURCES = {
    "objects of two types": (FRAME.assign(junk=pd.Series(MIXED, dtype=object)), "Conversion failed for column junk"),
    "sparse": (FRAME.assign(junk=pd.arrays.SparseArray(np.arange(ROWS) % 2)), r"Sparse pandas data \(column junk\)"),
    "complex": (FRAME.assign(junk=np.arange(ROWS) * 1j), "the DataFrame cannot be read as a table: Unsupported numpy"),
    "list of two types": (BASE | {"junk": MIXED}, "column 'junk' is not one column of one type"),
    "complex array in a dict": (BASE | {"junk": np.arange(ROWS) * 1j}, "the dict cannot be read as a table: Unsup"),
    "pandas' names twice": (pd.concat([X, FRAME, X], axis=1), "Duplicate column names found"),
    "Arrow's names twice": (
        pa.table([*map(pa.array, BASE.values()), *map(pa.array, [BASE["x"]] * 2)], [*BASE, "junk", "junk"]),
        "the table has more than one column named 'junk'; rename them",
    ),
    "a file's names twice": (csv(b"junk, junk", [b"1,2"] * ROWS), "a.csv: has 2 columns named 'junk'; rename them"),
    "a file's text not UTF-8": (
        csv(b"junk", [b"a", b'"caf\xe9,\n"', *[b"NA"] * (ROWS - 2)]),
        r"a.csv: line 3 \(row 2\), column 'junk': the text is not UTF-8",
    ),
    **{
        f"{ending}, {what}": (columnar(ending, *junk), rf"a.{ending}: {message}")
        for ending in ("parquet", "arrow", "arrows")
        for what, junk, message in (
            ("text not UTF-8", [NO_TEXT], "row 3, column 'junk': the text is not UTF-8. Leave the column out"),
            ("categories not UTF-8", [NO_TEXT.dictionary_encode()], "column 'junk': the text is not UTF-8. Leave"),
            ("names twice", [pa.array(BASE["x"])] * 2, "the table has more than one column named 'junk'; rename them"),
        )
    },
    "JSON of two types": (json_lines(MIXED), r"a.jsonl: column 'junk' is not one column of one type: 1 in row 1"),
    "JSON of a huge number": (json_lines([1, 10**400] * (ROWS // 2)), r"a.jsonl: column 'junk', row 2: the number is"),
    "JSON of half a character": (json_lines(["a", "\ud800"] * (ROWS // 2)), "a.jsonl: column 'junk', row 2: the text"),
    "complex field of NumPy": (npy, r"a.npy: the ndarray cannot be read .* \(column 'junk'\)"),
}

# What uses `junk`, and what does not, of a source and a model that needs it, and of one that does not.
USES = {
    "read": lambda source, needing, other: read_table(source),
    "all": lambda source, needing, other: vh.fit_table(source, "won"),
    "column": lambda source, needing, other: vh.fit_table(source, "won", columns=["age", "junk"]),
    "categorical": lambda source, needing, other: vh.fit_table(source, "won", columns=["age"], categorical=["junk"]),
    "target": lambda source, needing, other: vh.fit_table(source, "junk"),
    "weights": lambda source, needing, other: vh.fit_table(source, "won", columns=["age"], weights="junk"),
    "offset": lambda source, needing, other: vh.fit_table(source, "won", columns=["age"], offset="junk"),
    "term": lambda source, needing, other: vh.fit_formula("won ~ age + junk", source),
    "argument": lambda source, needing, other: vh.fit_formula("won ~ age + C(junk)", source),
    "dot": lambda source, needing, other: vh.fit_formula("won ~ .", source),
    "formula's target": lambda source, needing, other: vh.fit_formula("junk ~ age", source),
    "formula's weights": lambda source, needing, other: vh.fit_formula("won ~ age", source, weights="junk"),
    "model": lambda source, needing, other: needing.predict_proba(source),
}
OTHERS = {
    "columns": lambda source, needing, other: vh.fit_table(source, "won", columns=["age"]),
    "exclude": lambda source, needing, other: vh.fit_table(source, "won", exclude=["junk"]),
    "formula": lambda source, needing, other: vh.fit_formula("won ~ age + np.abs(x)", source),
    "dot without it": lambda source, needing, other: vh.fit_formula("won ~ . - junk", source),
    "model": lambda source, needing, other: other.predict_proba(source),
}


@pytest.fixture(scope="module")
def models():
    return vh.fit_table(FRAME.assign(junk=BASE["x"]), "won", columns=["junk"]), vh.fit_table(FRAME, "won")


@pytest.fixture
def source(request, tmp_path):
    given = request.param
    if callable(given):
        return given(tmp_path)
    if isinstance(given, bytes):
        (tmp_path / "a.csv").write_bytes(given)
        return tmp_path / "a.csv"
    return given


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("source", "message"), SOURCES.values(), ids=SOURCES, indirect=["source"])
def test_whoever_uses_the_column_is_told_why_it_cannot_be_read(source, message, use, models):
    with pytest.raises(DataError, match=message):
        USES[use](source, *models)


@pytest.mark.parametrize("use", OTHERS)
@pytest.mark.parametrize(("source", "message"), SOURCES.values(), ids=SOURCES, indirect=["source"])
def test_it_stops_nothing_else(source, message, use, models):
    made = OTHERS[use](source, *models)
    expected = OTHERS[use](FRAME.assign(junk=0.0), *models)
    if use == "model":
        np.testing.assert_array_equal(made, expected)
    else:
        assert made.fit.names == expected.fit.names
        np.testing.assert_array_equal(made.fit.coefficients, expected.fit.coefficients)


@pytest.mark.parametrize("name", ["a file's names twice", "a file's text not UTF-8"])
def test_commands(name, tmp_path, models):
    content, message = SOURCES[name]
    data, model = str(tmp_path / "a.csv"), str(tmp_path / "model.json")
    (tmp_path / "a.csv").write_bytes(content)
    models[1].save(model)

    def run(*arguments):
        return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")

    for arguments in (
        ["fit", data, "--target", "won", "--exclude", "junk"],
        ["fit", data, "--target", "won", "--columns", "age,x"],
        ["predict", model, data, "--only"],
        ["evaluate", data, "--score", "x", "--target", "won", "--scores", "logits"],
    ):
        assert run(*arguments).exit_code == 0, run(*arguments).output
    for arguments in (
        ["fit", data, "--target", "won"],
        ["predict", model, data],
        ["predict", model, data, "-o", str(tmp_path / "out.parquet")],
        ["evaluate", data, "--score", "junk", "--target", "won"],
        ["evaluate", data, "--score", "x", "--target", "junk"],
    ):
        result = run(*arguments)
        assert result.exit_code == 3
        assert re.search(message, result.output)


def test_beside_integers_of_71_bits():
    long = pd.Series([2**70, 1] * (ROWS // 2), dtype=object)
    frame = FRAME.assign(junk=pd.Series(MIXED, dtype=object), long=long)
    assert vh.fit_table(frame, "won", columns=["age", "long"]).fit.names == ("age", "long")
    with pytest.raises(DataError, match="Conversion failed for column junk"):
        vh.fit_table(frame, "won")


def test_a_table_of_such_columns_alone_has_the_first_reason():
    with pytest.raises(DataError, match=r"column 'a' is not one column"):
        vh.fit_table({"a": MIXED, "b": MIXED}, "won")


def test_the_first_text_of_a_file_that_is_not_utf8_is_named_though_rows_are_broken(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,\xe9\n2,3,4\n")
    with pytest.raises(DataError, match=r"line 2 \(row 1\), column 'b': the text is not UTF-8"):
        vh.fit_table(tmp_path / "a.csv", "a")


def test_text_that_is_not_utf8_is_named_by_those_who_read_row_groups(tmp_path):
    path = str(tmp_path / "a.parquet")
    good = pa.table(BASE | {"junk": ["a"] * ROWS})
    with pq.ParquetWriter(path, good.schema) as writer:
        writer.write_table(good)
        writer.write_table(pa.table([*map(pa.array, BASE.values()), NO_TEXT], good.schema.names))
    _, groups = row_groups([path])
    assert sum(batch.num_rows for group in groups for batch in group.batches(["age"])) == 2 * ROWS
    with pytest.raises(DataError, match=rf"a.parquet: row {ROWS + 3}, column 'junk': the text is not UTF-8"):
        list(groups[0].batches(["age", "junk"]))


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_names_that_occur_twice_in_several_files(tmp_path, ending):
    columns = [pa.array([1.0, 2.0, 3.0, 4.0]), pa.array([0, 1, 1, 0]), pa.array([5, 6, 7, 8]), pa.array([3, 1, 1, 2])]
    table = pa.table(columns, names=["twice", "y", "twice", "x"])
    pure = pa.table(columns[1:2] + columns[3:], names=["y", "x"])
    for name in ("a", "b"):
        path = tmp_path / f"{name}.{ending}"
        if ending == "parquet":
            pq.write_table(table, path)
        else:
            with pa.ipc.new_file(path, table.schema) as writer:
                writer.write_table(table)
    expected = vh.fit_table(pa.concat_tables([pure, pure]), "y", columns=["x"], C=1.0).fit.coefficients.tolist()
    for source in (tmp_path / f"*.{ending}", *([tmp_path] if ending == "parquet" else [])):
        assert vh.fit_table(source, "y", columns=["x"], C=1.0).fit.coefficients.tolist() == expected
        for columns_ in (["twice"], None):
            with pytest.raises(DataError, match="more than one column named 'twice'"):
                vh.fit_table(source, "y", columns=columns_, C=1.0)
    one = vh.fit_table(tmp_path / f"a.{ending}", "y", columns=["x"], C=1.0)
    assert one.fit.coefficients.tolist() == vh.fit_table(pure, "y", columns=["x"], C=1.0).fit.coefficients.tolist()
