"""Designs from formulas (`vote ~ age + C(party)`), through formulaic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.arguments import same_arguments
from verhulst.data.base_design import FILL_IN, BaseDesign, require
from verhulst.data.block import Block
from verhulst.data.choice import index_columns, roles, warn_of_index
from verhulst.data.design import Design
from verhulst.data.errors import DataError, listed, warn_of_notes
from verhulst.data.formula_columns import FormulaColumns, formula_columns
from verhulst.data.formula_matrix import FormulaMatrix
from verhulst.data.formula_terms import read_terms
from verhulst.data.missing_values import Missing, any_missing, check_missing, refuse_missing
from verhulst.data.row_numbers import RowNumbers, some_rows
from verhulst.data.schema import ListOf, Record, Text, Truth
from verhulst.data.source import place, source_of
from verhulst.data.target import Target, learn_target

if TYPE_CHECKING:
    import pyarrow as pa

_LEAVE_OUT = 'Leave these rows out by missing="drop", or fill the values in first.'


@dataclass(frozen=True)
class FormulaDesign(BaseDesign):
    """A design from a formula, made by `formula_design`. It has the same interface as `Design`.

    A formula may call functions, so it is code. A model file contains its text but does not run it: after loading,
    `matrix` raises an error.

    Attributes
    ----------
    formula : str
    names : tuple of str
        The columns of X, without the intercept.
    intercept : bool
        Whether the formula has an intercept (unless it contains `- 1`, it has). The other attributes are those of
        `BaseDesign`: target, weights, offset, missing, source, rows_read, rows_kept.
    """

    formula: str
    names: tuple[str, ...]
    intercept: bool
    columns: FormulaColumns | None = field(default=None, repr=False, compare=False)
    terms: FormulaMatrix | None = field(default=None, repr=False, compare=False)

    SCHEMA: ClassVar[Record] = Record(
        {"formula": Text(), "names": ListOf(Text(), "columns"), "intercept": Truth(), **BaseDesign.FIELDS},
        optional=("weights", "offset"),
    )

    def matrix(
        self, table: pa.Table, *, first_row: RowNumbers = 1, missing: Literal["error", "nan"] = "error"
    ) -> NDArray[np.float64]:
        """Return X for the rows of `table`, shape (rows, len(self.names)), C order.

        Parameters
        ----------
        table : pyarrow.Table
        first_row : int or ndarray of int
            The number of the first row, or of each, for messages.
        missing : {"error", "nan"}
            Whether a missing value, of a column or of a term, is an error, or nan in X.

        Raises
        ------
        DataError
            If the formula cannot be evaluated on these rows, gives a number that is not finite, depends on which rows
            it is given, or is from a model file.
        """
        check_missing(missing, "nan")
        columns, terms = self._learned()
        terms.refuse_mixed_rows(place(table))
        require(table, columns.names)
        table = self.typed(table, first_row=first_row)
        if missing == "error":
            refuse_missing(table, columns.names, first_row, FILL_IN, columns.design.columns)
        kept = ~any_missing(table, columns.names)
        X = np.full((table.num_rows, len(self.names)), np.nan)
        if kept.any():
            numbers = some_rows(first_row, kept)
            X[kept], empty = terms.evaluate(columns.frame(table.filter(kept), numbers), place(table), numbers)
            if missing == "error" and empty.any():
                raise DataError(f"{place(table)}{terms.empty_terms(empty, numbers)}")
        return X

    def typed(self, table: pa.Table, *, first_row: RowNumbers = 1) -> pa.Table:
        """Return the table with every column of the formula as the kind that it had at fit time; as `Design.typed`."""
        return self._learned()[0].design.typed(table, first_row=first_row)

    def complete_rows(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.bool_] | None:
        """Return a mask of the rows with a value in every column and every term of the formula; None if all have.

        Raises
        ------
        DataError
            If there are missing values and `missing` is "error"; the message counts them by column.
        """
        columns, terms = self._learned()
        terms.refuse_mixed_rows(place(table))
        require(table, columns.used_names)
        table = self.typed(table, first_row=first_row)
        if self.missing == "error":
            refuse_missing(table, columns.used_names, first_row, _LEAVE_OUT, columns.design.columns)
        kept = ~any_missing(table, columns.used_names)
        if kept.any():
            numbers = some_rows(first_row, kept)
            empty = terms.evaluate(columns.frame(table.filter(kept), numbers), place(table), numbers)[1]
            if empty.any() and self.missing == "error":
                raise DataError(f"{place(table)}{terms.empty_terms(empty, numbers)} {_LEAVE_OUT}")
            kept[np.flatnonzero(kept)[empty]] = False
        return None if kept.all() else kept

    def to_json(self) -> dict[str, Any]:
        """Return the design as JSON data, with the formula as text."""
        own = {"formula": self.formula, "names": list(self.names), "intercept": self.intercept}
        return own | super().to_json()

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> FormulaDesign:
        """Return the design in JSON data: the inverse of `to_json`, except for `matrix`."""
        fields = dict(record, names=tuple(record["names"]))
        fields["target"] = Target.from_json(fields["target"]) if fields["target"] else None
        return cls(**fields)

    def _learned(self) -> tuple[FormulaColumns, FormulaMatrix]:
        if self.columns is None or self.terms is None:
            raise DataError(
                f"this model was fitted by the formula {self.formula!r} and loaded from a file. A formula is code, "
                f"and loading runs no code: compute the design matrix yourself (its columns are {listed(self.names)})."
            )
        return self.columns, self.terms


def learn_formula(
    formula: str,
    table: Any,
    *,
    positive: object = None,
    missing: Missing = "error",
    weights: str | None = None,
    offset: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> tuple[FormulaDesign, Block]:
    """Learn a design from a formula as `formula_design`, and return it with the rows it was learned from."""
    from verhulst.data.read import read_fields

    check_missing(missing, "drop")
    table, context = read_fields(table), context or {}
    at = place(table)
    named = [name for name in (weights, offset) if name is not None]
    terms = read_terms(formula, table.column_names, named, context, at)
    index = [name for name in index_columns(table) if name in terms.uses and f"`{name}`" not in formula]  # by `.`
    if index:
        warn_of_index(index)
        terms = read_terms(formula, table.column_names, [*named, *index], context, at)
    roles(table, terms.target, weights, offset)
    common: dict[str, Any] = {
        "target": Target(terms.target, ("", "")),
        "weights": weights,
        "offset": offset,
        "missing": missing,
        "source": source_of(table),
        "rows_read": table.num_rows,
    }
    columns = formula_columns(terms.uses, table, Design((), **common))
    read = columns.design.typed(table)
    common["target"] = learn_target(read[terms.target], terms.target, positive, at)
    if missing == "error":
        refuse_missing(read, columns.used_names, 1, _LEAVE_OUT, columns.design.columns)
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
            raise DataError(f"{at}{found.empty_terms(empty, numbers)} {_LEAVE_OUT}")
        if len(empty) < complete:
            raise DataError(
                f"{at}a term of {formula!r} loses its value in a row as others are left out. Leave the rows out of the "
                f"table first."
            )
        # Levels and stored statistics of functions (means, knots) are those of the remaining rows.
        kept[np.flatnonzero(kept)[empty]] = False
    if len(X) < table.num_rows:
        learn_target(some[terms.target], terms.target, positive, f"{at}after rows with missing values were left out, ")
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

    Returns
    -------
    design : FormulaDesign
        The design.
    X : ndarray of float64, shape (rows kept, p)
        The matrix, without the intercept.
    y : ndarray of float64, shape (rows kept,)
        The outcomes, 0 or 1.

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
