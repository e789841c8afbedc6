"""A histogram of logits: any number of scores, read once, in constant memory, with error bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._options import checks_options, require_counts
from verhulst.calibration.cases import read_cases
from verhulst.calibration.scores import Floats, ScoreKind
from verhulst.functions import sigmoid, softplus

# Scores are distinguished between 2^-LOW and 2^HIGH in size; smaller ones count as 0, larger ones as equal.
_LOW, _HIGH = 20, 12
# max |z σ'(z)|, at z = 1.5434: a bin of relative width h is at most this times h wide in probability.
_WIDEST = 0.22394


@dataclass(frozen=True)
class HistogramSummary:
    """Measures from a histogram of logits.

    Attributes
    ----------
    n, n_positive : float
        Numbers of cases and of cases of class 1 (sums of weights).
    log_loss, brier : float
        Exact, except for the rounding of sums.
    roc_auc, roc_auc_error : float
        The area with scores of one bin counted as ties, and a bound on its error.
    ece : float
        The expected calibration error, exact for bins of probability whose edges are moved to the nearest edge of a
        bin of logits, by less than `probability_error`.
    probability_error : float
        A bound on the errors of the probabilities of `cases`.
    """

    n: float
    n_positive: float
    log_loss: float
    brier: float
    roc_auc: float
    roc_auc_error: float
    ece: float
    probability_error: float


class LogitHistogram:
    """Counts of logits by class, in bins given by the leading bits of the numbers.

    Bins have relative width 2^−precision. Histograms of parts of the data can be added (`+`), in any order.

    Parameters
    ----------
    precision : int
        The number of bits of the fraction that are kept, 4 to 14; 10 take 2 MB of memory.
    scores_are : {"logits", "probabilities"}, optional
        The kind of the scores passed to `update`. By default an error is raised if all scores of a part lie in [0, 1]
        and no earlier part has shown that they are logits.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> total = vh.calibration.LogitHistogram()
    >>> for part in range(4):
    ...     z = rng.normal(-1.0, 2.0, 25_000)
    ...     total.update(z, rng.random(25_000) < vh.sigmoid(z))
    >>> summary = total.summary()
    >>> summary.n, summary.roc_auc_error < 1e-3
    (100000.0, True)
    >>> z, y, weight = total.cases()
    >>> platt = vh.calibration.Platt().fit(z, y, weight)
    """

    @checks_options
    def __init__(self, precision: int = 10, scores_are: ScoreKind | None = None) -> None:
        if not 4 <= precision <= 14:
            raise ValueError(f"precision must be 4 to 14 bits, got {precision}")
        self.precision = precision
        self.scores_are = scores_are
        self._half = ((_LOW + _HIGH) << precision) + 1
        # Rows: class 0 and class 1. Columns: bins, from the most negative score to the most positive.
        self._weight = np.zeros((2, 2 * self._half))
        self._logit = np.zeros_like(self._weight)
        self._probability = np.zeros_like(self._weight)
        self._log_loss = self._brier = 0.0

    @checks_options
    def update(self, logits: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add scores to the counts.

        Parameters
        ----------
        logits, y, sample_weight : array_like, shape (n,)
            Scores, outcomes and, optionally, counts of cases, as for `vh.evaluate`.

        Raises
        ------
        ScoreKindError, ValueError
            As `vh.evaluate`; nothing is counted then.
        """
        cases = read_cases(y, logits, self.scores_are, sample_weight, say="scores_are")
        self.scores_are = cases.kind
        z, targets, weights = cases.z, cases.targets, cases.weights
        # In blocks that fit in the cache.
        for start in range(0, len(z), 1 << 16):
            rows = slice(start, start + (1 << 16))
            self._count(z[rows], targets[rows], None if weights is None else weights[rows])

    @np.errstate(over="ignore")  # sums of losses of 1e308 are infinite
    def _count(self, z: Floats, targets: Floats, weights: Floats | None) -> None:
        size = 2 * self._half
        bins = self._bins(z) + size * targets.astype(np.int64)
        p = sigmoid(z)
        finite = np.clip(z, -(2.0**_HIGH), 2.0**_HIGH)
        losses = softplus(np.where(targets == 1.0, -z, z))
        squares = np.where(targets == 1.0, sigmoid(-z), p) ** 2
        if weights is None:
            self._log_loss += float(losses.sum())
            self._brier += float(squares.sum())
        else:
            self._log_loss += float(losses @ weights)
            self._brier += float(squares @ weights)
            finite, p = finite * weights, p * weights
        for total, values in ((self._weight, weights), (self._logit, finite), (self._probability, p)):
            total += np.bincount(bins, values, 2 * size).reshape(2, size)

    def _bins(self, z: Floats) -> NDArray[np.int64]:
        """Return the bin of each score: exponent and leading bits of the fraction, mirrored for negative scores."""
        size = np.ascontiguousarray(np.abs(z)).view(np.int64) >> (52 - self.precision)
        size -= ((1023 - _LOW) << self.precision) - 1
        np.clip(size, 0, self._half - 1, out=size)
        return np.where(z < 0.0, self._half - 1 - size, self._half + size)

    def __add__(self, other: LogitHistogram) -> LogitHistogram:
        """Return the histogram of the cases of both."""
        if not isinstance(other, LogitHistogram):
            return NotImplemented
        total = LogitHistogram(self.precision, self.scores_are or other.scores_are)
        return total._take(self)._take(other)

    def _take(self, other: LogitHistogram) -> Self:
        if other.precision != self.precision:
            raise ValueError(f"histograms of {self.precision} and {other.precision} bits cannot be added")
        for name in ("_weight", "_logit", "_probability", "_log_loss", "_brier"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    def cases(self) -> tuple[Floats, Floats, Floats]:
        """Return logits, outcomes and weights that represent all cases: the mean logit of each class in each bin.

        Use them like scores: `Platt().fit(*histogram.cases())`, `vh.evaluate(y, logits=z, sample_weight=weight)`.
        """
        label, bins = np.nonzero(self._weight)
        weight = self._weight[label, bins]
        return self._logit[label, bins] / weight, label.astype(np.float64), weight

    @checks_options
    def summary(self, bins: int = 15) -> HistogramSummary:
        """Return measures with bounds on their errors.

        Parameters
        ----------
        bins : int
            The number of bins of the expected calibration error.

        Returns
        -------
        HistogramSummary
            The measures.

        Raises
        ------
        ValueError
            If no case was counted.
        """
        require_counts(bins=(bins, 1))
        zeros, ones = self._weight
        negative, positive = float(zeros.sum()), float(ones.sum())
        n = negative + positive
        if not n:
            raise ValueError("no score was counted")
        pairs = positive * negative
        below = np.cumsum(zeros) - 0.5 * zeros
        p = self._probability.sum(axis=0)
        mass = zeros + ones
        mean = np.divide(p, mass, out=np.zeros_like(p), where=mass > 0.0)
        # A mean of equal probabilities on an edge may be rounded to below it.
        place = np.minimum((mean * bins + 1e-9).astype(np.int64), bins - 1)
        gap = np.bincount(place, ones - p, bins)
        return HistogramSummary(
            n,
            positive,
            self._log_loss / n,
            self._brier / n,
            float(ones @ below) / pairs if pairs else np.nan,
            0.5 * float(ones @ zeros) / pairs if pairs else np.nan,
            float(np.abs(gap).sum()) / n,
            _WIDEST * 2.0**-self.precision,
        )
