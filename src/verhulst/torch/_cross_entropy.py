"""Binary cross-entropy with logits: right in the tails and at infinity, forward and backward in one read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from verhulst import _core
from verhulst.functions import _binary_cross_entropy as ufuncs
from verhulst.functions import formulas
from verhulst.torch._cast import cast, wider
from verhulst.torch._differentiable import TORCH
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._functional import sigmoid_derivative
from verhulst.torch._kernels import as_bits, evaluate, new_like, widest
from verhulst.torch._operator import define, library

LITTLE = 1e-4  # of smoothing: a label in float64 holds more to 2^-39, enough for a result in a narrower type


def _formula_value_gradient(xp: Any, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    return (
        formulas.binary_cross_entropy(xp, z, y),
        formulas.binary_cross_entropy_gradient(xp, z, y),
    )


def _define(name: str, ufunc: Any, formula: Callable[..., Any], outputs: int = 1) -> Any:
    """The operator torch.ops.verhulst.NAME(z, y), without its derivative."""
    results = "Tensor" if outputs == 1 else f"({', '.join(['Tensor'] * outputs)})"

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

    return define(f"{name}(Tensor z, Tensor y) -> {results}", on_cpu, elsewhere, shape_only)


_value = _define("binary_cross_entropy", ufuncs.value, formulas.binary_cross_entropy)
_gradient = _define("binary_cross_entropy_gradient", ufuncs.gradient, formulas.binary_cross_entropy_gradient)
_value_gradient = _define(
    "binary_cross_entropy_value_gradient", ufuncs.value_gradient, _formula_value_gradient, outputs=2
)


def _same_batch(info: Any, in_dims: tuple[int | None, int | None], z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both with the batch in front: an elementwise function needs no more under vmap."""
    moved = [
        t.unsqueeze(0).expand(info.batch_size, *t.shape) if dim is None else t.movedim(dim, 0)
        for t, dim in zip((z, y), in_dims, strict=True)
    ]
    return moved[0], moved[1]


def _hessian(z: Tensor, y: Tensor) -> Tensor:
    """The second derivative in z: nan where y is no label."""
    return sigmoid_derivative(torch.where((y >= 0) & (y <= 1), z, torch.nan))


class _Gradient(torch.autograd.Function):
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
        return _Gradient.apply(*_same_batch(info, in_dims, z, y)), 0


def _change(z: Tensor, y: Tensor, to_z: Tensor | None, to_y: Tensor | None) -> Tensor:
    """How each loss changes where z and y do."""
    result = torch.zeros_like(z)
    if to_z is not None:
        result = result + to_z * _Gradient.apply(z, y)
    if to_y is not None:
        result = result - to_y * z
    return result


class _Value(torch.autograd.Function):
    """The loss of each element. Where z needs a gradient, it is computed in the same read and kept."""

    @staticmethod
    def forward(z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        with torch._C._AutoDispatchBelowAutograd():
            if z.requires_grad and z.dtype != torch.float16:  # there it is multiplied before it is rounded
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
            again = torch.is_grad_enabled() or kept.numel() != z.numel()
            slope = _Gradient.apply(wider(z), wider(y)) if again else kept
            to_z = cast(gradients[0].to(slope.dtype) * slope, z.dtype)
        if ctx.needs_input_grad[1]:
            to_y = cast(-wider(gradients[0]) * wider(z), y.dtype)
        return to_z, to_y

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor, Tensor], to_z: Tensor | None, to_y: Tensor | None) -> tuple[Tensor, None]:
        z, y = saved
        return cast(_change(wider(z), wider(y), to_z, to_y), z.dtype), None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, int | None], z: Tensor, y: Tensor) -> Any:
        return _Value.apply(*_same_batch(info, in_dims, z, y)), (0, 0)


def _reduced_on_cpu(z: Tensor, y: Tensor, mean: bool, with_gradient: bool) -> tuple[Tensor, Tensor]:
    z, y = z.contiguous(), y.contiguous()
    total = torch.empty((), dtype=z.dtype)
    gradient = new_like(z) if with_gradient else z.new_empty(0)
    _core.binary_cross_entropy_sum(
        as_bits(z), as_bits(y), as_bits(gradient) if with_gradient else None, as_bits(total), mean, mean
    )
    return total, gradient


