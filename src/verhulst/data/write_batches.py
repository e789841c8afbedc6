"""Write a table that comes in pieces as Parquet, completely or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from verhulst.data.atomic import output_file
from verhulst.data.write import as_held

if TYPE_CHECKING:
    import pyarrow as pa

_PIECES = 4  # of a row group


def write_pieces(pieces: Iterable[pa.Table], path: str) -> None:
    """Write tables of the same columns one after the other to a Parquet file.

    Raises
    ------
    OutputError
        As `write_table`; and what the pieces raise. Then there is no file, or that which was there.
    """
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

        for piece in pieces:
            waiting.append(piece)
            if len(waiting) == _PIECES:
                writer = write_waiting(writer)
        if waiting:
            writer = write_waiting(writer)
        if writer is not None:
            writer.close()
