"""What every function of tensors does with its arguments before anything is computed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from operator import index
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch import Tensor
from torch.overrides import handle_torch_function, has_torch_function

from verhulst.torch import _sharding
from verhulst.torch._kernels import FLOATING

Method = TypeVar("Method", bound=Callable[..., Any])
FLOATING_TYPES = tuple(FLOATING)
# torch's names of arguments, which its users write, and ours: of functions, and of recurrent modules.
OF_FUNCTIONS = {"input": "z", "target": "y", "axis": "dim", "keepdims": "keepdim", "negative_slope": "slope"}
OF_MODULES = {"input": "x", "hx": "state"}


def _renaming(function: Callable[..., Any], names: dict[str, str]) -> Callable[[tuple[Any, ...], dict[str, Any]], None]:
    """What gives the arguments of a call of the function, which has some of these names, our names."""
    code = function.__code__
    own = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    theirs = {there: here for there, here in names.items() if here in own}

    def rename(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        for there in theirs.keys() & kwargs.keys():
            here = theirs[there]
            if here in kwargs or own.index(here) < len(args):
                raise TypeError(f"{function.__name__} got {here!r} twice: as {here!r} and as {there!r}")
            kwargs[here] = kwargs.pop(there)

    return rename


def tensor_function(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Make a function of tensors one that may be called as torch's own are.

    Arguments may have torch's names; objects that bring their own rules (torch's `__torch_function__`: the proxies of
    torch.fx, subclasses of Tensor, modes) are asked for the result.
    """
    rename = _renaming(function, OF_FUNCTIONS)

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Tensor:
        if kwargs:
            rename(args, kwargs)
        if not torch.compiler.is_compiling():
            given = (*args, *kwargs.values()) if kwargs else args
            if has_torch_function(given):
                result: Tensor = handle_torch_function(called, given, *args, **kwargs)
                return result
            if "torch.distributed.tensor" in sys.modules:
                _sharding.register()
        return function(*args, **kwargs)

    return called


def recurrent_forward(function: Method) -> Method:
    """Make the forward of a recurrent module one that takes torch's names of arguments too."""
    rename = _renaming(function, OF_MODULES)

    @wraps(function)
    def forward(*args: Any, **kwargs: Any) -> Any:
        rename(args, kwargs)
        return function(*args, **kwargs)

    return cast(Method, forward)


def numbers(t: Any, function: str, name: str = "z") -> Tensor:
    """The tensor, integers and booleans in torch's default floating-point type."""
    if not isinstance(t, Tensor):
        raise TypeError(f"{name} of {function} must be a torch.Tensor, not {type(t).__name__}")
    if t.layout is not torch.strided:
        raise TypeError(f"{name} of {function} must be a dense tensor, not {t.layout}: convert it first")
    if t.dtype in FLOATING_TYPES:
        return t
    if t.is_floating_point() or t.is_complex() or t.is_quantized:
        types = "float16, bfloat16, float32, float64 or integers"
        raise TypeError(f"{name} of {function} must be a tensor of {types}, not {t.dtype}")
    return t.to(torch.get_default_dtype())


def dimensions(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions named by an int, a tuple of ints or None (all), counted from 0.

    Raises
    ------
    numpy.exceptions.AxisError
        A ValueError and an IndexError: there is no such dimension.
    """
    if dim is None:
        return tuple(range(ndim))
    found = []
    for given in dim if isinstance(dim, (tuple, list)) else (dim,):
        if isinstance(given, bool) or not hasattr(given, "__index__"):
            raise TypeError(f"dim must be an int, a tuple of ints or None, not {dim!r}")
        d = index(given)
        if not -ndim <= d < ndim:
            raise np.exceptions.AxisError(d, ndim, "dim")
        found.append(d % ndim)
    if len(set(found)) < len(found):
        raise ValueError(f"dim names a dimension twice: {dim!r}")
    return tuple(found)
