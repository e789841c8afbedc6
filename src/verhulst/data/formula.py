"""Learn a design from a formula (`vote ~ age + C(party)`), through formulaic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.arguments import same_arguments
from verhulst.data.base_design import LEAVE_OUT
from verhulst.data.block import Block
from verhulst.data.choice import index_columns, roles, warn_of_index
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.errors import DataError, RequestError, listed, warn_of_notes
from verhulst.data.formula_columns import formula_columns
from verhulst.data.formula_matrix import FormulaMatrix
from verhulst.data.formula_terms import read_terms
from verhulst.data.missing_values import Missing, any_missing, check_missing, refuse_missing
from verhulst.data.names_given import column_name_or_none, levels_by_name
from verhulst.data.request import Request, refuse_of_two
from verhulst.data.row_numbers import some_rows
from verhulst.data.source import place, source_of
from verhulst.data.target import Target
from verhulst.data.unread import refuse_unread, unread

if TYPE_CHECKING:
    pass


def learn_formula(
    formula: str,
    table: Any,
    *,
    positive: object = None,
    missing: Missing = "error",
    weights: str | None = None,
    offset: str | None = None,
    context: Mapping[str, Any] | None = None,
    multinomial: bool = False,
    reference: Mapping[str, object] | None = None,
) -> tuple[FormulaDesign, Block]:
    """Learn a design from a formula as `formula_design`, and return it with the rows it was learned from."""
    from verhulst.data.read import read_fields

    if not isinstance(formula, str):
        raise RequestError(f"formula must be text such as 'y ~ x', not a value of type {type(formula).__name__}.")
    if context is not None and not isinstance(context, Mapping):
        raise RequestError(f"context must be a dictionary of names, not a value of type {type(context).__name__}.")
    check_missing(missing, "drop")
    weights, offset = column_name_or_none(weights, "weights"), column_name_or_none(offset, "offset")
    table, context = read_fields(table), context or {}
    at = place(table)
    named = [name for name in (weights, offset) if name is not None]
    known = [*table.column_names, *unread(table)]
    terms = read_terms(formula, known, named, context, at)
    index = [name for name in index_columns(table) if name in terms.uses and f"`{name}`" not in formula]  # by `.`
    if index:
        warn_of_index(index)
        terms = read_terms(formula, known, [*named, *index], context, at)
    refuse_unread(table, terms.uses)
    roles(table, terms.target, weights, offset)
    common: dict[str, Any] = {
        "target": Target(terms.target, ("", "")),
        "weights": weights,
        "offset": offset,
        "missing": missing,
        "source": source_of(table),
        "rows_read": table.num_rows,
    }
    first_class = _first_class(terms.target, levels_by_name(reference, "reference"), multinomial)
    if multinomial:
        refuse_of_two(positive, offset)
    request = Request(terms.target, weights, offset, [], [], {}, missing, multinomial, first_class, positive=positive)
    columns = formula_columns(terms.uses, table, Design((), **common))
    read = columns.design.typed(table)
    common["target"] = request.learn_outcomes(read[terms.target], at)
    if missing == "error":
        refuse_missing(read, columns.used_names, 1, LEAVE_OUT, columns.design.columns)
    kept = ~any_missing(read, columns.used_names)
    complete = int(kept.sum())
    while True:
        if not kept.any():
            raise DataError(f"{at}every row has a missing value in {listed(columns.used_names)}; no row is left.")
        numbers, some = some_rows(1, kept), read.filter(kept)
        columns = columns.learned(some)
        frame = columns.frame(some, numbers)
        try:
            found, X, empty = FormulaMatrix.learned(formula, terms.right, frame, dict(context), at, numbers)
        except DataError as error:
            if columns.texts:
                raise DataError(f"{error} (Read as text: {listed(sorted(columns.texts))}.)") from None
            raise
        if not empty.any():
            break
        if missing == "error":
            raise DataError(f"{at}{found.empty_terms(empty, numbers)} {LEAVE_OUT}")
        if len(empty) < complete:
            raise DataError(
                f"{at}a term of {formula!r} loses its value in a row as others are left out. Leave the rows out of the "
                f"table first."
            )
        # Levels and stored statistics of functions (means, knots) are those of the remaining rows.
        kept[np.flatnonzero(kept)[empty]] = False
    if len(X) < table.num_rows:
        said = f"{at}after rows with missing values were left out, "
        common["target"] = request.learn_outcomes(some[terms.target], said)
    common["rows_kept"] = len(X)
    columns = replace(columns, design=replace(columns.design, **common))
    warn_of_notes(columns.notes)
    made = FormulaDesign(formula, found.names, found.intercept, columns, found, **common)
    return made, Block(
        X,
        made.target_values(some, first_row=numbers),
        made.weight_values(some, first_row=numbers),
        made.offset_values(some, first_row=numbers),
        first_row=1,
    )


def _first_class(target: str, reference: Mapping[str, object], multinomial: bool) -> object:
    """Return the class that the others are compared with, or None for the first."""
    for name in reference:
        if name != target or not multinomial:
            raise RequestError(
                "reference is for the classes of a multinomial target; for a column of a formula write "
                f"C({name}, contr.treatment({reference[name]!r}))."
            )
    return reference.get(target)


@same_arguments(learn_formula)
def formula_design(*given: Any, **options: Any) -> tuple[FormulaDesign, NDArray[np.float64], NDArray[np.float64]]:
    """Learn a design from a formula.

    Parameters
    ----------
    formula : str
        `target ~ terms`, in formulaic's grammar: `C(x)`, `a:b`, `a*b`, `np.log(x)`, `- 1` for no intercept, `.` for all
        columns except target, weights and offset. The target is the name of a column.
    table : pyarrow.Table or anything that `read_table` reads
        Columns are read as by `learn_design`: the same levels in the same order, the same missing values. A column
        that occurs only in `C()` is read as text.
    positive : object, optional
        The target's value that counts as 1.
    missing : {"error", "drop"}
        Whether a missing value is an error, or its row is left out. The value of a term may be missing too:
        `np.log(x)` for negative x.
    weights, offset : str, optional
        Columns of case weights, and of numbers added to the log-odds.
    context : mapping, optional
        Further names for the formula, in addition to columns and formulaic's functions: `{"k": 10}` for `I(x / k)`.
    multinomial : bool
        Whether the target has classes, as for `learn_design`.
    reference : mapping, optional
        The target and the class that the others are compared with.

    Returns
    -------
    design : FormulaDesign
        The design.
    X : ndarray of float64, shape (rows kept, p)
        The matrix, without the intercept.
    y : ndarray of float64, shape (rows kept,)
        The outcomes, 0 or 1, or the place of the class.

    Raises
    ------
    UnknownColumnError
        If a column in the formula is not in the table.
    DataError
        If the formula is invalid, cannot be evaluated, or values are missing.

    Examples
    --------
    >>> design, X, y = formula_design("y ~ x + C(g)", {"y": [0, 1, 1], "x": [1.0, 2.0, 4.0], "g": ["a", "b", "a"]})
    >>> design.names
    ('x', 'C(g)[T.b]')
    """
    design, block = learn_formula(*given, **options)
    return design, block.X, block.y
