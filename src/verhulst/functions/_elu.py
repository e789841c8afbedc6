"""The exponential linear unit."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._containers import NOT_GIVEN
from verhulst.functions._parameter import call, with_second_argument
from verhulst.functions._registry import Use, public

_elu = with_second_argument(_core.ufunc("_elu", "elu(z, alpha)"), "alpha", factor=True)
_elu_derivative = with_second_argument(_core.ufunc("_elu_derivative", "elu_derivative(z, alpha)"), "alpha", factor=True)


@public(
    activation=Use(
        formula="z for z > 0, else alpha (e^z - 1)",
        use="Hidden layers without normalisation: its negative values draw the mean output towards 0.",
        note="Facts are for alpha = 1.",
        used_in=("hidden layers",),
    ),
    alpha="Minus the limit at -inf",
)
def elu(z: ArrayLike, alpha: ArrayLike = 1.0, *, out: Any = NOT_GIVEN, where: ArrayLike = True) -> Any:
    """Exponential linear unit: z for z > 0, else alpha (e^z - 1).

    Returns
    -------
    Above -alpha; -alpha at -inf, inf at inf, nan at nan. Within 0.51 ULP in every format.

    Notes
    -----
    D.-A. Clevert, T. Unterthiner, S. Hochreiter, "Fast and accurate deep network learning by exponential linear units
    (ELUs)" (2015), equation 13. e^z - 1 is computed as such: for small z nothing cancels.

    See Also
    --------
    elu_derivative, relu, softplus

    Examples
    --------
    >>> vh.elu([-2.0, -1e-20, 2.0])
    array([-8.64664717e-01, -1.00000000e-20,  2.00000000e+00])
    """
    return call(_elu, z, alpha, out, where)


@public(alpha="Minus the limit of `elu` at -inf")
def elu_derivative(z: ArrayLike, alpha: ArrayLike = 1.0, *, out: Any = NOT_GIVEN, where: ArrayLike = True) -> Any:
    """Derivative of the exponential linear unit: 1 for z > 0, else alpha e^z.

    Returns
    -------
    0 at -inf, 1 at inf, nan at nan; at 0 the derivative from the left, alpha. Within 0.51 ULP in every format;
    subnormal results are kept.

    See Also
    --------
    elu

    Examples
    --------
    >>> vh.elu_derivative([-2.0, 0.0, 2.0])
    array([0.13533528, 1.        , 1.        ])
    """
    return call(_elu_derivative, z, alpha, out, where)
