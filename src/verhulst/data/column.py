"""One column of a table, and the design columns that it becomes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_values import LevelType, codes, kind_of, labels, numbers, type_of_labels
from verhulst.data.date_parts import DatePart
from verhulst.data.errors import DataError, Notes, ReadingWarning, UnknownLevelWarning, did_you_mean, listed
from verhulst.data.number_style import PLAIN, NumberStyle
from verhulst.data.row_numbers import RowNumbers, row_number
from verhulst.data.schema import DamagedError, ListOf, Maybe, Record, Text, path, shown
from verhulst.data.text_column import WRITE_NUMBERS, read_column

if TYPE_CHECKING:
    import pyarrow as pa

# What a level that was not there at the fit counts as.
Unknown = Literal["error", "nan", "reference"]
UNKNOWN_OPTION = " To go on without it: --unknown empty or --unknown reference (unknown='nan', 'reference')."


@dataclass(frozen=True)
class Column:
    """A column as it was at fit time.

    Attributes
    ----------
    name : str
        The column's name in the table.
    kind : {"numeric", "boolean", "categorical"}
        Numbers; 0 and 1; or one design column for each level except the reference level.
    levels : tuple of str
        Categorical: the levels, in their order.
    reference : str or None
        Categorical: the level that the others are compared with.
    level_type : {"text", "number", "float32", "float16", "boolean"}
        Categorical: the type of the levels before they became labels. Text is matched by its text alone; a number or a
        boolean also if it is written differently.
    style : NumberStyle
        Numeric: how the numbers were written in a text file.
    marks : tuple of str
        Text that counted as a missing value, in addition to the usual marks.
    notes : tuple of (str, str)
        Notes on how the column was read, and what can be done about it.
    date : DatePart or None
        What is taken of the dates that it holds in a table.
    lumped : tuple of str
        Categorical: the rare levels that the last of `levels` stands for.
    """

    name: str
    kind: Literal["numeric", "boolean", "categorical"]
    levels: tuple[str, ...] = ()
    reference: str | None = None
    level_type: LevelType = "text"
    style: NumberStyle = PLAIN
    marks: tuple[str, ...] = ()
    notes: Notes = ()
    date: DatePart | None = None
    lumped: tuple[str, ...] = ()

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        levels, reference = record.get("levels", ()), record.get("reference")
        if (record["kind"] == "categorical") != bool(levels) or len(set(levels)) < len(levels):
            raise DamagedError(path(at, "levels"), f"are not those of a {record['kind']} column")
        if set(record.get("lumped", ())) & set(levels):
            raise DamagedError(path(at, "lumped"), "are among the levels")
        if reference is not None and reference not in levels:
            raise DamagedError(path(at, "reference"), f"is {shown(reference)}, which is no level")

    SCHEMA: ClassVar[Record] = Record(
        {
            "name": Text(),
            "kind": Text(among=("numeric", "boolean", "categorical")),
            "levels": ListOf(Text()),
            "reference": Maybe(Text()),
            "level_type": Text(among=get_args(LevelType)),
            "style": NumberStyle.SCHEMA,
            "marks": ListOf(Text()),
            "notes": ListOf(ListOf(Text(), 2)),
            "date": DatePart.SCHEMA,
            "lumped": ListOf(Text()),
        },
        optional=("levels", "reference", "level_type", "style", "marks", "notes", "date", "lumped"),
        rule=_check,
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the design columns: `age`, or `party[weak Democrat]` for each level except the reference."""
        name = self.name if self.date is None else f"{self.date.part}({self.name})"
        if self.kind != "categorical":
            return (name,)
        return tuple(f"{name}[{level}]" for level in self.levels if level != self.reference)

    def read(
        self, values: pa.ChunkedArray, place: str = "", first_row: RowNumbers = 1, unknown: Unknown = "error"
    ) -> NDArray[Any]:
        """Return checked values: doubles with nan for missing values, or positions in `levels` with -1 for them.

        Parameters
        ----------
        values : pyarrow.ChunkedArray of n values
        place : str
            The beginning of messages: "votes.csv: ".
        first_row : int or ndarray of int
            The row number of the first value, or of each, for messages.
        unknown : {"error", "nan", "reference"}
            Whether a level that was not there at the fit is an error, counts as a missing value, or as the reference
            level.

        Warns
        -----
        UnknownLevelWarning
            If there are such levels that are no error.

        Returns
        -------
        ndarray of float64 or int64, shape (n,)

        Raises
        ------
        DataError
            If the values are of another kind than at fit time, infinite, or of an unknown level.
        """
        kind = kind_of(values.type)
        truths = kind == "boolean" and self.kind == "numeric" and values.null_count < len(values)
        if kind == "unusable" or truths or (kind == "categorical" and self.kind != "categorical"):
            remedy = WRITE_NUMBERS if truths else ""
            raise DataError(
                f"{place}column {self.name!r} was {self.kind} at the fit; here it has {_described(values)}.{remedy}"
            )
        if self.kind == "categorical":
            return self._levels(values, place, first_row, unknown)
        x = numbers(values)
        if self.kind == "boolean" and kind == "numeric":
            self._refuse_other_than_0_and_1(x, place, first_row)
        # The minimum and the maximum show whether all values are finite; only otherwise are they checked in detail.
        if len(x) and not (np.isfinite(x.min()) and np.isfinite(x.max())) and (infinite := np.isinf(x)).any():
            row = int(np.argmax(infinite))
            more = int(infinite.sum()) - 1
            others = f", and so are {more:,} more in this column" if more else ""
            raise DataError(
                f"{place}row {row_number(first_row, row)}, column {self.name!r}: the value is {x[row]:g}{others}. "
                f"Replace infinities by finite numbers, or leave these rows out."
            )
        return x

    def typed(
        self, values: pa.ChunkedArray, delimiter: str, place: str = "", first_row: RowNumbers = 1
    ) -> pa.ChunkedArray:
        """Return the column's text in a file as numbers, booleans or labels; see `read_column`."""
        return read_column(values, self.name, self.kind, self.style, delimiter, place, first_row)

    def warn_of_percentages(self, values: pa.ChunkedArray, place: str) -> None:
        """Return a warning about the unit of numbers that had percent signs at fit time and cannot have them here."""
        if kind_of(values.type) == "numeric":
            warnings.warn(
                f"{place}column {self.name!r} had percent signs at the fit, where 5% was read as 5; here its numbers "
                "are read as percentages, 5 and not 0.05",
                ReadingWarning,
                stacklevel=2,
            )

    def _refuse_other_than_0_and_1(self, x: NDArray[np.float64], place: str, first_row: RowNumbers) -> None:
        other = ~((x == 0) | (x == 1) | np.isnan(x))
        if other.any():
            row = int(np.argmax(other))
            raise DataError(
                f"{place}row {row_number(first_row, row)}, column {self.name!r}: the value is {x[row]:g}, where the "
                f"fit had true and false."
            )

    def _levels(
        self, values: pa.ChunkedArray, place: str, first_row: RowNumbers, unknown: Unknown
    ) -> NDArray[np.int64]:
        # The last of the levels stands for those that were lumped.
        known = (*self.levels[:-1], *self.lumped) if self.lumped else self.levels
        found, others = codes(values, known, self.level_type)
        if self.lumped:
            found = np.minimum(found, len(self.levels) - 1)
        if not others:
            return found
        rows = np.flatnonzero(found == -2)
        if unknown != "error":
            warnings.warn(UnknownLevelWarning(self.name, len(rows), others, unknown), stacklevel=2)
            absent = self.reference is None or unknown == "nan"
            found[rows] = -1 if absent else self.levels.index(str(self.reference))
            return found
        more = f" ({len(rows):,} such rows: {listed(others)})" if len(rows) > 1 else ""
        raise DataError(
            f"{place}row {row_number(first_row, int(rows[0]))}, column {self.name!r}: "
            f"{labels(values.slice(rows[0], 1))[0].as_py()!r} was not among the levels at "
            f"the fit{more}.{did_you_mean(others[0], known)} Known levels: {listed(known, 12)}."
            f"{UNKNOWN_OPTION}"
        )

    def write(self, read: NDArray[Any], out: NDArray[np.float64]) -> None:
        """Write the design columns of values returned by `read`.

        Parameters
        ----------
        read : ndarray, shape (n,)
        out : ndarray of float64, shape (n, len(self.names))
        """
        if self.kind != "categorical":
            out[:, 0] = read
            return
        out[:] = 0.0
        # The design column of each level; the reference level gets one past the end.
        places = np.full(len(self.levels), out.shape[1])
        places[[level != self.reference for level in self.levels]] = np.arange(out.shape[1])
        design_column = places[np.maximum(read, 0)]
        marked = np.flatnonzero((read >= 0) & (design_column < out.shape[1]))
        out[marked, design_column[marked]] = 1.0
        out[read < 0] = np.nan

    def to_json(self) -> dict[str, Any]:
        """Return the column as JSON data."""
        record: dict[str, Any] = {"name": self.name, "kind": self.kind}
        if self.kind == "categorical":
            record |= {"levels": list(self.levels), "reference": self.reference, "level_type": self.level_type}
        if self.style != PLAIN:
            record["style"] = self.style.to_json()
        if self.marks:
            record["marks"] = list(self.marks)
        if self.notes:
            record["notes"] = [list(note) for note in self.notes]
        if self.date is not None:
            record["date"] = self.date.to_json()
        if self.lumped:
            record["lumped"] = list(self.lumped)
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Column:
        """Return the column in JSON data: the inverse of `to_json`."""
        levels = tuple(record.get("levels", ()))
        return cls(
            record["name"],
            record["kind"],
            levels,
            record.get("reference"),
            # Files of earlier versions have no level type; in them numbers and booleans were always labels of one form.
            record.get("level_type", type_of_labels(levels)),
            NumberStyle(**record.get("style", {})),
            tuple(record.get("marks", ())),
            tuple((matter, remedy) for matter, remedy in record.get("notes", ())),
            DatePart(**record["date"]) if "date" in record else None,
            tuple(record.get("lumped", ())),
        )


def _described(values: pa.ChunkedArray) -> str:
    import pyarrow as pa

    shown = next((value for value in values.slice(0, 1000).to_pylist() if value is not None), None)
    text = "categories" if pa.types.is_dictionary(values.type) else "text"
    kind = {"categorical": text, "boolean": "booleans", "unusable": str(values.type)}.get(
        kind_of(values.type), kind_of(values.type)
    )
    return f"{kind}, such as {shown!r}" if shown is not None else kind
