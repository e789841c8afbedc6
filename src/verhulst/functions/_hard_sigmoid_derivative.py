"""The derivative of the hard sigmoid."""

from verhulst import _core

hard_sigmoid_derivative = _core.ufunc(
    "hard_sigmoid_derivative",
    """Derivative of the hard sigmoid: 1/6 for -3 < z < 3, else 0.

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    0 or 1/6; 0 at the two kinks, where there is no derivative; nan stays nan.

Notes
-----
It has no third value: a unit outside (-3, 3) gets no gradient at all.

See Also
--------
hard_sigmoid

Examples
--------
>>> import verhulst as vh
>>> vh.hard_sigmoid_derivative([-4.0, 0.0, 3.0])
array([0.        , 0.16666667, 0.        ])
""",
)
