"""The functions of one argument on tensors: all that the registry has."""

from __future__ import annotations

from verhulst.functions._registry import FUNCTIONS
from verhulst.torch._differentiable import differentiable

globals().update({name: differentiable(function) for name, function in FUNCTIONS.items()})
__all__ = list(FUNCTIONS)
