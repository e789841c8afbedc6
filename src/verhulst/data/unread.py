"""Columns that could not be read: kept out of the table, with the reason, until one of them is used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from verhulst.data.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = b"verhulst.unread"


def with_unread(table: pa.Table, reasons: Mapping[str, str]) -> pa.Table:
    """Return the table with the columns that could not be read (in addition to earlier ones), and the reason of each.

    A reason is the message of the error for whoever uses the column.
    """
    if not reasons:
        return table
    said = json.dumps(unread(table) | dict(reasons)).encode()
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: said})


def unread(table: pa.Table) -> dict[str, str]:
    """Return the reasons of the columns that could not be read, by name."""
    found: dict[str, str] = json.loads((table.schema.metadata or {}).get(_KEY) or b"{}")
    return found


def refuse_unread(table: pa.Table, names: Iterable[str] | None = None) -> None:
    """Raise the reason if one of these columns (by default, any of the source) could not be read.

    Every use of a column by name consults this: those who look for a name that the table does not have, and those who
    use all columns.

    Raises
    ------
    DataError
        The error of the first such column.
    """
    reasons = unread(table)
    for name in reasons if names is None else names:
        if name in reasons:
            raise DataError(reasons[name])
