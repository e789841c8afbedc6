"""The exponential linear unit."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._containers import NOT_GIVEN
from verhulst.functions._parameter import call, with_second_argument
from verhulst.functions._registry import public

_elu = with_second_argument(_core.ufunc("_elu", "elu(z, alpha)"), "alpha", factor=True)
_elu_derivative = with_second_argument(_core.ufunc("_elu_derivative", "elu_derivative(z, alpha)"), "alpha", factor=True)


@public
def elu(z: ArrayLike, alpha: ArrayLike = 1.0, *, out: Any = NOT_GIVEN, where: ArrayLike = True) -> Any:
    """Exponential linear unit: z for z > 0, else alpha (e^z - 1).

    Parameters
    ----------
    z : array_like
        Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes
        them.
    alpha : array_like
        Minus the limit at -inf; broadcast against z. It does not widen the result: in half precision it counts as
        given, in float32 it is rounded to float32.
    out, where :
        As for every `numpy.ufunc`.

    Returns
    -------
    ndarray or scalar
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
    >>> import verhulst as vh
    >>> vh.elu([-2.0, -1e-20, 2.0])
    array([-8.64664717e-01, -1.00000000e-20,  2.00000000e+00])
    """
    return call(_elu, z, alpha, out, where)


@public
def elu_derivative(z: ArrayLike, alpha: ArrayLike = 1.0, *, out: Any = NOT_GIVEN, where: ArrayLike = True) -> Any:
    """Derivative of the exponential linear unit: 1 for z > 0, else alpha e^z.

    Parameters
    ----------
    z : array_like
        Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes
        them.
    alpha : array_like
        Minus the limit of `elu` at -inf; broadcast against z. It does not widen the result: in half precision it
        counts as given, in float32 it is rounded to float32.
    out, where :
        As for every `numpy.ufunc`.

    Returns
    -------
    ndarray or scalar
        alpha at 0, the derivative from the left; 0 at -inf, 1 at inf, nan at nan. Within 0.51 ULP in every format;
        subnormal results are kept.

    See Also
    --------
    elu

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.elu_derivative([-2.0, 0.0, 2.0])
    array([0.13533528, 1.        , 1.        ])
    """
    return call(_elu_derivative, z, alpha, out, where)
