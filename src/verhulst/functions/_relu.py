"""The rectified linear unit."""

from verhulst import _core

relu = _core.ufunc(
    "relu",
    """Rectified linear unit, max(z, 0).

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    z where z > 0, else 0: exact. relu(-0) is +0, nan stays nan.

Notes
-----
X. Glorot, A. Bordes, Y. Bengio, "Deep sparse rectifier neural networks" (2011).

See Also
--------
relu_derivative, leaky_relu, elu, gelu

Examples
--------
>>> import verhulst as vh
>>> vh.relu([-2.0, 0.0, 2.0])
array([0., 0., 2.])
""",
)
