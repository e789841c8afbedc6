"""Checked input: scores become float64 logits, targets 0.0 and 1.0, weights counts of cases.

Every function that takes scores determines their kind here: see `resolve_kind`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.calibration.arrays import Floats as Floats
from verhulst.calibration.arrays import as_numbers, plain_array
from verhulst.data.errors import RowError
from verhulst.functions import logit

ScoreKind = Literal["logits", "probabilities"]
Labels = NDArray[np.int64]

# Beyond this number doubles cannot represent a single case more or less.
MOST_CASES = 2.0**53
# A logit of 20 is a probability of 1 − 2e-9. Scores from 0 to 100 that go beyond it are more likely percentages.
SURE = 20.0


class ScoreKindError(ValueError):
    """Raised if scores may be logits or probabilities, and it was not specified which."""


def as_logits(scores: ArrayLike, kind: ScoreKind | None = None, say: str = "scores") -> tuple[Floats, ScoreKind]:
    """Return one column of scores as float64 logits, and the kind of the scores.

    Parameters
    ----------
    scores : array_like, shape (n,) or (n, 1)
    kind : {"logits", "probabilities"}, optional
        See `resolve_kind`.
    say : str
        The keyword by which the caller specifies the kind of the scores.

    Raises
    ------
    ScoreKindError
        If the kind is not specified and the scores may be either.
    ValueError
        If there are no scores, more than one column, a nan, or a probability outside [0, 1].
    """
    values = one_column(scores, "scores")
    kind = resolve_kind(values, kind, say)
    if kind == "logits":
        return values, kind
    check_probabilities(values)
    return logit(values), kind


def as_multiclass_logits(
    scores: ArrayLike, kind: ScoreKind | None = None, say: str = "scores"
) -> tuple[Floats, ScoreKind]:
    """Return scores of K classes, shape (n, K), as float64 logits: the scores, or the logarithms of probabilities.

    Raises
    ------
    ScoreKindError
        If the kind is not specified and the scores may be either.
    ValueError
        If there are fewer than two columns, a nan, a row of logits that are all -inf, or rows of probabilities that do
        not sum to 1 (within 1e-3).
    """
    values = as_numbers(scores, "scores")
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError(f"scores of several classes have shape (n, K) with K >= 2, got {values.shape}")
    _check_filled(values, "scores")
    kind = resolve_kind(values, kind, say)
    if kind == "logits":
        if values.min() == -np.inf and (nothing := (values == -np.inf).all(axis=1)).any():
            raise RowError("every logit of {row} is -inf: no class is possible there", int(nothing.argmax()))
        return values, kind
    check_probabilities(values)
    # float16 rows of a thousand classes sum to 1 within 1e-3; a wrong matrix is off by far more.
    sums = values.sum(axis=1)
    wrong = np.abs(sums - 1.0) > 1e-3
    if wrong.any():
        row = int(wrong.argmax())
        raise RowError(f"{int(wrong.sum())} rows of probabilities do not sum to 1 ({{row}}: {sums[row]:.6g})", row)
    with np.errstate(divide="ignore"):
        return np.log(values), kind


def one_column(scores: ArrayLike, name: str) -> Floats:
    """Return a float64 array of shape (n,) from (n,) or (n, 1): not empty, no nan."""
    values = as_numbers(scores, name)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        hint = ""
        if values.ndim == 2 and values.shape[1] == 2:
            hint = ": for two classes pass z[:, 1] - z[:, 0]; to evaluate two columns, name them, classes="
        elif values.ndim == 2 and values.shape[1] > 2:
            hint = ": for several classes evaluate each separately, y == k with the log-odds of class k"
        raise ValueError(f"{name} must be one column, got shape {values.shape}{hint}")
    _check_filled(values, name)
    return values


def said_kind(scores_are: ScoreKind | None, **older: ScoreKind | None) -> ScoreKind | None:
    """Return the kind specified by `scores_are` or by the older keyword of the same meaning.

    Raises
    ------
    ValueError
        If both are given and differ.
    """
    for keyword, kind in older.items():
        if kind is not None:
            if scores_are is not None and scores_are != kind:
                raise ValueError(f"scores_are={scores_are!r} and {keyword}={kind!r} contradict each other")
            return kind
    return scores_are


def resolve_kind(values: Floats, kind: str | None, say: str = "scores") -> ScoreKind:
    """Return the kind of the scores: as specified; otherwise logits, unless they may be something else.

    Raises
    ------
    ScoreKindError
        If the kind is not specified and every score lies in [0, 1], or in [0, 100] with some above `SURE`.
    """
    if kind == "logits":
        return "logits"
    if kind == "probabilities":
        return "probabilities"
    if kind is not None:
        raise ValueError(f"{say} must be 'logits' or 'probabilities', got {kind!r}")
    # Testing the extremes takes two passes without a temporary array.
    low, high = values.min(), values.max()
    if low >= 0.0 and high <= 1.0:
        raise ScoreKindError(
            f"every score lies in [0, 1] ({low:.4g} to {high:.4g}): are they logits or probabilities? "
            f"Say {say}='probabilities' or {say}='logits'."
        )
    if low >= 0.0 and SURE < high <= 100.0:
        raise ScoreKindError(
            f"every score lies in [0, 100] ({low:.4g} to {high:.4g}): are they logits or percentages? "
            f"Say {say}='logits', or divide them by 100 and say {say}='probabilities'."
        )
    return "logits"


def check_probabilities(values: Floats) -> None:
    """Raise if a probability lies outside [0, 1]; the message gives the first."""
    outside = (values < 0.0) | (values > 1.0)
    if outside.any():
        row = int(np.flatnonzero(outside.reshape(len(values), -1).any(axis=1))[0])
        first = values[outside].flat[0]
        percentages = values.min() >= 0.0 and np.median(values) > 1.0 and values.max() <= 100.0
        remedy = (
            "divide percentages by 100" if percentages else "if they are logits, pass them as logits (--scores logits)"
        )
        raise RowError(
            f"{int(outside.sum())} of {values.size} probabilities lie outside [0, 1] ({{row}}: {first:.6g}); {remedy}",
            row,
        )


def binary_targets(y: ArrayLike, n: int) -> Floats:
    """Return targets as float64 zeros and ones, one for each of n scores.

    Raises
    ------
    ValueError
        If the length differs, a value is missing, or values other than 0 and 1 (or False and True) occur.
    """
    raw = plain_array(y)
    if raw.ndim == 2 and raw.shape[1] == 1:
        raw = raw[:, 0]
    if raw.shape != (n,):
        raise ValueError(f"y must have one entry for each of the {n} scores, got shape {raw.shape}")
    if raw.dtype == bool:
        return raw.astype(np.float64)
    if raw.dtype.kind in "iuf":
        # y² = y only for 0 and 1, not for nan.
        targets = raw.astype(np.float64)
        if np.array_equal(targets * targets, targets):
            return targets
        missing = int(np.isnan(targets).sum())
        if missing:
            raise ValueError(f"y is missing (nan) in {missing} of {n} rows")
    values = [
        repr(v) for v in np.unique(raw[:10_000].astype(str) if raw.dtype == object else raw[:10_000])[:4].tolist()
    ]
    raise ValueError(f"y must be 0 and 1, but contains {', '.join(values)}: write for instance y == {values[-1]}")


def case_weights(sample_weight: ArrayLike | None, n: int) -> Floats | None:
    """Return weights as float64, or None if every case counts once.

    Raises
    ------
    ValueError
        If the length differs, a weight is negative, infinite or nan, all weights are zero, or the sum exceeds 2^53.
    """
    if sample_weight is None:
        return None
    weights = as_numbers(sample_weight, "sample_weight")
    if weights.shape == (n, 1):
        weights = weights[:, 0]
    if weights.shape != (n,):
        raise ValueError(f"sample_weight must have one entry for each of the {n} scores, got shape {weights.shape}")
    wrong = ~((weights >= 0.0) & (weights < np.inf))
    if wrong.any():
        row = int(wrong.argmax())
        raise RowError(
            f"sample_weight must be finite and not negative, but {int(wrong.sum())} of {n} are not "
            f"({{row}}: {weights[row]:.6g})",
            row,
        )
    if not weights.any():
        raise ValueError("every sample_weight is 0: there are no cases")
    with np.errstate(over="ignore"):
        total = float(weights.sum())
    if total > MOST_CASES:
        raise ValueError(
            f"sample_weight counts cases, and a sum of {total:.3g} is too large to count: rescale the weights"
        )
    return np.ascontiguousarray(weights)


def require_both_classes(targets: Floats) -> None:
    """Raise if a class has no case; cases of weight 0 must have been omitted."""
    if (targets == targets[0]).all():
        raise ValueError(f"y contains only class {targets[0]:.0f}: both classes are needed")


def require_two_classes(labels: Labels) -> None:
    """Raise if there are fewer than two classes; cases of weight 0 must have been omitted."""
    if (labels == labels[0]).all():
        raise ValueError(f"y contains only class {labels[0]}: at least two classes are needed")


def _check_filled(values: Floats, name: str) -> None:
    if values.size == 0:
        raise ValueError(f"{name} is empty")
    # A sum is nan if an entry is nan, or with +inf and −inf: only then is the elementwise test needed.
    with np.errstate(invalid="ignore", over="ignore"):
        total = np.sum(values)
    if np.isnan(total):
        missing = np.isnan(values)
        if missing.any():
            row = int(missing.reshape(len(values), -1).any(axis=1).argmax())
            raise RowError(f"{name} contains nan in {int(missing.sum())} places (first in {{row}})", row)
