"""The sigmoid linear unit."""

from __future__ import annotations

from typing import Any

from verhulst.functions._registry import Use, formula, ufunc
from verhulst.functions.formulas import Array, Namespace, times_tail

_REACH = 800.0  # e^-800 is 0 in every type: beyond, every derivative of the sigmoid is


@ufunc(
    derivative=lambda f, z: f.silu_derivative(z),
    ulp=0.502,
    activation=Use(
        formula="z sigmoid(z)",
        use="Hidden layers of convolutional networks; gated layers of language models (SwiGLU).",
        used_in=("hidden layers",),
    ),
)
def silu(xp: Namespace, z: Array) -> Array:
    """Sigmoid linear unit (SiLU, swish), z sigmoid(z).

    Returns
    -------
    At least -0.2784645427610738, reached at z = -1.2784645427610738; -0 at -inf and at -0, inf at inf.

    Notes
    -----
    silu(z) = z/(1 + exp(-z)); S. Elfwing, E. Uchibe, K. Doya, "Sigmoid-weighted linear units for neural network
    function approximation in reinforcement learning" (2018). About z/2 near 0, z e^z in the left tail.

    See Also
    --------
    silu_derivative, gelu, sigmoid

    Examples
    --------
    >>> vh.silu([-1000.0, -1.0, 0.0, 1.0])
    array([-0.        , -0.26894142,  0.        ,  0.73105858])
    """
    return times_tail(xp, z, formula("sigmoid")(xp, z))


def _second_derivative(f: Any, z: Array) -> Array:
    # Far out a factor that grows would magnify the rounding of a subnormal number. There the tail is taken as a product
    # of two normal numbers, each with its share of that factor; so it is in the derivative of the expression.
    size = abs(f.within(z, _REACH))
    root = f.sigmoid_derivative(z / 2)  # its square is the derivative at z, but for a factor 1 - 4 e^-40
    far = root * (root * (2 - size))
    near = 2 * f.sigmoid_derivative(z) + f.within(z, _REACH) * f.sigmoid_second_derivative(z)
    return f.where(size > 80, far, near)


@ufunc(
    derivative=_second_derivative,
    arithmetic=True,
    ulp=0.508,
    absolute=2.0**-60,
)
def silu_derivative(xp: Namespace, z: Array) -> Array:
    """Derivative of the sigmoid linear unit, sigmoid(z) (1 + z sigmoid(-z)).

    Returns
    -------
    In [-0.0998, 1.0998]: -0 at -inf, 1/2 at 0, 1 at inf; 0 at z = -1.2784645427610738.

    Notes
    -----
    With e = exp(-|z|): (1 + e (1 + z))/(1 + e)^2 for z >= 0, e (1 + z + e)/(1 + e)^2 for z < 0. The sum 1 + z + e,
    which vanishes at the root, is formed in twice the precision.

    See Also
    --------
    silu, sigmoid_derivative

    Examples
    --------
    >>> vh.silu_derivative([-1.0, 0.0, 2.4])
    array([0.07232949, 0.5       , 1.0998393 ])
    """
    return formula("sigmoid")(xp, z) + times_tail(xp, z, formula("sigmoid_derivative")(xp, z))
