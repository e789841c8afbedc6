"""Functions with a parameter: one ufunc of two arguments behind each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from verhulst.functions._relu import relu


def with_parameter(ufunc: np.ufunc, z: ArrayLike, parameter: ArrayLike, out: Any, where: ArrayLike) -> Any:
    """`ufunc(z, parameter)` in the number type that a function of z alone would have.

    The parameter is cast to that type, so that a float64 slope does not widen float32 scores. Objects that bring their
    own ufunc rules (pandas, xarray, Dask) keep them.
    """
    if not hasattr(z, "__array_ufunc__"):
        z = np.asarray(z)
    dtype = getattr(z, "dtype", None)
    if isinstance(dtype, np.dtype):
        result = dtype if dtype.kind == "f" else relu.resolve_dtypes((dtype, None))[1]
        parameter = np.asarray(parameter).astype(result, copy=False)
    return ufunc(z, parameter, out=out, where=where)
