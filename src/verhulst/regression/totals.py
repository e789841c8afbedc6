"""Totals of predicted probabilities: by outcome, and against what happened. No single row survives in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

import verhulst as vh


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


def by_outcome(
    y: NDArray[np.float64], logits: NDArray[np.float64], weights: NDArray[np.float64] | None = None, bins: int = 20
) -> ByOutcome:
    """Counts predicted probabilities by outcome.

    Parameters
    ----------
    y : ndarray of 0 and 1, shape (n,)
    logits : ndarray, shape (n,)
    weights : ndarray, shape (n,), optional
    bins : int

    Examples
    --------
    >>> by_outcome(np.array([0.0, 1.0]), np.array([-1.0, 1.0]), bins=2).shares
    ((1.0, 0.0), (0.0, 1.0))
    """
    p = vh.sigmoid(logits)
    w = np.ones(len(y)) if weights is None else weights
    edges = np.linspace(0, 1, bins + 1)
    shares, medians, cases = [], [], []
    for outcome in (0.0, 1.0):
        chosen = y == outcome
        total = float(w[chosen].sum())
        counts = np.histogram(p[chosen], edges, weights=w[chosen])[0]
        shares.append(tuple((counts / (total or 1.0)).tolist()))
        medians.append(_weighted_median(p[chosen], w[chosen]))
        cases.append(total)
    return ByOutcome(tuple(edges.tolist()), (shares[0], shares[1]), (medians[0], medians[1]), (cases[0], cases[1]))


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    if not len(values) or not weights.sum():
        return float("nan")
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(reached, 0.5)])


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


def reliability(
    y: NDArray[np.float64],
    logits: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
    groups: int = 10,
    level: float = 0.95,
) -> tuple[Group, ...]:
    """Predicted against observed, in groups of as many rows each.

    Rows with the same prediction stay together, so there may be fewer groups than asked for.

    References
    ----------
    The interval: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    order = np.argsort(logits, kind="stable")
    z, outcomes = logits[order], y[order]
    w = np.ones(len(z)) if weights is None else weights[order]
    starts = np.unique(np.searchsorted(z, z[[len(z) * k // groups for k in range(groups)]]))
    quantile = float(ndtri(0.5 + level / 2)) ** 2
    found = []
    for start, stop in zip(starts, [*starts[1:], len(z)], strict=True):
        n = float(w[start:stop].sum())
        if n == 0:
            continue
        predicted = float(w[start:stop] @ vh.sigmoid(z[start:stop])) / n
        observed = float(w[start:stop] @ outcomes[start:stop]) / n
        centre = (observed + quantile / (2 * n)) / (1 + quantile / n)
        half = np.sqrt(quantile * (observed * (1 - observed) + quantile / (4 * n)) / n) / (1 + quantile / n)
        found.append(Group(n, predicted, observed, float(max(0.0, centre - half)), float(min(1.0, centre + half))))
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
        return cls(
            by_outcome(y, log_odds, weights), reliability(y, log_odds, weights), tuple(map(float, present.tolist()))
        )

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Totals:
        """The inverse of `dataclasses.asdict`."""
        split = record["by_outcome"]
        shares, medians, cases = (tuple(map(_frozen, split[name])) for name in ("shares", "medians", "cases"))
        by = ByOutcome(tuple(split["edges"]), (shares[0], shares[1]), (medians[0], medians[1]), (cases[0], cases[1]))
        return cls(by, tuple(Group(**group) for group in record["reliability"]), tuple(record["present"]))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
