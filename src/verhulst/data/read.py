"""Read a table in any form as an Arrow table."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verhulst.data.asked_values import as_asked
from verhulst.data.errors import DataError, RequestError, listed
from verhulst.data.fields import Fields
from verhulst.data.file import File, path_of
from verhulst.data.file_content import read_content
from verhulst.data.file_format import (
    binary_format,
    check_format,
    foreign,
    format_of_bytes,
    format_of_name,
    like_json,
    unmarked_encoding,
)
from verhulst.data.source import source_of, with_source
from verhulst.data.unread import refuse_unread, unread, with_unread
from verhulst.data.workbook import is_workbook, read_workbook

if TYPE_CHECKING:
    import pyarrow as pa


def read_table(source: Any, format: str | None = None) -> pa.Table:
    """Read a table from a file, from standard input or from memory.

    Parameters
    ----------
    source : str, PathLike or object
        A path (CSV, TSV, Parquet, JSON lines, Arrow/Feather, Excel, NPY; text formats may be compressed by gzip, bzip2,
        zstd or lz4), "-" for standard input, or something in memory: an Arrow table, a pandas or polars frame, anything
        that narwhals knows or that speaks the Arrow PyCapsule protocol (DuckDB relations), a NumPy array of one or two
        dimensions or with fields, or a dict of columns. A `File` is a path with options: encoding, delimiter, decimal
        sign, missing values.
    format : {"csv", "tsv", "parquet", "jsonl", "arrow", "npy", "xlsx"}, optional
        The format of a file, if it cannot be determined from the name (or, on standard input, from the first bytes).

    Returns
    -------
    pyarrow.Table
        The table, with at least one row and one column, and with distinct names.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DataError
        If the file cannot be read in its format (the message says where), or the table is empty.

    Examples
    --------
    >>> read_table({"age": [30, 41], "vote": ["yes", "no"]}).num_rows
    2
    """
    return read_given(source, format).typed()


@dataclass(frozen=True)
class Given:
    """A table and, for a text file, its cells.

    Attributes
    ----------
    table : pyarrow.Table
        The table for designs. The columns of a text file are text until the design determines how each is read.
    fields : Fields or None
        For a text file: the unchanged cells.
    """

    table: pa.Table
    fields: Fields | None = None

    def typed(self) -> pa.Table:
        """Return the table with a type for each column, inferred from the text for a text file.

        Raises
        ------
        DataError
            If a column could not be read.
        """
        from verhulst.data.typed_cells import typed_table

        refuse_unread(self.table)
        return self.table if self.fields is None else with_source(typed_table(self.fields), source_of(self.table))


def read_fields(source: Any, format: str | None = None) -> pa.Table:
    """Read a table as `read_table`, but leave the columns of a text file as text, and those that cannot be read out."""
    return read_given(source, format).table


def read_given(source: Any, format: str | None = None, *, empty: bool = False, content: bytes | None = None) -> Given:
    """Read a table as `read_table`, and keep the unchanged cells of a text file.

    It may have no rows if `empty`. If `content` is given, it is what is in the file.
    """
    from verhulst.data.databases import open_database
    from verhulst.data.in_memory import table_from_memory

    if (found := open_database(source, None)) is not None:
        if format is not None:
            raise RequestError(f"{found.name or 'the relation'}: has no format; --format is for files.")
        given, name = Given(table_from_memory(found.table())), found.name or "the table"
    elif isinstance(source, str | os.PathLike | File):
        path, file = path_of(source)
        given, name = _read_file(os.fspath(path), format, content, file), _name(os.fspath(path))
    else:
        given, name = Given(table_from_memory(source)), "the table"
    if given.table.num_columns == 0:
        refuse_unread(given.table)
        raise DataError(f"{name}: has no columns.")
    if given.table.num_rows == 0 and not empty:
        raise DataError(f"{name}: has no rows (its columns are {listed(given.table.column_names)}).")
    return given


def _name(path: str) -> str:
    return "standard input" if path == "-" else path


def _read_file(path: str, format: str | None, raw: bytes | None = None, file: File | None = None) -> Given:
    import pyarrow as pa

    name = _name(path)
    if format is not None:
        check_format(format)
    content = read_content(path, name, raw)
    if content.size == 0:
        raise DataError(f"{name}: is empty.")
    head = content.slice(0, min(content.size, 4096)).to_pybytes()
    tail = content.slice(max(0, content.size - 8)).to_pybytes()
    binary = binary_format(head, tail)
    if format in (None, "xlsx") and is_workbook(head, content):
        binary = "xlsx"
    kind = format or binary or ("jsonl" if like_json(head) else format_of_name(path) or format_of_bytes(head))
    if kind != "xlsx" and (what := foreign(head)):
        raise DataError(f"{name}: is {what}, not a table. Save the table as CSV or Parquet.")
    if kind in _TEXT and binary:
        raise DataError(
            f"{name}: cannot be read as {_shown(kind)}: it is {_shown(binary)}. Try format={binary!r} "
            f"(--format {binary})."
        )
    if kind in _TEXT and (file is None or file.encoding is None) and (encoding := unmarked_encoding(head)):
        raise DataError(
            f"{name}: is text in {encoding} without a byte-order mark. Save the file as UTF-8 (for instance: iconv -f "
            f"{encoding} -t UTF-8 OLD > NEW), or say so (--encoding {encoding})."
        )
    if file is not None:
        file.refuse_options_of_others(name, kind, _shown(kind))
    try:
        read = _READERS[kind](content, name, file)
    except DataError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(_unreadable(name, kind, content, error)) from None
    if isinstance(read, Fields):
        return Given(with_source(read.table, name), read)
    table = with_source(read, name)
    if file is not None:
        file.check_columns([*table.column_names, *unread(table)], f"{name}: ")
    return Given(as_asked(table, file))


def _read_csv(content: pa.Buffer, name: str, file: File | None) -> Fields:
    from verhulst.data.delimited import read_delimited

    return read_delimited(content, name, file=file)


def _read_tsv(content: pa.Buffer, name: str, file: File | None) -> Fields:
    from verhulst.data.delimited import read_delimited

    return read_delimited(content, name, "\t", file)


def _read_excel(content: pa.Buffer, name: str, file: File | None) -> pa.Table:
    return read_workbook(content, name, file)


def _read_parquet(content: pa.Buffer, name: str, _: File | None) -> pa.Table:
    import pyarrow as pa
    from pyarrow import parquet

    # Unlike `read_table`, a file of several columns with one name is read.
    return _valid(parquet.ParquetFile(pa.BufferReader(content)).read(), name)


def _read_arrow(content: pa.Buffer, name: str, _: File | None) -> pa.Table:
    import pyarrow as pa
    from pyarrow import feather

    head = content.slice(0, 4).to_pybytes()
    if head == b"FEA1":
        # Arrow's reader of it ends the process where such a file is damaged.
        raise DataError(
            f"{name}: is a Feather file of version 1, of 2016, which is no longer read. Read it with pandas, and write "
            f"it as Parquet."
        )
    if head == b"\xff\xff\xff\xff":
        return _valid(pa.ipc.open_stream(content).read_all(), name)
    return _valid(feather.read_table(pa.BufferReader(content)), name)


def _valid(table: pa.Table, name: str) -> pa.Table:
    """Return the validated table: a damaged file can have text that is not UTF-8, or offsets outside of its data."""
    from verhulst.data.record_batches import Batches
    from verhulst.data.valid_text import valid

    reasons: dict[str, str] = {}
    checked = valid(table, reasons, f"{name}: ")
    return Batches(table.schema, iter(()), name, wrong=reasons).named(checked)


def _read_json(content: pa.Buffer, name: str, _: File | None) -> pa.Table:
    from verhulst.data.json_table import read_json

    return read_json(content, name)


def _read_npy(content: pa.Buffer, name: str, _: File | None) -> pa.Table:
    import numpy as np

    from verhulst.data.in_memory import table_from_memory

    try:
        # Pickled objects could run code.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # in files written by Python 2
            array = np.load(io.BytesIO(content.to_pybytes()), allow_pickle=False)
    except ValueError:
        raise
    except Exception as error:  # a damaged header is parsed as Python, and can ask for any size
        raise ValueError(f"its header is damaged ({error})") from None
    try:
        table = table_from_memory(array)
    except DataError as error:
        raise DataError(f"{name}: {error}") from None
    return with_unread(table, {column: f"{name}: {reason}" for column, reason in unread(table).items()})


def _unreadable(name: str, kind: str, content: pa.Buffer, error: Exception) -> str:
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    if isinstance(error, UnicodeDecodeError):
        reason = "A name in it is not UTF-8"
    head = content.slice(0, min(content.size, 4)).to_pybytes()
    if kind == "parquet" and head == b"PAR1":
        return f"{name}: the Parquet file is incomplete or damaged (a complete one ends with its directory). {reason}."
    if kind == "arrow" and head in (b"ARRO", b"\xff\xff\xff\xff"):
        return f"{name}: the Arrow file is incomplete or damaged. {reason}."
    found = format_of_bytes(content.slice(0, min(content.size, 4096)).to_pybytes())
    hint = (
        f" It looks like {found}: try format={found!r} (--format {found})."
        if found != kind and kind not in ("csv", "tsv")
        else ""
    )
    return f"{name}: cannot be read as {_shown(kind)}: {reason}.{hint}"


def _shown(kind: str) -> str:
    return {"jsonl": "JSON lines", "parquet": "Parquet", "arrow": "Arrow", "xlsx": "an Excel workbook"}.get(
        kind, kind.upper()
    )


_TEXT = ("csv", "tsv", "jsonl")
_READERS = {
    "csv": _read_csv,
    "tsv": _read_tsv,
    "parquet": _read_parquet,
    "arrow": _read_arrow,
    "jsonl": _read_json,
    "npy": _read_npy,
    "xlsx": _read_excel,
}
