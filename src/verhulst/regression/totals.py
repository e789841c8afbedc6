"""Totals of predicted log-odds by outcome: histograms that add up. No single row survives in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_matrix import as_columns
from verhulst.data.schema import ListOf, Number, Record, Whole, numbers
from verhulst.functions import logit, sigmoid

# Cells are 1/32 of a log-odds wide: probabilities of one cell differ by 3 % of themselves at most. They are cut at the
# multiples of 5 % too, so that histograms of the probability are exact. Log-odds beyond 40 are alike.
_WIDTH, _SHARES, _FAR = 1 / 32, 20, 40.0
_CELLS = int(2 * _FAR / _WIDTH) + _SHARES + 1
_OF_A_GROUP = ("predicted", "observed", "lower", "upper")  # in schema 1
# Rows are counted in blocks that stay in the cache.
_BLOCK = 1 << 15


def cell_of(log_odds: NDArray[np.float64], p: NDArray[np.float64]) -> NDArray[np.intp]:
    """The number of the cell of each case, which rises with the log-odds."""
    place = np.clip(log_odds, -_FAR, _FAR)
    place += _FAR
    place /= _WIDTH
    return place.astype(np.intp) + (_SHARES * p).astype(np.intp)


def totals_schema(cells: str) -> Record:
    """Return the schema of totals; `cells` stands for their number (see `verhulst.data.schema`)."""
    sums = dict.fromkeys(("zeros", "ones", "predicted"), numbers(cells, low=0.0))
    return Record({"cells": ListOf(Whole(high=_CELLS - 1), cells), **sums, "present": numbers("columns", low=0.0)})


@dataclass(frozen=True)
class Totals:
    """What a report shows of the rows that a model was fitted on, when the rows themselves are gone.

    Totals of parts of the data add up (`+`) to those of all.

    Attributes
    ----------
    cells : tuple of int
        The cells that hold cases, rising; see `cell_of`.
    zeros, ones, predicted : tuple of float
        For each of them the cases (sums of weights) of outcome 0 and 1, and the sum of predicted probabilities.
    present : tuple of float
        For each column of X, the number of cases in which it is not 0.
    """

    cells: tuple[int, ...]
    zeros: tuple[float, ...]
    ones: tuple[float, ...]
    predicted: tuple[float, ...]
    present: tuple[float, ...]

    SCHEMA: ClassVar[Record] = totals_schema("cells")
    #: The totals of schema 1: 20 bins of the probability, and 10 groups of rows.
    SCHEMA_1: ClassVar[Record] = Record(
        {
            "by_outcome": Record(
                {
                    "edges": numbers(_SHARES + 1),
                    "shares": ListOf(numbers(_SHARES, low=0.0), 2),
                    "cases": numbers(2, low=0.0),
                    "medians": numbers(2, finite=False),
                },
            ),
            "reliability": ListOf(Record({"cases": Number(0.0)} | dict.fromkeys(_OF_A_GROUP, Number(0.0, 1.0)))),
            "present": numbers("columns", low=0.0),
        }
    )

    @classmethod
    def of(
        cls,
        X: NDArray[np.float64],
        y: NDArray[np.float64],
        log_odds: NDArray[np.float64],
        weights: NDArray[np.float64] | None = None,
    ) -> Totals:
        """Totals of rows (X, y) that a model gives these log-odds.

        Parameters
        ----------
        X : ndarray, shape (n, p)
        y : ndarray of 0 and 1, shape (n,)
        log_odds : ndarray, shape (n,)
            May be infinite.
        weights : ndarray, shape (n,), optional
        """
        if (columns := as_columns(X)) is not None:
            present: Any = columns.count_nonzero(weights)
        else:
            present = np.count_nonzero(X, axis=0) if weights is None else (X != 0).T @ weights
        cases, predicted = np.zeros((2, _CELLS)), np.zeros(_CELLS)
        for start in range(0, len(y), _BLOCK):
            rows = slice(start, start + _BLOCK)
            w = None if weights is None else weights[rows]
            p = sigmoid(log_odds[rows])
            cells = cell_of(log_odds[rows], p)
            predicted += np.bincount(cells, p if w is None else p * w, _CELLS)
            cells += _CELLS * y[rows].astype(np.intp)
            cases += np.bincount(cells, w, 2 * _CELLS).reshape(2, _CELLS)
        return cls._sums(np.arange(_CELLS), cases[0], cases[1], predicted, present)

    @classmethod
    def _sums(cls, cells: Any, zeros: Any, ones: Any, predicted: Any, present: Any) -> Totals:
        sums = [np.bincount(cells, each, _CELLS) for each in (zeros, ones, predicted)]
        held = np.flatnonzero(sums[0] + sums[1])
        kept = (held, *(each[held] for each in sums), np.asarray(present, dtype=np.float64))
        return cls(*(tuple(each.tolist()) for each in kept))

    def __add__(self, other: Totals) -> Totals:
        """The totals of the cases of both."""
        return self._sums(
            self.cells + other.cells,
            self.zeros + other.zeros,
            self.ones + other.ones,
            self.predicted + other.predicted,
            np.add(self.present, other.present),
        )

    def cases(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Log-odds, outcomes and weights that stand for all cases: in each cell those of its mean probability."""
        mass = np.array([self.zeros, self.ones])
        outcome, cell = np.nonzero(mass)
        mean = np.minimum(np.array(self.predicted) / mass.sum(axis=0), 1.0)
        return logit(mean)[cell], outcome.astype(np.float64), mass[outcome, cell]

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Totals:
        """The inverse of `to_json`."""
        return cls._sums(*(record[one.name] for one in fields(cls)))


def with_cells(record: dict[str, Any]) -> dict[str, Any]:
    """Totals of schema 1, which held 20 bins of the probability and 10 groups of rows, as those of schema 2."""
    split, groups = record["by_outcome"], record["reliability"]
    zeros, ones = (np.multiply(*both) for both in zip(split["shares"], split["cases"], strict=True))
    # The sums of probabilities between the ends of the bins, from those between the ends of the groups.
    ends = np.cumsum([[0.0, 0.0], *([g["cases"], g["cases"] * g["predicted"]] for g in groups)], axis=0)
    predicted = np.diff(np.interp(np.cumsum([0.0, *(zeros + ones)]), *ends.T))
    middle = (np.arange(_SHARES) + 0.5) / _SHARES
    predicted = np.clip(predicted, (middle - 0.024) * (zeros + ones), (middle + 0.024) * (zeros + ones))
    cells = cell_of(logit(middle), middle)
    sums = {"cells": cells, "zeros": zeros, "ones": ones, "predicted": predicted}
    return {name: each.tolist() for name, each in sums.items()} | {"present": record["present"]}
