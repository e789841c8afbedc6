"""Checked input: scores become float64 logits, targets 0.0 and 1.0, weights counts of cases."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

import verhulst as vh

ScoreKind = Literal["logits", "probabilities"]
Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


class ScoreKindError(ValueError):
    """Scores that may be logits or probabilities, and nobody said which."""


def as_logits(scores: ArrayLike, kind: ScoreKind | None = None) -> tuple[Floats, ScoreKind]:
    """One column of scores as float64 logits, and what the scores were.

    Parameters
    ----------
    scores : shape (n,) or (n, 1)
    kind : "logits", "probabilities", or None: logits, unless every score lies in [0, 1]

    Raises
    ------
    ScoreKindError : nothing was said and every score lies in [0, 1]
    ValueError : no scores, more than one column, a nan, or a probability outside [0, 1]
    """
    values = one_column(scores, "scores")
    kind = resolve_kind(values, kind)
    if kind == "logits":
        return values, kind
    check_probabilities(values)
    return vh.logit(values), kind


def as_multiclass_logits(scores: ArrayLike, kind: ScoreKind | None = None) -> tuple[Floats, ScoreKind]:
    """Scores of K classes, shape (n, K), as float64 logits: the logarithms of probabilities, or the scores themselves.

    Raises
    ------
    ScoreKindError : nothing was said and every score lies in [0, 1]
    ValueError : fewer than two columns, a nan, or rows of probabilities that do not sum to 1 (within 1e-3)
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError(f"scores of several classes have shape (n, K) with K >= 2, got {values.shape}")
    _check_filled(values, "scores")
    kind = resolve_kind(values, kind)
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


def resolve_kind(values: Floats, kind: str | None) -> ScoreKind:
    """What the scores are; asks (by an error) where it cannot be known."""
    if kind == "logits":
        return "logits"
    if kind == "probabilities":
        return "probabilities"
    if kind is not None:
        raise ValueError(f"scores must be 'logits' or 'probabilities', got {kind!r}")
    # The extremes decide, so that the whole test is two passes without a temporary.
    low, high = values.min(), values.max()
    if low >= 0.0 and high <= 1.0:
        raise ScoreKindError(
            f"every score lies in [0, 1] ({low:.4g} to {high:.4g}): are they logits or probabilities? "
            "Say scores='probabilities' or scores='logits'."
        )
    return "logits"


def check_probabilities(values: Floats) -> None:
    """Raises where a probability lies outside [0, 1], naming the first."""
    outside = (values < 0.0) | (values > 1.0)
    if outside.any():
        row = int(np.flatnonzero(outside.reshape(len(values), -1).any(axis=1))[0])
        first = values[outside].flat[0]
        raise ValueError(
            f"{int(outside.sum())} of {values.size} probabilities lie outside [0, 1] (row {row}: {first:.6g}); "
            "logits are given as logits"
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
    ValueError : another length, a weight that is negative, infinite or nan, or all weights zero
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
    return weights


def require_both_classes(targets: Floats, weights: Floats | None) -> tuple[float, float]:
    """The weight of class 0 and of class 1; raises where one of them has none."""
    if weights is None:
        positive = float(targets.sum())
        total = float(len(targets))
    else:
        positive = float(targets @ weights)
        total = float(weights.sum())
    negative = total - positive
    if weights is not None and (targets[weights > 0.0] == 1.0).all():
        negative = 0.0
    if positive <= 0.0 or negative <= 0.0:
        only = 1 if positive > 0.0 else 0
        raise ValueError(f"y holds class {only} only: both classes are needed")
    return negative, positive


def require_two_classes(labels: Labels, weights: Floats | None) -> None:
    """Raises where fewer than two of the classes have any weight."""
    present = labels if weights is None else labels[weights > 0.0]
    if (present == present[0]).all():
        raise ValueError(f"y holds class {present[0]} only: at least two classes are needed")


def _check_filled(values: Floats, name: str) -> None:
    if values.size == 0:
        raise ValueError(f"{name} is empty")
    # A sum is nan where an entry is nan, or where +inf meets −inf: only then is the longer look needed.
    with np.errstate(invalid="ignore"):
        total = np.sum(values)
    if np.isnan(total):
        missing = np.isnan(values)
        if missing.any():
            row = int(missing.reshape(len(values), -1).any(axis=1).argmax())
            raise ValueError(f"{name} holds nan in {int(missing.sum())} places (first in row {row})")
