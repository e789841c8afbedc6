"""The sigmoid linear unit."""

from verhulst import _core

silu = _core.ufunc(
    "silu",
    """Sigmoid linear unit (SiLU, swish), z sigmoid(z).

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    At least -0.2784645427610738, reached at z = -1.2784645427610738; the shape of z. -0 at -inf and at -0, inf at inf,
    nan at nan; subnormal results are kept. Correctly rounded in float32, float16 and bfloat16, within 0.51 ULP in
    float64.

Notes
-----
silu(z) = z/(1 + exp(-z)); S. Elfwing, E. Uchibe, K. Doya, "Sigmoid-weighted linear units for neural network function
approximation in reinforcement learning" (2018). About z/2 near 0, z e^z in the left tail.

See Also
--------
silu_derivative, gelu, sigmoid

Examples
--------
>>> import verhulst as vh
>>> vh.silu([-1000.0, -1.0, 0.0, 1.0])
array([-0.        , -0.26894142,  0.        ,  0.73105858])
""",
)
