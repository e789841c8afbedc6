"""Tables of databases and the results of queries, as record batches."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from verhulst.data.adbc_reader import ADBC
from verhulst.data.duckdb_reader import DuckDB, is_connection, is_relation, relation_batches
from verhulst.data.errors import DataError, RequestError, no_such_file
from verhulst.data.names_in_sql import Name, find_table, quoted
from verhulst.data.query import Query, database_name, is_uri, without_secrets
from verhulst.data.record_batches import Batches
from verhulst.data.sqlite_reader import SQLite

if TYPE_CHECKING:
    import pyarrow as pa


_INTERRUPTED = "canceling statement due to user request"  # in PostgreSQL's words


class Reader(Protocol):
    """What reads a database of some kind.

    Attributes
    ----------
    name : str
        What messages call a connection.
    """

    name: str

    def __init__(self, database: Any) -> None: ...

    def tables(self) -> list[Name]:
        """Return the tables and views."""

    def read(self, sql: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Return the columns of a query, and its batches, which can be read once."""

    def close(self) -> None:
        """Close what was opened here."""


def open_database(source: Any, names: Sequence[str] | None) -> Batches | None:
    """Return the batches of a table of a database or of a query; None for a source of another kind.

    Parameters
    ----------
    source : object
        A `Query`; the path of a DuckDB or SQLite file, a URI of PostgreSQL or a connection, if there is one table in
        it; a relation of DuckDB.
    names : sequence of str, optional
        The columns that are needed; all are read if one of them is not there.

    Raises
    ------
    RequestError
        If there is no such table, or what is not a database is named as one.
    DataError
        If the database cannot be opened, does not understand the query, or fails while it is read.
    """
    if is_relation(source):
        with _faults_said("the relation", source):
            schema, batches = relation_batches(source)
        return Batches(schema, _read(batches, "the relation", source, None), "")
    query = query_of(source)
    return None if query is None else open_query(query, names)


def query_of(source: Any) -> Query | None:
    """Return a query, or that for a database of one table; None for a source of another kind."""
    if isinstance(source, Query):
        return source
    stands_for_one = is_uri(source) or _reader_of_connection(source) is not None or _reader_of_file(source) is not None
    return Query(source) if stands_for_one else None


def open_query(query: Query, names: Sequence[str] | None, select: Callable[[str], str] | None = None) -> Batches:
    """Return the batches of a query.

    Parameters
    ----------
    query : Query
    names : sequence of str, optional
        The columns that are needed.
    select : callable, optional
        The SQL for a table, whose name it gets as SQL writes it; by default for those columns.
    """
    database = os.fspath(query.database) if isinstance(query.database, os.PathLike) else query.database
    where = database_name(database) or "the query"
    made = _reader_of(database)
    with _faults_said(where, database):
        reader: Reader = made(":memory:" if database is None else database)
    try:
        where = database_name(database) or reader.name
        with _faults_said(where, database):
            if query.sql is None:
                table = find_table(query.table, reader.tables(), where)
                name = f"{where}, table {'.'.join(table)}"
                sql = select(quoted(*table)) if select is not None else _selection(reader, table, names)
            else:
                name, sql = ", ".join(filter(None, (where, "query"))), query.sql
        with _faults_said(name, database):
            schema, batches = reader.read(sql)
        if not schema.names and not schema.metadata:
            raise RequestError(f"{name}: gives no table; one query is needed, SELECT ..., and no other statement.")
    except BaseException:
        reader.close()
        raise
    chosen = [each for each in schema.names if each in names] if names and set(names) <= set(schema.names) else None
    if chosen is not None:
        schema = pa_schema = schema.empty_table().select(chosen).schema
        batches = (batch.select(pa_schema.names) for batch in batches)
    return Batches(schema, _read(batches, name, database, reader), name)


def _selection(reader: Reader, table: Name, names: Sequence[str] | None) -> str:
    """The query for a table; of some columns if it has them."""
    everything = f"SELECT * FROM {quoted(*table)}"
    if names:
        schema, none = reader.read(f"{everything} LIMIT 0")
        list(none)
        if set(names) <= set(schema.names):
            return f"SELECT {', '.join(quoted(each) for each in schema.names if each in names)} FROM {quoted(*table)}"
    return everything


def _read(
    batches: Iterator[pa.RecordBatch], name: str, database: Any, reader: Reader | None
) -> Iterator[pa.RecordBatch]:
    """The batches, with errors said; what is open is closed at the end, also if nobody reads so far."""
    read = _reading(batches, name, database, reader)
    next(read)  # a generator that was never begun would not close anything
    return read


