"""Functions with a parameter: one ufunc of two arguments behind each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from verhulst.functions._relu import relu
from verhulst.functions._rounding import rounded


def with_parameter(
    ufunc: np.ufunc, z: ArrayLike, parameter: ArrayLike, out: Any, where: ArrayLike, *, factor: bool = False
) -> Any:
    """`ufunc(z, parameter)` in the number type that a function of z alone would have.

    The parameter does not widen the result: a float64 label or slope leaves float32 scores float32. But it counts as
    given: where that type cannot hold it (0.999 is 1 in bfloat16), all is computed in float64 and rounded once. A
    parameter that is a factor of the result is rounded to float32 all the same, which moves the result by half a unit.
    Objects that bring their own ufunc rules (pandas, xarray, Dask) keep them.
    """
    if not hasattr(z, "__array_ufunc__"):
        z = np.asarray(z)
    dtype = getattr(z, "dtype", None)
    if not isinstance(dtype, np.dtype):
        return ufunc(z, parameter, out=out, where=where)
    result = number_type(dtype)
    given = np.asarray(parameter)
    with np.errstate(all="ignore"):
        held = given.astype(result, copy=False)
        if _holds(held, given) or (factor and result == np.float32):
            return ufunc(z, held, out=out, where=where)
        return _in_float64(ufunc, z, given, result, out, where)


def number_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type that a function of such numbers returns."""
    result: np.dtype[Any] = dtype if dtype.kind == "f" else relu.resolve_dtypes((dtype, None))[1]
    return result


def _holds(held: np.ndarray[Any, Any], given: np.ndarray[Any, Any]) -> bool:
    """Whether the cast kept every number. Arrays of integers are taken for classes, which every type holds."""
    if np.can_cast(given.dtype, held.dtype) or (given.dtype.kind in "iub" and given.ndim):
        return True
    changed = np.count_nonzero(held != given)
    return bool(changed == 0 or changed == np.count_nonzero(given != given))  # nan is kept, and differs from itself


def _in_float64(ufunc: np.ufunc, z: Any, given: Any, dtype: np.dtype[Any], out: Any, where: ArrayLike) -> Any:
    targets = out if isinstance(out, tuple) else (out,)
    if dtype.kind == "f" and all(t is not None and t.dtype == dtype for t in targets):  # cast block by block
        return ufunc(z, given, out=out, where=where, dtype=np.float64, casting="same_kind")
    wide = ufunc(z, given, out=(None,) * len(targets), where=where, dtype=np.float64)
    results = [
        _put(target, part.astype(dtype) if dtype.kind == "f" else rounded(part, dtype), where)
        for part, target in zip(wide if isinstance(wide, tuple) else (wide,), targets, strict=True)
    ]
    return tuple(results) if isinstance(wide, tuple) else results[0]


def _put(target: Any, result: Any, where: ArrayLike) -> Any:
    if target is None:
        return result[()] if isinstance(result, np.ndarray) and not result.ndim else result
    np.copyto(target, result, casting="same_kind", where=where)
    return target
