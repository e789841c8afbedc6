"""Read SQLite, whose columns have no types: each value has its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verhulst.data.errors import listed
from verhulst.data.names_in_sql import Name, quoted, subquery
from verhulst.data.unread import with_unread

if TYPE_CHECKING:
    import sqlite3

    import pyarrow as pa

ROWS = 1 << 16  # of a batch
WAIT = 5.0  # seconds for another process to finish its writing
_TYPES = ("integer", "real", "text", "blob")  # beside null


class SQLite:
    """A connection to SQLite.

    Parameters
    ----------
    database : str or sqlite3.Connection
        The path of a file, which is opened for reading only, or a connection.
    """

    name = "SQLite"

    def __init__(self, database: Any) -> None:
        self._own = isinstance(database, str)
        self._connection = database
        if self._own:
            import sqlite3

            uri = f"{Path(database).absolute().as_uri()}?mode=ro"
            self._connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=WAIT)
            self._connection.execute("BEGIN")  # what is read twice is the same

    def tables(self) -> list[Name]:
        """Return the names of the tables and views."""
        cursor = self._cursor("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        return sorted(row for row in cursor.fetchall() if not row[0].startswith("sqlite_"))

    def read(self, sql: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Return the columns of a query and its batches; a column of integers and reals becomes doubles.

        Columns of numbers and text are left out as unread.
        """
        import pyarrow as pa

        cursor = self._cursor(sql)
        names = [each[0] for each in cursor.description or ()]
        types = self._types(sql) if names else []
        mixed = {name: _why(name, held) for name, held in zip(names, types, strict=True) if _type(held) is None}
        places = [place for place, held in enumerate(types) if _type(held) is not None]
        schema = pa.schema([(names[place], _type(types[place])) for place in places])

        def batches() -> Iterator[pa.RecordBatch]:
            while rows := cursor.fetchmany(ROWS):
                values = list(zip(*rows, strict=True))
                columns = [
                    pa.array(_doubles(values[place]) if len(types[place]) > 1 else values[place], field.type)
                    for place, field in zip(places, schema, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

        return with_unread(schema.empty_table(), mixed).schema, batches()

    def close(self) -> None:
        """Close the connection if it was opened here."""
        if self._own:
            self._connection.close()

    def _cursor(self, sql: str) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self._connection.cursor()
        cursor.row_factory = None
        return cursor.execute(sql)

    def _types(self, sql: str) -> list[list[str]]:
        """The types of the values in each column."""
        inner = subquery(sql)
        names = [quoted(each[0]) for each in self._cursor(f"SELECT * FROM {inner} LIMIT 0").description]
        asked = ", ".join(f"max(typeof({name}) = '{type_}')" for name in names for type_ in _TYPES)
        found = self._cursor(f"SELECT {asked} FROM {inner}").fetchone()
        return [
            [type_ for type_, there in zip(_TYPES, found[start:], strict=False) if there]
            for start in range(0, len(found), len(_TYPES))
        ]


def _type(held: Sequence[str]) -> pa.DataType | None:
    """The Arrow type of a column with values of these types; None if there is none."""
    import pyarrow as pa

    types = {
        (): pa.null(),
        ("integer",): pa.int64(),
        ("real",): pa.float64(),
        ("integer", "real"): pa.float64(),
        ("text",): pa.string(),
        ("blob",): pa.binary(),
    }
    return types.get(tuple(held))


def _doubles(values: Sequence[Any]) -> list[float | None]:
    return [None if value is None else float(value) for value in values]


def _why(name: str, held: Sequence[str]) -> str:
    return f"column {name!r} holds values of the types {listed(held)}; make them one type: CAST(... AS ...) in a query."
