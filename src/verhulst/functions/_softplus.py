"""Softplus and its inverse, and the logarithm of one minus an exponential."""

from __future__ import annotations

import math

from verhulst.functions._registry import Use, ufunc
from verhulst.functions.formulas import Array, Namespace


@ufunc(
    derivative=lambda f, z: f.sigmoid(z),
    activation=Use(
        formula="log(1 + e^z)",
        use="Outputs that must be positive: rates, scales, variances. Its derivative is the sigmoid.",
    ),
)
def softplus(xp: Namespace, z: Array) -> Array:
    """Softplus, log(1 + e^z), a smooth max(z, 0).

    Returns
    -------
    At least 0: 0 at -inf, log 2 at 0, inf at inf.

    Notes
    -----
    softplus(z) = log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)); C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau, R.
    Garcia, "Incorporating second-order functional knowledge for better option pricing" (2000). There is no threshold
    beyond which z itself is returned, as there is elsewhere. Its derivative is `sigmoid`.

    See Also
    --------
    softplus_inverse, log_sigmoid, sigmoid

    Examples
    --------
    >>> vh.softplus([-1000.0, -1.0, 0.0, 1.0, 1000.0])
    array([0.00000000e+00, 3.13261688e-01, 6.93147181e-01, 1.31326169e+00,
           1.00000000e+03])
    """
    return xp.where(z > 0, z, 0.0 * abs(xp.clip(z, -1.0, 1.0))) + xp.log1p(xp.exp(-abs(z)))


@ufunc(argument="Positive", domain=(0.0, math.inf), derivative=lambda f, y: f.softplus_inverse_derivative(y))
def softplus_inverse(xp: Namespace, y: Array) -> Array:
    """Inverse of softplus, log(e^y - 1) for y > 0.

    Gives the unconstrained number that softplus turns into a given positive one (a scale, a rate).

    Returns
    -------
    Any number: -inf at 0, inf at inf, nan for y < 0. As exact about its zero at log 2.

    Notes
    -----
    softplus_inverse(y) = log(e^y - 1) = y + log(1 - e^-y). About y = log 2 it is log(1 + 2 (e^(y - log 2) - 1)), with
    log 2 to 160 bits.

    See Also
    --------
    softplus, log1m_exp

    Examples
    --------
    >>> vh.softplus_inverse([1e-3, 1.0, 100.0])
    array([ -6.90725524,   0.54132485, 100.        ])
    >>> vh.softplus(vh.softplus_inverse([1e-3, 1.0, 100.0]))
    array([1.e-03, 1.e+00, 1.e+02])
    """
    # Near its zero at log 2 as log(1 + 2 (e^d - 1)) with d = y - log 2.
    d = y - math.log(2.0)
    near = xp.log1p(2 * xp.expm1(xp.clip(d, -0.5, 0.5)))
    return xp.where(abs(d) < 0.25, near, y + xp.log(-xp.expm1(-y)))


@ufunc(
    argument="Positive",
    domain=(0.0, math.inf),
    # -e^-y/(1 - e^-y)^2, with e^-y/(1 - e^-y) as minus the derivative of log(1 - e^x) at x = -y
    derivative=lambda f, y: f.log1m_exp_derivative(-y) * f.softplus_inverse_derivative(y),
    arithmetic=True,
)
def softplus_inverse_derivative(xp: Namespace, y: Array) -> Array:
    """Derivative of the inverse of softplus, 1/(1 - e^-y) for y > 0.

    Returns
    -------
    At least 1: inf at 0 and where 1/y overflows, nan below 0.

    Notes
    -----
    1 + 1/(e^y - 1): about 1/y near 0, 1 in the right tail.

    See Also
    --------
    softplus_inverse

    Examples
    --------
    >>> vh.softplus_inverse_derivative([0.5, 40.0])
    array([2.54149408, 1.        ])
    """
    return 1 / xp.where(y < 0, math.nan, abs(xp.expm1(-y)))


@ufunc(argument="At most 0", domain=(-math.inf, 0.0), derivative=lambda f, x: f.log1m_exp_derivative(x))
def log1m_exp(xp: Namespace, x: Array) -> Array:
    """Logarithm of one minus an exponential, log(1 - e^x) for x < 0.

    Turns the log-probability of an event into that of its opposite.

    Returns
    -------
    Below 0: -inf at 0, -0 at -inf, nan for x > 0.

    Notes
    -----
    log1m_exp is its own inverse. Near 0 it is log(-expm1(x)), far from 0 log1p(-exp(x)): M. Maechler, "Accurately
    computing log(1 - exp(-|a|))" (2012), https://cran.r-project.org/package=Rmpfr (vignette). No digit is lost on
    either side.

    See Also
    --------
    log_sigmoid, log_one_minus_sigmoid, softplus_inverse

    Examples
    --------
    >>> vh.log1m_exp([-1e-20, -1.0, -50.0])
    array([-4.60517019e+01, -4.58675145e-01, -1.92874985e-22])
    """
    return xp.where(x > -math.log(2.0), xp.log(-xp.expm1(x)), xp.log1p(-xp.exp(x)))


@ufunc(
    argument="At most 0",
    domain=(-math.inf, 0.0),
    derivative=lambda f, x: f.log1m_exp_derivative(x) * f.softplus_inverse_derivative(-x),
    arithmetic=True,
)
def log1m_exp_derivative(xp: Namespace, x: Array) -> Array:
    """Derivative of log(1 - e^x), -e^x/(1 - e^x) for x < 0.

    Returns
    -------
    At most 0: -inf at 0 and where 1/x overflows, -0 at -inf, nan above 0.

    Notes
    -----
    -1/(e^-x - 1): about 1/x near 0, -e^x in the left tail.

    See Also
    --------
    log1m_exp

    Examples
    --------
    >>> vh.log1m_exp_derivative([-1.0, -40.0])
    array([-5.81976707e-01, -4.24835426e-18])
    """
    return -xp.exp(x) / xp.where(x > 0, math.nan, abs(xp.expm1(x)))
