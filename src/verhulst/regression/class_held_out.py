"""Predictions of classes for rows that were not in the fit: by cross-validation, or for another table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.block import Block
from verhulst.data.errors import DataError
from verhulst.regression.classes import labels_of
from verhulst.regression.held_out import Factors, Folds, HeldOutRows, by_folds
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.statistics import Matrix, Vector


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class HeldOutClasses(HeldOutRows):
    """Predictions for rows that were not in their fit. `vh.evaluate` takes it in place of labels and scores.

    Model files do not contain it, as they contain no single row.

    Attributes
    ----------
    classes : tuple of K labels
    scores : ndarray, shape (n, K)
        The linear predictors of the rows that count, in their order.
    place : ndarray, shape (n,)
        The place of the class of each row.
    weights : ndarray, shape (n,), or None
    rows, folds, seed, group, groups, source, left_out, unseen, separated, unconverged
        As of `HeldOut`.
    """

    classes: tuple[Any, ...]
    scores: Matrix
    place: NDArray[np.intp]
    weights: Vector | None

    def labels(self) -> NDArray[Any]:
        """Return the class of each row, (n,)."""
        found: NDArray[Any] = labels_of(self.classes)[self.place]
        return found


def cross_validated_classes(
    block: Block,
    factors: Factors,
    asked: Folds,
    labels: NDArray[Any] | None,
    classes: tuple[Any, ...],
    fitted: Callable[[Vector], MultinomialFit],
) -> HeldOutClasses:
    """Predict each row by a fit of the rows of the other folds; see `by_folds`.

    Raises
    ------
    ValueError
        As `by_folds`, or if a class has one row, or none in the rows without a fold.
    """
    counts = None if block.weights is None else block.weights > 0.0
    each = np.bincount(block.y.astype(np.intp), counts, len(classes))
    if each.min() < 2:
        rare = classes[int(np.argmin(each))]
        raise ValueError(
            f"cross-validation needs at least 2 rows of each class, and {rare!r} has one: merge it with another class, "
            "or leave it out"
        )

    def without(others: Vector) -> MultinomialFit | ValueError:
        there = np.bincount(block.y.astype(np.intp), others > 0.0, len(classes))
        if not there.all():
            return ValueError(
                f"the other rows have no case of class {classes[int(np.argmin(there))]!r}: each class must occur in at "
                "least two groups that are in different folds; try other groups, folds or seed"
            )
        try:
            return fitted(others)
        except ValueError as error:
            return error

    def scores_of(found: MultinomialFit, X: Any, some: slice) -> Matrix:
        return found.scores(X)

    scores, there, rows = by_folds(block, factors, asked, labels, partial(map, without), scores_of)
    return _classes(block, scores, there, classes, rows)


def classes_of_table(
    block: Block, found: MultinomialFit, classes: tuple[Any, ...], source: str, rows_read: int, unseen: int = 0
) -> HeldOutClasses:
    """Predict the rows of another table.

    Raises
    ------
    DataError
        If no row counts.
    """
    counts = np.ones(block.rows, dtype=bool) if block.weights is None else block.weights > 0.0
    if not counts.any():
        raise DataError(f"{source or 'the test table'}: no row is left to judge the model by.")
    rows = {"rows": int(counts.sum()), "folds": 0, "source": source, "left_out": rows_read - block.rows}
    rows["unseen"] = unseen
    return _classes(block, found.scores(block.X), counts, classes, rows)


def _classes(
    block: Block, scores: Matrix, counts: NDArray[np.bool_], classes: tuple[Any, ...], rows: dict[str, Any]
) -> HeldOutClasses:
    weights = None if block.weights is None else block.weights[counts]
    place = block.y.astype(np.intp)[counts]
    return HeldOutClasses(classes=classes, scores=scores[counts], place=place, weights=weights, **rows)
