"""Binary cross-entropy with logits: drop-in, right where the standard one is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn import functional as F

import verhulst as vh
from verhulst.torch import binary_cross_entropy_with_logits as bce

INF = float("inf")


def case(dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(50, 3, generator=generator, dtype=torch.float64).to(dtype) * 3
    y = (torch.rand(50, 3, generator=generator, dtype=torch.float64) < 0.4).to(dtype)
    return z, y


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("pos_weighted", [False, True])
@pytest.mark.parametrize("soft", [False, True])
def test_drop_in(reduction: str, weighted: bool, pos_weighted: bool, soft: bool) -> None:
    z, y = case()
    y = y * 0.7 + 0.1 if soft else y
    weight = torch.rand(50, 1, dtype=torch.float64) if weighted else None
    pos_weight = torch.tensor([0.5, 1.0, 20.0], dtype=torch.float64) if pos_weighted else None
    ours, theirs = z.clone().requires_grad_(), z.clone().requires_grad_()
    a = bce(ours, y, weight, pos_weight, reduction=reduction)
    b = F.binary_cross_entropy_with_logits(theirs, y, weight, reduction=reduction, pos_weight=pos_weight)
    torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-15)
    a.sum().backward()
    b.sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-11, atol=1e-15)


def test_tails_and_infinities() -> None:
    z = torch.tensor([-20.0, -40.0, INF, -INF, -INF, INF, 30.0], requires_grad=True)
    y = torch.tensor([0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    loss = bce(z, y, reduction="none")
    expected = np.float32([2.061153620e-09, 4.248354255e-18, 0, 0, INF, INF, 9.357622969e-14])
    np.testing.assert_array_equal(loss.detach().numpy(), expected)
    (gradient,) = torch.autograd.grad(loss.sum(), z)
    np.testing.assert_array_equal(
        gradient.numpy(), np.float32([2.061153618e-09, 4.248354255e-18, 0, 0, -1, 1, -9.357622969e-14])
    )


@pytest.mark.parametrize("pos_weight", [3.0, 0.25])
def test_pos_weight_at_infinity(pos_weight: float) -> None:
    z = torch.tensor([-INF, INF], requires_grad=True)
    loss = bce(z, torch.tensor([0.0, 1.0]), pos_weight=torch.tensor(pos_weight), reduction="none")
    assert loss.tolist() == [0.0, 0.0]
    loss.sum().backward()
    assert z.grad is not None
    assert z.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64], ids=str)
def test_values_are_those_of_the_core(dtype: torch.dtype) -> None:
    z, y = case(dtype)
    got = bce(z, y, reduction="none")
    assert got.dtype == dtype
    if dtype != torch.bfloat16:
        np.testing.assert_array_equal(got.numpy(), vh.binary_cross_entropy(z.numpy(), y.numpy()))
    with_gradient = bce(z.clone().requires_grad_(), y, reduction="none")
    np.testing.assert_array_equal(with_gradient.detach().float().numpy(), got.float().numpy())


def test_gradcheck_in_both_arguments() -> None:
    z, y = case()
    z, y = z[:4].clone().requires_grad_(), (y[:4] * 0.8 + 0.1).requires_grad_()

    def loss(z: Tensor, y: Tensor) -> Tensor:
        return bce(z, y, reduction="none")

    assert torch.autograd.gradcheck(loss, (z, y), check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(loss, (z, y))


def test_functorch() -> None:
    z, y = case()
    per_case = torch.vmap(torch.func.grad(lambda a, b: bce(a, b, reduction="sum")))(z, y)
    np.testing.assert_array_equal(per_case.numpy(), vh.binary_cross_entropy_gradient(z.numpy(), y.numpy()))
    one_label = torch.vmap(lambda a: bce(a, y[0], reduction="none"))(z)
    torch.testing.assert_close(one_label, bce(z, y[0].expand_as(z), reduction="none"), rtol=0, atol=0)
    hessian = torch.func.hessian(lambda a: bce(a, y[0], reduction="sum"))(z[0])
    np.testing.assert_array_equal(hessian.diagonal().numpy(), vh.sigmoid_derivative(z[0].numpy()))


def test_compiled_fullgraph() -> None:
    z, y = case(torch.float32)
    compiled = torch.compile(lambda a, b: bce(a, b, label_smoothing=0.1), fullgraph=True, backend="aot_eager")
    a, b = z.clone().requires_grad_(), z.clone().requires_grad_()
    compiled(a, y).backward()
    bce(b, y, label_smoothing=0.1).backward()
    np.testing.assert_array_equal(a.grad.numpy(), b.grad.numpy())


def test_operator_passes_opcheck() -> None:
    z, y = case()
    torch.library.opcheck(torch.ops.verhulst.binary_cross_entropy.default, (z.requires_grad_(), y))


def test_label_smoothing() -> None:
    z, y = case()
    torch.testing.assert_close(bce(z, y, label_smoothing=0.2), bce(z, y * 0.8 + 0.1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": torch.zeros(2)}, r"shape of the logits, \(3,\), not \(2,\)"),
        ({"reduction": "avg"}, "reduction must be 'mean', 'sum' or 'none', not 'avg'"),
        ({"label_smoothing": 1.5}, r"label_smoothing must lie in \[0, 1\], not 1.5"),
        ({"weight": torch.ones(2, 3)}, r"weight must broadcast to the shape of the logits, \(3,\), not \(2, 3\)"),
        ({"pos_weight": torch.ones(2, 3)}, r"pos_weight must broadcast to the shape of the logits"),
    ],
)
def test_bad_input(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bce(torch.zeros(3), **{"y": torch.zeros(3), **arguments})


def test_integer_labels_and_no_rows() -> None:
    assert bce(torch.zeros(2), torch.tensor([0, 1])).item() == pytest.approx(np.log(2))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_no_rows(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Value and gradient as torch's own."""
    y, one = torch.zeros(shape, dtype=dtype), torch.ones((), dtype=dtype)
    for options in ({}, {"weight": one}, {"pos_weight": one}):
        for reduction in ("none", "sum", "mean"):
            made = []
            for loss in (bce, torch.nn.functional.binary_cross_entropy_with_logits):
                z = torch.zeros(shape, dtype=dtype, requires_grad=True)
                value = loss(z, y, reduction=reduction, **options)
                made += [value, *torch.autograd.grad(value.sum(), z)]
            torch.testing.assert_close(made[:2], made[2:], rtol=0, atol=0, equal_nan=True)


