"""Tensors on the CPU through the compiled core, without copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import forward_ad

from verhulst import _core

LARGE = 3 << 20  # bytes: one page of 2 MiB lies within for sure, or all but
FLOATING = frozenset((torch.float16, torch.bfloat16, torch.float32, torch.float64))


def unwatched(z: Tensor) -> bool:
    """Whether nothing but z's numbers matters: a plain CPU tensor that no gradient, transform, mode or trace follows.

    Such a tensor goes to the core as it is; torch's dispatcher and an autograd.Function would cost 30 microseconds.
    """
    return (
        type(z) is Tensor
        and z.is_cpu
        and not (z.requires_grad and torch.is_grad_enabled())
        and z.dtype in FLOATING
        and z.layout is torch.strided
        and not z.is_neg()
        and forward_ad._current_level < 0
        and not torch._C._are_functorch_transforms_active()
        and not torch._C._functorch.is_legacy_batchedtensor(z)
        and torch._C._len_torch_dispatch_stack() == 0
        and torch._C._len_torch_function_stack() == 0
        and torch._C._get_tracing_state() is None
    )


def as_array(t: Tensor) -> np.ndarray[Any, np.dtype[Any]]:
    """The tensor's own memory as a NumPy array, strides and all. bfloat16 needs ml_dtypes, which names the type."""
    if t.requires_grad:
        t = t.detach()
    if t.dtype != torch.bfloat16:
        return t.numpy()
    import ml_dtypes

    return t.view(torch.int16).numpy().view(ml_dtypes.bfloat16)


def as_bits(t: Tensor) -> np.ndarray[Any, np.dtype[Any]]:
    """The tensor's own memory as a NumPy array; bfloat16 as int16, for kernels that know it by its bits."""
    return (t.view(torch.int16) if t.dtype == torch.bfloat16 else t).detach().numpy()


def evaluate(ufunc: np.ufunc, *inputs: Tensor, outputs: int = 1) -> tuple[Tensor, ...]:
    """One call of a ufunc on tensors of one shape and type: new tensors of the first one's type and layout."""
    results = tuple(new_like(inputs[0]) for _ in range(outputs))
    ufunc(*(as_array(t) for t in inputs), out=tuple(as_array(t) for t in results))
    return results


def new_like(t: Tensor, **options: Any) -> Tensor:
    """torch.empty_like; large ones in huge pages, as NumPy's are: fresh small pages cost more than sigmoids."""
    result = torch.empty_like(t, requires_grad=False, **options)
    if result.nbytes >= LARGE:
        _core.advise_huge_pages(result.data_ptr(), result.nbytes)
    return result
