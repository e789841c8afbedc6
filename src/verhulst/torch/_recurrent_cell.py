"""What LSTM and GRU cells share: torch's parameters, one checked step."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from verhulst.torch._gates import KINDS
from verhulst.torch._states import check_input, check_sizes, states_of


class RecurrentCell(nn.RNNCellBase):
    """Parameters as the torch cell of the same kind has them: a state dict of one loads into the other."""

    mode: str

    def __init__(self, input_size: int, hidden_size: int, bias: bool, device: Any, dtype: Any) -> None:
        check_sizes(input_size=input_size, hidden_size=hidden_size)
        gates = {"LSTM": 4, "GRU": 3}[self.mode]
        super().__init__(input_size, hidden_size, bias, gates, device=device, dtype=dtype)

    def arguments(self, x: Any, state: Any) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """The arguments of the gates that come from the input and from the state, and the states."""
        return cell_arguments(self, self.mode, x, state)


def cell_arguments(cell: Any, mode: str, x: Any, state: Any) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
    """The same for any cell with torch's parameters."""
    kind = KINDS[mode]
    check_input(cell, x, cell.weight_ih, "cell")
    shape = (*x.shape[:-1], cell.hidden_size)
    states = states_of(kind, state, (shape,) * len(kind.states), x, "cell")
    linear = nn.functional.linear
    return linear(x, cell.weight_ih, cell.bias_ih), linear(states[0], cell.weight_hh, cell.bias_hh), states
