"""LSTM and GRU: torch's numbers, with gates that can be read."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import verhulst.torch as vt

B, T, D, H = 3, 5, 4, 6
INF = float("inf")


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
    torch.testing.assert_close(last, expected_state[0] if isinstance(expected_state, tuple) else expected_state)
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
    for wrong, error in (
        ("a", TypeError),
        (1j, TypeError),
        ([1.0], TypeError),
        (INF, ValueError),
        (INF - INF, ValueError),
    ):
        for kind in (vt.LSTMCell, vt.LSTM):
            with pytest.raises(error, match="forget_bias must be"):
                kind(D, H, forget_bias=wrong)


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


def step_case(kind: str, dtype: torch.dtype = torch.float64) -> tuple[Any, Any, tuple[Tensor, ...]]:
    """(the step, the same in torch's own functions, its arguments)."""
    from verhulst.torch._cell_steps import gru_step, lstm_step

    def lstm(a: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = a.chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def gru(a: Tensor, b: Tensor, h: Tensor) -> Tensor:
        (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
        z = torch.sigmoid(a_z + b_z)
        return (1 - z) * torch.tanh(a_n + torch.sigmoid(a_r + b_r) * b_n) + z * h

    generator = torch.Generator().manual_seed(3)
    widths = (4 * H, H) if kind == "lstm" else (3 * H, 3 * H, H)
    arguments = tuple(torch.randn(B, n, generator=generator, dtype=torch.float64).to(dtype) for n in widths)
    return (lstm_step, lstm, arguments) if kind == "lstm" else (gru_step, gru, arguments)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_steps_gradcheck(kind: str) -> None:
    step, _, arguments = step_case(kind)
    leaves = tuple(t[:2].clone().requires_grad_() for t in arguments)
    assert torch.autograd.gradcheck(step, leaves, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(step, leaves)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_steps_under_functorch(kind: str) -> None:
    step, reference, arguments = step_case(kind)

    def total(function: Any) -> Any:
        def of(*z: Tensor) -> Tensor:
            result = function(*z)
            return sum(t.square().sum() for t in (result if isinstance(result, tuple) else (result,)))

        return of

    for transform in (
        lambda f: torch.vmap(f)(*arguments),
        lambda f: torch.vmap(f, in_dims=(None,) * (len(arguments) - 1) + (0,))(
            *(t[0] for t in arguments[:-1]), arguments[-1]
        ),
        lambda f: torch.func.grad(f, argnums=(0, 1))(*arguments),
        lambda f: torch.vmap(torch.func.grad(f))(*arguments),
        lambda f: torch.func.jvp(f, arguments, arguments),
        lambda f: torch.func.hessian(f)(*arguments),
        lambda f: torch.func.jacfwd(torch.func.jacfwd(f))(*arguments),
    ):
        torch.testing.assert_close(transform(total(step)), transform(total(reference)), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32], ids=str)
def test_steps_in_narrow_types_and_on_strided_arguments(kind: str, dtype: torch.dtype) -> None:
    step, reference, arguments = step_case(kind, dtype)
    strided = tuple(torch.stack((t, t), -1)[..., 0] for t in arguments)
    got, again = step(*arguments), step(*strided)
    exact = reference(*(t.double() for t in arguments))
    if kind == "gru":
        got, again, exact = (got,), (again,), (exact,)
    for ours, same, wide in zip(got, again, exact, strict=True):
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, same, rtol=0, atol=0)
        torch.testing.assert_close(ours.double(), wide, rtol=2 * torch.finfo(dtype).eps, atol=1e-7)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_steps_pass_opcheck(kind: str) -> None:
    _, _, arguments = step_case(kind)
    operator = getattr(torch.ops.verhulst, f"{kind}_step").default
    torch.library.opcheck(operator, tuple(t.requires_grad_() for t in arguments))


@pytest.mark.parametrize("kind", [vt.LSTMCell, vt.GRUCell])
def test_compiled_cells_train(kind: Any) -> None:
    cell = kind(D, H)
    x = torch.randn(2, D)

    def loss(x: Tensor) -> Tensor:
        result = cell(x)
        return (result[0] if isinstance(result, tuple) else result).square().sum()

    expected = torch.autograd.grad(loss(x), list(cell.parameters()))
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(torch.autograd.grad(compiled(x), list(cell.parameters())), expected)


@pytest.mark.parametrize("kind", [vt.LSTMCell, vt.GRUCell])
def test_cells_under_autocast(kind: Any) -> None:
    cell = kind(D, H)
    x = torch.randn(2, D)
    with torch.autocast("cpu", torch.bfloat16):
        rough = cell(x)
    exact = cell(x)
    if kind is vt.LSTMCell:
        rough, exact = rough[0], exact[0]
    torch.testing.assert_close(rough.float(), exact, rtol=0.05, atol=0.02)


@pytest.mark.parametrize("kind", [vt.LSTMCell, vt.GRUCell])
@pytest.mark.parametrize("shape", [(D,), (0, D), (2, 3, D)])
def test_cells_on_any_leading_shape(kind: Any, shape: tuple[int, ...]) -> None:
    cell = kind(D, H)
    result, gates = cell(torch.randn(shape), return_gates=True)
    h = result[0] if kind is vt.LSTMCell else result
    assert h.shape == (*shape[:-1], H)
    assert all(gate.shape == h.shape for gate in gates)
