"""What JAX does with operations: types, transformations, devices, repeated calls."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import verhulst as vh
import verhulst.jax as vj
from verhulst.functions._registry import FUNCTIONS

INF = float("inf")
Function = Callable[..., Any]
OF_LABELS: dict[str, Function] = {
    "binary_cross_entropy": lambda z: vj.binary_cross_entropy(z, 0.25),
    "binary_cross_entropy_gradient": lambda z: vj.binary_cross_entropy_gradient(z, 0.25),
}
OVER_AXIS: dict[str, Function] = {name: getattr(vj, name) for name in ("softmax", "log_softmax", "logsumexp")}
OF_SLOPES: dict[str, Function] = {
    name: getattr(vj, name) for name in ("leaky_relu", "leaky_relu_derivative", "elu", "elu_derivative")
}
ALL: dict[str, Function] = {name: getattr(vj, name) for name in FUNCTIONS} | OF_LABELS | OF_SLOPES | OVER_AXIS


@pytest.mark.parametrize("name", ALL)
def test_types(name: str) -> None:
    f = ALL[name]
    for dtype in ("bfloat16", "float16", "float32"):
        assert f(jnp.array([-0.25, -0.5], dtype)).dtype == dtype
    for integers in ([-1, -2], np.int8([-1, -2]), np.array([True]), jnp.uint8([1])):
        assert f(integers).dtype == np.float32
    with jax.enable_x64(True):
        assert f(np.array([-0.25])).dtype == np.float64
        assert f([1, 2]).dtype == np.float64
    if name not in OVER_AXIS:
        assert f(0.25).weak_type == f(1).weak_type == jnp.exp(0.25).weak_type
        assert (f(0.25) * jnp.ones(1, jnp.bfloat16)).dtype == jnp.bfloat16
    assert not f(jnp.float32(0.25)).weak_type
    assert f(jnp.ones(2, jnp.int4)).dtype == np.float32
    for wrong in (jnp.array([1 + 1j]), jnp.zeros(2, jnp.float8_e4m3fn), np.zeros(2, "c16"), jax.random.key(0)):
        with pytest.raises(TypeError, match=rf"^{name} takes real numbers \(.*\), not (complex|float8|key)"):
            f(wrong)
    if name in OF_LABELS:
        with pytest.raises(TypeError, match=f"y of {name} takes real numbers"):
            getattr(vj, name)(0.5, 1j)


@pytest.mark.parametrize("name", ALL)
def test_where_jax_promotes_nothing_by_itself(name: str) -> None:
    """Values and derivatives under strict promotion, of types and of ranks: what is meant is written down."""
    calls = [ALL[name]]
    if name in OF_SLOPES | OF_LABELS:
        calls += [lambda z, t=t: getattr(vj, name)(z, jnp.ones(2, t)) for t in ("bfloat16", "float32", "int8")]
    with jax.numpy_dtype_promotion("strict"), jax.numpy_rank_promotion("raise"):
        for f in calls:
            for dtype in ("bfloat16", "float16", "float32"):
                z = jnp.array([-0.25, -0.5], dtype)
                first = jax.grad(lambda z, f=f: f(z).sum())
                second = jax.eval_shape(lambda z, first=first: jax.jvp(first, (z,), (z,)), z)
                assert {f(z).dtype, *(t.dtype for t in second)} == {z.dtype}


@pytest.mark.parametrize("name", ALL)
def test_a_second_call_compiles_nothing(name: str) -> None:
    z = jnp.array([0.25, 0.5, 0.75], jnp.float32)
    first = ALL[name](z)
    with jax.no_tracing(True):
        np.testing.assert_array_equal(ALL[name](z), first)
    with jax.disable_jit():
        np.testing.assert_array_equal(ALL[name](z), first)


# One of each kind: a derivative that is a function, one that takes arithmetic, labels, an axis.
KINDS = ("sigmoid", "gelu", "elu", "binary_cross_entropy", "softmax", "log_softmax", "logsumexp")


@pytest.mark.parametrize("name", KINDS)
def test_transformations(name: str) -> None:
    """All give what `grad` gives: forward and reverse, mapped, compiled, recomputed, in memory that is given away."""
    f = ALL[name]
    z, v = (
        jnp.array([[0.25, 0.5, 0.75]] * 2, jnp.float32),
        jnp.array([[1.0, -2.0, 0.5], [0.5, 0.25, -3.0]], jnp.float32),
    )
    loss = lambda z: (f(z) ** 2).sum()  # noqa: E731
    gradient = jax.grad(loss)(z)
    for same in (jax.jit(jax.grad(loss)), jax.grad(jax.checkpoint(loss))):
        np.testing.assert_allclose(same(z), gradient, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(jax.jvp(loss, (z,), (v,))[1], (gradient * v).sum(), rtol=2e-6)
    of_row = jax.grad(lambda row: (f(row) ** 2).sum())
    np.testing.assert_allclose(jax.vmap(of_row, in_axes=1)(z.T), gradient, rtol=1e-6, atol=1e-7)
    hessian = jax.hessian(loss)(z)  # forward over reverse
    slope = lambda z: (jax.grad(loss)(z) * v).sum()  # noqa: E731
    np.testing.assert_allclose(jax.grad(slope)(z), jnp.einsum("abcd,cd", hessian, v), rtol=1e-5, atol=1e-6)
    donated = f if name != "logsumexp" else lambda z: f(z, keepdims=True) + 0 * z
    np.testing.assert_array_equal(jax.jit(donated, donate_argnums=0)(z + 0), donated(z))
    np.testing.assert_array_equal(jax.vmap(f)(z), f(z))
    integer, change = jax.jvp(f, (jnp.arange(1, 3),), (np.zeros(2, jax.dtypes.float0),))
    assert integer.dtype == change.dtype == np.float32
    np.testing.assert_array_equal(change, jnp.zeros_like(change))


@pytest.mark.parametrize("name", KINDS)
def test_other_devices_call_nobody_back(name: str) -> None:
    """Exported for another platform, a function and its gradient are XLA's own operations."""
    z = jnp.zeros((2, 3), jnp.float32)
    called = re.compile(r"custom_call @\w*callback")
    for f in (ALL[name], jax.grad(lambda z: ALL[name](z).sum())):
        assert called.search(jax.jit(f).lower(z).as_text())
        assert not called.search(jax.export.export(jax.jit(f), platforms=["cuda"])(z).mlir_module())


