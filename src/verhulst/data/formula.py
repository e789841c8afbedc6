"""Designs from formulas (`vote ~ age + C(party)`), through formulaic."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_values import in_order
from verhulst.data.design import Design, Missing
from verhulst.data.draft import draft_column
from verhulst.data.errors import DataError, UnknownColumnError, did_you_mean, listed
from verhulst.data.fields import delimiter_of
from verhulst.data.row_numbers import RowNumbers, row_number
from verhulst.data.source import place, source_of
from verhulst.data.target import Target, learn_target
from verhulst.data.text_kind import categorical_option

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class FormulaDesign:
    """What a formula made of a table; made by `formula_design`. It answers to the same names as `Design`.

    A formula may call functions, so it is code. A model file keeps its text but does not run it: after loading,
    `matrix` says so.

    Attributes
    ----------
    formula : str
    names : tuple of str
        The columns of X, without the intercept.
    intercept : bool
        Whether the formula has an intercept (it has, unless it says `- 1`).
    target : Target or None
    missing : {"error", "drop"}
    source : str
    rows_read, rows_kept : int
    """

    formula: str
    names: tuple[str, ...]
    intercept: bool
    target: Target | None
    missing: Missing = "error"
    source: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    spec: Any = field(default=None, repr=False, compare=False)
    reading: Design | None = field(default=None, repr=False, compare=False)

    def matrix(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.float64]:
        """X for the rows of `table`, shape (rows, len(self.names)), C order.

        Raises
        ------
        DataError
            If the formula cannot be worked out on these rows, gives a number that is not finite, or came from a model
            file.
        """
        if self.spec is None:
            raise DataError(
                f"this model was fitted by the formula {self.formula!r} and loaded from a file. A formula is code, "
                f"and loading runs none: make the design matrix yourself (its columns are {listed(self.names)})."
            )
        if self.reading is not None:
            table = self.reading.typed(table, first_row=first_row)
        X = _evaluate(self.spec, table, self.formula)
        if not np.isfinite(X).all():
            row, column = np.argwhere(~np.isfinite(X))[0]
            raise DataError(
                f"{place(table)}row {row_number(first_row, int(row))}: {self.names[column]} is {X[row, column]:g}."
            )
        return X

    def target_values(self, table: pa.Table, *, first_row: RowNumbers = 1) -> NDArray[np.float64]:
        """0 or 1 for each row; nan where the target is missing."""
        if self.target is None or self.target.name not in table.column_names:
            raise UnknownColumnError(f"{place(table)}the target of {self.formula!r} is not there.")
        if self.reading is not None:
            table = self.reading.typed(table, first_row=first_row)
        return self.target.values(table[self.target.name], place(table), first_row)

    def to_json(self) -> dict[str, Any]:
        """The design in the terms of JSON; the formula as text only."""
        return {
            "formula": self.formula,
            "names": list(self.names),
            "intercept": self.intercept,
            "target": self.target.to_json() if self.target else None,
            "missing": self.missing,
            "source": self.source,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> FormulaDesign:
        """The inverse of `to_json`, but for `matrix`."""
        fields = dict(record, names=tuple(record["names"]))
        fields["target"] = Target.from_json(fields["target"]) if fields["target"] else None
        return cls(**fields)


def formula_design(
    formula: str, table: Any, *, positive: object = None, missing: Missing = "error"
) -> tuple[FormulaDesign, NDArray[np.float64], NDArray[np.float64]]:
    """Learns a design from a formula.

    Parameters
    ----------
    formula : str
        `target ~ terms`, in formulaic's grammar: `C(x)`, `a:b`, `a*b`, `np.log(x)`, `- 1` for no intercept. The target
        is the name of a column.
    table : pyarrow.Table or anything that `read_table` reads
    positive : object, optional
        The target's value that counts as 1.
    missing : {"error", "drop"}

    Returns
    -------
    design : FormulaDesign
    X : ndarray of float64, shape (rows kept, p), without the intercept
    y : ndarray of float64, shape (rows kept,)

    Raises
    ------
    UnknownColumnError
        If the target is not a column of the table.
    DataError
        If the formula is not one, or cannot be worked out, or values are missing.

    Examples
    --------
    >>> design, X, y = formula_design("y ~ x + C(g)", {"y": [0, 1, 1], "x": [1.0, 2.0, 4.0], "g": ["a", "b", "a"]})
    >>> design.names
    ('x', 'C(g)[T.b]')
    """
    import pyarrow as pa

    from verhulst.data.column_values import missing as missing_mask
    from verhulst.data.read import read_fields

    table = table if isinstance(table, pa.Table) else read_fields(table)
    left, tilde, right = formula.partition("~")
    name = left.strip().strip("`")
    if not tilde or not right.strip():
        raise DataError(f"the formula {formula!r} must read 'target ~ terms'.")
    if name not in table.column_names:
        raise UnknownColumnError(
            f"{place(table)}there is no column {name!r} (the target of "
            f"{formula!r}).{did_you_mean(name, table.column_names)} The columns are {listed(table.column_names, 12)}."
        )
    reading = _reading(name, right, table)
    table = reading.typed(table)
    spec = _spec(right, _ordered(table, reading))
    used = [name, *sorted(set(map(str, spec.required_variables)) & set(table.column_names))]
    holes = np.logical_or.reduce([missing_mask(table[column]) for column in used])
    if holes.any() and missing == "error":
        counted = ", ".join(f"{c!r} in {n:,}" for c in used if (n := int(missing_mask(table[c]).sum())))
        raise DataError(
            f"{place(table)}values are missing in {int(holes.sum()):,} of {table.num_rows:,} rows: {counted}. "
            f'Leave these rows out by missing="drop", or fill the values in first.'
        )
    kept = table.filter(~holes) if holes.any() else table
    if kept.num_rows == 0:
        raise DataError(f"{place(table)}every row has a missing value; no row is left.")
    if holes.any():
        spec = _spec(right, _ordered(kept, reading))
    names = tuple(str(column) for column in spec.column_names if column != "Intercept")
    target = learn_target(kept[name], name, positive, place(table))
    design = FormulaDesign(
        formula,
        names,
        "Intercept" in spec.column_names,
        target,
        missing,
        source_of(table),
        len(table),
        len(kept),
        spec,
        reading,
    )
    numbers: RowNumbers = 1 + np.flatnonzero(~holes) if holes.any() else 1
    return design, design.matrix(kept, first_row=numbers), design.target_values(kept, first_row=numbers)


def _reading(target: str, right: str, table: pa.Table) -> Design:
    """How the columns of a text file are read: `C(x)` as text, any other as what it holds."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        needed = set(map(str, Formula(right).required_variables))
    except (FormulaicError, SyntaxError, ValueError, TypeError):
        needed = set()  # the formula is refused where it is worked out
    outside = re.sub(r"\bC\(\s*(?:`[^`]*`|[\w.]+)\s*(?=[,)])", "", right)
    columns = []
    for name in table.column_names:
        if name != target and name in needed and delimiter_of(table, name) is not None:
            as_text = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", outside) is None
            try:
                columns.append(draft_column(table, name, as_text))
            except DataError as error:
                # The advice is for tables; in a formula a column is made categorical by C().
                raise DataError(str(error).replace(categorical_option(name), f"C({name}) in the formula")) from None
    return Design(tuple(columns), Target(target, ("", "")))


