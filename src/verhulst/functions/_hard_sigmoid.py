"""The hard sigmoid."""

from verhulst import _core

hard_sigmoid = _core.ufunc(
    "hard_sigmoid",
    """Hard sigmoid, min(max(z + 3, 0), 6)/6: a straight line with two kinks in place of the logistic curve.

Parameters
----------
z : array_like
    Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes them.
out, where, dtype, ... :
    As for every `numpy.ufunc`.

Returns
-------
ndarray or scalar
    In [0, 1]: exactly 0 for z <= -3, exactly 1 for z >= 3. Correctly rounded in float32, float16 and bfloat16,
    within 0.501 ULP in float64.

Notes
-----
relu6(z + 3)/6 of A. Howard et al., "Searching for MobileNetV3" (2019), section 5.2. Others use the slope 1/5 (Keras
before version 3) or 1/4. The largest distance to the sigmoid is 0.0692, at z = +-1.317.

See Also
--------
hard_sigmoid_derivative, sigmoid

Examples
--------
>>> import verhulst as vh
>>> vh.hard_sigmoid([-4.0, -1.5, 0.0, 3.0])
array([0.  , 0.25, 0.5 , 1.  ])
""",
)
