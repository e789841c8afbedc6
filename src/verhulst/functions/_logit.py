"""Log-odds of a probability, the inverse of the sigmoid."""

from verhulst import _core

logit = _core.ufunc(
    "logit",
    """Log-odds of a probability, log(p/(1 - p)), the inverse of `sigmoid`.

Parameters
----------
p : array_like
    Probabilities in [0, 1], any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats
    as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    Log-odds, the shape of p. -inf at 0, 0 at 1/2, inf at 1; nan outside [0, 1] and at nan. Correctly rounded in
    float32, float16 and bfloat16, within 0.51 ULP in float64: also about 1/2, where it is near 0, and for subnormal p.

Notes
-----
logit(p) = log(p) - log(1 - p); J. Berkson, "Application of the logistic function to bio-assay" (1944). Nothing is
clipped. Beyond about p = 1 - 1e-16 a float64 has no probabilities left: keep log-odds, or log-probabilities.

See Also
--------
sigmoid, log1m_exp

Examples
--------
>>> import verhulst as vh
>>> vh.logit([0.0, 5e-324, 0.5, 0.9, 1.0])
array([         -inf, -744.44007192,    0.        ,    2.19722458,
                 inf])
""",
)
