"""The hyperbolic tangent."""

from verhulst import _core

tanh = _core.ufunc(
    "tanh",
    """Hyperbolic tangent, (e^z - e^-z)/(e^z + e^-z) = 2 sigmoid(2z) - 1.

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    In [-1, 1], the shape of z. An odd function: -1 at -inf, -0 at -0, 0 at 0, 1 at inf, nan at nan. Correctly rounded
    in float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
tanh(z) = -m/(2 + m) with m = exp(-2|z|) - 1, and the sign of z. In float64 the result is 1 from z = 19.07 on.

See Also
--------
tanh_derivative, sigmoid

Examples
--------
>>> import verhulst as vh
>>> vh.tanh([-1.0, 0.0, 1e-9, 1.0])
array([-7.61594156e-01,  0.00000000e+00,  1.00000000e-09,  7.61594156e-01])
""",
)