def _ordered(table: pa.Table, reading: Design) -> pa.Table:
    """The table with its text columns as categories in the order of their levels."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for column in reading.columns:
        if column.kind == "categorical":
            values = table[column.name]
            levels = pa.array(in_order(values.unique().drop_null().to_pylist()), pa.string())
            indices = pc.index_in(values, levels).combine_chunks()
            codes = pa.chunked_array([pa.DictionaryArray.from_arrays(indices, levels)])
            table = table.set_column(table.column_names.index(column.name), column.name, codes)
    return table


def _spec(right: str, table: pa.Table) -> Any:
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    try:
        return model_matrix(right, _frame(table), na_action="ignore", output="numpy").model_spec
    except (FormulaicError, SyntaxError, NameError, TypeError, ValueError) as error:
        raise DataError(f"{place(table)}the formula {right.strip()!r} cannot be worked out: {error}") from None


def _evaluate(spec: Any, table: pa.Table, formula: str) -> NDArray[np.float64]:
    from formulaic.errors import DataMismatchWarning, FormulaicError

    try:
        # formulaic only warns of an unknown level and codes it as the reference level: a wrong number, so an error.
        with warnings.catch_warnings():
            warnings.simplefilter("error", DataMismatchWarning)
            matrix = np.asarray(spec.get_model_matrix(_frame(table), na_action="raise"), dtype=np.float64)
    except DataMismatchWarning as warning:
        unknown = str(warning).partition(": {")[2].partition("}")[0]
        raise DataError(f"{place(table)}a category was not there at the fit of {formula!r}: {unknown}.") from None
    except (FormulaicError, NameError, TypeError, ValueError) as error:
        raise DataError(f"{place(table)}the formula {formula!r} cannot be worked out on these rows: {error}") from None
    return np.ascontiguousarray(matrix[:, [name != "Intercept" for name in spec.column_names]])


def _frame(table: pa.Table) -> Any:
    """Formulaic works on pandas or narwhals frames; pandas is its own dependency."""
    return table.to_pandas()
