"""softmax, log_softmax and logsumexp in torch's own functions: for other devices, and for graphs that leave Python."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from verhulst.torch._cast import HALF


def _from_top(z: Tensor, dim: int) -> tuple[Tensor, Tensor, Tensor]:
    """z minus its largest along dim, the place of that, and the sum of the others' exponentials.

    A single inf is the largest by any distance; several, or nothing but -inf, leave nan.
    """
    top = z.argmax(dim, keepdim=True)
    infinite = z == torch.inf
    from_top = torch.where(
        infinite, torch.where(infinite.sum(dim, keepdim=True) == 1, 0.0, torch.nan), z - z.gather(dim, top)
    )
    return from_top, top, from_top.exp().scatter(dim, top, 0.0).sum(dim, keepdim=True)


def by_formula(from_wide: Callable[[Tensor, int], Tensor], summed: bool = False) -> Callable[[Tensor, int], Tensor]:
    """The function in torch's own, half precision by way of float32, of any shape."""

    def formula(z: Tensor, dim: int) -> Tensor:
        if z.ndim == 0:
            result = formula(z.unsqueeze(0), 0)
            return result if summed else result.squeeze(0)
        n = z.shape[dim]
        # Compilers' symbols, which types do not know, are at least 2, or not known yet: they cannot be asked.
        if isinstance(n, int) and n == 0:  # type: ignore[redundant-expr]
            return z.sum(dim) - torch.inf if summed else torch.empty_like(z)
        return from_wide(z.float() if z.dtype in HALF else z, dim).to(z.dtype)

    return formula


def softmax_formula(z: Tensor, dim: int) -> Tensor:
    from_top, _, others = _from_top(z, dim)
    return from_top.exp() / (1 + others)


def log_softmax_formula(z: Tensor, dim: int) -> Tensor:
    """The top class from the others, -log1p(sum of their e^(z - max)): it keeps its digits."""
    from_top, _, others = _from_top(z, dim)
    return from_top - others.log1p()


def logsumexp_formula(z: Tensor, dim: int) -> Tensor:
    _, top, others = _from_top(z, dim)
    largest = z.gather(dim, top)
    return torch.where(largest.isinf(), largest, largest + others.log1p()).squeeze(dim)
