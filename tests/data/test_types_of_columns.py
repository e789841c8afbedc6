"""Columns of any Arrow type that nobody asked for stop nothing: a fit, a formula, a check and predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import DataError, read_table

ROWS = 8
TABLE = {"x": pa.array([None, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), "y": pa.array([0, 1, 1, 0, 1, 0, 1, 1])}
ENDS = pa.array([3, ROWS], pa.int32())


class Extension(pa.ExtensionType):
    """A type of someone else."""

    def __init__(self, storage: pa.DataType) -> None:
        super().__init__(storage, "test.extension")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""


VALUES: dict[str, tuple[list[Any], pa.DataType]] = {
    "text views": (["a", "b"], pa.string_view()),
    "binary views": ([b"a", b"b"], pa.binary_view()),
    "text": (["a", "b"], pa.string()),
    "numbers": ([1.5, 2.5], pa.float64()),
    "short decimals": ([1, 2], pa.decimal32(5, 2)),
}
LAYOUTS: dict[str, Callable[[pa.Array, pa.Array], pa.Array]] = {
    "extension": lambda two, all_: pa.ExtensionArray.from_storage(Extension(all_.type), all_),
    "fixed lists": lambda two, all_: pa.FixedSizeListArray.from_arrays(all_, 1),
    "lists of runs": lambda two, all_: pa.ListArray.from_arrays(
        pa.array(range(ROWS + 1), pa.int32()), pa.RunEndEncodedArray.from_arrays(ENDS, two)
    ),
    "runs": lambda two, all_: pa.RunEndEncodedArray.from_arrays(ENDS, two),
    "runs of categories": lambda two, all_: pa.RunEndEncodedArray.from_arrays(
        ENDS, pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), two)
    ),
    "union": lambda two, all_: pa.UnionArray.from_dense(
        pa.array([0] * ROWS, pa.int8()), pa.array(range(ROWS), pa.int32()), [all_]
    ),
}
UNREAD = {("short decimals", "runs of categories")}
MODEL = vh.fit_table(TABLE, "y", columns=["x"], missing="drop")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("values", VALUES)
def test_a_column_of_any_type_stops_nothing(values: str, layout: str) -> None:
    given, type_ = VALUES[values]
    column = LAYOUTS[layout](pa.array(given, type_), pa.array(given * (ROWS // 2), type_))
    table = pa.table(TABLE | {"other": pa.chunked_array([column.slice(0, 3), column.slice(3)])})
    found = vh.fit_table(table, "y", columns=["x"], missing="drop")
    assert found.fit.coefficients.tolist() == MODEL.fit.coefficients.tolist()
    formula = vh.fit_formula("y ~ x", table, missing="drop")
    assert formula.fit.coefficients.tolist() == pytest.approx(MODEL.fit.coefficients.tolist())
    assert vh.check(table, "y").rows == ROWS
    unread = (layout == "union" and values.endswith("views")) or (values, layout) in UNREAD
    if unread:
        with pytest.raises(DataError, match="'other' has values of a type that cannot be read"):
            read_table(table)
    else:
        assert read_table(table)["other"].to_pylist() == table["other"].to_pylist()


def test_runs_have_the_values_that_they_stand_for() -> None:
    runs = pa.RunEndEncodedArray.from_arrays(
        pa.array([2, 3, 5], pa.int64()), pa.DictionaryArray.from_arrays(pa.array([0, None, 1]), pa.array(["u", "v"]))
    )
    views = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3, 5]), pa.array(["u", None, "v"], pa.string_view()))
    table = read_table(pa.table({"a": runs, "b": views}).slice(1, 3))
    assert table.to_pydict() == {"a": ["u", None, "v"], "b": ["u", None, "v"]}
