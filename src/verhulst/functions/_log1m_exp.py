"""Logarithm of one minus an exponential."""

from verhulst import _core

log1m_exp = _core.ufunc(
    "log1m_exp",
    """Logarithm of one minus an exponential, log(1 - e^x) for x < 0.

Turns the log-probability of an event into that of its opposite.

Parameters
----------
x : array_like
    At most 0, any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy
    promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    Below 0, the shape of x. -inf at 0, -0 at -inf, nan for x > 0 and at nan. Correctly rounded in float32, float16 and
    bfloat16, within 0.51 ULP in float64.

Notes
-----
log1m_exp is its own inverse. Near 0 it is log(-expm1(x)), far from 0 log1p(-exp(x)): M. Maechler, "Accurately computing
log(1 - exp(-|a|))" (2012), https://cran.r-project.org/package=Rmpfr (vignette). No digit is lost on either side.

See Also
--------
log_sigmoid, log_one_minus_sigmoid, softplus_inverse

Examples
--------
>>> import verhulst as vh
>>> vh.log1m_exp([-1e-20, -1.0, -50.0])
array([-4.60517019e+01, -4.58675145e-01, -1.92874985e-22])
""",
)
