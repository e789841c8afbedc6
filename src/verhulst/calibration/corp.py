"""The CORP decomposition of the Brier score: how much is miscalibration, how much discrimination."""

from __future__ import annotations

from dataclasses import dataclass

from verhulst.calibration.isotonic import pool
from verhulst.calibration.ranked import Ranked, by_run, spread
from verhulst.calibration.scores import Floats


@dataclass(frozen=True)
class Decomposition:
    """Brier score = miscalibration − discrimination + uncertainty, each at least 0.

    Miscalibration (MCB) is the reduction of the Brier score by the best increasing recalibration of these scores,
    discrimination (DSC) that of the recalibrated scores relative to the base rate, and uncertainty (UNC) the Brier
    score of the base rate.

    References
    ----------
    Dimitriadis, Gneiting and Jordan 2021, "Stable reliability diagrams for probabilistic classifiers", PNAS 118.
    """

    miscalibration: float
    discrimination: float
    uncertainty: float


def recalibrated(ranked: Ranked) -> Floats:
    """Return the isotonic fit of the targets, for every case in increasing order of its score."""
    mass = by_run(ranked.weights, ranked.starts)
    ones = by_run(ranked.weights * ranked.targets, ranked.starts)
    return spread(pool(ones / mass, mass), ranked.starts, len(ranked.z))


def decompose(ranked: Ranked) -> Decomposition:
    """Return the decomposition by pooling adjacent violators."""
    fitted = recalibrated(ranked)
    rate, rest = ranked.positive / ranked.total, ranked.negative / ranked.total
    score = ranked.mean(ranked.residual * ranked.residual)
    best = ranked.mean((fitted - ranked.targets) ** 2)
    worst = rate * rest
    return Decomposition(max(score - best, 0.0), max(worst - best, 0.0), worst)
