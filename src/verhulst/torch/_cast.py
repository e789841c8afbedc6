"""From one number type to another, rounding once: torch goes from float64 to half precision by way of float32."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from verhulst.torch._kernels import unwatched
from verhulst.torch._operator import define, leaves_python, library

HALF = (torch.float16, torch.bfloat16)
_LAST = 1 << 29  # the last bit of a float64 that float32 holds too
_ROUNDED_TWICE = tuple({torch.float64, half} for half in HALF)


def _rounded(t: Tensor, dtype: torch.dtype) -> Tensor:
    """The 29 bits that float32 cannot hold are cut off, and the last one before them is made odd where they were not 0.

    What is no tie of the narrow type does not become one. (bfloat16's subnormal numbers are rounded twice.)
    """
    if t.dtype != torch.float64:
        return t.to(dtype)
    bits = t.view(torch.int64)
    lost = bits & (_LAST - 1)
    odd = (bits - lost).bitwise_or_(lost.add_(_LAST - 1).bitwise_and_(_LAST))
    return odd.view(torch.float64).to(dtype)


_operator = define(
    "cast(Tensor t, ScalarType dtype) -> Tensor",
    _rounded,
    _rounded,
    lambda t, dtype: torch.empty_like(t, dtype=dtype),
)


class _Cast(torch.autograd.Function):
    """The gradient is rounded once as well."""

    @staticmethod
    def forward(t: Tensor, dtype: torch.dtype) -> Tensor:
        with torch._C._AutoDispatchBelowAutograd():
            result: Tensor = _operator(t, dtype)
        return result

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, torch.dtype], output: Tensor) -> None:
        ctx.before, ctx.after = inputs[0].dtype, inputs[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return cast(gradients[0], ctx.before), None

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor, _: None) -> Tensor:
        return cast(tangent, ctx.after)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, None], t: Tensor, dtype: torch.dtype) -> tuple[Tensor, int | None]:
        return cast(t, dtype), in_dims[0]


library.impl("cast", _Cast.apply, "Autograd")


def cast(t: Tensor, dtype: torch.dtype) -> Tensor:
    """The tensor in that type, rounded once; its gradient too."""
    if {t.dtype, dtype} not in _ROUNDED_TWICE:
        return t.to(dtype)
    if torch.compiler.is_compiling() or leaves_python():
        result: Tensor = _operator(t, dtype)
        return result
    return _rounded(t, dtype) if unwatched(t) else _Cast.apply(t, dtype)


def wider(t: Tensor) -> Tensor:
    """Half precision as float64 (float32 where that is slow or absent), for arithmetic; else the tensor."""
    if t.dtype not in HALF:
        return t
    return cast(t, torch.float64 if t.device.type == "cpu" else torch.float32)
