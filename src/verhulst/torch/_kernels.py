"""Tensors on the CPU through the compiled core, without copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor


def as_array(t: Tensor) -> np.ndarray[Any, np.dtype[Any]]:
    """The tensor's own memory as a NumPy array, strides and all. bfloat16 needs ml_dtypes, which names the type."""
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
    results = tuple(torch.empty_like(inputs[0], requires_grad=False) for _ in range(outputs))
    ufunc(*(as_array(t) for t in inputs), out=tuple(as_array(t) for t in results))
    return results
