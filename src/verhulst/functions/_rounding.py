"""Sums in twice the precision of float64, and from float64 to a narrower type, rounding once."""

from __future__ import annotations

from typing import Any

import numpy as np


def rounded(x: Any, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """float64 numbers as the nearest of `dtype`, a tie to even.

    NumPy rounds once to float32 and float16. To bfloat16 ml_dtypes goes by float32 and rounds twice, unless float32 is
    rounded to odd: cut off, with an odd last bit where that lost something, which keeps it off every tie of bfloat16.
    """
    x = np.asarray(x)
    with np.errstate(all="ignore"):
        near: np.ndarray[Any, Any] = x.astype(dtype if dtype.kind == "f" else np.float32)
    if dtype.kind == "f":
        return near
    bits = near.view(np.uint32)
    odd: np.ndarray[Any, Any] = bits - (abs(near) > abs(x)) | (near != x)
    result: np.ndarray[Any, Any] = odd.astype(np.uint32).view(np.float32).astype(dtype)
    return result


def total(x: np.ndarray[Any, Any], axis: int) -> np.ndarray[Any, Any]:
    """The sum of float64 numbers along an axis, which is kept: rounded once, where they have one sign.

    Each number is split at a multiple of 2^-52 of a power of two above all sums. What lies above adds up without
    rounding, in any order; the rest is below 2^-52 of that power. S. M. Rump, T. Ogita, S. Oishi, "Accurate
    floating-point summation I" (2008), section 3.
    """
    options: Any = {"axis": axis, "keepdims": True}
    with np.errstate(all="ignore"):
        part = np.abs(x)
        bound = (x.shape[axis] + 2) * part.max(**options, initial=0.0)
        above = np.ldexp(1.0, np.frexp(bound)[1])
        np.add(x, above, out=part)
        part -= above
        high = part.sum(**options)
        np.subtract(x, part, out=part)
        result: np.ndarray[Any, Any] = high + part.sum(**options)
        finite = np.isfinite(bound + above)
        return result if finite.all() else np.where(finite, result, x.sum(**options))
