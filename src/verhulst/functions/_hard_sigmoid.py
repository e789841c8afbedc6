"""The hard sigmoid."""

from __future__ import annotations

from verhulst.functions._registry import Use, ufunc
from verhulst.functions.formulas import Array, Namespace


@ufunc(
    derivative=lambda f, z: f.hard_sigmoid_derivative(z),
    ulp=0.501,
    activation=Use(
        formula="min(max(z + 3, 0), 6)/6",
        use="Gates where exponentials are too dear: MobileNetV3, fixed-point hardware.",
        used_in=("gates",),
    ),
)
def hard_sigmoid(xp: Namespace, z: Array) -> Array:
    """Hard sigmoid, min(max(z + 3, 0), 6)/6: a straight line with two kinks in place of the logistic curve.

    Returns
    -------
    In [0, 1]: exactly 0 for z <= -3, exactly 1 for z >= 3.

    Notes
    -----
    relu6(z + 3)/6 of A. Howard et al., "Searching for MobileNetV3" (2019), section 5.2. Others use the slope 1/5
    (Keras before version 3) or 1/4. The largest distance to the sigmoid is 0.0692, at z = +-1.317.

    See Also
    --------
    hard_sigmoid_derivative, sigmoid

    Examples
    --------
    >>> vh.hard_sigmoid([-4.0, -1.5, 0.0, 3.0])
    array([0.  , 0.25, 0.5 , 1.  ])
    """
    return (xp.clip(z, -3.0, 3.0) + 3) / 6


@ufunc(derivative=lambda f, z: 0 * f.hard_sigmoid_derivative(z), arithmetic=True, ulp=0.501)
def hard_sigmoid_derivative(xp: Namespace, z: Array) -> Array:
    """Derivative of the hard sigmoid: 1/6 for -3 < z < 3, else 0.

    Returns
    -------
    0 or 1/6; 0 at the two kinks, where there is no derivative.

    Notes
    -----
    It has no third value: a unit outside (-3, 3) gets no gradient at all.

    See Also
    --------
    hard_sigmoid

    Examples
    --------
    >>> vh.hard_sigmoid_derivative([-4.0, 0.0, 3.0])
    array([0.        , 0.16666667, 0.        ])
    """
    outside = 0.0 * xp.clip(z, 0.0, 1.0)  # nan at nan
    return xp.where((z > -3) & (z < 3), 1 / 6 + outside, outside)
