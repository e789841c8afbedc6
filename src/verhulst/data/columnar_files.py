"""Parquet and Arrow files, one or several with the same columns, as record batches."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from verhulst.data.errors import DataError, listed
from verhulst.data.folder_columns import folder_fields, refuse_in_files, repeated
from verhulst.data.in_memory import distinct_columns
from verhulst.data.record_batches import Batches
from verhulst.data.several_files import batch_format, files_of, folder_values
from verhulst.data.unchanged import unchanged

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1 << 16  # of a batch


def open_columnar_files(source: Any, names: Sequence[str] | None, *, encoded: bool = False) -> Batches | None:
    """Return the batches of the Parquet or Arrow files that a path stands for; None for a source of another kind.

    If they are to be `encoded`, the text of Parquet files comes in dictionaries, unlike in the schema.
    """
    import pyarrow as pa

    if not isinstance(source, str | os.PathLike):
        return None
    path = os.fspath(source)
    paths = files_of(path)
    if not paths or any(batch_format(each) is None for each in paths):
        return None
    try:
        opened = [(_once(schema, path), of_file, rows) for schema, of_file, rows in map(_open, paths)]
    except (pa.ArrowException, OSError, ValueError):
        if len(paths) == 1:
            return None  # what is wrong is said by those who read it whole
        raise
    schema = opened[0][0]
    for each, (other, _, _) in zip(paths, opened, strict=True):
        require_same(schema, other, paths[0], each)
    folders = folder_values(path, paths)
    refuse_in_files(folders[0], schema.names, path)
    in_files = schema.names
    for field in folder_fields(folders):
        schema = schema.append(field)
    chosen = [name for name in schema.names if name in names] if names and set(names) <= set(schema.names) else None
    if chosen is not None:
        schema = pa.schema([schema.field(name) for name in chosen], schema.metadata)
        in_files = [name for name in in_files if name in chosen]

    unread: dict[str, str] = {}
    lengths = [rows for _, _, rows in opened]
    whole = 0 if None in lengths else sum(rows or 0 for rows in lengths)
    rows_read = 0

    def read() -> Iterator[pa.RecordBatch]:
        nonlocal rows_read
        for each, (_, of_file, _), values in zip(paths, opened, folders, strict=True):
            for batch in unchanged(each, of_file(in_files, encoded), unread):
                rows_read += batch.num_rows
                for name in schema.names[len(in_files) :]:
                    column = repeated(values[name], batch.num_rows, schema.field(name).type)
                    batch = batch.append_column(schema.field(name), column)
                yield batch if encoded or batch.schema == schema else batch.cast(schema)

    return Batches(schema, read(), path, share=lambda: rows_read / whole if whole else None, wrong=unread)


def _once(schema: pa.Schema, path: str) -> pa.Schema:
    """The schema without columns whose name occurs twice, which are `unread`."""
    return distinct_columns(schema.empty_table(), f"{path}: ").schema if len({*schema.names}) < len(schema) else schema


def _open(path: str) -> tuple[pa.Schema, Any, int | None]:
    """The schema of a file, a function that reads the columns with these names, and the number of rows if known."""
    import pyarrow as pa
    from pyarrow import parquet

    if batch_format(path) == "arrow":
        with pa.OSFile(path) as file:
            schema = pa.ipc.open_file(file).schema

        def of_arrow(names: Sequence[str], encoded: bool) -> Iterator[pa.RecordBatch]:
            with pa.OSFile(path) as file:
                reader = pa.ipc.open_file(file)
                for k in range(reader.num_record_batches):
                    yield reader.get_batch(k).select(names)

        return schema, of_arrow, None
    with parquet.ParquetFile(path) as opened:
        schema, rows = opened.schema_arrow, opened.metadata.num_rows

    def of_parquet(names: Sequence[str], encoded: bool) -> Iterator[pa.RecordBatch]:
        texts = [name for name in names if encoded and pa.types.is_string(schema.field(name).type)]
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20, read_dictionary=texts) as file:
            try:
                for batch in file.iter_batches(_ROWS, columns=list(names)):
                    yield batch.select(names) if encoded else batch
            except (pa.ArrowException, OSError) as error:
                raise _of_row_group(file, list(names), error) from None

    return schema, of_parquet, rows


def _of_row_group(file: Any, names: list[str], error: Exception) -> Exception:
    """Return the error of the first row group that cannot be read, with its number; the error if that is not known."""
    import pyarrow as pa

    for group in range(file.metadata.num_row_groups):
        try:
            for _ in file.iter_batches(_ROWS, row_groups=[group], columns=names):
                pass
        except (pa.ArrowException, OSError) as found:
            return OSError(f"row group {group}: {found}")  # which `unchanged` explains
    return error


def require_same(schema: pa.Schema, other: pa.Schema, first: str, path: str) -> None:
    """Raise if a file has other columns than the first, or columns of other types."""
    if set(schema.names) != set(other.names):
        differ = sorted(set(schema.names) ^ set(other.names))
        raise DataError(f"{path}: has other columns than {first}: there is {listed(differ)} in one of them only.")
    for field in schema:
        if (type_ := other.field(field.name).type) != field.type:
            raise DataError(
                f"{path}: column {field.name!r} has the type {type_}, but {field.type} in {first}. Write both alike."
            )
