"""The same columns in every container: the same numbers, the same levels, missing where a value is missing."""

import contextlib
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

import verhulst as vh
from verhulst.data import DataError, Design, formula_design, learn_design, read_table, write_table
from verhulst.data.read import read_fields

NUMBERS = [1.5, None, -2.0, 4.0, 0.25]
FLOATS = np.array([1.5, np.nan, -2.0, 4.0, 0.25])
HIDDEN = np.array([1.5, 9e9, -2.0, 4.0, 0.25])
MASK = [False, True, False, False, False]
ARRAY = np.ma.masked_array(np.column_stack([HIDDEN, HIDDEN]), mask=np.column_stack([MASK, MASK]))
RECORDS = np.ma.masked_array(HIDDEN.view([("x1", "f8")]), mask=[(each,) for each in MASK])


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(NUMBERS, id="list with None"),
        pytest.param(list(FLOATS), id="list with nan"),
        pytest.param([1.5, pd.NA, -2.0, 4.0, 0.25], id="list with pandas.NA"),
        pytest.param(FLOATS, id="doubles"),
        pytest.param(FLOATS.astype(">f8"), id="doubles of the other byte order"),
        pytest.param(FLOATS.astype(">f4"), id="floats of the other byte order"),
        pytest.param(FLOATS.astype("f2"), id="half floats"),
        pytest.param(FLOATS.astype("g"), id="long doubles"),
        pytest.param(np.array(NUMBERS, dtype=object), id="objects with None"),
        pytest.param(FLOATS.astype(object), id="objects with nan"),
        pytest.param(np.ma.masked_array(HIDDEN, MASK), id="masked"),
        pytest.param(np.ma.masked_array(HIDDEN.astype(">f8"), MASK), id="masked, of the other byte order"),
        pytest.param(np.ma.masked_array(HIDDEN.astype(object), MASK), id="masked objects"),
        pytest.param(np.ma.masked_array(np.repeat(HIDDEN, 2), np.repeat(MASK, 2))[::2], id="masked, every other"),
        pytest.param(ARRAY[:, 1], id="a column of a masked array"),
        pytest.param(pd.Series(FLOATS), id="pandas"),
        pytest.param(pd.Series(NUMBERS, dtype="Float64"), id="pandas with a mask"),
        pytest.param(pd.Series(NUMBERS, dtype="double[pyarrow]"), id="pandas on Arrow"),
        pytest.param(pl.Series(NUMBERS), id="polars"),
        pytest.param(pa.array(NUMBERS), id="Arrow"),
        pytest.param(pa.array(FLOATS.astype("f2")), id="half floats of Arrow"),
        pytest.param(pa.array([None if v is None else Decimal(v) for v in NUMBERS]), id="decimals"),
        pytest.param(pa.chunked_array([pa.array(NUMBERS[:2]), pa.array(NUMBERS[2:])]), id="Arrow in pieces"),
    ],
)
def test_numbers_are_the_same_in_every_container(values):
    arrow = isinstance(values, pa.ChunkedArray | pa.Array)
    y = [0, 1, 0, 1, 1]
    for source in [{"x1": values}] if arrow else [{"x1": values}, pd.DataFrame({"x1": values})]:
        design = learn_design({"x1": np.arange(5.0), "y": y}, "y")
        np.testing.assert_array_equal(design.matrix(read_table(source), missing="nan")[:, 0], FLOATS)
        with pytest.raises(DataError, match=r"values are missing in 1 of 5 rows \(first in row 2\): 'x1' in 1"):
            learn_design({"x1": source["x1"], "y": y}, "y")
        assert learn_design({"x1": source["x1"], "y": y}, "y", missing="drop").rows_kept == 4


@pytest.mark.parametrize("source", [ARRAY[:, :1], ARRAY[:, 0], RECORDS, RECORDS.astype([("x1", ">f8")])])
def test_masks_of_whole_arrays(source):
    assert read_table(source).to_pydict() == {"x1": NUMBERS}


