"""Checked scores, outcomes and weights, the input of every fit and measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.calibration.arrays import as_numbers, plain_array
from verhulst.calibration.class_labels import class_numbers
from verhulst.calibration.scores import (
    Floats,
    ScoreKind,
    as_logits,
    as_multiclass_logits,
    binary_targets,
    case_weights,
)
from verhulst.functions._row_order import require_one_order
from verhulst.regression.robust import label_array, missing_labels


@dataclass(frozen=True, eq=False)
class Cases:
    """The cases of positive weight; those of weight 0 are omitted.

    Attributes
    ----------
    z : (n,) logits, or (n, K) of K classes
    targets : (n,) 0.0 or 1.0; class numbers where there are K
    weights : (n,) positive, or None where each case counts once
    kind : the kind of the scores
    kept : which of the given rows these are, or None for all
    classes : the labels of K columns; empty for one
    """

    z: Floats
    targets: Any
    weights: Floats | None
    kind: ScoreKind
    kept: NDArray[np.bool_] | None
    classes: tuple[Any, ...] = ()

    def of_each(self, values: ArrayLike, name: str) -> NDArray[Any]:
        """Return the entries for these cases, of an array with one for each given row.

        Raises
        ------
        ValueError
            If the array has another length.
        """
        array = label_array(values, name)
        n = len(self.z) if self.kept is None else len(self.kept)
        if array.shape != (n,):
            raise ValueError(f"{name} must have one entry for each of the {n} scores, got shape {array.shape}")
        return array if self.kept is None else array[self.kept]


def read_cases(
    y: ArrayLike,
    scores: ArrayLike,
    kind: ScoreKind | None = None,
    sample_weight: ArrayLike | None = None,
    *,
    say: str = "scores",
    several_classes: bool = False,
    classes: Sequence[Any] | NDArray[Any] | None = None,
    sure: bool = False,
) -> Cases:
    """Return checked cases. The contents of rows of weight 0 are ignored.

    Parameters
    ----------
    y, scores, sample_weight : as `binary_targets`, `as_logits` and `case_weights` take them
    kind, say : the kind of the scores, and the keyword that specifies it; see `as_logits`
    several_classes : whether scores of shape (n, K), K ≥ 2, are those of K classes
    classes, sure : as `class_numbers` takes them

    Raises
    ------
    ScoreKindError, ValueError
        As these functions.
    """
    require_one_order(y=y, scores=scores, sample_weight=sample_weight)
    values = np.atleast_1d(as_numbers(scores, "scores"))
    several = several_classes and values.ndim == 2 and values.shape[1] > 1
    weights = case_weights(sample_weight, len(values)) if values.size else None
    kept = None
    if weights is not None and not weights.all():
        kept = weights > 0.0
        # Rows of weight 0 are replaced by another row, so that messages have the row numbers of the input.
        standing_in = np.where(kept, np.arange(len(values)), int(kept.argmax()))
        values = values[standing_in]
        outcomes = plain_array(y)
        y = outcomes[standing_in] if outcomes.shape[:1] == kept.shape else outcomes
    z, kind = (as_multiclass_logits if several else as_logits)(values, kind, say)
    labels: tuple[Any, ...] = ()
    targets: Any
    if several:
        labels, targets = class_numbers(y, z.shape[0], z.shape[1], classes, sure)
    else:
        targets = binary_targets(y, len(z))
    if weights is None or kept is None:
        return Cases(z, targets, weights, kind, None, labels)
    return Cases(z[kept], targets[kept], weights[kept], kind, kept, labels)


def group_members(labels: NDArray[Any]) -> tuple[list[str], NDArray[np.intp]]:
    """Return the names of groups, sorted, and the group of each row; rows without a label are the group "(missing)".

    Examples
    --------
    >>> group_members(np.array(["b", None, "a"], dtype=object))
    (['a', 'b', '(missing)'], array([1, 2, 0]))
    """
    missing = missing_labels(labels)
    known = np.asarray(labels)[~missing]
    distinct, member = np.unique(known.astype(str) if known.dtype == object else known, return_inverse=True)
    names = [str(label) for label in distinct.tolist()]
    if missing.any():
        without = "(missing)"
        while without in names:
            without = f"({without})"
        names.append(without)
    group = np.full(len(labels), len(names) - 1)
    group[~missing] = member
    return names, group
