"""Totals of the rows of a multinomial fit, for reports: no single row survives in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from verhulst.data.column_matrix import as_columns
from verhulst.data.schema import ListOf, Record, numbers
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.statistics import Matrix, Vector

_ROWS = 1 << 15


@dataclass(frozen=True)
class ClassTotals:
    """What a report shows of the rows that a multinomial model was fitted on.

    Attributes
    ----------
    confusion : tuple of K tuples of K float
        For each class the cases (sums of weights) for which each class is the most probable one.
    present : tuple of float
        For each column of X, the number of cases in which it is not 0.
    """

    confusion: tuple[tuple[float, ...], ...]
    present: tuple[float, ...]

    SCHEMA: ClassVar[Record] = Record(
        {
            "confusion": ListOf(numbers("classes", low=0.0), "classes"),
            "present": numbers("columns", low=0.0),
        }
    )

    @classmethod
    def of(cls, X: Any, y: Vector, fit: MultinomialFit, weights: Vector | None = None) -> ClassTotals:
        """Totals of rows.

        Parameters
        ----------
        X : (n, p) array or ColumnMatrix
        y : (n,)
            The place of the class of each row.
        fit : MultinomialFit
            The model that predicts them.
        weights : (n,) array, optional
        """
        if (columns := as_columns(X)) is not None:
            present: Any = columns.count_nonzero(weights)
        else:
            present = np.count_nonzero(X, axis=0) if weights is None else (X != 0).T @ weights
        classes = len(fit.classes)
        confusion: Matrix = np.zeros((classes, classes))
        for start in range(0, len(y), _ROWS):
            rows = slice(start, start + _ROWS)
            cell = y[rows].astype(np.intp) * classes + fit.scores(X[rows]).argmax(axis=1)
            counts = np.bincount(cell, None if weights is None else weights[rows], classes**2)
            confusion += counts.reshape(classes, classes)
        return cls(tuple(map(tuple, confusion.tolist())), tuple(np.asarray(present, dtype=float).tolist()))

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> ClassTotals:
        """The inverse of `to_json`."""
        return cls(tuple(map(tuple, record["confusion"])), tuple(record["present"]))
