"""Contiguous cells of sorted cases, with simulated outcomes for the case that the probabilities are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.goodness import equal_groups
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.scores import Floats
from verhulst.functions import logit

# Cells are the resolution of a simulated null. Up to this many distinct scores each is its own cell and the null exact;
# beyond it, the probabilities within a cell differ so little that its sum is binomial.
CELLS = 2000


@dataclass(frozen=True, eq=False)
class Cells:
    """Sums over cells: `weight` of all cases, `expected` Σwp and `residual` Σw(y − p) of each.

    `bins` (equal width in p) and `groups` (equal numbers of cases) give the first cell of each.
    """

    weight: Floats
    expected: Floats
    residual: Floats
    bins: NDArray[np.intp]
    groups: NDArray[np.intp]

    @property
    def probability(self) -> Floats:
        """The mean probability in each cell."""
        return np.clip(self.expected / self.weight, 0.0, 1.0)

    @property
    def total(self) -> float:
        """The number of cases."""
        return float(self.weight.sum())

    def simulate(self, replications: int, rng: np.random.Generator) -> Floats:
        """Return residuals (replications, cells) of outcomes drawn from the given probabilities."""
        probability = self.probability
        return (simulated_rates(self.weight, probability, replications, rng) - probability) * self.weight


def simulated_rates(weight: Floats, probability: Floats, replications: int, rng: np.random.Generator) -> Floats:
    """Return rates of class 1 (replications, cells) among so many cases with these probabilities.

    `weight` cases that are not a whole number are the nearest whole number, at least 1, with deviations scaled to the
    variance p(1 − p)/W of the rate. Such a rate may lie outside [0, 1], but not the mean of many.
    """
    counts = np.maximum(np.rint(weight), 1.0)
    rates = rng.binomial(counts.astype(np.int64), probability, size=(replications, len(counts))) / counts
    scaled = probability + (rates - probability) * np.sqrt(counts / weight)
    simulated: Floats = np.where(weight == counts, rates, scaled)
    return simulated


def make_cells(ranked: Ranked, bins: int) -> Cells:
    """Return cells that are fine enough for every simulated null and respect equal-width bins and equal groups."""
    scores = len(ranked.starts)
    bin_starts = bin_edges(ranked, bins)
    group_starts = equal_groups(ranked, bins)
    fine = ranked.starts[np.arange(min(scores, CELLS)) * scores // min(scores, CELLS)]
    starts = np.unique(np.concatenate([bin_starts, group_starts, fine]))
    return Cells(
        np.add.reduceat(ranked.weights, starts),
        np.add.reduceat(ranked.weights * ranked.p, starts),
        np.add.reduceat(ranked.weights * ranked.residual, starts),
        np.searchsorted(starts, bin_starts),
        np.searchsorted(starts, group_starts),
    )


def bin_weights(ranked: Ranked, bins: int) -> Floats:
    """The number of cases in each bin of `bin_edges`."""
    bin_of_each = np.searchsorted(logit(np.arange(1, bins) / bins), ranked.z, side="right")
    return np.bincount(bin_of_each, ranked.weights, bins).astype(np.float64)


def bin_edges(ranked: Ranked, bins: int) -> NDArray[np.intp]:
    """Return the first case of each occupied bin [k/bins, (k+1)/bins) of probability; 1 is in the last.

    Logits are compared: a probability equal to an edge has the logit of that edge, bit for bit.
    """
    first = np.searchsorted(ranked.z, logit(np.arange(bins) / bins), side="left")
    # Bins above the highest score have no case.
    return np.unique(first[first < len(ranked.z)])
