"""From a kernel and its derivative to a torch function that every mode of torch can use.

Eager mode: an autograd.Function, with which backward, double backward, `torch.func.{grad, jvp, vmap, hessian}` work.
Under `torch.compile` (fullgraph): the operator torch.ops.verhulst.NAME, forward and backward; a functorch derivative
taken *inside* the compiled function raises, because torch 2.x would otherwise drop it silently (a plain custom_op
returns a zero tangent).
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from verhulst.functions._registry import FUNCTIONS, Function
from verhulst.functions.formulas import Namespace, beside_functions
from verhulst.torch._cast import cast
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._kernels import evaluate, unwatched, widest

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
library = torch.library.Library("verhulst", "DEF")


def by_formula(name: str, z: Tensor) -> Tensor:
    """The function of that name in torch expressions, half precision by way of float32."""
    if z.dtype in (torch.float16, torch.bfloat16):
        return FUNCTIONS[name].formula(TORCH, z.float()).to(z.dtype)
    return FUNCTIONS[name].formula(TORCH, z)


def differentiable(function: Function) -> Callable[[Tensor], Tensor]:
    """The torch face of a function of one argument."""
    name = function.name
    library.define(f"{name}(Tensor z) -> Tensor")

    def on_cpu(z: Tensor) -> Tensor:
        return evaluate(function.ufunc, z)[0]

    def elsewhere(z: Tensor) -> Tensor:
        return by_formula(name, z)

    def chained(t: Tensor, z: Tensor) -> Tensor:
        """t times the derivative at z; in float16 as one number, since a factor alone may leave the range."""
        wide = cast(z, widest(z)) if function.arithmetic or z.dtype == torch.float16 else z
        return cast(t.to(wide.dtype) * function.derivative(_made, wide), z.dtype)

    library.impl(name, on_cpu, "CPU")
    library.impl(name, elsewhere, "CUDA")
    library.impl(name, elsewhere, "MPS")
    torch.library.register_fake(f"verhulst::{name}", torch.empty_like, lib=library)
    operator = getattr(torch.ops.verhulst, name)

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(z: Tensor) -> Tensor:
            if unwatched(z):
                return on_cpu(z)
            with torch._C._AutoDispatchBelowAutograd():
                result: Tensor = operator(z)
            return result

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
            ctx.save_for_backward(*inputs)
            ctx.save_for_forward(*inputs)

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> Tensor:
            (z,) = ctx.saved_tensors
            return chained(gradients[0], z)

        @staticmethod
        @forward_rule
        def jvp(ctx: Any, saved: tuple[Tensor], tangent: Tensor) -> Tensor:
            return chained(tangent, saved[0])

        @staticmethod
        def vmap(info: Any, in_dims: tuple[int | None], z: Tensor) -> tuple[Tensor, int | None]:
            return face(z), in_dims[0]

    Function.__name__ = Function.__qualname__ = name
    library.impl(name, Function.apply, "Autograd")

    def face(z: Tensor) -> Tensor:
        if torch.compiler.is_compiling():
            result: Tensor = operator(z)
            return result
        if unwatched(z):
            return on_cpu(z)
        return Function.apply(z)

    face.__name__ = face.__qualname__ = name
    face.__module__ = "verhulst.torch"
    face.__doc__ = f"""{function.meaning}

    Parameters
    ----------
    z : Tensor of float16, bfloat16, float32 or float64, any shape and layout

    Returns
    -------
    Tensor of z's shape and dtype; on the CPU to the last bit what `verhulst.{name}` gives, elsewhere as
    exact as the device's own exp, log1p and erfc.

    Notes
    -----
    First and second derivatives are computed from z, not from the result: they keep their digits in the tails. In
    float16 one is multiplied by the outer gradient before it is rounded, so that a scaled loss keeps its gradients.
    Backward, double backward, `torch.func` and `torch.compile(fullgraph=True)` are supported; `torch.func` derivatives
    taken inside a compiled function raise.
    """
    setattr(_made, name, face)
    return face
