"""Logarithm of softmax."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._axes import Axis, along

_log_softmax = _core.row_ufunc("log_softmax", "log_softmax(z) over the last axis")


def log_softmax(z: ArrayLike, axis: Axis = -1, *, out: Any = None) -> Any:
    """Logarithm of softmax over an axis: z_i - log sum_j e^z_j.

    Parameters
    ----------
    z : array_like
        Scores, any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy
        promotes them.
    axis : int, tuple of int or None
        The axis of the classes; several are taken as one, None takes all.
    out : ndarray, optional
        Where to put the result.

    Returns
    -------
    ndarray
        The shape of z, at most 0; within 0.51 ULP of the exact result in every format, the top class included. The same
        bits for any memory layout and number of threads.

    Notes
    -----
    The logarithm of the sum is log1p of what the other classes add to the largest, so that a confident prediction keeps
    its loss: log_softmax([17, 0])[0] is -4.14e-8 in float32, where SciPy, PyTorch and JAX give 0.
    A single inf gets 0 (the limit), the others -inf; several, or nothing but -inf, or a nan give nan. An empty axis
    gives an empty result.

    See Also
    --------
    softmax, logsumexp, log_sigmoid

    Examples
    --------
    >>> import numpy as np
    >>> import verhulst as vh
    >>> vh.log_softmax(np.float32([17, 0]))
    array([-4.1399375e-08, -1.7000000e+01], dtype=float32)
    """
    return along(_log_softmax, z, axis, out)
