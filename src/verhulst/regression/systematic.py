"""Systematic samples: every k-th row, or every k-th row of each outcome."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.statistics import Vector

EVEN = 0.2  # share of the rarer outcome from which on every k-th row is a good sample, whatever its outcome


def systematic(y: Vector, taken: int, plain: bool) -> tuple[NDArray[np.intp], Vector, int]:
    """Return about `taken` rows for a sample, their weights, and how many of them have the rarer outcome.

    `plain`: whether to take every k-th row if neither outcome is rare, which is quicker than by outcome.
    """
    step, index = positions(len(y), taken)
    high = y[index] > 0.5
    few = min(int(high.sum()), int(len(high) - high.sum()))
    if plain and few >= EVEN * len(high):
        return index, np.full(len(high), float(step)), few
    high = y > 0.5
    ones, zeros = np.flatnonzero(high), np.flatnonzero(~high)
    steps, few = steps_by_outcome(len(ones), len(zeros), taken)
    if not few:
        return np.empty(0, dtype=np.intp), np.empty(0), 0
    parts = [each[::step] for each, step in zip((ones, zeros), steps, strict=True)]
    return np.concatenate(parts), np.repeat(np.array(steps, dtype=float), [len(part) for part in parts]), few


def positions(n: int, taken: int) -> tuple[int, NDArray[np.intp]]:
    """Return k and one row at random of each k, because rows may be periodic."""
    step = n // taken
    return step, np.arange(n // step) * step + np.random.default_rng(0).integers(0, step, n // step)


def steps_by_outcome(ones: int, zeros: int, taken: int) -> tuple[tuple[int, int], int]:
    """Return the k of each outcome, of which there are so many, and how many rows of the rarer one are taken."""
    few = min(ones, zeros, taken // 2)
    if not few:
        return (1, 1), 0
    first, second = (
        max(1, each // few if 2 * each <= ones + zeros else each // (taken - few)) for each in (ones, zeros)
    )
    return (first, second), few
