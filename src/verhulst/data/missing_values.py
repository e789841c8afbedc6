"""The rows of a table with missing values, and messages that count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.errors import DataError, RequestError, exclude_option, listed
from verhulst.data.row_numbers import RowNumbers, row_number
from verhulst.data.source import place
from verhulst.data.whole_columns import is_complete

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.data.column import Column

Missing = Literal["error", "drop"]


def check_missing(given: object, other: Literal["drop", "nan"]) -> None:
    """Raise if `given` is neither "error" nor `other`."""
    if not isinstance(given, str) or given not in ("error", other):
        raise RequestError(f"missing must be 'error' or {other!r}, not {given!r}.")


def check_unknown(given: object) -> None:
    """Raise if `given` is not what an unknown level can count as."""
    if not isinstance(given, str) or given not in ("error", "nan", "reference"):
        raise RequestError(f"unknown must be 'error', 'nan' or 'reference', not {given!r}.")


def missing(values: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return a mask of the missing values of a column: null, or nan."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type) and pa.types.is_floating(values.type.value_type):
        values = pa.chunked_array([each.dictionary_decode() for each in values.chunks], values.type.value_type)
    if pa.types.is_float16(values.type):
        values = pc.cast(values, pa.float32())
    return np.asarray(pc.is_null(values, nan_is_null=True), dtype=np.bool_)


def any_missing(table: pa.Table, names: Sequence[str]) -> NDArray[np.bool_]:
    """Return a mask of the rows in which one of these columns has no value."""
    holes = np.zeros(table.num_rows, dtype=np.bool_)
    for name in names:
        if not is_complete(table, name):
            holes |= missing(table[name])
    return holes


def refuse_empty(table: pa.Table, names: Sequence[str]) -> None:
    """Raise if one of these columns has no values at all: no row would be left."""
    for name in names:
        if table.num_rows and not is_complete(table, name) and missing(table[name]).all():
            raise empty_said(place(table), name, table.column_names)


def refuse_missing(
    table: pa.Table, names: Sequence[str], first_row: RowNumbers, hint: str, columns: Sequence[Column] = ()
) -> None:
    """Raise if a value is missing in a column; the message counts them, and names the marks of learned `columns`."""
    masks = {name: missing(table[name]) for name in names if not is_complete(table, name)}
    holes = {name: mask for name, mask in masks.items() if mask.any()}
    if not holes:
        return
    any_hole = np.logical_or.reduce(list(holes.values()))
    first = row_number(first_row, int(np.argmax(any_hole)))
    counts = {name: int(mask.sum()) for name, mask in holes.items()}
    raise missing_said(place(table), counts, int(any_hole.sum()), table.num_rows, first, hint, columns)


def missing_said(
    at: str, counts: Mapping[str, int], holes: int, rows: int, first: int, hint: str, columns: Sequence[Column] = ()
) -> DataError:
    """Return the error about missing values: their counts by column, the rows that have some, and the first of them."""
    marks = {column.name: f" (where {listed(column.marks)} stands)" for column in columns if column.marks}
    counted = ", ".join(f"{name!r} in {number:,}{marks.get(name, '')}" for name, number in counts.items())
    return DataError(
        f"{at}values are missing in {holes:,} of {rows:,} rows (first in row {first:,}): {counted}. {hint}"
    )


def empty_said(at: str, name: str, names: Sequence[str]) -> DataError:
    """Return the error about a column without values, one of all `names` of the table."""
    which = "" if name.strip() else f" (number {names.index(name) + 1} of {len(names)})"
    return DataError(f"{at}column {name!r}{which} has no values. Exclude it ({exclude_option(name)}).")
