"""The numbers of a reliability diagram: the CORP curve with a band, or bins with exact intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from verhulst.calibration.cells import bin_edges
from verhulst.calibration.corp import Decomposition, decompose
from verhulst.calibration.goodness import equal_groups
from verhulst.calibration.isotonic import pool
from verhulst.calibration.ranked import Ranked, by_run
from verhulst.calibration.scores import Floats, ScoreKind, as_logits, binary_targets, case_weights

# Bands are found on at most this many distinct probabilities: finer steps are not seen, and each replication is quick.
LEVELS = 2000
HISTOGRAM_BINS = 50


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often the outcome came, against the probability given.

    Attributes
    ----------
    kind : "corp" (the isotonic curve, no bins) or "bins"
    probability, rate : (m,), the curve or the bins: mean probability, and rate of class 1
    low, high : (m,), the band at each
    band : "consistency": where the curve lies in `level` of samples if the probabilities are right, point by point;
        "confidence": where the true rate lies, point by point, if it never falls with the score
    level : of the band
    histogram, histogram_edges : how many cases have which probability
    decomposition : of the Brier score
    """

    kind: Literal["corp", "bins"]
    probability: Floats
    rate: Floats
    low: Floats
    high: Floats
    band: Literal["consistency", "confidence"]
    level: float
    histogram: Floats
    histogram_edges: Floats
    decomposition: Decomposition


def reliability(
    y: ArrayLike,
    scores: ArrayLike,
    *,
    scores_are: ScoreKind | None = None,
    kind: Literal["corp", "bins"] = "corp",
    band: Literal["consistency", "confidence"] = "consistency",
    bins: int = 10,
    equal: Literal["width", "size"] = "width",
    level: float = 0.95,
    replications: int = 200,
    sample_weight: ArrayLike | None = None,
    rng: int | np.random.Generator = 0,
) -> Reliability:
    """The reliability diagram of scores against outcomes.

    Parameters
    ----------
    y : shape (n,), 0 or 1
    scores : shape (n,); `scores_are` says whether "logits" or "probabilities"
    kind : "corp" for the isotonic curve, "bins" for bins with Clopper and Pearson's exact intervals
    band : what the band of "corp" means; see `Reliability`. Bins have confidence intervals.
    bins, equal : how many bins, of equal width or of equal size
    level : of the band, point by point
    replications : simulated samples behind the band of "corp"
    sample_weight : shape (n,), counts of cases
    rng : seed or generator

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(0.0, 2.0, 5000)
    >>> y = rng.random(5000) < vh.sigmoid(z)
    >>> curve = vh.calibration.reliability(y, z)
    >>> bool(((curve.low <= curve.rate) & (curve.rate <= curve.high)).mean() > 0.9)
    True
    """
    if kind not in ("corp", "bins"):
        raise ValueError(f"kind must be 'corp' or 'bins', got {kind!r}")
    if band not in ("consistency", "confidence"):
        raise ValueError(f"band must be 'consistency' or 'confidence', got {band!r}")
    if equal not in ("width", "size"):
        raise ValueError(f"equal must be 'width' or 'size', got {equal!r}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie strictly between 0 and 1, got {level!r}")
    if bins < 1 or replications < 20:
        raise ValueError(f"bins must be at least 1 and replications at least 20, got {bins} and {replications}")
    z, _ = as_logits(scores, scores_are)
    ranked = Ranked.sort(z, binary_targets(y, len(z)), case_weights(sample_weight, len(z)))
    edges = np.linspace(0.0, 1.0, HISTOGRAM_BINS + 1)
    histogram = np.histogram(ranked.p, edges, weights=ranked.weights)[0]
    if kind == "bins":
        starts = bin_edges(ranked, bins) if equal == "width" else equal_groups(ranked, bins)
        points = binned(ranked, starts, level)
        band = "confidence"
    else:
        points = corp(ranked, band, level, replications, np.random.default_rng(rng))
    return Reliability(kind, *points, band, level, histogram.astype(np.float64), edges, decompose(ranked))


