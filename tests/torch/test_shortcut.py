"""Plain CPU tensors go straight to the core; everything that watches tensors is still served."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

import verhulst as vh
import verhulst.torch as vt
from verhulst.torch._cell_steps import gru_step, lstm_step
from verhulst.torch._kernels import unwatched

Z = torch.linspace(-3, 3, 8)
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": vt.sigmoid,
    "bce": lambda z: vt.binary_cross_entropy_with_logits(z, torch.ones(8)),
    "lstm": lambda z: lstm_step(z, z[:2])[0],
    "gru": lambda z: gru_step(z[:6], z[:6], z[:2]),
}


@pytest.fixture(params=FUNCTIONS)
def function(request: pytest.FixtureRequest) -> Callable[[Tensor], Tensor]:
    return FUNCTIONS[request.param]


def test_the_same_numbers_with_and_without_a_gradient(function: Callable[[Tensor], Tensor]) -> None:
    watched = function(Z.clone().requires_grad_())
    assert watched.requires_grad
    plain = function(Z)
    assert not plain.requires_grad
    with torch.no_grad():
        unrecorded = function(Z.clone().requires_grad_())
    with torch.inference_mode():
        inferred = function(Z)
    for result in (plain, unrecorded, inferred):
        torch.testing.assert_close(result, watched.detach(), rtol=0, atol=0)


def test_fake_tensors(function: Callable[[Tensor], Tensor]) -> None:
    expected = function(Z)
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        made = function(mode.from_tensor(Z))
    assert made.shape == expected.shape
    assert type(made).__name__ == "FakeTensor"


def test_traces(function: Callable[[Tensor], Tensor]) -> None:
    other = Z * 0.5 + 0.1
    torch.testing.assert_close(make_fx(function)(Z)(other), function(other), rtol=0, atol=0)
    traced = torch.jit.trace(function, (Z,), check_trace=False)
    torch.testing.assert_close(traced(other), function(other), rtol=0, atol=0)


def test_modes_see_the_operator(function: Callable[[Tensor], Tensor]) -> None:
    seen = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            seen.append(str(func))
            return func(*args, **(kwargs or {}))

    with Watch():
        function(Z)
    assert any(name.startswith("verhulst") for name in seen)


def test_function_modes_change_nothing(function: Callable[[Tensor], Tensor]) -> None:
    class Quiet(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            return func(*args, **(kwargs or {}))

    expected = function(Z)
    with Quiet():
        torch.testing.assert_close(function(Z), expected, rtol=0, atol=0)


def test_subclasses_and_parameters_keep_their_numbers(function: Callable[[Tensor], Tensor]) -> None:
    class Named(Tensor):
        pass

    torch.testing.assert_close(function(Z.as_subclass(Named)).as_subclass(Tensor), function(Z), rtol=0, atol=0)
    torch.testing.assert_close(function(torch.nn.Parameter(Z)).detach(), function(Z), rtol=0, atol=0)


def test_views_that_only_say_negative() -> None:
    z = torch.complex(Z, Z).conj().imag
    assert z.is_neg()
    np.testing.assert_array_equal(vt.sigmoid(z).numpy(), vh.sigmoid(-Z.numpy()))
    torch.testing.assert_close(FUNCTIONS["bce"](z), FUNCTIONS["bce"](-Z), rtol=0, atol=0)


def test_large_results_are_like_others() -> None:
    z = torch.zeros(1_100_000)
    result = vt.sigmoid(z)
    assert bool((result == 0.5).all())
    result.resize_(10)
    assert result.tolist() == [0.5] * 10


def test_plain_tensors_are_known_as_such() -> None:
    """Else all is right and slow: these are names of torch's own, and it may rename them."""
    watched = Z.clone().requires_grad_()
    assert unwatched(Z)
    assert unwatched(Z, Z[::2])
    with torch.no_grad():
        assert unwatched(watched, Z)
    with torch.inference_mode():
        assert unwatched(Z, Z + 1)
    with torch.autocast("cpu"):
        assert unwatched(Z)
    assert not unwatched(watched)
    assert not unwatched(Z, watched)
    assert not unwatched(Z.to("meta"))
    assert not unwatched(Z.to_sparse())
    assert not unwatched(Z.long())
    with torch.autograd.forward_ad.dual_level():
        assert not unwatched(Z)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_layout_of_memory(dtype: torch.dtype) -> None:
    z = torch.linspace(-30, 30, 5 * 4 * 6, dtype=torch.float64).to(dtype).reshape(5, 4, 6)
    layouts = (
        z,
        z.transpose(0, 2),
        z.permute(2, 0, 1),
        z[::2],
        z[..., 1::2],
        z[:, :1],
        z[:1].expand(3, 4, 6),
        z[0, 0, 0],
        z[:0],
    )
    for t in layouts:
        expected = vt.sigmoid(t.contiguous().flatten()).reshape(t.shape)
        result = vt.sigmoid(t)
        assert result.dtype == dtype
        assert torch.equal(result, expected)
        y = torch.ones_like(t)
        for labels in (y, y.contiguous()):
            loss = vt.binary_cross_entropy_with_logits(t, labels, reduction="none")
            assert torch.equal(loss, vt.softplus(-t))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_steps_of_every_layout(dtype: torch.dtype) -> None:
    a = torch.linspace(-4, 4, 3 * 5 * 8, dtype=torch.float64).to(dtype).reshape(3, 5, 8)
    c = torch.linspace(1, -1, 3 * 5 * 2, dtype=torch.float64).to(dtype).reshape(3, 5, 2)
    h, new_c = lstm_step(a, c)
    new_h = gru_step(a[..., :6].contiguous(), a[..., 2:].contiguous(), c)
    for turned in (
        lambda t: t.transpose(0, 1).contiguous().transpose(0, 1),
        lambda t: t.repeat_interleave(2, -1)[..., ::2],
    ):
        assert all(map(torch.equal, lstm_step(turned(a), turned(c)), (h, new_c)))
        assert torch.equal(gru_step(turned(a[..., :6]), turned(a[..., 2:]), turned(c)), new_h)
    assert all(map(torch.equal, lstm_step(a[1, 2], c[1, 2]), (h[1, 2], new_c[1, 2])))
    assert lstm_step(a[:0], c[:0])[0].shape == gru_step(a[:0, :, :6], a[:0, :, 2:], c[:0]).shape == (0, 5, 2)


