"""Inverse of softplus."""

from verhulst import _core

softplus_inverse = _core.ufunc(
    "softplus_inverse",
    """Inverse of softplus, log(e^y - 1) for y > 0.

Gives the unconstrained number that softplus turns into a given positive one (a scale, a rate).

Parameters
----------
y : array_like
    Positive, any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy
    promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    The shape of y. -inf at 0, inf at inf, nan for y < 0 and at nan. Correctly rounded in float32, float16 and bfloat16,
    within 0.51 ULP in float64, also about its zero at log 2.

Notes
-----
softplus_inverse(y) = log(e^y - 1) = y + log(1 - e^-y). About y = log 2 it is log(1 + 2 (e^(y - log 2) - 1)), with log 2
to 160 bits.

See Also
--------
softplus, log1m_exp

Examples
--------
>>> import verhulst as vh
>>> vh.softplus_inverse([1e-3, 1.0, 100.0])
array([ -6.90725524,   0.54132485, 100.        ])
>>> vh.softplus(vh.softplus_inverse([1e-3, 1.0, 100.0]))
array([1.e-03, 1.e+00, 1.e+02])
""",
)
