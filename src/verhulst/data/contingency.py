"""Count the rows of a table by their values, a batch at a time: a contingency table with an axis for each column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CELLS = 1 << 20


class TooManyError(Exception):
    """Raised if there are more combinations of values than `MOST_CELLS`, or a column has a type that is not counted."""


class Contingency:
    """How many rows have each combination of values.

    Parameters
    ----------
    fields : sequence of pyarrow.Field
        The columns: of text, whole numbers, floats, decimals or booleans, or dictionaries of them.
    """

    def __init__(self, fields: Sequence[pa.Field]) -> None:
        if not all(_can_be_counted(field.type) for field in fields):
            raise TooManyError
        self._fields = list(fields)
        self._axes = [_Axis() for _ in fields]
        self._cells = np.zeros((1,) * len(fields), dtype=np.int64)
        self._waiting: list[NDArray[np.intp]] = []
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Count further rows, of which columns of text may be dictionaries.

        Raises
        ------
        TooManyError
            If there are too many combinations of values.
        """
        codes, left = [], MOST_CELLS
        for axis, values in zip(self._axes, batch.columns, strict=True):
            codes.append(axis.codes(values, left))
            left //= axis.size
        sizes = tuple(axis.size for axis in self._axes)
        if sizes != self._cells.shape:
            self._grow(sizes)
        places = np.zeros(batch.num_rows, dtype=np.intp)
        for (positions, indices), stride in zip(codes, self._strides, strict=True):
            places += (positions * stride).take(indices, mode="clip")
        self._waiting.append(places)
        self.rows += batch.num_rows
        if sum(map(len, self._waiting)) > self._cells.size:
            self._count()

    @property
    def _strides(self) -> list[int]:
        return [stride // self._cells.itemsize for stride in self._cells.strides]

    def _grow(self, sizes: tuple[int, ...]) -> None:
        cells = 1
        for size in sizes:
            cells *= size
        if cells > MOST_CELLS:
            raise TooManyError
        self._count()
        larger = np.zeros(sizes, dtype=np.int64)
        larger[tuple(map(slice, self._cells.shape))] = self._cells
        self._cells = larger

    def _count(self) -> None:
        if self._waiting:
            places = np.concatenate(self._waiting)
            self._cells += np.bincount(places, minlength=self._cells.size).reshape(self._cells.shape)
            self._waiting.clear()

    @property
    def singles(self) -> int:
        """How many combinations only one row has."""
        self._count()
        return int(np.count_nonzero(self._cells == 1))

    def distinct(self) -> tuple[pa.Table, NDArray[np.int64]]:
        """Return the rows that occur, each once, and how often."""
        import pyarrow as pa

        self._count()
        found = np.nonzero(self._cells)
        columns = [
            axis.column(codes, field.type) for axis, codes, field in zip(self._axes, found, self._fields, strict=True)
        ]
        return pa.Table.from_arrays(columns, schema=pa.schema(self._fields)), self._cells[found]


class _Axis:
    """The values of a column in the order in which they came; the first place is that of a missing value."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {None: 0}
        self._last: tuple[Any, NDArray[np.intp]] | None = None

    @property
    def size(self) -> int:
        """How many there are, with the missing one."""
        return len(self._places)

    def codes(self, values: pa.Array, most: int) -> tuple[NDArray[np.intp], NDArray[Any]]:
        """Return the places of the values of a dictionary, of which the last is missing, and the indices of rows.

        Raises
        ------
        TooManyError
            If there are more than `most` values.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        encoded = values if pa.types.is_dictionary(values.type) else pc.dictionary_encode(values)
        if len(encoded.dictionary) > most:
            raise TooManyError
        if self._last is None or not self._last[0].equals(encoded.dictionary):
            places = [
                self._places.setdefault(None if value != value else value, len(self._places))  # nan is missing
                for value in encoded.dictionary.to_pylist()
            ]
            self._last = encoded.dictionary, np.array([*places, 0], dtype=np.intp)
        indices = encoded.indices
        if indices.null_count:
            indices = pc.cast(indices, pa.int32()).fill_null(len(encoded.dictionary))
        return self._last[1], indices.to_numpy(zero_copy_only=False)

    def column(self, codes: NDArray[np.intp], type_: pa.DataType) -> pa.Array:
        """Return values by their places."""
        import pyarrow as pa

        values = list(self._places)
        if not pa.types.is_dictionary(type_):
            return pa.array(values, type_).take(pa.array(codes))
        indices = pa.array(codes - 1, mask=codes == 0)
        encoded = pa.DictionaryArray.from_arrays(indices, pa.array(values[1:], type_.value_type), ordered=type_.ordered)
        return encoded.cast(type_)


def _can_be_counted(type_: pa.DataType) -> bool:
    import pyarrow as pa

    type_ = type_.value_type if pa.types.is_dictionary(type_) else type_
    kinds = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_float32,
        pa.types.is_float64,
        pa.types.is_decimal,
        pa.types.is_string,
        pa.types.is_large_string,
    )
    return any(is_of_kind(type_) for is_of_kind in kinds)
