"""The leaky rectified linear unit."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._parameter import with_parameter

_leaky_relu = _core.ufunc("_leaky_relu", "leaky_relu(z, slope)")


def leaky_relu(z: ArrayLike, slope: ArrayLike = 0.01, *, out: Any = None, where: ArrayLike = True) -> Any:
    """Leaky rectified linear unit: z for z > 0, else slope z.

    Parameters
    ----------
    z : array_like
        Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes
        them.
    slope : array_like
        Slope for negative z; broadcast against z (one slope per channel makes it PReLU). It does not widen the
        result: in half precision it counts as given, in float32 it is rounded to float32.
    out, where :
        As for every `numpy.ufunc`.

    Returns
    -------
    ndarray or scalar
        Rounded once in every format (in float32 of the rounded slope); nan stays nan.

    Notes
    -----
    A. L. Maas, A. Y. Hannun, A. Y. Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).

    See Also
    --------
    leaky_relu_derivative, relu

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.leaky_relu([-2.0, 0.0, 2.0])
    array([-0.02,  0.  ,  2.  ])
    """
    return with_parameter(_leaky_relu, z, slope, out, where, factor=True)
