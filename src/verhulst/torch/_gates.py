"""The gates of LSTM and GRU: what they are called, how they come from their arguments, and the step over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from verhulst.torch._cell_steps import gru_step, lstm_step
from verhulst.torch._functional import sigmoid, tanh
from verhulst.torch._kernels import unwatched

GATE_NAMES = {"LSTM": ("input", "forget", "candidate", "output"), "GRU": ("reset", "update", "candidate")}


class LSTMGates(NamedTuple):
    """The gates of an LSTM step.

    Attributes
    ----------
    input, forget, output : Tensor
        In (0, 1), of shape (..., hidden).
    candidate : Tensor
        In (-1, 1), of the same shape.
    """

    input: Tensor
    forget: Tensor
    candidate: Tensor
    output: Tensor


class GRUGates(NamedTuple):
    """The gates of a GRU step.

    Attributes
    ----------
    reset, update : Tensor
        In (0, 1), of shape (..., hidden).
    candidate : Tensor
        In (-1, 1), of the same shape.
    """

    reset: Tensor
    update: Tensor
    candidate: Tensor


class Kind(NamedTuple):
    """A kind of recurrent unit.

    Attributes
    ----------
    name : str
        "LSTM" or "GRU".
    states : tuple of str
        The names of its states.
    step : callable
        (arguments of the gates that come from the input, from the state; the states) -> the new states.
    gates : callable
        (the same arguments) -> the record of the gates.
    """

    name: str
    states: tuple[str, ...]
    step: Callable[[Tensor, Tensor, tuple[Tensor, ...]], tuple[Tensor, ...]]
    gates: Callable[[Tensor, Tensor], Any]


def _lstm_step(a: Tensor, b: Tensor, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    # b is new; where nobody watches, it can take the sum.
    plain = not torch.compiler.is_compiling() and a.dtype == b.dtype and unwatched(a, b)
    return lstm_step(b.add_(a) if plain else a + b, states[1])


def _lstm_gates(a: Tensor, b: Tensor) -> LSTMGates:
    i, f, g, o = (a + b).chunk(4, -1)
    return LSTMGates(sigmoid(i), sigmoid(f), tanh(g), sigmoid(o))


def _gru_step(a: Tensor, b: Tensor, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (gru_step(a, b, states[0]),)


def _gru_gates(a: Tensor, b: Tensor) -> GRUGates:
    (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
    r = sigmoid(a_r + b_r)
    return GRUGates(r, sigmoid(a_z + b_z), tanh(a_n + r * b_n))


KINDS = {
    "LSTM": Kind("LSTM", ("h", "c"), _lstm_step, _lstm_gates),
    "GRU": Kind("GRU", ("h",), _gru_step, _gru_gates),
}
