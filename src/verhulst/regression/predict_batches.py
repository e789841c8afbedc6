"""Predictions for a file that is read and written a batch at a time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from verhulst.data.errors import DataError, ReadingWarning
from verhulst.data.progress import Callback, Meter

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.data.record_batches import Batches
    from verhulst.data.text_files import OpenedText


def predicted_on_cluster(
    client: Any, data: Any, output: str, extended: Callable[[pa.Table, int], pa.Table], callback: Callback | None
) -> None:
    """Write predictions that the workers of a cluster make of the row groups of Parquet files, in their order.

    Parameters
    ----------
    client : distributed.Client
    data, output : str or other source, str
        The files; those of the data are read by the workers.
    extended : callable
        As for `predicted_in_batches`; it is sent to the workers.
    callback : callable or None
        Called with a `Progress` after each part.
    """
    import pyarrow as pa

    from verhulst.data.parted_table import ParquetParts, open_parts
    from verhulst.data.write import writable_format, write_table
    from verhulst.data.write_batches import write_pieces

    source = open_parts(data, client, 0)
    assert isinstance(source, ParquetParts)
    meter, rows = Meter(callback, "predict"), sum(each.rows for each in source.groups)

    def told() -> Iterator[pa.Table]:
        done = 0
        for piece in source.each(extended):
            done += piece.num_rows
            meter.tell(piece.num_rows, done / rows)
            yield piece

    pieces = told()
    if writable_format(output) == "parquet":
        write_pieces(pieces, output)
    else:
        write_table(pa.concat_tables(pieces), output)


def predicted_in_batches(
    data: Any,
    output: str,
    extended: Callable[[pa.Table, int], pa.Table],
    form: str | None,
    escape_formulas: bool = False,
    callback: Callback | None = None,
) -> bool:
    """Write predictions for a source that comes in batches; False if the data have to be read whole.

    They have to be where something is wrong in them, too: a message counts all rows.

    Parameters
    ----------
    data : str, File or Query
        The source.
    output : str
        The file.
    extended : callable
        The rows to write for some rows, the first of which has this number.
    form : str, optional
        The format of the data, if it is given.
    escape_formulas : bool
        As for `write_table`.
    callback : callable, optional
        Called with a `Progress` after each batch.
    """
    import pyarrow as pa

    from verhulst.data.batches import open_batches
    from verhulst.data.write_batches import takes_pieces

    if form not in (None, "parquet", "arrow") or not takes_pieces(output, pa.schema([])):
        return False
    found: Any = open_batches(data, None)
    if found is None or not takes_pieces(output, found.schema):
        return False
    return _written(found, output, extended, escape_formulas, callback)


def predicted_lines(
    opened: OpenedText,
    names: Sequence[str] | None,
    output: str,
    extended: Callable[[pa.Table, int], pa.Table],
    escape_formulas: bool = False,
    callback: Callback | None = None,
) -> bool:
    """Write predictions for a file of JSON lines; False as `predicted_in_batches`.

    The first piece shows the columns and their types. Where a later one has others, all of it is read once more, with
    those of all; values of several kinds in a column have to be read whole.

    Parameters
    ----------
    opened : OpenedText
        The file.
    names : sequence of str, optional
        The columns that are needed; by default all.
    output, extended, escape_formulas, callback
        As for `predicted_in_batches`.
    """
    import pyarrow as pa

    from verhulst.data.json_reading import JsonReading
    from verhulst.data.record_batches import Batches
    from verhulst.data.write_batches import takes_pieces

    if not opened.is_lines or not takes_pieces(output, pa.schema([])):
        return False
    reading: Any = None

    def settled(types: pa.Schema) -> bool:
        there: bool = reading.settled() == dict(zip(types.names, types.types, strict=True))
        return there

    def require(types: pa.Schema) -> None:
        if not settled(types):
            raise DataError("a later piece shows other types")

    try:
        reading = JsonReading(opened.sources[0], opened.name, names)
        first = Batches(reading.schema, reading.batches(), opened.name, share=reading.share)
        if _written(first, output, extended, escape_formulas, callback, require):
            return True
        for _ in first.read:  # the others show types, too
            pass
        types = reading.settled()
        if None in types.values() or settled(reading.schema):
            return False
        return _written(reading.again(types), output, extended, escape_formulas, callback)
    except DataError:  # which is said when the file is read whole
        return False


def _written(
    found: Batches,
    output: str,
    extended: Callable[[pa.Table, int], pa.Table],
    escape_formulas: bool,
    callback: Callback | None,
    at_the_end: Callable[[pa.Schema], None] = lambda _: None,
) -> bool:
    """Whether batches could be predicted and written; if not, there is no file, or that which was there."""
    import pyarrow as pa

    from verhulst.data.unread import refuse_unread
    from verhulst.data.write_batches import write_pieces

    meter = Meter(callback, "predict")

    def pieces() -> Iterator[pa.Table]:
        row = 1
        for batch in found.read:
            if batch.num_rows:
                table = found.named(pa.Table.from_batches([batch]))
                refuse_unread(table)  # which is said when the file is read whole
                yield extended(table, row)
                row += batch.num_rows
                meter.tell(batch.num_rows, found.share())
        if row == 1:
            raise DataError("there are no rows.")
        at_the_end(found.schema)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ReadingWarning)
            write_pieces(pieces(), output, escape_formulas=escape_formulas)
    except (DataError, ReadingWarning):
        return False
    return True
