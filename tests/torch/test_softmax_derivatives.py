"""Derivatives of softmax, log_softmax and logsumexp: forward, reverse, second; no digit lost at a sure class."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import torch
from tests.references import softmax as reference
from tests.references.exact import FORMATS, units
from torch import Tensor

import verhulst as vh
import verhulst.torch as vt

RNG = np.random.default_rng(20261201)
CASES = list(reference.cases(RNG))


def error(got: Tensor, exact: reference.Row, size: reference.Row, format: str) -> float:
    return max(units(*triple, *FORMATS[format], scale=s) for *triple, s in zip(got.tolist(), exact, size, strict=True))


def reverse(function: Callable[[Tensor], Tensor], z: Tensor, v: Tensor) -> Tensor:
    return torch.autograd.grad(function(z), z, v)[0]


def forward(function: Callable[[Tensor], Tensor], z: Tensor, v: Tensor) -> Tensor:
    return torch.func.jvp(function, (z.detach(),), (v,))[1]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("name", "mode", "exact"),
    [
        ("softmax", reverse, reference.softmax_change),
        ("softmax", forward, reference.softmax_change),
        ("log_softmax", reverse, reference.log_softmax_pullback),
        ("log_softmax", forward, reference.log_softmax_change),
    ],
)
def test_errors(name: str, mode: Callable[..., Tensor], exact: reference.Derivative, format: str) -> None:
    limit = 4.0 if format == "float64" else 0.51
    with mpmath.workprec(250):
        for logits, direction in CASES:
            z, v = (torch.tensor(t).to(getattr(torch, format)) for t in (logits, direction))
            got = mode(getattr(vt, name), z.requires_grad_(), v)
            assert got.dtype == z.dtype
            value, size = exact(reference.exact(z.tolist()), reference.exact(v.tolist()))
            assert error(got, value, size, format) <= limit, (logits, direction)


def test_the_sure_class() -> None:
    z = torch.tensor([[40.0, 0.0, 0.0]], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.nll_loss(vt.log_softmax(z), torch.tensor([0]))
    (gradient,) = torch.autograd.grad(loss, z, create_graph=True)
    np.testing.assert_allclose(
        gradient.detach(), vh.categorical_cross_entropy_gradient([[40.0, 0, 0]], [0]), rtol=1e-15
    )
    (second,) = torch.autograd.grad(gradient[0, 0], z)  # p (1 - p) and minus the products
    p = float(np.exp(-40.0))
    np.testing.assert_allclose(second[0].numpy(), [2 * p, -p, -p], rtol=1e-15)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_every_mode(name: str, dim: int) -> None:
    function = lambda t: getattr(vt, name)(t, dim)  # noqa: E731
    z = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.autograd.gradcheck(function, z, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(function, z)
    w = function(z).detach().square() + 1
    torch._dynamo.reset()
    compiled = torch.compile(lambda t: (w * function(t)).sum(), fullgraph=True, backend="aot_eager")
    assert torch.equal(torch.autograd.grad(compiled(z), z)[0], torch.autograd.grad(function(z), z, w)[0])
    np.testing.assert_array_equal(function(z.detach()), getattr(vh, name)(z.detach().numpy(), dim))


def test_the_gradient_of_logsumexp_in_narrow_types() -> None:
    for dtype in (torch.float16, torch.bfloat16):  # 100.69 is rounded to 100.5: e^(z - logsumexp) is 0.61
        z = torch.tensor([100.0, 100.0], dtype=dtype, requires_grad=True)
        assert torch.autograd.grad(vt.logsumexp(z), z)[0].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_scalars_and_no_classes(name: str) -> None:
    function = getattr(vt, name)
    empty = torch.zeros(3, 0, requires_grad=True)
    function(empty).sum().backward()
    assert empty.grad is not None
    assert empty.grad.shape == (3, 0)
    assert float(function(torch.tensor(2.0))) == {"softmax": 1.0, "log_softmax": 0.0, "logsumexp": 2.0}[name]
    assert torch.vmap(function)(torch.ones(2)).tolist() == [float(function(torch.tensor(1.0)))] * 2


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_blocks_of_rows(name: str, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows a block takes, and with a last one that is not full."""
    function = getattr(vt, name)
    z = torch.tensor(RNG.normal(0, 8, (7, 4, 5))).to(dtype).requires_grad_()
    for dim in (0, 1, -1):
        v = torch.tensor(RNG.normal(size=function(z, dim).shape)).to(dtype)
        expected = reverse(lambda t, d=dim: function(t, d), z, v)  # few numbers: by the formula
        monkeypatch.setattr(vt._softmax, "BLOCK", 60)
        torch.testing.assert_close(reverse(lambda t, d=dim: function(t, d), z, v), expected, rtol=1e-14, atol=1e-14)
        monkeypatch.undo()


