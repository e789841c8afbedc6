"""A matrix of columns that stay where they lie stands in for the array of the same numbers."""

import itertools

import numpy as np
import pyarrow as pa
import pytest

from verhulst.data import learn_design
from verhulst.data.block import make_block
from verhulst.data.column_matrix import ColumnMatrix

TYPES = ["f8", "f4", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]


def example(cuts=(0, 7, 7, 64, 200), seed=0):
    """Numbers of every type, codes of 3 and of 20 levels, in batches; and the same as an array."""
    rng, n = np.random.default_rng(seed), cuts[-1]
    vectors = [rng.integers(0, 2 if kind == "?" else 100, n).astype(kind) for kind in TYPES]
    vectors[0] = rng.normal(size=2 * n)[::2]  # not side by side
    vectors += [rng.integers(0, 3, n).astype("u1"), rng.integers(0, 20, n).astype("u2")]
    levels = (*(0 for _ in TYPES), 3, 20)
    columns = [(k, -1) for k in range(len(TYPES))]
    columns[2:2] = [(len(TYPES) + 1, level) for level in (5, *range(7, 20), 0)]
    columns += [(len(TYPES), 1), (len(TYPES), 2)]
    X = np.column_stack([vectors[k] if level < 0 else vectors[k] == level for k, level in columns]).astype(float)
    batches = tuple(tuple(v[a:b] for v in vectors) for a, b in itertools.pairwise(cuts))
    return ColumnMatrix(batches, np.array(columns), levels), X


@pytest.mark.parametrize(
    "key",
    [
        slice(None),
        slice(3, 150),
        slice(3, 150, 7),
        slice(None, None, 13),
        slice(500, 600),
        np.array([0, 199, 64, 63, 7, 7]),
        np.arange(200) % 3 == 0,
        5,
        (slice(2, 9), 3),
        (slice(None), 0),
        (slice(None, None, 5), np.array([0, 2, 30])),
        (slice(10, 20), np.arange(31) > 5),
    ],
)
def test_rows_and_columns(key):
    columns, X = example()
    if isinstance(key, tuple) and isinstance(key[1], np.ndarray):
        key = (key[0], key[1][: X.shape[1]] if key[1].dtype == bool else np.minimum(key[1], X.shape[1] - 1))
        key = (key[0], np.flatnonzero(key[1]) if key[1].dtype == bool else key[1])
    np.testing.assert_array_equal(columns[key], X[key])
    assert columns[key].dtype == np.float64


def test_as_an_array():
    columns, X = example()
    assert (columns.shape, columns.size, columns.ndim, len(columns)) == (X.shape, X.size, 2, 200)
    np.testing.assert_array_equal(np.asarray(columns), X)
    assert columns.nbytes < X.nbytes / 2
    some = columns[:, np.array([3, 20, 0])]
    assert isinstance(some, ColumnMatrix)
    np.testing.assert_array_equal(np.asarray(some), X[:, [3, 20, 0]])
    index = np.array([199, 3, 64, 3])
    np.testing.assert_array_equal(np.asarray(columns.take(index)), X[index])
    np.testing.assert_array_equal(np.asarray(columns.spread()), X)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("linear_first", [False, True])
def test_sums(weighted, linear_first):
    columns, X = example()
    slopes = np.random.default_rng(1).normal(size=X.shape[1])
    if linear_first:
        np.testing.assert_allclose(columns.log_odds(slopes, 0.5), 0.5 + X @ slopes, rtol=1e-12)
    weights = np.random.default_rng(2).integers(0, 4, 200).astype(float) if weighted else None
    expected = np.count_nonzero(X, axis=0) if weights is None else weights @ (X != 0)
    np.testing.assert_allclose(columns.count_nonzero(weights), expected, rtol=1e-14)


def test_codes_beyond_the_levels_are_refused():
    with pytest.raises(ValueError, match="codes must lie between 0 and 2"):
        ColumnMatrix(((np.array([0, 3], "u1"),),), np.array([(0, 1)]), (3,))


def table(n=300):
    rng = np.random.default_rng(3)
    return pa.table(
        {
            "f8": rng.normal(size=n),
            "f4": rng.normal(size=n).astype("f4"),
            "f2": pa.array(rng.normal(size=n).astype("f2")),
            "i1": rng.integers(-5, 5, n).astype("i1"),
            "i8": rng.integers(-5, 5, n),
            "u4": rng.integers(0, 9, n).astype("u4"),
            "truth": rng.random(n) < 0.5,
            "decimal": pa.array(rng.integers(-5, 5, n)).cast(pa.decimal128(30, 2)),
            "text": np.array(["a", "b", "c"])[rng.integers(0, 3, n)],
            "many": pa.array(np.char.add("l", rng.integers(0, 15, n).astype(str))).dictionary_encode(),
            "y": rng.integers(0, 2, n),
        }
    )


def test_columns_of_a_table():
    """Chunks may end anywhere and differently in each column; numbers are not copied."""
    whole = table()
    cuts = {"f8": [0, 1, 40, 300], "text": [0, 128, 300], "many": [0, 3, 300]}
    chunked = {
        name: pa.chunked_array([column.slice(a, b - a) for a, b in itertools.pairwise(ends)])
        if (ends := cuts.get(name))
        else column
        for name, column in zip(whole.column_names, (c.combine_chunks() for c in whole.columns), strict=True)
    }
    given = pa.table(chunked)
    design = learn_design(given, "y")
    block = make_block(design, given, in_place=True)
    assert isinstance(block.X, ColumnMatrix)
    np.testing.assert_array_equal(np.asarray(block.X), design.matrix(whole))
    first = block.X.batches[0][0]
    assert first.__array_interface__["data"][0] == given["f8"].chunks[0].buffers()[1].address


def test_many_small_chunks_are_joined():
    given = pa.concat_tables([table().slice(k, 1) for k in range(300)])
    design = learn_design(given, "y")
    block = make_block(design, given, in_place=True)
    assert len(block.X.batches) == 1
    np.testing.assert_array_equal(np.asarray(block.X), design.matrix(given))


@pytest.mark.parametrize(
    "values", [np.r_[1, 2, 3, np.inf], np.r_[1, -np.inf, 2, 3].astype("f4")], ids=["double", "float32"]
)
def test_infinities_are_reported_as_before(values):
    from verhulst.data import DataError

    given = pa.table({"x": values, "y": [0, 1, 0, 1]})
    design = learn_design(given, "y")
    with pytest.raises(DataError, match=r"row ., column 'x': the value is -?inf"):
        make_block(design, given, in_place=True)
