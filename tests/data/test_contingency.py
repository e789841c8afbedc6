"""Counts of rows by their values are those of a plain dictionary, whatever the types, batches and dictionaries."""

from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from verhulst.data import contingency
from verhulst.data.contingency import Contingency, TooManyError


def random_column(rng, kind: str, n: int) -> pa.Array:
    values = {
        "text": ["a", "ß", "", None],
        "large": ["x", "y"],
        "truth": [True, False, None],
        "int8": [-1, 0, 127, None],
        "uint64": [0, 2**64 - 1],
        "double": [0.5, -1.25, float("inf"), float("nan"), None],
        "float": [0.1, 2.0],
        "decimal": [Decimal("1.50"), Decimal("0.00"), None],
        "dictionary": ["p", "q", "r", None],
    }[kind]
    types = {
        "text": pa.string(),
        "large": pa.large_string(),
        "truth": pa.bool_(),
        "int8": pa.int8(),
        "uint64": pa.uint64(),
        "double": pa.float64(),
        "float": pa.float32(),
        "decimal": pa.decimal128(5, 2),
        "dictionary": pa.dictionary(pa.int8(), pa.string(), ordered=True),
    }
    few = [values[k] for k in rng.choice(len(values), rng.integers(1, len(values) + 1), replace=False)]
    drawn = [few[k] for k in rng.integers(0, len(few), n)]
    if kind != "dictionary":
        return pa.array(drawn, types[kind])
    own = rng.permutation(["p", "q", "r"]).tolist()  # each batch has its own numbering
    return pa.DictionaryArray.from_arrays(
        pa.array([None if value is None else own.index(value) for value in drawn], pa.int8()), own, ordered=True
    )


KINDS = ["text", "large", "truth", "int8", "uint64", "double", "float", "decimal", "dictionary"]


def rows_of(table) -> list[tuple]:
    """The rows, with nan as a missing value."""
    columns = [[None if value != value else value for value in column.to_pylist()] for column in table.columns]
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("seed", range(30))
def test_counts_are_those_of_a_dictionary(seed):
    rng = np.random.default_rng(seed)
    kinds = rng.choice(KINDS, rng.integers(1, 6), replace=False).tolist()
    expected, counts = Counter(), None
    for n in rng.integers(0, 400, rng.integers(1, 6)):
        arrays = [random_column(rng, kind, n) for kind in kinds]
        batch = pa.RecordBatch.from_arrays(arrays, names=kinds)
        counts = Contingency(batch.schema) if counts is None else counts
        counts.add(batch)
        expected.update(rows_of(batch))
    table, times = counts.distinct()
    assert table.schema == batch.schema
    assert dict(zip(rows_of(table), times.tolist(), strict=True)) == dict(expected)
    assert counts.singles == sum(number == 1 for number in expected.values())
    assert counts.rows == sum(expected.values())


def test_text_may_come_in_dictionaries():
    counts = Contingency(pa.schema([("a", pa.string())]))
    for values in (["x", None, "y"], ["y", "z"]):
        counts.add(pa.RecordBatch.from_arrays([pa.array(values).dictionary_encode()], names=["a"]))
    table, times = counts.distinct()
    assert (table.to_pydict(), times.tolist()) == ({"a": [None, "x", "y", "z"]}, [1, 1, 2, 1])


def test_many_combinations_are_refused(monkeypatch):
    monkeypatch.setattr(contingency, "MOST_CELLS", 100)
    counts = Contingency(pa.schema([("a", pa.int64()), ("b", pa.int64())]))
    nine = pa.array(np.arange(9))
    counts.add(pa.RecordBatch.from_arrays([nine, nine], names=["a", "b"]))
    with pytest.raises(TooManyError):
        counts.add(pa.RecordBatch.from_arrays([nine, pa.array(np.arange(9, 18))], names=["a", "b"]))
    with pytest.raises(TooManyError):
        Contingency(pa.schema([("a", pa.date32())]))