def test_formula_for_other_devices() -> None:
    from verhulst.functions import formulas
    from verhulst.torch._differentiable import TORCH

    z, y = case()
    torch.testing.assert_close(formulas.binary_cross_entropy(TORCH, z, y), bce(z, y, reduction="none"))
    z = torch.tensor([INF, -INF, INF])
    y = torch.tensor([1.0, 0.0, 0.0])
    assert formulas.binary_cross_entropy(TORCH, z, y).tolist() == [0.0, 0.0, INF]
    assert formulas.binary_cross_entropy_gradient(TORCH, z, y).tolist() == [0.0, 0.0, 1.0]


def unaligned(t: torch.Tensor) -> torch.Tensor:
    """The same numbers at an address that is no multiple of their size."""
    memory = bytearray(1 + t.nbytes)
    memory[1:] = t.contiguous().view(torch.uint8).numpy().tobytes()
    return torch.frombuffer(memory, dtype=t.dtype, count=t.numel(), offset=1).view(t.shape)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "sliced", "expanded labels", "unaligned"])
def test_reduced_on_any_layout(dtype: torch.dtype, reduction: str, layout: str) -> None:
    z, y = case(dtype)
    if layout == "transposed":
        z, y = z.T, y.T
    elif layout == "sliced":
        z, y = z[::3, 1:], y[::3, 1:]
    elif layout == "expanded labels":
        y = y[0].expand_as(z)
    elif layout == "unaligned":
        z, y = unaligned(z), unaligned(y)
    leaf = z.detach().requires_grad_()
    loss = bce(leaf, y, reduction=reduction)
    assert loss.dtype == dtype
    loss.backward()
    assert leaf.grad is not None
    wide, labels = z.double().requires_grad_(), y.double()
    expected = F.binary_cross_entropy_with_logits(wide, labels, reduction=reduction)
    expected.backward()
    torch.testing.assert_close(loss, expected.to(dtype), rtol=1e-14 if dtype == torch.float64 else 0, atol=0)
    torch.testing.assert_close(
        leaf.grad, wide.grad.to(dtype), rtol=1e-13 if dtype == torch.float64 else 2e-3, atol=1e-7
    )


def test_each_backward_gives_the_same() -> None:
    z, y = case(torch.float32)
    z.requires_grad_()
    loss = bce(z, y)
    first = torch.autograd.grad(loss, z, retain_graph=True)[0]
    kept = first.clone()
    second = torch.autograd.grad(loss, z, retain_graph=True)[0]
    third = torch.autograd.grad(3 * loss, z, retain_graph=True)[0]
    differentiable = torch.autograd.grad(loss, z, create_graph=True)[0]
    assert first.data_ptr() != second.data_ptr()
    torch.testing.assert_close(second, kept, rtol=0, atol=0)
    torch.testing.assert_close(first, kept, rtol=0, atol=0)
    torch.testing.assert_close(third, 3 * kept)
    torch.testing.assert_close(differentiable, kept)
    loss.backward()
    torch.testing.assert_close(z.grad, kept, rtol=0, atol=0)
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()


