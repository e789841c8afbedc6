"""The distinct rows of long tables, and how many rows there are of each, where these are few.

Files are counted by DuckDB if their types are the same there, otherwise with Arrow's dictionaries; tables of databases
by the database.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.columnar_files import open_columnar_files
from verhulst.data.contingency import Contingency, TooManyError
from verhulst.data.databases import open_query, query_of
from verhulst.data.names_in_sql import quoted
from verhulst.data.query import Query
from verhulst.data.record_batches import Batches
from verhulst.data.several_files import batch_format, files_of, folder_values
from verhulst.data.unchanged import state_of

if TYPE_CHECKING:
    import pyarrow as pa

# The first rows tell whether there are few distinct ones: the share of them that are like no other of them is about the
# share of new ones among the rows that follow (Good 1953, equation 9). Shorter tables are not counted.
SAMPLE = 1 << 17
_SHARE = 1 / 32
_ROWS = "rows of verhulst"  # the name of the counts

Counted = tuple["pa.Table", NDArray[np.int64]]


@dataclass(frozen=True)
class Countable:
    """A table whose rows can be counted.

    Attributes
    ----------
    columns : pyarrow.Table
        Its columns, without rows.
    count : callable
        Returns the distinct rows in some columns, and the number of each; None if they are not few.
    """

    columns: pa.Table
    count: Callable[[Sequence[str]], Counted | None]


def open_countable(source: Any) -> Countable | None:
    """Return Parquet and Arrow files or a table of a database as a table that can be counted; None for other sources.

    The result of a query is none, because it would have to be found twice.
    """
    if (query := query_of(source)) is not None:
        if query.sql is not None:
            return None
        found = open_query(query, None, lambda table: f"SELECT * FROM {table} LIMIT 0")
        return Countable(found.table(), partial(_count_table, query))
    import pyarrow as pa

    if (files := open_columnar_files(source, None)) is None:
        return None
    empty = pa.Table.from_batches([], files.schema)
    return Countable(files.named(empty), partial(_count_files, os.fspath(source)))


def _count_table(query: Query, names: Sequence[str]) -> Counted | None:
    columns = ", ".join(map(quoted, names))
    sample = open_query(query, None, lambda table: f"SELECT {columns} FROM {table} LIMIT {SAMPLE}")
    counts = _counted(sample)
    if counts is None or not _are_few(counts):
        return None
    return _split(open_query(query, None, lambda table: _groups(columns, table)).table())


def _count_files(path: str, names: Sequence[str]) -> Counted | None:
    found = open_columnar_files(path, names, encoded=True)
    if found is None:
        return None
    counts = _counted(found, SAMPLE)
    if counts is None or not _are_few(counts):
        return None
    counted = _count_by_duckdb(found.schema, path, files_of(path))
    if counted is None:
        if _counted(found, counts=counts) is None:
            return None
        counted = counts.distinct()
    return found.named(counted[0]), counted[1]


def _count_by_duckdb(schema: pa.Schema, path: str, paths: list[str]) -> Counted | None:
    """The same by DuckDB; None for files or types that it does not read as Arrow does."""
    import pyarrow as pa

    plain = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_float64, pa.types.is_string)
    if not all(any(is_of_kind(field.type) for is_of_kind in plain) for field in schema):
        return None
    if any(batch_format(each) != "parquet" or re.search(r"[*?\[\]]", each) for each in paths):
        return None
    if folder_values(path, paths)[0]:
        return None
    before = [state_of(each) for each in paths]
    files = ", ".join("'" + each.replace("'", "''") + "'" for each in paths)
    table = f"read_parquet([{files}], union_by_name=true, hive_partitioning=false)"
    sql = _groups(", ".join(map(quoted, schema.names)), table)
    counted, rows = _split(open_query(Query(sql=sql), None).table())
    return (counted.cast(schema), rows) if [state_of(each) for each in paths] == before else None


def _groups(columns: str, table: str) -> str:
    return f"SELECT {columns}, count(*) AS {quoted(_ROWS)} FROM {table} GROUP BY {columns}"


def _split(groups: pa.Table) -> Counted:
    rows = np.asarray(groups[_ROWS].to_numpy(), dtype=np.int64)
    return groups.drop_columns([_ROWS]), rows


def _counted(batches: Batches, most: int | None = None, counts: Contingency | None = None) -> Contingency | None:
    """Count all rows of batches, or so many; None if there are too many combinations."""
    try:
        counts = Contingency(batches.schema) if counts is None else counts
        for batch in batches.read:
            counts.add(batch)
            if most is not None and counts.rows >= most:
                break
    except TooManyError:
        return None
    return counts


def _are_few(counts: Contingency) -> bool:
    return counts.rows >= SAMPLE and counts.singles <= _SHARE * counts.rows
