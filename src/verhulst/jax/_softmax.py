"""softmax, log_softmax and logsumexp on JAX arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from verhulst.functions import formulas
from verhulst.functions._axes import Axis, axes_of, true_or_false
from verhulst.functions._registry import PUBLIC
from verhulst.jax._differentiable import JAX, wide
from verhulst.jax._linear import linear, self_adjoint
from verhulst.jax._operation import Operation, as_floats, of_type, operation

Rule = Callable[[jax.Array, jax.Array, formulas.Total], jax.Array]


def _over_axis(name: str, formula: Operation, change: Operation) -> Operation:
    """The function z, axis -> numbers with the derivative change(z, v, axis) in a direction v; it keeps the axis."""
    sums = name == "logsumexp"
    return operation(
        name,
        partial(PUBLIC[name], **({"keepdims": True} if sums else {})),
        lambda z, axis: of_type(formula(wide(z), axis), z),
        lambda v, z, axis: of_type(change(wide(z), wide(v), axis), z),
        static=("axis",),
        sums=sums,
    )


def _of_every_entry(rule: Rule) -> Operation:
    """rule(p, v, total) over an axis, for a v that may have infinite entries."""

    def computed(p: jax.Array, v: jax.Array, axis: int) -> jax.Array:
        total = lambda t: t.sum(axis, keepdims=True)  # noqa: E731
        if v.shape[axis] < 2:
            return rule(p, v, total)
        finite = lambda: rule(p, v, total)  # noqa: E731
        numbers = jax.lax.optimization_barrier(v)  # XLA would take seconds to see that a constant is finite
        return jax.lax.cond(
            jnp.isfinite(numbers).all(), finite, lambda: formulas.with_infinite_entries(JAX, rule, p, v, total)
        )

    return computed


def _log_of_sum_change(z: jax.Array, v: jax.Array, axis: int) -> jax.Array:
    """p v; where v is infinite, so is the result, for a p that only rounds to 0."""
    p = _softmax(z, axis=axis)
    tiny = (p == 0) & jnp.isfinite(z) & (z.max(axis, keepdims=True, initial=-jnp.inf) < jnp.inf)
    return jnp.where(jnp.isinf(v) & tiny, v, p * v)


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


_of_softmax = self_adjoint("softmax_change", _of_every_entry(partial(formulas.softmax_change, JAX)))
_of_log_softmax = linear(
    "log_softmax_change",
    _of_every_entry(partial(formulas.log_softmax_change, JAX)),
    _of_every_entry(partial(formulas.log_softmax_pullback, JAX)),
)
_of_log_of_sum = self_adjoint("log_of_sum_change", _log_of_sum_change)
_softmax: Operation = _over_axis(
    "softmax", _probabilities, lambda z, v, axis: _of_softmax(_softmax(z, axis=axis), v, axis)
)
_log_softmax = _over_axis(
    "log_softmax", _top_from_others, lambda z, v, axis: _of_log_softmax(_softmax(z, axis=axis), v, axis)
)
_logsumexp = _over_axis(
    "logsumexp", _log_of_sum, lambda z, v, axis: _of_log_of_sum(z, v, axis).sum(axis, keepdims=True)
)


def _over(name: str, function: Operation, z: Any, axis: Axis) -> jax.Array:
    """function(z, axis), which keeps the axis; several are taken as one, and a number as one class."""
    z = as_floats(z, name)
    axes = axes_of(axis, z.ndim)
    if len(axes) == 1:
        return function(z, axis=axes[0])
    last = tuple(range(-len(axes), 0))
    moved = jnp.moveaxis(z, axes, last)
    kept = moved.shape[: z.ndim - len(axes)]
    result = function(moved.reshape(*kept, math.prod(moved.shape[len(kept) :])), axis=len(kept))
    shape = moved.shape if result.size == z.size else (*kept, *(1 for _ in axes))
    return jnp.moveaxis(result.reshape(shape), last, axes)


def softmax(z: Any, axis: Axis = -1) -> jax.Array:
    """Softmax along an axis: e^z / sum of e^z.

    Parameters
    ----------
    z : array_like
        Logits.
    axis : int, tuple of int or None
        The axis that sums to 1; several are taken as one, None takes all.

    Returns
    -------
    jax.Array
        Of z's shape; on the CPU to the last bit what `verhulst.softmax` gives.

    Notes
    -----
    A single inf gets 1. The derivative, forward and reverse, is p_i sum_j p_j (v_i - v_j) without cancellation, to a
    few ULP of p_i sum_j p_j |v_i - v_j|: a sure class keeps its digits. Half precision goes by float32.
    """
    return _over("softmax", _softmax, z, axis)


def log_softmax(z: Any, axis: Axis = -1) -> jax.Array:
    """Logarithm of softmax along an axis; the top class keeps its digits, which JAX's own loses.

    Parameters
    ----------
    z : array_like
        Logits.
    axis : int, tuple of int or None
        The axis over which softmax sums to 1; several are taken as one, None takes all.

    Returns
    -------
    jax.Array
        Of z's shape; on the CPU to the last bit what `verhulst.log_softmax` gives.

    Notes
    -----
    (z - z_max) - log1p(sum of the others' e^(z - z_max)). Its gradient, g_i (1 - p_i) - p_i sum_{j != i} g_j for an
    outer gradient g, keeps its digits too: 1 - p_i is the sum of the others where p_i is over 1/2. Half precision goes
    by float32.

    Examples
    --------
    >>> import jax, verhulst.jax as vj
    >>> float(vj.log_softmax([17.0, 0.0])[0])  # doctest: +ELLIPSIS
    -4.1399...e-08
    """
    return _over("log_softmax", _log_softmax, z, axis)


def logsumexp(z: Any, axis: Axis = -1, keepdims: bool = False) -> jax.Array:
    """Logarithm of the sum of e^z along an axis. Its gradient is softmax.

    Parameters
    ----------
    z : array_like
        Any shape.
    axis : int, tuple of int or None
        The axis that is summed over; several are taken as one, None takes all.
    keepdims : bool
        Whether the axes summed over stay, with length 1.

    Returns
    -------
    jax.Array
        Of z's shape without the axis; on the CPU to the last bit what `verhulst.logsumexp` gives.

    Notes
    -----
    z_max + log1p(sum of the others' e^(z - z_max)): what a small one adds to a largest of 0 is not lost.
    """
    z = as_floats(z, "logsumexp")
    result = _over("logsumexp", _logsumexp, z, axis)
    if true_or_false(keepdims, "keepdims") or not result.ndim:
        return result
    return result.squeeze(axes_of(axis, z.ndim))
