"""The design: how the columns of a table become the columns of X, stored for prediction."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.base_design import FILL_IN, LEAVE_OUT, BaseDesign, require, table_given
from verhulst.data.column import Column, Unknown
from verhulst.data.column_values import codes
from verhulst.data.date_parts import date_field, date_part_of
from verhulst.data.decimal_signs import refuse_unclear_sign
from verhulst.data.distinct_texts import read_words
from verhulst.data.errors import UnknownLevelWarning
from verhulst.data.fields import delimiter_of, field_read, is_read
from verhulst.data.missing_values import any_missing, check_missing, check_unknown, refuse_empty, refuse_missing
from verhulst.data.reading import Reading
from verhulst.data.row_numbers import RowNumbers
from verhulst.data.schema import ListOf, Record
from verhulst.data.scratch import filtered
from verhulst.data.source import place
from verhulst.data.target import Target
from verhulst.data.text_column import read_role

if TYPE_CHECKING:
    import pyarrow as pa

# The number of rows of X written at a time: a few hundred kilobytes, which fit in a second-level cache.
_ROWS = 2048


@dataclass(frozen=True)
class Design(BaseDesign):
    """How the columns of a table become X, y, weights and offset. Made by `learn_design`; stored in model files.

    Attributes
    ----------
    columns : tuple of Column
        The columns that become X, in order. The other attributes are those of `BaseDesign`: target, weights, offset,
        missing, source, rows_read, rows_kept.
    """

    columns: tuple[Column, ...]

    SCHEMA: ClassVar[Record] = Record({"columns": ListOf(Column.SCHEMA), **BaseDesign.FIELDS}, optional=("reading",))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of X."""
        return tuple(name for column in self.columns for name in column.names)

    def matrix(
        self,
        table: pa.Table,
        *,
        first_row: RowNumbers = 1,
        missing: Literal["error", "nan"] = "error",
        unknown: Unknown = "error",
    ) -> NDArray[np.float64]:
        """Return X for the rows of `table`.

        Parameters
        ----------
        table : pyarrow.Table or anything that `read_table` reads
            A table with every column of the design, in any order; other columns are ignored.
        first_row : int or ndarray of int
            The number of the first row, or of each, for messages.
        missing : {"error", "nan"}
            Whether a missing value is an error, or nan in X.
        unknown : {"error", "nan", "reference"}
            Whether a level that was not there at the fit is an error, nan in X, or the reference level; a warning
            counts such rows.

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
        check_unknown(unknown)
        names = [column.name for column in self.columns]
        table = require(table, names)
        table = self.typed(table, first_row=first_row)
        if missing == "error":
            refuse_missing(table, names, first_row, FILL_IN, self.columns)
        at = place(table)
        parts = [column.read(table[column.name], at, first_row, unknown) for column in self.columns]
        ends = np.cumsum([0, *(len(column.names) for column in self.columns)])
        X = np.empty((table.num_rows, len(self.names)))
        # By blocks of rows: writing a whole column into rows would touch every cache line of X once per column.
        for start in range(0, table.num_rows, _ROWS):
            rows = slice(start, start + _ROWS)
            for column, part, left, right in zip(self.columns, parts, ends[:-1], ends[1:], strict=True):
                column.write(part[rows], X[rows, left:right])
        return X

    def complete_rows(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.bool_] | None:
        """Return a mask of the rows with a value in every column of the design; None if all have.

        Raises
        ------
        DataError
            If there are missing values and `missing` is "error"; the message counts them by column.
        """
        names = self.used_names
        table = require(table, names)
        table = self.typed(table, first_row=first_row)
        if self.missing == "error":
            refuse_empty(table, names)
            refuse_missing(table, names, first_row, LEAVE_OUT, self.columns)
            return None
        holes = any_missing(table, names)
        return ~holes if holes.any() else None

    def complete(self, table: pa.Table, *, first_row: RowNumbers = 1) -> pa.Table:
        """Return the rows that `complete_rows` selects."""
        table = self.typed(table, first_row=first_row)
        rows = self.complete_rows(table, first_row=first_row)
        return table if rows is None else filtered(table, rows)

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

        table = table_given(table)
        at = place(table)
        columns = {column.name: column for column in self.columns}
        used, fields, arrays = set(self.used_names), list(table.schema), list(table.columns)
        for position, name in enumerate(table.column_names):
            delimiter = delimiter_of(table, name) if name in used else None
            values = arrays[position]
            if name in columns and (date := columns[name].date) is not None:
                if date_part_of(fields[position]) is None:
                    words = values if delimiter is None else read_words(values)
                    arrays[position] = date.read(words, f"{at}column {name!r}", first_row)
                    fields[position] = date_field(name, arrays[position].type, date)
                continue
            if delimiter is None:
                if name in columns and columns[name].style.percent and not is_read(fields[position]):
                    columns[name].warn_of_percentages(values, at)
                    fields[position] = field_read(name, values.type)
                continue
            if name in columns:
                # A fit to plain numbers does not say that points here are decimal points. Other signs are as at the
                # fit, unless other columns of this file have another decimal sign.
                style = columns[name].style
                if columns[name].kind == "numeric":
                    learned = "" if style.separators == (".", "") else style.decimal
                    refuse_unclear_sign(table, name, at, learned=learned)
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
        return {"columns": [column.to_json() for column in self.columns]} | super().to_json()

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Design:
        """Return the design in JSON data: the inverse of `to_json`."""
        fields = dict(record)
        fields["columns"] = tuple(Column.from_json(column) for column in fields["columns"])
        fields["target"] = Target.from_json(fields["target"]) if fields["target"] else None
        fields["reading"] = Reading.from_json(fields["reading"]) if "reading" in fields else None
        return cls(**fields)

    def with_rare_levels_of(self, table: pa.Table) -> tuple[Design, int]:
        """Return the design in which unknown levels of a table count as rare where these were lumped, and their rows.

        A level without a row at the fit had fewer rows than were asked for, as those that were taken together.
        """
        lumped = [column for column in self.columns if column.lumped]
        if not lumped:
            return self, 0
        typed, unseen = self.typed(table), np.zeros(table.num_rows, dtype=np.bool_)
        found = {}
        for column in lumped:
            known = (*column.levels[:-1], *column.lumped)
            places, others = codes(typed[column.name], known, column.level_type)
            unseen |= places == -2
            found[column.name] = replace(column, lumped=(*column.lumped, *others))
        columns = tuple(found.get(column.name, column) for column in self.columns)
        kept = self.complete_rows(typed)
        return replace(self, columns=columns), int((unseen if kept is None else unseen & kept).sum())

    def check(self, table: pa.Table, missing: Literal["error", "nan"], unknown: Unknown = "error") -> None:
        """Raise if some row cannot be predicted; the message counts such rows of the whole table."""
        names = [*(column.name for column in self.columns), *filter(None, [self.offset])]
        table = require(table, names)
        if table.num_rows == 0:
            return
        table = self.typed(table)
        if missing == "error":
            refuse_missing(table, names, 1, FILL_IN, self.columns)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnknownLevelWarning)
            self.check_values(table, unknown=unknown)

    def check_values(self, table: pa.Table, first_row: RowNumbers = 1, unknown: Unknown = "error") -> None:
        """Raise if a value in a column of X is infinite, of an unknown level or of another kind than at fit time."""
        for column in self.columns:
            column.read(table[column.name], place(table), first_row, unknown)
