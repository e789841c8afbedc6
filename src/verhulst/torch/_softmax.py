"""softmax, log_softmax and logsumexp on tensors, through the compiled core's fixed-order sums on the CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from verhulst import functions
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._kernels import as_array, new_like


def _on_cpu(function: Any, z: Tensor, dim: int) -> Tensor:
    result = new_like(z)
    function(as_array(z), axis=dim, out=as_array(result))
    return result


class _Softmax(torch.autograd.Function):
    generate_vmap_rule = False

    @staticmethod
    def forward(z: Tensor, dim: int) -> Tensor:
        return _on_cpu(functions.softmax, z, dim)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, int], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0])
        ctx.save_for_forward(inputs[0])
        ctx.dim = inputs[1]

    @staticmethod
    def _along(z: Tensor, dim: int, direction: Tensor) -> Tensor:
        """The (symmetric) Jacobian times a direction: s (v - sum(s v))."""
        s = softmax(z, dim)
        return s * (direction - (s * direction).sum(dim, keepdim=True))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return _Softmax._along(ctx.saved_tensors[0], ctx.dim, gradients[0]), None

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor], tangent: Tensor, _: None) -> Tensor:
        return _Softmax._along(saved[0], ctx.dim, tangent)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, None], z: Tensor, dim: int) -> tuple[Tensor, int]:
        assert in_dims[0] is not None
        return softmax(z.movedim(in_dims[0], 0), dim + 1 if dim >= 0 else dim), 0


class _LogSoftmax(torch.autograd.Function):
    generate_vmap_rule = False

    @staticmethod
    def forward(z: Tensor, dim: int) -> Tensor:
        return _on_cpu(functions.log_softmax, z, dim)

    setup_context = _Softmax.setup_context

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        s = softmax(ctx.saved_tensors[0], ctx.dim)
        return gradients[0] - s * gradients[0].sum(ctx.dim, keepdim=True), None

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor], tangent: Tensor, _: None) -> Tensor:
        return tangent - (softmax(saved[0], ctx.dim) * tangent).sum(ctx.dim, keepdim=True)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, None], z: Tensor, dim: int) -> tuple[Tensor, int]:
        assert in_dims[0] is not None
        return log_softmax(z.movedim(in_dims[0], 0), dim + 1 if dim >= 0 else dim), 0


def _takes_core(z: Tensor) -> bool:
    return z.device.type == "cpu" and z.ndim > 0 and not torch.compiler.is_compiling()


def softmax(z: Tensor, dim: int = -1) -> Tensor:
    """Softmax along a dimension: e^z / sum of e^z.

    Parameters
    ----------
    z : Tensor of logits, at least one dimension
    dim : the dimension that sums to 1

    Returns
    -------
    Tensor of z's shape and dtype. Differentiable twice. Under `torch.compile` and off the CPU this is torch's own.
    """
    return _Softmax.apply(z, dim) if _takes_core(z) else torch.softmax(z, dim)


def log_softmax(z: Tensor, dim: int = -1) -> Tensor:
    """Logarithm of softmax along a dimension; the top class keeps its digits.

    Parameters
    ----------
    z : Tensor of logits, at least one dimension
    dim : the dimension over which softmax sums to 1

    Returns
    -------
    Tensor of z's shape and dtype. Differentiable twice. Under `torch.compile` and off the CPU the top class is taken
    from the others, -log1p(sum of their e^(z - max)), in torch expressions.
    """
    if _takes_core(z):
        return _LogSoftmax.apply(z, dim)
    top = z.argmax(dim, keepdim=True)
    from_top = z - z.gather(dim, top)
    others = from_top.exp().scatter(dim, top, 0.0).sum(dim, keepdim=True)
    return from_top - others.log1p()


def logsumexp(z: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    """log of the sum of e^z along a dimension.

    Parameters
    ----------
    z : Tensor, at least one dimension
    dim : the dimension that is summed over
    keepdim : keep it with length 1

    Returns
    -------
    Tensor without that dimension. Its gradient is softmax.
    """
    return torch.logsumexp(z, dim, keepdim)
