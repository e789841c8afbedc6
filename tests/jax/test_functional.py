"""verhulst.jax: the bits of the core on the CPU, derivatives of their own, under every transformation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

import verhulst as vh
import verhulst.jax as vj
from verhulst.functions._registry import FUNCTIONS

NAMES = sorted(FUNCTIONS)
DTYPES = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
INF = float("inf")
RANGES = {(-INF, INF): (-40, 40), (0, 1): (0.01, 0.99), (0, INF): (0.05, 30), (-INF, 0): (-0.05, -30)}


@pytest.fixture(autouse=True)
def both_precisions() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def domain(name: str, dtype: Any = np.float64, n: int = 41) -> np.ndarray[Any, Any]:
    return np.linspace(*RANGES[FUNCTIONS[name].domain], n).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: np.dtype(d).name)
@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_the_core(name: str, dtype: Any) -> None:
    z = domain(name, dtype)
    got = getattr(vj, name)(z)
    assert got.dtype == dtype
    np.testing.assert_array_equal(np.asarray(got).view(f"u{z.itemsize}"), getattr(vh, name)(z).view(f"u{z.itemsize}"))


@pytest.mark.parametrize("name", NAMES)
def test_transformations_agree(name: str) -> None:
    function = getattr(vj, name)
    z = domain(name, n=5)
    first = jax.vmap(jax.grad(function))(z)
    np.testing.assert_array_equal(jax.jit(function)(z), function(z))
    np.testing.assert_array_equal(jax.vmap(function)(z[:, None])[:, 0], function(z))
    np.testing.assert_array_equal(jax.jit(jax.vmap(jax.grad(function)))(z), first)
    np.testing.assert_array_equal(jax.jvp(function, (z,), (jnp.ones(5),))[1], first)
    second = jax.vmap(jax.grad(jax.grad(function)))(z)
    np.testing.assert_allclose(jnp.diagonal(jax.jacfwd(jax.grad(lambda t: function(t).sum()))(z)), second, rtol=1e-14)


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if not function.arithmetic])
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
def test_gradient_is_the_derivative_to_the_last_bit(name: str, dtype: Any) -> None:
    z = domain(name, dtype)
    slope = FUNCTIONS[name].derivative(vh, z)
    normal = (slope == 0) | (
        np.abs(slope) >= np.finfo(dtype).tiny
    )  # XLA flushes the subnormal product with the cotangent
    np.testing.assert_array_equal(jax.vmap(jax.grad(getattr(vj, name)))(z)[normal], slope[normal])


def test_tails_keep_their_gradient_where_jax_loses_it() -> None:
    assert float(jax.grad(vj.sigmoid)(np.float32(20))) == float(vh.sigmoid_derivative(np.float32(20))) > 0
    assert float(jax.grad(jax.nn.sigmoid)(np.float32(20))) == 0
    assert float(vj.sigmoid(np.float32(-100))) == float(vh.sigmoid(np.float32(-100))) > 0


def test_single_precision_mode_and_integers() -> None:
    with jax.enable_x64(False):
        assert vj.sigmoid(2).dtype == np.float32
        assert vj.sigmoid(np.float64(2)).dtype == np.float32
    assert vj.sigmoid(jnp.asarray(2)).dtype == np.float64
    assert vj.sigmoid(jnp.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("name", NAMES)
def test_formulas_for_other_devices_agree(name: str) -> None:
    from verhulst.jax._differentiable import by_formula

    z = domain(name, n=2001)
    expected = np.asarray(getattr(vj, name)(z))
    scale = np.abs(expected)
    if name in ("silu_derivative", "gelu_derivative"):
        scale = np.maximum(scale, 0.25)
    if name in ("softplus_inverse", "logit"):
        scale = np.maximum(scale, 2e-2)
    if name.startswith("gelu"):
        z, expected, scale = z[np.abs(z) < 30], expected[np.abs(z) < 30], scale[np.abs(z) < 30]
    # erfc magnifies the rounding of its argument; XLA's own log, log1p and atanh are off by 100 ULP in places.
    limit = 1000 if name.startswith("gelu") else 120
    error = np.abs(np.asarray(by_formula(name, jnp.asarray(z))) - expected) / np.maximum(scale, 1e-300)
    assert error.max() <= limit * 2.3e-16


def test_binary_cross_entropy() -> None:
    z = np.array([-20.0, -40.0, INF, -INF, 3.0])
    y = np.array([0.0, 0.0, 1.0, 0.0, 0.25])
    np.testing.assert_array_equal(vj.binary_cross_entropy(z, y), vh.binary_cross_entropy(z, y))
    gradient = jax.jit(jax.vmap(jax.grad(vj.binary_cross_entropy)))(z, y)
    np.testing.assert_array_equal(gradient, vh.binary_cross_entropy_gradient(z, y))
    np.testing.assert_array_equal(vj.binary_cross_entropy_gradient(z, y), gradient)
    second = jax.vmap(jax.grad(jax.grad(vj.binary_cross_entropy)))(z, y)
    np.testing.assert_array_equal(second, vh.sigmoid_derivative(z))
    assert float(jax.grad(vj.binary_cross_entropy, argnums=1)(3.0, 0.5)) == -3.0
    assert vj.binary_cross_entropy(np.zeros((2, 3), np.float32), 1).dtype == np.float32


def test_softmax_family() -> None:
    z = np.array([[17.0, 0.0, -3.0], [1.0, 1.0, 1.0]])
    np.testing.assert_allclose(vj.softmax(z), vh.softmax(z), rtol=1e-15)
    np.testing.assert_allclose(vj.log_softmax(z), vh.log_softmax(z), rtol=1e-15)
    np.testing.assert_allclose(vj.logsumexp(z), vh.logsumexp(z), rtol=1e-15)
    np.testing.assert_allclose(
        jax.grad(lambda t: vj.log_softmax(t)[0, 0])(z)[0], np.eye(3)[0] - vh.softmax(z)[0], atol=1e-15
    )


def test_softmax_family_everywhere() -> None:
    """As the core at special values, over any axes, and however far the logits are apart."""
    nan = float("nan")
    rows = [[INF, 0], [INF, INF], [INF, -INF], [-INF, 0], [-INF, -INF], [nan, 0], [INF, nan], [0, -40], [-1e-20, -700]]
    rows += [[1e308, -1e308], [453.07364, -171.21], [3.3, 700.1], [INF, 1], [nan, nan]]
    cube = np.random.default_rng(3).normal(size=(2, 3, 4))
    cases = [(np.array([[*row, -INF] for row in rows]), -1), (np.array([[1.0], [INF], [-INF], [nan]]), -1)]
    cases += [(cube, axis) for axis in (-2, (0, 2), (2, 0), (), None)] + [(np.float64(2), -1), (np.zeros((3, 0)), -1)]
    names = ("softmax", "log_softmax", "logsumexp")
    results = jax.jit(lambda: [[getattr(vj, name)(z, axis) for z, axis in cases] for name in names])()
    for name, got in zip(names, results, strict=True):
        for (z, axis), numbers in zip(cases, got, strict=True):
            np.testing.assert_allclose(numbers, getattr(vh, name)(z, axis), rtol=2e-15, err_msg=f"{name} {z} {axis}")


def test_float16_keeps_what_an_outer_gradient_brings_back() -> None:
    z = jnp.array([-20.0, -12.0, 20.0], jnp.float16)
    outer = jnp.full(3, 4096.0, jnp.float16)
    slopes = vh.sigmoid_derivative(np.asarray(z, float))
    for function in (vj.sigmoid, lambda t: vj.binary_cross_entropy_gradient(t, 0.0)):
        got = jax.vjp(function, z)[1](outer)[0]  # subnormal numbers of float16, to half a unit
        np.testing.assert_allclose(np.asarray(got, float), 4096 * slopes, rtol=2**-10.99, atol=2**-24.99)
    got = jax.vjp(lambda t: vj.binary_cross_entropy(t, 0.0), z)[1](outer)[0]
    expected = 4096 * vh.sigmoid(np.asarray(z, float))
    np.testing.assert_allclose(np.asarray(got, float), expected, rtol=2**-10.99, atol=2**-24.99)


def test_no_label_has_no_derivatives() -> None:
    z, labels = np.ones(3), np.array([-0.1, 1.1, float("nan")])
    loss = lambda z: vj.binary_cross_entropy(z, labels).sum()  # noqa: E731
    third = jax.grad(lambda z: jnp.diagonal(jax.hessian(loss)(z)).sum())
    for derivative in jax.jit(lambda z: (jax.grad(loss)(z), jnp.diagonal(jax.hessian(loss)(z)), third(z)))(z):
        assert np.isnan(derivative).all()


@pytest.mark.parametrize("of_z", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("of_y", ["bfloat16", "float16", "float32"])
def test_labels_of_another_type_that_move_or_stand_still(of_z: str, of_y: str) -> None:
    """The logit is not rounded to the type of the label; 0 times an infinite logit is 0."""
    with jax.numpy_dtype_promotion("strict"):
        z = jnp.array([0.3, -3e4, 1e30, -1e30, np.inf, -np.inf], jnp.float32).astype(of_z)
        z, y = jnp.tile(z, 3), jnp.repeat(jnp.array([0.0, 0.25, 1.0], of_y), 6)
        loss, one, zero = vj.binary_cross_entropy, jnp.ones(18, of_y), jnp.zeros(18, of_y)
        change = lambda by_z, by_y: jax.jvp(loss, (z, y), (by_z, by_y))[1]  # noqa: E731
        moved = change(jnp.zeros_like(z), one)
        np.testing.assert_array_equal(moved, -z)
        still = change(jnp.ones_like(z), zero)
        np.testing.assert_array_equal(still, vj.binary_cross_entropy_gradient(z, y))
        pulled = jax.vjp(loss, z, y)[1](jnp.zeros_like(z))
        assert all((t == 0).all() for t in pulled)
        assert pulled[1].dtype == of_y


def test_in_training() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = (rng.random(200) < vh.sigmoid(X @ np.array([1.0, -2.0, 0.5]))).astype(float)

    @jax.jit
    def newton(b: Any) -> Any:
        loss = lambda b: vj.binary_cross_entropy(X @ b, y).sum()  # noqa: E731
        return b - jnp.linalg.solve(jax.hessian(loss)(b), jax.grad(loss)(b))

    b = jnp.zeros(3)
    for _ in range(8):
        b = newton(b)
    score = X.T @ (vh.sigmoid(X @ np.asarray(b)) - y)
    assert np.abs(score).max() < 1e-12
