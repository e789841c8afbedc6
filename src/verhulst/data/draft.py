"""The kind of a column of a table, before its levels are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from verhulst.data.code_text import refuse_same_numbers
from verhulst.data.column import Column
from verhulst.data.column_values import kind_of, level_type_of
from verhulst.data.date_text import refuse_dates_as_numbers
from verhulst.data.decimal_signs import note_on_points, refuse_unclear_sign
from verhulst.data.errors import DataError, categorical_option, exclude_option
from verhulst.data.fields import delimiter_of
from verhulst.data.scratch import release
from verhulst.data.source import place
from verhulst.data.text_kind import kind_of_text

if TYPE_CHECKING:
    import pyarrow as pa


def draft_column(table: pa.Table, name: str, as_categories: bool) -> tuple[Column, pa.ChunkedArray | None]:
    """Return the column without levels, which are added when the kept rows are known.

    If text had to be read to determine the kind, its numbers are returned too.

    Raises
    ------
    DataError
        If it contains dates or another unusable type, or its kind is unclear.
    """
    release()  # what was read of the columns before
    values = table[name]
    kind, at = kind_of(values.type), place(table)
    if kind == "unusable":
        raise DataError(
            f"{at}column {name!r} holds values of type {values.type}, which is neither a number, a boolean nor a "
            f"category. Exclude it ({exclude_option(name)}), or make numbers of it (such as days since a date)."
        )
    if as_categories:
        return Column(name, "categorical"), None
    if kind != "categorical" or level_type_of(values.type) != "text":
        if kind == "numeric":
            refuse_dates_as_numbers(values, name, at)
            refuse_same_numbers(values, name, at)
        return Column(name, kind), None
    column, read = kind_of_text(values, name, at, delimiter_of(table, name))
    if column.kind == "numeric":
        refuse_unclear_sign(table, name, at, f", or say that it is categorical ({categorical_option(name)})")
        if not column.style.group:
            column = replace(column, notes=column.notes + note_on_points(table, name))
    return column, read
