"""Elementwise operations of JAX over the compiled core.

On the CPU the core is called back, so the bits are those of the NumPy function, subnormals included (XLA's own CPU
functions flush them and are off by up to 7 ULP); on other devices a formula is compiled by XLA. A primitive of its own
is compiled once for each shape, keeps weak types and works on the shards of `jax.shard_map`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.shard_alike import shard_alike
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

Operation = Callable[..., jax.Array]
FORMATS = ("bfloat16", "float16", "float32", "float64")


def operation(name: str, on_cpu: Callable[..., Any], elsewhere: Operation, *changes: Operation) -> Operation:
    """The elementwise operation that on the CPU is `on_cpu` of NumPy arrays, on other devices `elsewhere`.

    The result has the type of the first argument; all have one shape. `changes` are the products of a direction in each
    argument and the derivative: change(direction, *arguments).
    """
    primitive = Primitive(f"verhulst_{name}")
    primitive.def_abstract_eval(lambda z, *others: z)
    primitive.def_impl(jax.jit(primitive.bind))
    mlir.register_lowering(primitive, mlir.lower_fun(elsewhere, multiple_results=False))
    called = mlir.lower_fun(partial(_called_back, on_cpu), multiple_results=False)
    mlir.register_lowering(primitive, called, platform="cpu")
    batching.primitive_batchers[primitive] = lambda arrays, places: (primitive.bind(*in_front(arrays, places)), 0)
    ad.defjvp(primitive, *changes)
    return lambda *arguments: primitive.bind(*varying_alike(arguments))


def _called_back(function: Callable[..., Any], z: jax.Array, *others: jax.Array) -> jax.Array:
    result = jax.ShapeDtypeStruct(z.shape, z.dtype)
    made = jax.pure_callback(lambda *arrays: function(*map(np.asarray, arrays)), result, z, *others)
    return shard_alike(z, made)[1]


def varying_alike(arguments: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
    """The arguments, each varying over the axes of `jax.shard_map` that any varies over."""
    if len({getattr(jax.typeof(x), "vma", None) for x in arguments}) <= 1:
        return arguments
    for other in arguments:  # a selection among equals, which XLA leaves out
        arguments = tuple(jnp.where(other == other, x, x) for x in arguments)
    return arguments


def in_front(arrays: tuple[jax.Array, ...], places: tuple[int | None, ...]) -> list[jax.Array]:
    """The arrays of a `jax.vmap`, of one shape, with the axis that is mapped over first."""
    size = next(x.shape[at] for x, at in zip(arrays, places, strict=True) if at is not None)
    return [
        jnp.broadcast_to(x, (size, *x.shape)) if at is None else jnp.moveaxis(x, at, 0)
        for x, at in zip(arrays, places, strict=True)
    ]


def as_floats(z: Any, name: str) -> jax.Array:
    """The argument as an array of floating-point numbers; integers become JAX's float."""
    z = jnp.asarray(z)
    if z.dtype.name in FORMATS:
        return z
    if z.dtype.kind not in "iub":
        raise TypeError(f"{name} takes real numbers ({', '.join(FORMATS)}, integers), not {z.dtype.name}")
    return z * 1.0 if z.weak_type else z.astype(jnp.result_type(float))


def of_type(x: jax.Array, like: jax.Array) -> jax.Array:
    """The array in the type of another; `astype` alone would make a weak type strong."""
    return x if x.dtype == like.dtype else x.astype(like.dtype)
