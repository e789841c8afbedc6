"""What the recurrent cells share: their parameters, named and laid out as torch's, and the walk over time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn


class RecurrentCell(nn.Module):
    """Parameters of a cell with `parts` gates: weight_ih, weight_hh, bias_ih, bias_hh, uniform in ±1/√hidden_size.

    A state dict of the torch cell of the same kind loads as it is.
    """

    parts: ClassVar[int]
    bias_ih: Tensor
    bias_hh: Tensor

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        super().__init__()
        if input_size < 1 or hidden_size < 1:
            raise ValueError(f"input_size and hidden_size must be at least 1, not {input_size} and {hidden_size}")
        self.input_size, self.hidden_size = input_size, hidden_size
        rows, bound = self.parts * hidden_size, 1 / math.sqrt(hidden_size)

        def uniform(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        self.weight_ih = uniform(rows, input_size)
        self.weight_hh = uniform(rows, hidden_size)
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, uniform(rows) if bias else None)

    def zero_state(self, x: Tensor) -> Tensor:
        return x.new_zeros((*x.shape[:-1], self.hidden_size))

    def parts_of(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """The gates' arguments that come from the input and from the state: (..., parts * hidden_size) each."""
        if x.shape[-1] != self.input_size:
            raise ValueError(f"x has {x.shape[-1]} features; this cell takes {self.input_size}")
        if h.shape[-1] != self.hidden_size:
            raise ValueError(f"the state h has {h.shape[-1]} features; this cell has {self.hidden_size}")
        linear = nn.functional.linear
        return linear(x, self.weight_ih, self.bias_ih), linear(h, self.weight_hh, self.bias_hh)


def over_time(
    cell: nn.Module,
    x: Tensor,
    state: Any,
    output: Callable[[Any], Tensor],
    gates_type: type[Any],
    batch_first: bool,
    return_gates: bool,
) -> Any:
    """Run a cell along the time axis: (outputs, last state[, gates stacked over time])."""
    time = 1 if batch_first else 0
    outputs, gates = [], []
    for step in x.unbind(time):
        if return_gates:
            state, step_gates = cell(step, state, return_gates=True)
            gates.append(step_gates)
        else:
            state = cell(step, state)
        outputs.append(output(state))
    if not outputs:
        raise ValueError("x has no time steps")
    result = torch.stack(outputs, time)
    if not return_gates:
        return result, state
    return result, state, gates_type(*(torch.stack(parts, time) for parts in zip(*gates, strict=True)))
