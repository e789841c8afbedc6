"""Designs from formulas (`vote ~ age + C(party)`), through formulaic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.design import Design, Missing, check_missing
from verhulst.data.errors import DataError, UnknownColumnError, listed
from verhulst.data.formula_columns import FormulaColumns, formula_columns
from verhulst.data.formula_matrix import FormulaMatrix
from verhulst.data.formula_terms import read_terms
from verhulst.data.learn import index_columns, roles, warn_of_index, warn_of_notes
from verhulst.data.row_numbers import RowNumbers
from verhulst.data.source import place, source_of
from verhulst.data.target import Target, learn_target

if TYPE_CHECKING:
    import pyarrow as pa

_DROP = 'Leave these rows out by missing="drop", or fill the values in first.'


@dataclass(frozen=True)
class FormulaDesign:
    """A design from a formula, made by `formula_design`. It has the same interface as `Design`.

    A formula may call functions, so it is code. A model file contains its text but does not run it: after loading,
    `matrix` raises an error.

    Attributes
    ----------
    formula : str
    names : tuple of str
        The columns of X, without the intercept.
    intercept : bool
        Whether the formula has an intercept (unless it contains `- 1`, it has).
    target : Target or None
    missing : {"error", "drop"}
    source : str
    rows_read, rows_kept : int
    weights, offset : str or None
        The columns of case weights, and of numbers added to the log-odds.
    """

    formula: str
    names: tuple[str, ...]
    intercept: bool
    target: Target | None
    missing: Missing = "error"
    source: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    weights: str | None = None
    offset: str | None = None
    columns: FormulaColumns | None = field(default=None, repr=False, compare=False)
    terms: FormulaMatrix | None = field(default=None, repr=False, compare=False)

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
        table = self.typed(table, first_row=first_row)
        holes = columns.holes(table)
        if missing == "error" and holes.any():
            hint = "Fill them in, or request nan for these rows."
            columns.design.refuse_missing(table, columns.names, first_row, hint)
        X = np.full((table.num_rows, len(self.names)), np.nan)
        rows = np.flatnonzero(~holes)
        if len(rows):
            numbers = _numbers(first_row, rows)
            kept = table.filter(~holes) if holes.any() else table
            X[rows], empty = terms.evaluate(columns.frame(kept, numbers), place(table), numbers)
            if missing == "error" and empty.any():
                raise DataError(f"{place(table)}{terms.empty_terms(empty, numbers)}")
        return X

    def target_values(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.float64]:
        """Return 0 or 1 for each row; nan if the target is missing."""
        if self.target is None or self.target.name not in table.column_names:
            raise UnknownColumnError(f"{place(table)}the target of {self.formula!r} does not exist.")
        if self.columns is None:
            return self.target.values(table[self.target.name], place(table), first_row)
        return replace(self.columns.design, target=self.target).target_values(table, first_row=first_row)

    def weight_values(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.float64] | None:
        """Return the case weights, at least 0, or None if there are none; as `Design.weight_values`."""
        return Design((), weights=self.weights).weight_values(table, first_row=first_row)

    def offset_values(
        self, table: pa.Table, *, first_row: RowNumbers = 1, missing: Literal["error", "nan"] = "error"
    ) -> NDArray[np.float64] | None:
        """Return the offsets in log-odds, or None if there are none; as `Design.offset_values`."""
        return Design((), offset=self.offset).offset_values(table, first_row=first_row, missing=missing)

    def typed(self, table: pa.Table, *, first_row: RowNumbers = 1) -> pa.Table:
        """Return the table with every column of the formula as the kind that it had at fit time; as `Design.typed`."""
        columns, _ = self._learned()
        columns.design.require(table, columns.names)
        return columns.design.typed(table, first_row=first_row)

    def complete_rows(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.bool_] | None:
        """Return a mask of the rows with a value in every column and every term of the formula; None if all have.

        Raises
        ------
        DataError
            If there are missing values and `missing` is "error"; the message counts them by column.
        """
        columns, terms = self._learned()
        terms.refuse_mixed_rows(place(table))
        table = self.typed(table, first_row=first_row)
        kept = columns.complete_rows(table, first_row, _DROP)
        rows = np.flatnonzero(kept)
        if len(rows):
            numbers = _numbers(first_row, rows)
            empty = terms.evaluate(columns.frame(table.filter(kept), numbers), place(table), numbers)[1]
            if empty.any() and self.missing == "error":
                raise DataError(f"{place(table)}{terms.empty_terms(empty, numbers)} {_DROP}")
            kept[rows[empty]] = False
        return None if kept.all() else kept

    def to_json(self) -> dict[str, Any]:
        """Return the design as JSON data, with the formula as text."""
        return {
            "formula": self.formula,
            "names": list(self.names),
            "intercept": self.intercept,
            "target": self.target.to_json() if self.target else None,
            "missing": self.missing,
            "source": self.source,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "weights": self.weights,
            "offset": self.offset,
        }

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


def formula_design(
    formula: str,
    table: Any,
    *,
    positive: object = None,
    missing: Missing = "error",
    weights: str | None = None,
    offset: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> tuple[FormulaDesign, NDArray[np.float64], NDArray[np.float64]]:
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
    learned = learn_formula(
        formula, table, positive=positive, missing=missing, weights=weights, offset=offset, context=context
    )
    return learned.design, learned.X, learned.y


@dataclass(frozen=True)
class LearnedFormula:
    """A design with the arrays of the rows it was learned from."""

    design: FormulaDesign
    X: NDArray[np.float64]
    y: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    offset: NDArray[np.float64] | None


def learn_formula(
    formula: str,
    table: Any,
    *,
    positive: object = None,
    missing: Missing = "error",
    weights: str | None = None,
    offset: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> LearnedFormula:
    """Learn a design from a formula as `formula_design`, and return it with all arrays of a fit."""

    from verhulst.data.read import read_fields

    check_missing(missing, "drop")
    table = read_fields(table)
    at = place(table)
    named = [name for name in (weights, offset) if name is not None]
    terms = read_terms(formula, table.column_names, named, context or {}, at)
    index = [name for name in index_columns(table) if name in terms.uses and f"`{name}`" not in formula]  # by `.`
    if index:
        warn_of_index(index)
        terms = read_terms(formula, table.column_names, [*named, *index], context or {}, at)
    roles(table, terms.target, weights, offset)
    design = Design((), Target(terms.target, ("", "")), weights, offset, missing, source_of(table), table.num_rows)
    columns = formula_columns(terms.uses, table, design)
    read = columns.design.typed(table)
    columns = replace(
        columns,
        design=replace(columns.design, target=learn_target(read[terms.target], terms.target, positive, at)),
    )
    kept = columns.complete_rows(read, 1, _DROP)
    complete = int(kept.sum())
    while True:
        rows = np.flatnonzero(kept)
        if not len(rows):
            raise DataError(f"{at}every row has a missing value in {listed(columns.used_names)}; no row is left.")
        numbers = _numbers(1, rows)
        some = read.filter(kept)
        columns = columns.learned(some)
        frame = columns.frame(some, numbers)
        found, X, empty = FormulaMatrix.learned(formula, terms.right, frame, dict(context or {}), at, numbers)
        if not empty.any():
            break
        if missing == "error":
            raise DataError(f"{at}{found.empty_terms(empty, numbers)} {_DROP}")
        if len(rows) < complete:
            raise DataError(
                f"{at}a term of {formula!r} loses its value in a row as others are left out. Leave the rows out of the "
                f"table first."
            )
        # Levels and stored statistics of functions (means, knots) are those of the remaining rows.
        kept[rows[empty]] = False
    if len(rows) < table.num_rows:
        learn_target(some[terms.target], terms.target, positive, f"{at}after rows with missing values were left out, ")
    columns = replace(columns, design=replace(columns.design, rows_kept=len(rows)))
    warn_of_notes(columns.notes)
    made = FormulaDesign(
        formula,
        found.names,
        found.intercept,
        columns.design.target,
        missing,
        source_of(table),
        table.num_rows,
        len(rows),
        weights,
        offset,
        columns,
        found,
    )
    return LearnedFormula(
        made,
        X,
        made.target_values(some, first_row=numbers),
        made.weight_values(some, first_row=numbers),
        made.offset_values(some, first_row=numbers),
    )


def _numbers(first_row: RowNumbers, rows: NDArray[np.int64]) -> RowNumbers:
    """Return the row numbers of some rows."""
    return first_row + rows if isinstance(first_row, int) else first_row[rows]
