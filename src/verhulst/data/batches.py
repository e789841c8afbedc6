"""Tables that come in batches: Parquet and Arrow files, several of them, and streams of record batches.

They are decoded once. The batches are kept as they lie: in memory up to a limit, beyond it all in a scratch file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from verhulst.data.columnar_files import open_columnar_files
from verhulst.data.databases import open_database
from verhulst.data.errors import DataError, listed
from verhulst.data.record_batches import Batches
from verhulst.data.scratch import on_scratch
from verhulst.data.stream_batches import open_stream

if TYPE_CHECKING:
    import pyarrow as pa

# What opens sources of each kind: the batches of a source and, if only some columns are needed, of those; None if the
# source is of another kind. The first that knows a source reads it.
_OPENERS: tuple[Callable[[Any, Sequence[str] | None], Batches | None], ...] = (
    open_database,
    open_stream,
    open_columnar_files,
)


def kept_table(source: Any, names: Sequence[str] | None, limit: int) -> pa.Table | None:
    """Return the table of a source that comes in batches; None if it is one that is read whole.

    Parameters
    ----------
    source : object
        The path of a Parquet or Arrow file; a folder or a pattern (`*`, `?`) of Parquet files, in the order of their
        names; a database or a query; a reader of record batches, or any other Arrow stream.
    names : sequence of str, optional
        The columns that are needed; all are read if one of them is not there.
    limit : int
        Bytes of batches that may be kept in memory.

    Raises
    ------
    DataError
        If a file was changed while it was read, files have different columns, or there is no room for a scratch file.
    """
    import pyarrow as pa

    found = open_batches(source, names)
    if found is None:
        return None
    kept: list[pa.RecordBatch] = []
    size = 0
    for batch in found.read:
        kept.append(batch)
        size += batch.nbytes
        if size > limit:
            table = on_scratch(_drained(kept, found.read), found.schema)
            pa.default_memory_pool().release_unused()
            break
    else:
        table = pa.Table.from_batches(kept, found.schema)
    if table.num_rows == 0:
        raise DataError(f"{found.name or 'the table'}: has no rows (its columns are {listed(table.column_names)}).")
    return found.named(table)


def _drained(kept: list[pa.RecordBatch], others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    kept.reverse()
    while kept:
        yield kept.pop()
    yield from others


def open_batches(source: Any, names: Sequence[str] | None) -> Batches | None:
    """Return the batches of a source, as for `kept_table`; None if it is one that is read whole."""
    return next((found for each in _OPENERS if (found := each(source, names)) is not None), None)
