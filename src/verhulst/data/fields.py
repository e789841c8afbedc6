"""Cells of a text file, which stay text until the design determines how a column is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verhulst.data.unread import with_unread

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = b"verhulst.delimiter"
_READ = b"verhulst.read"
_SIGNS = b"verhulst.signs"
_TEXT = b"verhulst.text"


@dataclass(frozen=True)
class Fields:
    """The cells of a text file in two forms.

    Attributes
    ----------
    cells : pyarrow.Table
        Text and column names exactly as in the file; nothing is missing.
    table : pyarrow.Table
        The same columns, with names without surrounding blanks and null for missing values. `delimiter_of` recognises
        them.
    """

    cells: pa.Table
    table: pa.Table


def fields_of(
    cells: pa.Table,
    columns: Sequence[pa.ChunkedArray],
    delimiter: str,
    signs: Sequence[str],
    reasons: Mapping[str, str],
) -> Fields:
    """Return the cells of a file, and the same columns with nulls, marked as text that has not been converted yet.

    `signs` are the `unclear_columns`, `reasons` those of columns that are `unread`.
    """
    import pyarrow as pa

    names = [name.strip() for name in cells.column_names]
    marked = [text_field(name, pa.string(), delimiter, sign) for name, sign in zip(names, signs, strict=True)]
    return Fields(cells, with_unread(pa.table(list(columns), schema=pa.schema(marked)), reasons))


def text_field(name: str, type_: pa.DataType, delimiter: str, sign: str) -> pa.Field:
    """Return the field of a column of text that has not been converted yet; `sign` is one of the `unclear_columns`."""
    import pyarrow as pa

    return pa.field(name, type_, metadata={_KEY: delimiter.encode(), _SIGNS: sign.encode()})


def delimiter_of(table: pa.Table, name: str) -> str | None:
    """Return the delimiter of the file if a column is text that has not been converted yet; None if it has a type."""
    mark = (table.schema.field(name).metadata or {}).get(_KEY)
    return None if mark is None else mark.decode()


def field_signs(table: pa.Table, name: str) -> tuple[str, str]:
    """The decimal sign of a column by itself, and that of the file's other columns; see `unclear_columns`."""
    signs = ((table.schema.field(name).metadata or {}).get(_SIGNS) or b"").decode()
    return signs[:1], signs[1:]


def other_sign(table: pa.Table, name: str) -> str:
    """The decimal sign of the file's other columns, if it makes unclear how the numbers of this one are meant."""
    own, others = field_signs(table, name)
    return others if others not in (own, "?") else ""


def as_text(field: pa.Field) -> pa.Field:
    """Return the field of a column that is text whatever it looks like."""
    return field.with_metadata({**(field.metadata or {}), _TEXT: b""})


def is_text(table: pa.Table, name: str) -> bool:
    """Whether a column was said to be text."""
    return _TEXT in (table.schema.field(name).metadata or {})


def field_read(name: str, type_: pa.DataType, **more: str) -> pa.Field:
    """Return the field of a column whose text has been converted, or whose numbers have been checked."""
    import pyarrow as pa

    return pa.field(name, type_, metadata={_READ: b""} | more)


def is_read(field: pa.Field) -> bool:
    """Whether a field is that of such a column."""
    return _READ in (field.metadata or {})
