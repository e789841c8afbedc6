"""Functions with a parameter: one ufunc of two arguments behind each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from verhulst.functions._registry import FUNCTIONS
from verhulst.functions._rounding import rounded

BLOCK = 16384  # numbers: a few copies of them in float64 stay in the cache


def with_parameter(
    ufunc: np.ufunc, z: ArrayLike, parameter: ArrayLike, out: Any, where: ArrayLike, *, factor: bool = False
) -> Any:
    """`ufunc(z, parameter)` in the number type that a function of z alone would have.

    The parameter does not widen the result: a float64 label or slope leaves float32 scores float32. But it counts as
    given: where that type cannot hold it (0.999 is 1 in bfloat16), all is computed in float64 and rounded once. A
    parameter that is a factor of the result is rounded to float32 all the same, which moves the result by a unit at
    most, unless it leaves the normal numbers of float32. Objects that bring their own ufunc rules
    (pandas, xarray, Dask) keep them.
    """
    if not hasattr(z, "__array_ufunc__"):
        z = np.asarray(z)
    dtype = getattr(z, "dtype", None)
    if not isinstance(dtype, np.dtype):
        return ufunc(z, parameter, out=out, where=where)
    result = number_type(dtype)
    given = np.asarray(parameter)
    with np.errstate(all="ignore"):
        held = _held_factor(given, result) if factor else _held(given, result)
        if held is not None:
            return ufunc(z, held, out=out, where=where)
        return _in_float64(ufunc, z, given, result, out, where)


def number_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type that a function of such numbers returns."""
    result: np.dtype[Any] = (
        dtype.newbyteorder("=") if dtype.kind == "f" else FUNCTIONS["relu"].ufunc.resolve_dtypes((dtype, None))[1]
    )
    return result


def _held(given: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any] | None:
    """The labels in that type, None where it does not hold one; integers in arrays are classes, which it does."""
    if np.can_cast(given.dtype, dtype) or (given.dtype.kind in "iub" and given.ndim):
        return given.astype(dtype, copy=False)
    if given.size > BLOCK and _held(given.flat[:BLOCK], dtype) is None:  # so it is decided for most
        return None
    held = given.astype(dtype)
    changed = np.count_nonzero(held != given)
    return held if changed == 0 or changed == np.count_nonzero(given != given) else None  # nan differs from itself


def _held_factor(given: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any] | None:
    """The same of factors, where integers are numbers too; float32 holds what it rounds to a normal number."""
    held: np.ndarray[Any, Any] = given.astype(dtype, copy=False)
    good = (held == given) | np.isnan(held)
    if dtype == np.float32:
        size = np.abs(held)
        good |= (size >= np.finfo(np.float32).tiny) & (size < np.inf)
    return held if good.all() else None


def _in_float64(ufunc: np.ufunc, z: Any, given: Any, dtype: np.dtype[Any], out: Any, where: Any) -> Any:
    targets = out if isinstance(out, tuple) else (out,)
    if where is True and isinstance(z, np.ndarray | np.generic) and np.broadcast(z, given).size > BLOCK:
        made = _by_blocks(ufunc, z, given, dtype, targets)
        return made if len(targets) > 1 else made[0]
    wide = ufunc(z, given, out=(None,) * len(targets), where=where, dtype=np.float64)
    results = [
        _put(target, part.astype(dtype) if dtype.kind == "f" else rounded(part, dtype), where)
        for part, target in zip(wide if isinstance(wide, tuple) else (wide,), targets, strict=True)
    ]
    return tuple(results) if isinstance(wide, tuple) else results[0]


def _by_blocks(ufunc: np.ufunc, z: Any, given: Any, dtype: np.dtype[Any], targets: tuple[Any, ...]) -> tuple[Any, ...]:
    """ufunc(z, given) in float64, rounded to dtype, block by block in memory that the cache holds."""
    flags: Any = ["external_loop", "buffered", "copy_if_overlap"]
    of_each: Any = [["readonly"]] * 2 + [["writeonly", "allocate", "no_broadcast"]] * len(targets)
    types = [np.dtype(np.float64)] * 2 + [dtype] * len(targets)
    steps = np.nditer((z, given, *targets), flags, of_each, types, casting="same_kind", buffersize=BLOCK)
    with steps:
        for x, y, *parts in steps:
            wide = ufunc(x, y)
            for part, numbers in zip(parts, wide if len(parts) > 1 else (wide,), strict=True):
                part[...] = rounded(numbers, dtype)
        made = steps.operands[2:]
        return tuple(m[()] if t is None else t for m, t in zip(made, targets, strict=True))


def _put(target: Any, result: Any, where: ArrayLike) -> Any:
    if target is None:
        return result[()] if isinstance(result, np.ndarray) and not result.ndim else result
    np.copyto(target, result, casting="same_kind", where=where)
    return target
