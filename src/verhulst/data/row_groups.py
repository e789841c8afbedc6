"""Row groups of Parquet files, as parts of a table that are read by themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from verhulst.data.errors import DataError
from verhulst.data.valid_text import valid

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 1 << 16
# Row groups that follow each other are one part until they have so many rows: each part costs a millisecond or two in
# each pass. Parts depend on the files alone, so that results do not depend on the workers.
PART_ROWS = 1 << 19
# Of more rows the parts are larger: each is a task of the scheduler in each pass, half a millisecond in one process.
MOST_PARTS = 1 << 12


@dataclass(frozen=True)
class FileGroups:
    """Row groups of one file.

    Attributes
    ----------
    path : str
    size, changed : int
        The file's size in bytes, and when it was changed last: whoever reads it later checks both.
    groups : tuple of int
    """

    path: str
    size: int
    changed: int
    groups: tuple[int, ...]


@dataclass(frozen=True)
class RowGroups:
    """Row groups that follow each other, of one or several files, in the column types of the first file.

    Attributes
    ----------
    files : tuple of FileGroups
    schema : pyarrow.Schema
    first_row, rows : int
        The number of the first row among those of all files, from 1, and how many there are.
    """

    files: tuple[FileGroups, ...]
    schema: pa.Schema
    first_row: int
    rows: int

    @property
    def name(self) -> str:
        """What to call them in messages."""
        return self.files[0].path

    def batches(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows, read from the files.

        Raises
        ------
        DataError
            If a file is not there, was changed or is damaged; the message names it and its row group.
        """
        import pyarrow as pa

        schema = pa.schema([self.schema.field(name) for name in names])
        for file in self.files:
            for batch in _batches(file, list(names)):
                yield batch if batch.schema == schema else batch.cast(schema)

    def read(self, names: Sequence[str]) -> pa.Table:
        """The same as a table."""
        import pyarrow as pa

        schema = pa.schema([self.schema.field(name) for name in names], self.schema.metadata)
        return pa.Table.from_batches(list(self.batches(names)), schema.remove_metadata()).replace_schema_metadata(
            self.schema.metadata
        )


def part_rows(rows: int) -> int:
    """Return from how many rows on a part is complete, of a table of so many rows.

    Examples
    --------
    >>> part_rows(10**9), part_rows(2**33)
    (524288, 2097152)
    """
    return max(PART_ROWS, rows // MOST_PARTS)


def row_groups(paths: Sequence[str]) -> tuple[list[pa.Schema], list[RowGroups]]:
    """Return the schema of each file, and the row groups of all, in parts.

    Raises
    ------
    DataError
        If a file is damaged.
    """
    import pyarrow as pa
    from pyarrow import parquet

    schemas: list[pa.Schema] = []
    groups: list[tuple[FileGroups, int]] = []
    for path in paths:
        size, changed = _state(path)
        try:
            with parquet.ParquetFile(path) as file:
                schemas.append(file.schema_arrow)
                sizes = [file.metadata.row_group(k).num_rows for k in range(file.metadata.num_row_groups)]
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{path}: the Parquet file is incomplete or damaged. {_reason(error)}.") from None
        groups += [(FileGroups(path, size, changed, (k,)), number) for k, number in enumerate(sizes) if number]
    parts: list[list[FileGroups]] = []
    rows: list[int] = []
    enough = part_rows(sum(number for _, number in groups))
    for group, number in groups:
        if not rows or rows[-1] >= enough:
            parts.append([])
            rows.append(0)
        parts[-1].append(group)
        rows[-1] += number
    starts = accumulate(rows, initial=1)
    return schemas, [
        RowGroups(_by_file(part), schemas[0], *known) for part, *known in zip(parts, starts, rows, strict=False)
    ]


def _by_file(groups: Sequence[FileGroups]) -> tuple[FileGroups, ...]:
    joined: list[FileGroups] = []
    for each in groups:
        if joined and joined[-1].path == each.path:
            last = joined.pop()
            joined.append(FileGroups(last.path, last.size, last.changed, last.groups + each.groups))
        else:
            joined.append(each)
    return tuple(joined)


def _batches(file: FileGroups, names: list[str]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    from pyarrow import parquet

    group = file.groups[0]
    _require_unchanged(file)
    try:
        with parquet.ParquetFile(file.path, pre_buffer=False, buffer_size=1 << 20) as opened:
            sizes = [opened.metadata.row_group(k).num_rows for k in range(opened.metadata.num_row_groups)]
            for group in file.groups:
                row = sum(sizes[:group])
                for batch in opened.iter_batches(_BATCH, row_groups=[group], columns=names):
                    unread: dict[str, str] = {}
                    checked = valid(batch, unread, f"{file.path}: ", row)
                    for said in unread.values():
                        raise DataError(said)
                    row += batch.num_rows
                    yield checked
    except (pa.ArrowException, OSError) as error:
        _require_unchanged(file)
        raise DataError(f"{file.path}: row group {group} is damaged ({_reason(error)}).") from None
    _require_unchanged(file)


def _require_unchanged(file: FileGroups) -> None:
    if _state(file.path) != (file.size, file.changed):
        raise DataError(f"{file.path}: was changed while it was read; read it when it is complete.")


def _state(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}). The workers of a cluster read the files where they are: give "
            "a path that is the same for all of them."
        ) from None
    return found.st_size, found.st_mtime_ns


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
