"""Write a table that comes in pieces, completely or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from verhulst.data.atomic import is_stream, output_file
from verhulst.data.write import as_held, table_output, with_escaped_formulas, writable_format, write_rows

if TYPE_CHECKING:
    import pyarrow as pa

_PIECES = 4  # of a row group


def takes_pieces(path: str, schema: pa.Schema) -> bool:
    """Whether rows of these columns can be written to a file a piece at a time, and be taken back."""
    import pyarrow as pa

    if path == "-" or is_stream(path):
        return False
    # Whether JSON has decimals as numbers depends on all of them.
    decimals = any(pa.types.is_decimal(field.type) for field in schema)
    return writable_format(path) in ("parquet", "csv", "tsv", *(() if decimals else ("jsonl",)))


def write_pieces(pieces: Iterable[pa.Table], path: str, *, escape_formulas: bool = False) -> None:
    """Write tables of the same columns one after the other to a file that `takes_pieces`.

    Raises
    ------
    OutputError
        As `write_table`; and what the pieces raise. Then there is no file, or that which was there.
    """
    chosen = writable_format(path)
    if chosen == "parquet":
        _write_parquet(pieces, path)
        return
    with table_output(path, chosen) as file:
        for number, piece in enumerate(pieces):
            held = as_held(piece, chosen)
            if escape_formulas and chosen in ("csv", "tsv"):
                held = with_escaped_formulas(held)
            write_rows(held, file, chosen, header=number == 0)


def _write_parquet(pieces: Iterable[pa.Table], path: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    with output_file(path) as file:
        writer: parquet.ParquetWriter | None = None
        waiting: list[pa.Table] = []

        def write_waiting(writer: parquet.ParquetWriter | None) -> parquet.ParquetWriter:
            held = as_held(pa.concat_tables(waiting), "parquet")
            waiting.clear()
            writer = parquet.ParquetWriter(file, held.schema) if writer is None else writer
            writer.write_table(held)
            return writer

        try:
            for piece in pieces:
                waiting.append(piece)
                if len(waiting) == _PIECES:
                    writer = write_waiting(writer)
            if waiting:
                writer = write_waiting(writer)
        finally:  # also of a file that is given up: its end would be written later, to a file that is closed
            if writer is not None:
                try:
                    writer.close()
                finally:
                    writer.is_open = False
