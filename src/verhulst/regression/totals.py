"""Totals of predicted log-odds by outcome: histograms that add up. No single row survives in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst.functions import logit, sigmoid

# Cells are 1/32 of a log-odds wide: probabilities of one cell differ by 3 % of themselves at most. Multiples of 5 % are
# edges too, so that histograms of the probability are exact.
_SHARES = np.linspace(0.0, 1.0, 21)
EDGES = np.union1d(np.arange(-40 * 32, 40 * 32 + 1) / 32, logit(_SHARES[1:-1]))


@dataclass(frozen=True)
class Totals:
    """What a report shows of the rows that a model was fitted on, when the rows themselves are gone.

    Totals of parts of the data add up (`+`) to those of all.

    Attributes
    ----------
    cells : tuple of int
        The cells between `EDGES` that hold cases, rising.
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
        present = np.count_nonzero(X, axis=0) if weights is None else (X != 0).T @ weights
        w = np.ones(len(y)) if weights is None else weights
        cells = np.searchsorted(EDGES, log_odds, side="right")
        return cls._sums(cells, w * (1.0 - y), w * y, w * sigmoid(log_odds), present)

    @classmethod
    def _sums(cls, cells: Any, zeros: Any, ones: Any, predicted: Any, present: Any) -> Totals:
        sums = [np.bincount(cells, each, len(EDGES) + 1) for each in (zeros, ones, predicted)]
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
        return cls._sums(*(record[name] for name in cls.__dataclass_fields__))


def with_cells(record: dict[str, Any]) -> dict[str, Any]:
    """Totals of schema 1, which held 20 bins of the probability and 10 groups of rows, as those of schema 2."""
    split, groups = record["by_outcome"], record["reliability"]
    zeros, ones = (np.multiply(*both) for both in zip(split["shares"], split["cases"], strict=True))
    # The sums of probabilities between the ends of the bins, from those between the ends of the groups.
    ends = np.cumsum([[0.0, 0.0], *([g["cases"], g["cases"] * g["predicted"]] for g in groups)], axis=0)
    predicted = np.diff(np.interp(np.cumsum([0.0, *(zeros + ones)]), *ends.T))
    predicted = np.clip(predicted, (_SHARES[:-1] + 0.001) * (zeros + ones), (_SHARES[1:] - 0.001) * (zeros + ones))
    cells = np.searchsorted(EDGES, logit((_SHARES[:-1] + _SHARES[1:]) / 2), side="right")
    return dict(zip(Totals.__dataclass_fields__, (cells, zeros, ones, predicted, record["present"]), strict=True))
