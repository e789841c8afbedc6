"""From what the core computes to a torch function that every mode of torch can use.

Eager mode: an autograd.Function, with which backward, double backward, `torch.func.{grad, jvp, vmap, hessian}` work.
Under `torch.compile` (fullgraph): the operator torch.ops.verhulst.NAME, forward and backward; a functorch derivative
taken *inside* the compiled function raises, because torch 2.x would otherwise drop it silently (a plain custom_op
returns a zero tangent).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._kernels import unwatched

library = torch.library.Library("verhulst", "DEF")


def define(
    signature: str,
    on_cpu: Callable[..., Any],
    elsewhere: Callable[..., Any] | None = None,
    shape_only: Callable[..., Any] = lambda z, *_: torch.empty_like(z),
) -> Any:
    """The operator torch.ops.verhulst.NAME of that signature, without its derivative.

    Parameters
    ----------
    signature : as torch.library.define takes it
    on_cpu, elsewhere : what it does with tensors on the CPU, and on other devices
    shape_only : empty tensors like the results, for compilers
    """
    name = signature.split("(")[0]
    library.define(signature)
    library.impl(name, on_cpu, "CPU")
    if elsewhere is not None:
        library.impl(name, elsewhere, "CUDA")
        library.impl(name, elsewhere, "MPS")
    torch.library.register_fake(f"verhulst::{name}", shape_only, lib=library)
    return getattr(torch.ops.verhulst, name)


def differentiable(
    operator: Any,
    on_cpu: Callable[..., Tensor],
    backward: Callable[..., Tensor],
    change: Callable[..., Tensor] | None = None,
    batched: Callable[..., Tensor] | None = None,
) -> Callable[..., Tensor]:
    """The function of a tensor z, and perhaps of numbers, that the operator is, with its derivative.

    Parameters
    ----------
    operator : made by `define`
    on_cpu : what it does with tensors on the CPU that nothing follows
    backward : (outer gradient, z, *numbers) -> gradient
    change : (direction, z, *numbers) -> derivative in that direction; backward itself, unless said
    batched : the function of a z whose first dimension counts the cases of a vmap; unless said, itself
    """
    name = operator.__name__
    in_direction = change or backward

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(z: Tensor, *numbers: Any) -> Tensor:
            if unwatched(z):
                return on_cpu(z, *numbers)
            with torch._C._AutoDispatchBelowAutograd():
                result: Tensor = operator(z, *numbers)
            return result

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
            z, *ctx.numbers = inputs
            ctx.save_for_backward(z)
            ctx.save_for_forward(z)

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
            return backward(gradients[0], *ctx.saved_tensors, *ctx.numbers), *(None for _ in ctx.numbers)

        @staticmethod
        @forward_rule
        def jvp(ctx: Any, saved: tuple[Tensor], tangent: Tensor, *_: None) -> Tensor:
            return in_direction(tangent, *saved, *ctx.numbers)

        @staticmethod
        def vmap(info: Any, in_dims: tuple[int | None, ...], z: Tensor, *numbers: Any) -> tuple[Tensor, int | None]:
            if batched is None or in_dims[0] is None:
                return face(z, *numbers), in_dims[0]
            return batched(z.movedim(in_dims[0], 0), *numbers), 0

    Function.__name__ = Function.__qualname__ = name
    library.impl(name, Function.apply, "Autograd")

    def face(z: Tensor, *numbers: Any) -> Tensor:
        if torch.compiler.is_compiling():
            result: Tensor = operator(z, *numbers)
            return result
        return on_cpu(z, *numbers) if unwatched(z) else Function.apply(z, *numbers)

    return face
