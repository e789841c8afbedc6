"""What kind of column a column of a table is, before its levels are known."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from verhulst.data.column import Column
from verhulst.data.column_values import kind_of, level_type_of
from verhulst.data.errors import DataError
from verhulst.data.fields import delimiter_of
from verhulst.data.source import place
from verhulst.data.text_kind import (
    categorical_option,
    kind_of_text,
    refuse_dates_as_numbers,
    refuse_joined_numbers,
    refuse_unclear_sign,
)

if TYPE_CHECKING:
    import pyarrow as pa


def draft_column(table: pa.Table, name: str, as_categories: bool) -> Column:
    """The column without levels; they come when it is known which rows are kept.

    Raises
    ------
    DataError
        If it holds dates or another type that nothing can be made of, or if it is not clear what it holds.
    """
    return draft_and_numbers(table, name, as_categories)[0]


def draft_and_numbers(table: pa.Table, name: str, as_categories: bool) -> tuple[Column, pa.ChunkedArray | None]:
    """As `draft_column`, with the numbers of text that had to be read to tell.

    Raises
    ------
    DataError
        If it holds dates or another type that nothing can be made of, or if it is not clear what it holds.
    """
    values = table[name]
    kind, at = kind_of(values.type), place(table)
    if kind == "unusable":
        raise DataError(
            f"{at}column {name!r} holds values of type {values.type}, which is neither a number, a truth value nor a "
            f"category. Exclude it (--exclude {quote(name)}), or make numbers of it (such as days since a date)."
        )
    if as_categories:
        return Column(name, "categorical"), None
    if kind != "categorical" or level_type_of(values.type) != "text":
        if kind == "numeric":
            refuse_dates_as_numbers(values, name, at)
            refuse_joined_numbers(values, name, at)
        return Column(name, kind), None
    found = kind_of_text(values, name, at, delimiter_of(table, name))
    if found.kind == "numeric":
        refuse_unclear_sign(table, name, at, f", or say that it is categorical ({categorical_option(name)})")
    return Column(name, found.kind, style=found.style, marks=found.marks, notes=found.notes), found.values
