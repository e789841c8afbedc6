"""The Gaussian error linear unit."""

from verhulst import _core

gelu = _core.ufunc(
    "gelu",
    """Gaussian error linear unit, z P(Z < z) with Z standard normal.

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    At least -0.16997; -0 at -inf, inf at inf, nan at nan. The left tail is kept down to the smallest subnormal number.
    Correctly rounded in float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
gelu(z) = z/2 (1 + erf(z/sqrt(2))): the erf form of D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units" (2016),
not its approximation by tanh, which is off by up to 4.7e-4. For z below about -5, 1 + erf has lost every digit in
float32: here the tail is computed as a tail.

See Also
--------
gelu_derivative, silu

Examples
--------
>>> import verhulst as vh
>>> vh.gelu([-10.0, -1.0, 0.0, 1.0])
array([-7.61985302e-23, -1.58655254e-01,  0.00000000e+00,  8.41344746e-01])
""",
)
