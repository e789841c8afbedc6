"""Weights, smoothing, reductions: computed in float64 whatever the type of the logits, and rounded once."""

from __future__ import annotations

from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from tests.references.exact import FORMATS, units
from torch import Tensor

import verhulst.torch as vt
from verhulst.torch import binary_cross_entropy_with_logits as bce

LOGITS = [-60.0, -20.0, -3.0, -0.125, 0.0, 0.75, 3.0, 20.0, 60.0]
OPTIONS = {
    "smoothing": {"label_smoothing": 0.1},
    "little smoothing": {"label_smoothing": 1e-9},
    "pos_weight": {"pos_weight": 3.0},
    "little pos_weight": {"pos_weight": 1e-9},
    "no pos_weight": {"pos_weight": 0.0},
    "weight": {"weight": 1e-3},
    "large weight": {"weight": 1e4},
    "all": {"label_smoothing": 0.01, "pos_weight": 0.3, "weight": 0.7},
    "none": {},
}


@cache
def exact(z: float, y: float, name: str) -> tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]:
    """Loss, gradient, and the larger of the gradient's two parts."""
    options = OPTIONS[name]
    z, s, w = mpmath.mpf(z), options.get("label_smoothing", 0.0), options.get("weight", 1.0)
    a, b = (t * (1 - mpmath.mpf(s)) + mpmath.mpf(s) / 2 for t in (mpmath.mpf(y), 1 - mpmath.mpf(y)))
    a *= options.get("pos_weight", 1.0)
    p, q = 1 / (1 + mpmath.exp(-z)), 1 / (1 + mpmath.exp(z))
    loss = a * mpmath.log1p(mpmath.exp(-z)) + b * mpmath.log1p(mpmath.exp(z))
    return w * loss, w * (b * p - a * q), w * max(b * p, a * q)


def tensors(options: dict[str, float]) -> dict[str, Any]:
    return {k: v if k == "label_smoothing" else torch.tensor(v, dtype=torch.float64) for k, v in options.items()}


def data(format: str) -> tuple[Tensor, Tensor]:
    z = torch.tensor(LOGITS, dtype=getattr(torch, format)).repeat_interleave(4)
    return z, torch.tensor([0.0, 1.0, 0.25, 0.999], dtype=torch.float64).repeat(len(LOGITS))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_errors(format: str, options: str, reduction: str) -> None:
    z, y = data(format)
    limit = 4.0 if format == "float64" else 0.51
    loss = bce(z.requires_grad_(), y, reduction=reduction, **tensors(OPTIONS[options]))
    (gradient,) = torch.autograd.grad(loss.sum(), z)
    assert loss.dtype == gradient.dtype == z.dtype
    with mpmath.workprec(250):
        parts = [exact(*case, options) for case in zip(z.tolist(), y.tolist(), strict=True)]
        n = len(parts) if reduction == "mean" else 1
        for got, (_, slope, size) in zip(gradient.tolist(), parts, strict=True):
            assert units(got, slope / n, *FORMATS[format], scale=size / n) <= limit
        losses = [p[0] for p in parts]
        if reduction != "none":
            losses = [mpmath.fsum(losses) / n]
        for got, value in zip(loss.reshape(-1).tolist(), losses, strict=True):
            assert units(got, value, *FORMATS[format]) <= limit


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("options", ["pos_weight", "little pos_weight", "no pos_weight", "all"])
def test_gradients_in_labels_and_weights_of_the_positive_class(format: str, options: str) -> None:
    """Each is the loss of a label, of its size: also where that is small, and where a weight is 0."""
    z, y = data(format)
    chosen = tensors(OPTIONS[options])
    scale, smoothing = OPTIONS[options].get("weight", 1.0), OPTIONS[options].get("label_smoothing", 0.0)
    chosen["pos_weight"] = chosen["pos_weight"].repeat(len(z))
    loss = bce(z, y.requires_grad_(), reduction="sum", **chosen | {"pos_weight": chosen["pos_weight"].requires_grad_()})
    to_y, to_weight = torch.autograd.grad(loss, (y, chosen["pos_weight"]), torch.ones_like(loss))
    with mpmath.workprec(250):
        for logit, label, got_y, got_weight in zip(*(t.tolist() for t in (z, y, to_y, to_weight)), strict=True):
            of_one, of_zero = (scale * mpmath.log1p(mpmath.exp(t)) for t in (-mpmath.mpf(logit), mpmath.mpf(logit)))
            of_one_weighted, kept = of_one * OPTIONS[options]["pos_weight"], 1 - mpmath.mpf(smoothing)
            size = kept * (of_one_weighted + of_zero)
            assert units(got_y, kept * (of_one_weighted - of_zero), *FORMATS["float64"], scale=size) <= 8
            assert units(got_weight, of_one * (label * kept + smoothing / 2), *FORMATS["float64"]) <= 8


