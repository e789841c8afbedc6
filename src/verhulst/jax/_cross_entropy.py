"""Binary cross-entropy of logits on JAX arrays."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from verhulst import losses
from verhulst.functions import formulas
from verhulst.jax._differentiable import JAX, wide_type
from verhulst.jax._functional import sigmoid_derivative
from verhulst.jax._linear import self_adjoint
from verhulst.jax._operation import Operation, as_array, as_floats, broadcast_shape, is_integer, of_type, operation


def _by_formula(formula: Operation, z: jax.Array, y: jax.Array) -> jax.Array:
    wide = wide_type(z, y)
    return of_type(formula(JAX, z.astype(wide), y.astype(wide)), z)


def _slope_change(t: jax.Array, z: jax.Array, y: jax.Array) -> jax.Array:
    wide = wide_type(z, y)
    no_label = jnp.where((y >= 0) & (y <= 1), 0.0, jnp.nan).astype(wide)
    return of_type(t.astype(wide) * sigmoid_derivative(z.astype(wide) + no_label), z)


def _loss_change(t: jax.Array, z: jax.Array, y: jax.Array) -> jax.Array:
    wide = wide_type(z, y)
    return of_type(t.astype(wide) * _gradient(z.astype(wide), y), z)


def _change_by_label(t: jax.Array, z: jax.Array, y: jax.Array) -> jax.Array:
    wide = wide_type(z, y)
    return of_type(_times_logit(z.astype(wide), t.astype(wide), 0), z)


# -z t, and 0 where t is: an infinite logit does not change the loss of a label that stands still.
_times_logit = self_adjoint("times_logit", lambda z, t, axis: jnp.where((t == 0) & jnp.isinf(z), 0, -z * t))
_gradient = operation(
    "binary_cross_entropy_gradient",
    losses.binary_cross_entropy_gradient,
    partial(_by_formula, formulas.binary_cross_entropy_gradient),
    _slope_change,
    lambda t, z, y: of_type(-t, z),
)
_value = operation(
    "binary_cross_entropy",
    losses.binary_cross_entropy,
    partial(_by_formula, formulas.binary_cross_entropy),
    _loss_change,
    _change_by_label,
)


def _pair(name: str, z: Any, y: Any) -> tuple[jax.Array, ...]:
    """Logits as floats, labels in their shape; integers in their type, numbers in their own."""
    z, y = as_floats(z, name), as_array(y, f"y of {name}")
    y = y.astype(z.dtype) if is_integer(y) else y
    shape = broadcast_shape(z, y, f"y of {name}")
    return jnp.broadcast_to(z, shape), jnp.broadcast_to(y, shape)


def binary_cross_entropy(z: Any, y: Any) -> jax.Array:
    """Return the elementwise binary cross-entropy of logits z and labels y: -y log σ(z) - (1 - y) log σ(-z).

    Parameters
    ----------
    z : array_like
        Logits, any shape.
    y : array_like
        Labels in [0, 1], broadcast against z; those of a wider type than z count as given.

    Returns
    -------
    jax.Array
        The losses in nats, in the type of z. An infinite logit with the label that it stands for costs 0.

    Notes
    -----
    The gradient in z is σ(z) - y, computed without cancellation; the second derivative is σ'(z).

    Examples
    --------
    >>> import jax, verhulst.jax as vj
    >>> float(jax.grad(vj.binary_cross_entropy)(20.0, 1.0))  # doctest: +ELLIPSIS
    -2.06115...e-09
    """
    return _value(*_pair("binary_cross_entropy", z, y))


def binary_cross_entropy_gradient(z: Any, y: Any) -> jax.Array:
    """Return the derivative of `binary_cross_entropy` in z, σ(z) - y, without cancellation.

    Parameters
    ----------
    z : array_like
        Logits, any shape.
    y : array_like
        Labels in [0, 1], broadcast against z.

    Returns
    -------
    jax.Array
        From -1 to 1, in the type of z.
    """
    return _gradient(*_pair("binary_cross_entropy_gradient", z, y))
