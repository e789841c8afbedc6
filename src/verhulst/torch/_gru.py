"""GRU with gates that can be read."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor, nn

from verhulst.torch._cell_steps import gru_step
from verhulst.torch._functional import sigmoid, tanh
from verhulst.torch._recurrent import RecurrentCell, over_time


class GRUGates(NamedTuple):
    """The gates of a GRU step: `reset` and `update` in (0, 1), `candidate` in (-1, 1); each (..., hidden)."""

    reset: Tensor
    update: Tensor
    candidate: Tensor


class GRUCell(RecurrentCell):
    """Gated recurrent unit, one step; parameters and results as `torch.nn.GRUCell`.

    r = s(a_r + b_r), z = s(a_z + b_z), n = tanh(a_n + r b_n), h' = n + z (h - n), where a = W_ih x + b_ih and
    b = W_hh h + b_hh. K. Cho et al., EMNLP 2014, in the variant that torch and cuDNN compute.

    Parameters
    ----------
    input_size, hidden_size : positive ints
    bias : whether b_ih and b_hh exist

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> h, gates = vt.GRUCell(3, 5)(torch.zeros(2, 3), return_gates=True)
    >>> h.shape, gates.update.shape
    (torch.Size([2, 5]), torch.Size([2, 5]))
    """

    parts = 3

    def forward(
        self, x: Tensor, state: Tensor | None = None, *, return_gates: bool = False
    ) -> Tensor | tuple[Tensor, GRUGates]:
        """One step from x (..., input_size) and h: the new h, with the gates if asked for."""
        h = state if state is not None else self.zero_state(x)
        from_input, from_state = self.parts_of(x, h)
        new_h = gru_step(from_input, from_state, h)
        if not return_gates:
            return new_h
        (a_r, a_z, a_n), (b_r, b_z, b_n) = from_input.chunk(3, dim=-1), from_state.chunk(3, dim=-1)
        r = sigmoid(a_r + b_r)
        return new_h, GRUGates(r, sigmoid(a_z + b_z), tanh(a_n + r * b_n))


class GRU(nn.Module):
    """A `GRUCell` over time: one layer, one direction, as `torch.nn.GRU`.

    Parameters
    ----------
    input_size, hidden_size, bias : as for `GRUCell`
    batch_first : x is (batch, time, input_size), not (time, batch, input_size)
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, *, batch_first: bool = False) -> None:
        super().__init__()
        self.cell = GRUCell(input_size, hidden_size, bias)
        self.batch_first = batch_first

    def forward(self, x: Tensor, state: Tensor | None = None, *, return_gates: bool = False) -> Any:
        """All hidden states and the last h; with the gates of every step, stacked over time, if asked for."""
        return over_time(self.cell, x, state, lambda h: h, GRUGates, self.batch_first, return_gates)
