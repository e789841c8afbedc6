"""Binary cross-entropy of each element: operators and their derivatives, value and gradient in one read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from verhulst.functions import _binary_cross_entropy as ufuncs
from verhulst.functions import formulas
from verhulst.torch._cast import HALF, cast, wider
from verhulst.torch._differentiable import TORCH
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._functional import sigmoid_derivative
from verhulst.torch._kernels import evaluate, plain, recorded
from verhulst.torch._operator import apply_plain, define, in_front, leaves_python, library


def _define(name: str, ufunc: Any, formula: Callable[..., Any], outputs: int = 1) -> Any:
    """The operator torch.ops.verhulst.NAME(z, y), without its derivative."""
    results = "Tensor" if outputs == 1 else f"({', '.join(['Tensor'] * outputs)})"

    def on_cpu(z: Tensor, y: Tensor) -> Any:
        made = evaluate(ufunc, z, y, outputs=outputs)
        return made[0] if outputs == 1 else made

    def by_formula(z: Tensor, y: Tensor) -> Any:
        if z.dtype not in HALF:
            return formula(TORCH, z, y)
        made = formula(TORCH, z.float(), y.float())
        return made.to(z.dtype) if outputs == 1 else tuple(t.to(z.dtype) for t in made)

    def shape_only(z: Tensor, y: Tensor) -> Any:
        made = tuple(torch.empty_like(z) for _ in range(outputs))
        return made[0] if outputs == 1 else made

    return define(f"{name}(Tensor z, Tensor y) -> {results}", on_cpu, by_formula, shape_only)


_value = _define("binary_cross_entropy", ufuncs.value, formulas.binary_cross_entropy)
_gradient = _define("binary_cross_entropy_gradient", ufuncs.gradient, formulas.binary_cross_entropy_gradient)
_value_gradient = _define(
    "binary_cross_entropy_value_gradient",
    ufuncs.value_gradient,
    lambda *inputs: (formulas.binary_cross_entropy(*inputs), formulas.binary_cross_entropy_gradient(*inputs)),
    outputs=2,
)


def _hessian(z: Tensor, y: Tensor) -> Tensor:
    """The second derivative in z: nan where y is no label."""
    return sigmoid_derivative(z + torch.where((y >= 0) & (y <= 1), torch.zeros_like(z), torch.nan))


def change_by_label(t: Tensor, z: Tensor) -> Tensor:
    """-t z; 0 where t is: an infinite logit does not change the loss of a label that stands still."""
    return -t * torch.where(z.isinf() & (t == 0), 0.0, z)


class Gradient(torch.autograd.Function):
    """sigmoid(z) - y, differentiable in both."""

    @staticmethod
    def forward(z: Tensor, y: Tensor) -> Tensor:
        with torch._C._AutoDispatchBelowAutograd():
            return _gradient(z, y)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:
        z, y = ctx.saved_tensors
        to_z = cast(wider(gradients[0]) * _hessian(wider(z), y), z.dtype) if ctx.needs_input_grad[0] else None
        return to_z, -gradients[0] if ctx.needs_input_grad[1] else None

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor, Tensor], to_z: Tensor | None, to_y: Tensor | None) -> Tensor:
        z, y = saved
        parts = [wider(to_z) * _hessian(wider(z), y)] if to_z is not None else []
        return cast(sum([*parts, -to_y] if to_y is not None else parts, torch.zeros_like(z)), z.dtype)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, int | None], z: Tensor, y: Tensor) -> tuple[Tensor, int]:
        return Gradient.apply(*in_front(info, in_dims, z, y)), 0


def change(z: Tensor, y: Tensor, to_z: Tensor | None, to_y: Tensor | None) -> Tensor:
    """How each loss changes where z and y do."""
    result = torch.zeros_like(z)
    if to_z is not None:
        result = result + to_z * Gradient.apply(z, y)
    if to_y is not None:
        result = result + change_by_label(to_y, z)
    return result


class _Value(torch.autograd.Function):
    """The loss of each element. Where z needs a gradient, it is computed in the same read and kept."""

    @staticmethod
    def forward(z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        with torch._C._AutoDispatchBelowAutograd():
            if z.requires_grad and z.dtype not in HALF:  # there it is multiplied before it is rounded
                value, gradient = _value_gradient(z, y)
                return value, gradient
            return _value(z, y), z.new_empty(0)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: tuple[Tensor, Tensor]) -> None:
        ctx.save_for_backward(*inputs, output[1])
        ctx.save_for_forward(*inputs)
        ctx.mark_non_differentiable(output[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:
        z, y, kept = ctx.saved_tensors
        to_z = to_y = None
        if ctx.needs_input_grad[0]:
            again = torch.is_grad_enabled() or kept.shape != z.shape
            slope = Gradient.apply(wider(z), wider(y)) if again else kept
            to_z = cast(gradients[0].to(slope.dtype) * slope, z.dtype)
        if ctx.needs_input_grad[1]:
            to_y = cast(change_by_label(wider(gradients[0]), wider(z)), y.dtype)
        return to_z, to_y

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor, Tensor], to_z: Tensor | None, to_y: Tensor | None) -> tuple[Tensor, None]:
        z, y = saved
        return cast(change(wider(z), wider(y), to_z, to_y), z.dtype), None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, int | None], z: Tensor, y: Tensor) -> Any:
        value, kept = _Value.apply(*in_front(info, in_dims, z, y))
        return (value, kept), (0, 0 if kept.shape == value.shape else None)


library.impl("binary_cross_entropy_gradient", Gradient.apply, "Autograd")
library.impl("binary_cross_entropy", lambda z, y: _Value.apply(z, y)[0], "Autograd")


def elementwise_loss(z: Tensor, y: Tensor) -> Tensor:
    """The loss of each element, z and y of one type and shape."""
    if torch.compiler.is_compiling() or leaves_python():
        loss: Tensor = _value(z, y)
        return loss
    if plain(z, y):
        return apply_plain(_Value, z, y)[0] if recorded(z, y) else evaluate(ufuncs.value, z, y)[0]
    return _Value.apply(z, y)[0]
