"""Tables that come in batches: Parquet and Arrow files, several of them, and streams of record batches.

They are decoded once. The batches are kept as they lie: in memory up to a limit, beyond it all in a scratch file.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verhulst.data.errors import DataError, listed
from verhulst.data.in_memory import plain_table
from verhulst.data.scratch import on_scratch
from verhulst.data.source import with_source

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1 << 16  # of a batch
_MARKS = {b"PAR1": "parquet", b"ARROW1": "arrow"}
_ENDINGS = (".parquet", ".pq")


@dataclass(frozen=True)
class Batches:
    """Record batches that can be read once, and what to call their source."""

    schema: pa.Schema
    read: Iterator[pa.RecordBatch]
    name: str


def kept_table(source: Any, names: Sequence[str] | None, limit: int) -> pa.Table | None:
    """Return the table of a source that comes in batches; None if it is one that is read whole.

    Parameters
    ----------
    source : object
        The path of a Parquet or Arrow file; a folder or a pattern (`*`, `?`) of Parquet files, in the order of their
        names; a reader of record batches, or any other Arrow stream.
    names : sequence of str, optional
        The columns that are needed; all are read if one of them is not there.
    limit : int
        Bytes of batches that may be kept in memory.

    Raises
    ------
    DataError
        If a file was changed while it was read, files have different columns, or there is no room for a scratch file.
    """
    import pyarrow as pa

    found = open_batches(source, names)
    if found is None:
        return None
    kept: list[pa.RecordBatch] = []
    size = 0
    for batch in found.read:
        kept.append(batch)
        size += batch.nbytes
        if size > limit:
            table = on_scratch(_drained(kept, found.read), found.schema)
            pa.default_memory_pool().release_unused()
            break
    else:
        table = pa.Table.from_batches(kept, found.schema)
    if table.num_rows == 0:
        raise DataError(f"{found.name or 'the table'}: has no rows (its columns are {listed(table.column_names)}).")
    return with_source(plain_table(table), found.name)


def _drained(kept: list[pa.RecordBatch], others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    kept.reverse()
    while kept:
        yield kept.pop()
    yield from others


def open_batches(source: Any, names: Sequence[str] | None) -> Batches | None:
    """Return the batches of a source, as for `kept_table`; None if it is one that is read whole."""
    import pyarrow as pa

    if isinstance(source, pa.RecordBatchReader):
        return Batches(source.schema, iter(source), "")
    if not isinstance(source, str | os.PathLike):
        home = type(source).__module__.partition(".")[0]
        if home in ("pandas", "polars", "pyarrow", "numpy") or not hasattr(source, "__arrow_c_stream__"):
            return None
        reader = pa.RecordBatchReader.from_stream(source)
        return Batches(reader.schema, iter(reader), "")
    path = os.fspath(source)
    paths = _paths(path)
    if not paths or any(_kind(each) is None for each in paths):
        return None
    try:
        opened = [_open(each) for each in paths]
    except (pa.ArrowException, OSError):
        if len(paths) == 1:
            return None  # what is wrong is said by those who read it whole
        raise
    schema = opened[0][0]
    if len(set(schema.names)) < len(schema.names):
        return None
    for each, (other, _) in zip(paths, opened, strict=True):
        _require_same(schema, other, paths[0], each)
    chosen = [name for name in schema.names if name in names] if names and set(names) <= set(schema.names) else None
    if chosen is not None:
        schema = pa.schema([schema.field(name) for name in chosen], schema.metadata)

    def read() -> Iterator[pa.RecordBatch]:
        for each, (_, of_file) in zip(paths, opened, strict=True):
            for batch in _unchanged(each, of_file(schema.names)):
                yield batch.cast(schema) if batch.schema != schema else batch

    return Batches(schema, read(), path)


def _paths(path: str) -> list[str]:
    """Return the files of a path, a folder or a pattern.

    As in Arrow's own datasets, files and folders whose names begin with a dot or an underscore are no data.

    Raises
    ------
    DataError
        If a folder has no Parquet files, a file is of another format, or folders are named after a column's values.
    """
    if Path(path).is_file():
        return [path]
    if Path(path).is_dir():
        root, given = Path(path), tuple[str, ...]()
        found = sorted(each for each in root.rglob("*") if each.suffix.lower() in _ENDINGS and each.is_file())
    elif any(mark in path for mark in "*?"):
        given = Path(path).parts
        root = Path(*takewhile(lambda part: not re.search("[*?]", part), given))
        matches = map(Path, glob.glob(path.replace("[", "[[]"), recursive=True))
        found = sorted(each for each in matches if each.is_file())
    else:
        return []
    below = {each: each.relative_to(root).parts for each in found}
    found = [each for each in found if not any(part[0] in "._" and part not in given for part in below[each])]
    if not found and Path(path).is_dir():
        raise DataError(f"{path}: is a folder without Parquet files; name a file.")
    for each in found:
        for part in below[each][:-1]:
            column, equal, _ = part.partition("=")
            if equal:
                raise DataError(
                    f"{path}: the folder {part!r} holds a value of a column {column!r} that is not in its files. "
                    f"Pass pyarrow.dataset.dataset(path, partitioning='hive').scanner().to_reader() from Python, or "
                    f"write the column into the files."
                )
        if _kind(str(each)) is None:
            raise DataError(f"{each}: is not a Parquet file; several files are read together if all are Parquet.")
    return [str(each) for each in found]


def _kind(path: str) -> str | None:
    try:
        with Path(path).open("rb") as file:
            head = file.read(8)
    except OSError:
        return None  # which is said by those who read it whole
    return next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)


def _open(path: str) -> tuple[pa.Schema, Any]:
    """The schema of a file, and a function that reads the columns with these names."""
    import pyarrow as pa
    from pyarrow import parquet

    if _kind(path) == "arrow":
        with pa.OSFile(path) as file:
            schema = pa.ipc.open_file(file).schema

        def of_arrow(names: Sequence[str]) -> Iterator[pa.RecordBatch]:
            with pa.OSFile(path) as file:
                reader = pa.ipc.open_file(file)
                for k in range(reader.num_record_batches):
                    yield reader.get_batch(k).select(names)

        return schema, of_arrow
    with parquet.ParquetFile(path) as opened:
        schema = opened.schema_arrow

    def of_parquet(names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            yield from file.iter_batches(_ROWS, columns=list(names))

    return schema, of_parquet


def _unchanged(path: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, each checked, of a file that stays as it is while it is read."""
    import pyarrow as pa

    before = _state(path)
    row = 0
    try:
        for batch in batches:
            batch.validate(full=True)
            row += batch.num_rows
            yield batch
    except (pa.ArrowException, OSError) as error:
        if _state(path) == before:
            reason = str(error).splitlines()[0].rstrip(".")
            raise DataError(f"{path}: is damaged after row {row:,} ({reason}).") from None
    if _state(path) != before:
        raise DataError(f"{path}: was changed while it was read; read it when it is complete.")


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def _require_same(schema: pa.Schema, other: pa.Schema, first: str, path: str) -> None:
    """Raise if a file has other columns than the first, or columns of other types."""
    if set(schema.names) != set(other.names):
        differ = sorted(set(schema.names) ^ set(other.names))
        raise DataError(f"{path}: has other columns than {first}: there is {listed(differ)} in one of them only.")
    for field in schema:
        if (type_ := other.field(field.name).type) != field.type:
            raise DataError(
                f"{path}: column {field.name!r} has the type {type_}, but {field.type} in {first}. Write both alike."
            )
