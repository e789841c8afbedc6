"""Activations with a parameter: leaky ReLU and ELU on tensors, through the compiled core on the CPU."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from verhulst import functions
from verhulst.torch._cast import cast, wider
from verhulst.torch._differentiable import library
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._functional import relu_derivative
from verhulst.torch._kernels import as_array, new_like, unwatched

NAMED = find_spec("ml_dtypes") is not None  # bfloat16 in NumPy
Parametric = Callable[[Tensor, float], Tensor]


def _differentiable(name: str, formula: Parametric, derivative: Parametric) -> Parametric:
    """The torch face of `verhulst.NAME(z, parameter)`, with the formula for other devices and the derivative in z.

    Half precision goes by a wider type there, so that the parameter counts as given and the result is rounded once.
    """
    function = getattr(functions, name)
    library.define(f"{name}(Tensor z, float parameter) -> Tensor")

    def on_cpu(z: Tensor, parameter: float) -> Tensor:
        if z.dtype == torch.bfloat16 and not NAMED:
            return cast(on_cpu(cast(z, torch.float64), parameter), z.dtype)
        result = new_like(z)
        function(as_array(z), parameter, out=as_array(result))
        return result

    def elsewhere(z: Tensor, parameter: float) -> Tensor:
        return cast(formula(wider(z), parameter), z.dtype)

    def chained(t: Tensor, z: Tensor, parameter: float) -> Tensor:
        wide = wider(z)
        return cast(t.to(wide.dtype) * derivative(wide, parameter), z.dtype)

    library.impl(name, on_cpu, "CPU")
    library.impl(name, elsewhere, "CUDA")
    library.impl(name, elsewhere, "MPS")
    torch.library.register_fake(f"verhulst::{name}", lambda z, parameter: torch.empty_like(z), lib=library)
    operator = getattr(torch.ops.verhulst, name)

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(z: Tensor, parameter: float) -> Tensor:
            with torch._C._AutoDispatchBelowAutograd():
                result: Tensor = operator(z, parameter)
            return result

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Tensor, float], output: Tensor) -> None:
            ctx.save_for_backward(inputs[0])
            ctx.save_for_forward(inputs[0])
            ctx.parameter = inputs[1]

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
            return chained(gradients[0], ctx.saved_tensors[0], ctx.parameter), None

        @staticmethod
        @forward_rule
        def jvp(ctx: Any, saved: tuple[Tensor], tangent: Tensor, _: None) -> Tensor:
            return chained(tangent, saved[0], ctx.parameter)

        @staticmethod
        def vmap(info: Any, in_dims: tuple[int | None, None], z: Tensor, parameter: float) -> tuple[Tensor, int | None]:
            return face(z, parameter), in_dims[0]

    Function.__name__ = Function.__qualname__ = name
    library.impl(name, Function.apply, "Autograd")

    def face(z: Tensor, parameter: Any) -> Tensor:
        if isinstance(parameter, Tensor):  # a factor of all that is left of 0
            unit = face(wider(z), 1.0)
            return cast(torch.where(z > 0, unit, parameter * unit), z.dtype)
        if torch.compiler.is_compiling():
            result: Tensor = operator(z, parameter)
            return result
        if not z.is_floating_point():
            raise TypeError(f"{name} takes floating-point numbers, not {z.dtype}")
        if not isinstance(parameter, Real):
            raise TypeError(f"the parameter of {name} must be a number or a tensor, not {type(parameter).__name__}")
        parameter = float(parameter)
        return on_cpu(z, parameter) if unwatched(z) else Function.apply(z, parameter)

    return face


_leaky_relu: Parametric = _differentiable(
    "leaky_relu",
    lambda z, slope: torch.where(z > 0, z, slope * z),
    lambda z, slope: _leaky_relu_derivative(z, slope),
)
_leaky_relu_derivative: Parametric = _differentiable(
    "leaky_relu_derivative",
    lambda z, slope: torch.where(z > 0, 1.0, 0 * relu_derivative(z) + slope),
    lambda z, slope: 0 * relu_derivative(z),
)
_elu: Parametric = _differentiable(
    "elu",
    lambda z, alpha: torch.where(z > 0, z, alpha * torch.expm1(z.clamp_max(0))),
    lambda z, alpha: _elu_derivative(z, alpha),
)
_elu_derivative: Parametric = _differentiable(
    "elu_derivative",
    lambda z, alpha: torch.where(z > 0, 1.0, alpha * torch.exp(z.clamp_max(0))),
    lambda z, alpha: torch.where(z > 0, 0.0, _elu_derivative(z, alpha)),
)


def leaky_relu(z: Tensor, slope: float = 0.01) -> Tensor:
    """Leaky ReLU: z for z > 0, slope z below.

    Parameters
    ----------
    z : Tensor, any shape
    slope : the slope for z < 0, a number

    Returns
    -------
    Tensor of z's shape and dtype, on the CPU with the bits of `verhulst.leaky_relu`; its derivative at 0 is `slope`.
    """
    return _leaky_relu(z, slope)


def leaky_relu_derivative(z: Tensor, slope: float = 0.01) -> Tensor:
    """Derivative of leaky ReLU: 1 for z > 0, slope elsewhere; nan at nan."""
    return _leaky_relu_derivative(z, slope)


def elu(z: Tensor, alpha: float = 1.0) -> Tensor:
    """ELU: z for z > 0, alpha (e^z - 1) below.

    Parameters
    ----------
    z : Tensor, any shape
    alpha : minus the limit at -inf, a number

    Returns
    -------
    Tensor of z's shape and dtype, on the CPU with the bits of `verhulst.elu`. The derivative is computed from z
    (torch's own, from the result, loses every digit in the left tail).
    """
    return _elu(z, alpha)


def elu_derivative(z: Tensor, alpha: float = 1.0) -> Tensor:
    """Derivative of ELU: 1 for z > 0, alpha e^z elsewhere."""
    return _elu_derivative(z, alpha)
