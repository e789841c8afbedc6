"""Totals of predicted probabilities: by outcome, and against what happened. No single row survives in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

import verhulst as vh


@dataclass(frozen=True, eq=False)
class Outcome:
    """The cases of one outcome in rising order of their log-odds.

    Attributes
    ----------
    logits : ndarray, shape (n,)
    weight, predicted : ndarray, shape (n + 1,)
        Sums over the first k cases: of their weights, and of weight times predicted probability.
    """

    logits: NDArray[np.float64]
    weight: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @classmethod
    def of(cls, logits: NDArray[np.float64], weights: NDArray[np.float64] | None) -> Outcome:
        """Sorts, and sums up."""
        if weights is None:
            z = np.sort(logits)
            weight, p = np.arange(len(z) + 1, dtype=np.float64), vh.sigmoid(z)
        else:
            order = np.argsort(logits)
            z, w = logits[order], weights[order]
            weight, p = np.concatenate([[0.0], np.cumsum(w)]), w * vh.sigmoid(z)
        return cls(z, weight, np.concatenate([[0.0], np.cumsum(p)]))

    @property
    def total(self) -> float:
        """The number of cases: the sum of the weights."""
        return float(self.weight[-1])

    @property
    def median(self) -> float:
        """The log-odds that half of the cases do not exceed; nan without cases."""
        if not self.total:
            return float("nan")
        return float(self.logits[np.searchsorted(self.weight[1:], 0.5 * self.total)])


@dataclass(frozen=True, eq=False)
class Cases:
    """All cases, by outcome: sorted once for every total that is taken of them."""

    zeros: Outcome
    ones: Outcome

    @classmethod
    def of(
        cls, y: NDArray[np.float64], logits: NDArray[np.float64], weights: NDArray[np.float64] | None = None
    ) -> Cases:
        """From outcomes of 0 and 1, log-odds and weights, each of shape (n,)."""
        parts = [Outcome.of(logits[rows], None if weights is None else weights[rows]) for rows in (y == 0, y == 1)]
        return cls(parts[0], parts[1])


@dataclass(frozen=True)
class ByOutcome:
    """Histograms of the predicted probability, one for each outcome.

    Attributes
    ----------
    edges : tuple of float
        Bin edges from 0 to 1.
    shares : pair of tuples of float
        For outcome 0 and outcome 1: the share of its cases in each bin.
    medians, cases : pair of float
        For outcome 0 and outcome 1: the median prediction, and the number of cases.
    """

    edges: tuple[float, ...]
    shares: tuple[tuple[float, ...], tuple[float, ...]]
    medians: tuple[float, float]
    cases: tuple[float, float]


def by_outcome(cases: Cases, bins: int = 20) -> ByOutcome:
    """Counts predicted probabilities by outcome, in bins of equal width.

    Examples
    --------
    >>> by_outcome(Cases.of(np.array([0.0, 1.0]), np.array([-1.0, 1.0])), bins=2).shares
    ((1.0, 0.0), (0.0, 1.0))
    """
    edges = np.linspace(0, 1, bins + 1)
    inner = vh.logit(edges[1:-1])
    shares, medians, sizes = [], [], []
    for one in (cases.zeros, cases.ones):
        counts = np.diff(one.weight[[0, *np.searchsorted(one.logits, inner), len(one.logits)]])
        shares.append(tuple((counts / (one.total or 1.0)).tolist()))
        medians.append(float(vh.sigmoid(one.median)))
        sizes.append(one.total)
    return ByOutcome(tuple(edges.tolist()), (shares[0], shares[1]), (medians[0], medians[1]), (sizes[0], sizes[1]))


@dataclass(frozen=True)
class Group:
    """Cases with similar predictions.

    Attributes
    ----------
    cases : float
    predicted, observed : float
        The mean predicted probability, and the share of outcome 1.
    lower, upper : float
        Wilson's interval of that share.
    """

    cases: float
    predicted: float
    observed: float
    lower: float
    upper: float


def reliability(cases: Cases, groups: int = 10, level: float = 0.95) -> tuple[Group, ...]:
    """Predicted against observed, in groups of as many rows each.

    Rows with the same prediction stay together, so there may be fewer groups than asked for.

    References
    ----------
    The interval: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    z = np.sort(np.concatenate([cases.zeros.logits, cases.ones.logits]))
    cuts = np.unique(z[[len(z) * k // groups for k in range(1, groups)]]) if len(z) else z
    weight, predicted = [], []
    for one in (cases.zeros, cases.ones):
        ends = [0, *np.searchsorted(one.logits, cuts), len(one.logits)]
        weight.append(np.diff(one.weight[ends]))
        predicted.append(np.diff(one.predicted[ends]))
    quantile = float(ndtri(0.5 + level / 2)) ** 2
    found = []
    for zeros, ones, total in zip(*weight, predicted[0] + predicted[1], strict=True):
        n = float(zeros + ones)
        if n == 0:
            continue
        observed = float(ones) / n
        centre = (observed + quantile / (2 * n)) / (1 + quantile / n)
        half = np.sqrt(quantile * (observed * (1 - observed) + quantile / (4 * n)) / n) / (1 + quantile / n)
        found.append(
            Group(n, float(total) / n, observed, float(max(0.0, centre - half)), float(min(1.0, centre + half)))
        )
    return tuple(found)


@dataclass(frozen=True)
class Totals:
    """What a report shows of the rows that a model was fitted on, when the rows themselves are gone.

    Attributes
    ----------
    by_outcome : ByOutcome
    reliability : tuple of Group
    present : tuple of float
        For each column of X, the number of cases in which it is not 0.
    """

    by_outcome: ByOutcome
    reliability: tuple[Group, ...]
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
        cases = Cases.of(y, log_odds, weights)
        return cls(by_outcome(cases), reliability(cases), tuple(map(float, present.tolist())))

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Totals:
        """The inverse of `dataclasses.asdict`."""
        split = record["by_outcome"]
        shares, medians, cases = (tuple(map(_frozen, split[name])) for name in ("shares", "medians", "cases"))
        by = ByOutcome(tuple(split["edges"]), (shares[0], shares[1]), (medians[0], medians[1]), (cases[0], cases[1]))
        return cls(by, tuple(Group(**group) for group in record["reliability"]), tuple(record["present"]))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
