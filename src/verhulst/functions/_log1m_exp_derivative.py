"""Derivative of log(1 - e^x), -e^x/(1 - e^x) for x < 0."""

from verhulst import _core

log1m_exp_derivative = _core.ufunc(
    "log1m_exp_derivative",
    """Derivative of log(1 - e^x), -e^x/(1 - e^x) for x < 0.

Parameters
----------
x : array_like
    Numbers up to 0, any shape. float16, bfloat16, float32, float64 stay what they are; others become floats as
    NumPy promotes.
out, where, dtype, ...
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    At most 0, the shape of x; -inf at 0 and where 1/x overflows, -0 at -inf, nan above 0.

Notes
-----
Correctly rounded in float32 and below; at most 0.51 ULP in float64, subnormal results included.

Examples
--------
>>> import verhulst as vh
>>> vh.log1m_exp_derivative([-1.0, -40.0])
array([-5.81976707e-01, -4.24835426e-18])
""",
)
