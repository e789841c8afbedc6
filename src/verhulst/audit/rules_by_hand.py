"""Audit rules for what is computed by hand, or there and back, and loses digits or overflows on the way."""

from __future__ import annotations

from collections.abc import Iterator

from verhulst.audit.finding import Finding
from verhulst.audit.operations import first, is_sigmoid
from verhulst.audit.trace import GUARDS, MOVES, Operation


def written_by_hand(trace: list[Operation]) -> Iterator[Finding]:
    """Find sigmoids and softmaxes that are computed from exponentials."""
    for operation in trace:
        if operation.by_hand:
            yield Finding(
                "by-hand",
                "warning",
                operation.label,
                f"a {operation.by_hand} computed by hand: where an exponential overflows, the gradient is nan.",
                f"Use {operation.by_hand} of torch or verhulst.torch.",
            )


def logarithm_of_exponentials(trace: list[Operation]) -> Iterator[Finding]:
    """Find log(1 + e^z) and log(sum of e^z) whose exponentials can overflow."""
    for operation in trace:
        if operation.name not in ("log", "log_", "log1p", "log1p_"):
            continue
        through = MOVES if operation.name.startswith("log1p") else MOVES | {"add", "add_", "sum"}
        for source in first(operation, through):
            if source.name not in ("exp", "exp_") or not source.tensors[0].numel() or source.by_hand:
                continue
            if source.tensors[0].is_complex():
                continue
            largest = float(source.tensors[0].max())
            if largest > 0:  # where all are at most 0, as after the largest is subtracted, nothing overflows
                yield Finding(
                    "log-of-exp",
                    "warning",
                    operation.label,
                    f"the logarithm of exponentials of up to {largest:.3g}: inf from 88.7 on (float32), and for very "
                    "negative arguments of 1 + e^z all digits are lost.",
                    "Use softplus(z) for log(1 + e^z), log_sigmoid(z) for -log(1 + e^-z), logsumexp for sums.",
                )


def logit_of_sigmoid(trace: list[Operation]) -> Iterator[Finding]:
    """Find logit(sigmoid(z)): there and back."""
    for operation in trace:
        if operation.name not in ("logit", "special_logit", "logit_"):
            continue
        for source in first(operation, MOVES | GUARDS):
            if is_sigmoid(source):
                yield Finding(
                    "logit-of-sigmoid",
                    "warning",
                    operation.label,
                    f"takes back {source.label}: from a logit of 17 (float32) on it is inf, and digits are lost "
                    "before.",
                    "Keep the logit itself.",
                )
