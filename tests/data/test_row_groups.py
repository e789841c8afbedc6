"""Row groups of Parquet files as parts: which of them are read together."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from verhulst.data import row_groups as module
from verhulst.data.row_groups import row_groups


@pytest.mark.parametrize(("most", "sizes"), [(1000, [30] * 13 + [10]), (4, [100] * 4), (1, [400])])
def test_parts_are_larger_where_there_would_be_too_many(most, sizes, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PART_ROWS", 30)
    monkeypatch.setattr(module, "MOST_PARTS", most)
    paths = [str(tmp_path / name) for name in ("a.parquet", "b.parquet")]
    for path, first in zip(paths, (0, 200), strict=True):
        parquet.write_table(pa.table({"x": np.arange(first, first + 200)}), path, row_group_size=10)
    _, parts = row_groups(paths)
    assert [part.rows for part in parts] == sizes
    assert [part.first_row for part in parts] == np.cumsum([1, *sizes[:-1]]).tolist()
    assert [x for part in parts for x in part.read(["x"])["x"].to_pylist()] == list(range(400))
