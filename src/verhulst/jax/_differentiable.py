"""From a kernel and its derivative to a JAX function. The derivative is a rule, computed from the argument."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import erfc

from verhulst.functions._registry import FUNCTIONS, Function
from verhulst.functions.derivatives import in_float64
from verhulst.functions.formulas import Namespace, beside_functions
from verhulst.jax._operation import Operation, as_floats, of_type, operation

JAX = Namespace(
    exp=jnp.exp,
    expm1=jnp.expm1,
    log=jnp.log,
    log1p=jnp.log1p,
    tanh=jnp.tanh,
    atanh=jnp.arctanh,
    erfc=erfc,
    where=jnp.where,
    clip=jnp.clip,
    round=jnp.round,
)
# The differentiable functions made so far, by name: what derivatives are written with.
_made = SimpleNamespace(**beside_functions(JAX))


def wide_type(*arrays: jax.Array) -> Any:
    """The type for arithmetic around the kernels: float32, float64 where there is one among the arguments."""
    return jnp.float64 if any(x.dtype == jnp.float64 for x in arrays) else jnp.float32


def wide(z: jax.Array) -> jax.Array:
    """Half precision as float32, for arithmetic."""
    return z.astype(jnp.float32) if z.dtype.itemsize < 4 else z


def by_formula(name: str, z: jax.Array) -> jax.Array:
    """The function of that name compiled by XLA, half precision by way of float32."""
    return of_type(FUNCTIONS[name].formula(JAX, wide(z)), z)


def by_expression(name: str, z: jax.Array) -> jax.Array:
    """The derivative that takes arithmetic, in XLA; half precision by way of float32."""
    return of_type(FUNCTIONS[name].derivative(_made, wide(z)), z)


def _derivative(function: Function) -> Operation:
    """Its derivative as a function that can itself be differentiated."""
    if not function.arithmetic:
        return lambda z: function.derivative(_made, z)
    # JAX has no float64 unless asked for; the core behind the callback always has.
    expression = partial(by_expression, function.name)
    return operation(
        f"{function.name}_slope",
        partial(in_float64, function.name),
        expression,
        lambda t, z: jax.jvp(expression, (z,), (t,))[1],
    )


def differentiable(function: Function) -> Callable[[Any], jax.Array]:
    """The JAX face of a function of one argument."""
    name, derivative = function.name, _derivative(function)

    def change(t: jax.Array, z: jax.Array) -> jax.Array:
        if z.dtype == jnp.float16:  # whose range the derivative alone may leave
            return of_type(wide(t) * derivative(wide(z)), z)
        return t * derivative(z)

    computed = operation(name, function.ufunc, partial(by_formula, name), change)

    def face(z: Any) -> jax.Array:
        return computed(as_floats(z, name))

    face.__name__ = face.__qualname__ = name
    face.__module__ = "verhulst.jax"
    face.__doc__ = f"""{function.meaning}

    Parameters
    ----------
    z : array_like
        Any shape; float16, bfloat16, float32, float64 stay what they are, integers become JAX's float.

    Returns
    -------
    jax.Array
        Of z's shape; on the CPU to the last bit what `verhulst.{name}` gives, elsewhere as exact as the device's own
        exp, log1p and erfc.

    Notes
    -----
    First and second derivatives are rules of their own, from z: they keep their digits in the tails. Works under
    `jax.jit`, `jax.vmap`, `jax.grad`, `jax.jvp`, `jax.shard_map` and their compositions.
    """
    setattr(_made, name, face)
    return face
