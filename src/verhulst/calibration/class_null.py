"""Calibration errors of K classes if the probabilities are right, from simulated labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.scores import Floats

# Labels are simulated for so many probabilities: a systematic sample of longer data stands for all of it.
PROBABILITIES, FEWEST = 1 << 18, 1000


def systematic(n: int, classes: int) -> NDArray[np.intp]:
    """Return the rows for which labels are simulated, evenly spaced."""
    m = min(n, max(PROBABILITIES // classes, FEWEST))
    rows: NDArray[np.intp] = np.arange(m) * n // m
    return rows


def simulated_errors(
    p: Floats,
    weights: Floats | None,
    cells: NDArray[np.intp],
    top: NDArray[np.intp],
    total: float,
    replications: int,
    rng: np.random.Generator,
) -> Floats:
    """Return the calibration errors (replications, K + 1) of labels drawn from the probabilities of some rows.

    The errors are Σ over bins |Σ w(y − p)| / Σw: of each class, and last of the highest probability of each row. All
    are of the same labels, so that their joint distribution is right too. A row of weight w counts for w independent
    cases: its deviation from p is multiplied by √w. That of m rows which stand for n is multiplied by √(n/m).

    Parameters
    ----------
    p : (m, K), probabilities
    weights : (m,) or None
    cells : (m, K + 1), the bin of each probability, and of the highest one
    top : (m,), the class of the highest probability
    total : the number of cases for which these rows stand
    """
    p = p / p.sum(axis=1, keepdims=True)
    m, classes = p.shape
    bins = int(cells.max()) + 1
    places = cells + bins * np.arange(classes + 1)
    root = np.ones(m) if weights is None else np.sqrt(weights)
    scale = np.sqrt(total / (float(m) if weights is None else float(weights.sum())))
    every = np.arange(m)
    highest = p[every, top]
    size = bins * (classes + 1)
    expected = np.bincount(
        places.ravel(), np.concatenate([p, highest[:, np.newaxis]], axis=1).ravel() * np.repeat(root, classes + 1), size
    )
    reached = np.cumsum(p, axis=1).T[:-1].copy()
    errors = np.empty((replications, classes + 1))
    for k in range(replications):
        draw = rng.random(m)
        label = np.zeros(m, dtype=np.intp)
        for bound in reached:
            label += draw >= bound
        right = label == top
        found = np.bincount(places[every, label], root, size) + np.bincount(places[right, classes], root[right], size)
        errors[k] = np.abs(found - expected).reshape(classes + 1, bins).sum(axis=1)
    # √w of much less than one case is more than the largest error.
    scaled: Floats = np.minimum(errors / total * scale, 1.0)
    return scaled