def corp(
    ranked: Ranked, band: str, level: float, replications: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """The isotonic curve at the distinct probabilities (or `LEVELS` of them), with the band of simulated curves.

    For the consistency band outcomes are drawn with the probabilities given and pooled again; it holds the middle
    `level` of what comes out at each probability.

    References
    ----------
    Dimitriadis, Gneiting and Jordan 2021, PNAS 118, supplement S2 (consistency bands by resampling).
    """
    starts = ranked.starts
    if len(starts) > LEVELS:
        starts = starts[np.arange(LEVELS) * len(starts) // LEVELS]
    mass = by_run(ranked.weights, starts)
    probability = np.clip(by_run(ranked.weights * ranked.p, starts) / mass, 0.0, 1.0)
    rate = pool(by_run(ranked.weights * ranked.targets, starts) / mass, mass)
    if band == "confidence":
        return probability, rate, *confidence_band(mass, by_run(ranked.weights * ranked.targets, starts), level)
    counts = np.maximum(np.rint(mass), 1.0).astype(np.int64)
    draws = rng.binomial(counts, probability, size=(replications, len(mass))) / counts
    curves = np.stack([pool(row, mass) for row in draws])
    low, high = np.quantile(curves, [0.5 - level / 2.0, 0.5 + level / 2.0], axis=0, method="closest_observation")
    return probability, rate, low, high


def confidence_band(mass: Floats, ones: Floats, level: float) -> tuple[Floats, Floats]:
    """Where the true rate lies at each score, if it never falls with the score; exact for every sample size.

    The rate at a score is at most the mean rate of any window of cases that begins there, and at least that of any
    window that ends there. Each window has Clopper and Pearson's bound for its mean (conservative for unequal chances:
    Hoeffding 1956); the best over windows of 8, 16, 32 … cases counts, at a level divided by their number.

    References
    ----------
    Yang and Barber 2019, "Contraction and uniform convergence of isotonic regression", for bounds from monotonicity;
    Dimitriadis, Dümbgen, Henzi, Puke and Ziegel 2023, "Honest calibration assessment for binary outcome predictions".
    """
    total_mass = np.concatenate([[0.0], np.cumsum(mass)])
    total_ones = np.concatenate([[0.0], np.cumsum(ones)])
    here = np.arange(len(mass))
    windows = 2.0 ** np.arange(3, max(4, int(np.log2(max(total_mass[-1], 8.0))) + 1))
    tail = (1.0 - level) / (2.0 * len(windows))
    low, high = np.zeros(len(mass)), np.ones(len(mass))
    for window in windows:
        begin = np.searchsorted(total_mass, total_mass[1:] - window * (1.0 - 1e-12), side="right") - 1
        begin = np.clip(begin, 0, here)
        np.maximum(low, lower_bound(*_between(total_mass, total_ones, begin, here + 1), tail), out=low)
        end = np.searchsorted(total_mass, total_mass[:-1] + window * (1.0 - 1e-12), side="left")
        end = np.clip(end, here + 1, len(mass))
        np.minimum(high, upper_bound(*_between(total_mass, total_ones, here, end), tail), out=high)
    return low, high


def _between(mass: Floats, ones: Floats, begin: NDArray[np.intp], end: NDArray[np.intp]) -> tuple[Floats, Floats]:
    inside = ones[end] - ones[begin]
    return inside, np.maximum(mass[end] - mass[begin] - inside, 0.0)


def lower_bound(ones: Floats, zeros: Floats, tail: float) -> Floats:
    """Clopper and Pearson's lower bound of a rate, which is above the rate with probability `tail` at most."""
    known = ones > 0.0
    bound: Floats = np.where(known, betaincinv(np.where(known, ones, 1.0), zeros + 1.0, tail), 0.0)
    return bound


def upper_bound(ones: Floats, zeros: Floats, tail: float) -> Floats:
    """Clopper and Pearson's upper bound."""
    return 1.0 - lower_bound(zeros, ones, tail)


def binned(ranked: Ranked, starts: NDArray[np.intp], level: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean probability and rate in each bin, with Clopper and Pearson's interval for the rate.

    References
    ----------
    Clopper and Pearson 1934, "The use of confidence or fiducial limits illustrated in the case of the binomial".
    """
    mass = np.add.reduceat(ranked.weights, starts)
    ones = np.add.reduceat(ranked.weights * ranked.targets, starts)
    probability = np.add.reduceat(ranked.weights * ranked.p, starts) / mass
    tail, zeros = (1.0 - level) / 2.0, np.maximum(mass - ones, 0.0)
    return probability, ones / mass, lower_bound(ones, zeros, tail), upper_bound(ones, zeros, tail)
