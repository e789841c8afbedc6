"""Logarithm of the sigmoid."""

from verhulst import _core

log_sigmoid = _core.ufunc(
    "log_sigmoid",
    """Logarithm of the sigmoid, log σ(z) = -log(1 + e^-z).

The log-probability of the event whose log-odds are z.

Parameters
----------
z : array_like
    Log-odds, any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy
    promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    At most 0, the shape of z. -inf at -inf, -log 2 at 0, -0 at inf, nan at nan; subnormal results are kept. Correctly
    rounded in float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
log_sigmoid(z) = -softplus(-z) = min(z, 0) - log1p(exp(-|z|)). The sigmoid itself is never formed: it is 1 to the last
digit for z > 37, while its logarithm still has all of them.

See Also
--------
log_one_minus_sigmoid, softplus, sigmoid

Examples
--------
>>> import verhulst as vh
>>> vh.log_sigmoid([-1000.0, -1.0, 0.0, 50.0])
array([-1.00000000e+03, -1.31326169e+00, -6.93147181e-01, -1.92874985e-22])
""",
)
