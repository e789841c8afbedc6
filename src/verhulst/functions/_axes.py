"""Functions over one axis, given a face that takes several."""

from __future__ import annotations

import math
import operator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from verhulst.functions._containers import Function, owners_of, public_name, wrapped
from verhulst.functions._parameter import NATIVE, number_type

Axis = int | tuple[int, ...] | None


def over_axes(ufunc: np.ufunc) -> Function:
    """The function of a ufunc of signature (n)->(n) or (n)->(), over one axis or several taken as one."""
    return Function(ufunc, partial(_compute, ufunc))


def call(function: Function, z: ArrayLike, **options: Any) -> Any:
    """`function(z, axis=axis, ...)`: as a container answers it, or of its numbers where it cannot."""
    owners = [] if type(z) is np.ndarray else owners_of((z,), options)
    if not owners:
        return function.compute(z, **options)
    if getattr(z, "hasnans", False) and not isinstance(getattr(z, "dtype", None), np.dtype):
        raise TypeError(f"{function.__name__} over an axis cannot skip missing values: fill or drop them")
    if options["axis"] is None:
        options["axis"] = tuple(range(np.ndim(z)))
    try:
        if isinstance(options["axis"], int) or not hasattr(z, "__dask_graph__"):  # which knows one axis at most
            return function(z, **options)
    except NotImplementedError:  # xarray has no ufuncs over an axis
        pass
    numbers = np.asarray(z)
    result = function.compute(numbers, **options)
    return wrapped(result, function.ufunc, (z,)) if np.shape(result) == numbers.shape else result


def _compute(
    ufunc: np.ufunc, z: Any, *, axis: Axis = -1, keepdims: bool = False, out: Any = None, dtype: Any = None
) -> Any:
    reduces = ufunc.signature == "(n)->()"
    if type(z) is np.ndarray and z.ndim and z.dtype in NATIVE and type(axis) is int and out is None:
        return ufunc(z, axis=axis, keepdims=keepdims) if reduces else ufunc(z, axis=axis)
    name = public_name(ufunc)
    numbers = np.asarray(z)
    number_type(numbers.dtype, f"{name} takes real numbers")
    if dtype is not None:
        numbers = numbers.astype(dtype, copy=False)
    axes = axes_of(axis, numbers.ndim)
    mask = np.ma.getmaskarray(z) if isinstance(z, np.ma.MaskedArray) else None
    if mask is not None:  # what is hidden has no share
        numbers = np.where(mask, numbers.dtype.type(0), numbers).astype(number_type(numbers.dtype))
        numbers[mask] = -np.inf
    target = None if out is None else check_out(out, name)
    if len(axes) == 1 and mask is None:
        options: dict[str, Any] = {"axis": axes[0]} | ({"keepdims": keepdims} if reduces else {})
        result = ufunc(numbers, **options) if target is None else ufunc(numbers, out=target.view(np.ndarray), **options)
    else:
        result = _several(ufunc, numbers, axes, keepdims, reduces)
        if mask is not None:
            shape = np.shape(result)
            hidden = mask.all(axis=axes, keepdims=keepdims) if reduces and numbers.size else mask.reshape(shape)
            return hide(result, hidden, target)
        if target is not None:
            return into(target, result)
    same = target is not None or np.shape(result) == numbers.shape
    return wrapped(result, ufunc, (z,), target) if same else result


def _several(ufunc: np.ufunc, z: np.ndarray[Any, Any], axes: tuple[int, ...], keepdims: bool, reduces: bool) -> Any:
    """`ufunc` over axes that are merged into one."""
    kept = [a for a in range(z.ndim) if a not in axes]
    shape = [z.shape[a] for a in kept]
    merged = np.transpose(z, [*kept, *axes]).reshape([*shape, math.prod(z.shape[a] for a in axes)])
    result = ufunc(merged)
    if reduces:
        if keepdims:
            result = np.reshape(result, [1 if a in axes else z.shape[a] for a in range(z.ndim)])
        return result[()]
    unfolded = result.reshape([*shape, *(z.shape[a] for a in axes)])
    return np.moveaxis(unfolded, range(len(kept), z.ndim), axes)[()]


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes meant, as numbers from 0; a number alone, which has none, is one class."""
    if axis is None:
        return tuple(range(ndim))
    try:
        if ndim == 0 and operator.index(axis) in (0, -1):
            return ()
    except TypeError:
        pass
    try:
        return tuple(np.lib.array_utils.normalize_axis_tuple(axis, ndim, "axis"))
    except TypeError:
        raise TypeError(f"axis must be an integer, several, or None, not {axis!r}") from None


def check_out(out: Any, name: str) -> np.ndarray[Any, Any]:
    """The array that a result shall go to."""
    target = out[0] if isinstance(out, tuple) and len(out) == 1 else out
    if not isinstance(target, np.ndarray):
        raise TypeError(f"out of {name} must be an array, not {type(target).__name__}")
    return target


def hide(result: Any, mask: Any, target: Any = None) -> Any:
    """The result as a masked array, in `target` if there is one."""
    hidden = np.ma.array(result, mask=mask)
    if target is None:
        return hidden if hidden.ndim else hidden[()]
    into(target, hidden.data)
    if isinstance(target, np.ma.MaskedArray):
        target[...] = hidden
    return target


def into(out: Any, result: Any) -> Any:
    """`out`, with the result copied into it."""
    target = check_out(out, "the result")
    if target.shape != np.shape(result):
        raise ValueError(f"out has shape {target.shape}, the result {np.shape(result)}")
    np.copyto(target, result, casting="same_kind")
    return target
