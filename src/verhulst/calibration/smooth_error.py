"""Smooth calibration error: a kernel in place of bins, with a bandwidth equal to the error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import dct, idct

from verhulst.calibration.scores import Floats

# Points on [0, 1], at (k + ½)/GRID. A bandwidth is at least two of them.
GRID = 2048


@dataclass(frozen=True)
class SmoothError:
    """The smooth calibration error, its bandwidth, and quantiles over cases of |smoothed rate − probability|."""

    value: float
    bandwidth: float
    e50: float
    e90: float
    e_max: float


def on_grid(p: Floats, values: Floats) -> Floats:
    """Return sums (…, GRID) of values at probabilities p, each split between its two neighbours in proportion."""
    position = p * GRID - 0.5
    np.clip(position, 0.0, GRID - 1.0, out=position)
    left = position.astype(np.int64)
    np.minimum(left, GRID - 2, out=left)
    right_share = position - left
    if values.ndim == 1:
        sums = np.bincount(left, values * (1.0 - right_share), GRID).astype(np.float64)
        sums[1:] += np.bincount(left, values * right_share, GRID)[:-1]
        return sums
    # Many replications at the same probabilities: sort once, then sum over runs.
    grid = np.zeros((*values.shape[:-1], GRID))
    starts = np.flatnonzero(np.concatenate([[True], left[1:] != left[:-1]]))
    places = left[starts]
    grid[..., places] += np.add.reduceat(values * (1.0 - right_share), starts, axis=-1)
    grid[..., places + 1] += np.add.reduceat(values * right_share, starts, axis=-1)
    return grid


def smooth_errors(residual: Floats, total: float) -> tuple[Floats, Floats]:
    """Return smooth calibration errors and bandwidths of residual sums (…, GRID), by bisection for all rows at once.

    The residuals are smoothed by a Gaussian of standard deviation σ that is reflected at 0 and 1: in the cosine
    transform, where reflection is built in, a product with exp(−(πkσ)²/2). The error at σ is the mean of |smoothed
    residual|, and decreases with σ; the smooth calibration error is the σ that equals it.

    References
    ----------
    Błasiok and Nakkiran 2023, "Smooth ECE: principled reliability diagrams via kernel smoothing", definition 3.
    """
    spectrum = dct(residual, axis=-1)
    low = np.full(residual.shape[:-1], 2.0 / GRID)
    high = np.ones(residual.shape[:-1])
    for _ in range(20):
        middle = 0.5 * (low + high)
        above = np.abs(_smoothed(spectrum, middle)).sum(axis=-1) / total > middle
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.abs(_smoothed(spectrum, high)).sum(axis=-1) / total, high


def smooth_error(residual: Floats, mass: Floats) -> SmoothError:
    """Return the smooth error for one row of residual and of case sums (GRID,), with the quantiles of the gaps."""
    total = float(mass.sum())
    value, bandwidth = smooth_errors(residual, total)
    gaps = np.abs(smoothed_gap(residual, mass, float(bandwidth)))
    occupied = mass > 0.0
    gaps, weight = gaps[occupied], mass[occupied]
    order = np.argsort(gaps)
    reached = np.cumsum(weight[order]) / total
    e50, e90 = (float(gaps[order][np.searchsorted(reached, share * (1 - 1e-12))]) for share in (0.5, 0.9))
    return SmoothError(float(value), float(bandwidth), e50, e90, float(gaps.max()))


def smoothed_gap(residual: Floats, mass: Floats, bandwidth: float) -> Floats:
    """Return the smoothed rate of outcomes minus the probability, at each grid point."""
    density = _smoothed(dct(mass), np.array(bandwidth))
    gap = _smoothed(dct(residual), np.array(bandwidth))
    # Without cases the ratio is a quotient of rounding errors.
    return np.divide(gap, density, out=np.zeros_like(gap), where=density > 1e-12 * density.max())


def _smoothed(spectrum: Floats, bandwidth: Floats) -> Floats:
    damping = np.exp(-0.5 * (np.pi * np.arange(GRID) * bandwidth[..., np.newaxis]) ** 2)
    values: Floats = idct(spectrum * damping, axis=-1)
    return values
