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
from verhulst.functions.derivatives import DERIVATIVES

NAMES = sorted(DERIVATIVES)
DTYPES = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
INF = float("inf")


@pytest.fixture(autouse=True)
def both_precisions() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def domain(name: str, dtype: Any = np.float64, n: int = 41) -> np.ndarray[Any, Any]:
    if name.startswith("logit"):
        return np.linspace(0.01, 0.99, n).astype(dtype)
    if name.startswith("softplus_inverse"):
        return np.linspace(0.05, 30, n).astype(dtype)
    if name.startswith("log1m_exp"):
        return -np.linspace(0.05, 30, n).astype(dtype)
    return np.linspace(-40, 40, n).astype(dtype)


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


@pytest.mark.parametrize(
    ("name", "derivative"),
    [
        ("sigmoid", vh.sigmoid_derivative),
        ("softplus", vh.sigmoid),
        ("tanh", vh.tanh_derivative),
        ("silu", vh.silu_derivative),
        ("gelu", vh.gelu_derivative),
        ("logit", vh.logit_derivative),
        ("softplus_inverse", vh.softplus_inverse_derivative),
        ("log1m_exp", vh.log1m_exp_derivative),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
def test_gradient_is_the_derivative_to_the_last_bit(name: str, derivative: Any, dtype: Any) -> None:
    z = domain(name, dtype)
    z = z[np.abs(derivative(z)) >= np.finfo(dtype).tiny]  # XLA flushes the subnormal product with the cotangent
    np.testing.assert_array_equal(jax.vmap(jax.grad(getattr(vj, name)))(z), derivative(z))


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
