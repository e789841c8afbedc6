"""Logarithm of one minus the sigmoid."""

from verhulst import _core

log_one_minus_sigmoid = _core.ufunc(
    "log_one_minus_sigmoid",
    """Logarithm of one minus the sigmoid, log(1 - σ(z)) = log σ(-z).

The log-probability that the event whose log-odds are z does not happen.

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
    At most 0, the shape of z. -0 at -inf, -log 2 at 0, -inf at inf, nan at nan; subnormal results are kept. Correctly
    rounded in float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
log_one_minus_sigmoid(z) = -softplus(z). For z = 40, ``log(1 - sigmoid(z))`` is -inf; the answer is -40 and a little.

See Also
--------
log_sigmoid, softplus, log1m_exp

Examples
--------
>>> import verhulst as vh
>>> vh.log_one_minus_sigmoid([-50.0, 0.0, 1.0, 40.0])
array([-1.92874985e-22, -6.93147181e-01, -1.31326169e+00, -4.00000000e+01])
""",
)