def test_several_outer_gradients_at_once() -> None:
    z, y = case(torch.float32)
    z.requires_grad_()
    outer = torch.tensor([1.0, -2.0, 0.5])
    for reduction in ("mean", "sum"):
        loss = bce(z, y, reduction=reduction)
        together = torch.autograd.grad(loss, z, outer, retain_graph=True, is_grads_batched=True)[0]
        for one, factor in zip(together, outer, strict=True):
            torch.testing.assert_close(one, factor * torch.autograd.grad(loss, z, retain_graph=True)[0])


def test_a_scaled_half_precision_loss_keeps_its_gradients() -> None:
    # Divided by n before it is scaled, each would lie below float16's smallest number.
    z = torch.full((100_000,), -8.0, dtype=torch.float16, requires_grad=True)
    (bce(z, torch.zeros_like(z)) * 32768.0).backward()
    expected = 32768 / 100_000 * vh.sigmoid(-8.0)
    assert z.grad is not None
    np.testing.assert_allclose(z.grad.double().numpy(), expected, rtol=2**-10)


def test_mean_gradients_are_rounded_once() -> None:
    z, y = case(torch.float32)
    z.requires_grad_()
    bce(z, y).backward()
    exact = vh.binary_cross_entropy_gradient(z.detach().double().numpy(), y.double().numpy()) / z.numel()
    assert z.grad is not None
    np.testing.assert_array_equal(z.grad.numpy(), exact.astype(np.float32))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_reduced_gradcheck(reduction: str) -> None:
    z, y = case()
    z, y = z[:4].clone().requires_grad_(), (y[:4] * 0.8 + 0.1).requires_grad_()

    def loss(z: Tensor, y: Tensor) -> Tensor:
        return bce(z, y, reduction=reduction)

    assert torch.autograd.gradcheck(loss, (z, y), check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(loss, (z, y))
    assert torch.autograd.gradgradcheck(lambda z: bce(z, y.detach(), reduction=reduction), (z,))


def test_reduced_operator_passes_opcheck() -> None:
    z, y = case()
    torch.library.opcheck(torch.ops.verhulst.binary_cross_entropy_total.default, (z.requires_grad_(), y, True))
    torch.library.opcheck(
        torch.ops.verhulst.binary_cross_entropy_reduced.default, (z.detach(), y, True, True), test_utils="test_schema"
    )


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("backend", ["aot_eager", "inductor"])
def test_compiled_is_eager(backend: str, reduction: str) -> None:
    z, y = case(torch.float32)
    torch._dynamo.reset()
    compiled = torch.compile(lambda a: bce(a * 2, y, reduction=reduction).sum(), fullgraph=True, backend=backend)
    a, b = z.clone().requires_grad_(), z.clone().requires_grad_()
    for leaf, function in ((a, compiled), (b, lambda t: bce(t * 2, y, reduction=reduction).sum())):
        loss = function(leaf)
        (5 * loss).backward()
    torch.testing.assert_close(a.grad, b.grad, rtol=2e-7, atol=0)
    torch._dynamo.reset()
    with torch.no_grad():
        torch.testing.assert_close(compiled(z), bce(z * 2, y, reduction=reduction).sum())


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", ["jvp", "grad", "jacfwd", "hessian"])
def test_derivatives_inside_a_compiled_function_are_right_or_raise(name: str, reduction: str) -> None:
    z, y = (t[:3, 0].clone() for t in case())

    def derivative(t: Tensor) -> Tensor:
        def loss(u: Tensor) -> Tensor:
            return bce(u, y, reduction=reduction)

        if name == "jvp":
            return torch.func.jvp(loss, (t,), (torch.ones_like(t),))[1]
        return getattr(torch.func, name)(loss)(t)

    torch._dynamo.reset()
    compiled = torch.compile(derivative, fullgraph=True, backend="aot_eager")
    try:
        got = compiled(z)
    except (torch._dynamo.exc.Unsupported, torch._dynamo.exc.TorchRuntimeError):
        return
    torch.testing.assert_close(got, derivative(z))


def test_no_gradient_is_made_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    from verhulst import _core

    wanted: list[bool] = []
    core = _core.binary_cross_entropy_sum
    monkeypatch.setattr(
        _core,
        "binary_cross_entropy_sum",
        lambda z, y, gradient, *rest: (wanted.append(gradient is not None), core(z, y, gradient, *rest))[1],
    )
    z, y = case(torch.float32)
    bce(z, y)
    z.requires_grad_()
    with torch.no_grad():
        bce(z, y)
    bce(z, y).backward()
    assert wanted == [False, False, True]


def test_checkpointed() -> None:
    from torch.utils.checkpoint import checkpoint

    z, y = case(torch.float32)
    a, b = z.clone().requires_grad_(), z.clone().requires_grad_()
    checkpoint(bce, a, y, use_reentrant=False).backward()
    bce(b, y).backward()
    torch.testing.assert_close(a.grad, b.grad, rtol=0, atol=0)


def test_traced_functions_compute_anew() -> None:
    from torch.fx.experimental.proxy_tensor import make_fx

    z, y = case(torch.float32)
    graph = make_fx(lambda a: bce(a, y))(z)
    torch.testing.assert_close(graph(z + 1), bce(z + 1, y), rtol=0, atol=0)


def test_wrong_types_are_refused() -> None:
    with pytest.raises(TypeError, match=r"logits must be floating-point numbers, not torch.int64"):
        bce(torch.tensor([1, 0]), torch.tensor([1.0, 0.0]))
    with pytest.raises(TypeError, match="pos_weight must be a tensor, not bool"):  # torch's fourth is size_average
        bce(torch.zeros(2), torch.zeros(2), None, False)


@pytest.mark.parametrize("name", ["weight", "pos_weight"])
def test_weights_do_not_change_the_type(name: str) -> None:
    z, y = case(torch.float32)
    weight = {name: torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)}
    assert bce(z, y, **weight).dtype == F.binary_cross_entropy_with_logits(z, y, **weight).dtype == torch.float32


