"""Tables in parts: Parquet files whose row groups are read where a worker is, and Dask DataFrames."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verhulst.data.columnar_files import require_same
from verhulst.data.dask_parts import DaskParts, made_in_order
from verhulst.data.errors import DataError, RequestError
from verhulst.data.file import path_of
from verhulst.data.in_memory import is_dask_collection, plain_table, table_from_memory
from verhulst.data.parts import Parts, PartsHere
from verhulst.data.query import Query, is_uri
from verhulst.data.row_groups import RowGroups, row_groups
from verhulst.data.scratch import on_scratch
from verhulst.data.several_files import batch_format, files_of, folder_values
from verhulst.data.source import source_of, with_source
from verhulst.data.unread import refuse_unread
from verhulst.data.whole_columns import with_finite_marked
from verhulst.data.workers import agreed_build

if TYPE_CHECKING:
    import pyarrow as pa


class PartedTable(ABC):
    """A table in parts that are not read yet.

    Attributes
    ----------
    columns : pyarrow.Table
        The columns, without rows.
    names : tuple of str
        What to call the parts in messages.
    """

    columns: pa.Table
    names: tuple[str, ...]

    @abstractmethod
    def read(self, used: Sequence[str]) -> Parts:
        """The parts, as Arrow tables of these columns."""


@dataclass(frozen=True, eq=False)
class ParquetParts(PartedTable):
    """Row groups of Parquet files, for the workers of a cluster."""

    columns: pa.Table
    names: tuple[str, ...]
    groups: tuple[RowGroups, ...]
    client: Any

    def read(self, used: Sequence[str]) -> Parts:
        """See `PartedTable`."""
        givens = [(each, tuple(used)) for each in self.groups]
        return DaskParts.made(self.client, agreed_build(self.client), _read, givens)

    def each(self, change: Callable[[pa.Table, int], pa.Table]) -> Iterator[pa.Table]:
        """What a function makes of each part and of the number of its first row, in their order."""
        columns = tuple(self.columns.column_names)
        givens = [(each, columns, source_of(self.columns), change) for each in self.groups]
        return made_in_order(self.client, agreed_build(self.client), _changed, givens)


@dataclass(frozen=True, eq=False)
class FrameParts(PartedTable):
    """The partitions of a Dask DataFrame, on a cluster or (without a client) one after the other in this process."""

    columns: pa.Table
    names: tuple[str, ...]
    frame: Any
    client: Any
    memory_limit: int

    def read(self, used: Sequence[str]) -> Parts:
        """See `PartedTable`."""
        labels = {str(name): name for name in self.frame.columns}
        partitions = self.frame[[labels[name] for name in used]].to_delayed()
        if self.client is not None:
            build = agreed_build(self.client)
            return DaskParts(self.client, build, tuple(self.client.compute(partitions))).changed(_from_frame)
        kept, size = [], 0
        for partition in partitions:
            table = _from_frame(partition.compute(scheduler="synchronous"))
            size += table.nbytes
            kept.append(table if size <= self.memory_limit else on_scratch(table.to_batches(), table.schema))
        return PartsHere(tuple(kept))


def open_parts(source: Any, client: Any, memory_limit: int) -> PartedTable:
    """Return a Dask DataFrame, or files for the workers of a client, as a table in parts.

    Raises
    ------
    DataError
        If a file cannot be read, or files have different columns.
    RequestError
        If the source has no parts for the workers of a client.
    """
    if is_dask_collection(source):
        require_frame(source)
        names = tuple(f"partition {k}" for k in range(1, source.npartitions + 1))
        return FrameParts(table_from_memory(source._meta), names, source, client, memory_limit)
    return open_files(source, client)


def require_frame(source: Any) -> None:
    """Raise a RequestError for a Dask collection that is no DataFrame."""
    if not hasattr(source, "columns") or source.ndim != 2:
        raise RequestError(f"a table is a Dask DataFrame, not a Dask {type(source).__name__}.")


def files_for_workers(source: Any) -> tuple[str, list[str]]:
    """Return the name of Parquet files that the workers of a cluster can read, and each of them; see `open_parts`."""
    source, options = path_of(source)
    is_path = isinstance(source, str | os.PathLike)
    if not is_path or is_uri(source) or str(source) == "-":
        if isinstance(source, Query) or (is_path and is_uri(source)):
            what, instead = "a database", ""
        elif is_path:
            what, instead = "standard input", ""
        else:
            what = f"a {type(source).__name__}"
            instead = " For a table in memory leave client= away, or pass dask.dataframe.from_pandas(frame, ...)."
        instead = instead or " Write the rows as Parquet first, or leave the cluster out."
        raise RequestError(f"a cluster fits Parquet files and Dask DataFrames, not {what}.{instead}")
    path = os.fspath(source)
    paths = files_of(path)
    if not paths:
        raise FileNotFoundError(2, "No such file or directory", path)
    for each in paths:
        if batch_format(each) != "parquet":
            raise RequestError(
                f"{each}: is not a Parquet file, and a cluster reads Parquet files only. Write the table as Parquet "
                "first (verhulst.data.write_table), or fit it without a cluster."
            )
    if options is not None:
        raise RequestError(f"{path}: options for text, such as --text and --delimiter, are not for Parquet files.")
    for name in folder_values(path, paths)[0]:
        raise RequestError(
            f"{path}: folders are named after values of a column {name!r} that is not in their files, which a cluster "
            "does not read. Write the column into the files, or fit them without a cluster."
        )
    return path, paths


def open_files(source: Any, client: Any) -> ParquetParts:
    """Return Parquet files, for the workers of a client, as a table in parts; see `open_parts`."""
    path, paths = files_for_workers(source)
    schema, groups = row_groups(paths)
    first = schema[0]
    for each, other in zip(paths, schema, strict=True):
        require_same(first, other, paths[0], each)
    columns = with_source(plain_table(first.empty_table()), path)
    if not groups:
        raise DataError(f"{path}: has no rows (its columns are {', '.join(map(repr, columns.column_names))}).")
    return ParquetParts(columns, tuple(each.name for each in groups), tuple(groups), client)


def _read(groups: RowGroups, used: tuple[str, ...]) -> pa.Table:
    """The rows of row groups, on a worker."""
    return with_finite_marked(plain_table(groups.read(used)), used)


def _changed(
    groups: RowGroups, used: tuple[str, ...], source: str, change: Callable[[pa.Table, int], pa.Table]
) -> pa.Table:
    return change(with_source(plain_table(groups.read(used)), source), groups.first_row)


def _from_frame(frame: Any) -> pa.Table:
    table = table_from_memory(frame)
    refuse_unread(table)
    return with_finite_marked(table, table.column_names)
