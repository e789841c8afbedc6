"""The design of a formula, which turns tables into its matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.base_design import FILL_IN, LEAVE_OUT, BaseDesign, require, table_given
from verhulst.data.column import Unknown
from verhulst.data.errors import DataError, RequestError, listed
from verhulst.data.formula_columns import FormulaColumns
from verhulst.data.formula_file import STORED, restored_terms, stored_terms
from verhulst.data.formula_matrix import FormulaMatrix
from verhulst.data.missing_values import any_missing, check_missing, check_unknown, refuse_missing
from verhulst.data.reading import Reading
from verhulst.data.row_numbers import RowNumbers, some_rows
from verhulst.data.schema import DamagedError, ListOf, Maybe, Record, Text, Truth
from verhulst.data.source import place
from verhulst.data.target import Target

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class FormulaDesign(BaseDesign):
    """A design from a formula, made by `formula_design`. It has the same interface as `Design`.

    A formula may call functions, so it is code. A model file contains its text and what its functions have learned.
    After loading, it is evaluated if it is made of columns, numbers, arithmetic and the usual functions only; otherwise
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
    stored: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    SCHEMA: ClassVar[Record] = Record(
        {
            "formula": Text(),
            "names": ListOf(Text(), "columns"),
            "intercept": Truth(),
            "evaluation": Maybe(STORED),
            **BaseDesign.FIELDS,
        },
        optional=("weights", "offset", "evaluation", "reading"),
    )

    def matrix(
        self,
        table: pa.Table,
        *,
        first_row: RowNumbers = 1,
        missing: Literal["error", "nan"] = "error",
        unknown: Unknown = "error",
    ) -> NDArray[np.float64]:
        """Return X for the rows of `table`, shape (rows, len(self.names)), C order.

        Parameters
        ----------
        table : pyarrow.Table or anything that `read_table` reads
        first_row : int or ndarray of int
            The number of the first row, or of each, for messages.
        missing : {"error", "nan"}
            Whether a missing value, of a column or of a term, is an error, or nan in X.
        unknown : {"error"}
            Formulas refuse levels that were not there at the fit.

        Raises
        ------
        DataError
            If the formula cannot be evaluated on these rows, gives a number that is not finite, depends on which rows
            it is given, or is from a model file.
        """
        check_missing(missing, "nan")
        check_unknown(unknown)
        if unknown != "error":
            raise RequestError(f"the model of a formula predicts no unknown levels: leave unknown={unknown!r} out.")
        columns, _ = self._learned()
        table = table_given(table)
        kept, values = self._evaluated(table, columns.names, first_row, FILL_IN if missing == "error" else None)
        X = np.full((table.num_rows, len(self.names)), np.nan)
        X[kept] = values
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
        columns, _ = self._learned()
        hint = LEAVE_OUT if self.missing == "error" else None
        kept, X = self._evaluated(table, columns.used_names, first_row, hint)
        kept[np.flatnonzero(kept)[np.isnan(X).any(axis=1)]] = False
        return None if kept.all() else kept

    def _evaluated(
        self, table: pa.Table, names: Sequence[str], first_row: RowNumbers, hint: str | None
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return a mask of the rows with a value in these columns, and X for them, nan where a term has no value.

        With a hint, any missing value is an error that ends with it.
        """
        columns, terms = self._learned()
        table = require(table, names)
        terms.refuse_mixed_rows(place(table))
        table = self.typed(table, first_row=first_row)
        if hint is not None:
            refuse_missing(table, names, first_row, hint, columns.design.columns)
        kept = ~any_missing(table, names)
        if not kept.any():
            return kept, np.empty((0, len(self.names)))
        numbers = some_rows(first_row, kept)
        X, empty = terms.evaluate(columns.frame(table.filter(kept), numbers), place(table), numbers, self.names)
        if hint is not None and empty.any():
            raise DataError(f"{place(table)}{terms.empty_terms(empty, numbers)} {hint}")
        return kept, X

    def to_json(self) -> dict[str, Any]:
        """Return the design as JSON data, with the formula as text."""
        own = {"formula": self.formula, "names": list(self.names), "intercept": self.intercept}
        stored = self.stored
        if self.columns is not None and self.terms is not None:
            stored = stored_terms(self.columns, self.terms)
        return own | {"evaluation": None if stored is None else dict(stored)} | super().to_json()

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> FormulaDesign:
        """Return the design in JSON data: the inverse of `to_json`."""
        fields = dict(record, names=tuple(record["names"]))
        fields["stored"] = fields.pop("evaluation", None)
        fields["target"] = Target.from_json(fields["target"]) if fields["target"] else None
        fields["reading"] = Reading.from_json(fields["reading"]) if "reading" in fields else None
        return cls(**fields)

    def _learned(self) -> tuple[FormulaColumns, FormulaMatrix]:
        if self.columns is not None and self.terms is not None:
            return self.columns, self.terms
        return self._restored

    @cached_property
    def _restored(self) -> tuple[FormulaColumns, FormulaMatrix]:
        """What evaluates the formula of a model file.

        Raises
        ------
        DataError
            If the file does not hold it, or it is not harmless.
        """
        yourself = f"compute the design matrix yourself (its columns are {listed(self.names)})."
        if self.stored is None:
            raise DataError(
                f"this model was fitted by the formula {self.formula!r} and loaded from a file. A formula is code, "
                f"and loading runs no code: {yourself}"
            )
        try:
            return restored_terms(self.stored, self.formula)
        except (DataError, DamagedError) as error:
            raise DataError(f"the formula of this model file is not evaluated: {error}; {yourself}") from None
