"""Logistic regression of tables in parts, which stay where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from verhulst.data.block import make_block
from verhulst.data.column_matrix import ColumnMatrix
from verhulst.data.design import Design
from verhulst.data.errors import DataError
from verhulst.data.learn_parts import learn_from_parts
from verhulst.data.parted_table import PartedTable
from verhulst.data.request import Roles
from verhulst.data.seen import joined, seen
from verhulst.regression.fitting import fitted
from verhulst.regression.parted_observations import parted_observations
from verhulst.regression.prepare import Settings
from verhulst.regression.result import LogisticFit
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import merge
from verhulst.regression.totals import Totals

if TYPE_CHECKING:
    import pyarrow as pa


def fit_of_parts(
    source: PartedTable, asked: Roles, memory_limit: int, settings: Settings
) -> tuple[Design, LogisticFit, Totals]:
    """Fit a table in parts: what the parts show, the design, the rows, the fit, and its totals.

    Parameters
    ----------
    source : PartedTable
        The table.
    asked : Roles
        What is asked for.
    memory_limit : int
        Bytes that rows may take in this process, where a fit needs all of them here.
    settings : Settings
        Those of the fit.

    Raises
    ------
    DataError
        As `fit_table`.
    """
    request = asked.of(source.columns)
    tables = source.read(request.used)
    shown = tables.ask(seen, request.used, {*request.declared, request.target})
    tables = tables.settled()
    there = [place for place, part in enumerate(shown) if part.rows]
    if not there:
        raise DataError(f"the table has no rows (its columns are {', '.join(map(repr, source.columns.column_names))}).")
    tables, shown = tables.chosen(there), [shown[place] for place in there]
    whole = joined(shown, [source.names[place] for place in there])
    design = learn_from_parts(source.columns, request, whole)
    types = {name: column.values.type for name, column in whole.columns.items()}
    starts = np.cumsum([1, *(part.rows for part in shown)]).tolist()
    kept = [place for place, part in enumerate(shown) if part.kept]
    parts = tables.chosen(kept).changed_each(_rows, [(design, starts[place], types) for place in kept])
    del tables
    columns = parts.ask_in_turn(_without_rows)
    data = parted_observations(parts, next(columns), design.names, memory_limit)
    found = fitted(data, settings)
    return design, found, merge(parts.ask(_totals, found))


def _rows(table: pa.Table, design: Design, first_row: int, types: Mapping[str, pa.DataType]) -> Rows:
    """The rows of a part, as the kernel takes them."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_null(field.type) and field.name in types:
            table = table.set_column(place, field.name, table[field.name].cast(types[field.name]))
    block = make_block(design, table, first_row, in_place=True)
    p = len(design.names)
    y = block.y.astype(np.uint8)
    return Rows(block.X, y, block.weights, block.offset, np.zeros(p), np.ones(p), intercept=True)


def _without_rows(rows: Rows) -> ColumnMatrix:
    X: Any = rows.X
    none: ColumnMatrix = replace(
        X, batches=tuple(tuple(vector[:0].copy() for vector in batch) for batch in X.batches[:1])
    )
    return none


def _totals(rows: Rows, found: LogisticFit) -> Totals:
    return Totals.of(rows.X, rows.y, found.log_odds(rows.X, rows.offset), rows.weight)
