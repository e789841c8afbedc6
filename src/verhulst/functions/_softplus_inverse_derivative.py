"""Derivative of the inverse of softplus, 1/(1 - e^-y) for y > 0."""

from verhulst import _core

softplus_inverse_derivative = _core.ufunc(
    "softplus_inverse_derivative",
    """Derivative of the inverse of softplus, 1/(1 - e^-y) for y > 0.

Parameters
----------
y : array_like
    Numbers from 0 up, any shape. float16, bfloat16, float32, float64 stay what they are; others become floats as
    NumPy promotes.
out, where, dtype, ...
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    At least 1, the shape of y; inf at 0 and where 1/y overflows, nan below 0.

Notes
-----
Correctly rounded in float32 and below; at most 0.51 ULP in float64.

Examples
--------
>>> import verhulst as vh
>>> vh.softplus_inverse_derivative([0.5, 40.0])
array([2.54149408, 1.        ])
""",
)
