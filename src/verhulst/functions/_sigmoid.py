"""The sigmoid: its derivatives, its logarithms, and its inverse, the logit."""

from __future__ import annotations

import math

from verhulst.functions._registry import Use, formula, ufunc
from verhulst.functions.formulas import Array, Namespace


@ufunc(
    argument="Log-odds",
    derivative=lambda f, z: f.sigmoid_derivative(z),
    ulp=0.502,
    activation=Use(
        formula="1/(1 + e^-z)",
        use=("Probability of one of two classes at the output; gates of LSTM and GRU cells. Seldom in hidden layers."),
        used_in=("binary output", "gates"),
    ),
)
def sigmoid(xp: Namespace, z: Array) -> Array:
    """Logistic sigmoid, 1/(1 + e^-z): turns a score (log-odds) into a probability.

    Returns
    -------
    In [0, 1]: 0 at -inf, 1/2 at 0, 1 at inf. 0 is returned only where 0 is the nearest number.

    Notes
    -----
    sigmoid(z) = 1/(1 + exp(-z)); P.-F. Verhulst, "Notice sur la loi que la population suit dans son accroissement"
    (1838). sigmoid(-z) = 1 - sigmoid(z). In float64 the result is 1 from z = 54 log 2 = 37.43 on, in float32 from 25
    log 2 = 17.33; the other tail goes down to sigmoid(-745.13) = 5e-324.

    See Also
    --------
    logit, log_sigmoid, sigmoid_derivative, softplus, tanh

    Examples
    --------
    >>> vh.sigmoid([-2.0, 0.0, 2.0])
    array([0.11920292, 0.5       , 0.88079708])
    >>> vh.sigmoid(-745.0)
    np.float64(5e-324)
    """
    t = xp.exp(-abs(z))
    return xp.where(z < 0, t, 1.0 + 0.0 * t) / (1 + t)


@ufunc(argument="Log-odds", derivative=lambda f, z: f.sigmoid_second_derivative(z), ulp=0.502)
def sigmoid_derivative(xp: Namespace, z: Array) -> Array:
    """Derivative of the sigmoid, sigmoid(z) sigmoid(-z).

    Returns
    -------
    In [0, 1/4]: 1/4 at 0, 0 at -inf and inf.

    Notes
    -----
    sigmoid'(z) = e/(1 + e)^2 with e = exp(-|z|). Computed as s(1 - s), as it often is, it would lose every digit for z
    > 37, where s has been rounded to 1. It is also the variance of a Bernoulli variable with log-odds z.

    See Also
    --------
    sigmoid, sigmoid_second_derivative, tanh_derivative

    Examples
    --------
    >>> vh.sigmoid_derivative([0.0, 2.0, 40.0])
    array([2.50000000e-01, 1.04993585e-01, 4.24835426e-18])
    """
    t = xp.exp(-abs(z))
    return t / ((1 + t) * (1 + t))


@ufunc(
    argument="Log-odds",
    derivative=lambda f, z: f.sigmoid_derivative(z) * (1 - 6 * f.sigmoid_derivative(z)),
    arithmetic=True,
    ulp=0.508,
)
def sigmoid_second_derivative(xp: Namespace, z: Array) -> Array:
    """Second derivative of the sigmoid, sigmoid'(z) (1 - 2 sigmoid(z)).

    Returns
    -------
    In [-0.0963, 0.0963], that is 1/(6 sqrt(3)). An odd function: -0 at 0, -0 at inf, 0 at -inf.

    Notes
    -----
    sigmoid''(z) = e (e - 1)/(1 + e)^3 with e = exp(-z); about -z/8 near 0. The extremes are at z = -+log(2 + sqrt(3)).
    Both the zero and the tails keep all their digits.

    See Also
    --------
    sigmoid, sigmoid_derivative

    Examples
    --------
    >>> vh.sigmoid_second_derivative([-1.0, 1e-9, 40.0])
    array([ 9.08577477e-02, -1.25000000e-10, -4.24835426e-18])
    """
    return -formula("sigmoid_derivative")(xp, z) * xp.tanh(z / 2)


