"""The logistic sigmoid."""

from verhulst import _core

sigmoid = _core.ufunc(
    "sigmoid",
    """Logistic sigmoid, 1/(1 + e^-z).

Turns a score z (log-odds) into a probability.

Parameters
----------
z : array_like
    Log-odds, any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    Probabilities in [0, 1], the shape of z. 0 at -inf, 1/2 at 0, 1 at inf, nan at nan; subnormal results are kept.

Notes
-----
sigmoid(z) = 1/(1 + exp(-z)); P.-F. Verhulst, "Notice sur la loi que la population suit dans son accroissement" (1838).

Examples
--------
>>> import verhulst as vh
>>> vh.sigmoid([-2.0, 0.0, 2.0])
array([0.11920292, 0.5       , 0.88079708])
""",
)
