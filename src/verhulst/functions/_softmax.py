"""Softmax."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._axes import Axis, along

_softmax = _core.row_ufunc("softmax", "softmax(z) over the last axis")


def softmax(z: ArrayLike, axis: Axis = -1, *, out: Any = None) -> Any:
    """Softmax over an axis: e^z_i / sum_j e^z_j, scores into probabilities that add up to 1.

    Parameters
    ----------
    z : array_like
        Scores (log-probabilities up to a constant), any shape. float16, float32, float64, bfloat16 stay what they are;
        integers become floats as NumPy promotes them.
    axis : int, tuple of int or None
        The axis of the classes; several are taken as one, None takes all. The default is the last: where SciPy takes
        all axes unless told otherwise, a batch of rows is the common case here.
    out : ndarray, optional
        Where to put the result.

    Returns
    -------
    ndarray
        The shape of z, in [0, 1]; within 2 ULP of the exact result in float64 (bound 1.51), 0.51 in the narrow formats.
        The same bits for any memory layout and number of threads.

    Notes
    -----
    The largest score is subtracted exactly, the sum is taken in a fixed order. A single inf gets 1 (the limit), the
    others 0; several, or nothing but -inf, or a nan give nan. An empty axis gives an empty result.
    J. S. Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990). With two classes
    it is the sigmoid of their difference.

    See Also
    --------
    log_softmax, logsumexp, sigmoid

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.softmax([[1.0, 2.0, 3.0], [1000.0, 0.0, 0.0]])
    array([[0.09003057, 0.24472847, 0.66524096],
           [1.        , 0.        , 0.        ]])
    """
    return along(_softmax, z, axis, out)