_reduced = define(
    "binary_cross_entropy_reduced(Tensor z, Tensor y, bool mean, bool with_gradient) -> (Tensor, Tensor)",
    _reduced_on_cpu,
    shape_only=lambda z, y, mean, with_gradient: (
        z.new_empty(()),
        torch.empty_like(z, memory_format=torch.contiguous_format) if with_gradient else z.new_empty(0),
    ),
)
_total = define(
    "binary_cross_entropy_total(Tensor z, Tensor y, bool mean) -> Tensor",
    lambda z, y, mean: _reduced(z, y, mean, False)[0],
    shape_only=lambda z, y, mean: z.new_empty(()),
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
            to_z = cast(outer * _Gradient.apply(wide_z, cast(y, wide)), z.dtype) if ctx.needs_input_grad[0] else None
            return to_z, cast(-outer * wide_z, y.dtype) if ctx.needs_input_grad[1] else None, None, None
        gradient, ctx.gradient = ctx.gradient, None
        if gradient is None:  # taken by an earlier backward
            z, y = ctx.saved_tensors
            _, gradient = _reduced(z, y, ctx.mean, True)
        if not _is_one_number(outer):
            return gradient * outer, None, None, None
        factor = outer.item()
        return (gradient if factor == 1 else gradient.mul_(factor)), None, None, None

    @staticmethod
    @forward_rule
    def jvp(ctx: Any, saved: tuple[Tensor, Tensor], to_z: Tensor | None, to_y: Tensor | None, *_: None) -> Tensor:
        z, y = saved
        wide = widest(z)
        change = _change(cast(z, wide), cast(y, wide), to_z, to_y)
        return cast(change.mean() if ctx.mean else change.sum(), z.dtype)


def _is_one_number(outer: Tensor) -> bool:
    """Whether a scalar can be read: not where it is traced, or stands for many (torch.func.vmap, is_grads_batched)."""
    many: bool = torch._C._functorch.is_legacy_batchedtensor(outer)
    return type(outer) is Tensor and not many and not _transformed()


def _traced() -> bool:
    """Whether torch.jit records: sizes are tensors then, and cannot be compared for good."""
    return not torch.compiler.is_compiling() and torch._C._get_tracing_state() is not None


def _transformed() -> bool:
    """Whether a transform of torch.func is at work, on tensors that stand for others."""
    return bool(torch._C._are_functorch_transforms_active())


library.impl("binary_cross_entropy_gradient", _Gradient.apply, "Autograd")
library.impl(
    "binary_cross_entropy_total", lambda z, y, mean: _Reduced.apply(z, y, mean, torch.is_grad_enabled()), "Autograd"
)
library.impl("binary_cross_entropy", lambda z, y: _Value.apply(z, y)[0], "Autograd")


def _elementwise(z: Tensor, y: Tensor) -> Tensor:
    if torch.compiler.is_compiling():
        return _value(z, y)
    return _Value.apply(z, y)[0]


def _reduced_loss(z: Tensor, y: Tensor, reduction: str) -> Tensor:
    """The loss without weights, of z and y of one type; a reduced one of narrow z may come in a wider type."""
    if reduction == "none":
        return _elementwise(z, y)
    if z.device.type == "cpu" and torch.compiler.is_compiling():
        return _total(z, y, reduction == "mean")
    if z.device.type == "cpu" and not _transformed():
        return _Reduced.apply(z, y, reduction == "mean", torch.is_grad_enabled())
    if z.device.type == "cpu" or z.dtype != torch.float32:
        z, y = z.to(widest(z)), y.to(widest(z))
    loss = _elementwise(z, y)
    return loss.mean() if reduction == "mean" else loss.sum()


def _smoothed(loss: Callable[[Tensor, Tensor], Tensor], z: Tensor, y: Tensor, smoothing: float) -> Tensor:
    """The loss of labels drawn towards 1/2. It is linear in them: no label is rounded, and two terms >= 0 are added."""
    if not smoothing:
        return loss(z, y)
    if smoothing == 1:  # 0 times the infinite loss of an infinite logit is not 0
        return loss(z, torch.where((y >= 0) & (y <= 1), 0.5 + 0 * y, torch.nan))
    return (1 - smoothing) * loss(z, y) + smoothing * loss(z, torch.full_like(y, 0.5))


def _drawn_to_half(y: Tensor, smoothing: float) -> Tensor:
    """Labels smoothed, those outside [0, 1] still outside: what clamping takes off them decides."""
    off = y.detach().clamp(0, 1).sub_(y.detach()).sign_()
    return y.lerp(y.new_tensor(0.5), smoothing).sub_(off)


def _weighted(z: Tensor, y: Tensor, pos_weight: Tensor, label_smoothing: float) -> Tensor:
    """-a log s(z) - b log s(-z), with a = y and b = 1 - y smoothed, and a times pos_weight.

    As (a + b) times the loss of the logit -|z| and the label w/(a + b), w the weight of the label that z is against: b
    for z >= 0, else a. So no label is taken from 1 twice, and however small a weight or the smoothing is, it counts.
    """
    y = torch.where((y < 0) | (y > 1), torch.nan, y)  # no label; a pos_weight of 0 would hide it
    a, b = y, 1 - y
    if label_smoothing:
        a, b = (t * (1 - label_smoothing) + label_smoothing / 2 for t in (a, b))
    a = a * pos_weight
    left = z < 0
    both = a + b
    label = torch.where(left, a, b) / torch.where(both == 0, 1, both)
    return both * _elementwise(z * torch.where(left, 1.0, -1.0).to(z.dtype), label)


def _exact_in(dtype: torch.dtype, y: Tensor) -> bool:
    """Whether labels can be written in that type: integers 0 and 1 always, numbers of a narrower type."""
    return not y.is_floating_point() or torch.promote_types(y.dtype, dtype) == dtype


def _broadcast(z: Tensor, **named: Tensor | None) -> Tensor | None:
    """The one argument given; refused where it does not broadcast to z."""
    ((name, t),) = named.items()
    if t is None:
        return None
    if not isinstance(t, Tensor):
        raise TypeError(f"{name} must be a tensor, not {type(t).__name__}")
    if not _traced() and torch.broadcast_shapes(z.shape, t.shape) != z.shape:
        raise ValueError(f"{name} must broadcast to the shape of the logits, {tuple(z.shape)}, not {tuple(t.shape)}")
    return t


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
    z : Tensor of logits, float16 to float64, any shape; half precision becomes float32 under autocast, as torch's does
    y : Tensor of labels in [0, 1], the shape of z; like the weights they are taken as given, not rounded to z's dtype
    weight : Tensor that broadcasts to z: multiplies each element's loss
    pos_weight : Tensor that broadcasts to z: multiplies the positive part, y log s(z). It shifts the probabilities that
        the model learns by log(pos_weight) in log-odds; take that off again (`verhulst.calibration.PriorShift`).
    label_smoothing : in [0, 1]: y becomes y (1 - label_smoothing) + label_smoothing/2
    reduction : "mean", "sum" or "none"

    Returns
    -------
    Tensor of z's dtype: a scalar, or the shape of z for "none". Differentiable twice in z, once in y. On the CPU a mean
    or a sum without weights is the exact one of z and y rounded once (float64: to 2^-52), and so is each element's
    gradient. With weights, smoothing or labels of a wider type all is computed in float64 (float32 on MPS) and rounded
    once: to 0.501 ULP in the narrower types, 4 ULP in float64.

    Raises
    ------
    ValueError : shapes that differ or do not broadcast, an unknown reduction, label_smoothing outside [0, 1]
    TypeError : logits that are no floating-point numbers, weights that are no tensors

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
    if not z.is_floating_point():
        raise TypeError(f"logits must be floating-point numbers, not {z.dtype}")
    if not _traced() and z.shape != y.shape:
        raise ValueError(f"labels must have the shape of the logits, {tuple(z.shape)}, not {tuple(y.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', not {reduction!r}")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie in [0, 1], not {label_smoothing}")
    if z.dtype in (torch.float16, torch.bfloat16) and torch.is_autocast_enabled(z.device.type):
        z = z.float()  # as autocast does with torch's own
    weight, pos_weight = _broadcast(z, weight=weight), _broadcast(z, pos_weight=pos_weight)
    dtype, wide = z.dtype, widest(z)
    if weight is None and pos_weight is None and not label_smoothing and _exact_in(dtype, y):
        return _reduced_loss(z, y.to(dtype), reduction).to(dtype)
    z, y = z.to(wide), y.to(wide)
    weight, pos_weight = (None if t is None else t.to(wide) for t in (weight, pos_weight))
    if pos_weight is None and label_smoothing > LITTLE and torch.finfo(dtype).bits < torch.finfo(wide).bits == 64:
        y, label_smoothing = _drawn_to_half(y, label_smoothing), 0.0
    if weight is None and pos_weight is None:
        loss = _smoothed(partial(_reduced_loss, reduction=reduction), z, y, label_smoothing)
        return loss.to(dtype)
    if pos_weight is None:
        loss = _smoothed(_elementwise, z, y, label_smoothing)
    else:
        loss = _weighted(z, y, pos_weight, label_smoothing)
    if weight is not None:
        loss = loss * weight
    if reduction != "none":
        loss = loss.mean() if reduction == "mean" else loss.sum()
    return loss.to(dtype)
