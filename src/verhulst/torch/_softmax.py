"""softmax, log_softmax and logsumexp on tensors, through the compiled core's fixed-order sums on the CPU."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from verhulst.functions import _softmax as ufuncs
from verhulst.functions import formulas
from verhulst.functions._axes import true_or_false
from verhulst.torch._arguments import dimensions, numbers, tensor_function
from verhulst.torch._cast import cast
from verhulst.torch._differentiable import TORCH
from verhulst.torch._kernels import FLOATING, as_array, new_like, unwatched, widest
from verhulst.torch._operator import define, differentiable
from verhulst.torch._softmax_formulas import by_formula, log_softmax_formula, logsumexp_formula, softmax_formula

Dim = int | tuple[int, ...] | None
BLOCK = 32768  # numbers: with their float64 copies they stay in the cache


def _probabilities(z: Tensor, dim: int) -> tuple[Tensor, formulas.Total]:
    """softmax(z) for the arithmetic of a derivative, and the sum over its classes."""
    return _softmax(cast(z, widest(z)), dim), lambda t: t.sum(dim, keepdim=True)


def _finite(t: Tensor) -> bool:
    """Whether all numbers are, for sure."""
    return math.isfinite(t.sum(dtype=torch.float64).item())


def _infinite(rule: Any, p: Tensor, v: Tensor, total: formulas.Total) -> Tensor:
    """rule(p, v, total) for a v that may have infinite entries, in the limit where no p is quite 0 or 1.

    Such an entry makes its own class's result infinite, and all others' with the other sign; inf - inf is nan.
    """
    infinite = v.isinf()
    result = rule(p, torch.where(infinite, 0.0, v), total)
    far = torch.where(infinite, v, 0.0)
    for end in (torch.inf, -torch.inf):
        at = (v == end).to(p.dtype)
        far = torch.where(total(at) > at, far - end, far)
    return torch.where(far == 0, result, result + far)


def _by_blocks(rule: Any, z: Tensor, dim: int, direction: Tensor) -> Tensor:
    """rule(torch, p, v, spare, total), which works in place, block by block in memory that the cache holds.

    Each processor's share of a block is BLOCK numbers.
    """
    result = new_like(z)
    leading = z.ndim > 1 and dim % z.ndim > 0  # blocks of whole rows are cut from the first dimension
    size = max(1, torch.get_num_threads() * BLOCK * len(z) // max(z.numel(), 1)) if leading else max(len(z), 1)
    p = torch.empty_like(z[:size], dtype=torch.float64)
    spare = torch.empty_like(p)
    narrow = z.dtype != p.dtype
    v = torch.empty_like(p) if narrow else p
    for block, to, out in zip(z.split(size), direction.split(size), result.split(size), strict=True):
        if len(block) < len(p):  # the last
            p, v, spare = p[: len(block)], v[: len(block)], spare[: len(block)]
        v = v if narrow else out
        v.copy_(to)
        ufuncs._softmax.ufunc(as_array(spare.copy_(block) if narrow else block), axis=dim, out=as_array(p))
        rule(torch, p, v, spare, lambda t: t.sum(dim, keepdim=True))
        if narrow:
            out.copy_(cast(v, z.dtype))
    return result


def _at_once(rule: Any, z: Tensor, dim: int, direction: Tensor) -> Tensor:
    """The same for few numbers, with which NumPy has begun sooner."""
    spare = as_array(z).astype(np.float64)
    p, v = np.empty_like(spare), np.empty_like(spare)
    v[...] = as_array(direction)
    ufuncs._softmax.ufunc(spare, axis=dim, out=p)
    with np.errstate(all="ignore"):
        rule(np, p, v, spare, lambda t: t.sum(dim, keepdims=True))
    return cast(torch.from_numpy(v), z.dtype)


def _over_dim(name: str, formula: Any, backward: Any, change: Any, in_place: Any) -> Callable[[Tensor, int], Tensor]:
    """The function with its derivatives: backward(p, g, total) and change(p, v, total), in float64, rounded once.

    Backward of plain tensors is taken by in_place(torch or numpy, p, g, spare, total), the same arithmetic.
    """
    ufunc, summed = getattr(ufuncs, f"_{name}").ufunc, name == "logsumexp"

    def on_cpu(z: Tensor, dim: int) -> Tensor:
        if z.ndim == 0:
            result = on_cpu(z.unsqueeze(0), 0)
            return result if summed else result.squeeze(0)
        dim %= z.ndim
        result = z.new_empty([*z.shape[:dim], *z.shape[dim + 1 :]]) if summed else new_like(z)
        ufunc(as_array(z), axis=dim, out=as_array(result))
        return result

    def shape_only(z: Tensor, dim: int) -> Tensor:
        return z.sum(dim) if summed else torch.empty_like(z)

    def rounded(rule: Any, direction: Tensor, z: Tensor, dim: int) -> Tensor:
        p, total = _probabilities(z, dim)
        if not summed and z.ndim and z.shape[dim] > 1 and not (unwatched(z, direction) and _finite(direction)):
            rule = partial(_infinite, rule)
        return cast(rule(p, cast(direction, p.dtype), total), z.dtype)

    def pulled_back(g: Tensor, z: Tensor, dim: int) -> Tensor:
        g = g.unsqueeze(dim) if summed else g
        if z.ndim and unwatched(z, g) and _finite(g):
            return (_by_blocks if z.numel() > BLOCK // 8 else _at_once)(in_place, z, dim, g)
        return rounded(backward, g, z, dim)

    def changed(v: Tensor, z: Tensor, dim: int) -> Tensor:
        result = rounded(change, v, z, dim)
        return result.squeeze(dim) if summed else result

    def batched(z: Tensor, dim: int) -> Tensor:
        if z.ndim == 1:  # of single numbers
            result = computed(z.unsqueeze(1), 1)
            return result if summed else result.squeeze(1)
        return computed(z, dim + 1 if dim >= 0 else dim)

    def independent(z: Any, dim: int) -> list[tuple[int, int]]:
        dim %= max(z.ndim, 1)
        return [(d, d - 1 if summed and d > dim else d) for d in range(z.ndim) if d != dim]

    operator = define(
        f"{name}(Tensor z, int dim) -> Tensor", on_cpu, by_formula(formula, summed), shape_only, independent
    )
    computed = differentiable(operator, on_cpu, pulled_back, changed, batched).face
    return computed


_softmax = _over_dim(
    "softmax",
    softmax_formula,
    partial(formulas.softmax_change, TORCH),
    partial(formulas.softmax_change, TORCH),
    formulas.softmax_change_in_place,
)
_log_softmax = _over_dim(
    "log_softmax",
    log_softmax_formula,
    partial(formulas.log_softmax_pullback, TORCH),
    partial(formulas.log_softmax_change, TORCH),
    formulas.log_softmax_pullback_in_place,
)
_logsumexp = _over_dim(
    "logsumexp",
    logsumexp_formula,
    lambda p, g, _: p * g,
    lambda p, v, total: total(p * v),
    lambda arrays, p, g, spare, total: arrays.multiply(p, g, out=g),
)


def _over(
    name: str, function: Callable[[Tensor, int], Tensor], z: Tensor, dim: Dim, dtype: torch.dtype | None = None
) -> tuple[Tensor, tuple[int, ...]]:
    """The function over the dimensions, several of which are taken as one, last; and which they were.

    Of several, and of a number, the result has them as its one last dimension.
    """
    if dtype is not None:
        if dtype not in FLOATING:
            types = "float16, bfloat16, float32 or float64"
            raise TypeError(f"dtype of {name} must be a floating-point type, not {dtype!r}: torch's {types}")
        z = cast(numbers(z, name), dtype)
    z = numbers(z, name)
    if type(dim) is int and -z.ndim <= dim < z.ndim:
        return function(z, dim), (dim % z.ndim,)
    if not z.ndim and type(dim) is int and dim in (0, -1):
        dim = ()
    dims = dimensions(dim, z.ndim)
    return function(_merged(z, dims), -1), dims


def _merged(z: Tensor, dims: tuple[int, ...]) -> Tensor:
    """z with these dimensions, in this order, as its one last."""
    kept = [d for d in range(z.ndim) if d not in dims]
    length = math.prod([z.shape[d] for d in dims])
    return z.permute([*kept, *dims]).reshape([*(z.shape[d] for d in kept), length])


def _along(name: str, function: Callable[[Tensor, int], Tensor], z: Tensor, dim: Dim, dtype: Any) -> Tensor:
    result, dims = _over(name, function, z, dim, dtype)
    if type(dim) is int and dims:
        return result
    kept = [d for d in range(z.ndim) if d not in dims]
    order = [*kept, *dims]
    unfolded = result.reshape([z.shape[d] for d in order])
    return unfolded.permute([order.index(d) for d in range(z.ndim)])


@tensor_function
def softmax(z: Tensor, dim: Dim = -1, dtype: torch.dtype | None = None) -> Tensor:
    """Softmax along a dimension: e^z / sum of e^z.

    Parameters
    ----------
    z : Tensor
        Logits; integers become torch's default type. May be called `input`.
    dim : int, tuple of int or None
        The dimension that sums to 1. Several are taken as one, None takes all.
    dtype : torch.dtype, optional
        The type to which z is cast first.

    Returns
    -------
    Tensor
        The shape and dtype of z; on the CPU to the last bit what `verhulst.softmax` gives.

    Notes
    -----
    Differentiable twice. The derivative in a direction v, p_i sum_j p_j (v_i - v_j), is computed in float64 and rounded
    once, without cancellation: at [40, 0] the sure class's is 4.2e-18, where p (1 - p) gives 0. In float64 each entry
    is within 4 ULP of p_i sum_j p_j |v_i - v_j|. Where v_j is infinite, so is the result, for the others with the other
    sign.
    """
    return _along("softmax", _softmax, z, dim, dtype)


@tensor_function
def log_softmax(z: Tensor, dim: Dim = -1, dtype: torch.dtype | None = None) -> Tensor:
    """Logarithm of softmax along a dimension; the top class keeps its digits.

    Parameters
    ----------
    z : Tensor
        Logits; integers become torch's default type. May be called `input`.
    dim : int, tuple of int or None
        The dimension over which softmax sums to 1. Several are taken as one, None takes all.
    dtype : torch.dtype, optional
        The type to which z is cast first.

    Returns
    -------
    Tensor
        The shape and dtype of z; on the CPU to the last bit what `verhulst.log_softmax` gives.

    Notes
    -----
    Differentiable twice. The gradient, g_i (1 - p_i) - p_i sum_{j != i} g_j for an outer gradient g, is computed in
    float64 and rounded once; where p rounds to 1, 1 - p is the sum of the others. In float64 each entry is within 4
    ULP of |g_i| (1 - p_i) + p_i sum_{j != i} |g_j|. Where g_j is infinite, so is the result, for the others with the
    other sign.
    """
    return _along("log_softmax", _log_softmax, z, dim, dtype)


@tensor_function
def logsumexp(z: Tensor, dim: Dim = -1, keepdim: bool = False) -> Tensor:
    """Logarithm of the sum of e^z along a dimension.

    Parameters
    ----------
    z : Tensor
        Numbers; integers become torch's default type. May be called `input`.
    dim : int, tuple of int or None
        The dimension that is summed over. Several are taken as one, None takes all.
    keepdim : bool
        Keep it with length 1.

    Returns
    -------
    Tensor
        The shape of z without that dimension; on the CPU to the last bit what `verhulst.logsumexp` gives. Its gradient
        is softmax.
    """
    result, dims = _over("logsumexp", _logsumexp, z, dim)
    if not true_or_false(keepdim, "keepdim"):
        return result
    return result.reshape([1 if d in dims else n for d, n in enumerate(z.shape)])
