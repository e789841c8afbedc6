"""Evaluate the terms of a formula on a frame, with formulaic."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.errors import DataError, listed
from verhulst.data.formula_terms import first_line
from verhulst.data.row_numbers import RowNumbers, row_number, some_rows

# The number of rows on which to test whether the values of a row depend on other rows.
_TRIED = 1000


@dataclass(frozen=True)
class FormulaMatrix:
    """The terms of a formula, with the stored state of their functions: levels, means, knots.

    Attributes
    ----------
    formula : str
    spec : formulaic.ModelSpec
    context : mapping
        Further names that the formula may use.
    mixed : tuple of str
        The columns of X that depend on other rows: `I(x - x.mean())`.
    """

    formula: str
    spec: Any
    context: Mapping[str, Any]
    mixed: tuple[str, ...] = ()

    @classmethod
    def learned(
        cls, formula: str, terms: Any, frame: Any, context: Mapping[str, Any], place: str, numbers: RowNumbers
    ) -> tuple[FormulaMatrix, NDArray[np.float64], NDArray[np.bool_]]:
        """Evaluate a frame without missing values; also return X and the rows in which a term has no value."""
        from formulaic import ModelSpec

        draft = cls(formula, ModelSpec.from_spec(terms, output="numpy", na_action="drop"), context)
        matrix, empty = draft._worked_out(frame, place)
        made = replace(draft, spec=matrix.model_spec)
        X = made._checked(matrix, place, some_rows(numbers, ~empty))
        if not empty.any():
            made = replace(made, mixed=made._mixed_columns(frame, X))
        return made, X, empty

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of X, without the intercept."""
        return tuple(str(name) for name in self.spec.column_names if name != "Intercept")

    @property
    def intercept(self) -> bool:
        """Whether there is an intercept."""
        return "Intercept" in self.spec.column_names

    def evaluate(
        self, frame: Any, place: str, numbers: RowNumbers, names: Sequence[str]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return X of all rows, with columns of these names, nan where a term has no value; and the rows with nan.

        Raises
        ------
        DataError
            If the terms cannot be evaluated, a category is new, or a value is infinite.
        """
        matrix, empty = self._worked_out(frame, place)
        made = replace(self, spec=matrix.model_spec)  # a spec from a model file has no names yet
        if made.names != tuple(names):
            raise DataError(f"{place}the formula {self.formula!r} does not give the columns of the fit.")
        X = np.full((len(frame), len(names)), np.nan)
        X[~empty] = made._checked(matrix, place, some_rows(numbers, ~empty))
        return X, empty

    def empty_terms(self, empty: NDArray[np.bool_], numbers: RowNumbers) -> str:
        """Return a message about rows in which a term has no value."""
        first = row_number(numbers, int(np.argmax(empty)))
        return (
            f"a term of {self.formula!r} has no value in {int(empty.sum()):,} of {len(empty):,} rows (first in row "
            f"{first:,}), such as the logarithm of a negative number."
        )

    def refuse_mixed_rows(self, place: str) -> None:
        """Raise if the values of a row depend on other rows: new rows would use another mean."""
        if self.mixed:
            raise DataError(
                f"{place}{listed(self.mixed)} in {self.formula!r} depends on all given rows, so that new rows "
                f"would not be treated as those of the fit. Use functions that remember the fit, such as center(x) "
                f"and scale(x), or pass the numbers by context=."
            )

    def _worked_out(self, frame: Any, place: str) -> tuple[Any, NDArray[np.bool_]]:
        from formulaic.errors import DataMismatchWarning

        dropped: set[int] = set()
        try:
            # formulaic only warns of an unknown level and codes it as the reference level: a wrong number, so an error.
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("error", DataMismatchWarning)
                matrix = self.spec.get_model_matrix(frame, context=self.context, drop_rows=dropped)
        except DataMismatchWarning as warning:
            unknown = str(warning).partition(": {")[2].partition("}")[0]
            raise DataError(f"{place}a category did not occur in the fit of {self.formula!r}: {unknown}.") from None
        except Exception as error:  # a formula is code, and can fail in any way
            if isinstance(error, MemoryError):
                raise
            raise DataError(f"{place}the formula {self.formula!r} cannot be evaluated: {_reason(error)}") from None
        empty = np.zeros(len(frame), dtype=np.bool_)
        empty[list(dropped)] = True
        return matrix, empty

    def _checked(self, matrix: Any, place: str, numbers: RowNumbers) -> NDArray[np.float64]:
        kept = [name != "Intercept" for name in self.spec.column_names]
        X = np.ascontiguousarray(np.asarray(matrix, dtype=np.float64)[:, kept])
        if not np.isfinite(X).all():
            row, column = np.argwhere(~np.isfinite(X))[0]
            raise DataError(f"{place}row {row_number(numbers, int(row))}: {self.names[column]} is {X[row, column]:g}.")
        return X

    def _mixed_columns(self, frame: Any, X: NDArray[np.float64]) -> tuple[str, ...]:
        """Evaluate every other row alone: a mean, a maximum or the previous row then differ."""
        differs = np.zeros(len(self.names), dtype=np.bool_)
        for start in (0, 1):
            rows = np.arange(start, len(frame), 2)[:_TRIED]
            if not len(rows):
                continue
            try:
                alone, empty = self._worked_out(frame.iloc[rows].reset_index(drop=True), "")
                differs |= empty.any() or (self._checked(alone, "", 1) != X[rows]).any(axis=0)
            except DataError:
                return (self.formula,)
        return tuple(name for name, other in zip(self.names, differs, strict=True) if other)


def _reason(error: Exception) -> str:
    """Explain an error in a term, in terms of the formula."""
    found = re.match(r"Unable to evaluate factor `(.*)`\. \[(\w+): (.*)\]$", str(error), re.DOTALL)
    if found is None:
        return first_line(error)
    factor, kind, said = found.groups()
    if factor.startswith("offset("):
        return f"an offset is not a term of X: remove {factor!r} and pass its column as offset= (--offset)."
    if kind == "NameError" and (name := re.search(r"[`'](.*?)[`']", said)):
        return (
            f"{factor!r} names {name[1]!r}, which is neither a column nor a function of formulas. (In "
            f"Python, pass it by context={{{name[1]!r}: ...}}.)"
        )
    return f"{factor!r} fails: {first_line(Exception(said))}"
