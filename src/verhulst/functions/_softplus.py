"""Softplus."""

from verhulst import _core

softplus = _core.ufunc(
    "softplus",
    """Softplus, log(1 + e^z), a smooth max(z, 0).

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    At least 0, the shape of z. 0 at -inf, log 2 at 0, inf at inf, nan at nan; subnormal results are kept. Correctly
    rounded in float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
softplus(z) = log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)); C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau, R. Garcia,
"Incorporating second-order functional knowledge for better option pricing" (2000). There is no threshold beyond which
z itself is returned, as there is elsewhere. Its derivative is `sigmoid`.

See Also
--------
softplus_inverse, log_sigmoid, sigmoid

Examples
--------
>>> import verhulst as vh
>>> vh.softplus([-1000.0, -1.0, 0.0, 1.0, 1000.0])
array([0.00000000e+00, 3.13261688e-01, 6.93147181e-01, 1.31326169e+00,
       1.00000000e+03])
""",
)
