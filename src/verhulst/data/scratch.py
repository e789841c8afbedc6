"""Tables that are larger than they may be in memory: in a scratch file without a name, mapped into memory.

The file is unlinked when it is opened, so that nothing is left of it however the process ends, and nobody else can
change it. Pages that have been read can be given back at once: they stay in the file, and in the system's cache while
that has room.
"""

from __future__ import annotations

import errno
import mmap
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from verhulst.data.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

_maps: WeakSet[mmap.mmap] = WeakSet()


def release() -> None:
    """Give back the pages of all scratch files that are in memory; they are read again when they are needed."""
    for each in _maps:
        give_back(each)


def give_back(mapped: mmap.mmap) -> None:
    """Give back the pages of one of them."""
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def map_with(vector: NDArray[Any]) -> mmap.mmap | None:
    """Return the scratch file that holds an array, mapped into memory; None if it is elsewhere."""
    place = vector.__array_interface__["data"][0]
    for each in _maps:
        start = np.frombuffer(each, np.uint8).__array_interface__["data"][0]
        if start <= place < start + len(each):
            return each
    return None


def on_scratch(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """Return a table of batches, written to a scratch file one by one.

    Raises
    ------
    DataError
        If there is no room for the file.
    """
    import pyarrow as pa

    dictionaries: dict[int, _Dictionary] = {
        place: _Dictionary() for place, field in enumerate(schema) if pa.types.is_dictionary(field.type)
    }
    stored = schema
    for place in dictionaries:
        stored = stored.set(place, schema.field(place).with_type(pa.int32()))
    try:
        with tempfile.TemporaryFile(dir=tempfile.gettempdir()) as file:
            # Python's file objects write and close; the map below outlives them.
            with pa.ipc.new_file(pa.PythonFile(file, "w"), stored) as writer:
                for batch in batches:
                    columns = [
                        dictionaries[place].codes(column) if place in dictionaries else column
                        for place, column in enumerate(batch.columns)
                    ]
                    writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=stored))
            file.flush()
            mapped = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
    except OSError as error:
        raise no_room(error, "the table") from None
    _maps.add(mapped)
    table = pa.ipc.open_file(pa.py_buffer(mapped)).read_all()
    for place, dictionary in dictionaries.items():
        values = dictionary.values(schema.field(place).type)
        ordered = schema.field(place).type.ordered
        chunks = [
            pa.DictionaryArray.from_arrays(chunk, values, ordered=ordered) for chunk in table.column(place).chunks
        ]
        type_ = pa.dictionary(pa.int32(), values.type, ordered)
        table = table.set_column(place, schema.field(place).with_type(type_), pa.chunked_array(chunks, type_))
    return table.replace_schema_metadata(schema.metadata)


def refuse_small_disk(size: float) -> None:
    """Raise if there is no room for a scratch file of so many bytes."""
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(
            f"there is no room in {folder} for a scratch file of the table: it needs about {size / 1e9:.3g} GB, and "
            f"{free / 1e9:.3g} GB are free. {_ELSEWHERE}"
        )


_ELSEWHERE = (
    "Allow more memory (memory_limit=, --memory-limit), or name a larger folder in the environment variable TMPDIR."
)


def no_room(error: OSError, what: str) -> Exception:
    """Return what to raise for an error of writing a scratch file: the error itself unless a disk is full."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return error
    return DataError(f"there is no room in {tempfile.gettempdir()} for a scratch file of {what}. {_ELSEWHERE}")


def filtered(table: pa.Table, rows: NDArray[np.bool_]) -> pa.Table:
    """Return some rows of a table; those of one in a scratch file go into another."""
    import pyarrow as pa

    if not _maps or not any(map_with(np.frombuffer(b, np.uint8)) for b in _first_buffers(table)):
        return table.filter(rows)

    def some() -> Iterator[pa.RecordBatch]:
        start = 0
        for batch in table.to_batches():
            yield batch.filter(pa.array(rows[start : start + batch.num_rows]))
            start += batch.num_rows
            release()

    return on_scratch(some(), table.schema)


def _first_buffers(table: pa.Table) -> list[pa.Buffer]:
    """A buffer of each column that has one."""
    chunks = [column.chunk(0) for column in table.columns if column.num_chunks]
    return [found for chunk in chunks if (found := chunk.buffers()[-1]) is not None and found.size]


class _Dictionary:
    """One dictionary for all batches: new values come after those that are known."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}
        self._last: tuple[Any, NDArray[np.int32]] | None = None

    def codes(self, values: pa.DictionaryArray) -> pa.Array:
        import pyarrow as pa

        if self._last is None or not self._last[0].equals(values.dictionary):
            places = [self._places.setdefault(value, len(self._places)) for value in values.dictionary.to_pylist()]
            self._last = values.dictionary, np.array(places, dtype=np.int32)
        missing = values.is_null()
        indices = values.indices.fill_null(0) if values.null_count else values.indices
        found = self._last[1][indices.to_numpy(zero_copy_only=False)] if len(self._last[1]) else np.zeros(len(values))
        return pa.array(found, pa.int32(), mask=missing.to_numpy(zero_copy_only=False))

    def values(self, type_: pa.DictionaryType) -> pa.Array:
        import pyarrow as pa

        return pa.array(list(self._places), type_.value_type)
