"""verhulst.torch beside torch: the loss, the sigmoid through tensors, the pointwise part of LSTM and GRU cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

import verhulst as vh
import verhulst.torch as vt
from benchmarks.interleave import interleave

N = 1_000_000


def loss(function: Callable[..., Tensor], z: Tensor, y: Tensor) -> Callable[[], object]:
    """Forward and backward of the mean loss."""
    logits = z.clone().requires_grad_()

    def call() -> object:
        logits.grad = None
        function(logits, y).backward()
        return logits.grad

    return call


def lstm_pointwise(sigmoid: Any, tanh: Any, a: Tensor, c: Tensor) -> Tensor:
    """What an LSTM cell does after its matrix products, with these functions."""
    hidden = c.shape[-1]
    opening, candidate, output = a.split((2 * hidden, hidden, hidden), -1)
    i, f = sigmoid(opening).chunk(2, -1)
    c = torch.addcmul(f * c, i, tanh(candidate))
    h: Tensor = sigmoid(output) * tanh(c)
    return h


def gru_pointwise(sigmoid: Any, tanh: Any, a: Tensor, b: Tensor, h: Tensor) -> Tensor:
    """What a GRU cell does after its matrix products, with these functions."""
    hidden = h.shape[-1]
    r, z = sigmoid(a[..., : 2 * hidden] + b[..., : 2 * hidden]).chunk(2, -1)
    n = tanh(a[..., 2 * hidden :] + r * b[..., 2 * hidden :])
    result: Tensor = n + z * (h - n)
    return result


def cases() -> dict[str, dict[str, Callable[[], object]]]:
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(N, generator=generator) * 4
    y = (torch.rand(N, generator=generator) < 0.5).float()
    array = z.numpy()
    a = torch.randn(256, 4 * 256, generator=generator)
    b, h = torch.randn(256, 3 * 256, generator=generator), torch.randn(256, 256, generator=generator)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits
    return {
        "BCE with logits, forward and backward, 10⁶ float32": {
            "verhulst": loss(vt.binary_cross_entropy_with_logits, z, y),
            "torch": loss(theirs, z, y),
        },
        "sigmoid, 10⁶ float32": {
            "verhulst": lambda: vt.sigmoid(z),
            "verhulst, NumPy face": lambda: vh.sigmoid(array),
            "torch": lambda: torch.sigmoid(z),
        },
        "LSTM pointwise, 256 × 256 float32": {
            "verhulst": lambda: lstm_pointwise(vt.sigmoid, vt.tanh, a, h),
            "torch": lambda: lstm_pointwise(torch.sigmoid, torch.tanh, a, h),
        },
        "GRU pointwise, 256 × 256 float32": {
            "verhulst": lambda: gru_pointwise(vt.sigmoid, vt.tanh, a[:, : 3 * 256], b, h),
            "torch": lambda: gru_pointwise(torch.sigmoid, torch.tanh, a[:, : 3 * 256], b, h),
        },
    }


def main() -> str:
    lines = ["# verhulst.torch beside torch", "", "One thread, CPU, medians of interleaved runs.", ""]
    lines += ["| case | rival | ms | rival over verhulst |", "|---|---|---:|---:|"]
    for case, rivals in cases().items():
        times = interleave(rivals, 31)
        for rival, seconds in times.items():
            lines.append(f"| {case} | {rival} | {seconds * 1e3:.3f} | {seconds / times['verhulst']:.2f}× |")
    return "\n".join(lines) + "\n"
