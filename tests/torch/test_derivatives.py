"""Every function of one argument, its first and second derivative: at the ends, far out, near 0, in every type."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.references.exact import FORMATS, derivative, points, tails, units

import verhulst.torch as vt
from verhulst.functions._registry import FUNCTIONS
from verhulst.torch._differentiable import by_formula

# The slope is one of float32's.
PARAMETRIC = ["leaky_relu", "leaky_relu_derivative", "elu", "elu_derivative"]


def bound(name: str, order: int, format: str) -> float:
    """In ULP: one rounding, but in float64 for that of the expressions."""
    if name in PARAMETRIC:
        return 1.0 if format == "float32" and name.startswith("leaky") else 0.51
    return 4.0 if format == "float64" and order + FUNCTIONS[name].arithmetic >= 2 else 0.51


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", [*sorted(FUNCTIONS), *PARAMETRIC])
def test_value_and_two_derivatives_everywhere(name: str, format: str) -> None:
    z = torch.tensor(points(format), dtype=torch.float64).to(getattr(torch, format)).requires_grad_()
    value = getattr(vt, name)(z)
    (first,) = torch.autograd.grad(value.sum(), z, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), z)
    for order, got in enumerate((value, first, second)):
        assert got.dtype == z.dtype
        for at, computed in zip(z.tolist(), got.tolist(), strict=True):
            error = units(computed, derivative(name, order, at), *FORMATS[format])
            assert error <= bound(name, order, format), (order, at, computed)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_tails_down_to_the_smallest_number(name: str, format: str) -> None:
    """gelu'' has 11 roundings in its tail; in gelu''' torch multiplies a subnormal number by z, which is 39 at most."""
    limit = {"gelu": 5.5, "gelu_derivative": 39.0}.get(name, 4.0) if format == "float64" else 0.51
    z = torch.tensor(tails(format, np.random.default_rng(20261203)), dtype=torch.float64)
    z = z.to(getattr(torch, format)).requires_grad_()
    (first,) = torch.autograd.grad(getattr(vt, name)(z).sum(), z, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), z)
    for at, computed in zip(z.tolist(), second.tolist(), strict=True):
        assert units(computed, derivative(name, 2, at), *FORMATS[format]) <= limit, (at, computed)


@pytest.mark.parametrize("format", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_formulas_for_other_devices_everywhere(name: str, format: str) -> None:
    """At the ends and outside the domain as the core; elsewhere a few units, as erfc and subnormal numbers allow."""
    z = torch.tensor(points(format), dtype=getattr(torch, format))
    for at, computed in zip(z.tolist(), by_formula(name, z).tolist(), strict=True):
        exact = derivative(name, 0, at)
        scale = max(abs(exact), min(1 + abs(at), 1e4) * 2.0 ** FORMATS[format][1])
        limit = 800 if name.startswith("gelu") else 16
        assert units(computed, exact, *FORMATS[format], scale=scale) <= limit, (at, computed)


@pytest.mark.parametrize("outer", [1.0, 3.0, 1024.0, 2.0**-12])
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_float16_times_an_outer_gradient_is_rounded_once(name: str, outer: float) -> None:
    """A scaled loss: where the derivative alone is below float16's range, the product need not be."""
    z = torch.arange(-(2**15), 2**15).to(torch.int16).view(torch.float16).requires_grad_()
    (got,) = torch.autograd.grad(getattr(vt, name)(z), z, torch.full_like(z, outer))
    numbers = z.detach().double().requires_grad_()
    (slopes,) = torch.autograd.grad(getattr(vt, name)(numbers).sum(), numbers)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(got.numpy(), (outer * slopes.numpy()).astype(np.float16))
