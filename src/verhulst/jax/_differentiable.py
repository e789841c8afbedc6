"""From a kernel and its derivative to a JAX function.

On the CPU the compiled core is called back, so the bits are those of NumPy's face, subnormals included (XLA's own CPU
functions flush them and are off by up to 7 ULP); on other devices the formula is compiled by XLA. Either way the
derivative is a rule of its own, computed from the argument.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfc

from verhulst.functions._registry import FUNCTIONS, Function
from verhulst.functions.derivatives import in_float64
from verhulst.functions.formulas import Namespace, beside_functions

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


def by_callback(ufunc: Callable[..., Any], z: jax.Array) -> jax.Array:
    """An elementwise NumPy function on a JAX array, under jit and vmap too."""
    result = jax.ShapeDtypeStruct(z.shape, z.dtype)
    return jax.pure_callback(lambda a: ufunc(np.asarray(a)), result, z, vmap_method="expand_dims")


def by_formula(name: str, z: jax.Array) -> jax.Array:
    """The function of that name compiled by XLA, half precision by way of float32."""
    if z.dtype.itemsize < 4:
        return FUNCTIONS[name].formula(JAX, z.astype(jnp.float32)).astype(z.dtype)
    return FUNCTIONS[name].formula(JAX, z)


def by_expression(name: str, z: jax.Array) -> jax.Array:
    """The derivative that takes arithmetic, in XLA; half precision by way of float32."""
    if z.dtype.itemsize < 4:
        return FUNCTIONS[name].derivative(_made, z.astype(jnp.float32)).astype(z.dtype)
    return FUNCTIONS[name].derivative(_made, z)


def _derivative(function: Function) -> Callable[[jax.Array], jax.Array]:
    """Its derivative as a function that can itself be differentiated."""
    if not function.arithmetic:
        return lambda z: function.derivative(_made, z)
    name = function.name

    # JAX has no float64 unless asked for; the core behind the callback always has.
    @jax.custom_jvp
    def rounded_once(z: jax.Array) -> jax.Array:
        return jax.lax.platform_dependent(
            z, cpu=lambda z: by_callback(partial(in_float64, name), z), default=partial(by_expression, name)
        )

    @rounded_once.defjvp
    def _(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
        return rounded_once(*primals), jax.jvp(partial(by_expression, name), primals, tangents)[1]

    return rounded_once


def differentiable(function: Function) -> Callable[[Any], jax.Array]:
    """The JAX face of a function of one argument."""
    name, derivative = function.name, _derivative(function)

    @jax.custom_jvp
    def primitive(z: jax.Array) -> jax.Array:
        return jax.lax.platform_dependent(
            z, cpu=lambda z: by_callback(function.ufunc, z), default=lambda z: by_formula(name, z)
        )

    @primitive.defjvp
    def _(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
        (z,), (t,) = primals, tangents
        if z.dtype == jnp.float16:  # whose range the derivative alone may leave
            change = t.astype(jnp.float32) * derivative(z.astype(jnp.float32))
            return primitive(z), change.astype(z.dtype)
        return primitive(z), t * derivative(z)

    def face(z: Any) -> jax.Array:
        z = jnp.asarray(z)
        if not jnp.issubdtype(z.dtype, jnp.floating):
            z = z.astype(jnp.result_type(float))
        return primitive(z)

    face.__name__ = face.__qualname__ = name
    face.__module__ = "verhulst.jax"
    face.__doc__ = f"""{function.meaning}

    Parameters
    ----------
    z : array_like, any shape; float16, bfloat16, float32, float64 stay what they are, integers become JAX's float

    Returns
    -------
    jax.Array of z's shape; on the CPU to the last bit what `verhulst.{name}` gives, elsewhere as
    exact as the device's own exp, log1p and erfc.

    Notes
    -----
    First and second derivatives are rules of their own, from z: they keep their digits in the tails. Works under
    `jax.jit`, `jax.vmap`, `jax.grad`, `jax.jvp` and their compositions.
    """
    setattr(_made, name, face)
    return face
