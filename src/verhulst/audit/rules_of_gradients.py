"""Audit rules for sigmoids that pass little gradient, and for weights that shift probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from verhulst.audit.finding import Finding
from verhulst.audit.operations import (
    BCE_WITH_LOGITS,
    LAYERS,
    NLL,
    NORMALISATION,
    RECURRENT,
    TANH,
    is_sigmoid,
)
from verhulst.audit.trace import MOVES, Operation, destinations
from verhulst.torch._kernels import double


def hidden_sigmoid(trace: list[Operation]) -> Iterator[Finding]:
    """Find a sigmoid between layers, and report how much of the gradient it passes."""
    for operation in trace:
        if not is_sigmoid(operation) or any(isinstance(m, RECURRENT) for m in operation.stack):
            continue
        if not any(user.name in LAYERS for user in destinations(operation, MOVES | NORMALISATION)):
            continue
        slope = _slope(operation)
        yield Finding(
            "hidden-sigmoid",
            "warning",
            operation.label,
            f"a sigmoid between layers passes {slope:.3f} of the gradient on average here (at most 0.25), and its "
            "outputs are all positive, so that for a single case the weights of the next unit all move the same way.",
            "Use ReLU, GELU or SiLU between layers; keep the sigmoid for gates and for reading probabilities.",
        )


def saturation(trace: list[Operation]) -> Iterator[Finding]:
    """Find sigmoids and tanhs with arguments so large that their slope is 0 in the number type."""
    for operation in trace:
        tanh = operation.name in TANH
        if not (tanh or is_sigmoid(operation)) or operation.output is None or operation.output.numel() == 0:
            continue
        s = operation.output
        gone = float(((s == (-1 if tanh else 0)) | (s == 1)).double().mean())
        slope = 1 - double(s) ** 2 if tanh else double(s) * (1 - double(s))
        flat = float((slope.abs() < 1e-4).double().mean())
        if gone > 0.01 or flat > 0.5:
            yield Finding(
                "saturation",
                "warning",
                operation.label,
                f"{flat:.1%} of its outputs have a slope under 1e-4 and {gone:.1%} are exactly "
                f"{'±1' if tanh else '0 or 1'} in {str(s.dtype).removeprefix('torch.')}: they "
                "pass no gradient, and have ties when ranked.",
                "Scale down the inputs or the weights, normalise first, rank by logits, or use a wider type.",
            )


def _slope(operation: Operation) -> float:
    if operation.output is None or operation.output.numel() == 0:
        return 0.0
    s = double(operation.output)
    return float((s * (1 - s)).abs().mean())


def pos_weight(trace: list[Operation]) -> Iterator[Finding]:
    """Find a weight on the positives, which shifts the probabilities."""
    for operation in trace:
        weight = operation.named.get("pos_weight") if operation.name in BCE_WITH_LOGITS else None
        if isinstance(weight, Tensor) and bool((weight != 1).any()):
            shift = float(weight.double().log().mean())
            yield Finding(
                "pos-weight",
                "note",
                operation.label,
                f"pos_weight shifts the learned log-odds by log(pos_weight), here {shift:+.3g} on average: the "
                "sigmoid of the logits is not the probability.",
                "Undo the shift before reading probabilities: verhulst.calibration.PriorShift.",
            )


def class_weights(trace: list[Operation]) -> Iterator[Finding]:
    """Find weights of classes in a cross-entropy, which shift the probabilities too."""
    for operation in trace:
        weight = operation.named.get("weight") if operation.name in NLL else None
        if isinstance(weight, Tensor) and bool((weight != weight.flatten()[0]).any()):
            yield Finding(
                "class-weights",
                "note",
                operation.label,
                "weights of classes shift the learned log-odds between two classes by the logarithm of the weights' "
                "ratio: the softmax of the logits is not the probability.",
                "Subtract log(weight) from the logits before reading probabilities.",
            )
