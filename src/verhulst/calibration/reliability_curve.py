"""The numbers of a reliability diagram: the CORP curve with its bands, or bins with exact intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._options import checks_options, generator_of, require_counts
from verhulst.calibration.bands import Bands, bins_bands, confidence_bands, consistency_bands
from verhulst.calibration.cases import read_cases
from verhulst.calibration.cells import bin_edges, bin_weights
from verhulst.calibration.corp import Decomposition, decompose
from verhulst.calibration.goodness import equal_groups
from verhulst.calibration.isotonic import pool
from verhulst.calibration.ranked import Ranked, by_run
from verhulst.calibration.scores import Floats, ScoreKind

# Bands are computed at this many distinct probabilities at most: finer steps are invisible and cost time.
LEVELS = 2000
HISTOGRAM_BINS = 50


@dataclass(frozen=True, eq=False)
class Reliability:
    """Observed frequency against predicted probability.

    Attributes
    ----------
    kind : {"corp", "bins"}
        The isotonic curve without bins, or bins.
    probability, rate : ndarray, shape (m,)
        The curve or the bins: mean probability, and rate of class 1.
    low, high : ndarray, shape (m,)
        The pointwise band; of many points some lie outside by chance.
    whole_low, whole_high : ndarray, shape (m,)
        The band for all points at once; use this one to draw conclusions.
    band : {"consistency", "confidence"}
        Where the curve lies in `level` of samples if the probabilities are right; or where the true rate lies (for
        "corp" if it never decreases with the score).
    level : float
        The coverage of either band.
    histogram, histogram_edges : ndarray
        Numbers of cases by probability.
    decomposition : Decomposition
        The decomposition of the Brier score.
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
        """Whether the band for the whole curve excludes the curve or, for a confidence band, the diagonal.

        If the probabilities are right, this happens in no more than 1 − `level` of samples.
        """
        held = self.rate if self.band == "consistency" else self.probability
        return bool(((held < self.whole_low) | (held > self.whole_high)).any())


@checks_options
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
    """Return the reliability diagram of scores against outcomes.

    Parameters
    ----------
    y : array_like, shape (n,)
        The outcomes, 0 or 1.
    scores : array_like, shape (n,)
        The scores of the model.
    scores_are : {"logits", "probabilities"}, optional
        The kind of the scores.
    kind : {"corp", "bins"}
        The isotonic curve, or bins with Clopper and Pearson's exact intervals.
    band : {"consistency", "confidence"}
        The meaning of the bands of "corp"; see `Reliability`. Bins have confidence intervals.
    bins : int
        The number of bins.
    equal : {"width", "size"}
        Whether bins have equal width or equal numbers of cases.
    level : float
        The coverage of the pointwise band, and of the band for the whole curve.
    replications : int
        The number of simulated samples for the consistency bands of "corp".
    sample_weight : array_like, shape (n,), optional
        Counts of cases.
    rng : int or numpy.random.Generator
        Seed or generator for the simulated samples.

    Returns
    -------
    Reliability
        The curve or the bins, with their bands.

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
    require_counts(bins=(bins, 1), replications=(replications, 20))
    cases = read_cases(y, scores, scores_are, sample_weight, say="scores_are")
    ranked = Ranked.sort(cases.z, cases.targets, cases.weights)
    if kind == "bins":
        starts = bin_edges(ranked, bins) if equal == "width" else equal_groups(ranked, bins)
        probability, rate, bands = binned(ranked, starts, level)
        band = "confidence"
    else:
        probability, rate, bands = corp(ranked, band, level, replications, generator_of(rng))
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
    """Return the isotonic curve at the distinct probabilities (or `LEVELS` of them): probability, rate and bands."""
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
    """Return mean probability and rate in each bin, and intervals for the rate."""
    mass = np.add.reduceat(ranked.weights, starts)
    ones = np.add.reduceat(ranked.weights * ranked.targets, starts)
    probability = np.add.reduceat(ranked.weights * ranked.p, starts) / mass
    return probability, ones / mass, bins_bands(mass, ones, level)
