"""Binary cross-entropy from logits."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.functions import _binary_cross_entropy as _ufuncs
from verhulst.functions._containers import NOT_GIVEN, owners_of
from verhulst.functions._parameter import call

Float = TypeVar("Float", bound=np.floating)


class BinaryCrossEntropy(NamedTuple):
    """The result of `binary_cross_entropy_all`: the loss of each case and its two derivatives in the logit."""

    value: Any
    gradient: Any
    hessian: Any


@overload
def binary_cross_entropy(
    z: NDArray[Float], y: ArrayLike, *, out: None = None, where: ArrayLike = True
) -> NDArray[Float]: ...
@overload
def binary_cross_entropy(z: Any, y: ArrayLike, *, out: Any = None, where: ArrayLike = True) -> Any: ...
def binary_cross_entropy(z: ArrayLike, y: ArrayLike, *, out: Any = NOT_GIVEN, where: ArrayLike = True) -> Any:
    """Return the elementwise binary cross-entropy of logits z and labels y: -y log σ(z) - (1 - y) log σ(-z).

    Parameters
    ----------
    z : array_like
        Logits (log-odds), any shape. float16, float32, float64 and bfloat16 are kept; integers are promoted to floats
        as in NumPy.
    y : array_like
        Labels in [0, 1]: 0, 1, or a probability (soft label); broadcast against z. They do not widen the result, but
        are not rounded: if the type of z cannot represent them, the computation is in float64. Outside [0, 1] the
        result is nan.
    out, where :
        As for every `numpy.ufunc`.

    Returns
    -------
    ndarray or scalar
        The loss in nats, at least 0. For an infinite logit 0 with the matching label, inf with any other; nan if z or y
        is nan. Within 0.51 ULP in float64 for every label, rounded once in the other formats.

    See Also
    --------
    binary_cross_entropy_gradient, binary_cross_entropy_hessian, binary_cross_entropy_all, categorical_cross_entropy

    Notes
    -----
    softplus(z) - y z, computed as w|z| + log(1 + e^-|z|) with w = y for z < 0, else 1 - y: both terms are positive, so
    that nothing cancels.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.binary_cross_entropy([0.0, -40.0, 40.0, float("inf")], [1, 0, 0, 1])
    array([6.93147181e-01, 4.24835426e-18, 4.00000000e+01, 0.00000000e+00])
    """
    return call(_ufuncs.value_of, z, y, out, where)


@overload
def binary_cross_entropy_gradient(
    z: NDArray[Float], y: ArrayLike, *, out: None = None, where: ArrayLike = True
) -> NDArray[Float]: ...
@overload
def binary_cross_entropy_gradient(z: Any, y: ArrayLike, *, out: Any = None, where: ArrayLike = True) -> Any: ...
def binary_cross_entropy_gradient(z: ArrayLike, y: ArrayLike, *, out: Any = NOT_GIVEN, where: ArrayLike = True) -> Any:
    """Return the first derivative of the binary cross-entropy in the logit: σ(z) - y.

    Parameters
    ----------
    z, y, out, where :
        As for `binary_cross_entropy`.

    Returns
    -------
    ndarray or scalar
        From -1 to 1; nan where z is nan or y not in [0, 1]. In float64 within 0.51 ULP for labels 0 and 1, else within
        0.51 ULP of max(σ(z), y); rounded once in the other formats.

    See Also
    --------
    categorical_cross_entropy_gradient, binary_cross_entropy, log_softmax

    Notes
    -----
    For y = 1 this is -σ(-z), which keeps every digit where σ(z) - 1 would be 0. In general, with h = e^-|z| and w as in
    `binary_cross_entropy`, ((1 - w) h - w)/(1 + h), with the opposite sign for z >= 0.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.binary_cross_entropy_gradient([0.0, 40.0, 0.0], [1, 1, 0.5])
    array([-5.00000000e-01, -4.24835426e-18,  0.00000000e+00])
    """
    return call(_ufuncs.gradient_of, z, y, out, where)


@overload
def binary_cross_entropy_hessian(
    z: NDArray[Float], y: ArrayLike = 0.0, *, out: None = None, where: ArrayLike = True
) -> NDArray[Float]: ...
@overload
def binary_cross_entropy_hessian(z: Any, y: ArrayLike = 0.0, *, out: Any = None, where: ArrayLike = True) -> Any: ...
def binary_cross_entropy_hessian(
    z: ArrayLike, y: ArrayLike = 0.0, *, out: Any = NOT_GIVEN, where: ArrayLike = True
) -> Any:
    """Return the second derivative of the binary cross-entropy in the logit: σ(z) σ(-z), for every label.

    Parameters
    ----------
    z, y, out, where :
        As for `binary_cross_entropy`; y is optional.

    Returns
    -------
    ndarray or scalar
        From 0 to 1/4; nan where z is nan or y not in [0, 1]. Within 0.51 ULP in float64, rounded once in the other
        formats.

    Notes
    -----
    h/(1 + h)^2 with h = e^-|z|: the same to the last digit on both sides of 0.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.binary_cross_entropy_hessian([-40.0, 0.0, 40.0])
    array([4.24835426e-18, 2.50000000e-01, 4.24835426e-18])
    """
    return call(_ufuncs.hessian_of, z, y, out, where)


def binary_cross_entropy_all(
    z: ArrayLike, y: ArrayLike, *, out: tuple[Any, Any, Any] | None = NOT_GIVEN, where: ArrayLike = True
) -> BinaryCrossEntropy:
    """Return value, gradient and Hessian of the binary cross-entropy with one read of z and y, and one exponential.

    Parameters
    ----------
    z, y :
        As for `binary_cross_entropy`.
    out : tuple of three arrays, optional
        Arrays for the three results; any of them may be None.
    where :
        As for every `numpy.ufunc`.

    Returns
    -------
    BinaryCrossEntropy
        A named tuple (value, gradient, hessian), with the same bits as the three functions.

    Examples
    --------
    >>> import verhulst as vh
    >>> value, gradient, hessian = vh.binary_cross_entropy_all([0.0, 2.0], [1, 1])
    >>> value
    array([0.69314718, 0.12692801])
    >>> gradient
    array([-0.5       , -0.11920292])
    """
    if owners_of((z, y), {"out": out, "where": where}):  # containers know functions of one result
        each = out if isinstance(out, tuple) else (out,) * 3
        functions = _ufuncs.value_of, _ufuncs.gradient_of, _ufuncs.hessian_of
        return BinaryCrossEntropy(*(call(f, z, y, o, where) for f, o in zip(functions, each, strict=True)))
    return BinaryCrossEntropy(*call(_ufuncs.all_of, z, y, out, where))
