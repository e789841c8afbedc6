"""Fits with a few extreme rows: first without them, then a check whether they change the maximum."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.optimum import Optimum
from verhulst.calibration.scores import Floats

# Medians come from a systematic sample of at most about this many rows.
SAMPLE = 16_384
# Rows this many times farther out than the 5 % quantile are extreme.
FAR = 1e6
# How much farther out the rows of the next attempt may be.
NEXT = 1e3
# Negligible distance in standard errors, and negligible change of log-odds.
NOTHING = 1e-10


def nearest_first(
    columns: Floats,
    fit: Callable[[NDArray[np.bool_] | None], Optimum],
    pull: Callable[[Floats, NDArray[np.bool_]], tuple[Floats, Floats]],
) -> Optimum:
    """Return the maximum over all rows, trying first those that are not extreme.

    An extreme row that is on its correct side at the maximum of the others has a residual of 0 there, so that the
    point is the maximum with it, too. This is checked: if the omitted rows would move the maximum, rows farther out
    are included, in the end all of them. Newton's method on all rows at once would spend its passes on the extreme
    ones, whose squares dominate those of the others, or overflow.

    Parameters
    ----------
    columns : (k, n), one row of memory for each column
    fit : returns the maximum over some rows (which may not exist), or over all for None
    pull : returns the gradient contributions of some rows at given coefficients, and the derivatives of their log-odds
        with respect to the coefficients, both (q, m)
    """
    for near in _ever_farther(columns):
        found = fit(near)
        if (
            found.converged
            and np.isfinite(found.coefficients).all()
            and settled(found.covariance, *pull(found.coefficients, ~near))
        ):
            return found
    return fit(None)


def settled(covariance: Floats, gradients: Floats, design: Floats) -> bool:
    """Whether rows leave the maximum of the others unchanged.

    Parameters
    ----------
    covariance : (q, q), of the others
    gradients : (q, m), the gradient contributions of these rows
    design : (q, m), the derivatives of their log-odds
    """
    if not gradients.any():
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        # Sizes are added, not contributions: two that cancel have information all the same.
        gradient = np.abs(gradients).sum(axis=1)
        step = np.abs(covariance) @ gradient
        moved = (step @ np.abs(design)).max()
        return bool(gradient @ step <= NOTHING**2 and moved <= NOTHING)


def _ever_farther(columns: Floats) -> Iterator[NDArray[np.bool_]]:
    """Yield rows within growing distances of the median, and of 0; nothing if no row is extreme."""
    step = max(1, columns.shape[1] // SAMPLE)
    # Not the mean of the two in the middle, which may overflow.
    middle = np.quantile(columns[:, ::step], 0.5, axis=1, keepdims=True, method="lower")
    for centre in (middle, np.zeros_like(middle)):
        with np.errstate(over="ignore"):
            distance = np.abs(columns - centre)
        # Make columns of different units comparable.
        typical = np.array([_typical(row[::step]) for row in distance])
        with np.errstate(over="ignore"):
            distance = (distance / typical[:, np.newaxis]).max(axis=0)
        farthest = float(distance.max())
        if farthest <= FAR:
            continue
        reach = NEXT
        ordered = np.sort(distance)
        while reach < farthest:
            taken = np.searchsorted(ordered, reach, side="right")
            if taken >= 2:
                yield distance <= reach
            if taken < len(ordered):
                # The next row out, and those about as far.
                reach = max(reach, float(ordered[taken])) * NEXT


def _typical(distance: Floats) -> float:
    """Return the 5 % quantile of the nonzero distances."""
    some = distance[distance > 0.0]
    with np.errstate(invalid="ignore"):  # between infinite distances
        return float(np.fmax(np.fmin(np.quantile(some, 0.05), 1e300), 1e-300)) if len(some) else 1.0
