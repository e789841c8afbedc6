"""Functions over one axis, given a face that takes several."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Axis = int | tuple[int, ...] | None


def along(ufunc: np.ufunc, z: ArrayLike, axis: Axis, out: Any) -> Any:
    """`ufunc` of signature (n)->(n) over the axes named, taken as one."""
    z = np.asanyarray(z)
    if isinstance(axis, tuple) or axis is None:
        axes, merged = _merged(z, axis)
        result = ufunc(merged)
        kept = [z.shape[a] for a in range(z.ndim) if a not in axes]
        unfolded = result.reshape([*kept, *(z.shape[a] for a in axes)])
        unfolded = np.moveaxis(unfolded, range(len(kept), z.ndim), axes)
        return unfolded[()] if out is None else into(out, unfolded)
    if z.ndim == 0:
        _check_scalar_axis(axis)
        result = ufunc(z[None])[0]
        return result if out is None else into(out, result)
    return ufunc(z, axis=axis) if out is None else ufunc(z, axis=axis, out=out)


def over(ufunc: np.ufunc, z: ArrayLike, axis: Axis, keepdims: bool, out: Any) -> Any:
    """`ufunc` of signature (n)->() over the axes named, taken as one."""
    z = np.asanyarray(z)
    if z.ndim == 0 and isinstance(axis, int):
        _check_scalar_axis(axis)
        axis = None
    if isinstance(axis, tuple) or axis is None:
        axes, merged = _merged(z, axis)
        result = ufunc(merged)
        if keepdims:
            result = np.reshape(result, [1 if a in axes else z.shape[a] for a in range(z.ndim)])
        return result[()] if out is None else into(out, result)
    options = {} if out is None else {"out": out}
    return ufunc(z, axis=axis, keepdims=keepdims, **options)


def _merged(z: np.ndarray[Any, Any], axis: tuple[int, ...] | None) -> tuple[tuple[int, ...], np.ndarray[Any, Any]]:
    """The axes as non-negative numbers, and z with them moved to the end and merged into one."""
    if axis is None:
        axis = tuple(range(z.ndim))
    axes = np.lib.array_utils.normalize_axis_tuple(axis, z.ndim, "axis")
    kept = [a for a in range(z.ndim) if a not in axes]
    length = math.prod(z.shape[a] for a in axes)
    return axes, np.transpose(z, [*kept, *axes]).reshape([*(z.shape[a] for a in kept), length])


def _check_scalar_axis(axis: int) -> None:
    if axis not in (0, -1):
        raise np.exceptions.AxisError(axis, 0)


def into(out: Any, result: Any) -> Any:
    """`out`, with the result copied into it."""
    target = out[0] if isinstance(out, tuple) else out
    if target.shape != np.shape(result):
        raise ValueError(f"out has shape {target.shape}, the result {np.shape(result)}")
    np.copyto(target, result, casting="same_kind")
    return target
