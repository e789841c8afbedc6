"""A design that is learned from what the parts of a table show is that of the whole table, as are the errors."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verhulst.data import DataError
from verhulst.data.learn import learn_table
from verhulst.data.learn_parts import learn_from_parts
from verhulst.data.request import Roles
from verhulst.data.seen import joined, seen
from verhulst.data.source import with_source

WORDS = st.sampled_from(["a", "b", "c", "d e", "7", "0.5", "2024-05-31", "n/a", "true"])
COLUMNS = {
    "small": (pa.int8(), st.integers(-3, 3)),
    "wide": (pa.int64(), st.sampled_from([1, 2, 2**53 + 1, 2**53, 20240531])),
    "day": (pa.int64(), st.sampled_from([20240531, 20231224])),
    "double": (pa.float64(), st.sampled_from([0.5, -1.0, float("nan"), 3.0])),
    "float": (pa.float32(), st.sampled_from([0.5, -1.5])),
    "truth": (pa.bool_(), st.booleans()),
    "text": (pa.string(), WORDS),
    "code": (pa.dictionary(pa.int8(), pa.string()), WORDS),
    "size": (pa.dictionary(pa.int8(), pa.string(), ordered=True), st.sampled_from(["S", "M", "L"])),
    "when": (pa.date32(), st.none()),
}


def outcome(work):
    """What is learned, or said."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = work()
        except DataError as error:
            return type(error), str(error)
    return found, sorted(str(warning.message) for warning in caught)


def learned_in_parts(table: pa.Table, cuts: list[int], **request):
    asked = Roles("y", **request).of(table.slice(0, 0))
    ends = [0, *cuts, table.num_rows]
    parts = [
        seen(table.slice(start, stop - start), asked.used, {*asked.declared, "y"})
        for start, stop in itertools.pairwise(ends)
    ]
    names = [f"part {k}" for k in range(len(parts))]
    return learn_from_parts(table.slice(0, 0), asked, joined(parts, names))


def ordered(values, type_):
    """pyarrow numbers the values of a dictionary as they come; these have their order."""
    if not pa.types.is_dictionary(type_):
        return pa.array(values, type_)
    distinct = ["S", "M", "L"] if type_.ordered else sorted({value for value in values if value is not None})
    codes = [None if value is None else distinct.index(value) for value in values]
    indices = pa.array(codes, type_.index_type)
    return pa.DictionaryArray.from_arrays(indices, pa.array(distinct, pa.string()), ordered=type_.ordered)


@st.composite
def tables(draw):
    n = draw(st.integers(1, 30))
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=3, unique=True))
    arrays = {}
    for name in names:
        type_, values = COLUMNS[name]
        holes = draw(st.booleans())
        arrays[name] = ordered(draw(st.lists(st.none() | values if holes else values, min_size=n, max_size=n)), type_)
    target = st.sampled_from(draw(st.sampled_from([[0, 1], [1], [0, 1, 2], [0, 1, None]])))
    arrays["y"] = pa.array(draw(st.lists(target, min_size=n, max_size=n)), pa.int64())
    return with_source(pa.table(arrays), draw(st.sampled_from(["", "votes.parquet"])))


@given(data=st.data(), table=tables(), missing=st.sampled_from(["error", "drop"]))
def test_the_design_of_parts_is_that_of_the_whole(data, table, missing):
    cuts = sorted(data.draw(st.lists(st.integers(0, table.num_rows), max_size=3)))
    categorical = data.draw(st.sampled_from([[], [table.column_names[0]]]))
    options = {"missing": missing, "categorical": categorical}
    whole = outcome(lambda: learn_table(table, Roles("y", **options))[0])
    assert outcome(lambda: learned_in_parts(table, cuts, **options)) == whole


def sizes(n: int) -> dict:
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=n), "y": rng.integers(0, 2, n)}


CASES = {
    "a level in the last part": {"c": ["a", "b"] * 15 + ["z"]},
    "an outcome in the last part": {"y": [0] * 30 + [1]},
    "a column without values": {"x": pa.nulls(31, pa.float64())},
    "many levels": {"c": [f"case {k}" for k in range(31)]},
    "words of another outcome": {"y": ["yes", "no"] * 15 + ["maybe"]},
    "numbers in text": {"c": ["1"] * 30 + ["one"]},
    "a value missing late": {"x": [1.0] * 30 + [None]},
    "levels in incomplete rows": {"c": ["a", "b"] * 15 + ["z"], "x": [float(k) for k in range(30)] + [None]},
    "outcomes in incomplete rows": {"y": [0] * 30 + [1], "x": [float(k) for k in range(30)] + [None]},
}


@pytest.mark.parametrize("missing", ["error", "drop"])
@pytest.mark.parametrize("case", CASES)
def test_what_only_a_part_shows(case, missing):
    table = pa.table({name: pa.array(values) for name, values in (sizes(31) | CASES[case]).items()})
    for cuts in ([10, 30], [1, 1, 2], [31]):
        whole = outcome(lambda: learn_table(table, Roles("y", missing=missing))[0])
        assert outcome(lambda cuts=cuts: learned_in_parts(table, cuts, missing=missing)) == whole


def test_types_that_differ_are_named():
    one, other = pa.table({"x": [1, 2], "y": [0, 1]}), pa.table({"x": ["a", "b"], "y": [0, 1]})
    nothing = pa.table({"x": pa.nulls(2), "y": [0, 1]})
    shown = [seen(part, ["x", "y"], {"y"}) for part in (nothing, one, other)]
    with pytest.raises(DataError, match="part 3: column 'x' has the type string, but int64 in part 2"):
        joined(shown, ["part 1", "part 2", "part 3"])
    assert joined(shown[:2], ["part 1", "part 2"]).columns["x"].values.type == pa.int64()
