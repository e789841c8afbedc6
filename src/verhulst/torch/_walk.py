"""A recurrent layer over time: every layer and direction, batches, single sequences and packed ones.

The layer may be torch's own: it is read by the names that torch gives to its parameters.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from verhulst.torch._gates import KINDS, Kind
from verhulst.torch._states import check_input, states_of

linear = nn.functional.linear


class Sequences(NamedTuple):
    """The rows of all time steps one below the other, the longest sequences first in each.

    Attributes
    ----------
    data : Tensor
        (rows of all steps, features).
    sizes : list of int
        The rows of each step.
    batch : int
        The number of sequences.
    """

    data: Tensor
    sizes: list[int]
    batch: int


class Walked(NamedTuple):
    """What a walk leaves: the output and the last states in the form of the input, and the gates of each pass.

    Attributes
    ----------
    output : Tensor or PackedSequence
        The hidden states of the last layer.
    states : tuple of Tensor
        The last states, in torch's shapes.
    gates : dict
        "l0", "l0_reverse", "l1" ... -> record of gates, each in the form of the input; empty unless asked for.
    """

    output: Any
    states: tuple[Tensor, ...]
    gates: dict[str, Any]


def walk(layer: Any, x: Any, state: Any = None, with_gates: bool = False) -> Walked:
    """Run a layer over x."""
    kind, packed = KINDS[layer.mode], isinstance(x, PackedSequence)
    check_input(layer, x.data if packed else x, layer.weight_ih_l0, "layer")
    if not packed and x.ndim not in (2, 3):
        raise ValueError(f"x must have 3 dimensions, or 2 for one sequence, not {x.ndim}")
    single = not packed and x.ndim == 2
    sequences = _sequences(layer, x)
    if not sequences.sizes:
        raise ValueError("x has no time steps")
    passes = layer.num_layers * (2 if layer.bidirectional else 1)
    widths = (layer.proj_size or layer.hidden_size, layer.hidden_size)[: len(kind.states)]
    shapes = tuple((passes, width) if single else (passes, sequences.batch, width) for width in widths)
    states = states_of(kind, state, shapes, sequences.data, "layer")
    states = tuple(s.unsqueeze(1) for s in states) if single else states
    if packed and x.sorted_indices is not None and state is not None:
        states = tuple(s.index_select(1, x.sorted_indices) for s in states)
    last: list[tuple[Tensor, ...]] = []
    gates: dict[str, Any] = {}
    data = sequences.data
    for number in range(layer.num_layers):
        if number and layer.dropout and layer.training:
            data = nn.functional.dropout(data, layer.dropout)
        outputs = []
        for suffix in ("", "_reverse") if layer.bidirectional else ("",):
            start = tuple(s[len(last)] for s in states)
            below = sequences._replace(data=data)
            output, end, made = _one_pass(layer, f"_l{number}{suffix}", kind, below, start, with_gates)
            outputs.append(output)
            last.append(end)
            if with_gates:
                gates[f"l{number}{suffix}"] = type(made)(*(_as_given(layer, g, x, sequences) for g in made))
        data = torch.cat(outputs, -1) if len(outputs) > 1 else outputs[0]
    ends = tuple(torch.stack(parts) for parts in zip(*last, strict=True))
    if packed and x.unsorted_indices is not None:
        ends = tuple(s.index_select(1, x.unsorted_indices) for s in ends)
    ends = tuple(s.squeeze(1) for s in ends) if single else ends
    return Walked(_as_given(layer, data, x, sequences), ends, gates)


def _sequences(layer: Any, x: Any) -> Sequences:
    if isinstance(x, PackedSequence):
        sizes = x.batch_sizes.tolist()
        if x.data.ndim != 2 or sum(sizes) != len(x.data) or sizes != sorted(sizes, reverse=True) or 0 in sizes:
            shape = tuple(x.data.shape)
            raise ValueError(f"x is no packed sequence: its data have the shape {shape}, its batch_sizes are {sizes}")
        return Sequences(x.data, sizes, max(sizes, default=0))
    if x.ndim == 2:
        x = x.unsqueeze(1)
    elif layer.batch_first:
        x = x.transpose(0, 1)
    time, batch = x.shape[:2]
    return Sequences(x.reshape(time * batch, x.shape[2]), [batch] * time, batch)


def _as_given(layer: Any, data: Tensor, x: Any, sequences: Sequences) -> Any:
    """The rows of all steps in the form of x."""
    if isinstance(x, PackedSequence):
        return PackedSequence(data, x.batch_sizes, x.sorted_indices, x.unsorted_indices)
    if x.ndim == 2:
        return data
    steps = data.reshape(len(sequences.sizes), sequences.batch, data.shape[-1])
    return steps.transpose(0, 1) if layer.batch_first else steps


def _one_pass(
    layer: Any, suffix: str, kind: Kind, sequences: Sequences, states: tuple[Tensor, ...], with_gates: bool
) -> tuple[Tensor, tuple[Tensor, ...], Any]:
    """One layer in one direction: its outputs, its last states and, if asked for, its gates."""
    bias_ih, bias_hh = (getattr(layer, f"bias_{n}{suffix}") if layer.bias else None for n in ("ih", "hh"))
    weight_hh = getattr(layer, f"weight_hh{suffix}")
    projection = getattr(layer, f"weight_hr{suffix}") if layer.proj_size else None
    from_input = linear(sequences.data, getattr(layer, f"weight_ih{suffix}"), bias_ih)
    steps = list(enumerate(zip(from_input.split(sequences.sizes), sequences.sizes, strict=True)))
    outputs: list[Tensor] = [from_input] * len(steps)
    from_states: list[Tensor] = [from_input] * len(steps)
    for time, (a, size) in reversed(steps) if suffix.endswith("reverse") else steps:
        # Sequences that have ended, or, backwards, that have not begun, keep their states.
        resting = tuple(s[size:] for s in states) if size < sequences.batch else None
        states = tuple(s[:size] for s in states) if resting else states
        b = linear(states[0], weight_hh, bias_hh)
        from_states[time] = b.clone() if with_gates else b
        states = kind.step(a, b, states)
        if projection is not None:
            states = (linear(states[0], projection), *states[1:])
        outputs[time] = states[0]
        if resting:
            states = tuple(torch.cat(pair) for pair in zip(states, resting, strict=True))
    gates = kind.gates(from_input, torch.cat(from_states)) if with_gates else None
    return torch.cat(outputs), states, gates
