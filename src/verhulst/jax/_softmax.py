"""softmax, log_softmax and logsumexp on JAX arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from verhulst.functions import formulas
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


def _top_from_others(z: jax.Array, axis: int) -> jax.Array:
    top = jnp.argmax(z, axis, keepdims=True)
    from_top = z - jnp.take_along_axis(z, top, axis)
    others = jnp.put_along_axis(jnp.exp(from_top), top, 0, axis, inplace=False)
    return from_top - jnp.log1p(others.sum(axis, keepdims=True))


_softmax = _with_derivative(jax.nn.softmax, _softmax_change)
_log_softmax = _with_derivative(_top_from_others, partial(formulas.log_softmax_change, JAX))
_logsumexp = _with_derivative(
    lambda z, axis: jax.nn.logsumexp(z, axis, keepdims=True), lambda p, v, total: total(p * v)
)


def _floating(z: Any) -> jax.Array:
    z = jnp.asarray(z)
    return z if jnp.issubdtype(z.dtype, jnp.inexact) else z.astype(jnp.result_type(float))


def softmax(z: Any, axis: int = -1) -> jax.Array:
    """Softmax along an axis, e^z / sum of e^z: JAX's own, half precision by way of float32.

    Parameters
    ----------
    z : array_like of logits
    axis : the axis that sums to 1

    Notes
    -----
    The derivative, forward and reverse, is p_i sum_j p_j (v_i - v_j) without cancellation, to a few ULP of
    p_i sum_j p_j |v_i - v_j|: a sure class keeps its digits.
    """
    return _softmax(_floating(z), axis)


def log_softmax(z: Any, axis: int = -1) -> jax.Array:
    """Logarithm of softmax along an axis; the top class keeps its digits, which JAX's own loses.

    Parameters
    ----------
    z : array_like of logits
    axis : the axis over which softmax sums to 1

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
    return _log_softmax(_floating(z), axis)


def logsumexp(z: Any, axis: int = -1, keepdims: bool = False) -> jax.Array:
    """log of the sum of e^z along an axis: JAX's own, half precision by way of float32. Its gradient is softmax.

    Parameters
    ----------
    z : array_like
    axis : the axis that is summed over
    keepdims : keep it with length 1
    """
    result = _logsumexp(_floating(z), axis)
    return result if keepdims else result.squeeze(axis)
