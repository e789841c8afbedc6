"""Write a table as CSV, TSV, Parquet, Arrow or JSON lines, completely or not at all."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from verhulst.data.atomic import atomic_file
from verhulst.data.errors import OutputError, listed
from verhulst.data.fields import Fields
from verhulst.data.file_format import format_of_name
from verhulst.data.missing_text import MISSING_TEXT

if TYPE_CHECKING:
    import pyarrow as pa

# The number of lines written at a time.
_LINES = 1 << 16
_WRITABLE = ("csv", "tsv", "jsonl", "parquet", "arrow")


def writable_format(path: str, format: str | None = None) -> str:
    """Return the format in which to write `path`.

    Raises
    ------
    OutputError
        If neither the name nor `format` determines it, or the format is only for reading.
    """
    chosen = format or ("csv" if path == "-" else format_of_name(path))
    if chosen not in _WRITABLE:
        raise OutputError(
            f"cannot determine the format of {path!r}: end its name in .csv, .parquet, .jsonl, .arrow or .tsv."
        )
    return chosen


def write_table(table: pa.Table, path: str | os.PathLike[str], format: str | None = None) -> None:
    """Write an Arrow table to a file, or to standard output ("-", as CSV by default).

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    path : str or PathLike
        The file to write; its suffix determines the format: .csv, .tsv, .jsonl, .parquet, .arrow.
    format : {"csv", "tsv", "jsonl", "parquet", "arrow"}, optional
        The format, if the suffix does not determine it.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written, or the format cannot be determined.
    """
    _write_to(os.fspath(path), table, format)


def _write_to(name: str, table: pa.Table | Extended, format: str | None) -> None:
    chosen = writable_format(name, format)
    if name == "-":
        _write(table, sys.stdout.buffer, chosen)
        sys.stdout.buffer.flush()
        return
    with atomic_file(name) as temporary, open(temporary, "wb") as file:
        _write(table, file, chosen)


@dataclass(frozen=True)
class Extended:
    """The cells of a text file, and additional columns."""

    fields: Fields
    added: pa.Table


def write_fields(fields: Fields, added: pa.Table, path: str | os.PathLike[str]) -> None:
    """Write the unchanged cells of a text file and additional columns as CSV or TSV.

    Parameters
    ----------
    fields : Fields
    added : pyarrow.Table
        The additional columns, with as many rows.
    path : str or PathLike
        As for `write_table`.
    """
    _write_to(os.fspath(path), Extended(fields, added), None)


def _write_extended(table: Extended, file: Any, delimiter: str) -> None:
    """Yield lines of cells, in quotes only if necessary, because a quoted mark such as NA would become text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    fields, added = table.fields, table.added
    names = [*fields.cells.column_names, *added.column_names]
    file.write((delimiter.join('"' + name.replace('"', '""') + '"' for name in names) + "\n").encode())
    for start in range(0, fields.cells.num_rows, _LINES):
        rows = [part.slice(start, _LINES).combine_chunks() for part in (fields.cells, fields.table, added)]
        columns = [
            _quoted(cells.combine_chunks(), read.combine_chunks(), delimiter)
            for cells, read in zip(rows[0].columns, rows[1].columns, strict=True)
        ]
        columns += [pc.fill_null(pc.cast(values.combine_chunks(), pa.string()), "") for values in rows[2].columns]
        lines = pc.binary_join_element_wise(*columns, delimiter)
        file.write(("\n".join(lines.to_pylist()) + "\n").encode())


def _quoted(cells: pa.Array, read: pa.Array, delimiter: str) -> pa.Array:
    """Quote cells that contain delimiters, quotes or line ends, or would be read as missing values without quotes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    marks = pc.and_(pc.is_in(cells, value_set=pa.array(MISSING_TEXT)), pc.is_valid(read))
    needs = pc.or_(marks, pc.match_substring_regex(cells, f'["\r\n{delimiter}]'))
    if not pc.any(needs).as_py():
        return cells
    within = pc.replace_substring(cells, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', within, '"', ""), cells)


def _without_dictionaries(table: pa.Table) -> pa.Table:
    """Convert dictionary columns to their values, for formats without dictionaries."""
    import pyarrow as pa

    for place, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type):
            table = table.set_column(place, column.name, table[place].cast(column.type.value_type))
    return table


def _write_single(table: pa.Table, file: Any, options: Any) -> None:
    """Write a single column, with missing values as "", because many readers ignore blank lines."""
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


def _write(table: pa.Table | Extended, file: Any, format: str) -> None:
    import pyarrow as pa

    try:
        _write_as(table, file, format)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        if not isinstance(table, Extended) and table.num_columns > 1:
            for name in table.column_names:  # the one that cannot be written says so by itself
                _write(table.select([name]), io.BytesIO(), format)
        if isinstance(table, Extended) or table.num_columns > 1:
            raise
        (column,) = table.schema
        raise OutputError(
            f"column {column.name!r} is of type {column.type}, which cannot be written as {format}: write .jsonl or "
            f".arrow, or leave the column out (predict: --only)."
        ) from None


def _write_as(table: pa.Table | Extended, file: Any, format: str) -> None:
    if isinstance(table, Extended):
        _write_extended(table, file, "\t" if format == "tsv" else ",")
        return
    if format in ("csv", "tsv"):
        from pyarrow import csv

        table = _without_dictionaries(table)
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

        # Integers beyond 64 bits are decimals.
        def plain(value: Any) -> Any:
            return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else str(value)

        for batch in table.to_batches(max_chunksize=1 << 14):
            for row in batch.to_pylist():
                file.write((json.dumps(row, ensure_ascii=False, default=plain) + "\n").encode())
    else:
        raise OutputError(f"a table is written as {listed(_WRITABLE)}, not {format!r}.")
