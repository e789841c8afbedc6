"""Cells of a text file, which stay text until the design determines how a column is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = b"verhulst.delimiter"
_READ = b"verhulst.read"
_OTHER_SIGN = b"verhulst.other_sign"


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


def fields_of(cells: pa.Table, columns: Sequence[pa.ChunkedArray], delimiter: str) -> Fields:
    """Return the cells of a file, and the same columns with nulls, marked as text that has not been converted yet."""
    import pyarrow as pa

    from verhulst.data.decimal_signs import unclear_columns

    names = [name.strip() for name in cells.column_names]
    marked = [
        pa.field(name, pa.string(), metadata={_KEY: delimiter.encode(), _OTHER_SIGN: sign.encode()})
        for name, sign in zip(names, unclear_columns(columns, delimiter), strict=True)
    ]
    return Fields(cells, pa.table(list(columns), schema=pa.schema(marked)))


def delimiter_of(table: pa.Table, name: str) -> str | None:
    """Return the delimiter of the file if a column is text that has not been converted yet; None if it has a type."""
    mark = (table.schema.field(name).metadata or {}).get(_KEY)
    return None if mark is None else mark.decode()


def other_sign(table: pa.Table, name: str) -> str:
    """The decimal sign of the file's other columns, if it makes unclear how the numbers of this one are meant."""
    return _other_sign(table, name).strip("?")


def sign_is_assumed(table: pa.Table, name: str) -> bool:
    """Whether points are decimal signs only by assumption: all in the file stand before three digits."""
    return _other_sign(table, name) == "?"


def _other_sign(table: pa.Table, name: str) -> str:
    return ((table.schema.field(name).metadata or {}).get(_OTHER_SIGN) or b"").decode()


def field_read(name: str, type_: pa.DataType) -> pa.Field:
    """Return the field of a column whose text has been converted, or whose numbers have been checked."""
    import pyarrow as pa

    return pa.field(name, type_, metadata={_READ: b""})


def is_read(field: pa.Field) -> bool:
    """Whether a field is that of such a column."""
    return _READ in (field.metadata or {})


@dataclass(frozen=True)
class Texts:
    """The distinct texts of a column, and their positions.

    Attributes
    ----------
    distinct : list of str
        Each text that occurs; without surrounding blanks if it is from a file.
    counts : ndarray of int64
        The number of rows with each.
    codes : ndarray of int64, shape (n,)
        The position of each row's text in `distinct`; -1 for missing values.
    """

    distinct: list[str]
    counts: NDArray[np.int64]
    codes: NDArray[np.int64]

    def row_of(self, text: str) -> int:
        """Return the first row with `text`, from 0."""
        return int(np.argmax(self.codes == self.distinct.index(text)))


def texts_of(values: pa.ChunkedArray, *, strip: bool) -> Texts:
    """Return the distinct texts of a column of text or of a dictionary of text.

    Parameters
    ----------
    values : pyarrow.ChunkedArray
    strip : bool
        Whether to strip blanks and treat empty text and marks such as NA as missing, as for text files.
    """
    from verhulst.data.column_values import dictionary_of, value_places
    from verhulst.data.missing_text import MISSING_TEXT

    encoded = dictionary_of(values)
    raw = encoded.dictionary.to_pylist()
    indices = value_places(encoded)
    place: dict[str, int] = {}
    places = np.full(len(raw) + 1, -1, dtype=np.int64)
    for i, text in enumerate(raw):
        if text is None:
            continue
        bare = text.strip() if strip else text
        if bare == text or bare not in MISSING_TEXT:
            places[i] = place.setdefault(bare, len(place))
    codes = places[indices]
    counts = np.bincount(codes[codes >= 0], minlength=len(place))
    return Texts(list(place), counts, codes)