def _reading(batches: Iterator[pa.RecordBatch], name: str, database: Any, reader: Reader | None) -> Iterator[Any]:
    row = 0
    try:
        yield None
        while True:
            with _faults_said(name, database, row):
                batch = next(batches, None)
            if batch is None:
                return
            row += batch.num_rows
            yield batch
    finally:
        del batches  # which a connection waits for
        if reader is not None:
            reader.close()


def _reader_of(database: Any) -> type[Reader]:
    """What reads a database.

    Raises
    ------
    RequestError
        If it is none.
    FileNotFoundError
        If a file does not exist.
    """
    if database is None:
        return DuckDB
    if is_uri(database):
        return ADBC
    if isinstance(database, str | os.PathLike):
        path = os.fspath(database)
        if not os.path.exists(path):
            raise no_such_file(path)
        if (found := _reader_of_file(path)) is None:
            raise RequestError(
                f"{path}: is no database of DuckDB or SQLite, so that it has no tables to name or to query. For a "
                f"query of files name them in it, and no database: SELECT * FROM '{path}'."
            )
        return found
    if (found := _reader_of_connection(database)) is None:
        raise RequestError(
            f"a database is a path, a URI, or a connection of DuckDB, of sqlite3 or of an ADBC driver, not a "
            f"{type(database).__name__}."
        )
    return found


def _reader_of_file(source: Any) -> type[Reader] | None:
    """What reads a file, by its first bytes; None if it is no database."""
    if not isinstance(source, str | os.PathLike) or source == "-" or not os.path.isfile(source):
        return None
    try:
        with Path(source).open("rb") as file:
            head = file.read(16)
    except OSError:
        return None  # which is said by those who read it whole
    return SQLite if head == b"SQLite format 3\0" else DuckDB if head[8:12] == b"DUCK" else None


def _reader_of_connection(source: Any) -> type[Reader] | None:
    """What reads a connection; None if it is none."""
    if is_connection(source):
        return DuckDB
    for module, reader in (("sqlite3", SQLite), ("adbc_driver_manager.dbapi", ADBC)):
        if (client := sys.modules.get(module)) is not None and isinstance(source, client.Connection):
            return reader
    return None


@contextmanager
def _faults_said(where: str, database: Any, row: int = 0) -> Iterator[None]:
    """Convert errors of a database, which are errors of its client or, within a stream, of Arrow."""
    import pyarrow as pa

    try:
        yield
    except Exception as error:
        # The client may be there only since it was asked to connect.
        clients = [module for name in ("duckdb", "sqlite3", "adbc_driver_manager") if (module := sys.modules.get(name))]
        faults = (*(client.Error for client in clients), pa.ArrowException, OSError)
        if isinstance(error, FileNotFoundError) or not isinstance(error, faults):
            raise
        reason = _reason(str(error))
        if reason == _INTERRUPTED:
            raise KeyboardInterrupt from None  # which the driver took for itself, to end the query
        if is_uri(database):
            reason = without_secrets(reason, database)
        rows = f"cannot be read beyond row {row:,}: " if row else ""
        raise DataError(f"{where}: {rows}{reason}{'' if reason[-1:] in '?!' else '.'}{_advice(reason)}") from None


def _reason(text: str) -> str:
    """The words of a database, without where its client read them, and without the query.

    Examples
    --------
    >>> _reason('NOT_FOUND: Failed to prepare query: ERROR:  relation "nope" does not exist\\nLINE 1: select')
    'relation "nope" does not exist'
    >>> _reason('Catalog Error: Table with name nope does not exist!\\nDid you mean "t"?\\n\\nLINE 1: select')
    'Catalog Error: Table with name nope does not exist! Did you mean "t"?'
    """
    said = re.split(r"\n\s*(?:LINE \d+:|Query was|\n)|\s*\. SQLSTATE:", text.strip())[0]
    said = re.sub(r"^.*?(?:ERROR|FATAL):\s+|^[A-Z_]+: \[libpq\] ", "", said, flags=re.DOTALL)
    return " ".join(said.split()).rstrip(".:")


def _advice(reason: str) -> str:
    """What to do about it, where the database does not say."""
    if "different configuration" in reason:
        return " It is open in this process: pass that connection, Query(connection, ...)."
    if "onflicting lock" in reason or "database is locked" in reason:
        return " Another process writes to it: wait until it is done, or copy the file."
    return ""
