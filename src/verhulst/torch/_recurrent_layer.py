"""What LSTM and GRU layers share: torch's parameters, constructor and states; gates that can be read."""

from __future__ import annotations

from typing import Any

from torch import nn

from verhulst.torch._states import check_sizes
from verhulst.torch._walk import walk


class RecurrentLayer(nn.RNNBase):
    """Parameters as the torch layer of the same kind has them: a state dict of one loads into the other."""

    def __init__(
        self, mode: str, input_size: int, hidden_size: int, num_layers: int, *options: Any, **more: Any
    ) -> None:
        check_sizes(input_size=input_size, hidden_size=hidden_size)
        check_sizes(num_layers=num_layers)
        super().__init__(mode, input_size, hidden_size, num_layers, *options, **more)

    def run(self, x: Any, state: Any, return_gates: bool) -> Any:
        """The output, the last states[, and the gates]."""
        output, states, gates = walk(self, x, state, return_gates)
        last = states if len(states) > 1 else states[0]
        if not return_gates:
            return output, last
        return output, last, next(iter(gates.values())) if len(gates) == 1 else gates

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *rest: Any) -> None:
        """Take the names of earlier versions as well, which had one cell: cell.weight_ih is weight_ih_l0."""
        for name in [name for name in state_dict if name.startswith(f"{prefix}cell.")]:
            state_dict[f"{prefix}{name.removeprefix(f'{prefix}cell.')}_l0"] = state_dict.pop(name)
        super()._load_from_state_dict(state_dict, prefix, *rest)


def first_cell(layer: RecurrentLayer, kind: type[Any]) -> Any:
    """The cell of a layer's first pass, on the layer's own parameters."""
    if layer.proj_size:
        raise ValueError(f"a layer with proj_size has no cell: {kind.__name__} does not project")
    cell = kind(layer.input_size, layer.hidden_size, layer.bias, device="meta")
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        if layer.bias or "bias" not in name:
            setattr(cell, name, getattr(layer, f"{name}_l0"))
    return cell
