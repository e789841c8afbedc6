"""Logistic likelihood of one to three columns: what the binary maps maximise.

A map has so few columns that one pass costs little more than its one exponential per row. Blocks stay in cache.
"""

from __future__ import annotations

from functools import partial

import numpy as np

import verhulst as vh
from verhulst.calibration.newton import Optimum, Statistics, maximise
from verhulst.calibration.scores import Floats

BLOCK = 8192
# A start from a systematic sample of this many rows saves two or three passes over longer data.
SAMPLE = 16_384


def statistics(
    columns: Floats, targets: Floats, weights: Floats | None, offset: Floats | None, beta: Floats
) -> Statistics:
    """One pass over the rows: Σ w(tη − softplus η), Xᵀw(t − σ(η)), Xᵀwσ'(η)X at η = Xβ + offset.

    Parameters
    ----------
    columns : shape (k, n): each column of X is one row of memory
    targets : shape (n,), in [0, 1]
    """
    k, n = columns.shape
    total = Statistics(0.0, np.zeros(k), np.zeros((k, k)))
    for begin in range(0, n, BLOCK):
        rows = slice(begin, begin + BLOCK)
        x, t = columns[:, rows], targets[rows]
        eta = beta @ x
        if offset is not None:
            eta += offset[rows]
        p = vh.sigmoid(eta)
        residual = t - p
        p *= 1.0 - p
        if weights is None:
            log_likelihood = float(t @ eta) - float(vh.softplus(eta).sum())
        else:
            w = weights[rows]
            log_likelihood = float(w @ (t * eta - vh.softplus(eta)))
            residual *= w
            p *= w
        total += Statistics(log_likelihood, x @ residual, (x * p) @ x.T)
    return total


def fit_columns(
    columns: Floats, targets: Floats, weights: Floats | None = None, offset: Floats | None = None
) -> Optimum:
    """Maximum likelihood coefficients of the targets on columns (k, n), which should be centred and scaled."""
    zero = np.zeros(len(columns))
    at = partial(statistics, columns, targets, weights, offset)
    n = columns.shape[1]
    if n > 4 * SAMPLE:
        every = slice(None, None, n // SAMPLE)
        few = np.ascontiguousarray(columns[:, every])
        sample = partial(
            statistics,
            few,
            targets[every],
            None if weights is None else weights[every],
            None if offset is None else offset[every],
        )
        optimum = maximise(at, maximise(sample, zero, tolerance=1e-2).coefficients)
        if optimum.converged:
            return optimum
        # The sample may have missed the few rows that hold a coefficient: begin again, from zero.
    return maximise(at, zero)


def standardise(values: Floats, weights: Floats | None, centre: bool = True) -> tuple[Floats, float, float]:
    """(values − location)/scale with the location and the scale, so that Newton's method sees columns of one size.

    Median and interquartile range of a sample: with mean and standard deviation one far score would push all others so
    close together that their differences are lost.
    """
    sample = values[:: max(1, len(values) // SAMPLE)]
    low, middle, high = np.quantile(sample, [0.25, 0.5, 0.75])
    location = float(middle) if centre else 0.0
    scale = float(high - low) if centre else float(np.median(np.abs(sample)))
    shifted = values - location
    if not 0.0 < scale < np.inf:
        scale = float(np.average(np.abs(shifted), weights=weights)) or 1.0
    shifted /= scale
    return shifted, location, scale
