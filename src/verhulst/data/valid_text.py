"""Validate tables of files: what is damaged is refused, and text that is not UTF-8 stops only those who use it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa

    Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)


def valid(rows: Rows, unread: dict[str, str], at: str, before: int = 0) -> Rows:
    """Return validated rows, without the values of columns of text that is not UTF-8.

    Parameters
    ----------
    rows : pyarrow.Table or pyarrow.RecordBatch
    unread : dict
        Gets the reason for each such column.
    at : str
        The beginning of messages: "votes.parquet: ".
    before : int
        The number of rows of the file before these.

    Raises
    ------
    pyarrow.ArrowInvalid
        If something else is wrong, such as offsets outside of the data.
    """
    import pyarrow as pa

    try:
        rows.validate(full=True)
        return rows
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
    for place, field in enumerate(rows.schema):
        column = rows.column(place)
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            if "UTF8" not in str(error):
                raise
            where = f"{row:,}, " if (row := _first_wrong(column, before)) else ""
            unread.setdefault(
                field.name,
                f"{at}{'row ' * bool(where)}{where}column {field.name!r}: the text is not UTF-8. Leave the column out, "
                f"or write the file again with text in UTF-8.",
            )
            rows = rows.set_column(place, field, pa.nulls(len(column), field.type))
    rows.validate(full=True)
    return rows


def _first_wrong(column: pa.Array | pa.ChunkedArray, before: int) -> int | None:
    """Return the row of the first text that is not UTF-8, from 1; None where Arrow does not say it."""
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        try:
            chunk.validate(full=True)
        except pa.ArrowInvalid as error:
            found = re.search(r"string index (\d+)", str(error))
            return before + int(found[1]) + 1 if found else None
        before += len(chunk)
    return None
