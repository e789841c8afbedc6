"""Tensors on the CPU through the compiled core, without copies."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.nn import Parameter

from verhulst import _core

LARGE = 3 << 20  # bytes: one page of 2 MiB lies within for sure, or all but
FEW = LARGE // 8  # numbers that are never as many bytes
FLOATING = {torch.float16: 0, torch.bfloat16: 1, torch.float32: 2, torch.float64: 3}  # the core's numbers for them


def _key_set(*names: str) -> int | None:
    """The bits of the dispatcher's set of these keys; None where this torch calls them otherwise."""
    try:
        sets = [torch._C.DispatchKeySet(getattr(torch._C.DispatchKey, name)) for name in names]
        bits: int = reduce(or_, sets).raw_repr()
        torch._C._dispatch_keys, torch._C._dispatch_tls_local_include_set  # noqa: B018
    except AttributeError:
        return None
    return bits


# The dispatcher's keys of plain CPU tensors, made outside and inside torch.inference_mode(): other devices and layouts,
# wrappers of transforms and tensors with a pending minus sign have others.
PLAIN = frozenset((_key_set("CPU", "AutocastCPU", "AutogradCPU", "ADInplaceOrView"), _key_set("CPU", "AutocastCPU")))
# Its keys where no mode, transform or trace is active, outside and inside torch.inference_mode().
AT_REST = frozenset((_key_set("BackendSelect", "ADInplaceOrView"), _key_set("BackendSelect")))
KNOWN = None not in AT_REST  # else always the general path


def plain(*tensors: Tensor) -> bool:
    """Whether these are plain CPU tensors that no transform, mode or trace follows; autograd may.

    Such tensors go to the core as they are; torch's dispatcher and a general autograd.Function would cost 30
    microseconds.
    """
    if (
        not KNOWN
        or forward_ad._current_level >= 0
        or torch._C._dispatch_tls_local_include_set().raw_repr() not in AT_REST
        or torch._C._len_torch_function_stack() > 0
    ):
        return False
    keys = torch._C._dispatch_keys
    for t in tensors:
        if (type(t) is not Tensor and type(t) is not Parameter) or t.dtype not in FLOATING:
            return False
        if keys(t).raw_repr() not in PLAIN:
            return False
    return True


def recorded(*tensors: Tensor) -> bool:
    """Whether autograd records what is done with one of these."""
    for t in tensors:  # a generator would take three times as long
        if t.requires_grad:
            return torch.is_grad_enabled()
    return False


def unwatched(*tensors: Tensor) -> bool:
    """Whether nothing but their numbers matters: plain tensors, which autograd does not follow either."""
    return plain(*tensors) and not recorded(*tensors)


def widest(t: Tensor) -> torch.dtype:
    """The type for arithmetic around kernels, whatever the tensor's: float64, float32 where the device has no other."""
    return torch.float32 if t.device.type == "mps" else torch.float64


def double(t: Tensor) -> Tensor:
    """The tensor in float64, complex numbers in complex128."""
    return t.to(torch.complex128 if t.is_complex() else torch.float64)


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
    if t.requires_grad:
        t = t.detach()
    return (t.view(torch.int16) if t.dtype == torch.bfloat16 else t).numpy()


def evaluate_one(ufunc: np.ufunc, name: str, z: Tensor) -> Tensor:
    """One call of the ufunc of one argument, and of that name, on a tensor: as `evaluate`, with half its checks."""
    n = z.numel()
    result = torch.empty_like(z) if n < FEW else new_like(z)
    if z.is_contiguous() or z.stride() == result.stride():
        _core.apply(name, FLOATING[z.dtype], 1, n, z.data_ptr(), 0, result.data_ptr(), 0)
    else:
        ufunc(as_array(z), out=as_array(result))
    return result


def evaluate(ufunc: np.ufunc, *inputs: Tensor, outputs: int = 1) -> tuple[Tensor, ...]:
    """One call of a ufunc on tensors of one shape and type: new tensors of the first one's type and layout."""
    first = inputs[0]
    results = tuple(new_like(first) for _ in range(outputs))
    shape, dtype, layout = first.shape, first.dtype, results[0].stride()
    kind = FLOATING.get(dtype, -1)
    memory: list[int] = []
    for t in inputs:
        if kind < 0 or t.stride() != layout or t.shape != shape or t.dtype != dtype:
            ufunc(*(as_array(t) for t in inputs), out=tuple(as_array(t) for t in results))
            return results
        memory += (t.data_ptr(), 0)
    # All lie without gaps and in the same order, as what torch makes does: to the core such memory is one row.
    for t in results:
        memory += (t.data_ptr(), 0)
    _core.apply(ufunc.__name__, kind, 1, first.numel(), *memory)
    return results


def new_like(t: Tensor, **options: Any) -> Tensor:
    """torch.empty_like; large ones in huge pages, as NumPy's are: fresh small pages cost more than sigmoids."""
    result = torch.empty_like(t, **options)
    if result.nbytes >= LARGE:
        _core.advise_huge_pages(result.data_ptr(), result.nbytes)
    return result
