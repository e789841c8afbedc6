"""Sigmoids and softmaxes that a model computes from other operations: 1/(1 + e^-z), e^z/sum e^z, (1 + tanh(z/2))/2."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from verhulst.audit.trace import MOVES, Operation, origins

LAST = frozenset({"reciprocal", "div", "div_", "mul", "mul_", "add", "add_", "rsub", "sub"})  # the last of them
PARTS = LAST | {"exp", "exp_", "neg", "neg_", "tanh", "sum", "amax", "max", "expand", "_to_copy", "where"}
LARGEST = 1_000_000  # numbers; beyond, the audit would take longer than the model


def mark(trace: list[Operation]) -> None:
    """Mark the operations whose result is the sigmoid or the softmax of what they were computed from."""
    for operation in trace:
        p = operation.output
        if operation.name not in LAST or operation.namespace == "verhulst" or p is None:
            continue
        if not p.is_floating_point() or not 1 < p.numel() <= LARGEST or not bool(((p >= 0) & (p <= 1)).all()):
            continue
        for z in _arguments(operation):
            if z.shape == p.shape and z.is_floating_point():
                operation.by_hand = _function(z.double(), p.double())
                if operation.by_hand:
                    break
        for t, made in zip(operation.tensors, operation.inputs, strict=True):
            for source in origins(made):
                if source.by_hand and torch.equal(t, p):  # times 1, as in 1/(1 + e^-z)
                    operation.by_hand, source.by_hand = source.by_hand, ""


def _function(z: Tensor, p: Tensor) -> str:
    def same(of_z: Tensor) -> bool:
        return torch.allclose(of_z, p, rtol=1e-2, atol=1e-5)

    if same(z.sigmoid()) or same((-z).sigmoid()):
        return "sigmoid"
    return "softmax" if any(z.shape[d] > 1 and same(z.softmax(d)) for d in range(z.ndim)) else ""


def _arguments(operation: Operation, depth: int = 8) -> Iterator[Tensor]:
    """Yield the tensors from which the operation's result was computed by the operations in PARTS."""
    if depth == 0:
        return
    for t, source in zip(operation.tensors, operation.inputs, strict=True):
        if source is None or source.by_hand or source.name not in PARTS | MOVES:
            yield t
        else:
            yield t
            yield from _arguments(source, depth - 1)
