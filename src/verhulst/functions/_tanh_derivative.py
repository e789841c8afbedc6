"""The derivative of the hyperbolic tangent."""

from verhulst import _core

tanh_derivative = _core.ufunc(
    "tanh_derivative",
    """Derivative of the hyperbolic tangent, 1 - tanh(z)^2 = 4 sigmoid'(2z).

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    In [0, 1], the shape of z. 1 at 0, 0 at -inf and inf, nan at nan; subnormal results are kept. Correctly rounded in
    float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
tanh'(z) = 4 e/(1 + e)^2 with e = exp(-2|z|). Computed as 1 - tanh(z)^2, as it often is, it would lose every digit for z
> 19, where tanh has been rounded to 1.

See Also
--------
tanh, sigmoid_derivative

Examples
--------
>>> import verhulst as vh
>>> vh.tanh_derivative([0.0, 1.0, 20.0])
array([1.00000000e+00, 4.19974342e-01, 1.69934170e-17])
""",
)