WORDS = ["a", None, "b", "a", "c"]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(WORDS, id="list"),
        pytest.param(["a", np.nan, "b", "a", "c"], id="list with nan"),
        pytest.param(np.array(WORDS, dtype=object), id="objects with None"),
        pytest.param(np.array(["a", np.nan, "b", "a", "c"], dtype=object), id="objects with nan"),
        pytest.param(np.ma.masked_array(["a", "z", "b", "a", "c"], MASK), id="masked"),
        pytest.param(pd.Series(WORDS, dtype="category"), id="pandas' categories"),
        pytest.param(pd.Series(WORDS, dtype="string"), id="pandas' strings"),
        pytest.param(pl.Series(WORDS), id="polars"),
        pytest.param(pl.Series(WORDS, dtype=pl.Enum(["a", "b", "c", "z"])), id="polars' Enum"),
        pytest.param(pa.array(WORDS).dictionary_encode(), id="dictionary"),
        pytest.param(
            pa.DictionaryArray.from_arrays([0, 3, 1, 0, 2], pa.array(["a", "b", "c", None])),
            id="dictionary that holds the missing value",
        ),
    ],
)
def test_levels_are_the_same_in_every_container(values):
    y = [0, 1, 0, 1, 1]
    with pytest.raises(DataError, match=r"values are missing in 1 of 5 rows \(first in row 2\): 'g' in 1"):
        learn_design({"g": values, "y": y}, "y")
    design = learn_design({"g": values, "y": y}, "y", missing="drop")
    assert design.names == ("g[b]", "g[c]")
    expected = [[0, 0], [np.nan, np.nan], [1, 0], [0, 0], [0, 1]]
    np.testing.assert_array_equal(design.matrix(read_table({"g": values}), missing="nan"), expected)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["c", "a"], dtype=pd.CategoricalDtype(["c", "b", "a"], ordered=True)),
        pl.Series(["c", "a"], dtype=pl.Enum(["c", "b", "a"])),
        pa.DictionaryArray.from_arrays([0, 2], pa.array(["c", "b", "a"]), ordered=True),
    ],
)
def test_the_order_of_levels_is_that_of_the_column(values):
    for source in ({"g": values, "y": [0, 1]}, pa.table({"g": read_table({"g": values})["g"], "y": [0, 1]})):
        assert learn_design(source, "y").columns[0].levels == ("c", "a")