@pytest.mark.parametrize("dims", [(1, 2), (0, -1), (2, 0, 1), (1,), ()])
def test_logsumexp_over_several_dimensions(dims: tuple[int, ...]) -> None:
    z = torch.tensor([0.0, -40.0, -90.0], dtype=torch.float64).repeat(2, 2, 1).requires_grad_()
    z.data[:, 1:] = -60
    for keepdim in (False, True):
        expected = vh.logsumexp(z.detach().numpy(), dims, keepdims=keepdim)
        np.testing.assert_array_equal(vt.logsumexp(z, dims, keepdim).detach(), expected)
    (gradient,) = torch.autograd.grad(vt.logsumexp(z, dims).sum(), z)
    np.testing.assert_allclose(gradient, vh.softmax(z.detach().numpy(), dims), rtol=1e-15)


def by_definition(name: str, p: np.ndarray, g: np.ndarray) -> np.ndarray:
    """The sum of differences, term by term, with no p quite 0."""
    p = np.maximum(p, 1e-150)
    result = np.empty_like(g)
    for i in range(len(g)):
        others = [j for j in range(len(g)) if j != i]
        if name == "softmax":
            result[i] = sum(p[i] * p[j] * (g[i] - g[j]) if g[i] != g[j] or np.isinf(g[i]) else 0.0 for j in others)
        else:
            result[i] = g[i] * sum(p[j] for j in others) - sum(p[i] * g[j] for j in others)
    return result


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_infinite_outer_gradients(name: str, dtype: torch.dtype, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any class, sure or not, several at a time, of both signs and beside nan; alike in every mode."""
    if large:
        monkeypatch.setattr(vt._softmax, "BLOCK", 8)
    for n in (1, 2, 5):
        z = torch.tensor(RNG.normal(0, RNG.choice([1.0, 9.0, 300.0], (12, 1)), (12, n))).to(dtype).requires_grad_()
        g = torch.tensor(RNG.normal(size=(12, n))).to(dtype)
        for end in (np.inf, -np.inf, np.nan):
            g[torch.tensor(RNG.uniform(size=(12, n)) < (0.2 if np.isinf(end) else 0.02))] = end
        function = getattr(vt, name)
        got = reverse(function, z, g)
        p = vh.softmax(z.detach().double().numpy())
        rows = zip(p, g.double().numpy(), strict=True)
        with np.errstate(invalid="ignore"):
            expected = np.array([by_definition(name, *row) for row in rows])
        ends = ~np.isfinite(expected)
        if n > 1:
            np.testing.assert_array_equal(got.double().numpy()[ends], expected[ends])
        np.testing.assert_allclose(got.double()[~ends], expected[~ends], rtol=0.01, atol=1e-6)
        rows_alone = torch.stack([reverse(function, *row) for row in zip(z.detach().requires_grad_(), g, strict=True)])
        batched = torch.vmap(lambda t, d, f=function: torch.func.vjp(f, t)[1](d)[0])(z.detach(), g)
        for other in (rows_alone, batched):
            torch.testing.assert_close(other, got, rtol=0.01, atol=1e-6, equal_nan=True)
