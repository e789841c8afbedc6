"""Bands for a reliability curve: pointwise, and for the whole curve at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from verhulst.calibration.cells import simulated_rates
from verhulst.calibration.isotonic import pool
from verhulst.calibration.scores import Floats


@dataclass(frozen=True, eq=False)
class Bands:
    """The pointwise band, `low` to `high`, and that for all points at once, `whole_low` to `whole_high`."""

    low: Floats
    high: Floats
    whole_low: Floats
    whole_high: Floats


def consistency_bands(
    mass: Floats, probability: Floats, level: float, replications: int, rng: np.random.Generator
) -> Bands:
    """Return the bands in which the isotonic curve lies if the probabilities are right, from simulated curves.

    The pointwise band contains the middle `level` of the curves at each point. The band for the whole curve contains
    the curves that nowhere deviate from the median by more than c times the typical deviation, with c such that
    `level` of the curves qualify. The typical deviation is that of the outermost 0.5 % (for a level of 95 %), for each
    point and each side separately, because rates near 0 and 1 are skewed. It is estimated from one half of the curves
    and c from the other half, so that c is valid for a new curve.

    References
    ----------
    Dimitriadis, Gneiting and Jordan 2021, PNAS 118, supplement S2 (consistency bands by resampling); Myllymäki,
    Mrkvička, Grabarnik, Seijo and Hahn 2017, "Global envelope tests for spatial processes" (directional quantiles).
    """
    rates = simulated_rates(mass, probability, replications, rng)
    curves = np.clip([pool(row, mass) for row in rates], 0.0, 1.0)
    tails = 0.5 - level / 2.0, 0.5 + level / 2.0
    low, high = np.quantile(curves, tails, axis=0, method="closest_observation")
    # On this scale binomial variances are nearly equal.
    angles = np.arcsin(np.sqrt(curves))
    usual, judged = angles[: replications // 2], angles[replications // 2 :]
    middle = np.median(usual, axis=0)
    farthest = np.quantile(usual, (tails[0] / 5.0, 1.0 - tails[0] / 5.0), axis=0)
    deviation = usual.std(axis=0, ddof=1)
    below, above = np.maximum(middle - farthest[0], deviation), np.maximum(farthest[1] - middle, deviation)
    apart = judged - middle
    scale = np.where(apart > 0.0, above, below)
    # If the first half are all equal, curves that differ lie outside for any c.
    unusual = np.where(apart != 0.0, np.inf, 0.0)
    largest = np.divide(np.abs(apart), scale, out=unusual, where=scale > 0.0).max(axis=1)
    # The observed curve is one more: `level` of all curves including it must lie within.
    within = min(int(np.ceil(level * (len(judged) + 1))), len(judged))
    reach = float(np.sort(largest)[within - 1]) * (1.0 + 1e-9)
    if np.isinf(reach):
        return Bands(low, high, np.zeros_like(low), np.ones_like(high))
    whole_low = np.sin(np.clip(middle - reach * below, 0.0, np.pi / 2)) ** 2
    whole_high = np.sin(np.clip(middle + reach * above, 0.0, np.pi / 2)) ** 2
    return _rising(Bands(low, high, np.minimum(whole_low, low), np.maximum(whole_high, high)))


def confidence_bands(mass: Floats, ones: Floats, level: float) -> Bands:
    """Return bands for the true rate at each score, if it never decreases with the score; exact for every n.

    The rate at a score is at most the mean rate of any window of cases that begins there or later, and at least that of
    any window that ends there or before. Each window has Clopper and Pearson's bound for its mean (conservative for
    unequal chances: Hoeffding 1956). The pointwise bound is the best over windows of 8, 16, 32 … cases, at a level
    divided by their number. For the whole curve the windows of each size begin a quarter of their size apart, and the
    level is divided among the sizes, and for each size among its windows, so that all bounds hold at once.

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
    whole_low, whole_high = low.copy(), high.copy()
    for window in windows:
        begin = np.searchsorted(total_mass, total_mass[1:] - window * (1.0 - 1e-12), side="right") - 1
        begin = np.clip(begin, 0, here)
        np.maximum(low, lower_bound(*_between(total_mass, total_ones, begin, here + 1), tail), out=low)
        end = np.searchsorted(total_mass, total_mass[:-1] + window * (1.0 - 1e-12), side="left")
        end = np.clip(end, here + 1, len(mass))
        np.minimum(high, upper_bound(*_between(total_mass, total_ones, here, end), tail), out=high)
        begin = here
        if 4.0 * total_mass[-1] / window < len(mass):
            begin = np.unique(
                np.searchsorted(total_mass, np.arange(0.0, total_mass[-1], window / 4.0)).clip(max=here[-1])
            )
        end = np.searchsorted(total_mass, total_mass[begin] + window * (1.0 - 1e-12), side="left")
        end = np.clip(end, begin + 1, len(mass))
        inside, outside = _between(total_mass, total_ones, begin, end)
        np.maximum.at(whole_low, end - 1, lower_bound(inside, outside, tail / len(begin)))
        np.minimum.at(whole_high, begin, upper_bound(inside, outside, tail / len(begin)))
    whole = _rising(Bands(low, high, whole_low, whole_high))
    # The band for all points need not be narrower anywhere than the pointwise band.
    return Bands(low, high, np.minimum(low, whole.whole_low), np.maximum(high, whole.whole_high))


def bins_bands(mass: Floats, ones: Floats, level: float) -> Bands:
    """Return Clopper and Pearson's intervals for the rate in each bin, and those that hold for all bins at once.

    References
    ----------
    Clopper and Pearson 1934, "The use of confidence or fiducial limits illustrated in the case of the binomial".
    """
    zeros = np.maximum(mass - ones, 0.0)
    tail = (1.0 - level) / 2.0
    each = tail / len(mass)
    return Bands(
        lower_bound(ones, zeros, tail),
        upper_bound(ones, zeros, tail),
        lower_bound(ones, zeros, each),
        upper_bound(ones, zeros, each),
    )


def _rising(bands: Bands) -> Bands:
    """Return the band for a whole increasing curve: the lower end at a point is a bound at all later points too."""
    low = np.maximum.accumulate(bands.whole_low)
    high = np.minimum.accumulate(bands.whole_high[::-1])[::-1]
    return Bands(bands.low, bands.high, low, high)


def _between(mass: Floats, ones: Floats, begin: NDArray[np.intp], end: NDArray[np.intp]) -> tuple[Floats, Floats]:
    inside = ones[end] - ones[begin]
    return inside, np.maximum(mass[end] - mass[begin] - inside, 0.0)


def lower_bound(ones: Floats, zeros: Floats, tail: float) -> Floats:
    """Return Clopper and Pearson's lower bound of a rate, above the rate with probability at most `tail`."""
    known = ones > 0.0
    bound: Floats = np.where(known, betaincinv(np.where(known, ones, 1.0), zeros + 1.0, tail), 0.0)
    return bound


def upper_bound(ones: Floats, zeros: Floats, tail: float) -> Floats:
    """Return Clopper and Pearson's upper bound."""
    return 1.0 - lower_bound(zeros, ones, tail)
