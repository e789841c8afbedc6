"""Categorical cross-entropy from logits."""

from __future__ import annotations

import math
import operator
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.functions import elu, log_softmax, softmax
from verhulst.functions._axes import axes_of, hide, into, numbers_of_frame
from verhulst.functions._containers import is_pandas, labelled
from verhulst.functions._parameter import number_type
from verhulst.functions._rounding import near_total, rounded, total
from verhulst.functions._row_order import require_one_order
from verhulst.functions.formulas import Total, log_softmax_pullback_in_place

Rows = np.ndarray[Any, Any]
Float = TypeVar("Float", bound=np.floating)
BLOCK = 16000  # numbers: some copies of them in float64 stay in the cache


def categorical_cross_entropy(z: ArrayLike, y: ArrayLike, axis: int = -1, *, out: Any = None) -> Any:
    """Return the cross-entropy of logits z over classes and labels y: minus the log-probability of the right class.

    Parameters
    ----------
    z : array_like
        Logits, one for each class along `axis`. float16, float32, float64 and bfloat16 are kept. What a masked array
        hides has no share; a case whose right class is hidden is hidden in the result.
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
    if _is_lazy(z) or _is_lazy(y):
        return _lazily(categorical_cross_entropy, z, y, axis, out)
    mask, given = _mask(z), z
    z, labels, hard = _cases("categorical_cross_entropy", z, y, axis)
    if hard:
        loss = np.abs(np.take_along_axis(log_softmax(z, axis), labels, axis).squeeze(axis))
    else:
        loss = _by_blocks(_weighted_loss, z, labels, axis).squeeze(axis)
    if mask is not None:
        return hide(loss, _hidden(mask, labels, hard, axis).squeeze(axis), out)
    return labelled(given, loss[()], axes_of(axis, z.ndim)) if out is None else into(out, loss)


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
    if _is_lazy(z) or _is_lazy(y):
        return _lazily(categorical_cross_entropy_gradient, z, y, axis, out)
    mask, given = _mask(z), z
    z, labels, hard = _cases("categorical_cross_entropy_gradient", z, y, axis)
    if hard:
        gradient = softmax(z, axis)
        np.put_along_axis(gradient, labels, _by_blocks(_right_class, z, labels, axis), axis)
    else:
        gradient = _by_blocks(_weighted_gradient, z, labels, axis)
    if mask is not None:
        return hide(gradient, mask | _hidden(mask, labels, hard, axis), out)
    return labelled(given, gradient) if out is None else into(out, gradient)


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


def _cases(name: str, z: Any, y: Any, axis: int) -> tuple[Rows, Rows, bool]:
    """The logits, labels that broadcast against them, and whether these are classes (else weights, in z's shape)."""
    if type(z) is not np.ndarray or type(y) is not np.ndarray:
        _check_containers(name, z, y, axis)
    mask = _mask(z)
    z, y = (numbers_of_frame(z, name) if is_pandas(z) and hasattr(z, "iloc") else np.asarray(z)), np.asarray(y)
    dtype = number_type(z.dtype, name, "takes")
    if mask is not None:
        z = np.where(mask, dtype.type(-np.inf), z.astype(dtype))
    if not z.ndim:
        raise np.exceptions.AxisError(f"z of {name} is one number: it needs an axis of classes")
    try:
        (axis,) = axes_of(operator.index(axis), z.ndim)
    except TypeError:
        raise TypeError(f"axis of {name} must be an integer, not {axis!r}") from None
    without = z.shape[:axis] + z.shape[axis + 1 :]
    if y.shape == z.shape:
        number_type(y.dtype, "weights of classes in", name, "must be")
        return z, y, False
    if y.shape != without:
        raise ValueError(f"y has shape {y.shape}: neither classes, {without}, nor weights of classes, {z.shape}")
    if y.dtype.kind not in "iu" and y.size:
        missing = " (with missing values)" if y.dtype.kind in "fO" and (y != y).any() else ""
        raise TypeError(f"classes must be integers, not {y.dtype}{missing}")
    wrong = (y < 0) | (y >= z.shape[axis])
    if wrong.any():
        where, n = tuple(map(int, np.argwhere(wrong)[0])), z.shape[axis]
        raise ValueError(
            f"class {y[where]} at {where} is not among the {n} classes of z, 0 to {n - 1}" if n else "z has no classes"
        )
    return z, np.expand_dims(y.astype(np.intp, copy=False), axis), True


def _is_lazy(given: Any) -> bool:
    return hasattr(given, "__dask_graph__") and hasattr(given, "rechunk")


def _lazily(function: Any, z: Any, y: Any, axis: int, out: Any) -> Any:
    """The function of lazy arrays, whose chunks are put together along the axis."""
    import dask.array

    arrays: Any = dask.array
    if out is not None:
        raise TypeError(f"{function.__name__} of a lazy array takes no out")
    z, y = arrays.asarray(z), arrays.asarray(y)
    (axis,) = axes_of(axis, z.ndim)
    z, hard, reduces = z.rechunk({axis: -1}), y.ndim < z.ndim, function is categorical_cross_entropy
    cases = z.chunks[:axis] + z.chunks[axis + 1 :]
    if y.shape != (z.shape[:axis] + z.shape[axis + 1 :] if hard else z.shape):
        raise ValueError(f"y has shape {y.shape}, but z {z.shape}")
    y = y.rechunk(cases if hard else z.chunks)
    if hard:
        y = y[(slice(None),) * axis + (None,)]

    def each(z: Rows, y: Rows) -> Rows:
        found: Rows = function(z, y.squeeze(axis) if hard else y, axis)
        return np.expand_dims(found, axis) if reduces else found

    dtype = number_type(z.dtype, function.__name__, "takes")
    chunks = (*z.chunks[:axis], (1,) if reduces else z.chunks[axis], *z.chunks[axis + 1 :])
    made = arrays.map_blocks(each, z, y, dtype=dtype, chunks=chunks, meta=np.empty((0,) * z.ndim, dtype))
    return made.squeeze(axis) if reduces else made


def _mask(z: Any) -> Any:
    """Where a masked array hides classes; None for any other. They have no share in the probabilities."""
    return np.ma.getmaskarray(z) if isinstance(z, np.ma.MaskedArray) else None


def _hidden(mask: Rows, labels: Rows, hard: bool, axis: int) -> Rows:
    """The cases whose right class is hidden."""
    hidden: Any = np.take_along_axis(mask, labels, axis) if hard else (mask & (labels > 0)).any(axis, keepdims=True)
    return np.asarray(hidden)


def _check_containers(name: str, z: Any, y: Any, axis: int) -> None:
    """Refuse what positions alone would get wrong: labels in another order, hidden labels."""
    if isinstance(y, np.ma.MaskedArray) and np.ma.is_masked(y):
        raise TypeError(f"{name} takes no masked labels: leave their cases out of z and y")
    if is_pandas(z) and is_pandas(y) and hasattr(z, "iloc") and hasattr(y, "iloc"):
        if not z.index.equals(y.index):
            raise ValueError("y has another index than z: bring it into the same order, y.reindex(z.index)")
        if y.ndim == z.ndim == 2 and not z.columns.equals(y.columns):
            raise ValueError("y has other columns than z: bring them into the same order, y[z.columns]")
    require_one_order(z=z, y=y)
    if hasattr(z, "dims") and hasattr(y, "dims"):  # xarray
        cases = [name for i, name in enumerate(z.dims) if i != axis % len(z.dims)]
        if list(y.dims) not in (cases, list(z.dims)):
            raise ValueError(f"y has dimensions {y.dims}, not {tuple(cases)} or {z.dims}: y.transpose(...) orders them")
