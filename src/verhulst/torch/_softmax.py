"""softmax, log_softmax and logsumexp on tensors, through the compiled core's fixed-order sums on the CPU."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from verhulst import functions
from verhulst.functions import formulas
from verhulst.torch._cast import cast
from verhulst.torch._differentiable import TORCH, library
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._kernels import as_array, new_like, unwatched, widest

BLOCK = 32768  # numbers: with their float64 copies they stay in the cache


def _define(name: str, elsewhere: Callable[[Tensor, int], Tensor]) -> tuple[Callable[[Tensor, int], Tensor], Any]:
    """What the core does with a tensor, and the operator torch.ops.verhulst.NAME(z, dim) without its derivative."""
    function = getattr(functions, name)
    library.define(f"{name}(Tensor z, int dim) -> Tensor")

    def result_for(z: Tensor, dim: int) -> Tensor:
        return z.new_empty(z.movedim(dim, -1).shape[:-1]) if name == "logsumexp" else new_like(z)

    def on_cpu(z: Tensor, dim: int) -> Tensor:
        result = result_for(z, dim)
        function(as_array(z), axis=dim, out=as_array(result))
        return result

    library.impl(name, on_cpu, "CPU")
    library.impl(name, elsewhere, "CUDA")
    library.impl(name, elsewhere, "MPS")
    shape_only = (lambda z, dim: z.sum(dim)) if name == "logsumexp" else lambda z, dim: torch.empty_like(z)
    torch.library.register_fake(f"verhulst::{name}", shape_only, lib=library)
    return on_cpu, getattr(torch.ops.verhulst, name)


def _log_softmax_elsewhere(z: Tensor, dim: int) -> Tensor:
    """The top class from the others, -log1p(sum of their e^(z - max)): it keeps its digits."""
    if z.ndim == 0 or z.shape[dim] == 0:
        return torch.log_softmax(z, dim)
    wide = z.float() if z.dtype in (torch.float16, torch.bfloat16) else z
    top = wide.argmax(dim, keepdim=True)
    from_top = wide - wide.gather(dim, top)
    others = from_top.exp().scatter(dim, top, 0.0).sum(dim, keepdim=True)
    return (from_top - others.log1p()).to(z.dtype)


_core = {
    "softmax": _define("softmax", torch.softmax),
    "log_softmax": _define("log_softmax", _log_softmax_elsewhere),
    "logsumexp": _define("logsumexp", torch.logsumexp),
}


def _probabilities(z: Tensor, dim: int) -> tuple[Tensor, formulas.Total]:
    """softmax(z) for the arithmetic of a derivative, and the sum over its classes."""
    return softmax(cast(z, widest(z)), dim), lambda t: t.sum(dim, keepdim=True)


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
        functions.softmax(as_array(spare.copy_(block) if narrow else block), axis=dim, out=as_array(p))
        rule(torch, p, v, spare, lambda t: t.sum(dim, keepdim=True))
        if narrow:
            out.copy_(cast(v, z.dtype))
    return result


def _rule(name: str, backward: Any, change: Any, in_place: Any) -> type[torch.autograd.Function]:
    """The function with its derivatives: backward(p, g, total) and change(p, v, total), in float64, rounded once.

    Backward of large plain tensors is taken by in_place(torch, p, g, spare, total), the same arithmetic.
    """
    on_cpu, operator = _core[name]

    def rounded(rule: Any, z: Tensor, dim: int, direction: Tensor) -> Tensor:
        p, total = _probabilities(z, dim)
        if name != "logsumexp" and z.ndim and z.shape[dim] > 1 and not (unwatched(z, direction) and _finite(direction)):
            rule = partial(_infinite, rule)
        return cast(rule(p, cast(direction, p.dtype), total), z.dtype)

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(z: Tensor, dim: int) -> Tensor:
            if unwatched(z):
                return on_cpu(z, dim)
            with torch._C._AutoDispatchBelowAutograd():
                result: Tensor = operator(z, dim)
            return result

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Tensor, int], output: Tensor) -> None:
            ctx.save_for_backward(inputs[0])
            ctx.save_for_forward(inputs[0])
            ctx.dim = inputs[1]

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
            (z,) = ctx.saved_tensors
            g = gradients[0].unsqueeze(ctx.dim) if name == "logsumexp" else gradients[0]
            large = z.ndim and z.numel() > BLOCK // 8  # fewer are done sooner by the formula
            if large and unwatched(z, g) and _finite(g):
                return _by_blocks(in_place, z, ctx.dim, g), None
            return rounded(backward, z, ctx.dim, g), None

        @staticmethod
        @forward_rule
        def jvp(ctx: Any, saved: tuple[Tensor], tangent: Tensor, _: None) -> Tensor:
            result = rounded(change, saved[0], ctx.dim, tangent)
            return result.squeeze(ctx.dim) if name == "logsumexp" else result

        @staticmethod
        def vmap(info: Any, in_dims: tuple[int | None, None], z: Tensor, dim: int) -> tuple[Tensor, int]:
            assert in_dims[0] is not None
            z = z.movedim(in_dims[0], 0)
            if z.ndim == 1:  # of single numbers
                result = _apply(name, z.unsqueeze(1), 1)
                return (result if name == "logsumexp" else result.squeeze(1)), 0
            return _apply(name, z, dim + 1 if dim >= 0 else dim), 0

    Function.__name__ = Function.__qualname__ = name
    library.impl(name, Function.apply, "Autograd")
    return Function


_FUNCTIONS = {
    "softmax": _rule(
        "softmax",
        partial(formulas.softmax_change, TORCH),
        partial(formulas.softmax_change, TORCH),
        formulas.softmax_change_in_place,
    ),
    "log_softmax": _rule(
        "log_softmax",
        partial(formulas.log_softmax_pullback, TORCH),
        partial(formulas.log_softmax_change, TORCH),
        formulas.log_softmax_pullback_in_place,
    ),
    "logsumexp": _rule(
        "logsumexp", lambda p, g, _: p * g, lambda p, v, total: total(p * v), lambda _, p, g, spare, total: g.mul_(p)
    ),
}


def _apply(name: str, z: Tensor, dim: int) -> Tensor:
    on_cpu, operator = _core[name]
    if torch.compiler.is_compiling():
        result: Tensor = operator(z, dim)
        return result
    return on_cpu(z, dim) if unwatched(z) else _FUNCTIONS[name].apply(z, dim)


def softmax(z: Tensor, dim: int = -1) -> Tensor:
    """Softmax along a dimension: e^z / sum of e^z.

    Parameters
    ----------
    z : Tensor of logits
    dim : the dimension that sums to 1

    Returns
    -------
    Tensor of z's shape and dtype; on the CPU to the last bit what `verhulst.softmax` gives, elsewhere torch's own.

    Notes
    -----
    Differentiable twice. The derivative in a direction v, p_i sum_j p_j (v_i - v_j), is computed in float64 and rounded
    once, without cancellation: at [40, 0] the sure class's is 4.2e-18, where p (1 - p) gives 0. In float64 each entry
    is within 4 ULP of p_i sum_j p_j |v_i - v_j|. Where v_j is infinite, so is the result, for the others with the other
    sign.
    """
    return _apply("softmax", z, dim)


def log_softmax(z: Tensor, dim: int = -1) -> Tensor:
    """Logarithm of softmax along a dimension; the top class keeps its digits.

    Parameters
    ----------
    z : Tensor of logits
    dim : the dimension over which softmax sums to 1

    Returns
    -------
    Tensor of z's shape and dtype; on the CPU to the last bit what `verhulst.log_softmax` gives, elsewhere with the top
    class taken from the others, -log1p(sum of their e^(z - max)).

    Notes
    -----
    Differentiable twice. The gradient, g_i (1 - p_i) - p_i sum_{j != i} g_j for an outer gradient g, is computed in
    float64 and rounded once; where p rounds to 1, 1 - p is the sum of the others. In float64 each entry is within 4
    ULP of |g_i| (1 - p_i) + p_i sum_{j != i} |g_j|. Where g_j is infinite, so is the result, for the others with the
    other sign.
    """
    return _apply("log_softmax", z, dim)


def logsumexp(z: Tensor, dim: int | tuple[int, ...] = -1, keepdim: bool = False) -> Tensor:
    """log of the sum of e^z along a dimension.

    Parameters
    ----------
    z : Tensor
    dim : the dimension that is summed over; several are taken as one
    keepdim : keep it with length 1

    Returns
    -------
    Tensor without that dimension; on the CPU to the last bit what `verhulst.logsumexp` gives. Its gradient is softmax.
    """
    if z.ndim == 0 or not z.is_floating_point():
        return torch.logsumexp(z, dim, keepdim)
    if isinstance(dim, int):
        result = _apply("logsumexp", z, dim)
        return result.unsqueeze(dim) if keepdim else result
    dims = sorted(d + z.ndim if d < 0 else d for d in dim)
    last = list(range(-len(dims), 0))
    moved = z.movedim(dims, last)
    rows = moved.flatten(-len(dims)) if dims else moved.unsqueeze(-1)
    result = _apply("logsumexp", rows, -1)
    return result[(..., *(None for _ in dims))].movedim(last, dims) if keepdim else result
