"""Softmax, its logarithm, and the logarithm of a sum of exponentials."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._axes import Axis, call, over_axes, true_or_false
from verhulst.functions._registry import Use, public

_softmax = over_axes(_core.row_ufunc("softmax", "softmax(z) over the last axis"))
_log_softmax = over_axes(_core.row_ufunc("log_softmax", "log_softmax(z) over the last axis"))
_logsumexp = over_axes(_core.row_ufunc("logsumexp", "logsumexp(z) over the last axis"))


@public(
    activation=Use(
        formula="e^z_i / sum_j e^z_j",
        use="Probabilities of several exclusive classes at the output; attention.",
        note=(
            "No scalar derivative: the Jacobian is diag(p) - p p^T, its entries lie in [-1/4,"
            " 1/4]. The facts are those of one class's probability as its own score varies "
            "and the other of two classes stays at 0: the sigmoid."
        ),
        used_in=("multi-class output",),
    ),
)
def softmax(z: ArrayLike, axis: Axis = -1, *, out: Any = None) -> Any:
    """Softmax over an axis: e^z_i / sum_j e^z_j, scores into probabilities that add up to 1.

    Parameters
    ----------
    z : array_like
        Scores (log-probabilities up to a constant), any shape. float16, float32, float64, bfloat16 stay what they are;
        integers become floats as NumPy promotes them.
    axis : int, tuple of int or None
        The axis of the classes; several are taken as one, None takes all. The default is the last: where SciPy takes
        all axes unless told otherwise, a batch of rows is the common case here.
    out : ndarray, optional
        Where to put the result.

    Returns
    -------
    ndarray
        The shape of z, in [0, 1]; within 1.51 ULP of the exact result in float64, 0.51 in the narrow formats.
        The same bits for any memory layout and number of threads.

    See Also
    --------
    log_softmax, logsumexp, sigmoid

    Notes
    -----
    The largest score is subtracted exactly, the sum is taken in a fixed order. A single inf gets 1 (the limit), the
    others 0; several, or nothing but -inf, or a nan give nan. An empty axis gives an empty result.
    J. S. Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990). With two classes
    it is the sigmoid of their difference.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.softmax([[1.0, 2.0, 3.0], [1000.0, 0.0, 0.0]])
    array([[0.09003057, 0.24472847, 0.66524096],
           [1.        , 0.        , 0.        ]])
    """
    return call(_softmax, z, axis, out)


@public()
def log_softmax(z: ArrayLike, axis: Axis = -1, *, out: Any = None) -> Any:
    """Logarithm of softmax over an axis: z_i - log sum_j e^z_j.

    Parameters
    ----------
    z : array_like
        Scores, any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy
        promotes them.
    axis : int, tuple of int or None
        The axis of the classes; several are taken as one, None takes all.
    out : ndarray, optional
        Where to put the result.

    Returns
    -------
    ndarray
        The shape of z, at most 0; within 0.51 ULP of the exact result in every format, the top class included. The same
        bits for any memory layout and number of threads.

    See Also
    --------
    softmax, logsumexp, log_sigmoid

    Notes
    -----
    The logarithm of the sum is log1p of what the other classes add to the largest, so that a confident prediction keeps
    its loss: log_softmax([17, 0])[0] is -4.14e-8 in float32, where SciPy, PyTorch and JAX give 0.
    A single inf gets 0 (the limit), the others -inf; several, or nothing but -inf, or a nan give nan. An empty axis
    gives an empty result.

    Examples
    --------
    >>> import numpy as np
    >>> import verhulst as vh
    >>> vh.log_softmax(np.float32([17, 0]))
    array([-4.1399375e-08, -1.7000000e+01], dtype=float32)
    """
    return call(_log_softmax, z, axis, out)


@public()
def logsumexp(z: ArrayLike, axis: Axis = -1, *, keepdims: bool = False, out: Any = None) -> Any:
    """Logarithm of the sum of exponentials over an axis, log sum_i e^z_i.

    Parameters
    ----------
    z : array_like
        Any shape. float16, float32, float64, bfloat16 stay what they are; integers become floats as NumPy promotes
        them.
    axis : int, tuple of int or None
        The axis to sum over; several are taken as one, None takes all.
    keepdims : bool
        Whether the axes summed over stay, with length 1.
    out : ndarray, optional
        Where to put the result.

    Returns
    -------
    ndarray or scalar
        The shape of z without the axis; within 0.51 ULP of max(result, largest z). The same bits for any memory layout
        and number of threads.

    See Also
    --------
    softmax, log_softmax, softplus

    Notes
    -----
    logsumexp(z) = m + log1p(what the others add to the largest, m). The empty sum gives -inf, as do elements that are
    all -inf; an inf gives inf; a nan gives nan.
    P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and softmax functions" (2021).

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.logsumexp([1000.0, 1000.0])
    np.float64(1000.6931471805599)
    >>> vh.logsumexp([0.0, -40.0])
    np.float64(4.248354255291589e-18)
    """
    return call(_logsumexp, z, axis, out, keepdims=true_or_false(keepdims, "keepdims"))