@pytest.mark.parametrize("compiled", [False, True])
def test_autocast_computes_in_float32_as_torch_does(compiled: bool) -> None:
    z, y = case(torch.bfloat16)
    torch._dynamo.reset()
    function = torch.compile(bce, fullgraph=True, backend="aot_eager") if compiled else bce
    leaf = z.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        loss = function(leaf, y)
        expected = F.binary_cross_entropy_with_logits(z, y)
    loss.backward()
    assert loss.dtype == expected.dtype == torch.float32
    torch.testing.assert_close(loss, expected)
    assert leaf.grad is not None
    assert leaf.grad.dtype == torch.bfloat16


@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_maps_in_maps(reduction: str) -> None:
    z, y = torch.randn(2, 3, 4), torch.rand(4)
    many = torch.vmap(torch.vmap(lambda z: bce(z, y, reduction=reduction)))
    expected = torch.stack([torch.stack([bce(row, y, reduction=reduction) for row in rows]) for rows in z])
    torch.testing.assert_close(many(z), expected)
    gradients = torch.vmap(torch.vmap(torch.func.grad(lambda z: bce(z, y, reduction=reduction).sum())))(z)
    torch.testing.assert_close(gradients, z.sigmoid() - y)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_gradients_are_the_same_in_every_mode(dtype: torch.dtype) -> None:
    z, y = (t.to(dtype) for t in case())
    outer = torch.linspace(0.5, 2, z.numel()).view(z.shape).to(dtype)

    def pulled_back(z: Tensor) -> Tensor:
        return torch.func.vjp(lambda z: bce(z, y, reduction="none"), z)[1](outer)[0]

    again = z.clone().requires_grad_()
    (eager,) = torch.autograd.grad(bce(again, y, reduction="none"), again, outer)
    (kept,) = torch.autograd.grad(bce(again, y, reduction="none"), again, outer, create_graph=True)
    for other in (kept, pulled_back(z), make_fx(pulled_back)(z)(z)):
        assert torch.equal(eager, other)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_recorded_gradients(reduction: str) -> None:
    def gradient(z: Tensor) -> Tensor:
        return torch.autograd.grad(3 * bce(z, torch.ones_like(z), reduction=reduction), z)[0]

    z = case()[0].requires_grad_()
    torch.testing.assert_close(make_fx(gradient)(z)(-z), gradient(-z))


def test_labels_made_from_infinite_logits_stand_still() -> None:
    z = torch.tensor([INF, -INF, 1.0])
    for label in (0.0, 0.25, 1.0):
        _, change = torch.func.jvp(
            lambda z, label=label: bce(z, torch.full_like(z, label), reduction="none"), (z,), (torch.ones(3),)
        )
        torch.testing.assert_close(change, z.sigmoid() - label)