@pytest.mark.filterwarnings("ignore::verhulst.data.errors.ColumnWarning")  # numbers among words
@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_says_nothing_of_the_order_of_levels(tmp_path, seed):
    """Columns with an order keep it, the others are sorted, in memory and through files, whichever row comes first."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(["w", "a", "m", "10", "9"]).tolist()
    rows = [*order[1:], *rng.choice(order[1:], 20)]
    rng.shuffle(rows)
    sort = sorted(order[1:])
    without = [
        pl.Series(rows, dtype=pl.Categorical),
        pa.array(rows).dictionary_encode(),
        pa.chunked_array([pa.array(part).dictionary_encode() for part in (rows[:9], rows[9:])]),
        pa.DictionaryArray.from_arrays([order.index(row) for row in rows], pa.array(order)),
    ]
    with_order = [
        pl.Series(rows, dtype=pl.Enum(order)),
        pd.Series(pd.Categorical(rows, order)),
        pd.Categorical(rows, order),
        pd.Series(pd.Categorical(rows, order, ordered=True)),
        pa.DictionaryArray.from_arrays([order.index(row) for row in rows], pa.array(order), ordered=True),
    ]
    cases = [(values, sort) for values in without] + [(values, order[1:]) for values in with_order]
    for values, expected in cases:
        sources = [{"g": values, "y": [0, 1] * 12}]
        if isinstance(values, pl.Series):
            frame = pl.DataFrame(sources[0])
            frame.write_parquet(tmp_path / "a.parquet", row_group_size=10)
            frame.write_ipc(tmp_path / "a.arrow")
            sources += [frame, frame.lazy(), tmp_path / "a.parquet", tmp_path / "a.arrow"]
        elif type(values).__module__.startswith("pandas"):
            frame = pd.DataFrame(sources[0])
            frame.to_parquet(tmp_path / "a.parquet", row_group_size=10)
            frame.to_feather(tmp_path / "a.arrow")
            sources += [frame, pa.Table.from_pandas(frame), tmp_path / "a.parquet", tmp_path / "a.arrow"]
        else:
            parquet.write_table(pa.table(sources[0]), tmp_path / "a.parquet", row_group_size=10)
            sources += [pa.table(sources[0]), tmp_path / "a.parquet"]
        for source in sources:
            assert learn_design(source, "y").columns[0].levels == tuple(expected)
            if not isinstance(source, dict):
                assert formula_design("y ~ g", source)[0].names == tuple(f"g[T.{level}]" for level in expected[1:])


def test_names_that_are_the_same_as_text_are_refused():
    for source in ({1: [0], "1": [1]}, pd.DataFrame({1: np.zeros(2, ">f8"), "1": [0, 1]})):
        with pytest.raises(DataError, match=r"more than one column named '1'"):
            read_table(source)


def test_intervals_of_pandas_are_levels():
    frame = pd.DataFrame({"age": [12, 35, 70, 40], "y": [0, 1, 0, 1]})
    frame["age"] = pd.cut(frame["age"], [0, 18, 65, 99])
    design = learn_design(frame, "y")
    assert design.columns[0].levels == ("(0, 18]", "(18, 65]", "(65, 99]")
    np.testing.assert_array_equal(design.matrix(read_table(frame)), [[0, 0], [1, 0], [0, 1], [1, 0]])


NEAR = 2**53
WHOLE = [7, NEAR - 1, NEAR, NEAR + 1, NEAR + 2, NEAR + 3, 10**18, 10**18 + 1, -NEAR - 1]


@pytest.mark.parametrize("type_", [pa.int64(), pa.decimal128(38, 0), pa.string()])
def test_whole_numbers_that_one_double_stands_for_are_different_levels(type_, tmp_path):
    def column(values):
        return pa.array([str(v) for v in values]).cast(type_)

    def found_in(values, path=tmp_path / "a.csv"):
        path.write_text("\n".join(["g", *map(str, values)]) + "\n")
        yield pa.table({"g": column(values)})
        yield read_table({"g": values})
        yield read_table(path)
        yield from (table for table in [pl.DataFrame({"g": values}).to_arrow()])

    # Every other number is a level, the others are not.
    known, unknown = WHOLE[::2], WHOLE[1::2]
    y = [i % 2 for i in range(len(known))]
    design = learn_design(pa.table({"g": column(known), "y": y}), "y", categorical=["g"], reference={"g": "7"})
    for table in found_in(known):
        np.testing.assert_array_equal(
            design.matrix(table), [[float(f"g[{v}]" == name) for name in design.names] for v in known]
        )
    for value in unknown:
        for table in found_in([value]):
            with pytest.raises(DataError, match=f"'{value}' was not among the levels"):
                design.matrix(table)


@pytest.mark.parametrize(("type_", "count"), [(pa.int8(), 128), (pa.uint8(), 256), (pa.int8(), 127)])
def test_dictionaries_that_fill_their_index(type_, count):
    words = [f"v{i:03d}" for i in range(count)]
    values = pa.DictionaryArray.from_arrays(pa.array([*range(count), None], type_), pa.array(words))
    y = [i % 2 for i in range(count + 1)]
    design = learn_design(pa.table({"g": values, "y": y}), "y", missing="drop", categorical=["g"])
    X = design.matrix(pa.table({"g": values}), missing="nan")
    np.testing.assert_array_equal(X[:count], np.eye(count)[:, 1:])
    assert np.isnan(X[count]).all()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("levels") / "a.csv"


def containers(values, path):
    """Floats of 32 or 16 bits as such (True), and as what becomes of them: their text, or doubles (False)."""
    briefest, doubles = [float(str(value)) for value in values], values.astype(float)
    for texts in (map(str, values), map(repr, doubles.tolist())):
        path.write_text("\n".join(["g", *texts]) + "\n")
        yield False, read_fields(path)
    for column in (briefest, doubles, pl.Series(doubles), pd.Series(briefest)):
        yield False, read_table({"g": column})
    narrow = [pa.array(values)]
    if values.dtype == np.float32:
        narrow += [pa.array(values).dictionary_encode(), pl.Series(values), pd.Series(values)]
    yield from ((True, read_table({"g": column})) for column in narrow)


@settings(max_examples=8, deadline=None)
@given(data=st.data(), width=st.sampled_from([16, 32]))
def test_levels_of_narrow_floats_are_the_same_in_every_container(path, data, width):
    type_ = np.dtype(f"f{width // 8}").type
    tenths = st.integers(-999, 999).map(lambda n: float(type_(n / 10)))
    number = st.one_of(tenths, st.floats(width=width, allow_nan=False, allow_infinity=False))
    drawn = data.draw(st.lists(number, min_size=2, max_size=6, unique=True))
    values = np.array(drawn, type_) + type_(0)  # -0.0 is the level 0
    y = pa.array([i % 2 for i in range(len(values))])
    for narrow_at_fit, table in containers(values, path):
        design = learn_design(table.append_column("y", y), "y", categorical=["g"])
        design = Design.from_json(design.to_json())
        expected = design.matrix(table)
        assert len(np.unique(expected, axis=0)) == len(values)
        if narrow_at_fit:
            assert {float(level) for level in design.columns[0].levels} == {float(str(value)) for value in values}
        for narrow, other in containers(values, path):
            if narrow or narrow_at_fit:
                np.testing.assert_array_equal(design.matrix(other), expected)
                continue
            # A double may be another number than the briefest text of the float that it was.
            with contextlib.suppress(DataError):
                np.testing.assert_array_equal(design.matrix(other), expected)


def test_a_double_beside_the_level_of_a_float_is_another_number(path):
    design = learn_design({"g": np.float32([3.1, 2]), "y": [0, 1]}, "y", categorical=["g"], reference={"g": 3.1})
    assert (design.columns[0].levels, design.columns[0].reference) == (("2", "3.1"), "3.1")
    widened = float(np.float32(3.1))
    np.testing.assert_array_equal(design.matrix(read_table({"g": [3.1, widened, 2.0]}))[:, 0], [0, 0, 1])
    for value in (np.nextafter(3.1, 4), np.nextafter(widened, 4), 3.1000001):
        with pytest.raises(DataError, match="was not among the levels"):
            design.matrix(read_table({"g": [value]}))


TRUTHS = [True, None, False]


@pytest.mark.parametrize(
    "truths",
    [
        pytest.param(TRUTHS, id="list"),
        pytest.param(np.array(TRUTHS, dtype=object), id="objects"),
        pytest.param(np.array([True, True, False]), id="NumPy"),
        pytest.param(pd.Series(TRUTHS, dtype="boolean"), id="pandas with a mask"),
        pytest.param(pd.Series([True, True, False]), id="pandas"),
        pytest.param(pl.Series(TRUTHS), id="polars"),
        pytest.param(pa.array(TRUTHS), id="Arrow"),
    ],
)
def test_a_numeric_column_takes_no_truth_values(truths, tmp_path):
    design = learn_design({"age": [30.0, 0.0, 1.0], "y": [0, 1, 1]}, "y")
    message = r"column 'age' was numeric at the fit; here it has booleans, such as '?(True|TRUE)'?.* Write 1 and 0"
    with pytest.raises(DataError, match=message):
        design.matrix(read_table({"age": truths}), missing="nan")
    for name, text in (
        ("a.csv", "age\nTRUE\nNA\nfalse\n"),
        ("a.jsonl", '{"age":true}\n{"age":null}\n'),
        ("a.json", '[{"age":true}]'),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(DataError, match=message):
            design.matrix(read_fields(tmp_path / name), missing="nan")
    # What holds no value has no kind.
    nothing = pa.table({"age": pa.nulls(3, pa.bool_())})
    assert np.isnan(design.matrix(nothing, missing="nan")).all()


@pytest.mark.parametrize("values", [[1.5, True, 2.0], [1.5, None, False], [True, 1.5], [2, True], [1.5, np.True_]])
def test_truth_values_among_numbers_are_refused_in_every_container(values, tmp_path):
    """Fractions among them too, which Arrow takes for 1 and 0."""
    y, objects = [0, 1, 1][: len(values)], np.array([*values, None], dtype=object)[:-1]
    plain = [bool(value) if isinstance(value, np.bool_) else value for value in values]
    rows = [{"x": value, "y": outcome} for value, outcome in zip(plain, y, strict=True)]
    lines, array = tmp_path / "a.jsonl", tmp_path / "a.json"
    lines.write_text("\n".join(map(json.dumps, rows)))
    array.write_text(json.dumps(rows))
    columns = (values, objects, pd.Series(objects))
    for source in (*({"x": x, "y": y} for x in columns), pd.DataFrame({"x": objects, "y": y}), lines, array):
        with pytest.raises(DataError, match="bool"):
            learn_design(source, "y", columns=["x"])


@pytest.mark.parametrize("values", [[3, 4, 3], [True, False, True]])
def test_categories_in_a_column_of_numbers_or_truth_values_are_called_so(values):
    design = learn_design({"x": values, "y": [0, 1, 1]}, "y")
    for categories in (pd.Series(values, dtype="category"), pa.array(values).dictionary_encode()):
        with pytest.raises(
            DataError, match=rf"column 'x' was \w+ at the fit; here it has categories, such as {values[0]}"
        ):
            design.matrix(read_table({"x": categories}))


def test_intervals_are_levels_in_frames_and_dicts():
    columns = {"g": pd.cut(pd.Series([1, 5, 9]), [0, 4, 10]), "y": [0, 1, 1]}
    for source in (columns, pd.DataFrame(columns)):
        assert learn_design(source, "y").columns[0].levels == ("(0, 4]", "(4, 10]")


def test_an_index_of_pairs_is_no_column():
    with pytest.raises(DataError, match=r"column 'g' (holds values of type|is not one column)"):
        learn_design({"g": pd.MultiIndex.from_tuples([(1, 2), (1, 3), (2, 3)]), "y": [0, 1, 1]}, "y")


@pytest.mark.parametrize("nothing", [[None] * 3, [np.nan] * 3, np.full(3, np.nan), pa.nulls(3, pa.string()), ["."] * 3])
def test_a_column_without_values_is_named(nothing, tmp_path):
    source = {"x": [1, 2, 3], "g": nothing, "y": [0, 1, 1]}
    if isinstance(nothing, list) and nothing[0] == ".":
        source = tmp_path / "a.csv"
        source.write_text("x,g,y\n1,.,0\n2,.,1\n3,.,1\n")
    for missing in ("drop", "error"):
        with pytest.raises(DataError, match=r"column 'g' has no values. Exclude it"):
            learn_design(source, "y", missing=missing)


@pytest.mark.parametrize("ending", ["arrow", "stream", "parquet"])
def test_files_of_polars_are_read_as_its_frames_are(ending, tmp_path):
    frame = pl.DataFrame(
        {"g": ["a", None, "b"], "k": pl.Series(["u", "v", None], dtype=pl.Categorical), "y": [0, 1, 1]}
    )
    path = tmp_path / f"a.{ending}"
    write = {"arrow": frame.write_ipc, "stream": frame.write_ipc_stream, "parquet": frame.write_parquet}[ending]
    write(path)
    table = read_table(path)
    assert table.to_pydict() == frame.to_dict(as_series=False)
    design = learn_design(frame.with_columns(g=pl.col("g").fill_null("c"), k=pl.col("k").fill_null("u")), "y")
    np.testing.assert_array_equal(design.matrix(table, missing="nan"), design.matrix(read_table(frame), missing="nan"))
    write_table(table, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == '"g","k","y"\n"a","u",0\n,"v",1\n"b",,1\n'


def test_an_unknown_level_is_named_once():
    design = learn_design({"g": [1.0, 2.0], "y": [0, 1]}, "y", categorical=["g"])
    with pytest.raises(DataError, match=r"'0' was not among the levels at the fit \(2 such rows: '0'\)"):
        design.matrix(read_table({"g": [0.0, -0.0]}))


class GeometryFrame(pd.DataFrame):
    """A kind of frame that another package defines, with a column that Arrow cannot hold."""


def test_subclasses_of_frames_are_read_as_frames():
    columns = {"x": [1.0, 2.0, 3.0, 4.0], "y": [0, 1, 0, 1]}
    frame = GeometryFrame({**columns, "geometry": pd.Series([object(), 1, "a", None], dtype=object)})
    model = vh.fit_table(columns, "y")
    for fitted in (
        vh.fit_table(frame, "y", columns=["x"]),
        vh.fit_table(frame, "y", exclude=["geometry"]),
        vh.fit_formula("y ~ x", frame),
    ):
        np.testing.assert_array_equal(fitted.fit.coefficients, model.fit.coefficients)
    np.testing.assert_array_equal(model.predict_proba(frame), model.predict_proba(columns))
    with pytest.raises(DataError, match=r"the GeometryFrame cannot be read as a table"):
        vh.fit_table(frame, "y")
