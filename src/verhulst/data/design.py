"""The design: how the columns of a table become the columns of X, stored for prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column import Column
from verhulst.data.column_values import complete, kind_of, missing, numbers
from verhulst.data.errors import DataError, RequestError, UnknownColumnError, did_you_mean, exclude_option, listed
from verhulst.data.fields import delimiter_of, field_read, is_read
from verhulst.data.row_numbers import RowNumbers, row_number
from verhulst.data.source import place
from verhulst.data.target import Target
from verhulst.data.text_column import read_role, read_words
from verhulst.data.text_kind import refuse_unclear_sign

if TYPE_CHECKING:
    import pyarrow as pa

Missing = Literal["error", "drop"]
_FILL_IN = "Fill them in, or request nan for these rows (--missing empty)."
# The number of rows of X written at a time: a few hundred kilobytes, which fit in a second-level cache.
_ROWS = 2048


@dataclass(frozen=True)
class Design:
    """How the columns of a table become X, y, weights and offset. Made by `learn_design`; stored in model files.

    Attributes
    ----------
    columns : tuple of Column
        The columns that become X, in order.
    target : Target or None
        The target column and its two values.
    weights, offset : str or None
        The columns of case weights, and of numbers added to the log-odds.
    missing : {"error", "drop"}
        The treatment of rows with missing values.
    source : str
        The name of the file it was learned from; empty for a table in memory.
    rows_read, rows_kept : int
        The numbers of rows of that table, and of those without missing values.
    """

    columns: tuple[Column, ...]
    target: Target | None = None
    weights: str | None = None
    offset: str | None = None
    missing: Missing = "error"
    source: str = ""
    rows_read: int = 0
    rows_kept: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of X."""
        return tuple(name for column in self.columns for name in column.names)

    def matrix(
        self, table: pa.Table, *, first_row: RowNumbers = 1, missing: Literal["error", "nan"] = "error"
    ) -> NDArray[np.float64]:
        """Return X for the rows of `table`.

        Parameters
        ----------
        table : pyarrow.Table
            A table with every column of the design, in any order; other columns are ignored.
        first_row : int or ndarray of int
            The number of the first row, or of each, for messages.
        missing : {"error", "nan"}
            Whether a missing value is an error, or nan in X.

        Returns
        -------
        ndarray of float64, shape (rows, len(self.names)), C order
            The matrix X.

        Raises
        ------
        UnknownColumnError
            If a column does not exist.
        DataError
            If a value is missing, infinite, of an unknown level or of another kind than at fit time.
        """
        check_missing(missing, "nan")
        names = [column.name for column in self.columns]
        self.require(table, names)
        table = self.typed(table, first_row=first_row)
        if missing == "error":
            self.refuse_missing(table, names, first_row, _FILL_IN)
        at = place(table)
        parts = [column.read(table[column.name], at, first_row) for column in self.columns]
        ends = np.cumsum([0, *(len(column.names) for column in self.columns)])
        X = np.empty((table.num_rows, len(self.names)))
        # By blocks of rows: writing a whole column into rows would touch every cache line of X once per column.
        for start in range(0, table.num_rows, _ROWS):
            rows = slice(start, start + _ROWS)
            for column, part, left, right in zip(self.columns, parts, ends[:-1], ends[1:], strict=True):
                column.write(part[rows], X[rows, left:right])
        return X

    def target_values(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.float64]:
        """Return 0 or 1 for each row; nan if the target is missing.

        Raises
        ------
        UnknownColumnError
            If the target is not in the table, or the design has none.
        DataError
            If there is a third value.
        """
        if self.target is None:
            raise UnknownColumnError("this design was learned without a target.")
        self.require(table, [self.target.name])
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
        values = self._numbers(table, self.weights, "weights", first_row)
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

    def complete_rows(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.bool_] | None:
        """Return a mask of the rows with a value in every column of the design; None if all have.

        Raises
        ------
        DataError
            If there are missing values and `missing` is "error"; the message counts them by column.
        """
        names = self.used_names
        self.require(table, names)
        table = self.typed(table, first_row=first_row)
        if self.missing == "error":
            refuse_empty(table, names)
            hint = 'Leave these rows out by missing="drop" (--missing drop), or fill the values in first.'
            self.refuse_missing(table, names, first_row, hint)
            return None
        holes = _any_missing(table, names)
        return ~holes if holes.any() else None

    def complete(self, table: pa.Table, *, first_row: RowNumbers = 1) -> pa.Table:
        """Return the rows that `complete_rows` selects."""
        table = self.typed(table, first_row=first_row)
        rows = self.complete_rows(table, first_row=first_row)
        return table if rows is None else table.filter(rows)

    def typed(self, table: pa.Table, *, first_row: RowNumbers = 1) -> pa.Table:
        """Return the table with every column of the design read as the kind that it had at fit time.

        Only the columns of a text file are changed. Numbers of a table with types that had percent signs at fit time
        are read as percentages, with a warning. Convert a long table before cutting it into pieces, because the whole
        column determines whether `1,200` has a decimal comma.

        Raises
        ------
        DataError
            If a value cannot be read like this; the message gives its row.

        Warns
        -----
        ReadingWarning
            If numbers are written differently than at fit time.
        """
        import pyarrow as pa

        at = place(table)
        columns = {column.name: column for column in self.columns}
        used, fields, arrays = set(self.used_names), list(table.schema), list(table.columns)
        for position, name in enumerate(table.column_names):
            delimiter = delimiter_of(table, name) if name in used else None
            values = arrays[position]
            if delimiter is None:
                if name in columns and columns[name].style.percent and not is_read(fields[position]):
                    columns[name].warn_of_percentages(values, at)
                    fields[position] = field_read(name, values.type)
                continue
            if name in columns:
                # A fit to plain numbers does not say that points here are decimal points.
                if columns[name].kind == "numeric" and columns[name].style.separators == (".", ""):
                    refuse_unclear_sign(table, name, at)
                values = columns[name].typed(values, delimiter, at, first_row)
            elif self.target is not None and name == self.target.name:
                values = read_words(values)
            else:
                refuse_unclear_sign(table, name, at)
                role = "the weights column" if name == self.weights else "the offset column"
                values = read_role(values, name, role, delimiter, at, first_row)
            fields[position], arrays[position] = field_read(name, values.type), values
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields, table.schema.metadata))

    @property
    def used_names(self) -> tuple[str, ...]:
        """The columns of the table that a fit needs: the target, the columns of X, weights and offset."""
        target = (self.target.name,) if self.target else ()
        extra = tuple(name for name in (self.weights, self.offset) if name)
        return target + tuple(column.name for column in self.columns) + extra

    def to_json(self) -> dict[str, Any]:
        """Return the design as JSON data, for a model file."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "target": self.target.to_json() if self.target else None,
            "weights": self.weights,
            "offset": self.offset,
            "missing": self.missing,
            "source": self.source,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Design:
        """Return the design in JSON data: the inverse of `to_json`."""
        fields = dict(record)
        fields["columns"] = tuple(Column.from_json(column) for column in fields["columns"])
        fields["target"] = Target.from_json(fields["target"]) if fields["target"] else None
        return cls(**fields)

    def require(self, table: pa.Table, names: Sequence[str]) -> None:
        there = set(table.column_names)
        absent = [name for name in names if name not in there]
        if not absent:
            return
        what = f"column {absent[0]!r} is" if len(absent) == 1 else f"columns {listed(absent)} are"
        unused = [name for name in table.column_names if name not in names]
        raise UnknownColumnError(
            f"{place(table)}{what} not there, but the model needs {'it' if len(absent) == 1 else 'them'}."
            f"{did_you_mean(absent[0], unused)} The table has {listed(table.column_names, 12)}."
        )

    def check(self, table: pa.Table, missing: Literal["error", "nan"]) -> None:
        """Raise if some row cannot be predicted; the message counts such rows of the whole table."""
        names = [*(column.name for column in self.columns), *filter(None, [self.offset])]
        self.require(table, names)
        table = self.typed(table)
        if missing == "error":
            self.refuse_missing(table, names, 1, _FILL_IN)
        self.check_values(table)

    def check_values(self, table: pa.Table, first_row: RowNumbers = 1) -> None:
        """Raise if a value in a column of X is infinite, of an unknown level or of another kind than at fit time."""
        for column in self.columns:
            column.read(table[column.name], place(table), first_row)

    def refuse_missing(self, table: pa.Table, names: Sequence[str], first_row: RowNumbers, hint: str) -> None:
        holes = {name: missing(table[name]) for name in names if not complete(table[name])}
        if not holes:
            return
        marks = {column.name: f" (where {listed(column.marks)} stands)" for column in self.columns if column.marks}
        any_hole = np.logical_or.reduce(list(holes.values()))
        counted = ", ".join(f"{name!r} in {int(mask.sum()):,}{marks.get(name, '')}" for name, mask in holes.items())
        total = int(any_hole.sum())
        raise DataError(
            f"{place(table)}values are missing in {total:,} of {table.num_rows:,} rows (first in row "
            f"{row_number(first_row, int(np.argmax(any_hole))):,}): {counted}. {hint}"
        )

    def _numbers(
        self,
        table: pa.Table,
        name: str,
        role: str,
        first_row: RowNumbers,
        missing: Literal["error", "nan"] = "error",
    ) -> NDArray[np.float64]:
        self.require(table, [name])
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
                self.refuse_missing(table, [name], first_row, _FILL_IN)
            raise DataError(
                f"{place(table)}row {row_number(first_row, row)}: the {role} ({name!r}) is {values[row]:g}, not a "
                "finite number."
            )
        return values


def check_missing(given: str, other: Literal["drop", "nan"]) -> None:
    """Raise if `given` is neither "error" nor `other`."""
    if given not in ("error", other):
        raise RequestError(f"missing must be 'error' or {other!r}, not {given!r}.")


def refuse_empty(table: pa.Table, names: Sequence[str]) -> None:
    """Raise if one of these columns has no values at all: no row would be left."""
    for name in names:
        if table.num_rows and missing(table[name]).all():
            which = "" if name.strip() else f" (number {table.column_names.index(name) + 1} of {table.num_columns})"
            raise DataError(f"{place(table)}column {name!r}{which} has no values. Exclude it ({exclude_option(name)}).")


def _any_missing(table: pa.Table, names: Sequence[str]) -> NDArray[np.bool_]:
    holes = np.zeros(table.num_rows, dtype=np.bool_)
    for name in names:
        if not complete(table[name]):
            holes |= missing(table[name])
    return holes
