"""The derivative of the rectified linear unit."""

from verhulst import _core

relu_derivative = _core.ufunc(
    "relu_derivative",
    """Derivative of the rectified linear unit: 1 for z > 0, else 0.

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    0 or 1; 0 at the kink, where there is no derivative; nan stays nan.

Notes
-----
The subgradient 0 at the kink is the one that PyTorch, JAX and TensorFlow use.

See Also
--------
relu

Examples
--------
>>> import verhulst as vh
>>> vh.relu_derivative([-2.0, 0.0, 2.0])
array([0., 0., 1.])
""",
)
