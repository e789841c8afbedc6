"""Audit rules for what is passed as a logit: it must not be a probability already."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from verhulst.audit.finding import Finding
from verhulst.audit.operations import (
    AFFINE,
    BCE_WITH_LOGITS,
    HARD_TANH,
    LOG_SIGMOID,
    LOG_SOFTMAX,
    NLL,
    RECTIFIERS,
    SIGMOID,
    SOFT_MARGIN,
    SOFTMAX,
    TANH,
    first,
    is_sigmoid,
    is_softmax,
)
from verhulst.audit.trace import GUARDS, MOVES, Operation, destinations

ROUNDED = 0.01  # an epsilon, a number close to 1, or half precision changes the sum of probabilities by less


def double_sigmoid(trace: list[Operation]) -> Iterator[Finding]:
    """Find a sigmoid whose result passes through a sigmoid again, alone or inside a loss that takes logits."""
    for operation in trace:
        if operation.name not in BCE_WITH_LOGITS | SOFT_MARGIN | SIGMOID | LOG_SIGMOID:
            continue
        for source in first(operation, MOVES | GUARDS):
            if source.name in LOG_SIGMOID:
                yield Finding(
                    "double-sigmoid",
                    "error",
                    source.label,
                    f"its result, the logarithm of a probability, is used as a logit by {operation.label}: it is at "
                    "most 0, so every probability is at most 0.5.",
                    "Remove it and pass raw logits to the loss, which takes the logarithm itself.",
                )
            if is_sigmoid(source):
                yield Finding(
                    "double-sigmoid",
                    "error",
                    source.label,
                    f"its result, a probability, is used as a logit by {operation.label}: every probability lies "
                    "between 0.5 and 0.731, and the loss is at least 0.313 for a positive and 0.693 for a negative.",
                    "Remove this sigmoid and pass raw logits to the loss; use the sigmoid only to read probabilities.",
                )


def probabilities_as_logits(trace: list[Operation]) -> Iterator[Finding]:
    """Find numbers in [0, 1] passed to a loss that takes logits, if they are not from a sigmoid."""
    for operation in trace:
        if operation.name not in BCE_WITH_LOGITS:
            continue
        z = operation.tensors[0]
        sources = first(operation, MOVES | GUARDS)
        if any(s.name in SIGMOID for s in sources) or not _within(z, 0.0, 1.0):
            continue
        made = ", ".join(sorted({s.name for s in sources})) or "an input"
        by_chance = all(s.name in AFFINE for s in sources)
        if by_chance and z.numel() < 32:
            continue
        yield Finding(
            "probabilities-as-logits",
            "note" if by_chance else "error",
            operation.label,
            f"all {z.numel()} values passed as logits lie in [{float(z.min()):.3g}, {float(z.max()):.3g}] (made by "
            f"{made}): as logits they are probabilities between 0.5 and 0.731.",
            "Pass log-odds to the loss: the scores before their conversion to probabilities, or verhulst.torch.logit "
            "of them.",
        )


def probabilities_of_classes_as_logits(trace: list[Operation]) -> Iterator[Finding]:
    """Find rows that add up to 1 passed to a loss that takes logits, if they are not right from a softmax."""
    for operation in trace:
        if operation.name not in LOG_SOFTMAX:
            continue
        z, dim = operation.tensors[0], operation.named.get("dim", -1)
        sources = first(operation, MOVES | GUARDS)
        if any(is_softmax(s) for s in sources) or not _within(z, 0.0, 1.0) or z.shape[dim] < 2 or z.numel() < 32:
            continue
        if bool(((z.sum(dim) - 1).abs() < ROUNDED).all()):
            yield Finding(
                "probabilities-as-logits",
                "error",
                operation.label,
                f"the logits of each case lie in [0, 1] and add up to 1: with {z.shape[dim]} classes no probability "
                f"can exceed {math.e / (math.e + z.shape[dim] - 1):.3g}.",
                "Pass the scores before their conversion to probabilities, or the logarithms of the probabilities.",
            )


def double_softmax(trace: list[Operation]) -> Iterator[Finding]:
    """Find cross-entropy, which applies log-softmax itself, on the result of a softmax or a sigmoid."""
    for operation in trace:
        if operation.name not in LOG_SOFTMAX | SOFTMAX:
            continue
        for source in first(operation, MOVES | GUARDS):
            if is_softmax(source):
                yield Finding(
                    "double-softmax",
                    "error",
                    source.label,
                    f"its probabilities are used as logits by {operation.label}: with K classes no probability can "
                    "exceed e/(e + K - 1), and the gradient shrinks by the slope of both.",
                    "Remove this softmax and pass raw logits to the loss.",
                )
            elif is_sigmoid(source):
                yield Finding(
                    "sigmoid-before-softmax",
                    "error",
                    source.label,
                    f"its values in (0, 1) are used as logits by {operation.label}: the odds between two classes "
                    "cannot exceed e = 2.72.",
                    "Remove this sigmoid: softmax takes raw logits. For labels that are not mutually exclusive, use "
                    "binary cross-entropy from logits instead of softmax.",
                )


def rectified_logits(trace: list[Operation]) -> Iterator[Finding]:
    """Find logits that cannot be negative, or cannot be large."""
    for operation in trace:
        binary = operation.name in BCE_WITH_LOGITS | SOFT_MARGIN
        if not binary and operation.name not in LOG_SOFTMAX:
            continue
        for source in first(operation):
            low = source.named.get("min_val", -1.0) if source.name in HARD_TANH else None
            if not source.by_hand and (source.name in RECTIFIERS or (low is not None and low >= 0)):
                yield Finding(
                    "rectified-logits",
                    "error" if binary else "warning",
                    source.label,
                    f"its results, used as logits by {operation.label}, are never negative: "
                    + ("no probability is under 0.5." if binary else "classes without evidence are all tied at 0."),
                    "Remove it after the last layer: logits are numbers of any sign.",
                )
            elif source.name in TANH or low is not None:
                yield Finding(
                    "bounded-logits",
                    "error" if binary else "warning",
                    source.label,
                    f"its results, used as logits by {operation.label}, lie between -1 and 1: "
                    + ("every probability lies between 0.269 and 0.731." if binary else "odds are at most e² = 7.4."),
                    "Remove it after the last layer: logits are numbers of any size.",
                )


def softmax_over_the_wrong_dimension(trace: list[Operation]) -> Iterator[Finding]:
    """Find a softmax over the rows of a batch, or over a single class, on its way into a loss."""
    for operation in trace:
        soft = operation.name in SOFTMAX | LOG_SOFTMAX
        z, dim = operation.tensors[0] if operation.tensors else None, operation.named.get("dim", -1)
        if not soft or z is None or z.ndim != 2 or not isinstance(dim, int) or not _is_a_score(operation):
            continue
        if z.shape[dim] == 1 and z.numel() > 1:
            yield Finding(
                "softmax-of-one-class",
                "error",
                operation.label,
                "the softmax of one number is 1, whatever the number: the loss does not depend on the model.",
                "Use a sigmoid and binary cross-entropy for one logit, or one logit for each class.",
            )
        elif dim % 2 == 0 and z.shape[1] > 1:
            yield Finding(
                "softmax-over-batch",
                "error",
                operation.label,
                f"it makes the {z.shape[0]} rows of the batch add up to 1 for each class, instead of the {z.shape[1]} "
                "classes of each row: a row's probabilities depend on the other rows.",
                "Take softmax over the classes, dim=-1.",
            )


def _is_a_score(operation: Operation) -> bool:
    """Whether a loss takes the numbers, perhaps after their logarithm."""
    losses = NLL | BCE_WITH_LOGITS | LOG_SOFTMAX | {"binary_cross_entropy", "mse_loss", "kl_div"}
    return any(user.name in losses for user in destinations(operation, MOVES | GUARDS | {"log", "add"}))


def _within(z: Tensor, low: float, high: float) -> bool:
    return z.numel() > 1 and bool(((z >= low) & (z <= high)).all()) and bool(z.min() < z.max())
