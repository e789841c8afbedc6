"""The source of a table, stored with the table so that later messages can name the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verhulst.data.printable import printable
from verhulst.data.unread import unread, with_unread

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = b"verhulst.source"


def with_source(table: pa.Table, source: str) -> pa.Table:
    """Return the table with the name of its source (if it has one) and what is `unread` as its only metadata."""
    named = table.replace_schema_metadata({_KEY: printable(source).encode()} if source else None)
    return with_unread(named, unread(table))


def source_of(table: pa.Table) -> str:
    """Return the name of the table's source, or an empty string for a table in memory."""
    return ((table.schema.metadata or {}).get(_KEY) or b"").decode()


def place(table: pa.Table) -> str:
    """Return the beginning of a message about this table: 'votes.csv: ', or nothing for a table in memory."""
    source = source_of(table)
    return f"{source}: " if source else ""
