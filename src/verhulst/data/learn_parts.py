"""Learn a design from what the parts of a table show, when the rows are elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from verhulst.data.base_design import LEAVE_OUT
from verhulst.data.design import Design
from verhulst.data.draft import draft_column
from verhulst.data.errors import DataError, RequestError, listed, warn_of_notes
from verhulst.data.learn import learn_column
from verhulst.data.missing_values import empty_said, missing_said
from verhulst.data.request import Request
from verhulst.data.seen import Seen
from verhulst.data.source import place, source_of, with_source

if TYPE_CHECKING:
    import pyarrow as pa


def learn_from_parts(table: pa.Table, request: Request, seen: Seen) -> Design:
    """Return the design that `learn_table` would learn from all rows.

    Parameters
    ----------
    table : pyarrow.Table
        The columns; its rows do not matter.
    request : Request
        The columns that are asked for.
    seen : Seen
        What the rows show.

    Raises
    ------
    DataError
        As `learn_design`.
    """
    at, target = place(table), request.target
    if request.dates:
        raise RequestError(f"{at}parts of dates (--date) are not taken on a cluster: make columns of them before.")
    tables = {name: _values(table, name, seen.columns[name].values) for name in request.used}
    drafts = tuple(
        draft_column(tables[name], name, name in request.declared, seen.columns[name].counted)[0]
        for name in request.chosen
    )
    design = Design(
        drafts,
        weights=request.weights,
        offset=request.offset,
        missing=request.missing,
        source=source_of(table),
        rows_read=seen.rows,
        rows_kept=seen.kept,
    )
    if target is not None:
        column = seen.columns[target]
        learned = request.learn_outcomes(column.values, at, column.counted)
        design = replace(design, target=learned)
    _refuse_missing(design, seen, at, table.column_names)
    if target is not None and seen.kept < seen.rows:
        said = f"{at}after rows with missing values were left out, "
        request.learn_outcomes(column.in_kept_rows, said, column.counted_in_kept_rows)
    columns = []
    for draft in drafts:
        counts = seen.columns[draft.name]
        counted = counts.counted_in_kept_rows or counts.counted
        kept = _values(table, draft.name, seen.columns[draft.name].in_kept_rows)
        declared = draft.name in request.categorical
        columns.append(
            learn_column(kept, draft, declared, request.reference, seen.kept, lump=request.lump, counted=counted)
        )
    warn_of_notes(tuple(note for column in columns for note in column.notes))
    return replace(design, columns=tuple(columns))


def _values(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    import pyarrow as pa

    return with_source(pa.table({name: values}), source_of(table))


def _refuse_missing(design: Design, seen: Seen, at: str, names: list[str]) -> None:
    counts = {name: seen.columns[name].missing for name in design.used_names if seen.columns[name].missing}
    empty = next((name for name, number in counts.items() if number == seen.rows), None)
    if empty is not None and (design.missing == "error" or not seen.kept):
        raise empty_said(at, empty, names)
    if counts and design.missing == "error":
        holes = seen.rows - seen.kept
        raise missing_said(at, counts, holes, seen.rows, seen.first_hole + 1, LEAVE_OUT, design.columns)
    if not seen.kept:
        raise DataError(f"{at}every row has a missing value in {listed(design.used_names)}; no row is left.")
