"""Designs of arbitrary tables: the matrix is what a plain loop makes, by whatever way the table came."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verhulst.data import Design, learn_design, read_table, write_table
from verhulst.data.block import blocks

finite = st.floats(allow_nan=False, allow_infinity=False)
# Words that cannot be taken for numbers, truth values or missing values when they come back from a CSV file.
words = st.sampled_from(["w é", 'w "quoted"', "w,comma", "w\nline", "w;", "wß]", "w[", "w'"])


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[object]]:
    rows = draw(st.integers(2, 12))
    whole = st.integers(-(2**53), 2**53)
    kinds = draw(st.lists(st.sampled_from([finite, whole, st.booleans(), words]), min_size=1, max_size=4))
    table = {f"c{i}": draw(st.lists(kind, min_size=rows, max_size=rows)) for i, kind in enumerate(kinds)}
    return {"y": [0, 1, *draw(st.lists(st.integers(0, 1), min_size=rows - 2, max_size=rows - 2))], **table}


def expected(table: dict[str, list[object]], design: Design) -> np.ndarray:
    columns = []
    for column in design.columns:
        values = table[column.name]
        if column.kind == "categorical":
            names = [level for level in column.levels if level != column.reference]
            columns += [[float(value == level) for value in values] for level in names]
        else:
            columns.append([float(value) for value in values])
    return np.array(columns, dtype=float).T.reshape(len(table["y"]), -1)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow", "jsonl"])
def test_the_matrix_is_that_of_a_plain_loop(table, ending, tmp_path):
    path = tmp_path / f"t.{ending}"
    write_table(pa.table(table), path)
    read = read_table(path)
    design = learn_design(read, "y")
    assert Design.from_json(json.loads(json.dumps(design.to_json()))) == design
    matrix = design.matrix(read)
    np.testing.assert_array_equal(matrix, expected(table, design))
    np.testing.assert_array_equal(design.target_values(read), table["y"])
    np.testing.assert_array_equal(np.vstack([block.X for block in blocks(design, read, rows=3)]), matrix)
