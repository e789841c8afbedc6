"""A column that names groups of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.choice import check_names
from verhulst.data.column_values import labels
from verhulst.data.distinct_texts import read_words
from verhulst.data.errors import DataError
from verhulst.data.fields import delimiter_of
from verhulst.data.source import place

if TYPE_CHECKING:
    import pyarrow as pa


def group_labels(table: pa.Table, name: str) -> NDArray[Any]:
    """Return the label of each row's group, an array of text with None where it is missing.

    A column of a text file is read as text: 007 and 7 are two groups.

    Raises
    ------
    DataError
        If there is no such column, or its values have no order, such as lists.
    """
    import pyarrow as pa

    check_names(table, [name])
    column = table.column(name)
    try:
        found = labels(column if delimiter_of(table, name) is None else read_words(column))
    except pa.ArrowNotImplementedError:
        raise DataError(
            f"{place(table)}column {name!r} holds values of type {column.type}, which name no groups."
        ) from None
    return np.asarray(found.to_pylist(), dtype=object)


def labels_of_rows(table: pa.Table, name: str, kept: NDArray[np.bool_] | None) -> NDArray[Any]:
    """Return the label of each of the rows that are kept, all if that is None.

    Raises
    ------
    DataError
        As `group_labels`, or if one of these rows has no label.
    """
    found = group_labels(table, name)
    holes = np.array([label is None for label in found.tolist()]) & (True if kept is None else kept)
    if holes.any():
        raise DataError(
            f"{place(table)}column {name!r} is missing in {int(holes.sum())} of {len(holes)} "
            f"rows (first in row {int(holes.argmax()) + 1}). Fill the values in, or leave these rows out."
        )
    return found if kept is None else found[kept]
