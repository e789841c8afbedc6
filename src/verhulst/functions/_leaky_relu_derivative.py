"""The derivative of the leaky rectified linear unit."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._parameter import with_parameter

_leaky_relu_derivative = _core.ufunc("_leaky_relu_derivative", "leaky_relu_derivative(z, slope)")


def leaky_relu_derivative(z: ArrayLike, slope: ArrayLike = 0.01, *, out: Any = None, where: ArrayLike = True) -> Any:
    """Derivative of the leaky rectified linear unit: 1 for z > 0, else slope.

    Parameters
    ----------
    z : array_like
        Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes
        them.
    slope : array_like
        Slope for negative z; broadcast against z. It does not widen the
        result: in half precision it counts as given, in float32 it is rounded to float32.
    out, where :
        As for every `numpy.ufunc`.

    Returns
    -------
    ndarray or scalar
        1 or slope; slope at the kink, the derivative from the left; nan stays nan.

    See Also
    --------
    leaky_relu

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.leaky_relu_derivative([-2.0, 0.0, 2.0], slope=0.125)
    array([0.125, 0.125, 1.   ])
    """
    return with_parameter(_leaky_relu_derivative, z, slope, out, where, factor=True)
