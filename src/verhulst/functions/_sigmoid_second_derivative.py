"""The second derivative of the sigmoid."""

from verhulst import _core

sigmoid_second_derivative = _core.ufunc(
    "sigmoid_second_derivative",
    """Second derivative of the sigmoid, sigmoid'(z) (1 - 2 sigmoid(z)).

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
    In [-0.0963, 0.0963], that is 1/(6 sqrt(3)), the shape of z. An odd function: -0 at 0, -0 at inf, 0 at -inf, nan at
    nan; subnormal results are kept. Correctly rounded in float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
sigmoid''(z) = e (e - 1)/(1 + e)^3 with e = exp(-z); about -z/8 near 0. The extremes are at z = -+log(2 + sqrt(3)). Both
the zero and the tails keep all their digits.

See Also
--------
sigmoid, sigmoid_derivative

Examples
--------
>>> import verhulst as vh
>>> vh.sigmoid_second_derivative([-1.0, 1e-9, 40.0])
array([ 9.08577477e-02, -1.25000000e-10, -4.24835426e-18])
""",
)
