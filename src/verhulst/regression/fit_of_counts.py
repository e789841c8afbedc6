"""Logistic regression of long tables of few distinct rows: each is a row whose weight is the number of its like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from verhulst.data.block import make_block
from verhulst.data.choice import index_columns
from verhulst.data.design import Design
from verhulst.data.distinct_rows import open_countable
from verhulst.data.learn_parts import learn_from_parts
from verhulst.data.request import Roles
from verhulst.data.seen import seen
from verhulst.regression.fitting import fit
from verhulst.regression.result import LogisticFit
from verhulst.regression.totals import Totals
from verhulst.regression.warn import quietly


def fit_of_counts(source: Any, asked: Roles, options: Mapping[str, Any]) -> tuple[Design, LogisticFit, Totals] | None:
    """Fit a table by the counts of its distinct rows; None if these are not few, or if there is anything to say.

    Errors and warnings name rows of the table, so that they are left to a fit of all rows.

    Parameters
    ----------
    source, asked, options
        As for `fit_table`.
    """
    table = open_countable(source)
    if table is None or (asked.columns is None and index_columns(table.columns)):
        return None
    try:
        request = asked.of(table.columns)
        counted = table.count(list(dict.fromkeys(request.used)))
        if counted is None:
            return None
        distinct, times = counted
        shown = seen(distinct, request.used, {*request.declared, *filter(None, [request.target])}, times)
        design = learn_from_parts(distinct, request, shown)
        complete = design.complete_rows(design.typed(distinct))
        block = make_block(design, distinct, in_place=True)
        times = times if complete is None else times[complete]
        weights = times.astype(float) if block.weights is None else block.weights * times
        with quietly() as unsaid:
            found = fit(block.X, block.y, weights, block.offset, names=design.names, **options)
    except ValueError:
        return None
    if unsaid:
        return None
    totals = Totals.of(block.X, block.y, found.log_odds(block.X, block.offset), weights)
    return design, replace(found, rows=int(times.sum())), totals