def test_labels_broadcast_and_have_tangents() -> None:
    z, y = np.linspace(-2, 2, 5, dtype="f4")[:, None], np.array([0.0, 1.0, 0.5], "f4")
    for name in ("binary_cross_entropy", "binary_cross_entropy_gradient"):
        f, expected = getattr(vj, name), getattr(vh, name)(z, y)
        np.testing.assert_array_equal(f(z, y), expected)
        np.testing.assert_array_equal(f(z, y.tolist()), expected)
        np.testing.assert_array_equal(jax.vmap(f, (0, None))(z, y), expected)
        np.testing.assert_array_equal(jax.vmap(f, (None, 0), 1)(z[:, 0], y), expected)
        with pytest.raises(ValueError, match="shapes"):
            f(z[:2, 0], y)
        integer = jax.jvp(f, (z[:, 0], np.ones(5, int)), (np.ones(5, "f4"), np.zeros(5, jax.dtypes.float0)))
        np.testing.assert_array_equal(integer[1], jax.jvp(lambda z, f=f: f(z, 1), (z[:, 0],), (np.ones(5, "f4"),))[1])
    slopes = jax.grad(lambda y: vj.binary_cross_entropy(z, y).sum())(y)
    np.testing.assert_allclose(slopes, -z.sum() * np.ones(3), atol=1e-6)
    assert jax.grad(vj.binary_cross_entropy_gradient, 1)(0.5, 0.25) == -1


