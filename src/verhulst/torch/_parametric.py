"""Activations with a parameter: leaky ReLU and ELU on tensors, through the compiled core on the CPU."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from verhulst.functions import _elu as elu_ufuncs
from verhulst.functions import _relu as relu_ufuncs
from verhulst.functions._parameter import _held_number
from verhulst.functions._registry import PARAMETERS, PUBLIC, summary
from verhulst.torch._arguments import OF_FUNCTIONS, numbers, real, same_device, tensor_function
from verhulst.torch._cast import cast, wider
from verhulst.torch._functional import relu_derivative
from verhulst.torch._kernels import FLOATING, as_array, new_like, widest
from verhulst.torch._operator import define, differentiable

NAMED = find_spec("ml_dtypes") is not None  # bfloat16 in NumPy
DTYPES = {dtype: as_array(torch.empty(0, dtype=dtype)).dtype for dtype in FLOATING if NAMED or dtype != torch.bfloat16}
Parametric = Callable[[Tensor, float], Tensor]


def _held(dtype: torch.dtype, parameter: float) -> Any:
    """The parameter in that type, None where only arithmetic in float64 takes it as given."""
    return _held_number(parameter, DTYPES[dtype], True)


def _face(name: str, ufunc: np.ufunc, formula: Parametric, derivative: Parametric) -> Parametric:
    """The torch face of `verhulst.NAME(z, parameter)`, with the formula for other devices and the derivative in z.

    Half precision goes by a wider type there, so that the parameter counts as given and the result is rounded once.
    """
    function = PUBLIC[name]

    def on_cpu(z: Tensor, parameter: float) -> Tensor:
        if z.dtype == torch.bfloat16 and not NAMED:
            return cast(on_cpu(cast(z, torch.float64), parameter), z.dtype)
        result = new_like(z)
        held = _held(z.dtype, parameter)
        if held is None:
            function(as_array(z), parameter, out=as_array(result))
        else:
            ufunc(as_array(z), held, as_array(result))
        return result

    def by_formula(z: Tensor, parameter: float) -> Tensor:
        overflows = z.dtype == torch.float32 and _held(z.dtype, parameter) is None
        wide = cast(z, widest(z)) if overflows else wider(z)
        return cast(formula(wide, parameter), z.dtype)

    def chained(t: Tensor, z: Tensor, parameter: float) -> Tensor:
        wide = wider(z)
        return cast(t.to(wide.dtype) * derivative(wide, parameter), z.dtype)

    operator = define(f"{name}(Tensor z, float parameter) -> Tensor", on_cpu, by_formula)
    computed = differentiable(operator, on_cpu, chained).face

    def face(z: Tensor, parameter: Any) -> Tensor:
        z = numbers(z, name)
        if isinstance(parameter, Tensor):  # a factor of all that is left of 0
            parameter = real(parameter, f"the parameter of {name}")
            same_device(parameter, f"the parameter of {name}", z, "z", or_number=True)
            if any(n != m and 1 not in (n, m) for n, m in zip(parameter.shape[::-1], z.shape[::-1], strict=False)):
                shapes = f"{tuple(z.shape)}, not {tuple(parameter.shape)}"
                raise ValueError(f"the parameter of {name} must broadcast against z, {shapes}")
            unit = computed(cast(z, widest(z)), 1.0)  # so that the parameter counts as given
            # Right of 0 the factor is 1, so that no infinite parameter reaches the derivative there.
            return cast(torch.where(z > 0, 1.0, parameter.to(unit.dtype)) * unit, z.dtype)
        if torch.compiler.is_compiling():
            return computed(z, parameter)
        if not isinstance(parameter, Real):
            raise TypeError(f"the parameter of {name} must be a number or a tensor, not {type(parameter).__name__}")
        try:
            number = float(parameter)
        except OverflowError:
            raise ValueError(f"the parameter of {name} is too large for float64") from None
        return computed(z, number)

    return face


_leaky_relu: Parametric = _face(
    "leaky_relu",
    relu_ufuncs._leaky_relu.ufunc,
    lambda z, slope: torch.where(z > 0, z, slope * z),
    lambda z, slope: _leaky_relu_derivative(z, slope),
)
_leaky_relu_derivative: Parametric = _face(
    "leaky_relu_derivative",
    relu_ufuncs._leaky_relu_derivative.ufunc,
    lambda z, slope: torch.where(z > 0, 1.0, 0 * relu_derivative(z) + slope),
    lambda z, slope: 0 * relu_derivative(z),
)
_elu: Parametric = _face(
    "elu",
    elu_ufuncs._elu.ufunc,
    lambda z, alpha: torch.where(z > 0, z, alpha * torch.expm1(z.clamp_max(0))),
    lambda z, alpha: _elu_derivative(z, alpha),
)
_elu_derivative: Parametric = _face(
    "elu_derivative",
    elu_ufuncs._elu_derivative.ufunc,
    lambda z, alpha: torch.where(z > 0, 1.0, alpha * torch.exp(z.clamp_max(0))),
    lambda z, alpha: torch.where(z > 0, 0.0, _elu_derivative(z, alpha)),
)


def _described(function: Parametric) -> Parametric:
    """Give it the docstring that these functions have in common, with what the NumPy function of its name says."""
    name = function.__name__
    parameter, meaning = PARAMETERS[name]
    theirs = "".join(f" May be called `{there}`." for there, here in OF_FUNCTIONS.items() if here == parameter)
    function.__doc__ = f"""{summary(name)}

    Parameters
    ----------
    z : Tensor
        Any shape; integers become torch's default type. May be called `input`.
    {parameter} : float or Tensor
        {meaning}; a tensor is broadcast against z, and may be learnt.{theirs}

    Returns
    -------
    Tensor
        The shape and dtype of z; where {parameter} is a number, on the CPU with the bits of `verhulst.{name}`.
    """
    return function


@tensor_function
@_described
def leaky_relu(z: Tensor, slope: float = 0.01) -> Tensor:
    return _leaky_relu(z, slope)


@tensor_function
@_described
def leaky_relu_derivative(z: Tensor, slope: float = 0.01) -> Tensor:
    return _leaky_relu_derivative(z, slope)


@tensor_function
@_described
def elu(z: Tensor, alpha: float = 1.0) -> Tensor:
    return _elu(z, alpha)


@tensor_function
@_described
def elu_derivative(z: Tensor, alpha: float = 1.0) -> Tensor:
    return _elu_derivative(z, alpha)
