"""LSTM and GRU: torch's numbers, with gates that can be read."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import verhulst.torch as vt

B, T, D, H = 3, 5, 4, 6


def sequence() -> Tensor:
    return torch.randn(B, T, D, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


PAIRS = [(vt.LSTMCell, nn.LSTMCell), (vt.GRUCell, nn.GRUCell)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("bias", [True, False])
def test_cells_equal_torch(ours: Any, theirs: Any, bias: bool) -> None:
    reference = theirs(D, H, bias=bias).double()
    cell = ours(D, H, bias=bias).double()
    cell.load_state_dict(reference.state_dict())
    x = sequence()[:, 0]
    a, b = cell(x), reference(x)
    a, b = (a[0], b[0]) if isinstance(a, tuple) else (a, b)
    torch.testing.assert_close(a, b, rtol=1e-13, atol=1e-15)
    for ga, gb in zip(
        torch.autograd.grad(a.sum(), list(cell.parameters())),
        torch.autograd.grad(b.sum(), list(reference.parameters())),
        strict=True,
    ):
        torch.testing.assert_close(ga, gb, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(("ours", "theirs"), [(vt.LSTM, nn.LSTM), (vt.GRU, nn.GRU)])
@pytest.mark.parametrize("batch_first", [True, False])
def test_layers_equal_torch(ours: Any, theirs: Any, batch_first: bool) -> None:
    reference = theirs(D, H, batch_first=batch_first).double()
    layer = ours(D, H, batch_first=batch_first).double()
    layer.cell.load_state_dict({k.removesuffix("_l0"): v for k, v in reference.state_dict().items()})
    x = sequence() if batch_first else sequence().transpose(0, 1)
    outputs, state, gates = layer(x, return_gates=True)
    expected, expected_state = reference(x)
    torch.testing.assert_close(outputs, expected, rtol=1e-13, atol=1e-14)
    last = state[0] if isinstance(state, tuple) else state
    torch.testing.assert_close(last, (expected_state[0] if isinstance(expected_state, tuple) else expected_state)[0])
    for name, gate in zip(gates._fields, gates, strict=True):
        assert gate.shape == outputs.shape
        assert bool((gate > (-1 if name == "candidate" else 0)).all())
        assert bool((gate < 1).all())
    mine = vt.layer_gates(reference, x)
    for name, gate in zip(gates._fields, gates, strict=True):
        torch.testing.assert_close(mine[name], gate.transpose(0, 1) if batch_first else gate)


def test_forget_bias() -> None:
    cell = vt.LSTMCell(D, H, forget_bias=1.0)
    total = (cell.bias_ih + cell.bias_hh).detach()
    assert torch.equal(total[H : 2 * H], torch.ones(H))
    assert not torch.equal(total[:H], torch.ones(H))
    with pytest.raises(ValueError, match="forget_bias needs bias=True"):
        vt.LSTMCell(D, H, bias=False, forget_bias=1.0)


@pytest.mark.parametrize("kind", [vt.LSTMCell, vt.GRUCell])
def test_bad_input(kind: Any) -> None:
    with pytest.raises(ValueError, match="at least 1, not 0 and 6"):
        kind(0, H)
    with pytest.raises(ValueError, match="x has 3 features; this cell takes 4"):
        kind(D, H)(torch.zeros(2, 3))


def test_no_time_steps() -> None:
    with pytest.raises(ValueError, match="x has no time steps"):
        vt.GRU(D, H)(torch.zeros(0, B, D))


@pytest.mark.parametrize("kind", [vt.LSTMCell, vt.GRUCell])
def test_cell_compiles_fullgraph(kind: Any) -> None:
    cell = kind(D, H)
    compiled = torch.compile(cell, fullgraph=True, backend="aot_eager")
    x = torch.randn(2, D)
    a, b = compiled(x), cell(x)
    torch.testing.assert_close(a, b)
