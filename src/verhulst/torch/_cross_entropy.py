"""Binary cross-entropy with logits: right in the tails and at infinity, with weights and label smoothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from verhulst.torch._arguments import real, same_device, tensor_function, under_autocast
from verhulst.torch._cast import HALF
from verhulst.torch._elementwise_loss import elementwise_loss
from verhulst.torch._kernels import widest
from verhulst.torch._reduced_loss import reduced_loss

LITTLE = 1e-4  # of smoothing: a label in float64 holds more to 2^-39, enough for a result in a narrower type


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

    Two terms >= 0, each linear in its weight: nothing cancels, neither in the value nor in the gradient of a weight.
    """
    y = torch.where((y < 0) | (y > 1), torch.nan, y)  # no label; a pos_weight of 0 would hide it
    a, b = y, 1 - y
    if label_smoothing:
        a, b = (t * (1 - label_smoothing) + label_smoothing / 2 for t in (a, b))
    return _times(a * pos_weight, z, 1.0) + _times(b, z, 0.0)


def _times(weight: Tensor, z: Tensor, label: float) -> Tensor:
    """A weight times the loss of this label; 0 where the weight is, also of an infinite loss."""
    against = -torch.inf if label else torch.inf
    largest = torch.finfo(z.dtype).max
    z = torch.where((z == against) & (weight == 0), -largest if label else largest, z)
    return weight * elementwise_loss(z, torch.full_like(z, label))


def _exact_in(dtype: torch.dtype, y: Tensor) -> bool:
    """Whether labels can be written in that type: integers 0 and 1 always, numbers of a narrower type."""
    return not y.is_floating_point() or torch.promote_types(y.dtype, dtype) == dtype


def _traced() -> bool:
    """Whether torch.jit records: sizes are tensors then, and cannot be compared for good."""
    return not torch.compiler.is_compiling() and torch._C._get_tracing_state() is not None


def _tensor(name: str, t: Any) -> Tensor:
    if not isinstance(t, Tensor):
        raise TypeError(f"{name} must be a tensor, not {type(t).__name__}")
    if t.is_complex():
        raise TypeError(f"{name} must be real numbers, not {t.dtype}")
    return real(t, name)


def _broadcast(name: str, t: Any, z: Tensor) -> Tensor:
    """The argument, refused where it does not broadcast to z."""
    t = _tensor(name, t)
    if not _traced() and not _broadcasts(tuple(t.shape), tuple(z.shape)):
        raise ValueError(f"{name} must broadcast to the shape of the logits, {tuple(z.shape)}, not {tuple(t.shape)}")
    same_device(t, name, z, "the logits", or_number=True)
    return t


def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return len(shape) <= len(to) and all(n in (1, m) for n, m in zip(reversed(shape), reversed(to), strict=False))


@tensor_function
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
    z : Tensor
        Logits, float16 to float64, any shape; half precision becomes float32 under autocast, as in PyTorch. May be
        called `input`.
    y : Tensor
        Labels in [0, 1], the shape of z; like the weights they are taken as given, not rounded to z's dtype. May be
        called `target`.
    weight : Tensor, optional
        Broadcasts to z: multiplies each element's loss.
    pos_weight : Tensor, optional
        Broadcasts to z: multiplies the positive part, y log s(z). It shifts the probabilities that the model learns by
        log(pos_weight) in log-odds; take that off again (`verhulst.calibration.PriorShift`).
    label_smoothing : float
        In [0, 1]: y becomes y (1 - label_smoothing) + label_smoothing/2.
    reduction : {"mean", "sum", "none"}
        What is returned of the losses.

    Returns
    -------
    Tensor
        The dtype of z: a scalar, or the shape of z for "none". Differentiable twice in z, once in y. On the CPU a mean
        or a sum without weights is the exact one of z and y rounded once (float64: to 2^-52), and so is each element's
        gradient. With weights, smoothing or labels of a wider type all is computed in float64 (float32 on MPS) and
        rounded once: to 0.501 ULP in the narrower types; in float64 each loss to 4 ULP, and there a sum or a mean of
        many, as inside a `torch.func` transform, adds what `torch.sum` rounds (11 ULP have been seen). A mean is the
        sum over the number: in float64 it is inf where the sum leaves the range, as PyTorch's.

    Raises
    ------
    ValueError
        If shapes differ or do not broadcast, the reduction is unknown, or label_smoothing is outside [0, 1].
    TypeError
        If the logits are no floating-point numbers, or labels or weights no tensors of real numbers.

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
    z, y = _tensor("logits", z), _tensor("labels", y)
    if not z.is_floating_point():
        raise TypeError(f"logits must be floating-point numbers, not {z.dtype}")
    if not _traced() and z.shape != y.shape:
        raise ValueError(f"labels must have the shape of the logits, {tuple(z.shape)}, not {tuple(y.shape)}")
    same_device(y, "labels", z, "the logits")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', not {reduction!r}")
    smoothing: Any = label_smoothing
    if type(smoothing) is not float and not isinstance(smoothing, Real):
        raise TypeError(f"label_smoothing must be a number, not {type(smoothing).__name__}")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie in [0, 1], not {label_smoothing}")
    if z.dtype in HALF and under_autocast(z):
        z = z.float()  # as autocast does with torch's own
    if weight is not None:
        weight = _broadcast("weight", weight, z)
    if pos_weight is not None:
        pos_weight = _broadcast("pos_weight", pos_weight, z)
    dtype, wide = z.dtype, widest(z)
    if weight is None and pos_weight is None and not label_smoothing and _exact_in(dtype, y):
        return reduced_loss(z, y.to(dtype), reduction).to(dtype)
    z, y = z.to(wide), y.to(wide)
    weight, pos_weight = (None if t is None else t.to(wide) for t in (weight, pos_weight))
    if pos_weight is None and label_smoothing > LITTLE and torch.finfo(dtype).bits < torch.finfo(wide).bits == 64:
        y, label_smoothing = _drawn_to_half(y, label_smoothing), 0.0
    if weight is None and pos_weight is None:
        loss = _smoothed(partial(reduced_loss, reduction=reduction), z, y, label_smoothing)
        return loss.to(dtype)
    if pos_weight is None:
        loss = _smoothed(elementwise_loss, z, y, label_smoothing)
    else:
        loss = _weighted(z, y, pos_weight, label_smoothing)
    if weight is not None:
        loss = loss * weight
    if reduction != "none":
        loss = loss.mean() if reduction == "mean" else loss.sum()
    return loss.to(dtype)
