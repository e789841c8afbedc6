"""Writing a table: CSV, TSV, Parquet, Arrow or JSON lines; whole or not at all."""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from verhulst.data.atomic import atomic_file
from verhulst.data.errors import OutputError, listed
from verhulst.data.file_format import format_of_name

if TYPE_CHECKING:
    import pyarrow as pa

_WRITABLE = ("csv", "tsv", "jsonl", "parquet", "arrow")


def writable_format(path: str, format: str | None = None) -> str:
    """The format to write `path` in.

    Raises
    ------
    OutputError
        If neither the name nor `format` tells, or it is a format that is only read.
    """
    chosen = format or ("csv" if path == "-" else format_of_name(path))
    if chosen not in _WRITABLE:
        raise OutputError(
            f"cannot tell in which format to write {path!r}: end its name on .csv, .parquet, .jsonl, .arrow or .tsv."
        )
    return chosen


def write_table(table: pa.Table, path: str | os.PathLike[str], format: str | None = None) -> None:
    """Writes an Arrow table to a file, or to standard output ("-", as CSV unless `format` says otherwise).

    Parameters
    ----------
    table : pyarrow.Table
    path : str or PathLike
        Its ending tells the format: .csv, .tsv, .jsonl, .parquet, .arrow.
    format : {"csv", "tsv", "jsonl", "parquet", "arrow"}, optional

    Raises
    ------
    OutputError
        If the folder is not there, cannot be written, or the format cannot be told.
    """
    name = os.fspath(path)
    chosen = writable_format(name, format)
    if name == "-":
        _write(table, sys.stdout.buffer, chosen)
        sys.stdout.buffer.flush()
        return
    with atomic_file(name) as temporary, open(temporary, "wb") as file:
        _write(table, file, chosen)


def _plain(table: pa.Table) -> pa.Table:
    """Dictionary columns as their values, for formats that have none."""
    import pyarrow as pa

    for place, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type):
            table = table.set_column(place, column.name, table[place].cast(column.type.value_type))
    return table


def _write_single(table: pa.Table, file: Any, options: Any) -> None:
    """A column that stands alone: a missing value is written as "", as a blank line is no row to many readers."""
    import io

    import pyarrow as pa
    from pyarrow import csv

    if pa.types.is_string(table[0].type) or pa.types.is_large_string(table[0].type):
        csv.write_csv(table.set_column(0, table.column_names[0], table[0].fill_null("")), file, options)
        return
    csv.write_csv(table.slice(0, 0), file, options)
    options.include_header = False
    for batch in table.to_batches(max_chunksize=1 << 16):
        sink = io.BytesIO()
        csv.write_csv(pa.Table.from_batches([batch]), sink, options)
        file.write(b"".join((line or b'""') + b"\n" for line in sink.getvalue().split(b"\n")[:-1]))


def _write(table: pa.Table, file: Any, format: str) -> None:
    if format in ("csv", "tsv"):
        from pyarrow import csv

        table = _plain(table)
        options = csv.WriteOptions(delimiter="\t" if format == "tsv" else ",", quoting_style="needed")
        if table.num_columns == 1 and table[0].null_count:
            _write_single(table, file, options)
        else:
            csv.write_csv(table, file, options)
    elif format == "parquet":
        from pyarrow import parquet

        parquet.write_table(table, file)
    elif format == "arrow":
        from pyarrow import feather

        feather.write_feather(table, file)
    elif format == "jsonl":
        import json

        # Whole numbers beyond 64 bits come as decimals.
        def plain(value: Any) -> Any:
            return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else str(value)

        for batch in table.to_batches(max_chunksize=1 << 14):
            for row in batch.to_pylist():
                file.write((json.dumps(row, ensure_ascii=False, default=plain) + "\n").encode())
    else:
        raise OutputError(f"a table is written as {listed(_WRITABLE)}, not {format!r}.")
