"""Functions over one axis, given a face that takes several."""

from __future__ import annotations

import math
import operator
from functools import partial
from typing import Any

import numpy as np

from verhulst._home import home_of
from verhulst.functions._containers import (
    Dispatcher,
    is_pandas,
    is_xarray,
    labelled,
    owners_of,
    public_name,
    wrapped,
)
from verhulst.functions._parameter import NATIVE, number_type

Axis = int | tuple[int, ...] | None


def over_axes(ufunc: np.ufunc) -> Dispatcher:
    """The function of a ufunc of signature (n)->(n) or (n)->(), over one axis or several taken as one."""
    return Dispatcher(ufunc, partial(_compute, ufunc))


def call(function: Dispatcher, z: Any, axis: Axis, out: Any, **options: Any) -> Any:
    """`function(z, axis=axis, out=out)`: as a container answers it, or of its numbers where it cannot."""
    if type(z) is np.ndarray and z.dtype in NATIVE and type(axis) is int and -z.ndim <= axis < z.ndim and out is None:
        return function.ufunc(z, axis=axis, **options)  # most calls
    if isinstance(out, tuple) and len(out) == 1:
        out = out[0]
    options["axis"], options["out"] = axis, out
    owners = [] if type(z) is np.ndarray else owners_of((z,), options)
    if not owners:
        return function.compute(z, **options)
    if hasattr(z, "__dask_graph__") and home_of(z) != "xarray":
        return _lazily(function, z, options)
    if out is None and (is_xarray(z) or (is_pandas(z) and hasattr(z, "iloc"))):
        numbers = z.data if is_xarray(z) else numbers_of_frame(z, function.__name__)
        axes = axes_of(axis, numbers.ndim) if function.signature == "(n)->()" else ()
        made = call(function, numbers, **options)
        return _in_own_types(z, labelled(z, made, axes, bool(options.get("keepdims"))))
    if is_pandas(z) and z.isna().any():
        raise TypeError(_MISSING.format(function.__name__))
    if axis is None:
        options["axis"] = tuple(range(np.ndim(z)))
    if function.signature == "(n)->(n)" or not is_pandas(z):  # whose arrays know no results of other shapes
        try:
            return function(z, **options)
        except NotImplementedError:
            pass
    numbers = np.asarray(z)
    result = function.compute(numbers, **options)
    return wrapped(result, function.ufunc, (z,)) if np.shape(result) == numbers.shape else result


_MISSING = "{} over an axis cannot skip missing values: fill or drop them"


def numbers_of_frame(z: Any, name: str) -> Any:
    """Return the numbers of a frame or a series of pandas, of its own extension types too.

    Raises
    ------
    TypeError
        If one is missing there.
    """
    dtypes = list(z.dtypes) if z.ndim == 2 else [z.dtype]
    if all(isinstance(dtype, np.dtype) for dtype in dtypes):
        return np.asarray(z)
    if np.any(z.isna()):
        raise TypeError(_MISSING.format(name))
    own = [dtype if isinstance(dtype, np.dtype) else getattr(dtype, "numpy_dtype", object) for dtype in dtypes]
    return z.to_numpy(np.result_type(*own))


def _in_own_types(z: Any, made: Any) -> Any:
    """A result of the shape of a frame or series of pandas' own floats, in those types."""
    if is_xarray(z) or np.shape(made) != z.shape or not z.size:
        return made
    dtypes = list(z.dtypes) if z.ndim == 2 else [z.dtype]
    own = all(not isinstance(dtype, np.dtype) and dtype.kind == "f" for dtype in dtypes)
    return made.astype(z.dtypes if z.ndim == 2 else z.dtype) if own else made


def _lazily(function: Dispatcher, z: Any, options: dict[str, Any]) -> Any:
    """The function of a lazy array, whose chunks are put together along the axes."""
    name, reduces = function.__name__, function.signature == "(n)->()"
    if options.pop("out") is not None:
        raise TypeError(f"{name} of a lazy array takes no out")
    if not hasattr(z, "rechunk"):
        kind = type(z).__name__
        raise TypeError(f"{name} takes Dask's arrays, not a lazy {kind}: to_dask_array(lengths=True) makes it one")
    axes = axes_of(options.pop("axis"), z.ndim)
    dtype = number_type(z.dtype, name, "takes")
    keepdims = options.pop("keepdims", False)
    whole = z.rechunk(dict.fromkeys(axes, -1))
    kept = {"keepdims": True} if reduces else {}
    chunks = tuple((1,) if reduces and axis in axes else sizes for axis, sizes in enumerate(whole.chunks))
    each = partial(function, axis=axes, **kept, **options)
    made = whole.map_blocks(each, dtype=dtype, chunks=chunks, meta=np.empty((0,) * z.ndim, dtype))
    return made.squeeze(axes) if reduces and axes and not keepdims else made


def _compute(
    ufunc: np.ufunc, z: Any, *, axis: Axis = -1, keepdims: bool = False, out: Any = None, dtype: Any = None
) -> Any:
    reduces, name = ufunc.signature == "(n)->()", public_name(ufunc)
    numbers = np.asarray(z)
    number_type(numbers.dtype, name, "takes")
    if dtype is not None:
        numbers = numbers.astype(dtype, copy=False)
    axes = axes_of(axis, numbers.ndim)
    mask = np.ma.getmaskarray(z) if isinstance(z, np.ma.MaskedArray) else None
    if mask is not None:  # what is hidden has no share
        numbers = np.where(mask, numbers.dtype.type(0), numbers).astype(number_type(numbers.dtype))
        numbers[mask] = -np.inf
    target = None if out is None or out is ... else check_out(out, name)
    if target is not None:
        shape = numbers.shape
        if reduces:
            shape = tuple(1 if i in axes else n for i, n in enumerate(shape) if keepdims or i not in axes)
        if target.shape != shape:
            raise ValueError(f"out has shape {target.shape}, the result {shape}")
    if len(axes) == 1:
        options: dict[str, Any] = {"axis": axes[0]} | ({"keepdims": keepdims} if reduces else {})
        to = None if target is None or mask is not None else target.view(np.ndarray)
        result = ufunc(numbers, out=to, **options)
    else:
        result = _several(ufunc, numbers, axes, keepdims, reduces)
    if mask is not None or isinstance(target, np.ma.MaskedArray):
        hidden: Any = np.zeros(numbers.shape, bool) if mask is None else mask
        if reduces:
            hidden = hidden.all(axis=axes, keepdims=keepdims) if numbers.size else False
        return hide(result, hidden, target)
    if target is not None:
        return target if len(axes) == 1 else into(target, result)
    result = wrapped(result, ufunc, (z,)) if np.shape(result) == numbers.shape else result
    return np.asanyarray(result) if out is ... else result


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
        axes: tuple[int, ...] = (operator.index(axis),)
        if ndim == 0 and axes[0] in (0, -1):
            return ()
    except TypeError:
        try:
            axes = tuple(map(operator.index, axis))
        except TypeError:
            raise TypeError(f"axis must be an integer, several, or None, not {axis!r}") from None
    for a in axes:
        if not -ndim <= a < ndim:
            raise np.exceptions.AxisError(f"axis {a} is out of bounds for array of dimension {ndim}")
    return tuple(np.lib.array_utils.normalize_axis_tuple(axes, ndim, "axis"))


def true_or_false(given: Any, option: str) -> bool:
    """The option, refused where it is no truth value: any other object would count as one, "no" as True."""
    if not isinstance(given, bool | np.bool):
        raise TypeError(f"{option} must be True or False, not {given!r}")
    return bool(given)


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
