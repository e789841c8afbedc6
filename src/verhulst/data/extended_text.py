"""Write the rows of text files with additional cells, a piece at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from verhulst.data.csv_file import CsvFile
from verhulst.data.csv_kinds import Layout, arrow_table
from verhulst.data.csv_pieces import Piece
from verhulst.data.csv_records import all_quoted
from verhulst.data.errors import DataError
from verhulst.data.missing_text import MISSING_TEXT
from verhulst.data.progress import Meter
from verhulst.data.write import (
    names_line,
    quoted_cells,
    quoted_lines,
    table_output,
    with_escaped_formulas,
    writable_format,
    write_lines,
)

if TYPE_CHECKING:
    import pyarrow as pa


def write_extended(
    files: Sequence[CsvFile],
    added: pa.Table,
    path: str,
    *,
    escape_formulas: bool = False,
    meter: Meter | None = None,
    kept: pa.ChunkedArray | None = None,
) -> None:
    """Write the unchanged cells of text files and additional columns as CSV or TSV.

    Parameters
    ----------
    files : sequence of CsvFile
        Files of the same columns, in UTF-8 throughout.
    added : pyarrow.Table
        The additional columns, with as many rows.
    path : str
    escape_formulas : bool
        As for `write_table`.
    meter : Meter, optional
        Is told of the rows that have been written.
    kept : pyarrow.ChunkedArray of bool, optional
        The rows to write; by default all.

    Raises
    ------
    OutputError
        As `write_table`.
    DataError
        If a file was changed since it was read.
    """
    import pyarrow as pa

    chosen = writable_format(path)
    delimiter = "\t" if chosen == "tsv" else ","
    given = [list(file.dialect.names) for file in files]
    names = given[0]
    if escape_formulas:
        names = with_escaped_formulas(pa.table({name: pa.array([], pa.string()) for name in names})).column_names
    row = 0
    with table_output(path, chosen) as output:
        output.write(names_line([*names, *files[0].folders, *added.column_names], delimiter))
        for file in files:
            order = [file.names.index(name) for name in files[0].names]
            quoted = _all_quoted(file)
            for piece in file.pieces():
                lines = None
                if order == sorted(order) and not escape_formulas:
                    lines = _lines_as_they_are(piece, file, delimiter)
                if lines is None:
                    lines = _lines_of_cells(piece, file, order, quoted, delimiter, escape_formulas)
                more = [_folder_cells(file.folders[name], len(lines), delimiter) for name in files[0].folders]
                here = len(lines)
                columns = [*more, *added.slice(row, here).columns]
                if kept is not None:
                    some = kept.slice(row, here)
                    lines, columns = lines.filter(some), [each.filter(some) for each in columns]
                write_lines(lines, columns, output, delimiter)
                row += here
                if meter is not None:
                    meter.tell(here, row / max(added.num_rows, 1))
        output.write(b"\n")
        if row != added.num_rows:
            raise DataError(f"{files[0].name}: was changed while it was read; read it when it is complete.")


def _lines_as_they_are(piece: Piece, file: CsvFile, delimiter: str) -> pa.ChunkedArray | None:
    """Return the lines of a piece, each with the end of the line before it; None if they have to be written anew."""
    import pyarrow as pa

    content = piece.content
    if file.one_column or file.dialect.delimiter != delimiter or b'"' in content:
        return None
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    ends = np.flatnonzero(np.frombuffer(content, np.uint8) == ord("\n")).astype(np.int32)
    if ends[0] == 0 or (np.diff(ends) == 1).any():  # a blank line is no row
        return None
    first = pa.array(["\n" + content[: ends[0]].decode()])
    others = pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(content))
    return pa.chunked_array([first, others])


def _folder_cells(value: str | None, rows: int, delimiter: str) -> pa.ChunkedArray:
    """The cells of a column that folders are named after."""
    import pyarrow as pa

    cells = pa.chunked_array([pa.repeat(value or "", rows)])
    return quoted_cells(cells, cells, delimiter) if value else cells


def _lines_of_cells(
    piece: Piece, file: CsvFile, order: Sequence[int], quoted: bool, delimiter: str, escape_formulas: bool
) -> pa.Array:
    import pyarrow as pa
    from pyarrow import csv

    layout = Layout(file.dialect.delimiter, tuple(f"c{k}" for k in range(len(file.names))))
    options: dict[str, Any] = {"column_types": dict.fromkeys(layout.names, pa.string()), "timestamp_parsers": []}
    cells = arrow_table(piece.content, layout, csv.ConvertOptions(null_values=[], strings_can_be_null=False, **options))
    read = arrow_table(
        piece.content,
        layout,
        csv.ConvertOptions(
            null_values=list(MISSING_TEXT), strings_can_be_null=True, quoted_strings_can_be_null=quoted, **options
        ),
    )
    if file.one_column:
        read = _without_empty(read)
    if escape_formulas:
        cells = with_escaped_formulas(cells)
    return quoted_lines([cells[k] for k in order], [read[k] for k in order], delimiter)


def _without_empty(read: pa.Table) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pa.table([pc.if_else(pc.equal(read[0], ""), pa.scalar(None, pa.string()), read[0])], names=["c0"])


def _all_quoted(file: CsvFile) -> bool:
    """Whether every cell of a file is in quotes."""
    return all(all_quoted(piece.content, file.dialect.delimiter, 0) for piece in file.pieces())
