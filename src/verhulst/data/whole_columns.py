"""Columns that have a value in every row: found by one quick look, and marked so that nobody looks again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from verhulst._core import finite_vectors
from verhulst.data.scratch import release

if TYPE_CHECKING:
    import pyarrow as pa

_FINITE = b"verhulst.finite"


def with_finite_marked(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return the table with a mark on those columns of doubles that are neither missing nor infinite in any row."""
    import pyarrow as pa

    fields = list(table.schema)
    for name in names:
        place = table.schema.get_field_index(name)
        field, values = fields[place], table[name]
        if not (pa.types.is_float64(field.type) or pa.types.is_float32(field.type)) or values.null_count:
            continue
        chunks = tuple(chunk.to_numpy() for chunk in values.chunks)
        if all(chunk.flags.aligned for chunk in chunks) and finite_vectors(chunks).all():
            fields[place] = field.with_metadata((field.metadata or {}) | {_FINITE: b""})
        release()
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields, table.schema.metadata))


def is_finite(field: pa.Field) -> bool:
    """Whether a column has that mark; so have some of its rows."""
    return _FINITE in (field.metadata or {})


def is_complete(table: pa.Table, name: str) -> bool:
    """Whether a column has a value in every row, as far as can be told without looking at each."""
    import pyarrow as pa

    field = table.schema.field(name)
    plain = pa.types.is_integer(field.type) or pa.types.is_boolean(field.type) or pa.types.is_string(field.type)
    return is_finite(field) or (plain and not table[name].null_count)
