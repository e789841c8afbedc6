"""The gates of torch's own recurrent modules, recomputed from their weights and inputs: `nn.LSTM` shows none."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from verhulst.torch._gates import GATE_NAMES, KINDS
from verhulst.torch._gru import GRU, GRUCell
from verhulst.torch._lstm import LSTM, LSTMCell
from verhulst.torch._recurrent_cell import cell_arguments
from verhulst.torch._walk import walk

RECURRENT = (nn.RNNBase, nn.RNNCellBase)
CELLS = {nn.LSTMCell: "LSTM", nn.GRUCell: "GRU"}
# A subclass with a forward of its own may take other arguments, and change them before the gates see them.
STEPS = {kind.forward for kind in (nn.LSTM, nn.GRU, nn.LSTMCell, nn.GRUCell, LSTM, GRU, LSTMCell, GRUCell)}


def layer_gates(layer: nn.RNNBase, x: Tensor | PackedSequence, state: Any = None) -> dict[str, Tensor]:
    """Return the gates of an LSTM or GRU layer, torch's or verhulst's: of the first layer, forward in time.

    Parameters
    ----------
    layer : torch.nn.LSTM, torch.nn.GRU or verhulst's
        The layer.
    x : Tensor or PackedSequence
        Its input, as its forward takes it.
    state : Tensor or tuple of Tensor, optional
        The state before the first step; 0 unless given.

    Returns
    -------
    dict
        Name -> Tensor (time, batch, hidden). Of packed sequences, (rows of all steps, hidden), as they are packed.
    """
    if not isinstance(layer, nn.RNNBase) or mode(layer) not in GATE_NAMES:  # type: ignore[redundant-expr]
        raise ValueError(f"the layer must be an LSTM or a GRU, not {type(layer).__name__}")
    first = every_gate(layer, x, state)["l0"]
    if isinstance(x, PackedSequence):
        return first
    if x.ndim == 2:
        return {name: gate.unsqueeze(1) for name, gate in first.items()}
    return {name: gate.transpose(0, 1) if layer.batch_first else gate for name, gate in first.items()}


def has_gates(module: nn.Module) -> bool:
    """Whether the module is an LSTM or GRU, layer or cell, whose calls are read as torch's are."""
    return mode(module) in GATE_NAMES and type(module).forward in STEPS


def mode(module: nn.Module) -> str:
    """LSTM, GRU or another kind of module."""
    of_cell = next((name for kind, name in CELLS.items() if isinstance(module, kind)), type(module).__name__)
    return str(getattr(module, "mode", of_cell)) if isinstance(module, RECURRENT) else of_cell


def every_gate(module: nn.Module, x: Any, state: Any = None) -> dict[str, dict[str, Tensor]]:
    """The gates of each pass of a layer, "l0", "l0_reverse", "l1" ..., or of a cell's step, as ""."""
    name = mode(module)
    if isinstance(module, nn.RNNCellBase):
        made = {"": KINDS[name].gates(*cell_arguments(module, name, x, state)[:2])}
    else:
        made = walk(module, x, state, with_gates=True).gates
    return {
        key: {n: g.data if isinstance(g, PackedSequence) else g for n, g in gates._asdict().items()}
        for key, gates in made.items()
    }


def called_gates(
    module: nn.Module, x: Any = None, state: Any = None, *, input: Any = None, hx: Any = None, **_: Any
) -> dict[str, dict[str, Tensor]]:
    """The gates of a call, by torch's names of arguments or ours."""
    return every_gate(module, input if x is None else x, hx if state is None else state)