@pytest.mark.parametrize("options", ["smoothing", "little pos_weight", "weight", "all"])
def test_every_mode(options: str) -> None:
    chosen = tensors(OPTIONS[options])
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(6, dtype=torch.float64, generator=generator, requires_grad=True)
    y = torch.rand(6, dtype=torch.float64, generator=generator, requires_grad=True)
    for reduction in ("none", "mean"):
        loss = lambda z, y, r=reduction: bce(z, y, reduction=r, **chosen)  # noqa: E731
        assert torch.autograd.gradcheck(loss, (z, y), check_forward_ad=True, check_batched_grad=True)
        assert torch.autograd.gradgradcheck(loss, (z, y))
        torch._dynamo.reset()
        half, labels = z.detach().bfloat16().requires_grad_(), y.detach()
        compiled = torch.compile(lambda a, f=loss, b=labels: f(a, b).sum(), fullgraph=True, backend="aot_eager")
        eager = loss(half, labels).sum()
        assert torch.equal(compiled(half), eager)
        assert torch.equal(torch.autograd.grad(compiled(half), half)[0], torch.autograd.grad(eager, half)[0])


def test_infinite_logits_and_labels_that_are_none() -> None:
    inf = float("inf")
    z = torch.tensor([-inf, inf, inf, -inf, 1.0, 1.0, -1.0], requires_grad=True)
    y = torch.tensor([0.0, 1.0, 0.0, 1.0, -0.5, 1.5, float("nan")])
    for weight in (0.0, 1e-9, 3.0):
        loss = bce(z, y, pos_weight=torch.tensor(weight), reduction="none")
        (gradient,) = torch.autograd.grad(loss.sum(), z)
        wrong = 0.0 if weight == 0 else inf
        np.testing.assert_array_equal(loss.detach(), [0, 0, inf, wrong, np.nan, np.nan, np.nan])
        np.testing.assert_array_equal(gradient[:4], np.float32([0, 0, 1, -weight]))
    for dtype in (torch.float16, torch.float32, torch.float64):
        for smoothing in (1e-9, 0.1, 1.0):
            smoothed = bce(z[:4].to(dtype), y[:4].to(dtype), label_smoothing=smoothing, reduction="none")
            np.testing.assert_array_equal(smoothed.detach(), [inf] * 4)


@pytest.mark.parametrize("pos_weight", [1e-300, 3e-308, 1e-309])
def test_the_smallest_weights(pos_weight: float) -> None:
    z, y, weight = torch.tensor([[-3.0], [1.0], [pos_weight]], dtype=torch.float64)
    loss = bce(z, y, pos_weight=weight).item()
    np.testing.assert_allclose(loss / pos_weight, np.log1p(np.exp(3.0)), rtol=1e-13)


