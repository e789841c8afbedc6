"""Write a table as CSV, TSV, Parquet, Arrow or JSON lines, completely or not at all."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from verhulst._options import checks_options
from verhulst.data.atomic import is_stream, output_file
from verhulst.data.errors import OutputError
from verhulst.data.fields import Fields
from verhulst.data.file_format import format_of_name
from verhulst.data.json_text import has_digits, json_text
from verhulst.data.missing_text import MISSING_TEXT
from verhulst.data.printable import printable

if TYPE_CHECKING:
    import pyarrow as pa

# The number of lines written at a time.
_LINES = 1 << 16
_WRITABLE = ("csv", "tsv", "jsonl", "parquet", "arrow", "xlsx")


def writable_format(path: str, format: str | None = None) -> str:
    """Return the format in which to write `path`.

    Raises
    ------
    OutputError
        If neither the name nor `format` determines it, or the format is only for reading.
    """
    chosen = format or format_of_name(path) or ("csv" if path == "-" or is_stream(path) else None)
    if chosen not in _WRITABLE:
        raise OutputError(
            f"cannot determine the format of {path!r}: end its name in .csv, .parquet, .jsonl, .arrow, .xlsx or .tsv."
        )
    if chosen == "xlsx":
        from verhulst.data.workbook import require_openpyxl

        require_openpyxl(path)
    return chosen


@checks_options
def write_table(
    table: pa.Table, path: str | os.PathLike[str], format: str | None = None, *, escape_formulas: bool = False
) -> None:
    """Write an Arrow table to a file, or to standard output ("-", as CSV by default).

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    path : str or PathLike
        The file to write; its suffix determines the format: .csv, .tsv, .jsonl, .parquet, .arrow, .xlsx. With a further
        suffix .gz, .bz2, .zst or .lz4 the file is compressed.
    format : {"csv", "tsv", "jsonl", "parquet", "arrow", "xlsx"}, optional
        The format, if the suffix does not determine it.
    escape_formulas : bool
        In CSV and TSV, put an apostrophe before text that begins with =, +, -, @, a tab or a carriage return and is not
        a number, so that a spreadsheet does not compute it. The file then no longer reads back as the same text.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written, the format cannot be determined, or it cannot hold a column.
    """
    _write_to(os.fspath(path), table, format, escape_formulas)


def _write_to(name: str, table: pa.Table | Extended, format: str | None, escape_formulas: bool) -> None:
    chosen = writable_format(name, format)
    if not isinstance(table, Extended):
        if type(table).__name__ != "Table" or not hasattr(table, "schema"):
            raise TypeError(f"table must be an Arrow table, not a value of type {type(table).__name__}: see read_table")
        table = as_held(table, chosen)
        if escape_formulas and chosen in ("csv", "tsv"):
            table = with_escaped_formulas(table)
    elif escape_formulas:
        table = Extended(replace(table.fields, cells=with_escaped_formulas(table.fields.cells)), table.added)
    with table_output(name, chosen) as file:
        write_rows(table, file, chosen)


@contextmanager
def table_output(name: str, format: str) -> Iterator[IO[bytes]]:
    """Yield a binary file to write a table to; see `output_file`."""
    with output_file(name) as file:
        if name == "-" and format in ("csv", "tsv", "jsonl") and file.isatty():
            file = cast(IO[bytes], _Terminal(file))
        yield file


@dataclass(frozen=True)
class _Terminal:
    """A terminal, which would obey control characters in the data."""

    file: IO[bytes]
    closed = False

    def write(self, data: bytes) -> int:
        """Write text with escapes for them."""
        self.file.write(printable(bytes(data).decode(errors="surrogateescape")).encode())
        return len(data)

    def flush(self) -> None:
        """Flush the terminal."""
        self.file.flush()


@dataclass(frozen=True)
class Extended:
    """The cells of a text file, and additional columns."""

    fields: Fields
    added: pa.Table


def write_fields(
    fields: Fields, added: pa.Table, path: str | os.PathLike[str], *, escape_formulas: bool = False
) -> None:
    """Write the unchanged cells of a text file and additional columns as CSV or TSV.

    Parameters
    ----------
    fields : Fields
    added : pyarrow.Table
        The additional columns, with as many rows.
    path : str or PathLike
        As for `write_table`.
    escape_formulas : bool
        As for `write_table`.
    """
    _write_to(os.fspath(path), Extended(fields, added), None, escape_formulas)


def _write_extended(table: Extended, file: Any, delimiter: str) -> None:
    """Write lines of cells, in quotes only if necessary, because a quoted mark such as NA would become text."""
    fields, added = table.fields, table.added
    file.write(names_line([*fields.cells.column_names, *added.column_names], delimiter))
    for start in range(0, fields.cells.num_rows, _LINES):
        cells, read, more = (part.slice(start, _LINES) for part in (fields.cells, fields.table, added))
        write_lines(quoted_lines(cells.columns, read.columns, delimiter), more.columns, file, delimiter)
    file.write(b"\n")


def names_line(names: Sequence[str], delimiter: str) -> bytes:
    """Return the line of names, without its end."""
    return delimiter.join('"' + name.replace('"', '""') + '"' for name in names).encode()


def quoted_lines(cells: Sequence[pa.ChunkedArray], read: Sequence[pa.ChunkedArray], delimiter: str) -> pa.Array:
    """Return the line of each row, with the end of the line before it.

    Cells are in quotes only if necessary; in `read` those are missing that are marks of missing values.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [quoted_cells(one, other, delimiter).combine_chunks() for one, other in zip(cells, read, strict=True)]
    return pa.chunked_array([pc.binary_join_element_wise("\n", pc.binary_join_element_wise(*columns, delimiter), "")])


