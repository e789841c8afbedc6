"""The logistic sigmoid."""

from verhulst import _core

sigmoid = _core.ufunc(
    "sigmoid",
    """Logistic sigmoid, 1/(1 + e^-z): turns a score (log-odds) into a probability.

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
    In [0, 1], the shape of z. 0 at -inf, 1/2 at 0, 1 at inf, nan at nan; subnormal results are kept, and 0 is returned
    only where 0 is the nearest number. Correctly rounded in float32, float16 and bfloat16, within 0.51 ULP in float64.

Notes
-----
sigmoid(z) = 1/(1 + exp(-z)); P.-F. Verhulst, "Notice sur la loi que la population suit dans son accroissement" (1838).
sigmoid(-z) = 1 - sigmoid(z). In float64 the result is 1 from z = 54 log 2 = 37.43 on, in float32 from 25 log 2 = 17.33;
the other tail goes down to sigmoid(-745.13) = 5e-324.

See Also
--------
logit, log_sigmoid, sigmoid_derivative, softplus, tanh

Examples
--------
>>> import verhulst as vh
>>> vh.sigmoid([-2.0, 0.0, 2.0])
array([0.11920292, 0.5       , 0.88079708])
>>> vh.sigmoid(-745.0)
np.float64(5e-324)
""",
)