@ufunc(argument="Log-odds", derivative=lambda f, z: f.sigmoid(-z))
def log_sigmoid(xp: Namespace, z: Array) -> Array:
    """Logarithm of the sigmoid, log σ(z) = -log(1 + e^-z).

    The log-probability of the event whose log-odds are z.

    Returns
    -------
    At most 0: -inf at -inf, -log 2 at 0, -0 at inf.

    Notes
    -----
    log_sigmoid(z) = -softplus(-z) = min(z, 0) - log1p(exp(-|z|)). The sigmoid itself is never formed: it is 1 to the
    last digit for z > 37, while its logarithm still has all of them.

    See Also
    --------
    log_one_minus_sigmoid, softplus, sigmoid

    Examples
    --------
    >>> vh.log_sigmoid([-1000.0, -1.0, 0.0, 50.0])
    array([-1.00000000e+03, -1.31326169e+00, -6.93147181e-01, -1.92874985e-22])
    """
    return -formula("softplus")(xp, -z)


@ufunc(argument="Log-odds", derivative=lambda f, z: -f.sigmoid(z))
def log_one_minus_sigmoid(xp: Namespace, z: Array) -> Array:
    """Logarithm of one minus the sigmoid, log(1 - σ(z)) = log σ(-z).

    The log-probability that the event whose log-odds are z does not happen.

    Returns
    -------
    At most 0: -0 at -inf, -log 2 at 0, -inf at inf.

    Notes
    -----
    log_one_minus_sigmoid(z) = -softplus(z). For z = 40, ``log(1 - sigmoid(z))`` is -inf; the answer is -40 and a
    little.

    See Also
    --------
    log_sigmoid, softplus, log1m_exp

    Examples
    --------
    >>> vh.log_one_minus_sigmoid([-50.0, 0.0, 1.0, 40.0])
    array([-1.92874985e-22, -6.93147181e-01, -1.31326169e+00, -4.00000000e+01])
    """
    return -formula("softplus")(xp, z)


@ufunc(argument="Probabilities in [0, 1]", domain=(0.0, 1.0), derivative=lambda f, p: f.logit_derivative(p))
def logit(xp: Namespace, p: Array) -> Array:
    """Logit of a probability, its log-odds log(p/(1 - p)): the inverse of `sigmoid`.

    Returns
    -------
    Log-odds: -inf at 0, 0 at 1/2, inf at 1, nan outside [0, 1]. As exact about 1/2, where it is near 0, and for
    subnormal p.

    Notes
    -----
    logit(p) = log(p) - log(1 - p); J. Berkson, "Application of the logistic function to bio-assay" (1944). Nothing is
    clipped. Beyond about p = 1 - 1e-16 a float64 has no probabilities left: keep log-odds, or log-probabilities.

    See Also
    --------
    sigmoid, log1m_exp

    Examples
    --------
    >>> vh.logit([0.0, 5e-324, 0.5, 0.9, 1.0])
    array([         -inf, -744.44007192,    0.        ,    2.19722458,
                     inf])
    """
    near_half = 2 * xp.atanh(xp.clip(2 * p - 1, -0.75, 0.75))
    return xp.where((p > 0.25) & (p < 0.75), near_half, xp.log(p) - xp.log1p(-p))


@ufunc(
    argument="Probabilities in [0, 1]",
    domain=(0.0, 1.0),
    derivative=lambda f, p: (2 * p - 1) * f.logit_derivative(p) * f.logit_derivative(p),
    arithmetic=True,
)
def logit_derivative(xp: Namespace, p: Array) -> Array:
    """Derivative of the logit, 1/(p (1 - p)).

    Returns
    -------
    At least 4: inf at 0 and 1 and where 1/p overflows, nan outside [0, 1].

    Notes
    -----
    It is also 1/sigmoid_derivative(logit(p)).

    See Also
    --------
    logit, sigmoid_derivative

    Examples
    --------
    >>> vh.logit_derivative([0.1, 0.5])
    array([11.11111111,  4.        ])
    """
    return 1 / xp.where((p < 0) | (p > 1), math.nan, abs(p * (1 - p)))
