"""Frames with columns of categories, text or booleans, which become columns of X as those of tables do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verhulst._home import home_of
from verhulst.data.design import Design
from verhulst.data.errors import listed
from verhulst.data.in_memory import table_from_memory
from verhulst.data.learn import learn_design
from verhulst.regression.statistics import Matrix

if TYPE_CHECKING:
    import pyarrow as pa


def frame_with_words(X: Any) -> pa.Table | None:
    """Return a pandas, polars or Arrow frame as a table; None if all its columns are numbers, or for anything else.

    Examples
    --------
    >>> import pyarrow as pa
    >>> frame_with_words(pa.table({"x": [0.5], "c": ["a"]})).column_names
    ['x', 'c']
    >>> frame_with_words(pa.table({"x": [0.5], "k": [2]})) is None
    True
    """
    library = home_of(X)
    if library not in ("pandas", "polars", "pyarrow") or _is_numeric(X, library):
        return None
    table = table_from_memory(X)
    return None if _is_numeric(table, "pyarrow") else table


def _is_numeric(X: Any, library: str) -> bool:
    """Whether all columns of a frame are of numbers, by their types; true of what is no frame with columns."""
    if library == "pandas":
        return X.ndim != 2 or all(getattr(dtype, "kind", "O") in "iuf" for dtype in X.dtypes)
    if library == "polars":
        return not hasattr(X, "schema") or hasattr(X, "collect") or all(each.is_numeric() for each in X.schema.values())
    import pyarrow as pa

    if not isinstance(X, pa.Table | pa.RecordBatch):
        return True
    return all(pa.types.is_integer(each) or pa.types.is_floating(each) for each in X.schema.types)


def design_of(table: pa.Table) -> Design:
    """Return how the columns of a frame become columns of X: as in `fit_table`."""
    return learn_design(table, None, columns=table.column_names)


def matrix_of(design: Design, X: Any) -> Matrix:
    """Return the rows of a frame with the columns of a design, in any order.

    Raises
    ------
    ValueError
        If it is no frame, a column is not there, or a level was not there at the fit.
    """
    columns = getattr(X, "column_names", getattr(X, "columns", None))  # the first is Arrow's
    if columns is None or isinstance(X, str):
        names = [column.name for column in design.columns]
        raise ValueError(
            f"X must be a frame with the columns {listed(names, 12)}, as in the fit, which had columns of categories, "
            f"not a value of type {type(X).__name__}"
        )
    return design.matrix(X)
