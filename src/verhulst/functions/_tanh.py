"""The hyperbolic tangent."""

from __future__ import annotations

from verhulst.functions._registry import Use, formula, ufunc
from verhulst.functions.formulas import Array, Namespace


@ufunc(
    derivative=lambda f, z: f.tanh_derivative(z),
    ulp=0.508,
    activation=Use(
        formula="(e^z - e^-z)/(e^z + e^-z)",
        use="Recurrent cells; outputs between -1 and 1. A sigmoid stretched: 2 sigmoid(2z) - 1.",
        used_in=("hidden layers",),
    ),
)
def tanh(xp: Namespace, z: Array) -> Array:
    """Hyperbolic tangent, (e^z - e^-z)/(e^z + e^-z) = 2 sigmoid(2z) - 1.

    Returns
    -------
    In [-1, 1]. An odd function: -1 at -inf, -0 at -0, 0 at 0, 1 at inf.

    Notes
    -----
    tanh(z) = -m/(2 + m) with m = exp(-2|z|) - 1, and the sign of z. In float64 the result is 1 from z = 19.06 on.

    See Also
    --------
    tanh_derivative, sigmoid

    Examples
    --------
    >>> vh.tanh([-1.0, 0.0, 1e-9, 1.0])
    array([-7.61594156e-01,  0.00000000e+00,  1.00000000e-09,  7.61594156e-01])
    """
    return xp.tanh(z)


@ufunc(derivative=lambda f, z: -2 * f.tanh(z) * f.tanh_derivative(z), arithmetic=True, ulp=0.502)
def tanh_derivative(xp: Namespace, z: Array) -> Array:
    """Derivative of the hyperbolic tangent, 1 - tanh(z)^2 = 4 sigmoid'(2z).

    Returns
    -------
    In [0, 1]: 1 at 0, 0 at -inf and inf.

    Notes
    -----
    tanh'(z) = 4 e/(1 + e)^2 with e = exp(-2|z|). Computed as 1 - tanh(z)^2, as it often is, it would lose every digit
    for z > 19, where tanh has been rounded to 1.

    See Also
    --------
    tanh, sigmoid_derivative

    Examples
    --------
    >>> vh.tanh_derivative([0.0, 1.0, 20.0])
    array([1.00000000e+00, 4.19974342e-01, 1.69934170e-17])
    """
    return 4 * formula("sigmoid_derivative")(xp, 2 * z)
