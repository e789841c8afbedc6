"""Calls on ten numbers, where the calls themselves take the time: beside SciPy and NumPy, tensors beside torch.

Time of the processor, which other programs on the machine do not have a share of.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import verhulst as vh
from benchmarks.interleave import interleave

CALLS = 200
Call = Callable[[], object]


def repeated(call: Call) -> Call:
    def calls() -> None:
        for _ in range(CALLS):
            call()

    return calls


def numpy_cases() -> dict[str, dict[str, Call]]:
    import scipy.special as sc

    z, z32, out = np.linspace(-3, 3, 10), np.linspace(-3, 3, 10, dtype=np.float32), np.empty(10)
    p, y = np.linspace(0.05, 0.95, 10), (z > 0).astype(float)
    return {
        "sigmoid": {"verhulst": partial(vh.sigmoid, z), "SciPy": partial(sc.expit, z)},
        "sigmoid, out=": {"verhulst": partial(vh.sigmoid, z, out), "SciPy": partial(sc.expit, z, out)},
        "sigmoid, float32": {"verhulst": partial(vh.sigmoid, z32), "SciPy": partial(sc.expit, z32)},
        "sigmoid of a number": {"verhulst": partial(vh.sigmoid, 0.3), "SciPy": partial(sc.expit, 0.3)},
        "logit": {"verhulst": partial(vh.logit, p), "SciPy": partial(sc.logit, p)},
        "log_sigmoid": {"verhulst": partial(vh.log_sigmoid, z), "SciPy": partial(sc.log_expit, z)},
        "tanh": {"verhulst": partial(vh.tanh, z), "NumPy": partial(np.tanh, z)},
        "relu": {"verhulst": partial(vh.relu, z), "NumPy, negative": partial(np.negative, z)},
        "softmax": {"verhulst": partial(vh.softmax, z), "SciPy": partial(sc.softmax, z)},
        "logsumexp": {"verhulst": partial(vh.logsumexp, z), "SciPy": partial(sc.logsumexp, z)},
        "binary cross-entropy": {
            "verhulst": partial(vh.binary_cross_entropy, z, y),
            "NumPy, logaddexp": lambda: np.logaddexp(0, z) - z * y,
        },
    }


def torch_cases() -> dict[str, dict[str, Call]]:
    import torch

    import verhulst.torch as vt

    torch.set_num_threads(1)

    class Empty(torch.autograd.Function):
        """What any function with a derivative written in Python takes."""

        @staticmethod
        def forward(ctx: Any, z: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(z)
            return torch.empty_like(z)

        @staticmethod
        def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
            return gradients[0]

    z = torch.linspace(-3, 3, 10)
    watched, ones, y = z.clone().requires_grad_(), torch.ones(10), (z > 0).float()

    def both_ways(function: Callable[[torch.Tensor], torch.Tensor], outer: torch.Tensor | None = ones) -> Call:
        return lambda: torch.autograd.grad(function(watched), watched, outer)

    def loss(function: Any) -> Call:
        return both_ways(lambda t: function(t, y), None)

    functional = torch.nn.functional
    cases = {}
    for name, theirs in (("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("softplus", functional.softplus)):
        ours = getattr(vt, name)
        cases[f"{name} of a tensor"] = {"verhulst": partial(ours, z), "torch": partial(theirs, z)}
        cases[f"{name}, forward and backward"] = {
            "verhulst": both_ways(ours),
            "torch": both_ways(theirs),
            "an empty torch.autograd.Function": both_ways(Empty.apply),
        }
    cases["mean BCE with logits, forward and backward"] = {
        "verhulst": loss(vt.binary_cross_entropy_with_logits),
        "torch": loss(functional.binary_cross_entropy_with_logits),
    }
    return cases


def main() -> str:
    lines = [
        "# Calls on ten numbers",
        "",
        f"Microseconds of the processor for one call, medians of interleaved rounds of {CALLS}; one thread. Arrays of "
        "float64 but where it is said, tensors of float32.",
        "",
        "| case | rival | µs | rival over verhulst |",
        "|---|---|---:|---:|",
    ]
    for case, rivals in (numpy_cases() | torch_cases()).items():
        times = interleave({name: repeated(call) for name, call in rivals.items()}, 41, clock=time.thread_time)
        for rival, seconds in times.items():
            ratio = seconds / times["verhulst"]
            lines.append(f"| {case} | {rival} | {seconds / CALLS * 1e6:.2f} | {ratio:.2f}× |")
    return "\n".join(lines) + "\n"
