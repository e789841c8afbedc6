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


def total(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The sums of rows of float64 numbers, as a column: rounded once, where they have one sign.

    Each number is split at a multiple of 2^-52 of a power of two above all partial sums. What lies above adds up
    without rounding, in any order, so that a matrix product may add it; the rest is below 2^-52 of that power. After
    S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point summation I" (2008), section 3.
    """
    ones = np.ones((x.shape[1], 1))
    part = np.abs(x)
    bound = 2 * (part @ ones)
    above = np.ldexp(1.0, np.frexp(bound)[1])
    np.add(x, above, out=part)
    part -= above
    high = part @ ones
    np.subtract(x, part, out=part)
    result: np.ndarray[Any, Any] = high + part @ ones
    finite = np.isfinite(bound + above)
    return result if finite.all() else np.where(finite, result, x.sum(axis=1, keepdims=True))


def near_total(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same for a result in a narrower type: to 40 bits, so that a thousand times 0.001 is 1."""
    plain = x @ np.ones((x.shape[1], 1))
    far = plain * 8193.0
    result: np.ndarray[Any, Any] = np.where(np.isfinite(plain), far - (far - plain), plain)
    return result
