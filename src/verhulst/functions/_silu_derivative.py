"""The derivative of the sigmoid linear unit."""

from verhulst import _core

silu_derivative = _core.ufunc(
    "silu_derivative",
    """Derivative of the sigmoid linear unit, sigmoid(z) (1 + z sigmoid(-z)).

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    In [-0.0998, 1.0998], the shape of z. -0 at -inf, 1/2 at 0, 1 at inf, nan at nan; subnormal results are kept.
    Correctly rounded in float32, float16 and bfloat16. float64: within 0.51 ULP, near the root at z =
    -1.2784645427610738 within 2^-60 absolutely.

Notes
-----
With e = exp(-|z|): (1 + e (1 + z))/(1 + e)^2 for z >= 0, e (1 + z + e)/(1 + e)^2 for z < 0. The sum 1 + z + e, which
vanishes at the root, is formed in twice the precision.

See Also
--------
silu, sigmoid_derivative

Examples
--------
>>> import verhulst as vh
>>> vh.silu_derivative([-1.0, 0.0, 2.4])
array([0.07232949, 0.5       , 1.0998393 ])
""",
)
