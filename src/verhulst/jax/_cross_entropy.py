"""Binary cross-entropy of logits on JAX arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from verhulst.functions import _binary_cross_entropy as ufuncs
from verhulst.functions import formulas
from verhulst.jax._differentiable import JAX
from verhulst.jax._functional import sigmoid_derivative


def _on_every_device(ufunc: Any, formula: Any, z: jax.Array, y: jax.Array) -> jax.Array:
    result = jax.ShapeDtypeStruct(z.shape, z.dtype)

    def cpu(z: jax.Array, y: jax.Array) -> jax.Array:
        return jax.pure_callback(
            lambda a, b: ufunc(np.asarray(a), np.asarray(b)), result, z, y, vmap_method="broadcast_all"
        )

    def default(z: jax.Array, y: jax.Array) -> jax.Array:
        if z.dtype.itemsize < 4:
            return formula(JAX, z.astype(jnp.float32), y.astype(jnp.float32)).astype(z.dtype)
        return formula(JAX, z, y)

    return jax.lax.platform_dependent(z, y, cpu=cpu, default=default)


@jax.custom_jvp
def _gradient(z: jax.Array, y: jax.Array) -> jax.Array:
    return _on_every_device(ufuncs.gradient, formulas.binary_cross_entropy_gradient, z, y)


@_gradient.defjvp
def _(primals: Any, tangents: Any) -> Any:
    (z, y), (to_z, to_y) = primals, tangents
    return _gradient(z, y), to_z * sigmoid_derivative(z) - to_y


@jax.custom_jvp
def _value(z: jax.Array, y: jax.Array) -> jax.Array:
    return _on_every_device(ufuncs.value, formulas.binary_cross_entropy, z, y)


@_value.defjvp
def _(primals: Any, tangents: Any) -> Any:
    (z, y), (to_z, to_y) = primals, tangents
    return _value(z, y), to_z * _gradient(z, y) - to_y * z


def _pair(z: Any, y: Any) -> tuple[jax.Array, jax.Array]:
    """Logits as floats, labels in their type and shape."""
    z = jnp.asarray(z)
    if not jnp.issubdtype(z.dtype, jnp.floating):
        z = z.astype(jnp.result_type(float))
    z, y = jnp.broadcast_arrays(z, jnp.asarray(y).astype(z.dtype))
    return z, y


def binary_cross_entropy(z: Any, y: Any) -> jax.Array:
    """Binary cross-entropy of logits, -y log s(z) - (1 - y) log s(-z), element by element.

    Parameters
    ----------
    z : array_like of logits
    y : array_like of labels in [0, 1], broadcast against z and cast to its dtype

    Returns
    -------
    jax.Array of losses in nats. An infinite logit with the label that it stands for costs 0.

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
