"""Folds for cross-validation: rows in parts, with the classes spread evenly or groups kept together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._options import require_counts


def assign_folds(
    targets: NDArray[Any], groups: ArrayLike | None, folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the fold of every row, with the classes spread evenly and groups kept together.

    Raises
    ------
    ValueError
        If `folds` is below 2, a class has fewer than 2 rows, there are fewer than 2 groups, or the training rows of a
        fold contain only one class.
    """
    n = len(targets)
    require_counts(folds=(folds, 2))
    fold = np.empty(n, dtype=np.int64)
    if groups is not None:
        names, number = np.unique(np.asarray(groups), return_inverse=True)
        if number.shape != (n,):
            raise ValueError(f"groups must have one entry for each of the {n} rows, got shape {np.shape(groups)}")
        if len(names) < 2:
            raise ValueError("groups must contain at least 2 groups")
        # Largest groups first, each to the fold that has the fewest rows so far.
        sizes = np.bincount(number)
        home, filled = np.empty(len(names), dtype=np.int64), np.zeros(min(folds, len(names)))
        shuffled = rng.permutation(len(names))
        for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
            home[group] = np.argmin(filled)
            filled[home[group]] += sizes[group]
        fold = home[number]
        for k in range(int(fold.max()) + 1):
            rest = targets[fold != k]
            if (rest == rest[0]).all():
                raise ValueError(
                    f"in fold {k + 1} the training rows contain only class {rest[0]:g}: each class must occur in at "
                    "least two groups that are in different folds; try other groups, folds or another seed"
                )
        return fold
    classes, counts = np.unique(targets, return_counts=True)
    if len(classes) < 2 or counts.min() < 2:
        rare = classes[np.argmin(counts)]
        raise ValueError(
            f"cross-validation needs at least 2 cases of each of two classes (class {rare:g} has {counts.min()})"
        )
    folds = min(folds, int(counts.min()))
    for value in classes:
        rows = np.flatnonzero(targets == value)
        fold[rng.permutation(rows)] = np.arange(len(rows)) % folds
    return fold
