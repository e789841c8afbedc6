"""softmax, log_softmax and logsumexp on JAX arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


def softmax(z: Any, axis: int = -1) -> jax.Array:
    """Softmax along an axis, e^z / sum of e^z: JAX's own.

    Parameters
    ----------
    z : array_like of logits
    axis : the axis that sums to 1
    """
    return jax.nn.softmax(jnp.asarray(z), axis)


def log_softmax(z: Any, axis: int = -1) -> jax.Array:
    """Logarithm of softmax along an axis; the top class keeps its digits, which JAX's own loses.

    Parameters
    ----------
    z : array_like of logits
    axis : the axis over which softmax sums to 1

    Notes
    -----
    (z - z_max) - log1p(sum of the others' e^(z - z_max)).

    Examples
    --------
    >>> import jax, verhulst.jax as vj
    >>> float(vj.log_softmax([17.0, 0.0])[0])  # doctest: +ELLIPSIS
    -4.1399...e-08
    """
    z = jnp.asarray(z)
    top = jnp.argmax(z, axis, keepdims=True)
    from_top = z - jnp.take_along_axis(z, top, axis)
    others = jnp.put_along_axis(jnp.exp(from_top), top, 0, axis, inplace=False)
    return from_top - jnp.log1p(others.sum(axis, keepdims=True))


def logsumexp(z: Any, axis: int = -1, keepdims: bool = False) -> jax.Array:
    """log of the sum of e^z along an axis: JAX's own.

    Parameters
    ----------
    z : array_like
    axis : the axis that is summed over
    keepdims : keep it with length 1
    """
    return jax.nn.logsumexp(jnp.asarray(z), axis, keepdims=keepdims)
