"""softmax, log_softmax and logsumexp on JAX arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from verhulst.functions import formulas
from verhulst.functions._axes import Axis
from verhulst.jax._differentiable import JAX


def _wide(z: jax.Array) -> jax.Array:
    """Half precision as float32, for arithmetic."""
    return z.astype(jnp.float32) if z.dtype in (jnp.float16, jnp.bfloat16) else z


def _with_derivative(value: Callable[..., jax.Array], change: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
    """value(z, axis) with the derivative change(p, v, total) in a direction v; p is softmax.

    JAX gets the reverse derivative by transposing `change`, step by step: its steps must be accurate that way too.
    """

    @partial(jax.custom_jvp, nondiff_argnums=(1,))
    def function(z: jax.Array, axis: Any) -> jax.Array:
        return value(_wide(z), axis).astype(z.dtype)

    @function.defjvp
    def _(axis: Any, primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
        (z,), (v,) = primals, tangents
        p = _softmax(_wide(z), axis)
        return function(z, axis), change(p, v.astype(p.dtype), lambda t: t.sum(axis, keepdims=True)).astype(z.dtype)

    return function


def _softmax_change(p: jax.Array, v: jax.Array, total: formulas.Total) -> jax.Array:
    """Its transpose is itself, step by step."""
    u = p * formulas.from_mean(JAX, p, v, total)
    return formulas.log_softmax_pullback(JAX, p, u, total)


def _from_top(z: jax.Array, axis: int) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """The largest, z minus it and e^(z - largest), and the sum of the latter without the largest's own.

    What the difference loses in rounding is taken into e^: it would be |z - largest| half-ULP. A single inf is 0 from
    itself, as in the limit.
    """
    if not z.shape[axis]:
        largest = z.sum(axis, keepdims=True) - jnp.inf
        return largest, z, z, jnp.zeros_like(largest)
    top = jnp.argmax(z, axis, keepdims=True)
    largest = jnp.take_along_axis(z, top, axis)
    difference = z - largest
    other = difference - z  # -largest, but for rounding: D. E. Knuth's exact sum of two numbers
    lost = (z - (difference - other)) - (largest + other)
    is_top = jax.lax.broadcasted_iota(top.dtype, z.shape, axis) == top
    difference = jnp.where(is_top & (largest == jnp.inf), 0, difference)
    lost = jnp.where(jnp.isfinite(lost), lost, 0)
    e = jnp.exp(difference) * (1 + lost)
    return largest, difference, e, jnp.where(is_top, 0, e).sum(axis, keepdims=True)


def _probabilities(z: jax.Array, axis: int) -> jax.Array:
    _, _, e, others = _from_top(z, axis)
    return e / (1 + others)


def _top_from_others(z: jax.Array, axis: int) -> jax.Array:
    _, difference, _, others = _from_top(z, axis)
    return difference - jnp.log1p(others)


def _log_of_sum(z: jax.Array, axis: int) -> jax.Array:
    largest, _, _, others = _from_top(z, axis)
    return jnp.where(jnp.isinf(largest), largest, largest + jnp.log1p(others))


_softmax = _with_derivative(_probabilities, _softmax_change)
_log_softmax = _with_derivative(_top_from_others, partial(formulas.log_softmax_change, JAX))
_logsumexp = _with_derivative(_log_of_sum, lambda p, v, total: total(p * v))


def _floating(z: Any) -> jax.Array:
    z = jnp.asarray(z)
    return z if jnp.issubdtype(z.dtype, jnp.inexact) else z.astype(jnp.result_type(float))


def _over(function: Callable[..., jax.Array], z: Any, axis: Axis) -> jax.Array:
    """function(z, axis), which keeps the axis; several are taken as one, and a number as one class."""
    z = _floating(z)
    chosen = tuple(range(z.ndim)) if axis is None else axis
    if z.ndim == 0 and chosen in (0, -1):
        chosen = ()
    axes = np.lib.array_utils.normalize_axis_tuple(chosen, z.ndim)
    if len(axes) == 1:
        return function(z, axes[0])
    last = tuple(range(-len(axes), 0))
    moved = jnp.moveaxis(z, axes, last)
    kept = moved.shape[: z.ndim - len(axes)]
    result = function(moved.reshape(*kept, math.prod(moved.shape[len(kept) :])), len(kept))
    shape = moved.shape if result.size == z.size else (*kept, *(1 for _ in axes))
    return jnp.moveaxis(result.reshape(shape), last, axes)


def softmax(z: Any, axis: Axis = -1) -> jax.Array:
    """Softmax along an axis, e^z / sum of e^z; half precision by way of float32.

    Parameters
    ----------
    z : array_like of logits
    axis : the axis that sums to 1; several are taken as one, None takes all

    Notes
    -----
    To a few ULP, however far a logit lies below the largest (JAX's own rounds the difference before it takes e^); a
    single inf gets 1. The derivative, forward and reverse, is p_i sum_j p_j (v_i - v_j) without cancellation, to a few
    ULP of p_i sum_j p_j |v_i - v_j|: a sure class keeps its digits.
    """
    return _over(_softmax, z, axis)


def log_softmax(z: Any, axis: Axis = -1) -> jax.Array:
    """Logarithm of softmax along an axis; the top class keeps its digits, which JAX's own loses.

    Parameters
    ----------
    z : array_like of logits
    axis : the axis over which softmax sums to 1; several are taken as one, None takes all

    Notes
    -----
    (z - z_max) - log1p(sum of the others' e^(z - z_max)). Its gradient, g_i (1 - p_i) - p_i sum_{j != i} g_j for an
    outer gradient g, keeps them too: 1 - p_i is the sum of the others where p_i is over 1/2. Half precision goes by
    float32.

    Examples
    --------
    >>> import jax, verhulst.jax as vj
    >>> float(vj.log_softmax([17.0, 0.0])[0])  # doctest: +ELLIPSIS
    -4.1399...e-08
    """
    return _over(_log_softmax, z, axis)


def logsumexp(z: Any, axis: Axis = -1, keepdims: bool = False) -> jax.Array:
    """log of the sum of e^z along an axis; half precision by way of float32. Its gradient is softmax.

    Parameters
    ----------
    z : array_like
    axis : the axis that is summed over; several are taken as one, None takes all
    keepdims : keep it with length 1

    Notes
    -----
    z_max + log1p(sum of the others' e^(z - z_max)): what a small one adds to a largest of 0 is not lost.
    """
    result = _over(_logsumexp, z, axis)
    if keepdims or not result.ndim:
        return result
    return result.squeeze(axis)
