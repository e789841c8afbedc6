"""Anything that holds a table, as an Arrow table."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verhulst.data.errors import DataError, listed, no_such_file
from verhulst.data.fields import Fields
from verhulst.data.file_format import check_format, foreign, format_of_bytes, format_of_name
from verhulst.data.source import source_of, with_source

if TYPE_CHECKING:
    import pyarrow as pa


def read_table(source: Any, format: str | None = None) -> pa.Table:
    """Reads a table from a file, from standard input or from memory.

    Parameters
    ----------
    source : str, PathLike or object
        A path (CSV, TSV, Parquet, JSON lines, Arrow/Feather, NPY; text formats may be compressed by gzip, bzip2, zstd
        or lz4), "-" for standard input, or something in memory: an Arrow table, a pandas or polars frame, anything
        that narwhals knows or that speaks the Arrow PyCapsule protocol (DuckDB relations), a NumPy array of one or two
        dimensions or with fields, or a dict of columns.
    format : {"csv", "tsv", "parquet", "jsonl", "arrow", "npy"}, optional
        For files: the format, where the name's ending (or, on standard input, the first bytes) does not tell it.

    Returns
    -------
    pyarrow.Table
        At least one row and one column, of distinct names.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DataError
        If the file cannot be read as what it is said to be; the message says where. If the table is empty.

    Examples
    --------
    >>> read_table({"age": [30, 41], "vote": ["yes", "no"]}).num_rows
    2
    """
    return read_given(source, format).typed()


@dataclass(frozen=True)
class Given:
    """A table as it was given.

    Attributes
    ----------
    table : pyarrow.Table
        What a design is made of. The columns of a text file are text, until the design says how each is read.
    fields : Fields or None
        For a text file: the cells as they stand there.
    """

    table: pa.Table
    fields: Fields | None = None

    def typed(self) -> pa.Table:
        """The table with a type for each column, found from the text if it is a text file."""
        from verhulst.data.typed_cells import typed_table

        return self.table if self.fields is None else with_source(typed_table(self.fields), source_of(self.table))


def read_fields(source: Any, format: str | None = None) -> pa.Table:
    """As `read_table`, but the columns of a text file are text that a design has yet to read."""
    return read_given(source, format).table


def read_given(source: Any, format: str | None = None) -> Given:
    """As `read_table`, with the cells of a text file as they stand there."""
    if isinstance(source, str | os.PathLike):
        given, name = _read_file(os.fspath(source), format), _name(os.fspath(source))
    else:
        from verhulst.data.in_memory import table_from_memory

        given, name = Given(table_from_memory(source)), "the table"
    if given.table.num_columns == 0:
        raise DataError(f"{name}: has no columns.")
    if given.table.num_rows == 0:
        raise DataError(f"{name}: has no rows (its columns are {listed(given.table.column_names)}).")
    return given


def _name(path: str) -> str:
    return "standard input" if path == "-" else path


def _read_file(path: str, format: str | None) -> Given:
    import pyarrow as pa

    name = _name(path)
    if format is not None:
        check_format(format)
    content = _content(path, name)
    kind = format or format_of_name(path) or format_of_bytes(content.slice(0, min(content.size, 4096)).to_pybytes())
    if content.size == 0:
        raise DataError(f"{name}: is empty.")
    if what := foreign(content.slice(0, min(content.size, 4096)).to_pybytes()):
        raise DataError(f"{name}: is {what}, not a table. Save the table as CSV or Parquet.")
    try:
        read = _READERS[kind](content, name)
    except DataError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(_unreadable(name, kind, content, error)) from None
    if isinstance(read, Fields):
        return Given(with_source(read.table, name), read)
    return Given(with_source(read, name))


def _content(path: str, name: str) -> pa.Buffer:
    """The file's bytes: mapped where it is a plain file, read (and decompressed) where it is not."""
    import pyarrow as pa

    try:
        if path == "-":
            raw = sys.stdin.buffer.read()
            compression = "gzip" if raw.startswith(b"\x1f\x8b") else None
            return pa.input_stream(io.BytesIO(raw), compression=compression).read_buffer() if raw else pa.py_buffer(b"")
        if Path(path).is_file() and Path(path).stat().st_size and not path.endswith((".gz", ".bz2", ".zst", ".lz4")):
            return pa.memory_map(path).read_buffer()
        with pa.input_stream(path, compression="detect") as stream:
            return stream.read_buffer()
    except FileNotFoundError:
        raise no_such_file(path) from None
    except OSError as error:
        if Path(path).is_dir():
            raise DataError(f"{name}: is a folder; name a file.") from None
        raise DataError(f"{name}: cannot be read: {error.strerror or error}.") from None


def _read_csv(content: pa.Buffer, name: str) -> Fields:
    from verhulst.data.delimited import read_delimited

    return read_delimited(content, name)


def _read_tsv(content: pa.Buffer, name: str) -> Fields:
    from verhulst.data.delimited import read_delimited

    return read_delimited(content, name, "\t")


def _read_parquet(content: pa.Buffer, name: str) -> pa.Table:
    import pyarrow as pa
    from pyarrow import parquet

    return parquet.read_table(pa.BufferReader(content))


def _read_arrow(content: pa.Buffer, name: str) -> pa.Table:
    import pyarrow as pa
    from pyarrow import feather

    if content.slice(0, 4).to_pybytes() == b"\xff\xff\xff\xff":
        return pa.ipc.open_stream(content).read_all()
    return feather.read_table(pa.BufferReader(content))


def _read_json_lines(content: pa.Buffer, name: str) -> pa.Table:
    """JSON lines; a file that is one JSON array of objects is taken as well."""
    import pyarrow as pa
    from pyarrow import json as arrow_json

    if content.slice(0, min(content.size, 64)).to_pybytes().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        rows = json.loads(content.to_pybytes())
        if not all(isinstance(row, dict) for row in rows):
            raise DataError(f"{name}: is a JSON array, but not of objects with one entry per column.")
        return pa.Table.from_pylist(rows)
    # Arrow takes lines of up to one block.
    options = arrow_json.ReadOptions(block_size=min(max(content.size, 1 << 20), 1 << 26))
    return arrow_json.read_json(pa.BufferReader(content), read_options=options)


def _read_npy(content: pa.Buffer, name: str) -> pa.Table:
    import numpy as np

    from verhulst.data.in_memory import table_from_memory

    # Pickled objects could run code: they are refused.
    return table_from_memory(np.load(io.BytesIO(content.to_pybytes()), allow_pickle=False))


def _unreadable(name: str, kind: str, content: pa.Buffer, error: Exception) -> str:
    shown = {"jsonl": "JSON lines", "parquet": "Parquet", "arrow": "Arrow", "npy": "NPY"}.get(kind, kind.upper())
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    head = content.slice(0, min(content.size, 4)).to_pybytes()
    if kind == "parquet" and head == b"PAR1":
        return f"{name}: the Parquet file is cut short or damaged (a complete one ends in its directory). {reason}."
    if kind == "arrow" and head in (b"ARRO", b"\xff\xff\xff\xff"):
        return f"{name}: the Arrow file is cut short or damaged. {reason}."
    found = format_of_bytes(content.slice(0, min(content.size, 4096)).to_pybytes())
    hint = f" It looks like {found}: try format={found!r}." if found != kind and kind not in ("csv", "tsv") else ""
    return f"{name}: cannot be read as {shown}: {reason}.{hint}"


_READERS = {
    "csv": _read_csv,
    "tsv": _read_tsv,
    "parquet": _read_parquet,
    "arrow": _read_arrow,
    "jsonl": _read_json_lines,
    "npy": _read_npy,
}