def write_lines(lines: pa.ChunkedArray, added: Sequence[pa.ChunkedArray], file: Any, delimiter: str) -> None:
    """Write the line of each row and its additional cells, text in quotes if necessary."""
    import pyarrow.compute as pc

    texts = (quoted_cells(one, one, delimiter) if _is_text(one.type) else pc.cast(one, "string") for one in added)
    more = [pc.fill_null(one, "") for one in texts]
    for part in pc.binary_join_element_wise(lines, *more, delimiter).chunks:
        _, ends, text = part.buffers()
        if text is not None:
            places = np.frombuffer(ends, np.int32)[part.offset : part.offset + len(part) + 1]
            file.write(memoryview(text)[places[0] : places[-1]])


def quoted_cells(cells: pa.ChunkedArray, read: pa.ChunkedArray, delimiter: str) -> pa.ChunkedArray:
    """Return the cells, in quotes where they hold delimiters, quotes or line ends, or would be read as missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    marks = pc.and_(pc.is_in(cells, value_set=pa.array(MISSING_TEXT)), pc.is_valid(read))
    needs = pc.or_(marks, pc.match_substring_regex(cells, f'["\r\n{delimiter}]'))
    if not pc.any(needs).as_py():
        return cells
    within = pc.replace_substring(cells, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', within, '"', ""), cells)


def as_held(table: pa.Table, format: str) -> pa.Table:
    """Return the table with columns that a format can hold: for text formats, of text instead of dictionaries.

    Raises
    ------
    OutputError
        If a column cannot be written in this format.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from verhulst.data.in_memory import plain_columns

    table = plain_columns(table)
    for place, column in enumerate(table.schema):
        of = column.type
        if pa.types.is_dictionary(of) and format in ("csv", "tsv", "jsonl", "xlsx"):
            of = of.value_type
        elif pa.types.is_map(of) and format == "jsonl":  # a JSON array of a key and a value would have two types
            of = pa.list_(pa.struct([("key", of.key_type), ("value", of.item_type)]))
        elif pa.types.is_decimal(of) and format == "jsonl" and not _are_numbers(table[place]):
            of = pa.string()
        if of != column.type:
            table = table.set_column(place, column.name, table[place].cast(of))
        if pa.types.is_run_end_encoded(of) and format != "arrow":
            table = table.set_column(place, column.name, pc.run_end_decode(table[place]))
        if format in ("csv", "tsv") and _is_text(of) and pc.any(pc.match_substring(table[place], "\0")).as_py():
            raise OutputError(
                f"column {column.name!r} contains NUL characters, which {format} cannot hold: write .jsonl or .arrow, "
                f"or leave the column out (predict: --only)."
            )
        if format == "xlsx":
            continue
        # Tried on one row; bytes, which may be text, on all.
        rows = table.num_rows if pa.types.is_binary(of) or pa.types.is_large_binary(of) else 1
        try:
            write_rows(table.select([place]).slice(0, rows), io.BytesIO(), format)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise OutputError(
                f"column {column.name!r} is of type {column.type}, which cannot be written as {format}: write .jsonl "
                f"or .arrow, or leave the column out (predict: --only)."
            ) from None
    return table


