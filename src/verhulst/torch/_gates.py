"""The gates of torch's own recurrent layers, recomputed from their weights and inputs: `nn.LSTM` shows none."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

GATE_NAMES = {"LSTM": ("input", "forget", "candidate", "output"), "GRU": ("reset", "update", "candidate")}


def layer_gates(layer: nn.RNNBase, x: Tensor) -> dict[str, Tensor]:
    """The gates of an `nn.LSTM` or `nn.GRU`: name -> (time, batch, hidden), of the first layer, forward in time.

    Parameters
    ----------
    layer : torch.nn.LSTM or torch.nn.GRU
    x : its input, as its forward takes it; the state starts at 0
    """
    if layer.batch_first and x.ndim == 3:
        x = x.transpose(0, 1)
    if x.ndim == 2:
        x = x.unsqueeze(1)
    linear: Any = nn.functional.linear  # the stubs call a layer's weights Tensor or Module
    bias = (layer.bias_ih_l0, layer.bias_hh_l0) if layer.bias else (None, None)
    names = GATE_NAMES[layer.mode]
    h = x.new_zeros(x.shape[1], layer.hidden_size)
    c = torch.zeros_like(h)
    steps: list[list[Tensor]] = []
    for step in x:
        a, b = linear(step, layer.weight_ih_l0, bias[0]), linear(h, layer.weight_hh_l0, bias[1])
        if layer.mode == "LSTM":
            i, f, g, o = (a + b).chunk(4, -1)
            i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            steps.append([i, f, g, o])
        else:
            (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
            r, z = torch.sigmoid(a_r + b_r), torch.sigmoid(a_z + b_z)
            n = torch.tanh(a_n + r * b_n)
            h = n + z * (h - n)
            steps.append([r, z, n])
        if layer.proj_size:
            h = linear(h, layer.weight_hr_l0)
    return {name: torch.stack(parts) for name, parts in zip(names, zip(*steps, strict=True), strict=True)}
