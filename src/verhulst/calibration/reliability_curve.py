"""The numbers of a reliability diagram: the CORP curve with its bands, or bins with exact intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.calibration.bands import Bands, bins_bands, confidence_bands, consistency_bands
from verhulst.calibration.cases import read_cases
from verhulst.calibration.cells import bin_edges, bin_weights
from verhulst.calibration.corp import Decomposition, decompose
from verhulst.calibration.goodness import equal_groups
from verhulst.calibration.isotonic import pool
from verhulst.calibration.ranked import Ranked, by_run
from verhulst.calibration.scores import Floats, ScoreKind

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
    low, high : (m,), the band at each point by itself: of many points some lie outside by chance
    whole_low, whole_high : (m,), the band for the whole curve, at all points at once: to be drawn conclusions from
    band : "consistency": where the curve lies in `level` of samples if the probabilities are right;
        "confidence": where the true rate lies, for "corp" if it never falls with the score
    level : of either band
    histogram, histogram_edges : how many cases have which probability
    decomposition : of the Brier score
    """

    kind: Literal["corp", "bins"]
    probability: Floats
    rate: Floats
    low: Floats
    high: Floats
    whole_low: Floats
    whole_high: Floats
    band: Literal["consistency", "confidence"]
    level: float
    histogram: Floats
    histogram_edges: Floats
    decomposition: Decomposition

    @property
    def leaves_band(self) -> bool:
        """Whether the probabilities are refuted: the band for the whole curve does not hold what it should.

        That is the curve where the band is a consistency band, and the diagonal where it is a confidence band. If the
        probabilities are right this happens in no more than 1 − `level` of samples.
        """
        held = self.rate if self.band == "consistency" else self.probability
        return bool(((held < self.whole_low) | (held > self.whole_high)).any())


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
    replications: int = 1000,
    sample_weight: ArrayLike | None = None,
    rng: int | np.random.Generator = 0,
) -> Reliability:
    """The reliability diagram of scores against outcomes.

    Parameters
    ----------
    y : shape (n,), 0 or 1
    scores : shape (n,); `scores_are` says whether "logits" or "probabilities"
    kind : "corp" for the isotonic curve, "bins" for bins with Clopper and Pearson's exact intervals
    band : what the bands of "corp" mean; see `Reliability`. Bins have confidence intervals.
    bins, equal : how many bins, of equal width or of equal size
    level : of the band at each point by itself, and of the band for the whole curve
    replications : simulated samples behind the consistency bands of "corp"
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
    >>> curve.leaves_band
    False
    >>> vh.calibration.reliability(y, 2.0 * z).leaves_band
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
    cases = read_cases(y, scores, scores_are, sample_weight, say="scores_are")
    ranked = Ranked.sort(cases.z, cases.targets, cases.weights)
    if kind == "bins":
        starts = bin_edges(ranked, bins) if equal == "width" else equal_groups(ranked, bins)
        probability, rate, bands = binned(ranked, starts, level)
        band = "confidence"
    else:
        probability, rate, bands = corp(ranked, band, level, replications, np.random.default_rng(rng))
    return Reliability(
        kind,
        probability,
        rate,
        bands.low,
        bands.high,
        bands.whole_low,
        bands.whole_high,
        band,
        level,
        bin_weights(ranked, HISTOGRAM_BINS),
        np.arange(HISTOGRAM_BINS + 1) / HISTOGRAM_BINS,
        decompose(ranked),
    )


def corp(
    ranked: Ranked, band: str, level: float, replications: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Bands]:
    """The isotonic curve at the distinct probabilities (or `LEVELS` of them): probability, rate and bands."""
    starts = ranked.starts
    if len(starts) > LEVELS:
        starts = starts[np.arange(LEVELS) * len(starts) // LEVELS]
    mass = by_run(ranked.weights, starts)
    ones = by_run(ranked.weights * ranked.targets, starts)
    probability = np.clip(by_run(ranked.weights * ranked.p, starts) / mass, 0.0, 1.0)
    rate = pool(ones / mass, mass)
    if band == "confidence":
        return probability, rate, confidence_bands(mass, ones, level)
    return probability, rate, consistency_bands(mass, probability, level, replications, rng)


def binned(ranked: Ranked, starts: NDArray[np.intp], level: float) -> tuple[Floats, Floats, Bands]:
    """Mean probability and rate in each bin, and intervals for the rate."""
    mass = np.add.reduceat(ranked.weights, starts)
    ones = np.add.reduceat(ranked.weights * ranked.targets, starts)
    probability = np.add.reduceat(ranked.weights * ranked.p, starts) / mass
    return probability, ones / mass, bins_bands(mass, ones, level)
