"""Binary cross-entropy of logits on JAX arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from verhulst import losses
from verhulst.functions import formulas
from verhulst.jax._differentiable import JAX
from verhulst.jax._functional import sigmoid_derivative


def _on_every_device(function: Any, formula: Any, z: jax.Array, y: jax.Array) -> jax.Array:
    result = jax.ShapeDtypeStruct(z.shape, z.dtype)

    def cpu(z: jax.Array, y: jax.Array) -> jax.Array:
        return jax.pure_callback(
            lambda a, b: function(np.asarray(a), np.asarray(b)), result, z, y, vmap_method="broadcast_all"
        )

    def default(z: jax.Array, y: jax.Array) -> jax.Array:
        wide = _wide(z, y)
        return formula(JAX, z.astype(wide), y.astype(wide)).astype(z.dtype)

    return jax.lax.platform_dependent(z, y, cpu=cpu, default=default)


def _wide(*arrays: jax.Array) -> Any:
    """The type for arithmetic around the kernels: float32, float64 where there is one among the arguments."""
    return jnp.result_type(jnp.float32, *arrays)


@jax.custom_jvp
def _gradient(z: jax.Array, y: jax.Array) -> jax.Array:
    return _on_every_device(losses.binary_cross_entropy_gradient, formulas.binary_cross_entropy_gradient, z, y)


@_gradient.defjvp
def _(primals: Any, tangents: Any) -> Any:
    (z, y), (to_z, to_y) = primals, tangents
    wide = _wide(z, y)
    label = (y >= 0) & (y <= 1)
    slope = sigmoid_derivative(jnp.where(label, z.astype(wide), jnp.nan))
    change = to_z.astype(wide) * slope - to_y.astype(wide)
    return _gradient(z, y), change.astype(z.dtype)


@jax.custom_jvp
def _value(z: jax.Array, y: jax.Array) -> jax.Array:
    return _on_every_device(losses.binary_cross_entropy, formulas.binary_cross_entropy, z, y)


@_value.defjvp
def _(primals: Any, tangents: Any) -> Any:
    (z, y), (to_z, to_y) = primals, tangents
    wide = _wide(z, y)
    change = to_z.astype(wide) * _gradient(z.astype(wide), y) - to_y.astype(wide) * z
    return _value(z, y), change.astype(z.dtype)


def _pair(z: Any, y: Any) -> tuple[jax.Array, jax.Array]:
    """Logits as floats, labels in their shape; integers in their type, numbers in their own."""
    z, y = jnp.asarray(z), jnp.asarray(y)
    if not jnp.issubdtype(z.dtype, jnp.floating):
        z = z.astype(jnp.result_type(float))
    if not jnp.issubdtype(y.dtype, jnp.floating):
        y = y.astype(z.dtype)
    z, y = jnp.broadcast_arrays(z, y)
    return z, y


def binary_cross_entropy(z: Any, y: Any) -> jax.Array:
    """Binary cross-entropy of logits, -y log s(z) - (1 - y) log s(-z), element by element.

    Parameters
    ----------
    z : array_like of logits
    y : array_like of labels in [0, 1], broadcast against z; of a wider type than z they count as given

    Returns
    -------
    jax.Array of losses in nats, of z's dtype. An infinite logit with the label that it stands for costs 0.

    Notes
    -----
    The gradient in z is s(z) - y, computed without cancellation; the second derivative is s'(z).

    Examples
    --------
    >>> import jax, verhulst.jax as vj
    >>> float(jax.grad(vj.binary_cross_entropy)(20.0, 1.0))  # doctest: +ELLIPSIS
    -2.06115...e-09
    """
    return _value(*_pair(z, y))


def binary_cross_entropy_gradient(z: Any, y: Any) -> jax.Array:
    """The derivative of `binary_cross_entropy` in z, s(z) - y, without cancellation.

    Parameters
    ----------
    z : array_like of logits
    y : array_like of labels in [0, 1]
    """
    return _gradient(*_pair(z, y))
