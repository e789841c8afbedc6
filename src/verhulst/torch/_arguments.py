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
from verhulst.torch._kernels import FLOATING, plain

Method = TypeVar("Method", bound=Callable[..., Any])
FLOATING_TYPES = tuple(FLOATING)
INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint16, torch.uint32, torch.uint64)
REAL = frozenset((*FLOATING_TYPES, *INTEGERS, torch.bool))
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


def tensor_function(
    function: Callable[..., Tensor], of_plain: Callable[[Tensor], Tensor] | None = None
) -> Callable[..., Tensor]:
    """Make a function of tensors one that may be called as torch's own are.

    Arguments may have torch's names; objects that bring their own rules (torch's `__torch_function__`: the proxies of
    torch.fx, subclasses of Tensor, modes) are asked for the result. `of_plain` is the function of one plain tensor: the
    checks take longer than a few numbers do.
    """
    rename = _renaming(function, OF_FUNCTIONS)

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Tensor:
        if kwargs:
            rename(args, kwargs)
        if not torch.compiler.is_compiling():
            if of_plain is not None and len(args) == 1 and not kwargs and plain(args[0]):
                return of_plain(args[0])
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


def real(t: Any, what: str) -> Tensor:
    """The tensor, refused where it is no tensor of real numbers that lie in memory one by one."""
    if not isinstance(t, Tensor):
        raise TypeError(f"{what} must be a torch.Tensor, not {type(t).__name__}")
    if t.layout is not torch.strided or t.is_nested:
        given = t.layout if t.layout is not torch.strided else "torch.nested"
        raise TypeError(f"{what} must be a dense tensor, not {given}: convert it first")
    if t.dtype not in REAL:
        raise TypeError(f"{what} must be a tensor of float16, bfloat16, float32, float64 or integers, not {t.dtype}")
    return t


def numbers(t: Any, function: str) -> Tensor:
    """The argument z of the function, integers and booleans in torch's default floating-point type."""
    t = real(t, f"z of {function}")
    return t if t.dtype in FLOATING_TYPES else t.to(torch.get_default_dtype())


def under_autocast(t: Tensor) -> bool:
    """Whether autocast is at work where the tensor is; some devices, such as meta, have none."""
    device = t.device.type
    return torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)


def same_device(t: Tensor, what: str, other: Tensor, of_other: str, or_number: bool = False) -> None:
    """Refuse a tensor on another device than the other; `or_number`: a single number may come from the CPU."""
    if t.device != other.device and not (or_number and not t.ndim and t.device.type == "cpu"):
        raise ValueError(f"{what} must be on the device of {of_other}, {other.device}, not on {t.device}")


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
        try:
            d = index("" if isinstance(given, bool) else given)  # type: ignore[arg-type]
        except TypeError:
            raise TypeError(f"dim must be an int, a tuple of ints or None, not {dim!r}") from None
        if not -ndim <= d < ndim:
            raise np.exceptions.AxisError(d, ndim, "dim")
        found.append(d % ndim)
    if len(set(found)) < len(found):
        raise ValueError(f"dim names a dimension twice: {dim!r}")
    return tuple(found)
