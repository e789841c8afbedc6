"""One column of a table, and the design columns it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_values import codes, kind_of, numbers
from verhulst.data.errors import DataError, did_you_mean, listed

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Column:
    """A column as it was when the design was learned.

    Attributes
    ----------
    name : str
        The column's name in the table.
    kind : {"numeric", "boolean", "categorical"}
        A number as it is; 0 and 1; or one design column for each level but the reference level.
    levels : tuple of str
        Categorical: the levels, in their order.
    reference : str or None
        Categorical: the level that the others are compared with.
    """

    name: str
    kind: Literal["numeric", "boolean", "categorical"]
    levels: tuple[str, ...] = ()
    reference: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the design columns: `age`, or `party[weak Democrat]` for each level but the reference."""
        if self.kind != "categorical":
            return (self.name,)
        return tuple(f"{self.name}[{level}]" for level in self.levels if level != self.reference)

    def fill(self, values: pa.ChunkedArray, out: NDArray[np.float64], place: str = "", first_row: int = 1) -> None:
        """Writes the design columns into `out`; nan where a value is missing.

        Parameters
        ----------
        values : pyarrow.ChunkedArray of n values
        out : ndarray of float64, shape (n, len(self.names))
        place : str
            The beginning of messages: "votes.csv: ".
        first_row : int
            The row number of the first value, for messages.

        Raises
        ------
        DataError
            If the values are of another kind than at the fit, infinite, or of an unknown level.
        """
        if self.kind == "categorical":
            self._fill_levels(values, out, place, first_row)
            return
        if kind_of(values.type) not in ("numeric", "boolean"):
            raise DataError(
                f"{place}column {self.name!r} was {self.kind} at the fit; here it holds {_described(values)}."
            )
        x = numbers(values)
        infinite = np.isinf(x)
        if infinite.any():
            row = int(np.argmax(infinite))
            more = int(infinite.sum()) - 1
            raise DataError(
                f"{place}row {row + first_row}, column {self.name!r}: the value is {x[row]:g}"
                f"{f', and so are {more:,} more in this column' if more else ''}. Replace infinities by finite "
                f"numbers, or leave these rows out."
            )
        out[:, 0] = x

    def _fill_levels(self, values: pa.ChunkedArray, out: NDArray[np.float64], place: str, first_row: int) -> None:
        if kind_of(values.type) == "unusable":
            raise DataError(
                f"{place}column {self.name!r} was categorical at the fit; here it holds {_described(values)}."
            )
        found, unknown = codes(values, self.levels)
        if unknown:
            rows = np.flatnonzero(found == -2)
            others = f" ({len(rows):,} such rows: {listed(unknown)})" if len(rows) > 1 else ""
            raise DataError(
                f"{place}row {rows[0] + first_row}, column {self.name!r}: {_label_at(values, rows[0])!r} is no level "
                f"that was there at the fit{others}.{did_you_mean(unknown[0], self.levels)} Known levels: "
                f"{listed(self.levels, 12)}."
            )
        out[:] = 0.0
        # The design column of each level; the reference level has none and gets the extra one at the end.
        places = np.full(len(self.levels), len(self.names))
        places[[level != self.reference for level in self.levels]] = np.arange(len(self.names))
        design_column = places[np.maximum(found, 0)]
        marked = np.flatnonzero((found >= 0) & (design_column < len(self.names)))
        out[marked, design_column[marked]] = 1.0
        out[found < 0] = np.nan

    def to_json(self) -> dict[str, Any]:
        """The column in the terms of JSON."""
        record: dict[str, Any] = {"name": self.name, "kind": self.kind}
        if self.kind == "categorical":
            record |= {"levels": list(self.levels), "reference": self.reference}
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Column:
        """The inverse of `to_json`."""
        return cls(record["name"], record["kind"], tuple(record.get("levels", ())), record.get("reference"))


def _label_at(values: pa.ChunkedArray, row: int) -> str:
    from verhulst.data.column_values import label

    return str(label(values[int(row)].as_py()))


def _described(values: pa.ChunkedArray) -> str:
    shown = next((value for value in values.slice(0, 1000).to_pylist() if value is not None), None)
    kind = {"categorical": "text", "unusable": str(values.type)}.get(kind_of(values.type), kind_of(values.type))
    return f"{kind}, such as {shown!r}" if shown is not None else kind
