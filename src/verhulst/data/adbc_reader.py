"""Read any database with an ADBC driver; PostgreSQL by its URI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from verhulst.data.names_in_sql import Name
from verhulst.data.postgresql_types import ENUMERATIONS, may_be_enumeration, orders, plain_columns

if TYPE_CHECKING:
    import pyarrow as pa

_INTERNAL = ("pg_catalog", "information_schema", "pg_toast")


class ADBC:
    """A connection of an ADBC driver.

    Parameters
    ----------
    database : str or adbc_driver_manager.dbapi.Connection
        A URI of PostgreSQL, whose transaction is read-only, or a connection.
    """

    name = "the database"

    def __init__(self, database: Any) -> None:
        self._own = isinstance(database, str)
        self._connection = database
        self._cursor: Any = None
        if self._own:
            from adbc_driver_postgresql import dbapi

            self._connection = dbapi.connect(database)
            with self._connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")

    def tables(self) -> list[Name]:
        """Return the tables and views, those of the current schema without its name."""
        catalog = schema = None
        with suppress(*_faults()):
            catalog, schema = self._connection.adbc_current_catalog, self._connection.adbc_current_db_schema
        with self._connection.adbc_get_objects(depth="tables", catalog_filter=catalog) as reader:
            catalogs = reader.read_all().to_pylist()
        return sorted(
            (table["table_name"],)
            if (place := each["db_schema_name"]) in (schema, None, "")
            else (place, table["table_name"])
            for found in catalogs
            for each in found["catalog_db_schemas"] or ()
            if each["db_schema_name"] not in _INTERNAL
            for table in each["db_schema_tables"] or ()
        )

    def read(self, sql: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Return the columns of a query and its batches."""
        import pyarrow as pa

        self._close_cursor()
        self._cursor = cursor = self._connection.cursor()
        enumerations = {}
        if self._is_postgresql() and any(map(may_be_enumeration, cursor.adbc_execute_schema(sql))):
            cursor.execute(ENUMERATIONS)
            enumerations = orders(cursor.fetchall())
        cursor.execute(sql)
        reader = cursor.fetch_record_batch()
        schema, readers = plain_columns(reader.schema, enumerations)

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in reader:
                columns = [read(values) for read, values in zip(readers, batch.columns, strict=True) if read]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

        return schema, batches()

    def _is_postgresql(self) -> bool:
        try:
            return bool(self._connection.adbc_get_info().get("vendor_name") == "PostgreSQL")
        except _faults():
            return False

    def _close_cursor(self) -> None:
        # Nothing of a connection that was lost can be closed properly, which is not what is wrong.
        with suppress(*_faults(), OSError):
            if self._cursor is not None:
                self._cursor.close()

    def close(self) -> None:
        """Close the connection if it was opened here."""
        self._close_cursor()
        if self._own:
            with suppress(*_faults()):
                self._connection.close()


def _faults() -> tuple[type[Exception], ...]:
    import adbc_driver_manager

    return (adbc_driver_manager.Error,)
