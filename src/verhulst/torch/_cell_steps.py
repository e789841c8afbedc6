"""What LSTM and GRU cells do after their matrix products: one read on the CPU, torch expressions elsewhere.

Over `sigmoid` and `tanh` alone, a whole cell (hidden 128, batch 32, float32, forward and backward, one thread) takes
1.8 (LSTM) and 1.6 times (GRU) as long; benchmarks/networks.py measures it. Below 1.1, these kernels should go.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from verhulst import _core
from verhulst.functions import _cell_steps as ufuncs
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._functional import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from verhulst.torch._kernels import FLOATING, as_array, new_like, plain, recorded, unwatched
from verhulst.torch._operator import apply_plain, define, in_front, leaves_python, library


def _check(inputs: list[tuple[Tensor, int]]) -> None:
    """Each tensor has as many arguments side by side as it is said to, of the size of the last one, the state."""
    state, dtype = inputs[-1][0], inputs[-1][0].dtype
    rows, width = state.shape[:-1], state.shape[-1]
    if any(t.shape[-1] != parts * width or t.shape[:-1] != rows or t.dtype != dtype for t, parts in inputs):
        parts = ", ".join(f"(..., {parts} n)" for _, parts in inputs)
        given = ", ".join(f"{tuple(t.shape)} of {t.dtype}" for t, _ in inputs)
        raise ValueError(f"the step takes tensors {parts} of one dtype, but was given {given}")


def _evaluate(ufunc: np.ufunc, inputs: list[tuple[Tensor, int]], outputs: list[tuple[Tensor, int]]) -> None:
    """A step into new tensors. A tensor comes with the number of its arguments, side by side in its last dimension."""
    _check(inputs)
    state = inputs[-1][0]
    width = state.shape[-1]
    if not all(t.is_contiguous() for t, _ in inputs):
        arrays = [[_parts(t, parts) for t, parts in tensors] for tensors in (inputs, outputs)]
        ufunc(
            *(part for split in arrays[0] for part in split), out=tuple(part for split in arrays[1] for part in split)
        )
        return
    memory: list[int] = []
    for t, parts in (*inputs, *outputs):
        start, size = t.data_ptr(), width * t.itemsize
        for k in range(parts):
            memory += (start + k * size, parts * size)
    _core.apply(ufunc.__name__, FLOATING[state.dtype], state.numel() // max(width, 1), width, *memory)


def _parts(t: Tensor, count: int) -> list[np.ndarray[Any, Any]]:
    array, width = as_array(t), t.shape[-1] // count
    return [array[..., k * width : (k + 1) * width] for k in range(count)]


def _new(t: Tensor) -> Tensor:
    return new_like(t) if t.is_contiguous() else new_like(t, memory_format=torch.contiguous_format)


def _lstm_step(a: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    h, new_c = _new(c), _new(c)
    _evaluate(ufuncs.lstm_step, [(a, 4), (c, 1)], [(h, 1), (new_c, 1)])
    return h, new_c


def _gru_step(a: Tensor, b: Tensor, h: Tensor) -> Tensor:
    new_h = _new(h)
    _evaluate(ufuncs.gru_step, [(a, 3), (b, 3), (h, 1)], [(new_h, 1)])
    return new_h


def _lstm_gradient(a: Tensor, c: Tensor, new_c: Tensor, by_h: Tensor, by_c: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients by a and c, in one read."""
    to_a, to_c = _new(a), _new(c)
    inputs = [(a, 4), (c, 1), (new_c, 1), (by_h, 1), (by_c, 1)]
    _evaluate(ufuncs.lstm_gradient, inputs, [(to_a, 4), (to_c, 1)])
    return to_a, to_c