@pytest.mark.parametrize("gradient", [False, True])
def test_states_of_another_size_are_refused(gradient: bool) -> None:
    """The core gets addresses: what does not fit must never reach it."""
    x, h = torch.zeros(2, 4, requires_grad=gradient), torch.zeros(2, 8)
    for width in (1, 4, 7, 16):
        wrong = torch.zeros(2, width)
        with pytest.raises(ValueError, match=f"the state c has {width} features; this cell has 8"):
            vt.LSTMCell(4, 8)(x, (h, wrong))
        for cell, state in ((vt.LSTMCell(4, 8), (wrong, h)), (vt.GRUCell(4, 8), wrong)):
            with pytest.raises(ValueError, match=f"the state h has {width} features; this cell has 8"):
                cell(x, state)


LSTM, GRU = torch.ops.verhulst.lstm_step, torch.ops.verhulst.gru_step


@pytest.mark.parametrize(
    ("step", "shapes"),
    [
        (lstm_step, [(2, 32), (2, 16)]),
        (lstm_step, [(2, 32), (2, 4)]),
        (LSTM, [(2, 32), (2, 16)]),
        (LSTM, [(2, 32), (3, 8)]),
        (LSTM, [(32,), (2, 8)]),
        (gru_step, [(2, 24), (2, 21), (2, 8)]),
        (GRU, [(2, 24), (2, 24), (2, 16)]),
        (GRU, [(2, 24), (1, 24), (2, 8)]),
    ],
)
@pytest.mark.parametrize("gradient", [False, True])
def test_steps_refuse_what_does_not_fit(
    step: Callable[..., object], shapes: list[tuple[int, ...]], gradient: bool
) -> None:
    arguments = [torch.zeros(shape, requires_grad=gradient) for shape in shapes]
    with pytest.raises(ValueError, match="the step takes tensors"):
        step(*arguments)
    with FakeTensorMode() as mode, pytest.raises(ValueError, match="the step takes tensors"):
        step(*(mode.from_tensor(t) for t in arguments))


def test_operators_refuse_mixed_types() -> None:
    with pytest.raises(ValueError, match="the step takes tensors"):
        LSTM(torch.zeros(2, 8), torch.zeros(2, 2, dtype=torch.float64))
