"""LSTM with gates that can be read."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from verhulst.torch._cell_steps import lstm_step
from verhulst.torch._functional import sigmoid, tanh
from verhulst.torch._kernels import unwatched
from verhulst.torch._recurrent import RecurrentCell, over_time


class LSTMGates(NamedTuple):
    """The gates of an LSTM step: `input`, `forget`, `output` in (0, 1), `candidate` in (-1, 1); each (..., hidden)."""

    input: Tensor
    forget: Tensor
    candidate: Tensor
    output: Tensor


class LSTMCell(RecurrentCell):
    """Long short-term memory, one step; parameters and results as `torch.nn.LSTMCell`.

    With (i, f, g, o) = (s, s, tanh, s) of the four parts of W_ih x + b_ih + W_hh h + b_hh:
    c' = f c + i g and h' = o tanh(c'). S. Hochreiter, J. Schmidhuber, Neural Computation 9 (1997); the forget gate is
    from F. Gers et al., Neural Computation 12 (2000).

    Parameters
    ----------
    input_size, hidden_size : positive ints
    bias : whether b_ih and b_hh exist
    forget_bias : start the forget gate's bias at this number (1 keeps memory open at first: R. Jozefowicz et al.,
        ICML 2015); None starts it as torch does. Needs `bias`.

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> cell = vt.LSTMCell(3, 5, forget_bias=1.0)
    >>> (h, c), gates = cell(torch.zeros(2, 3), return_gates=True)
    >>> h.shape, gates.forget.shape
    (torch.Size([2, 5]), torch.Size([2, 5]))
    """

    parts = 4

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, *, forget_bias: float | None = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        if forget_bias is not None:
            if not bias:
                raise ValueError("forget_bias needs bias=True: without a bias there is nothing to start at 1")
            with torch.no_grad():
                self.bias_ih[hidden_size : 2 * hidden_size] = forget_bias
                self.bias_hh[hidden_size : 2 * hidden_size] = 0.0

    def forward(
        self, x: Tensor, state: tuple[Tensor, Tensor] | None = None, *, return_gates: bool = False
    ) -> tuple[Tensor, Tensor] | tuple[tuple[Tensor, Tensor], LSTMGates]:
        """One step from x (..., input_size) and (h, c): the new (h, c), with the gates if asked for."""
        h, c = state if state is not None else (self.zero_state(x), self.zero_state(x))
        if c.shape[-1] != self.hidden_size:
            raise ValueError(f"the state c has {c.shape[-1]} features; this cell has {self.hidden_size}")
        from_input, from_state = self.parts_of(x, h)
        # Both are new; where nobody watches, one of them can take the sum.
        plain = not torch.compiler.is_compiling() and unwatched(from_input, from_state)
        a = from_input.add_(from_state) if plain else from_input + from_state
        state = lstm_step(a, c)
        if not return_gates:
            return state
        i, f, g, o = a.chunk(4, dim=-1)
        return state, LSTMGates(sigmoid(i), sigmoid(f), tanh(g), sigmoid(o))


class LSTM(nn.Module):
    """An `LSTMCell` over time: one layer, one direction, as `torch.nn.LSTM`.

    Parameters
    ----------
    input_size, hidden_size, bias, forget_bias : as for `LSTMCell`
    batch_first : x is (batch, time, input_size), not (time, batch, input_size)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        batch_first: bool = False,
        forget_bias: float | None = None,
    ) -> None:
        super().__init__()
        self.cell = LSTMCell(input_size, hidden_size, bias, forget_bias=forget_bias)
        self.batch_first = batch_first

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor] | None = None, *, return_gates: bool = False) -> Any:
        """All hidden states and the last (h, c); with the gates of every step, stacked over time, if asked for."""
        return over_time(self.cell, x, state, lambda s: s[0], LSTMGates, self.batch_first, return_gates)
