"""The columns of an Arrow table as a design matrix, without a copy of their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column import Column
from verhulst.data.column_matrix import ColumnMatrix
from verhulst.data.design import Design
from verhulst.data.row_numbers import RowNumbers
from verhulst.data.scratch import release
from verhulst.data.source import place
from verhulst.data.whole_columns import is_finite

if TYPE_CHECKING:
    import pyarrow as pa

# Chunks of fewer rows than this, on average, are joined: each costs a few microseconds in every pass.
_FEW_ROWS = 4096


def column_matrix(design: Design, table: pa.Table, *, first_row: RowNumbers = 1) -> ColumnMatrix:
    """Return X for the rows of a table without missing values; integers, floats and booleans keep their type.

    Raises
    ------
    DataError
        As `Design.matrix`.
    """
    columns, levels = [], []
    vectors = []
    for source, column in enumerate(design.columns):
        release()  # what was read of the columns before
        values = table[column.name]
        if column.kind == "categorical":
            codes = column.read(values, place(table), first_row)
            vectors.append([codes.astype(np.min_scalar_type(max(len(column.levels) - 1, 1)))])
            columns += [(source, k) for k, level in enumerate(column.levels) if level != column.reference]
            levels.append(len(column.levels))
        else:
            finite = is_finite(table.schema.field(column.name))
            vectors.append(_as_they_lie(column, values, finite, place(table), first_row))
            columns.append((source, -1))
            levels.append(0)
    return ColumnMatrix(_batches(vectors), np.array(columns, dtype=np.intp).reshape(-1, 2), tuple(levels))


def _as_they_lie(
    column: Column, values: pa.ChunkedArray, finite: bool, at: str, first_row: RowNumbers
) -> list[NDArray[Any]]:
    """The numbers of each chunk, checked."""
    import pyarrow as pa

    plain = pa.types.is_integer(values.type) or pa.types.is_float64(values.type) or pa.types.is_float32(values.type)
    truth = pa.types.is_boolean(values.type) and column.kind == "boolean"
    if not (plain and column.kind == "numeric") and not truth:
        return [column.read(values, at, first_row)]
    chunks = [chunk.to_numpy(zero_copy_only=False) for chunk in values.chunks if len(chunk)]
    if not finite and not all(_finite(chunk) for chunk in chunks):
        return [column.read(values, at, first_row)]  # which tells where
    if not all(chunk.flags.aligned for chunk in chunks):
        return [np.concatenate(chunks)]
    return chunks


def _finite(x: NDArray[Any]) -> bool:
    return x.dtype.kind != "f" or bool(np.isfinite(x.min()) and np.isfinite(x.max()))


def _batches(vectors: list[list[NDArray[Any]]]) -> tuple[tuple[NDArray[Any], ...], ...]:
    """Vectors that are cut alike: where any of them ends, all are cut."""
    ends = [np.cumsum([len(part) for part in parts]) for parts in vectors]
    cuts = np.unique(np.concatenate(ends))
    rows = int(cuts[-1])
    if len(cuts) > 16 + rows // _FEW_ROWS:
        vectors = [[np.concatenate(parts)] if len(parts) > 1 else parts for parts in vectors]
        ends, cuts = [np.array([rows])] * len(vectors), np.array([rows])
    batches = []
    for start, stop in zip([0, *cuts[:-1].tolist()], cuts.tolist(), strict=True):
        batch = []
        for parts, own in zip(vectors, ends, strict=True):
            k = int(np.searchsorted(own, start, "right"))
            before = int(own[k]) - len(parts[k])
            batch.append(parts[k][start - before : stop - before])
        batches.append(tuple(batch))
    return tuple(batches)
