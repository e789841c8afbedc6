"""Checked input: scores become float64 logits, targets 0.0 and 1.0, weights counts of cases.

What scores are is asked here, for every function that takes some: see `resolve_kind`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

import verhulst as vh

ScoreKind = Literal["logits", "probabilities"]
Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

# Beyond so many cases doubles do not tell one more from one less.
MOST_CASES = 2.0**53
# A logit of 20 is a probability of 1 − 2e-9. Scores from 0 to 100 that go beyond it are more likely percentages.
SURE = 20.0


class ScoreKindError(ValueError):
    """Scores that may be logits or probabilities, and nobody said which."""


def as_logits(scores: ArrayLike, kind: ScoreKind | None = None, say: str = "scores") -> tuple[Floats, ScoreKind]:
    """One column of scores as float64 logits, and what the scores were.

    Parameters
    ----------
    scores : shape (n,) or (n, 1)
    kind : "logits", "probabilities", or None: see `resolve_kind`
    say : the keyword by which the caller is told what the scores are

    Raises
    ------
    ScoreKindError : nothing was said, and the scores may be either
    ValueError : no scores, more than one column, a nan, or a probability outside [0, 1]
    """
    values = one_column(scores, "scores")
    kind = resolve_kind(values, kind, say)
    if kind == "logits":
        return values, kind
    check_probabilities(values)
    return vh.logit(values), kind


def as_multiclass_logits(
    scores: ArrayLike, kind: ScoreKind | None = None, say: str = "scores"
) -> tuple[Floats, ScoreKind]:
    """Scores of K classes, shape (n, K), as float64 logits: the logarithms of probabilities, or the scores themselves.

    Raises
    ------
    ScoreKindError : nothing was said, and the scores may be either
    ValueError : fewer than two columns, a nan, or rows of probabilities that do not sum to 1 (within 1e-3)
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError(f"scores of several classes have shape (n, K) with K >= 2, got {values.shape}")
    _check_filled(values, "scores")
    kind = resolve_kind(values, kind, say)
    if kind == "logits":
        return values, kind
    check_probabilities(values)
    # Float16 rows of a thousand classes sum to 1 within 1e-3; a wrong matrix misses by far more.
    sums = values.sum(axis=1)
    wrong = np.abs(sums - 1.0) > 1e-3
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"{int(wrong.sum())} rows of probabilities do not sum to 1 (row {row}: {sums[row]:.6g})")
    with np.errstate(divide="ignore"):
        return np.log(values), kind


def one_column(scores: ArrayLike, name: str) -> Floats:
    """A float64 array of shape (n,) from (n,) or (n, 1): not empty, no nan."""
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        hint = ""
        if values.ndim == 2 and values.shape[1] == 2:
            hint = ": of two classes give z[:, 1] - z[:, 0]"
        elif values.ndim == 2 and values.shape[1] > 2:
            hint = ": of several classes judge each by itself, y == k with the log-odds of class k"
        raise ValueError(f"{name} must be one column, got shape {values.shape}{hint}")
    _check_filled(values, name)
    return values


def said_kind(scores_are: ScoreKind | None, **older: ScoreKind | None) -> ScoreKind | None:
    """What was said of the scores, by `scores_are` or by the older keyword of the same meaning.

    Raises
    ------
    ValueError : both were given, and differ
    """
    for keyword, kind in older.items():
        if kind is not None:
            if scores_are is not None and scores_are != kind:
                raise ValueError(f"scores_are={scores_are!r} and {keyword}={kind!r} contradict each other")
            return kind
    return scores_are


def resolve_kind(values: Floats, kind: str | None, say: str = "scores") -> ScoreKind:
    """What the scores are: what was said; with None logits, unless they may be something else: then it asks.

    Raises
    ------
    ScoreKindError
        nothing was said and every score lies in [0, 1], or in [0, 100] with some above `SURE`
    """
    if kind == "logits":
        return "logits"
    if kind == "probabilities":
        return "probabilities"
    if kind is not None:
        raise ValueError(f"{say} must be 'logits' or 'probabilities', got {kind!r}")
    # The extremes decide, so that the whole test is two passes without a temporary.
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
    """Raises where a probability lies outside [0, 1], naming the first."""
    outside = (values < 0.0) | (values > 1.0)
    if outside.any():
        row = int(np.flatnonzero(outside.reshape(len(values), -1).any(axis=1))[0])
        first = values[outside].flat[0]
        percentages = values.min() >= 0.0 and np.median(values) > 1.0 and values.max() <= 100.0
        remedy = "divide percentages by 100" if percentages else "logits are given as logits"
        raise ValueError(
            f"{int(outside.sum())} of {values.size} probabilities lie outside [0, 1] (row {row}: {first:.6g}); {remedy}"
        )


