"""Columns of values that folders are named after, such as `year=2024`: the same in all rows of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from verhulst.data.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

# Whole numbers as they are written; `007` is none.
_WHOLE = re.compile("0|-?[1-9][0-9]{0,17}", re.ASCII)


def folder_fields(values: Sequence[Mapping[str, str | None]]) -> list[pa.Field]:
    """Return the fields of such columns beside columns with types: whole numbers where all are, else categories."""
    import pyarrow as pa

    whole = {name: all(_WHOLE.fullmatch(each[name] or "0") for each in values) for name in values[0]}
    return [pa.field(name, pa.int64() if whole[name] else pa.dictionary(pa.int32(), pa.string())) for name in values[0]]


def repeated(value: str | None, rows: int, type_: pa.DataType) -> pa.Array:
    """Return a value of a folder for some rows."""
    import pyarrow as pa

    if value is None:
        return pa.nulls(rows, type_)
    if pa.types.is_dictionary(type_):
        return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array([value]))
    return pa.repeat(pa.scalar(int(value), type_), rows)


def refuse_in_files(folders: Mapping[str, object], names: Sequence[str], path: str) -> None:
    """Raise if the files have a column that folders are named after too."""
    for name in folders:
        if name in names:
            raise DataError(
                f"{path}: the column {name!r} is in the files, and folders are named after its values. Rename one of "
                f"them."
            )
