"""Smooth calibration error: a kernel in place of bins, with a bandwidth equal to the error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct, idct
from scipy.ndimage import gaussian_filter1d

from verhulst.calibration.scores import Floats

# The coarsest grid has this many points on [0, 1], at (k + ½)/GRID; each finer one has twice as many.
GRID = 2048
# A bandwidth is at least this many steps of its grid. Splitting cases between the two nearest points adds step²/6 to
# the variance of the kernel on average, which changes the bandwidth by 1/(12 · 16²) or 0.03 %.
STEPS = 16
# On a finer grid, cases this many steps apart are not in reach of the same kernel: five bandwidths of 2·STEPS on each
# side. Wider gaps are shortened to it, so that rare events do not need a fine grid on all of [0, 1].
REACH = 20 * STEPS
# Probabilities that differ by less than 2^-51 differ by rounding only.
FINEST = 40
# Accuracy of the bandwidth, and of the error once smoothing does not change it.
TOLERANCE = 1e-5
STEPS_OF_SOLUTION = 30
# The largest number of sums in one transform.
BLOCK = 1 << 22


@dataclass(frozen=True)
class SmoothError:
    """The smooth calibration error, its bandwidth, and quantiles over cases of |smoothed rate − probability|."""

    value: float
    bandwidth: float
    e50: float
    e90: float
    e_max: float


@dataclass(frozen=True, eq=False)
class Grid:
    """Points on [0, 1] at equal steps, those that are far from every case omitted.

    Each case is split between two points, of which the second gets the share `right`. `starts` are the first cases of
    each first point, and `places` these points.
    """

    step: float
    size: int
    right: Floats
    starts: NDArray[np.intp]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, p: Floats, doublings: int) -> Self:
        """Return the grid with GRID · 2^doublings points on [0, 1] for cases with increasing probabilities."""
        size = GRID << doublings
        position = p * size
        position -= 0.5
        np.clip(position, 0.0, size - 1.0, out=position)
        left = position.astype(np.int64)
        np.minimum(left, size - 2, out=left)
        position -= left
        starts = np.flatnonzero(np.diff(left, prepend=-1))
        places = left[starts]
        if doublings:
            size = min(size - 1 - int(places[-1]), REACH) + 1
            places = np.cumsum(np.minimum(np.diff(places, prepend=0), REACH))
            size += int(places[-1])
        return cls(1.0 / (GRID << doublings), size, position, starts, places)

    def sums(self, values: Floats) -> Floats:
        """Return sums (…, size) of values (…, n) of the cases."""
        grid = np.zeros((*values.shape[:-1], self.size))
        right = values * self.right
        grid[..., self.places] += np.add.reduceat(values - right, self.starts, axis=-1)
        grid[..., self.places + 1] += np.add.reduceat(right, self.starts, axis=-1)
        return grid


def smooth_errors(p: Floats, residual: Floats, total: float) -> tuple[Floats, Floats, Grid]:
    """Return smooth calibration errors and bandwidths of rows of residuals (r, n), and the finest grid that was needed.

    The residuals at probabilities `p` (n,), in increasing order, are smoothed by a Gaussian of standard deviation σ
    that is reflected at 0 and 1: in the cosine transform, where reflection is built in, a product with exp(−(πkσ)²/2).
    The error at σ is the mean of |smoothed residual|, and decreases with σ; the smooth calibration error is the σ that
    equals it. Grids become finer until they resolve it, or until smoothing changes nothing.

    References
    ----------
    Błasiok and Nakkiran 2023, "Smooth ECE: principled reliability diagrams via kernel smoothing", definition 3.
    """
    starts = np.flatnonzero(np.diff(p, prepend=-1.0) > 0.0)
    raw = np.abs(np.add.reduceat(residual, starts, axis=-1)).sum(axis=-1) / total
    value, bandwidth = np.empty(len(residual)), np.empty(len(residual))
    left, high = np.arange(len(residual)), 1.0
    for doublings in range(FINEST + 1):
        grid = Grid.of(p, doublings)
        low = STEPS * grid.step
        finer = []
        count = max(1, BLOCK // grid.size)
        for rows in (left[k : k + count] for k in range(0, len(left), count)):
            spectrum = dct(grid.sums(residual[rows]), axis=-1)
            smoothed = _mean_size(spectrum, np.full(len(rows), low), grid.step) / total
            resolved = smoothed > low
            here = rows[resolved]
            bandwidth[here], value[here] = _solve(spectrum[resolved], low, high, grid.step, total)
            below = ~resolved
            # The bandwidth lies between the smoothed and the raw error.
            done = below & ((raw[rows] - smoothed <= TOLERANCE * raw[rows]) | (doublings == FINEST))
            bandwidth[rows[done]] = value[rows[done]] = raw[rows[done]]
            finer.append(rows[below & ~done])
        left, high = np.concatenate(finer), low
        if not len(left):
            break
    return value, bandwidth, grid


def smooth_error(p: Floats, residual: Floats, mass: Floats) -> SmoothError:
    """Return the smooth error of cases with increasing probabilities, with the quantiles of the gaps."""
    total = float(mass.sum())
    value, bandwidth, grid = smooth_errors(p, residual[np.newaxis], total)
    deviation = max(float(bandwidth[0]) / grid.step, STEPS)
    # Not by a transform: the rounding errors of heavy cases would be the gaps of light ones.
    rate, weight = (
        gaussian_filter1d(grid.sums(values), deviation, mode="reflect", truncate=8.0) for values in (residual, mass)
    )
    mass = grid.sums(mass)
    occupied = mass > 0.0
    gaps, mass = np.abs(rate[occupied] / weight[occupied]), mass[occupied]
    order = np.argsort(gaps)
    reached = np.cumsum(mass[order]) / total
    e50, e90 = (float(gaps[order][np.searchsorted(reached, share * (1 - 1e-12))]) for share in (0.5, 0.9))
    return SmoothError(float(value[0]), float(bandwidth[0]), e50, e90, float(gaps.max()))


def _solve(spectrum: Floats, low: float, high: float, step: float, total: float) -> tuple[Floats, Floats]:
    """Return the bandwidths between `low` and `high` that equal the error, and the error there.

    By the secant method of Illinois, for all rows at once. The error decreases, so that a bandwidth is no farther from
    the solution than from the error.
    """
    ends = [np.full(len(spectrum), each) for each in (low, high)]
    gaps = [_mean_size(spectrum, each, step) / total - each for each in ends]
    # On the coarser grid the error at the upper end was below it; here it may be above it by a rounding of the grid.
    gaps[1] = np.minimum(gaps[1], 0.0)
    moved = np.full(len(spectrum), -1)
    for _ in range(STEPS_OF_SOLUTION):
        middle = (ends[0] * gaps[1] - ends[1] * gaps[0]) / (gaps[1] - gaps[0])
        error = _mean_size(spectrum, middle, step) / total
        gap = error - middle
        if (np.abs(gap) <= TOLERANCE * middle).all():
            break
        side = np.where(gap > 0.0, 0, 1)
        for k in (0, 1):
            # An end that stays twice gets half its weight.
            gaps[k] = np.where(side == k, gap, np.where(moved == side, 0.5 * gaps[k], gaps[k]))
            ends[k] = np.where(side == k, middle, ends[k])
        moved = side
    return middle, error


def _mean_size(spectrum: Floats, bandwidth: Floats, step: float) -> Floats:
    """Return Σ |smoothed values| of each row."""
    frequency = np.arange(spectrum.shape[-1]) / (spectrum.shape[-1] * step)
    damping = np.exp(-0.5 * (np.pi * frequency * bandwidth[:, np.newaxis]) ** 2)
    sizes: Floats = np.abs(idct(spectrum * damping, axis=-1)).sum(axis=-1)
    return sizes
