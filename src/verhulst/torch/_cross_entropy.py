"""Binary cross-entropy with logits: right in the tails and at infinity, forward and backward in one read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from verhulst.functions import _binary_cross_entropy as ufuncs
from verhulst.functions import formulas
from verhulst.torch._differentiable import TORCH, library
from verhulst.torch._functional import sigmoid_derivative, softplus
from verhulst.torch._kernels import evaluate


def _formula_all(xp: Any, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return (
        formulas.binary_cross_entropy(xp, z, y),
        formulas.binary_cross_entropy_gradient(xp, z, y),
        formulas.FORMULAS["sigmoid_derivative"](xp, z),
    )


def _define(name: str, ufunc: Any, formula: Callable[..., Any], outputs: int = 1) -> Any:
    """The operator torch.ops.verhulst.NAME(z, y), without its derivative."""
    results = "Tensor" if outputs == 1 else f"({', '.join(['Tensor'] * outputs)})"
    library.define(f"{name}(Tensor z, Tensor y) -> {results}")

    def on_cpu(z: Tensor, y: Tensor) -> Any:
        made = evaluate(ufunc, z, y, outputs=outputs)
        return made[0] if outputs == 1 else made

    def elsewhere(z: Tensor, y: Tensor) -> Any:
        if z.dtype not in (torch.float16, torch.bfloat16):
            return formula(TORCH, z, y)
        made = formula(TORCH, z.float(), y.float())
        return made.to(z.dtype) if outputs == 1 else tuple(t.to(z.dtype) for t in made)

    def shape_only(z: Tensor, y: Tensor) -> Any:
        made = tuple(torch.empty_like(z) for _ in range(outputs))
        return made[0] if outputs == 1 else made

    library.impl(name, on_cpu, "CPU")
    library.impl(name, elsewhere, "CUDA")
    library.impl(name, elsewhere, "MPS")
    torch.library.register_fake(f"verhulst::{name}", shape_only, lib=library)
    return getattr(torch.ops.verhulst, name)


_value = _define("binary_cross_entropy", ufuncs.value, formulas.binary_cross_entropy)
_gradient = _define("binary_cross_entropy_gradient", ufuncs.gradient, formulas.binary_cross_entropy_gradient)
_all = _define("binary_cross_entropy_all", ufuncs.value_gradient_hessian, _formula_all, outputs=3)


def _same_batch(info: Any, in_dims: tuple[int | None, int | None], z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both with the batch in front: an elementwise function needs no more under vmap."""
    moved = [
        t.unsqueeze(0).expand(info.batch_size, *t.shape) if dim is None else t.movedim(dim, 0)
        for t, dim in zip((z, y), in_dims, strict=True)
    ]
    return moved[0], moved[1]


class _Gradient(torch.autograd.Function):
    """sigmoid(z) - y, differentiable in both."""

    @staticmethod
    def forward(z: Tensor, y: Tensor) -> Tensor:
        with torch._C._AutoDispatchBelowAutograd():
            return _gradient(z, y)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0])
        ctx.save_for_forward(inputs[0])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:
        (z,) = ctx.saved_tensors
        to_z = gradients[0] * sigmoid_derivative(z) if ctx.needs_input_grad[0] else None
        return to_z, -gradients[0] if ctx.needs_input_grad[1] else None

    @staticmethod
    def jvp(ctx: Any, *tangents: Tensor | None) -> Tensor:
        (z,) = ctx.saved_tensors
        to_z, to_y = tangents
        parts = [to_z * sigmoid_derivative(z)] if to_z is not None else []
        return sum([*parts, -to_y] if to_y is not None else parts, torch.zeros_like(z))

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, int | None], z: Tensor, y: Tensor) -> tuple[Tensor, int]:
        return _Gradient.apply(*_same_batch(info, in_dims, z, y)), 0


class _Value(torch.autograd.Function):
    """The loss of each element. Where z needs a gradient, it is computed in the same read and kept."""

    @staticmethod
    def forward(z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        with torch._C._AutoDispatchBelowAutograd():
            if z.requires_grad:
                value, gradient, _ = _all(z, y)
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
            again = torch.is_grad_enabled() or kept.numel() != z.numel()
            to_z = gradients[0] * (_Gradient.apply(z, y) if again else kept)
        if ctx.needs_input_grad[1]:
            to_y = -gradients[0] * z
        return to_z, to_y

    @staticmethod
    def jvp(ctx: Any, *tangents: Tensor | None) -> tuple[Tensor, None]:
        z, y = ctx.saved_tensors
        to_z, to_y = tangents
        result = torch.zeros_like(z)
        if to_z is not None:
            result = result + to_z * _Gradient.apply(z, y)
        if to_y is not None:
            result = result - to_y * z
        return result, None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, int | None], z: Tensor, y: Tensor) -> Any:
        return _Value.apply(*_same_batch(info, in_dims, z, y)), (0, 0)


library.impl("binary_cross_entropy_gradient", _Gradient.apply, "Autograd")
library.impl("binary_cross_entropy", lambda z, y: _Value.apply(z, y)[0], "Autograd")


def _elementwise(z: Tensor, y: Tensor) -> Tensor:
    if torch.compiler.is_compiling():
        return _value(z, y)
    return _Value.apply(z, y)[0]


def binary_cross_entropy_with_logits(
    z: Tensor,
    y: Tensor,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    *,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """Binary cross-entropy of logits, -y log s(z) - (1 - y) log s(-z): a drop-in for PyTorch's of the same name.

    Parameters
    ----------
    z : Tensor of logits, float16 to float64, any shape
    y : Tensor of labels in [0, 1], the shape of z; cast to its dtype
    weight : Tensor that broadcasts to z: multiplies each element's loss
    pos_weight : Tensor that broadcasts to z: multiplies the positive part, y log s(z). It shifts the probabilities that
        the model learns by log(pos_weight) in log-odds; take that off again (`verhulst.calibration.PriorShift`).
    label_smoothing : in [0, 1]: y becomes y (1 - label_smoothing) + label_smoothing/2
    reduction : "mean", "sum" or "none"

    Returns
    -------
    Tensor: a scalar, or the shape of z for "none". Differentiable twice in z, once in y.

    Raises
    ------
    ValueError : shapes that differ, an unknown reduction, label_smoothing outside [0, 1]

    Notes
    -----
    PyTorch's own gives loss 0 at z = -20, y = 0 in float32 (true: 2.06e-9) and nan where an infinite logit meets the
    label that it stands for (true: 0).

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> vt.binary_cross_entropy_with_logits(torch.tensor([-20.0]), torch.tensor([0.0]))
    tensor(2.0612e-09)
    """
    if z.shape != y.shape:
        raise ValueError(f"labels must have the shape of the logits, {tuple(z.shape)}, not {tuple(y.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', not {reduction!r}")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie in [0, 1], not {label_smoothing}")
    y = y.to(z.dtype)
    if label_smoothing:
        y = y * (1 - label_smoothing) + label_smoothing / 2
    loss = _elementwise(z, y)
    if pos_weight is not None:
        # The extra positive part; where y = 0 it is 0 however infinite z is.
        positive = torch.where(y == 0, torch.zeros_like(z), z)
        loss = loss + (pos_weight - 1) * y * softplus(-positive)
    if weight is not None:
        loss = loss * weight
    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()
