"""Tables that come in batches: Parquet, Arrow and text files, and streams of record batches.

They are decoded once. The batches are kept as they lie: in memory up to a limit, beyond it all in a scratch file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from verhulst.data.columnar_files import open_columnar_files
from verhulst.data.databases import open_database
from verhulst.data.errors import DataError, listed
from verhulst.data.progress import Callback, Meter
from verhulst.data.record_batches import Batches
from verhulst.data.scratch import on_scratch, refuse_small_disk
from verhulst.data.source import with_source
from verhulst.data.stream_batches import open_stream
from verhulst.data.text_files import open_text_files
from verhulst.data.unread import refuse_unread, unread, with_unread

if TYPE_CHECKING:
    import pyarrow as pa

# What opens sources of each kind: the batches of a source and, if only some columns are needed, of those; None if the
# source is of another kind. The first that knows a source reads it.
_OPENERS: tuple[Callable[[Any, Sequence[str] | None], Batches | None], ...] = (
    open_database,
    open_stream,
    open_columnar_files,
)


def kept_table(
    source: Any,
    names: Sequence[str] | None,
    limit: int,
    *,
    texts: Collection[str] = (),
    form: str | None = None,
    callback: Callback | None = None,
) -> pa.Table | None:
    """Return the table of a source that comes in batches; None if it is one that is read whole.

    Parameters
    ----------
    source : object
        The path of a Parquet, Arrow, CSV or TSV file, or "-" for standard input; a folder or a pattern (`*`, `?`) of
        Parquet files, in the order of their names; a database or a query; a reader of record batches, or any other
        Arrow stream.
    names : sequence of str, optional
        The columns that are needed; all are read if one of them is not there.
    limit : int
        Bytes of batches that may be kept in memory.
    texts : collection of str
        Columns of a text file whose text matters also if they are numbers.
    form : str, optional
        The format of a file, if it is given.
    callback : callable, optional
        Called with a `Progress` after each batch.

    Raises
    ------
    DataError
        If a file was changed while it was read, files have different columns, or there is no room for a scratch file.
    """
    found = open_batches(source, names) if form in (None, "parquet", "arrow") else None
    if found is None:
        found = open_text_files(source, names, texts, form)
    if found is None:
        return None
    return table_of(found if callback is None else told(found, Meter(callback, "read")), limit)


def told(found: Batches, meter: Meter) -> Batches:
    """Return the same batches, each of which is told when it has been read."""

    def read() -> Iterator[pa.RecordBatch]:
        for batch in found.read:
            meter.tell(batch.num_rows, found.share())
            yield batch

    return replace(found, read=read())


def table_of(found: Batches, limit: int, *, empty: bool = False) -> pa.Table:
    """Return the table of batches, kept in memory up to a limit of bytes; it may have no rows if `empty`."""
    left = limit

    def keep(batches: Batches) -> pa.Table:
        nonlocal left
        table = _kept(batches, left)
        left = max(0, left - table.nbytes)
        return table

    table = keep(found)
    if found.finish is None:
        table = found.named(table)
    else:
        table = found.finish(table, keep)
        if found.name:
            table = with_unread(with_source(table, found.name), unread(table))
    if table.num_columns == 0:
        refuse_unread(table)
    if table.num_rows == 0 and not empty:
        raise DataError(f"{found.name or 'the table'}: has no rows (its columns are {listed(table.column_names)}).")
    return table


def _kept(found: Batches, limit: int) -> pa.Table:
    """The table of batches: in memory up to a limit, beyond it in a scratch file."""
    import pyarrow as pa

    kept: list[pa.RecordBatch] = []
    size = 0
    for batch in found.read:
        kept.append(batch)
        size += batch.nbytes
        if size > limit:
            refuse_small_disk(size / (found.share() or 1.0))
            table = on_scratch(_drained(kept, found.read), found.schema)
            pa.default_memory_pool().release_unused()
            return table
    return pa.Table.from_batches(kept, found.schema)


def _drained(kept: list[pa.RecordBatch], others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    kept.reverse()
    while kept:
        yield kept.pop()
    yield from others


def open_batches(source: Any, names: Sequence[str] | None) -> Batches | None:
    """Return the batches of a source whose columns have types, as for `kept_table`; None if it is of another kind."""
    return next((found for each in _OPENERS if (found := each(source, names)) is not None), None)
