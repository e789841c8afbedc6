"""Targets of two numbers are told apart by comparison, with the result of looking each value up."""

import numpy as np
import pyarrow as pa
import pytest

from verhulst.data import DataError
from verhulst.data.target import learn_target
from verhulst.data.two_numbers import two_numbers

N = 1500


@pytest.mark.parametrize("kind", ["i1", "i8", "u4", "f4", "f8", "?"])
def test_values_and_counts(kind):
    values = np.arange(N) % 3 == 0
    column = pa.chunked_array([values.astype(kind)[:700], values.astype(kind)[700:]])
    label = {False: "false", True: "true"} if kind == "?" else {False: "0", True: "1"}
    assert {text: rows for text, (_, rows) in two_numbers(column).items()} == {label[True]: 500, label[False]: 1000}
    target = learn_target(column, "y")
    assert target.levels == (label[False], label[True])
    np.testing.assert_array_equal(target.values(column), values)
    # The other way: as text, each value is looked up.
    np.testing.assert_array_equal(target.values(pa.chunked_array([[label[bool(v)] for v in values]])), values)


@pytest.mark.parametrize(
    "values",
    [
        np.r_[np.zeros(N), np.ones(N)],  # alike in the first rows
        [0, 1, None] * N,
        np.tile([2.5, 1e300], N),
        np.tile([0.0, -0.0, 1.0], N),
        [True, None, False] * N,
    ],
    ids=["sorted", "missing", "far apart", "negative zero", "truth"],
)
def test_as_each_value_is_looked_up(values, monkeypatch):
    column = pa.chunked_array([pa.array(values)])

    def learned():
        positive = 1e300 if 1e300 in values else None
        target = learn_target(column, "y", positive)
        return target, target.values(column).tobytes()

    found = learned()
    monkeypatch.setattr("verhulst.data.target.two_numbers", lambda column: None)
    assert learned() == found


def test_a_third_value_far_down_is_found():
    column = pa.chunked_array([np.r_[np.tile([0, 1], N), 2]])
    assert two_numbers(column) is None
    with pytest.raises(DataError, match="has 3 values"):
        learn_target(column, "y")
