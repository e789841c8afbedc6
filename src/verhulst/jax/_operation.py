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

from verhulst.jax._environment import in_the_environment_of_import

Operation = Callable[..., jax.Array]
FORMATS = ("bfloat16", "float16", "float32", "float64")


def operation(
    name: str,
    on_cpu: Callable[..., Any],
    elsewhere: Operation,
    *changes: Operation,
    static: tuple[str, ...] = (),
    sums: bool = False,
) -> Operation:
    """The operation that on the CPU is `on_cpu` of NumPy arrays, on other devices `elsewhere`.

    The result has the type of the first argument; all have one shape, but for the axis that an operation which `sums`
    leaves with length 1. `changes` are the products of a direction in each argument and the derivative:
    change(direction, *arguments). All take the `static` arguments by name; an `axis` among them counts from 0.
    """
    primitive = Primitive(f"verhulst_{name}")
    primitive.def_abstract_eval(lambda z, *others, **given: _summed(z, **given) if sums else z)
    primitive.def_impl(compiled_once(primitive, static))
    mlir.register_lowering(primitive, mlir.lower_fun(elsewhere, multiple_results=False))
    called = mlir.lower_fun(partial(_called_back, on_cpu, sums), multiple_results=False)
    mlir.register_lowering(primitive, called, platform="cpu")

    def batched(arrays: Any, places: Any, **given: Any) -> tuple[jax.Array, int]:
        if "axis" in given:
            given["axis"] += 1
        return primitive.bind(*in_front(arrays, places), **given), 0

    batching.primitive_batchers[primitive] = batched
    ad.defjvp(primitive, *changes)
    return lambda *arguments, **given: primitive.bind(*varying_alike(arguments), **given)


def compiled_once(primitive: Primitive, static: tuple[str, ...]) -> Operation:
    """The primitive outside `jax.jit`: compiled for each shape. Under `jax.disable_jit` too: it would call itself."""

    def bind(*arguments: jax.Array, **given: Any) -> Any:
        return primitive.bind(*arguments, **given)

    bind.__qualname__ = primitive.name
    bind._apply_primitive = True  # type: ignore[attr-defined]  # so jax.debug_nans knows it: it runs others step by step
    compiled = jax.jit(bind, static_argnames=static)

    def evaluate(*arguments: jax.Array, **given: Any) -> Any:
        with jax.disable_jit(False):
            return compiled(*arguments, **given)

    return evaluate


def _summed(z: Any, axis: int) -> Any:
    return jax.make_jaxpr(lambda z: z.sum(axis, keepdims=True))(z).out_avals[0]


def _called_back(function: Callable[..., Any], sums: bool, z: jax.Array, *others: jax.Array, **given: Any) -> jax.Array:
    shape = list(z.shape)
    if sums:
        shape[given["axis"]] = 1
    result = jax.ShapeDtypeStruct(shape, z.dtype)

    def called(*arrays: Any) -> Any:
        return in_the_environment_of_import(partial(function, **given), *map(np.asarray, arrays))

    made = jax.pure_callback(called, result, z, *others)
    if not z.size:
        return made
    return shard_alike(_one_of(z, given["axis"]) if sums else z, made)[1]


def _one_of(z: jax.Array, axis: int) -> jax.Array:
    """The first along the axis, along which it must not be spread over a mesh with explicit axes."""
    spec = jax.typeof(z).sharding.spec
    if spec[axis] is not None:
        z = jax.sharding.reshard(z, jax.sharding.PartitionSpec(*spec[:axis], None, *spec[axis + 1 :]))
    return jax.lax.slice_in_dim(z, 0, 1, axis=axis)


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


def as_array(x: Any, name: str) -> jax.Array:
    """The argument as an array of real numbers; integers that JAX's own would wrap around as floats."""
    takes = f"{name} takes real numbers ({', '.join(FORMATS)}, integers), not"
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{takes} a masked array: fill it first")
    try:
        x = float(x) if type(x) is int else x
        x = np.asarray(x) if hasattr(x, "__array__") and not isinstance(x, jax.Array) else jnp.asarray(x)
    except jax.errors.JaxRuntimeError:  # of the device, not of what was given
        raise
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise TypeError(f"{takes} {type(x).__name__}: {error}") from None
    if not is_real(x):
        raise TypeError(f"{takes} {x.dtype.name}")
    if isinstance(x, np.ndarray):
        wraps = x.dtype.kind in "iu" and x.itemsize == 8
        x = jnp.asarray(x.astype(np.float64 if wraps else x.dtype.newbyteorder("="), copy=False))
    return x


def as_floats(z: Any, name: str) -> jax.Array:
    """The argument as an array of floating-point numbers; integers become JAX's float."""
    z = as_array(z, name)
    if not is_integer(z):
        return z
    return z * 1.0 if z.weak_type else z.astype(jnp.result_type(float))


def broadcast_shape(z: jax.Array, other: jax.Array, name: str) -> tuple[int, ...]:
    """The common shape of z and another argument."""
    try:
        return jnp.broadcast_shapes(z.shape, other.shape)
    except ValueError:
        raise ValueError(f"{name} must broadcast against z: their shapes are {other.shape} and {z.shape}") from None


def is_real(x: Any) -> bool:
    """Whether the array is of numbers that the functions take."""
    return x.dtype.name in FORMATS or is_integer(x)


def is_integer(x: Any) -> bool:
    """Whether the array is of integers or truth values."""
    return bool(jnp.issubdtype(x.dtype, jnp.integer) or x.dtype == jnp.bool_)


def of_type(x: jax.Array, like: Any) -> jax.Array:
    """The array in the type of another, or in JAX's type of numbers; `astype` alone would make a weak type strong."""
    return x if x.dtype == like.dtype else x.astype(like.dtype)
