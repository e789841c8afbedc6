"""Linear maps of JAX arrays whose transposes are written down, not derived step by step."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from verhulst.jax._operation import Operation, compiled_once, in_front, varying_alike


def linear(name: str, forward: Operation, backward: Operation) -> Operation:
    """The map forward(r, v, axis), linear in v, of v's shape; its transpose is backward(r, g, axis)."""
    there, back = _map(name, forward), _map(f"{name}_transpose", backward)
    ad.primitive_transposes[there] = partial(_transposed, back)
    ad.primitive_transposes[back] = partial(_transposed, there)
    return partial(_bind, there)


def self_adjoint(name: str, forward: Operation) -> Operation:
    """The map forward(r, v, axis), which is its own transpose."""
    there = _map(name, forward)
    ad.primitive_transposes[there] = partial(_transposed, there)
    return partial(_bind, there)


def _map(name: str, rule: Operation) -> Any:
    primitive = Primitive(f"verhulst_{name}")
    primitive.def_abstract_eval(lambda r, v, *, axis: v)
    primitive.def_impl(compiled_once(primitive, ("axis",)))
    mlir.register_lowering(primitive, mlir.lower_fun(rule, multiple_results=False))
    batching.primitive_batchers[primitive] = lambda arrays, places, *, axis: (
        primitive.bind(*in_front(arrays, places), axis=axis + 1),
        0,
    )
    ad.primitive_jvps[primitive] = partial(_changed, primitive, rule)
    return primitive


def _bind(primitive: Any, r: jax.Array, v: jax.Array, axis: int) -> jax.Array:
    return primitive.bind(*varying_alike((r, v)), axis=axis)


def _transposed(other: Any, g: Any, r: jax.Array, v: Any, *, axis: int) -> tuple[Any, Any]:
    return None, g if type(g) is ad.Zero else _bind(other, r, g, axis)


def _changed(primitive: Any, rule: Operation, primals: Any, tangents: Any, *, axis: int) -> tuple[Any, Any]:
    (r, v), (to_r, to_v) = primals, tangents
    changes = []
    if type(to_v) is not ad.Zero:
        changes.append(_bind(primitive, r, to_v, axis))
    if type(to_r) is not ad.Zero:
        changes.append(jax.jvp(lambda r: rule(r, v, axis), (r,), (to_r,))[1])
    return _bind(primitive, r, v, axis), sum(changes[1:], changes[0])
