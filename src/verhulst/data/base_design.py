"""What designs of columns and of formulas have in common: target, weights, offset and missing values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_values import kind_of, numbers
from verhulst.data.errors import DataError, UnknownColumnError, did_you_mean, listed
from verhulst.data.missing_values import Missing, refuse_missing
from verhulst.data.reading import Reading
from verhulst.data.row_numbers import RowNumbers, row_number
from verhulst.data.schema import Check, Maybe, Text, Whole
from verhulst.data.source import place
from verhulst.data.target import Target
from verhulst.data.unread import refuse_unread

if TYPE_CHECKING:
    import pyarrow as pa

LEAVE_OUT = 'Leave these rows out by missing="drop" (--missing drop), or fill the values in first.'
FILL_IN = "Fill them in, or request nan for these rows (--missing empty)."


@dataclass(frozen=True, kw_only=True)
class BaseDesign:
    """How a table becomes arrays, of columns (`Design`) or of a formula (`FormulaDesign`).

    Attributes
    ----------
    target : Target or None
        The target column and its values.
    weights, offset : str or None
        The columns of case weights, and of numbers added to the log-odds.
    missing : {"error", "drop"}
        The treatment of rows with missing values.
    source : str
        The name of the file it was learned from; empty for a table in memory.
    rows_read, rows_kept : int
        The numbers of rows of that table, and of those without missing values.
    reading : Reading or None
        What was said of the values of the file it was learned from, which holds for new files too.
    """

    target: Target | None = None
    weights: str | None = None
    offset: str | None = None
    missing: Missing = "error"
    source: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    reading: Reading | None = None

    #: The fields of a model file that all designs have.
    FIELDS: ClassVar[dict[str, Check]] = {
        "target": Maybe(Target.SCHEMA),
        "weights": Maybe(Text()),
        "offset": Maybe(Text()),
        "missing": Text(among=get_args(Missing)),
        "source": Text(),
        "rows_read": Whole(),
        "rows_kept": Whole(),
        "reading": Reading.SCHEMA,
    }

    def matrix(
        self,
        table: pa.Table,
        *,
        first_row: RowNumbers = 1,
        missing: Literal["error", "nan"] = "error",
        unknown: Literal["error", "nan", "reference"] = "error",
    ) -> NDArray[np.float64]:
        """Return X for the rows of `table`."""
        raise NotImplementedError

    def complete_rows(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.bool_] | None:
        """Return a mask of the rows with every value that a fit needs; None if all have."""
        raise NotImplementedError

    def typed(self, table: pa.Table, *, first_row: RowNumbers = 1) -> pa.Table:
        """Return the table with every column read as the kind that it had at fit time."""
        raise NotImplementedError

    def check_values(
        self, table: pa.Table, first_row: RowNumbers = 1, unknown: Literal["error", "nan", "reference"] = "error"
    ) -> None:
        """Raise if a value in a column of X cannot be used."""

    def target_values(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.float64]:
        """Return 0 or 1 for each row, or the place of its class; nan if the target is missing.

        Raises
        ------
        UnknownColumnError
            If the target is not in the table, or the design has none.
        DataError
            If there is another value.
        """
        if self.target is None:
            raise UnknownColumnError("this design was learned without a target.")
        table = require(table, [self.target.name])
        table = self.typed(table, first_row=first_row)
        return self.target.values(table[self.target.name], place(table), first_row)

    def weight_values(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.float64] | None:
        """Return the case weights, at least 0, or None if the design has no weights.

        Raises
        ------
        DataError
            If a weight is negative, infinite or not a number.
        """
        if self.weights is None:
            return None
        values = self._numbers(table, self.weights, "weights", first_row, "error")
        if (values < 0).any():
            row = int(np.argmax(values < 0))
            raise DataError(
                f"{place(table)}row {row_number(first_row, row)}: the weight ({self.weights!r}) is {values[row]:g}; "
                f"weights count cases and cannot be negative."
            )
        return values

    def offset_values(
        self, table: pa.Table, *, first_row: RowNumbers = 1, missing: Literal["error", "nan"] = "error"
    ) -> NDArray[np.float64] | None:
        """Return the offsets in log-odds, or None if the design has none; a missing one is an error or nan.

        Raises
        ------
        DataError
            If an offset is infinite, not a number, or missing.
        """
        return None if self.offset is None else self._numbers(table, self.offset, "offset", first_row, missing)

    def _numbers(
        self, table: pa.Table, name: str, role: str, first_row: RowNumbers, missing: Literal["error", "nan"]
    ) -> NDArray[np.float64]:
        table = require(table, [name])
        table = self.typed(table, first_row=first_row)
        if kind_of(table[name].type) not in ("numeric", "boolean"):
            raise DataError(
                f"{place(table)}the {role} column {name!r} must contain numbers; its type is {table[name].type}."
            )
        values = numbers(table[name])
        usable = np.isfinite(values) | (np.isnan(values) & (missing == "nan"))
        if not usable.all():
            row = int(np.argmin(usable))
            if np.isnan(values[row]):
                refuse_missing(table, [name], first_row, FILL_IN)
            raise DataError(
                f"{place(table)}row {row_number(first_row, row)}: the {role} ({name!r}) is {values[row]:g}, not a "
                "finite number."
            )
        return values

    def to_json(self) -> dict[str, Any]:
        """Return the design as JSON data, for a model file."""
        names = ("weights", "offset", "missing", "source", "rows_read", "rows_kept")
        own = {"target": self.target.to_json() if self.target else None}
        own |= {name: getattr(self, name) for name in names}
        return own if self.reading is None else own | {"reading": self.reading.to_json()}

    def read_new(self, source: Any, format: str | None = None) -> pa.Table:
        """Return a table of new rows as `read_fields` does; a file is read as that of the fit was said to be."""
        from verhulst.data.read import read_fields

        return read_fields(self.source_of_new(source, format), format)

    def source_of_new(self, source: Any, format: str | None = None) -> Any:
        """Return a source of new rows, a file with what was said of the values of that of the fit."""
        return source if self.reading is None else self.reading.applied(source, format)


def table_given(source: Any) -> pa.Table:
    """Return the table that a caller gives a design: an Arrow table, or anything else that `read_table` reads."""
    import pyarrow as pa

    from verhulst.data.read import read_fields

    return source if isinstance(source, pa.Table) else read_fields(source)


def require(source: Any, names: Sequence[str]) -> pa.Table:
    """Return the `table_given`; raise if it lacks one of these columns, or one could not be read."""
    table = table_given(source)
    there = set(table.column_names)
    absent = [name for name in names if name not in there]
    if not absent:
        return table
    refuse_unread(table, absent)
    what = f"column {absent[0]!r} is" if len(absent) == 1 else f"columns {listed(absent)} are"
    unused = [name for name in table.column_names if name not in names]
    raise UnknownColumnError(
        f"{place(table)}{what} not there, but the model needs {'it' if len(absent) == 1 else 'them'}."
        f"{did_you_mean(absent[0], unused)} The table has {listed(table.column_names, 12)}."
    )