@pytest.mark.parametrize("name", OF_SLOPES)
def test_slopes_may_be_arrays(name: str) -> None:
    f, z, given = OF_SLOPES[name], jnp.array([-3.0, -0.5, 0.0, 2.0], jnp.float32), jnp.float32([[0.5], [2.0]])
    np.testing.assert_array_equal(f(z, given), getattr(vh, name)(np.asarray(z), np.asarray(given)))
    np.testing.assert_array_equal(jax.jit(f)(z, 0.5), f(z, jnp.float32(0.5)))
    assert f(z.astype(jnp.bfloat16), given).dtype == jnp.bfloat16
    for slope in (0.5, 2.0):
        by_number = jax.grad(lambda z, slope=slope: f(z, slope).sum())(z)
        by_array = jax.grad(lambda z, slope=slope: f(z, jnp.float32(slope)).sum())(z)
        np.testing.assert_array_equal(by_number, by_array)
        change = jax.grad(lambda given: f(z, given).sum())(jnp.float32(slope))
        np.testing.assert_allclose(change, (f(z, 1.0 + slope) - f(z, slope)).sum(), rtol=1e-5)
    with pytest.raises(TypeError, match=f"(slope|alpha) of {name} takes real numbers"):
        f(z, 1j)


@pytest.mark.parametrize("logits", [[1.0, 2.0, 3.0], [300.0, 0.0, 0.0], [1.0, 2.0, -INF]])
def test_infinite_directions(logits: list[float]) -> None:
    """Forward and reverse: infinite for its own class, and for the others with the other sign."""
    z = jnp.array(logits, jnp.float32)
    for k in range(3):
        for infinite in (INF, -INF):
            v = jnp.zeros(3).at[k].set(infinite)
            expected = np.where(np.arange(3) == k, infinite, -infinite)
            for f in (vj.softmax, vj.log_softmax):
                np.testing.assert_array_equal(jax.vjp(f, z)[1](v)[0], expected)
                np.testing.assert_array_equal(jax.jvp(f, (z,), (v,))[1], expected)
                many = jax.vmap(lambda z, v, f=f: jax.vjp(f, z)[1](v)[0])(
                    jnp.stack([z, z]), jnp.stack([v, jnp.zeros(3)])
                )
                np.testing.assert_array_equal(many[0], expected)
                assert np.isfinite(many[1]).all()
    slopes = jax.vjp(vj.logsumexp, z)[1](jnp.float32(INF))[0]
    np.testing.assert_array_equal(slopes[np.isfinite(logits)], INF)


def test_one_class_and_no_class() -> None:
    for shape, axis in (((3, 1), 1), ((3, 0), 1), ((), None), ((2, 3), ()), ((2, 3), [1, 0])):
        z = np.zeros(shape, np.float32)
        for name, f in OVER_AXIS.items():
            got = f(z, axis)
            np.testing.assert_array_equal(got, getattr(vh, name)(z, axis))
            assert jax.grad(lambda z, f=f, axis=axis: f(z, axis).sum())(z).shape == shape
    with pytest.raises(np.exceptions.AxisError):
        vj.softmax(np.zeros(3), 1)
    with pytest.raises(TypeError, match=r"axis must be an integer, several, or None, not 1\.5"):
        vj.logsumexp(np.zeros(3), 1.5)


ON_TWO_DEVICES = """
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import NamedSharding, PartitionSpec as P
import verhulst.jax as vj
mesh = jax.make_mesh((2,), ("d",), axis_types=(jax.sharding.AxisType.Auto,))
z, y = np.linspace(-3, 3, 24, dtype="f4").reshape(8, 3), np.linspace(0, 1, 8, dtype="f4")[:, None]
twice = np.concatenate([y[:4], y[:4]])
for f, inputs, specs, whole in (
    (vj.sigmoid, (z,), (P("d"),), (z,)),
    (vj.softmax, (z,), (P("d"),), (z,)),
    (vj.binary_cross_entropy, (z, y), (P("d"), P("d")), (z, y)),
    (vj.binary_cross_entropy, (z, y[:4]), (P("d"), P()), (z, twice)),
):
    mapped = jax.shard_map(f, mesh=mesh, in_specs=specs, out_specs=P("d"))
    compiled, expected = jax.jit(mapped), f(*whole)
    np.testing.assert_array_equal(mapped(*inputs), expected)
    np.testing.assert_array_equal(compiled(*inputs), expected)
    slope = lambda f, inputs: jax.grad(lambda z: (f(z, *inputs[1:]) * z**2).sum())(z)
    for g in (mapped, compiled):
        np.testing.assert_allclose(slope(g, inputs), slope(f, whole), rtol=1e-6, atol=1e-6)
for f in (vj.sigmoid, vj.softmax):
    sharded, g = jax.device_put(z, NamedSharding(mesh, P("d"))), jax.grad(lambda z: f(z)[:, 0].sum())
    for call in (f, jax.jit(f), g, jax.jit(g)):
        got = call(sharded)
        assert got.sharding.is_equivalent_to(sharded.sharding, 2), (f, call, got.sharding)
        np.testing.assert_array_equal(got, call(z))
z = z.reshape(4, 6)
with jax.set_mesh(jax.make_mesh((2,), ("d",), axis_types=(jax.sharding.AxisType.Explicit,))):
    for spec in (P("d"), P(None, "d")):
        for f in (vj.softmax, vj.logsumexp, lambda z: vj.binary_cross_entropy(z, 0.25)):
            spread, g = jax.device_put(z, spec), jax.jit(jax.value_and_grad(lambda z: (f(z) ** 2).sum()))
            for got, expected in zip(g(spread), g(z)):
                np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6)
"""


