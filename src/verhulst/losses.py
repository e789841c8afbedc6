"""Binary and categorical cross-entropy from logits: value, gradient and Hessian, without forming a probability.

The functions take no weights: multiply the results by them, or form weighted sums.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.functions import _binary_cross_entropy as _ufuncs
from verhulst.functions import elu, log_softmax, softmax
from verhulst.functions._axes import into
from verhulst.functions._parameter import number_type, with_parameter
from verhulst.functions._rounding import near_total, rounded, total
from verhulst.functions.formulas import Total, log_softmax_pullback_in_place

Rows = np.ndarray[Any, Any]
Float = TypeVar("Float", bound=np.floating)
BLOCK = 16000  # numbers: some copies of them in float64 stay in the cache


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
def binary_cross_entropy(z: ArrayLike, y: ArrayLike, *, out: Any = None, where: ArrayLike = True) -> Any:
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
    return with_parameter(_ufuncs.value, z, y, out, where)


@overload
def binary_cross_entropy_gradient(
    z: NDArray[Float], y: ArrayLike, *, out: None = None, where: ArrayLike = True
) -> NDArray[Float]: ...
@overload
def binary_cross_entropy_gradient(z: Any, y: ArrayLike, *, out: Any = None, where: ArrayLike = True) -> Any: ...
def binary_cross_entropy_gradient(z: ArrayLike, y: ArrayLike, *, out: Any = None, where: ArrayLike = True) -> Any:
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
    return with_parameter(_ufuncs.gradient, z, y, out, where)


@overload
def binary_cross_entropy_hessian(
    z: NDArray[Float], y: ArrayLike = 0.0, *, out: None = None, where: ArrayLike = True
) -> NDArray[Float]: ...
@overload
def binary_cross_entropy_hessian(z: Any, y: ArrayLike = 0.0, *, out: Any = None, where: ArrayLike = True) -> Any: ...
def binary_cross_entropy_hessian(z: ArrayLike, y: ArrayLike = 0.0, *, out: Any = None, where: ArrayLike = True) -> Any:
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
    return with_parameter(_ufuncs.hessian, z, y, out, where)


def binary_cross_entropy_all(
    z: ArrayLike, y: ArrayLike, *, out: tuple[Any, Any, Any] | None = None, where: ArrayLike = True
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
    return BinaryCrossEntropy(*with_parameter(_ufuncs.value_gradient_hessian, z, y, out or (None, None, None), where))


def categorical_cross_entropy(z: ArrayLike, y: ArrayLike, axis: int = -1, *, out: Any = None) -> Any:
    """Return the cross-entropy of logits z over classes and labels y: minus the log-probability of the right class.

    Parameters
    ----------
    z : array_like
        Logits, one for each class along `axis`. float16, float32, float64 and bfloat16 are kept.
    y : array_like
        The right class of each case, as integers from 0, in the shape of z without `axis`; or class weights in
        [0, 1] (one-hot or soft labels), in the shape of z, which are not rounded to the type of z.
    axis : int
        The axis of the classes.
    out : ndarray, optional
        An array for the result.

    Returns
    -------
    ndarray or scalar
        The loss of each case in nats, at least 0, in the shape of z without `axis`, in its type. The loss of an
        infinite logit of the right class is 0. With classes within 0.51 ULP; with weights computed in float64 (to 1.6
        ULP, for any number of classes) and rounded once.

    Raises
    ------
    ValueError
        If y has neither shape, contains a class that z does not have, or weights outside [0, 1].
    TypeError
        If classes are not integers.

    Notes
    -----
    -sum_k y_k log softmax(z)_k. A class of weight 0 adds nothing, whatever its logit. The loss of a confident
    correct prediction keeps its digits: see `log_softmax`.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.categorical_cross_entropy([[2.0, 0.0, 0.0], [0.0, 40.0, 0.0]], [0, 1])
    array([2.39544766e-01, 8.49670851e-18])
    >>> vh.categorical_cross_entropy([2.0, 0.0, 0.0], [0.8, 0.1, 0.1])
    np.float64(0.6395447662...)
    """
    z = np.asarray(z)
    labels, hard = _class_labels(y, z, axis)
    if hard:
        loss = np.abs(np.take_along_axis(log_softmax(z, axis), labels, axis).squeeze(axis))
    else:
        loss = _by_blocks(_weighted_loss, z, labels, axis).squeeze(axis)
    return loss[()] if out is None else into(out, loss)


@overload
def categorical_cross_entropy_gradient(
    z: NDArray[Float], y: ArrayLike, axis: int = -1, *, out: None = None
) -> NDArray[Float]: ...
@overload
def categorical_cross_entropy_gradient(z: Any, y: ArrayLike, axis: int = -1, *, out: Any = None) -> Any: ...
def categorical_cross_entropy_gradient(z: ArrayLike, y: ArrayLike, axis: int = -1, *, out: Any = None) -> Any:
    """Return the gradient of the categorical cross-entropy in the logits: softmax(z) sum(y) - y.

    Parameters
    ----------
    z, y, axis, out :
        As for `categorical_cross_entropy`.

    Returns
    -------
    ndarray
        In the shape and type of z. Where p rounds to 1, p - 1 is computed as minus the sum of the other probabilities.
        With classes within 0.51 ULP (float64: 2); with weights each entry is computed in float64, to 4 ULP of p times
        the other classes' weights plus y (1 - p), and rounded once.

    Raises
    ------
    ValueError, TypeError
        As `categorical_cross_entropy`.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.categorical_cross_entropy_gradient([0.0, 40.0, 0.0], 1)
    array([ 4.24835426e-18, -8.49670851e-18,  4.24835426e-18])
    """
    z = np.asarray(z)
    labels, hard = _class_labels(y, z, axis)
    if hard:
        gradient = softmax(z, axis)
        np.put_along_axis(gradient, labels, _by_blocks(_right_class, z, labels, axis), axis)
    else:
        gradient = _by_blocks(_weighted_gradient, z, labels, axis)
    return gradient if out is None else into(out, gradient)


def _right_class(z: Rows, labels: Rows, total: Total) -> Rows:
    """p - 1 of the classes: elu below 0 is e^x - 1, to the last digit."""
    result: Rows = elu(np.take_along_axis(log_softmax(z), labels.astype(np.intp), 1))
    return result


def _check_weights(weights: Rows) -> None:
    if not (weights.min(initial=0.0) >= 0 and weights.max(initial=0.0) <= 1):
        raise ValueError("weights of classes must lie in [0, 1]")


def _weighted_loss(z: Rows, weights: Rows, total: Total) -> Rows:
    _check_weights(weights)
    terms: Rows = log_softmax(z)
    far = np.isneginf(terms)
    np.copyto(terms, 0.0, where=weights == 0)  # a class of weight 0 adds nothing, not 0 times inf
    terms *= weights
    if far.any():  # logits that differ by more than the largest number, or infinite ones: weight first
        half = z / 2
        np.copyto(terms, (half - half.max(axis=1, keepdims=True)) * weights * 2, where=far & (weights > 0))
    return abs(total(terms))


def _weighted_gradient(z: Rows, weights: Rows, total: Total) -> Rows:
    _check_weights(weights)
    log_softmax_pullback_in_place(np, softmax(z), weights, np.empty_like(weights), total)
    return 0.0 - weights


def _by_blocks(function: Any, z: Rows, weights: Rows, axis: int) -> Rows:
    """function(z, weights, total) of rows of float64 numbers, as many at a time as the cache holds; rounded once.

    The weights count as given, however narrow z is. The function may write over them. They may be classes instead, one
    for each row.
    """
    dtype, n = number_type(z.dtype), z.shape[axis]
    last = axis in (-1, z.ndim - 1)
    if not last:
        z, weights = np.moveaxis(z, axis, -1), np.moveaxis(weights, axis, -1)
    shape = z.shape[:-1]
    z, weights = (t.reshape(math.prod(shape), t.shape[-1]) for t in (z, weights))
    size = max(1, BLOCK // max(n, 1))
    blocks = []
    add = total if dtype == np.float64 else near_total
    with np.errstate(all="ignore"):
        for i in range(0, max(len(z), 1), size):
            y = np.array(weights[i : i + size], np.float64)
            wide = function(z[i : i + size].astype(np.float64, copy=False), y, add)
            blocks.append(rounded(wide, dtype))
    result = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    result = result.reshape(*shape, result.shape[1])
    return result if last else np.moveaxis(result, -1, axis)


def _class_labels(y: ArrayLike, z: np.ndarray[Any, Any], axis: int) -> tuple[np.ndarray[Any, Any], bool]:
    """Labels that broadcast against z, and whether they are classes (else weights, in z's shape)."""
    y = np.asarray(y)
    axis = np.lib.array_utils.normalize_axis_index(axis, z.ndim)
    without = z.shape[:axis] + z.shape[axis + 1 :]
    if y.shape == z.shape:
        return y, False
    if y.shape != without:
        raise ValueError(f"y has shape {y.shape}: neither classes, {without}, nor weights of classes, {z.shape}")
    if y.dtype.kind not in "iu":
        raise TypeError(f"classes must be integers, not {y.dtype}")
    wrong = np.argwhere((y < 0) | (y >= z.shape[axis]))
    if len(wrong):
        where = tuple(map(int, wrong[0]))
        raise ValueError(
            f"class {y[where]} at {where} is not among the {z.shape[axis]} classes of z, 0 to {z.shape[axis] - 1}"
        )
    return np.expand_dims(y, axis), True
