"""What some rows of a table show of its columns: enough to learn a design, and small where rows are many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.code_text import beyond_doubles
from verhulst.data.column_values import Counted, dictionary_of, kind_of
from verhulst.data.date_text import like_dates_as_numbers
from verhulst.data.errors import DataError
from verhulst.data.missing_values import missing
from verhulst.data.whole_columns import is_complete

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class ColumnSeen:
    """The values of a column in some rows.

    Attributes
    ----------
    values : pyarrow.ChunkedArray
        Of categories and targets each distinct value once, in the order of the rows; of numbers those that matter.
    counted : Counted or None
        The rows that have each distinct value; None for numbers.
    kept : ndarray of int, or None
        How many of them have no missing value.
    missing : int
        The rows without a value.
    """

    values: pa.ChunkedArray
    counted: Counted | None
    kept: NDArray[np.int64] | None
    missing: int

    @property
    def in_kept_rows(self) -> pa.ChunkedArray:
        """The values of rows without missing values."""
        return self.values if self.kept is None else self.values.filter(_array(self.kept > 0))

    @property
    def counted_in_kept_rows(self) -> Counted | None:
        """The rows of these values."""
        if self.counted is None or self.kept is None:
            return None
        some = self.kept > 0
        return Counted(self.kept[some], self.counted.first[some])


@dataclass(frozen=True, eq=False)
class Seen:
    """What some rows of a table show.

    Attributes
    ----------
    rows, kept : int
        How many there are, and how many have no missing value in a column that is used.
    first_hole : int
        The first row with a missing value, from 0; `rows` if there is none.
    columns : dict
        By name.
    """

    rows: int
    kept: int
    first_hole: int
    columns: dict[str, ColumnSeen]


def seen(
    table: pa.Table, used: Sequence[str], counted: Collection[str], times: NDArray[np.int64] | None = None
) -> Seen:
    """Return what a table shows of the columns that are used; the values of categories and of `counted` are counted.

    Each row may stand for several, `times`. Then the numbers of first rows mean nothing.
    """

    def rows(some: Any = slice(None)) -> int:
        return len(holes[some]) if times is None else int(times[some].sum())

    holes = np.zeros(table.num_rows, dtype=np.bool_)
    masks = {name: missing(table[name]) for name in used if not is_complete(table, name)}
    for mask in masks.values():
        holes |= mask
    columns = {}
    for name in used:
        values, number = table[name], rows(masks[name]) if name in masks else 0
        kind = kind_of(values.type)
        if kind == "categorical" or (name in counted and kind != "unusable"):
            columns[name] = _distinct(values, holes, times, number)
        else:
            columns[name] = ColumnSeen(_telling(values), None, None, number)
    first = int(np.argmax(holes)) if holes.any() else table.num_rows
    return Seen(rows(), rows(~holes), first, columns)


def joined(parts: Sequence[Seen], names: Sequence[str]) -> Seen:
    """Return what the parts of a table show together.

    Parameters
    ----------
    names : of the parts, for messages

    Raises
    ------
    DataError
        If a column has other types in other parts.
    """
    starts = np.cumsum([0, *(part.rows for part in parts)]).tolist()
    holes = [start + part.first_hole for start, part in zip(starts, parts, strict=False) if part.first_hole < part.rows]
    columns = {}
    for name in parts[0].columns:
        own = [part.columns[name] for part in parts]
        type_ = common_type([each.values.type for each in own], name, names)
        columns[name] = _together(own, type_, starts)
    return Seen(starts[-1], sum(part.kept for part in parts), min(holes, default=starts[-1]), columns)


def common_type(types: Sequence[pa.DataType], column: str, names: Sequence[str]) -> pa.DataType:
    """Return the type of a column in all parts; parts without any value may have none.

    Raises
    ------
    DataError
        If it differs.
    """
    import pyarrow as pa

    some = [place for place, type_ in enumerate(types) if not pa.types.is_null(type_)]
    if not some:
        return types[0]
    first, alike = some[0], [_alike(types[place]) for place in some]
    for place, type_ in zip(some, alike, strict=True):
        if type_ != alike[0]:
            raise DataError(
                f"{names[place]}: column {column!r} has the type {types[place]}, but {types[first]} in {names[first]}. "
                "Make both alike."
            )
    return alike[0]


def _alike(type_: pa.DataType) -> pa.DataType:
    """Dictionaries may be numbered differently."""
    import pyarrow as pa

    return pa.dictionary(pa.int32(), type_.value_type, type_.ordered) if pa.types.is_dictionary(type_) else type_


def _together(parts: Sequence[ColumnSeen], type_: pa.DataType, starts: Sequence[int]) -> ColumnSeen:
    import pyarrow as pa

    values = pa.chunked_array([chunk for part in parts for chunk in part.values.cast(type_).chunks], type_)
    missing = sum(part.missing for part in parts)
    if not any(part.counted is not None for part in parts):
        return ColumnSeen(values, None, None, missing)
    times = [part.counted.times for part in parts if part.counted is not None]
    first = [part.counted.first + start for part, start in zip(parts, starts, strict=False) if part.counted is not None]
    kept = [part.kept for part in parts if part.kept is not None]
    return ColumnSeen(values, Counted(*map(np.concatenate, (times, first))), np.concatenate(kept), missing)


def _distinct(
    values: pa.ChunkedArray, holes: NDArray[np.bool_], times: NDArray[np.int64] | None, number: int
) -> ColumnSeen:
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.unify_dictionaries()
    indices = dictionary_of(values).indices
    codes = np.asarray(indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    rows = np.flatnonzero(codes >= 0)
    codes, size = codes[rows], int(codes.max(initial=-1)) + 1
    first = np.full(size, len(values), dtype=np.int64)
    first[codes[::-1]] = rows[::-1]  # of equal codes the last assignment stays
    some = np.argsort(first, kind="stable")[: np.count_nonzero(first < len(values))]
    counts, kept = (
        np.bincount(codes[chosen], None if times is None else times[rows[chosen]], size).astype(np.int64)
        for chosen in (slice(None), ~holes[rows])
    )
    return ColumnSeen(values.take(pa.array(first[some])), Counted(counts[some], first[some]), kept[some], number)


def _telling(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Those values of a column of numbers from which `draft_column` learns as much as from all."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind_of(values.type) != "numeric" or pa.types.is_float16(values.type) or pa.types.is_null(values.type):
        return values.slice(0, 0)
    if like_dates_as_numbers(values) or beyond_doubles(values):
        return pa.chunked_array([pc.unique(values).drop_null()], values.type)
    found = values.slice(0, 0)
    for some in (values.slice(0, 1000), values):  # the first rows nearly always tell that there are no dates
        ends = [end for end in pc.min_max(some).as_py().values() if end is not None]
        found = pa.chunked_array([pa.array(ends, values.type)], values.type)
        if ends and not like_dates_as_numbers(found):
            break
    return found


def _array(values: NDArray[np.bool_]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values)
