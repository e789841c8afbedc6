"""Fits where a few rows are very far out: the rows near by first, then a look at whether the far ones ask for more."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.optimum import Optimum
from verhulst.calibration.scores import Floats

# Medians come from a systematic sample of at most about this many rows.
SAMPLE = 16_384
# Rows so many times farther out than one in twenty of the others are far.
FAR = 1e6
# How much farther out the rows of the next try may be.
NEXT = 1e3
# Distance in standard errors, and change of a log-odds, that is nothing.
NOTHING = 1e-10


def nearest_first(
    columns: Floats,
    fit: Callable[[NDArray[np.bool_] | None], Optimum],
    pull: Callable[[Floats, NDArray[np.bool_]], tuple[Floats, Floats]],
) -> Optimum:
    """The maximum over all rows, tried first on those that are not far out.

    A far row that the others' maximum leaves on its right side has a residual of 0 there: that point is the maximum
    with it, too. This is looked up, not assumed: where the rows left out would move the maximum, rows farther out are
    taken in, in the end all of them. Newton's method on all rows at once would spend its passes on the far ones, whose
    squares leave nothing to be seen of the others, or are no numbers.

    Parameters
    ----------
    columns : (k, n), one row of memory for each column
    fit : the maximum over some rows (which may have none), or over all for None
    pull : of some rows at given coefficients, what each adds to the gradient, and how each coefficient moves its
        log-odds, both (q, m)
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
    """Whether rows leave the maximum of the others where it is.

    Parameters
    ----------
    covariance : (q, q), of the others
    gradients : (q, m), what each of these rows adds to the gradient
    design : (q, m), how each coefficient moves their log-odds
    """
    if not gradients.any():
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = gradients.sum(axis=1)
        step = covariance @ gradient
        moved = (np.abs(step) @ np.abs(design)).max()
        return bool(gradient @ step <= NOTHING**2 and moved <= NOTHING)


def _ever_farther(columns: Floats) -> Iterator[NDArray[np.bool_]]:
    """Rows within growing distances of the median, and of 0; none where no row is far."""
    step = max(1, columns.shape[1] // SAMPLE)
    # Not the mean of the two in the middle, which may be no number.
    middle = np.quantile(columns[:, ::step], 0.5, axis=1, keepdims=True, method="lower")
    for centre in (middle, np.zeros_like(middle)):
        with np.errstate(over="ignore"):
            distance = np.abs(columns - centre)
        # Columns of another unit are made alike.
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
                # The next row out, and what is about as far.
                reach = max(reach, float(ordered[taken])) * NEXT


def _typical(distance: Floats) -> float:
    """A distance that one row in twenty is within, of those that are not 0."""
    some = distance[distance > 0.0]
    return float(np.clip(np.quantile(some, 0.05), 1e-300, 1e300)) if len(some) else 1.0
