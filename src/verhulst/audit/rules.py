"""The rules of the torch audit; each reads a trace and yields findings."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from verhulst.audit.finding import Finding
from verhulst.audit.trace import GUARDS, MOVES, Operation, destinations, origins

SIGMOID = frozenset({"sigmoid", "sigmoid_", "special_expit", "hardsigmoid", "hardsigmoid_"})
SOFTMAX = frozenset({"_softmax", "_safe_softmax"})
LOG_SOFTMAX = frozenset({"_log_softmax"})
BCE_WITH_LOGITS = frozenset(
    {
        "binary_cross_entropy_with_logits",
        "binary_cross_entropy",
        "binary_cross_entropy_reduced",
        "binary_cross_entropy_value_gradient",
    }
)
NLL = frozenset({"nll_loss_forward", "nll_loss2d_forward", "nll_loss", "nll_loss_nd"})
LAYERS = frozenset({"addmm", "mm", "linear", "convolution", "bmm", "baddbmm", "matmul"})
NORMALISATION = frozenset({"native_batch_norm", "native_layer_norm", "cudnn_batch_norm", "_native_batch_norm_legit"})
# Operations that give numbers of any sign, as a last layer does: their results are logits, in [0, 1] only by chance.
AFFINE = LAYERS | NORMALISATION | {"add", "add_", "sub", "sum"}
RECURRENT = (torch.nn.RNNBase, torch.nn.RNNCellBase)


def _takes_logits(operation: Operation) -> bool:
    """Whether a loss takes logits (aten's `binary_cross_entropy` takes probabilities, verhulst's logits)."""
    if operation.name not in BCE_WITH_LOGITS:
        return False
    return operation.name != "binary_cross_entropy" or operation.namespace == "verhulst"


def _first(operation: Operation, through: frozenset[str] = MOVES) -> list[Operation]:
    """Return the operations that made the numbers of the first argument."""
    return list(origins(operation.inputs[0], through)) if operation.inputs else []


def double_sigmoid(trace: list[Operation]) -> Iterator[Finding]:
    """Find a sigmoid whose result passes through a sigmoid again, alone or inside a loss that takes logits."""
    for operation in trace:
        if not (_takes_logits(operation) or operation.name in SIGMOID or operation.name == "log_sigmoid_forward"):
            continue
        for source in _first(operation, MOVES | GUARDS):
            if source.name in SIGMOID:
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
        if not _takes_logits(operation):
            continue
        z = operation.tensors[0]
        sources = _first(operation, MOVES | GUARDS)
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


def double_softmax(trace: list[Operation]) -> Iterator[Finding]:
    """Find cross-entropy, which applies log-softmax itself, on the result of a softmax or a sigmoid."""
    for operation in trace:
        if operation.name not in LOG_SOFTMAX | SOFTMAX:
            continue
        for source in _first(operation, MOVES | GUARDS):
            if source.name in SOFTMAX:
                yield Finding(
                    "double-softmax",
                    "error",
                    source.label,
                    f"its probabilities are used as logits by {operation.label}: with K classes no probability can "
                    "exceed e/(e + K - 1), and the gradient shrinks by the slope of both.",
                    "Remove this softmax and pass raw logits to the loss.",
                )
            elif source.name in SIGMOID:
                yield Finding(
                    "sigmoid-before-softmax",
                    "error",
                    source.label,
                    f"its values in (0, 1) are used as logits by {operation.label}: the odds between two classes "
                    "cannot exceed e = 2.72.",
                    "Remove this sigmoid: softmax takes raw logits. For labels that are not mutually exclusive, use "
                    "binary cross-entropy from logits instead of softmax.",
                )


def sigmoid_then_bce(trace: list[Operation]) -> Iterator[Finding]:
    """Find BCELoss on a sigmoid: the logit is lost to rounding before the logarithm."""
    for operation in trace:
        if operation.name != "binary_cross_entropy" or _takes_logits(operation):
            continue
        p = operation.tensors[0]
        lost = float(((p == 0) | (p == 1)).double().mean()) if p.numel() else 0.0
        for source in _first(operation, MOVES | GUARDS):
            if source.name in SIGMOID:
                yield Finding(
                    "sigmoid-then-bce",
                    "warning",
                    operation.label,
                    "binary cross-entropy of rounded probabilities: from a logit of 17 (float32) on, the loss is "
                    f"clamped and the gradient is exactly 0. Here {lost:.1%} of the probabilities are exactly 0 or 1.",
                    "Pass logits to binary_cross_entropy_with_logits (verhulst.torch or torch.nn.functional).",
                )


def log_of_probability(trace: list[Operation]) -> Iterator[Finding]:
    """Find log(sigmoid(z)), log(1 - sigmoid(z)) and log(softmax(z))."""
    for operation in trace:
        if operation.name not in ("log", "log_", "log1p", "log2", "log10"):
            continue
        for source in _first(operation, MOVES | GUARDS | {"add", "rsub", "sub", "neg"}):
            if source.name in SIGMOID | SOFTMAX and _through_numbers_only(operation, source):
                soft = source.name in SOFTMAX
                yield Finding(
                    "log-of-softmax" if soft else "log-of-sigmoid",
                    "warning",
                    operation.label,
                    f"the logarithm of {source.label}: -inf or a clamped value, without a gradient, once the "
                    "probability rounds to 0 or 1; an added epsilon caps the logarithm and biases the other values.",
                    "Use log_softmax." if soft else "Use log_sigmoid(z), and log_sigmoid(-z) for log(1 - sigmoid(z)).",
                )


def nll_of_probabilities(trace: list[Operation]) -> Iterator[Finding]:
    """Find NLLLoss of anything but log-probabilities."""
    for operation in trace:
        if operation.name not in NLL:
            continue
        sources = _first(operation)
        if any(s.name in SOFTMAX | SIGMOID for s in sources) or float(operation.tensors[0].max()) > 1e-3:
            yield Finding(
                "nll-of-probabilities",
                "error",
                operation.label,
                "NLLLoss takes log-probabilities, which are at most 0; it was given numbers up to "
                f"{float(operation.tensors[0].max()):.3g}, so it is not the negative log-likelihood.",
                "Put log_softmax before it, or use cross_entropy on the raw logits.",
            )


def softmax_for_multilabel(trace: list[Operation], y: object) -> Iterator[Finding]:
    """Find a softmax over labels of which several can be true at once."""
    if not isinstance(y, Tensor) or y.ndim < 2 or y.shape[-1] < 2 or not bool(((y == 0) | (y == 1)).all()):
        return
    several = (y.sum(-1) != 1).double().mean()
    if several == 0:
        return
    for operation in trace:
        if operation.name not in SOFTMAX | LOG_SOFTMAX or operation.output is None or operation.output.shape != y.shape:
            continue
        yield Finding(
            "softmax-for-multilabel",
            "error",
            operation.label,
            f"{float(several):.0%} of the rows of y have no label or several; softmax makes the {y.shape[-1]} "
            "probabilities of a row sum to 1, so that one label can only rise if another falls.",
            "Use one sigmoid per label: binary_cross_entropy_with_logits on the raw logits.",
        )


def hidden_sigmoid(trace: list[Operation]) -> Iterator[Finding]:
    """Find a sigmoid between layers, and report how much of the gradient it passes."""
    for operation in trace:
        if operation.name not in SIGMOID or any(isinstance(m, RECURRENT) for m in operation.stack):
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
    """Find sigmoids with arguments so large that their slope is 0 in the number type."""
    for operation in trace:
        if operation.name not in SIGMOID or operation.output is None or operation.output.numel() == 0:
            continue
        s = operation.output
        gone = float(((s == 0) | (s == 1)).double().mean())
        flat = float((s.double() * (1 - s.double()) < 1e-4).double().mean())
        if gone > 0.01 or flat > 0.5:
            yield Finding(
                "saturation",
                "warning",
                operation.label,
                f"{flat:.1%} of its outputs have a slope under 1e-4 and {gone:.1%} are exactly 0 or 1 in "
                f"{str(s.dtype).removeprefix('torch.')}: they pass no gradient, and have ties when ranked.",
                "Scale down the inputs or the weights, normalise first, rank by logits, or use a wider type.",
            )


def pos_weight(trace: list[Operation]) -> Iterator[Finding]:
    """Find a weight on the positives, which shifts the probabilities."""
    for operation in trace:
        weight = None
        if operation.name == "binary_cross_entropy_with_logits" and len(operation.arguments) > 3:
            weight = operation.arguments[3]
        if isinstance(weight, Tensor) and bool((weight != 1).any()):
            shift = float(weight.double().mean().log())
            yield Finding(
                "pos-weight",
                "note",
                operation.label,
                f"pos_weight shifts the learned log-odds by log(pos_weight), here {shift:+.3g} on average: the "
                "sigmoid of the logits is not the probability.",
                "Undo the shift before reading probabilities: verhulst.calibration.PriorShift.",
            )


def squared_error_of_sigmoid(trace: list[Operation]) -> Iterator[Finding]:
    """Find the squared error of a sigmoid: proper, but its gradient vanishes where the model is most wrong."""
    for operation in trace:
        if operation.name == "mse_loss" and any(s.name in SIGMOID for s in _first(operation)):
            yield Finding(
                "squared-error-of-sigmoid",
                "note",
                operation.label,
                "the gradient of (sigmoid(z) - y)² in z has the factor s(1 - s), which vanishes for confident "
                "mistakes.",
                "Use binary_cross_entropy_with_logits, whose gradient is sigmoid(z) - y.",
            )


def _within(z: Tensor, low: float, high: float) -> bool:
    return z.numel() > 1 and bool(((z >= low) & (z <= high)).all()) and bool(z.min() < z.max())


def _slope(operation: Operation) -> float:
    if operation.output is None or operation.output.numel() == 0:
        return 0.0
    s = operation.output.double()
    return float((s * (1 - s)).mean())


def _through_numbers_only(start: Operation, goal: Operation) -> bool:
    """Whether sums and differences between the two have only one tensor: an epsilon, or 1 - p."""
    current: Operation | None = start.inputs[0] if start.inputs else None
    while current is not None and current is not goal:
        if current.name in {"add", "rsub", "sub"} and len(current.tensors) > 1 and current.tensors[1].numel() > 1:
            return False
        current = next((s for s in current.inputs if s is not None), None)
    return current is goal
