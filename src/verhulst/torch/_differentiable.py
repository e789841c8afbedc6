"""The functions of one argument on tensors, with derivatives computed from the argument."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import Tensor

from verhulst.functions._registry import FUNCTIONS, Function
from verhulst.functions.formulas import Namespace, beside_functions
from verhulst.torch._arguments import numbers, tensor_function
from verhulst.torch._cast import cast
from verhulst.torch._kernels import evaluate_one, plain, widest
from verhulst.torch._operator import define
from verhulst.torch._operator import differentiable as with_derivative

TORCH = Namespace(
    exp=torch.exp,
    expm1=torch.expm1,
    log=torch.log,
    log1p=torch.log1p,
    tanh=torch.tanh,
    atanh=torch.atanh,
    erfc=torch.special.erfc,
    where=torch.where,
    clip=torch.clamp,
    round=torch.round,
)
# The differentiable functions made so far, by name: what derivatives are written with.
_made = SimpleNamespace(**beside_functions(TORCH))
# The same of plain tensors that autograd does not record.
_plain = SimpleNamespace(**beside_functions(TORCH))


def _unrecorded(*tensors: Tensor) -> bool:
    """Whether these are plain tensors, and nothing records what is done with them."""
    return not torch.is_grad_enabled() and not torch.compiler.is_compiling() and plain(*tensors)


def by_formula(name: str, z: Tensor) -> Tensor:
    """The function of that name in torch expressions, half precision by way of float32."""
    if z.dtype in (torch.float16, torch.bfloat16):
        return FUNCTIONS[name].formula(TORCH, z.float()).to(z.dtype)
    return FUNCTIONS[name].formula(TORCH, z)


def differentiable(function: Function) -> Callable[[Tensor], Tensor]:
    """The torch face of a function of one argument."""
    name, ufunc, at_once = function.name, function.ufunc, not function.arithmetic

    def on_cpu(z: Tensor) -> Tensor:
        return evaluate_one(ufunc, name, z)

    def chained(t: Tensor, z: Tensor) -> Tensor:
        """t times the derivative at z; in float16 as one number, since a factor alone may leave the range."""
        if at_once and t.dtype == z.dtype != torch.float16 and _unrecorded(t, z):
            return function.derivative(_plain, z).mul_(t)
        wide = cast(z, widest(z)) if function.arithmetic or z.dtype == torch.float16 else z
        return cast(t.to(wide.dtype) * function.derivative(_made, wide), z.dtype)

    def formula(z: Tensor) -> Tensor:
        return by_formula(name, z)

    computed = with_derivative(define(f"{name}(Tensor z) -> Tensor", on_cpu, formula), on_cpu, chained)

    def face(z: Tensor) -> Tensor:
        return computed.face(numbers(z, name))

    face.__name__ = face.__qualname__ = name
    face.__module__ = "verhulst.torch"
    face.__doc__ = f"""{function.meaning}

    Parameters
    ----------
    z : Tensor
        Any shape and layout, of float16, bfloat16, float32 or float64; integers and booleans become torch's default
        type. May be called `input`, as torch calls it.

    Returns
    -------
    Tensor
        The shape and dtype of z; on the CPU to the last bit what `verhulst.{name}` gives, elsewhere as exact as the
        device's own exp, log1p and erfc.

    Notes
    -----
    First and second derivatives are computed from z, not from the result: they keep their digits in the tails. In
    float16 one is multiplied by the outer gradient before it is rounded, so that a scaled loss keeps its gradients.
    Backward, double backward, `torch.func` and `torch.compile(fullgraph=True)` are supported; `torch.func` derivatives
    taken inside a compiled function raise.
    """
    setattr(_made, name, computed.face)
    setattr(_plain, name, on_cpu)
    return tensor_function(face, computed.of_plain)
