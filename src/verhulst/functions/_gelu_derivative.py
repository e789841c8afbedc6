"""The derivative of the Gaussian error linear unit."""

from verhulst import _core

gelu_derivative = _core.ufunc(
    "gelu_derivative",
    """Derivative of the Gaussian error linear unit, P(Z < z) + z phi(z) with Z standard normal of density phi.

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    Between -0.129 (at -sqrt(2)) and 1.129 (at sqrt(2)); 0 at -0.7517915246935645, -0 at -inf, 1 at inf, nan at nan.
    Correctly rounded in float32, float16 and bfloat16. float64: within 0.51 ULP, near the root within 2^-60 absolutely.

Notes
-----
phi(z) = exp(-z^2/2)/sqrt(2 pi). For negative z it is exp(-z^2/2) times a difference taken in twice the precision.

See Also
--------
gelu

Examples
--------
>>> import verhulst as vh
>>> vh.gelu_derivative([-1.0, 0.0, 1.0])
array([-0.08331547,  0.5       ,  1.08331547])
""",
)