def _is_text(type_: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _are_numbers(decimals: pa.ChunkedArray) -> bool:
    """Whether JSON can hold all decimals as numbers: all are whole, or doubles have all digits of them."""
    values = [value for value in decimals.to_pylist() if value is not None]
    return all(value == value.to_integral_value() for value in values) or all(map(has_digits, values))


# Text that a spreadsheet computes, if it is not a number.
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?(\d[\d_]*([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?%?$"


def with_escaped_formulas(table: pa.Table) -> pa.Table:
    """Return the table with an apostrophe before names and text that a spreadsheet would compute."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for place, column in enumerate(table.schema):
        if _is_text(column.type):
            cells = table[place]
            unsafe = pc.and_not(
                pc.match_substring_regex(cells, _FORMULA),
                pc.match_substring_regex(pc.utf8_trim_whitespace(cells), _NUMBER),
            )
            escaped = pc.binary_join_element_wise(pa.scalar("'", column.type), cells, pa.scalar("", column.type))
            table = table.set_column(place, column, pc.if_else(unsafe, escaped, cells))
    return table.rename_columns([f"'{name}" if re.match(_FORMULA, name) else name for name in table.column_names])


def _write_single(table: pa.Table, file: Any, options: Any) -> None:
    """Write a single column, with missing values as "", because many readers ignore blank lines."""
    import pyarrow as pa
    from pyarrow import csv

    if _is_text(table[0].type):
        csv.write_csv(table.set_column(0, table.column_names[0], table[0].fill_null("")), file, options)
        return
    csv.write_csv(table.slice(0, 0), file, options)
    options.include_header = False
    for batch in table.to_batches(max_chunksize=1 << 16):
        sink = io.BytesIO()
        csv.write_csv(pa.Table.from_batches([batch]), sink, options)
        file.write(b"".join((line or b'""') + b"\n" for line in sink.getvalue().split(b"\n")[:-1]))


def write_rows(table: pa.Table | Extended, file: Any, format: str, *, header: bool = True) -> None:
    """Write a table to an open file; more rows of it, if there are to be no names again."""
    if isinstance(table, Extended):
        _write_extended(table, file, "\t" if format == "tsv" else ",")
        return
    if format in ("csv", "tsv"):
        from pyarrow import csv

        delimiter = "\t" if format == "tsv" else ","
        options = csv.WriteOptions(include_header=header, delimiter=delimiter, quoting_style="needed")
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
    elif format == "xlsx":
        from verhulst.data.workbook import write_workbook

        write_workbook(table, file)
    else:
        for batch in table.to_batches(max_chunksize=1 << 14):
            lines = (json_text(row) for row in batch.to_pylist())
            file.write("".join(f"{line}\n" for line in lines).encode())
