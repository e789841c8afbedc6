"""verhulst.torch beside torch: the loss, the sigmoid through tensors, the pointwise part of LSTM and GRU cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

import verhulst as vh
import verhulst.torch as vt
from benchmarks.interleave import interleave
from verhulst.torch._cell_steps import gru_step, lstm_step

N = 1_000_000


def loss(function: Callable[..., Tensor], z: Tensor, y: Tensor) -> Callable[[], object]:
    """Forward and backward of the mean loss."""
    logits = z.clone().requires_grad_()

    def call() -> object:
        logits.grad = None
        function(logits, y).backward()
        return logits.grad

    return call


def repeated(call: Callable[[], object], times: int) -> Callable[[], object]:
    """Calls so often in a row, at least once."""

    def calls() -> object:
        for _ in range(max(times, 1)):
            result = call()
        return result

    return calls


def lstm_pointwise(a: Tensor, c: Tensor, functions: Any = torch) -> tuple[Tensor, Tensor]:
    """What an LSTM cell does after its matrix products, over the sigmoid and tanh of torch or of verhulst.torch."""
    sigmoid, tanh = functions.sigmoid, functions.tanh
    i, f, g, o = a.chunk(4, -1)
    c = torch.addcmul(sigmoid(f) * c, sigmoid(i), tanh(g))
    return sigmoid(o) * tanh(c), c


def gru_pointwise(a: Tensor, b: Tensor, h: Tensor, functions: Any = torch) -> Tensor:
    """What a GRU cell does after its matrix products, likewise."""
    sigmoid, tanh = functions.sigmoid, functions.tanh
    (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
    n = tanh(a_n + sigmoid(a_r + b_r) * b_n)
    return n + sigmoid(a_z + b_z) * (h - n)


def trained(step: Callable[..., Any], *arguments: Tensor, parameters: Sequence[Tensor] = ()) -> Callable[[], object]:
    """Forward and backward of a step, by its arguments and its parameters."""
    leaves = [t.clone().requires_grad_() for t in arguments]

    def call() -> object:
        result = step(*leaves)
        outputs = result if isinstance(result, tuple) else (result,)
        return torch.autograd.grad(outputs, [*leaves, *parameters], [torch.ones_like(t) for t in outputs])

    return call


def whole(ours: type[torch.nn.Module], theirs: type[torch.nn.Module], x: Tensor, state: Any) -> dict[str, Any]:
    """One step of the modules themselves, with the same weights, without gradients."""
    n = x.shape[-1]
    rival, mine = theirs(n, n), ours(n, n)
    mine.load_state_dict(rival.state_dict())

    def step(cell: torch.nn.Module) -> object:
        with torch.no_grad():
            return cell(x, state)

    return {"verhulst": lambda: step(mine), "torch": lambda: step(rival)}


def whole_trained(cell: torch.nn.Module, theirs: type[torch.nn.Module], *z: Tensor) -> dict[str, Callable[[], object]]:
    """Forward and backward of a whole cell: by the core's steps, by a few lines over vt.sigmoid and vt.tanh, by torch.

    The core's steps stay for as long as they save more than a tenth of the second.
    """
    n, linear = z[0].shape[-1], torch.nn.functional.linear
    rival: Any = theirs(n, n)
    rival.load_state_dict(cell.state_dict())

    def lines(x: Tensor, *state: Tensor) -> Any:
        a, b = linear(x, cell.weight_ih, cell.bias_ih), linear(state[0], cell.weight_hh, cell.bias_hh)
        return lstm_pointwise(a + b, state[1], vt) if len(state) == 2 else gru_pointwise(a, b, state[0], vt)

    def step(module: Any) -> Callable[..., Any]:
        return lambda x, *state: module(x, state if len(state) == 2 else state[0])

    def train(function: Callable[..., Any], module: Any) -> Callable[[], object]:
        return trained(function, *z, parameters=list(module.parameters()))

    return {
        "verhulst": train(step(cell), cell),
        "verhulst, lines over sigmoid and tanh": train(lines, cell),
        "torch": train(step(rival), rival),
    }


def cases() -> dict[str, dict[str, Callable[[], object]]]:
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(N, generator=generator) * 4
    y = (torch.rand(N, generator=generator) < 0.5).float()
    a = torch.randn(256, 4 * 256, generator=generator)
    b, h = torch.randn(256, 3 * 256, generator=generator), torch.randn(256, 256, generator=generator)
    a_gru, small = a[:, : 3 * 256].clone(), h[:32, :128].clone()
    theirs = torch.nn.functional.binary_cross_entropy_with_logits
    return {
        "BCE with logits, forward and backward, 10⁶ float32": {
            "verhulst": loss(vt.binary_cross_entropy_with_logits, z, y),
            "torch": loss(theirs, z, y),
        },
        **{
            f"sigmoid, {label} float32": {
                "verhulst": repeated(lambda z=z: vt.sigmoid(z), N // len(z)),
                "verhulst, NumPy face": repeated(lambda z=z: vh.sigmoid(z.numpy()), N // len(z)),
                "torch": repeated(lambda z=z: torch.sigmoid(z), N // len(z)),
            }
            for label, z in (("1,000 calls with 10³", z[:1000].clone()), ("10⁶", z), ("10⁷", z.repeat(10)))
        },
        "LSTM pointwise, 256 × 256 float32": {
            "verhulst": lambda: lstm_step(a, h),
            "torch": lambda: lstm_pointwise(a, h),
        },
        "GRU pointwise, 256 × 256 float32": {
            "verhulst": lambda: gru_step(a_gru, b, h),
            "torch": lambda: gru_pointwise(a_gru, b, h),
        },
        "LSTM cell with its products, 256 × 256": whole(vt.LSTMCell, torch.nn.LSTMCell, h, (h, h)),
        "GRU cell with its products, 256 × 256": whole(vt.GRUCell, torch.nn.GRUCell, h, h),
        "LSTM cell, hidden 128, batch 32, forward and backward": whole_trained(
            vt.LSTMCell(128, 128), torch.nn.LSTMCell, small, small, small
        ),
        "GRU cell, hidden 128, batch 32, forward and backward": whole_trained(
            vt.GRUCell(128, 128), torch.nn.GRUCell, small, small
        ),
        "LSTM pointwise, forward and backward": {
            "verhulst": trained(lstm_step, a, h),
            "torch": trained(lstm_pointwise, a, h),
        },
        "GRU pointwise, forward and backward": {
            "verhulst": trained(gru_step, a_gru, b, h),
            "torch": trained(gru_pointwise, a_gru, b, h),
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
