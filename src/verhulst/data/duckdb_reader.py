"""Read DuckDB: its files, its connections, and files through its SQL."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from verhulst.data.names_in_sql import Name

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1 << 16  # of a batch


class DuckDB:
    """A connection to DuckDB.

    Parameters
    ----------
    database : str or DuckDBPyConnection
        The path of a file, which is opened for reading only; ":memory:" for queries of files; or a connection.
    """

    def __init__(self, database: Any) -> None:
        self._own = isinstance(database, str)
        if self._own:
            import duckdb

            # Names in a query are not those of Python's variables here, and nothing is written beside the file.
            config: dict[str, Any] = {"python_enable_replacements": False, "temp_directory": tempfile.gettempdir()}
            self._connection = duckdb.connect(database, read_only=database != ":memory:", config=config)
        else:
            self._connection = database
        self.name = "" if self._own else self._name()

    def _name(self) -> str:
        query = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
        return next((path for (path,) in self._connection.sql(query).fetchall() if path), "DuckDB")

    def tables(self) -> list[Name]:
        """Return the tables and views, each with as much of its name as it needs."""
        found = self._connection.sql(
            "SELECT database_name, schema_name, table_name FROM duckdb_tables() WHERE NOT internal UNION ALL "
            "SELECT database_name, schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        database, schema = self._connection.sql("SELECT current_database(), current_schema()").fetchall()[0]
        here = {(database, schema): 2, ("temp", "main"): 2}
        return sorted(each[here.get(each[:2], int(each[0] == database)) :] for each in found)

    def read(self, sql: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Return the columns of a query and its batches; no columns for any other statement, which is not executed."""
        import duckdb
        import pyarrow as pa

        statements = self._connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            return pa.schema([]), iter(())
        return relation_batches(self._connection.sql(sql))

    def close(self) -> None:
        """Close the connection if it was opened here."""
        if self._own:
            self._connection.close()


def is_relation(source: Any) -> bool:
    """Whether a source is a relation of DuckDB."""
    duckdb = sys.modules.get("duckdb")
    return duckdb is not None and isinstance(source, duckdb.DuckDBPyRelation)


def is_connection(source: Any) -> bool:
    """Whether a source is a connection of DuckDB."""
    duckdb = sys.modules.get("duckdb")
    return duckdb is not None and isinstance(source, duckdb.DuckDBPyConnection)


def relation_batches(relation: Any) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Return the columns of a relation and its batches, enumerations in the order of their type."""
    import pyarrow as pa

    reader = getattr(relation, "to_arrow_reader", relation.fetch_arrow_reader)(ROWS)
    schema = reader.schema
    enums = [place for place, field in enumerate(schema) if pa.types.is_dictionary(field.type)]
    for place in enums:
        type_ = schema.field(place).type
        ordered = pa.dictionary(type_.index_type, type_.value_type, ordered=True)
        schema = schema.set(place, schema.field(place).with_type(ordered))

    def batches() -> Iterator[pa.RecordBatch]:
        with reader:
            for batch in reader:
                columns = list(batch.columns)
                for place in enums:
                    codes, values = columns[place].indices, columns[place].dictionary
                    columns[place] = pa.DictionaryArray.from_arrays(codes, values, ordered=True)
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return schema, batches()
