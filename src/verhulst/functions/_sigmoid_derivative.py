"""The derivative of the sigmoid."""

from verhulst import _core

sigmoid_derivative = _core.ufunc(
    "sigmoid_derivative",
    """Derivative of the sigmoid, sigmoid(z) sigmoid(-z).

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
    In [0, 1/4], the shape of z. 1/4 at 0, 0 at -inf and inf, nan at nan; subnormal results are kept. Correctly rounded
    in float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
sigmoid'(z) = e/(1 + e)^2 with e = exp(-|z|). Computed as s(1 - s), as it often is, it would lose every digit for z >
37, where s has been rounded to 1. It is also the variance of a Bernoulli variable with log-odds z.

See Also
--------
sigmoid, sigmoid_second_derivative, tanh_derivative

Examples
--------
>>> import verhulst as vh
>>> vh.sigmoid_derivative([0.0, 2.0, 40.0])
array([2.50000000e-01, 1.04993585e-01, 4.24835426e-18])
""",
)
