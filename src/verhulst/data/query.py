"""A table of a database, or the result of a query, as a source of rows."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from verhulst.data.errors import RequestError

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]*\]|[^:\[\]]*)(:[0-9]*)?")
POSTGRESQL = ("postgresql", "postgres")


@dataclass(frozen=True, repr=False)
class Query:
    """A table of a database, or the result of a query, which can be used wherever a table can.

    Nothing is read before it is used. Files are opened for reading only, and a transaction in PostgreSQL is read-only.

    Parameters
    ----------
    database : str, PathLike or connection, optional
        The path of a DuckDB or SQLite file, a URI such as `postgresql://host/name`, or a connection of DuckDB, of
        sqlite3 or of an ADBC driver. Without one, DuckDB runs the query, in which files are tables:
        `SELECT * FROM 'data/*.parquet'`.
    table : str, optional
        The name of a table or view, with its schema if it is not the current one (`archive.votes`). It need not be
        given if the database has only one.
    sql : str, optional
        A query, instead of a table.

    Raises
    ------
    RequestError
        If both a table and a query are given, or neither database nor query, or a URI cannot be used.

    Examples
    --------
    >>> import duckdb
    >>> import verhulst as vh
    >>> connection = duckdb.connect()
    >>> _ = connection.execute("CREATE TABLE votes AS SELECT range AS age, range % 7 > 2 AS won FROM range(100)")
    >>> model = vh.fit_table(vh.data.Query(connection, table="votes"), "won")
    >>> model.fit.rows, model.design.source
    (100, 'DuckDB, table votes')
    """

    database: Any = None
    table: str | None = None
    sql: str | None = None

    def __post_init__(self) -> None:
        if self.table is not None and self.sql is not None:
            raise RequestError("give a table (table=, --table) or a query (sql=, --sql), not both.")
        texts: tuple[tuple[object, str], ...] = ((self.table, "the name of the table"), (self.sql, "the query"))
        for given, what in texts:
            if given is not None and not (isinstance(given, str) and given.strip()):
                raise RequestError(f"{what} is a text, not {given!r}.")
        if self.database is None and self.sql is None:
            raise RequestError("a table is in a database: name it, such as sales.duckdb or postgresql://host/name.")
        if is_uri(self.database):
            safe_uri(self.database)

    def __str__(self) -> str:
        what = f"table {self.table}" if self.table else "query" if self.sql else ""
        return ", ".join(filter(None, (database_name(self.database), what)))

    def __repr__(self) -> str:
        return f"<Query of {self}>"


def is_uri(source: Any) -> bool:
    """Whether a source is text such as `postgresql://host/name`."""
    return isinstance(source, str) and _URI.match(source) is not None


def database_name(database: Any) -> str:
    """Return what messages call a database: its path, a URI without user, password and options, or nothing."""
    if is_uri(database):
        return safe_uri(database)
    return os.fspath(database) if isinstance(database, str | os.PathLike) else ""


def safe_uri(uri: str) -> str:
    """Return a URI without user, password and options.

    Raises
    ------
    RequestError
        If it is not of PostgreSQL, or a password in it could be taken for something else, and be shown in a message.

    Examples
    --------
    >>> safe_uri("postgresql://ann:secret@localhost:5432/sales?sslmode=require")
    'postgresql://localhost:5432/sales'
    """
    scheme, user, place, options = _parts(uri)
    if scheme.lower() not in POSTGRESQL:
        raise RequestError(
            f"{scheme}://...: there is no reader for such a source. Name a file, or a database as "
            f"postgresql://host/name; for another database pass a connection of its ADBC driver from Python."
        )
    if re.search(r"[@/#]", user) or re.search(r"[@#]", options) or re.search(r"%(?![0-9A-Fa-f]{2})", uri):
        raise RequestError(
            f"{scheme}://...: in a user name or a password, write @ as %40, / as %2F, ? as %3F, # as %23 and % as "
            f"%25; or leave the password to the environment variable PGPASSWORD or to the file ~/.pgpass."
        )
    if options and not all("=" in option for option in options.split("&")):
        raise RequestError(f"{scheme}://...: options after ? have the form name=value, joined by &.")
    if not all(_HOST.fullmatch(host) for host in place.partition("/")[0].split(",")):
        raise RequestError(f"{scheme}://...: a host is followed by nothing, or by a colon and the number of its port.")
    return f"{scheme}://{place}"


def without_secrets(text: str, uri: str) -> str:
    """Return a message of a database without what a URI holds as passwords."""
    _, user, _, options = _parts(uri)
    pairs = [option.partition("=") for option in options.split("&")]
    secrets = [user.partition(":")[2], *(value for name, _, value in pairs if "password" in name)]
    for secret in filter(None, secrets):
        for shown in (secret, unquote(secret)):
            text = text.replace(shown, "***")
    return text


def _parts(uri: str) -> tuple[str, str, str, str]:
    """Scheme, user with password, place, and options."""
    scheme, rest = uri.split("://", 1)
    before, _, options = rest.partition("?")
    user, _, place = before.rpartition("@")
    return scheme, user, place, options