def _gru_gradient(a: Tensor, b: Tensor, h: Tensor, by_h: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients by a, b and h, in one read."""
    to_a, to_b, to_h = _new(a), _new(b), _new(h)
    _evaluate(ufuncs.gru_gradient, [(a, 3), (b, 3), (h, 1), (by_h, 1)], [(to_a, 3), (to_b, 3), (to_h, 1)])
    return to_a, to_b, to_h


def _like(t: Tensor) -> Tensor:
    return torch.empty_like(t, memory_format=torch.contiguous_format)


def _lstm_shape(a: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    _check([(a, 4), (c, 1)])
    return _like(c), _like(c)


def _gru_shape(a: Tensor, b: Tensor, h: Tensor) -> Tensor:
    _check([(a, 3), (b, 3), (h, 1)])
    return _like(h)


def _lstm_formula(a: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    i, f, g, o = a.chunk(4, -1)
    new_c = torch.addcmul(sigmoid(f) * c, sigmoid(i), tanh(g))
    return sigmoid(o) * tanh(new_c), new_c


def _gru_formula(a: Tensor, b: Tensor, h: Tensor) -> Tensor:
    (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
    n = tanh(a_n + sigmoid(a_r + b_r) * b_n)
    return n + sigmoid(a_z + b_z) * (h - n)


def _rows(state: Any, *_: Any) -> list[tuple[int, int]]:
    """All dimensions but the last."""
    return [(d, d) for d in range(state.ndim - 1)]


_lstm = define(
    "lstm_step(Tensor a, Tensor c) -> (Tensor, Tensor)",
    _lstm_step,
    _lstm_formula,
    _lstm_shape,
    _rows,
)
_gru = define(
    "gru_step(Tensor a, Tensor b, Tensor h) -> Tensor",
    _gru_step,
    _gru_formula,
    _gru_shape,
    _rows,
)


class _LSTMStep(torch.autograd.Function):
    @staticmethod
    def forward(a: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        if unwatched(a, c):
            return _lstm_step(a, c)
        with torch._C._AutoDispatchBelowAutograd():
            h, new_c = _lstm(a, c)
        return h, new_c

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: tuple[Tensor, Tensor]) -> None:
        ctx.save_for_backward(*inputs, output[1])
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        a, c, new_c = ctx.saved_tensors
        if unwatched(a, c, new_c, *gradients):
            return _lstm_gradient(a, c, new_c, *gradients)
        i, f, g, o = a.chunk(4, -1)
        forget = sigmoid(f)
        to_c = gradients[1] + gradients[0] * sigmoid(o) * tanh_derivative(new_c)
        to_a = (
            to_c * tanh(g) * sigmoid_derivative(i),
            to_c * c * sigmoid_derivative(f),
            to_c * sigmoid(i) * tanh_derivative(g),
            gradients[0] * tanh(new_c) * sigmoid_derivative(o),
        )
        return torch.cat(to_a, -1), to_c * forget

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor, ...], *tangents: Tensor | None) -> tuple[Tensor, Tensor]:
        a, c = saved
        to_a, to_c = (torch.zeros_like(t) if d is None else d for t, d in zip(saved, tangents, strict=True))
        (i, f, g, o), (to_i, to_f, to_g, to_o) = a.chunk(4, -1), to_a.chunk(4, -1)
        new_c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        change = to_f * sigmoid_derivative(f) * c + sigmoid(f) * to_c
        change = change + to_i * sigmoid_derivative(i) * tanh(g) + sigmoid(i) * to_g * tanh_derivative(g)
        return to_o * sigmoid_derivative(o) * tanh(new_c) + sigmoid(o) * tanh_derivative(new_c) * change, change

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], a: Tensor, c: Tensor) -> Any:
        return _LSTMStep.apply(*in_front(info, in_dims, a, c)), (0, 0)


class _GRUStep(torch.autograd.Function):
    @staticmethod
    def forward(a: Tensor, b: Tensor, h: Tensor) -> Tensor:
        if unwatched(a, b, h):
            return _gru_step(a, b, h)
        with torch._C._AutoDispatchBelowAutograd():
            new_h: Tensor = _gru(a, b, h)
        return new_h

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        (outer,) = gradients
        a, b, h = ctx.saved_tensors
        if unwatched(a, b, h, outer):
            return _gru_gradient(a, b, h, outer)
        (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
        r, z = sigmoid(a_r + b_r), a_z + b_z
        x = a_n + r * b_n
        to_x = outer * sigmoid(-z) * tanh_derivative(x)
        to_z = outer * (h - tanh(x)) * sigmoid_derivative(z)
        to_r = to_x * b_n * sigmoid_derivative(a_r + b_r)
        return torch.cat((to_r, to_z, to_x), -1), torch.cat((to_r, to_z, to_x * r), -1), outer * sigmoid(z)

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor, ...], *tangents: Tensor | None) -> Tensor:
        a, b, h = saved
        to_a, to_b, to_h = (torch.zeros_like(t) if d is None else d for t, d in zip(saved, tangents, strict=True))
        (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
        (da_r, da_z, da_n), (db_r, db_z, db_n) = to_a.chunk(3, -1), to_b.chunk(3, -1)
        r, z = sigmoid(a_r + b_r), a_z + b_z
        x = a_n + r * b_n
        to_x = da_n + r * db_n + (da_r + db_r) * sigmoid_derivative(a_r + b_r) * b_n
        to_n = sigmoid(-z) * tanh_derivative(x) * to_x
        return to_n + (h - tanh(x)) * sigmoid_derivative(z) * (da_z + db_z) + sigmoid(z) * to_h

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], a: Tensor, b: Tensor, h: Tensor) -> tuple[Tensor, int]:
        return _GRUStep.apply(*in_front(info, in_dims, a, b, h)), 0


library.impl("lstm_step", _LSTMStep.apply, "Autograd")
library.impl("gru_step", _GRUStep.apply, "Autograd")


def _takes_core(state: Tensor, *arguments: Tensor) -> bool:
    if not state.is_cpu:
        return False
    dtype, rows = state.dtype, state.shape[:-1]
    return all(t.dtype == dtype and t.is_cpu and t.shape[:-1] == rows for t in arguments)


def lstm_step(a: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """The new (h, c) of an LSTM from its gates' arguments (i, f, g, o), side by side in `a`, and the state c."""
    if not _takes_core(c, a):
        return _lstm_formula(a, c)
    if torch.compiler.is_compiling() or leaves_python():
        h, new_c = _lstm(a, c)
    elif plain(a, c):
        h, new_c = apply_plain(_LSTMStep, a, c) if recorded(a, c) else _lstm_step(a, c)
    else:
        h, new_c = _LSTMStep.apply(a, c)
    return h, new_c


def gru_step(a: Tensor, b: Tensor, h: Tensor) -> Tensor:
    """The new h of a GRU from its gates' arguments (r, z, n): a from the input, b from the state; and the state h."""
    if not _takes_core(h, a, b):
        return _gru_formula(a, b, h)
    if torch.compiler.is_compiling() or leaves_python():
        new_h: Tensor = _gru(a, b, h)
    elif plain(a, b, h):
        new_h = apply_plain(_GRUStep, a, b, h) if recorded(a, b, h) else _gru_step(a, b, h)
    else:
        new_h = _GRUStep.apply(a, b, h)
    return new_h
