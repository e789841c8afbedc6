"""Logarithm of a sum of exponentials."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._axes import Axis, over

_logsumexp = _core.row_ufunc("logsumexp", "logsumexp(z) over the last axis")


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

    Notes
    -----
    logsumexp(z) = m + log1p(what the others add to the largest, m). The empty sum gives -inf, as do elements that are
    all -inf; an inf gives inf; a nan gives nan.
    P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and softmax functions" (2021).

    See Also
    --------
    softmax, log_softmax, softplus

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.logsumexp([1000.0, 1000.0])
    np.float64(1000.6931471805599)
    >>> vh.logsumexp([0.0, -40.0])
    np.float64(4.248354255291589e-18)
    """
    return over(_logsumexp, z, axis, keepdims, out)
