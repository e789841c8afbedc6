"""The columns of a table for formulas: a pandas frame, with columns read as by a design of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column import UNKNOWN_OPTION, Column
from verhulst.data.column_values import kind_of, labels, type_of_labels
from verhulst.data.design import Design
from verhulst.data.draft import draft_column
from verhulst.data.errors import DataError, DatesError, Notes, categorical_option
from verhulst.data.fields import delimiter_of
from verhulst.data.formula_terms import Use
from verhulst.data.learn import learn_column
from verhulst.data.row_numbers import RowNumbers
from verhulst.data.source import place

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class FormulaColumns:
    """How the columns of a formula are read.

    Attributes
    ----------
    design : Design
        The kind and levels of each column, as for `fit_table`. `C(x)` makes a column categorical.
    texts : frozenset of str
        Text columns that are only arguments of functions; they stay text.
    others : tuple of str
        Columns of dates and other types that only functions can use; they are not converted.
    categorical : frozenset of str
        Columns that occur only in C().
    from_file : frozenset of str
        Columns of a text file.
    """

    design: Design
    texts: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()
    categorical: frozenset[str] = frozenset()
    from_file: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns on the right."""
        return (*(column.name for column in self.design.columns), *self.others)

    @property
    def used_names(self) -> tuple[str, ...]:
        """The columns that a fit needs: target, columns on the right, weights and offset."""
        return (*self.design.used_names, *self.others)

    def learned(self, table: pa.Table) -> FormulaColumns:
        """Return the record with the levels of these rows, which have no missing values."""
        columns = tuple(
            column
            if column.name in self.texts
            else _for_formulas(learn_column, table, column, column.name in self.categorical, {})
            for column in self.design.columns
        )
        return replace(self, design=replace(self.design, columns=columns))

    def frame(self, table: pa.Table, first_row: RowNumbers) -> Any:
        """Return the columns of rows without missing values as a frame.

        Raises
        ------
        DataError
            If a value is infinite, of an unknown level or of another kind than at fit time.
        """
        import pandas as pd

        at = place(table)
        frame: dict[str, Any] = {name: table[name].to_pandas() for name in self.others}
        for column in self.design.columns:
            values = table[column.name]
            if column.name in self.texts:
                frame[column.name] = pd.Series(labels(values).to_pylist(), dtype=object)
                continue
            try:
                read = column.read(values, at, first_row)
            except DataError as error:
                raise DataError(str(error).replace(UNKNOWN_OPTION, "")) from None
            if column.kind == "categorical":
                frame[column.name] = pd.Categorical.from_codes(read, dtype=pd.CategoricalDtype(self._levels(column)))
            elif column.kind == "boolean":
                frame[column.name] = read == 1
            else:
                frame[column.name] = _whole(values, read)
        return pd.DataFrame(frame, index=range(table.num_rows))

    @property
    def notes(self) -> Notes:
        """The notes on the columns, with advice for formulas."""
        return tuple(
            (matter, _advice_for_formulas(remedy, column.name))
            for column in self.design.columns
            for matter, remedy in column.notes
        )

    def _levels(self, column: Column) -> list[Any]:
        """Return the levels in their original type, for formulas such as C(x, levels=[3, 1, 2])."""
        were = column.level_type
        if were == "text" and column.name in self.from_file:
            were = type_of_labels(column.levels)
        if were == "boolean":
            return [level == "true" for level in column.levels]
        if were != "text":
            return [int(level) if level.lstrip("-").isdigit() else float(level) for level in column.levels]
        return list(column.levels)


def formula_columns(uses: Mapping[str, set[Use]], table: pa.Table, design: Design) -> FormulaColumns:
    """Determine how the columns are read, before their levels are known.

    Parameters
    ----------
    uses : mapping of column to its uses
    table : pyarrow.Table
    design : Design
        With target, weights and offset; its columns are set here.
    """
    drafts, texts, others = [], set(), []
    categorical = frozenset(name for name, found in uses.items() if found == {"categories"})
    for name, found in uses.items():
        if found != {"argument"}:
            drafts.append(_for_formulas(draft_column, table, name, name in categorical)[0])
            continue
        if kind_of(table[name].type) == "unusable":
            others.append(name)
            continue
        draft = _argument(table, name)
        drafts.append(draft)
        if draft.kind == "categorical":
            texts.add(name)
    from_file = frozenset(name for name in uses if delimiter_of(table, name) is not None)
    design = replace(design, columns=tuple(drafts))
    return FormulaColumns(design, frozenset(texts), tuple(others), categorical, from_file)


def _argument(table: pa.Table, name: str) -> Column:
    """Return a column that is an argument of a function: words and dates are text."""
    try:
        draft: Column = _for_formulas(draft_column, table, name, False)[0]
        return draft
    except DatesError:
        return Column(name, "categorical")


def _for_formulas(learn: Any, table: pa.Table, column: Any, *more: Any) -> Any:
    """Return the result of `learn`, with its advice for tables replaced by C() for formulas."""
    try:
        return learn(table, column, *more)
    except DataError as error:
        name = column if isinstance(column, str) else column.name
        raise type(error)(_advice_for_formulas(str(error), name)) from None


def _advice_for_formulas(said: str, name: str) -> str:
    said = said.replace(categorical_option(name), f"C({name}) in the formula")
    return said.replace("(--exclude ", "(leave it out of the formula: ")


def _whole(values: pa.ChunkedArray, read: NDArray[np.float64]) -> NDArray[Any]:
    """Return integers if all values are whole, so that a level is 2 and not 2.0."""
    import pyarrow as pa

    if pa.types.is_integer(values.type) and not values.null_count:
        return np.asarray(values.to_numpy())
    return read
