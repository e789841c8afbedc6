"""The sum or the mean of binary cross-entropies: one operator, exact, forward and backward in one read."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from verhulst import _core
from verhulst.functions import formulas
from verhulst.torch._cast import cast
from verhulst.torch._differentiable import TORCH
from verhulst.torch._elementwise_loss import Gradient, change, change_by_label, elementwise_loss
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._kernels import as_bits, new_like, plain, widest
from verhulst.torch._operator import apply_plain, define, leaves_python, library


def _in_a_row(t: Tensor) -> Tensor:
    """The tensor without gaps, at an address that its type asks for: what stands in the middle of a file may not be."""
    return t.contiguous() if t.data_ptr() % t.itemsize == 0 else t.clone(memory_format=torch.contiguous_format)


def _reduced_on_cpu(z: Tensor, y: Tensor, mean: bool, with_gradient: bool) -> tuple[Tensor, Tensor]:
    z, y = _in_a_row(z), _in_a_row(y)
    total = torch.empty((), dtype=z.dtype)
    gradient = new_like(z) if with_gradient else z.new_empty(0)
    _core.binary_cross_entropy_sum(
        as_bits(z), as_bits(y), as_bits(gradient) if with_gradient else None, as_bits(total), mean, mean
    )
    return total, gradient


def _reduced_by_formula(z: Tensor, y: Tensor, mean: bool, with_gradient: bool) -> tuple[Tensor, Tensor]:
    wide_z, wide_y = z.to(widest(z)), y.to(widest(z))
    losses = formulas.binary_cross_entropy(TORCH, wide_z, wide_y)
    total = losses.mean() if mean else losses.sum()
    if not with_gradient:
        return total.to(z.dtype), z.new_empty(0)
    gradient = formulas.binary_cross_entropy_gradient(TORCH, wide_z, wide_y)
    return total.to(z.dtype), (gradient / z.numel() if mean else gradient).to(z.dtype).contiguous()


_reduced = define(
    "binary_cross_entropy_reduced(Tensor z, Tensor y, bool mean, bool with_gradient) -> (Tensor, Tensor)",
    _reduced_on_cpu,
    _reduced_by_formula,
    lambda z, y, mean, with_gradient: (
        z.new_empty(()),
        torch.empty_like(z, memory_format=torch.contiguous_format) if with_gradient else z.new_empty(0),
    ),
    lambda *_: [],
)
_total = define(
    "binary_cross_entropy_total(Tensor z, Tensor y, bool mean) -> Tensor",
    lambda z, y, mean: _reduced(z, y, mean, False)[0],
    lambda z, y, mean: _reduced_by_formula(z, y, mean, False)[0],
    lambda z, y, mean: z.new_empty(()),
    lambda *_: [],
)


class _Reduced(torch.autograd.Function):
    """The sum or the mean of the losses; each element's gradient is computed in the same read.

    The gradient waits in ctx, not among the saved tensors: the first backward takes it away and may scale it in place.
    """

    @staticmethod
    def forward(ctx: Any, z: Tensor, y: Tensor, mean: bool, recorded: bool) -> Tensor:
        ctx.save_for_backward(z, y)
        ctx.save_for_forward(z, y)
        ctx.mean = mean
        wanted = recorded and z.requires_grad and z.dtype != torch.float16  # an nth of it may leave the range
        if plain(z, y):
            total, gradient = _reduced_on_cpu(z, y, mean, wanted)
        else:
            with torch._C._AutoDispatchBelowAutograd():
                total, gradient = _reduced(z, y, mean, wanted)
        ctx.gradient = gradient if wanted else None
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        (outer,) = gradients
        if ctx.needs_input_grad[1] or torch.is_grad_enabled() or outer.dtype == torch.float16:
            z, y = ctx.saved_tensors
            wide = widest(z)
            wide_z, outer = cast(z, wide), outer.to(wide)
            outer = outer / z.numel() if ctx.mean else outer
            to_z = cast(outer * Gradient.apply(wide_z, cast(y, wide)), z.dtype) if ctx.needs_input_grad[0] else None
            to_y = cast(change_by_label(outer, wide_z), y.dtype) if ctx.needs_input_grad[1] else None
            return to_z, to_y, None, None
        gradient, ctx.gradient = ctx.gradient, None
        if gradient is None:  # taken by an earlier backward
            z, y = ctx.saved_tensors
            _, gradient = _reduced(z, y, ctx.mean, True)
        if not plain(outer):  # traced, or standing for many numbers
            return gradient * outer, None, None, None
        factor = outer.item()
        return (gradient if factor == 1 else gradient.mul_(factor)), None, None, None

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor, Tensor], to_z: Tensor | None, to_y: Tensor | None, *_: None) -> Tensor:
        z, y = saved
        wide = widest(z)
        changed = change(cast(z, wide), cast(y, wide), to_z, to_y)
        return cast(changed.mean() if ctx.mean else changed.sum(), z.dtype)


def _transformed() -> bool:
    """Whether a transform of torch.func is at work, on tensors that stand for others."""
    return bool(torch._C._are_functorch_transforms_active())


library.impl(
    "binary_cross_entropy_total", lambda z, y, mean: _Reduced.apply(z, y, mean, torch.is_grad_enabled()), "Autograd"
)


def reduced_loss(z: Tensor, y: Tensor, reduction: str) -> Tensor:
    """The loss without weights, of z and y of one type; a reduced one of narrow z may come in a wider type."""
    if reduction == "none":
        return elementwise_loss(z, y)
    if z.device.type == "cpu" and (torch.compiler.is_compiling() or leaves_python()):
        return _total(z, y, reduction == "mean")
    if z.device.type == "cpu" and not _transformed():
        arguments = (z, y, reduction == "mean", torch.is_grad_enabled())
        return apply_plain(_Reduced, *arguments) if plain(z, y) else _Reduced.apply(*arguments)
    if z.device.type == "cpu" or z.dtype != torch.float32:
        z, y = z.to(widest(z)), y.to(widest(z))
    loss = elementwise_loss(z, y)
    return loss.mean() if reduction == "mean" else loss.sum()