def binary_targets(y: ArrayLike, n: int) -> Floats:
    """Targets as float64 zeros and ones, one for each of n scores.

    Raises
    ------
    ValueError : another length, a missing value, or values other than 0 and 1 (or False and True)
    """
    raw = np.asarray(y)
    if raw.ndim == 2 and raw.shape[1] == 1:
        raw = raw[:, 0]
    if raw.shape != (n,):
        raise ValueError(f"y must have one entry for each of the {n} scores, got shape {raw.shape}")
    if raw.dtype == bool:
        return raw.astype(np.float64)
    if raw.dtype.kind in "iuf":
        # y² = y holds for 0 and 1 alone, and not for nan.
        targets = raw.astype(np.float64)
        if np.array_equal(targets * targets, targets):
            return targets
        missing = int(np.isnan(targets).sum())
        if missing:
            raise ValueError(f"y is missing (nan) in {missing} of {n} rows")
    values = [
        repr(v) for v in np.unique(raw[:10_000].astype(str) if raw.dtype == object else raw[:10_000])[:4].tolist()
    ]
    raise ValueError(f"y must be 0 and 1, but holds {', '.join(values)}: write for instance y == {values[-1]}")


def class_targets(y: ArrayLike, n: int, classes: int) -> Labels:
    """Targets as class numbers 0 … K−1.

    Raises
    ------
    ValueError : another length, or entries that are not whole numbers from 0 to K−1
    """
    raw = np.asarray(y)
    if raw.shape != (n,):
        raise ValueError(f"y must have one entry for each of the {n} rows of scores, got shape {raw.shape}")
    if raw.dtype.kind not in "iub" and not (raw.dtype.kind == "f" and np.array_equal(raw, np.floor(raw))):
        raise ValueError(f"y must hold class numbers 0 to {classes - 1}")
    numbers = raw.astype(np.int64)
    if numbers.min() < 0 or numbers.max() >= classes:
        raise ValueError(f"y must hold class numbers 0 to {classes - 1}, got {numbers.min()} to {numbers.max()}")
    return numbers


def case_weights(sample_weight: ArrayLike | None, n: int) -> Floats | None:
    """Weights as float64, or None where every case counts once.

    Raises
    ------
    ValueError : another length, a weight that is negative, infinite or nan, all weights zero, or a sum beyond 2^53
    """
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (n,):
        raise ValueError(f"sample_weight must have one entry for each of the {n} scores, got shape {weights.shape}")
    wrong = ~((weights >= 0.0) & (weights < np.inf))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"sample_weight must be finite and not negative, but {int(wrong.sum())} of {n} are not "
            f"(row {row}: {weights[row]:.6g})"
        )
    if not weights.any():
        raise ValueError("every sample_weight is 0: no case is left")
    with np.errstate(over="ignore"):
        total = float(weights.sum())
    if total > MOST_CASES:
        raise ValueError(f"sample_weight counts cases, and a sum of {total:.3g} is more than can be counted: divide it")
    return weights


def require_both_classes(targets: Floats) -> None:
    """Raises where one class has no case; cases of weight 0 are to be left out before."""
    if (targets == targets[0]).all():
        raise ValueError(f"y holds class {targets[0]:.0f} only: both classes are needed")


def require_two_classes(labels: Labels) -> None:
    """Raises where there are fewer than two classes; cases of weight 0 are to be left out before."""
    if (labels == labels[0]).all():
        raise ValueError(f"y holds class {labels[0]} only: at least two classes are needed")


def _check_filled(values: Floats, name: str) -> None:
    if values.size == 0:
        raise ValueError(f"{name} is empty")
    # A sum is nan where an entry is nan, or where +inf meets −inf: only then is the longer look needed.
    with np.errstate(invalid="ignore", over="ignore"):
        total = np.sum(values)
    if np.isnan(total):
        missing = np.isnan(values)
        if missing.any():
            row = int(missing.reshape(len(values), -1).any(axis=1).argmax())
            raise ValueError(f"{name} holds nan in {int(missing.sum())} places (first in row {row})")