def test_means_of_half_precision_under_transforms() -> None:
    """An nth of 1e5 is subnormal in float16, and a sum of 1e5 losses is not in its range."""
    z = torch.full((100_000,), -1.0, dtype=torch.float16)
    y = torch.ones_like(z)
    expected, slope = float(np.log1p(np.exp(1.0))), -1 / (1 + np.exp(-1.0)) / 1e5
    assert float(bce(z, y)) == pytest.approx(expected, rel=2**-11)
    for derivative in (torch.func.grad, torch.func.jacrev):
        assert float(derivative(bce)(z, y)[0]) == pytest.approx(slope, abs=2**-25)
    value, change = torch.func.jvp(lambda t: bce(t, y), (z,), (torch.ones_like(z),))
    assert float(value) == pytest.approx(expected, rel=2**-11)
    assert float(change) == pytest.approx(1e5 * slope, rel=2**-11)
    leaf = z.clone().requires_grad_()
    (first,) = torch.autograd.grad(bce(leaf, y), leaf, torch.tensor(8192.0, dtype=torch.float16), create_graph=True)
    assert float(first.detach()[0]) == pytest.approx(8192 * slope, rel=2**-11)
    (second,) = torch.autograd.grad(first.sum(), leaf)
    assert float(second[0]) == pytest.approx(8192 * (1 / (2 + 2 * np.cosh(1.0))) / 1e5, rel=2**-9)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("smoothing", [1e-6, 0.1, 0.9, 1.0])
def test_smoothing_hides_no_wrong_label(format: str, smoothing: float) -> None:
    labels = torch.tensor([-1e-45, -0.5, 1 + 2**-23, 7.0, float("inf"), float("nan"), 0.0, 1.0])
    z = torch.zeros(len(labels), dtype=getattr(torch, format))
    wrong = bce(z, labels, label_smoothing=smoothing, reduction="none").isnan()
    assert wrong.tolist() == [True] * 6 + [False] * 2


@pytest.mark.parametrize("format", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_both_derivatives_are_rounded_once(format: str, reduction: str) -> None:
    """Recorded for a second derivative or not; in float16 with an outer gradient that brings them back into range."""
    generator = torch.Generator().manual_seed(1)
    z = (6 * torch.randn(1000, generator=generator)).to(getattr(torch, format)).requires_grad_()
    y = (torch.rand(1000, generator=generator) > 0.5).to(z.dtype)
    scale = 4096.0 if format == "float16" else 1.0
    outer = torch.full((1000,) if reduction == "none" else (), scale, dtype=z.dtype)
    factor = scale / (1000 if reduction == "mean" else 1)
    p = z.detach().double()
    for recorded in (False, True):
        (first,) = torch.autograd.grad(bce(z, y, reduction=reduction), z, outer, create_graph=recorded)
        exact = factor * torch.where(y == 1, -vt.sigmoid(-p), vt.sigmoid(p)).numpy()
        assert within_half_a_unit(first, exact)
    (second,) = torch.autograd.grad(first.sum(), z)
    assert within_half_a_unit(second, factor * vt.sigmoid_derivative(p).numpy())


def within_half_a_unit(got: Tensor, exact: np.ndarray) -> bool:
    precision, least = FORMATS[str(got.dtype).removeprefix("torch.")]
    exponent = np.maximum(np.frexp(exact)[1] - 1, least)
    return bool((np.abs(got.detach().double().numpy() - exact) <= np.ldexp(0.5000001, exponent - precision + 1)).all())


@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_no_label_has_no_derivatives(reduction: str) -> None:
    for y in (-0.1, 1.1, float("nan")):
        z, label = torch.tensor([1.0], requires_grad=True), torch.tensor([y])
        (first,) = torch.autograd.grad(bce(z, label, reduction=reduction).sum(), z, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), z, create_graph=True)
        (third,) = torch.autograd.grad(second.sum(), z)
        assert first.isnan().all()
        assert second.isnan().all()
        assert third.isnan().all()
        assert torch.func.hessian(lambda t, y=label: bce(t, y, reduction=reduction).sum())(z.detach()).isnan().all()


@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_labels_of_losses_that_do_not_count(reduction: str) -> None:
    """An outer gradient of 0 times an infinite logit is 0: what is left out changes nothing."""
    z = torch.tensor([np.inf, -np.inf, 1.0], requires_grad=True)
    y = torch.tensor([0.25, 0.0, 1.0], requires_grad=True)
    for t in torch.autograd.grad(bce(z, y, reduction=reduction), (z, y), torch.zeros(3 if reduction == "none" else ())):
        assert (t == 0).all()
