"""Audit rules for losses of probabilities, and for labels that do not go with them."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from verhulst.audit.finding import Finding
from verhulst.audit.operations import BCE_WITH_LOGITS, LOG_SOFTMAX, NLL, first, is_sigmoid, is_softmax
from verhulst.audit.trace import GUARDS, MOVES, Operation, origins


def sigmoid_then_bce(trace: list[Operation]) -> Iterator[Finding]:
    """Find BCELoss on a sigmoid: the logit is lost to rounding before the logarithm."""
    for operation in trace:
        if operation.name != "binary_cross_entropy":
            continue
        p = operation.tensors[0]
        lost = float(((p == 0) | (p == 1)).double().mean()) if p.numel() else 0.0
        for source in first(operation, MOVES | GUARDS):
            if is_sigmoid(source):
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
        for source in first(operation, MOVES | GUARDS | {"add", "rsub", "sub", "neg"}):
            soft = is_softmax(source)
            if (soft or is_sigmoid(source)) and _through_numbers_only(operation, source):
                yield Finding(
                    "log-of-softmax" if soft else "log-of-sigmoid",
                    "warning",
                    operation.label,
                    f"the logarithm of {source.label}: -inf or a clamped value, without a gradient, once the "
                    "probability rounds to 0 or 1; an added epsilon caps the logarithm and biases the other values.",
                    "Use log_softmax." if soft else "Use log_sigmoid(z), and log_sigmoid(-z) for log(1 - sigmoid(z)).",
                )


def _through_numbers_only(start: Operation, goal: Operation) -> bool:
    """Whether sums and differences between the two have only one tensor: an epsilon, or 1 - p."""
    current: Operation | None = start.inputs[0] if start.inputs else None
    while current is not None and current is not goal:
        if current.name in {"add", "rsub", "sub"} and len(current.tensors) > 1 and current.tensors[1].numel() > 1:
            return False
        current = next((s for s in current.inputs if s is not None), None)
    return current is goal


def _largest_unless_logarithms(operation: Operation) -> float | None:
    """Return the largest number given where log-probabilities are due, or None if they are log-probabilities."""
    given = operation.tensors[0]
    largest = float(given.max()) if given.numel() else 0.0
    of_probabilities = any(is_softmax(source) or is_sigmoid(source) for source in first(operation))
    return largest if of_probabilities or largest > 1e-3 else None


def nll_of_probabilities(trace: list[Operation]) -> Iterator[Finding]:
    """Find NLLLoss of anything but log-probabilities."""
    for operation in trace:
        if operation.name not in NLL:
            continue
        largest = _largest_unless_logarithms(operation)
        if largest is not None:
            yield Finding(
                "nll-of-probabilities",
                "error",
                operation.label,
                "NLLLoss takes log-probabilities, which are at most 0; it was given numbers up to "
                f"{largest:.3g}, so it is not the negative log-likelihood.",
                "Put log_softmax before it, or use cross_entropy on the raw logits.",
            )


def kl_of_probabilities(trace: list[Operation]) -> Iterator[Finding]:
    """Find kl_div, whose first argument is the logarithm of probabilities, of anything else."""
    for operation in trace:
        if operation.name != "kl_div" or not operation.tensors:
            continue
        largest = _largest_unless_logarithms(operation)
        if largest is not None:
            yield Finding(
                "kl-of-probabilities",
                "error",
                operation.label,
                "kl_div takes log-probabilities, which are at most 0; it was given numbers up to "
                f"{largest:.3g}, so it is no divergence and can be negative.",
                "Put log_softmax before it.",
            )


def squared_error_of_sigmoid(trace: list[Operation]) -> Iterator[Finding]:
    """Find the squared error of a sigmoid or softmax: proper, but its gradient vanishes where it is most wrong."""
    for operation in trace:
        error = operation
        if operation.name in ("pow", "square", "mul"):
            difference = operation.inputs[0] if operation.inputs else None
            if difference is None or difference.name != "sub" or len(difference.tensors) < 2:
                continue
            squared = operation.named.get("exponent", 2) == 2
            if not squared or (operation.name == "mul" and operation.inputs[1:] != (difference,)):
                continue
            error = difference
        elif operation.name != "mse_loss":
            continue
        sources = [s for source in error.inputs for s in origins(source)]
        if any(is_sigmoid(s) or is_softmax(s) for s in sources):
            yield Finding(
                "squared-error-of-sigmoid",
                "note",
                operation.label,
                "the gradient of (sigmoid(z) - y)² in z has the factor s(1 - s), which vanishes for confident "
                "mistakes.",
                "Use binary_cross_entropy_with_logits, whose gradient is sigmoid(z) - y, or cross_entropy for classes.",
            )


def softmax_for_multilabel(trace: list[Operation], y: object) -> Iterator[Finding]:
    """Find a softmax over labels of which several can be true at once."""
    if not isinstance(y, Tensor) or y.ndim < 2 or y.shape[-1] < 2 or not bool(((y == 0) | (y == 1)).all()):
        return
    several = (y.sum(-1) != 1).double().mean()
    if several == 0:
        return
    for operation in trace:
        soft = is_softmax(operation) or operation.name in LOG_SOFTMAX
        if not soft or operation.output is None or operation.output.shape != y.shape:
            continue
        yield Finding(
            "softmax-for-multilabel",
            "error",
            operation.label,
            f"{float(several):.0%} of the rows of y have no label or several; softmax makes the {y.shape[-1]} "
            "probabilities of a row sum to 1, so that one label can only rise if another falls.",
            "Use one sigmoid per label: binary_cross_entropy_with_logits on the raw logits.",
        )


def labels_outside(trace: list[Operation]) -> Iterator[Finding]:
    """Find binary labels outside [0, 1], such as -1 and 1."""
    for operation in trace:
        if operation.name not in BCE_WITH_LOGITS | {"binary_cross_entropy"} or len(operation.tensors) < 2:
            continue
        y = operation.tensors[1]
        if y.numel() and not bool(((y >= 0) & (y <= 1)).all()):
            yield Finding(
                "labels-outside",
                "error",
                operation.label,
                f"labels lie in [{float(y.min()):.3g}, {float(y.max()):.3g}]: binary cross-entropy of a label outside "
                "[0, 1] has no minimum.",
                "Use 0 and 1 (of labels -1 and 1, (y + 1)/2), or cross_entropy for classes.",
            )