def test_on_two_devices() -> None:
    """shard_map and its gradient, whether compiled or not; a result lies where its argument lies."""
    # Not added to flags that are set: XLA reads none after a word without dashes, which benchmarks/ sets.
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", ON_TWO_DEVICES], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


NO_REAL_NUMBERS: dict[str, Any] = {
    "NoneType": None,
    "str": "1",
    "list": [[1.0], [1.0, 2.0]],
    "object": np.array([1.0, None]),
    "datetime64": np.zeros(2, "M8[s]"),
    "float128": np.zeros(2, np.longdouble),
    "void": np.zeros(2, [("a", float)]),
    "complex64": np.complex64(1 + 2j),
    "float8": jnp.zeros(2, jnp.float8_e5m2),
    "a masked array": np.ma.array([1.0]),
    "int": 10**400,
}


@pytest.mark.parametrize("given", NO_REAL_NUMBERS)
def test_what_is_no_array_of_real_numbers_is_refused_by_name(given: str) -> None:
    x = NO_REAL_NUMBERS[given]
    roads: dict[str, Function] = {name: getattr(vj, name) for name in (*FUNCTIONS, *OF_SLOPES, *OVER_AXIS, *OF_LABELS)}
    roads = {name: (lambda x, f=f: f(x, 0.5)) if name in OF_LABELS else f for name, f in roads.items()}
    roads |= {f"y of {name}": lambda y, name=name: getattr(vj, name)(0.5, y) for name in OF_LABELS}
    for name, road in roads.items():
        with pytest.raises(TypeError, match=f"^{name} takes real numbers .* not {given}"):
            road(x)
    for name, f in OF_SLOPES.items():
        with pytest.raises((TypeError, ValueError), match=f"^(slope|alpha) of {name} "):
            f(0.5, x)


@pytest.mark.parametrize("x64", [False, True])
def test_numbers_mean_what_they_say(x64: bool) -> None:
    """Integers of 64 bits are not wrapped around to 32, and bytes may be in the other order."""
    with jax.enable_x64(x64):
        for large in (np.array([2**40, -(2**40)]), np.array([2**40, -(2**40)], ">i8")):
            np.testing.assert_array_equal(vj.sigmoid(large), [1.0, 0.0])
            assert np.isnan(vj.binary_cross_entropy(0.5, large)).all()
        assert vj.relu(2**70) == 2.0**70
        assert vj.relu(np.uint64(2**63)) == 2.0**63
        swapped = np.array([-1.5, 0.5], ">f4")
        np.testing.assert_array_equal(vj.sigmoid(swapped), vj.sigmoid(swapped.astype("f4")))


def test_shapes_that_do_not_fit_are_told_by_name() -> None:
    z, other = jnp.zeros((2, 3)), jnp.zeros(2)
    for name in OF_LABELS:
        with pytest.raises(ValueError, match=rf"y of {name} must broadcast .* \(2,\) and \(2, 3\)"):
            getattr(vj, name)(z, other)
    for name, f in OF_SLOPES.items():
        with pytest.raises(ValueError, match=rf"(slope|alpha) of {name} must broadcast .* \(2,\) and \(2, 3\)"):
            f(z, other)


def test_debugging_finds_the_operation_that_made_a_nan() -> None:
    with jax.debug_nans(True):
        for f in (vj.logit, jax.jit(vj.logit)):
            with pytest.raises(FloatingPointError, match="verhulst_logit"):
                f(2.0)
