"""The Gaussian error linear unit."""

from __future__ import annotations

import math
from typing import Any

from verhulst.functions._registry import Use, ufunc
from verhulst.functions.formulas import NORMAL_REACH, Array, Namespace, normal_density, times_tail


def _normal_cdf(xp: Namespace, z: Array) -> Array:
    return 0.5 * xp.erfc(-z / math.sqrt(2.0))


@ufunc(
    derivative=lambda f, z: f.gelu_derivative(z),
    activation=Use(
        formula="z P(Z < z), Z standard normal",
        use="Hidden layers of transformers (BERT, GPT, ViT).",
        note="The erf form, not its approximation by tanh.",
        used_in=("hidden layers",),
    ),
)
def gelu(xp: Namespace, z: Array) -> Array:
    """Gaussian error linear unit, z P(Z < z) with Z standard normal.

    Returns
    -------
    At least -0.16997; -0 at -inf, inf at inf. The left tail is kept down to the smallest subnormal number.

    Notes
    -----
    gelu(z) = z/2 (1 + erf(z/sqrt(2))): the erf form of D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units"
    (2016), not its approximation by tanh, which is off by up to 4.7e-4. In float32, 1 + erf is a tenth off at
    z = -5.2 and 0 below -5.5: here the tail is computed as a tail.

    See Also
    --------
    gelu_derivative, silu

    Examples
    --------
    >>> vh.gelu([-10.0, -1.0, 0.0, 1.0])
    array([-7.61985302e-23, -1.58655254e-01,  0.00000000e+00,  8.41344746e-01])
    """
    return times_tail(xp, z, _normal_cdf(xp, z))


def _second_derivative(f: Any, z: Array) -> Array:
    # Far out the tail is a product of two normal numbers, as for silu.
    x = f.within(z, NORMAL_REACH)
    far = f.normal_density(z, 64.0) * (math.sqrt(2) - x) * (math.exp(-64) * (math.sqrt(2) + x))
    return f.where(abs(x) > 12, far, f.normal_density(z) * (2 - x**2))


@ufunc(
    derivative=_second_derivative,
    arithmetic=True,
    absolute=2.0**-60,
)
def gelu_derivative(xp: Namespace, z: Array) -> Array:
    """Derivative of the Gaussian error linear unit, P(Z < z) + z phi(z) with Z standard normal of density phi.

    Returns
    -------
    Between -0.129 (at -sqrt(2)) and 1.129 (at sqrt(2)); 0 at -0.7517915246935645, -0 at -inf, 1 at inf.

    Notes
    -----
    phi(z) = exp(-z^2/2)/sqrt(2 pi). For negative z it is exp(-z^2/2) times a difference taken in twice the precision.

    See Also
    --------
    gelu

    Examples
    --------
    >>> vh.gelu_derivative([-1.0, 0.0, 1.0])
    array([-0.08331547,  0.5       ,  1.08331547])
    """
    return _normal_cdf(xp, z) + times_tail(xp, z, normal_density(xp, z))
