"""One name, one answer: every face of every function gives the bits of NumPy's, at all special values.

A face evaluates a list of calls, (name, options), on one array, and returns NumPy arrays. A new face is an entry of
FACES; a new function is in the table by being registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import ml_dtypes
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

import verhulst as vh
import verhulst.jax as vj
import verhulst.torch as vt
from verhulst.functions._registry import FUNCTIONS

Array = NDArray[Any]
Call = tuple[str, dict[str, Any]]
Evaluate = Callable[[list[Call], Array], list[Array]]
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = [np.dtype(np.float16), BFLOAT16, np.dtype(np.float32), np.dtype(np.float64)]
INF, NAN = float("inf"), float("nan")


class Face(NamedTuple):
    """A face, and the type that integers become there (None: as NumPy promotes them)."""

    evaluate: Evaluate
    integers: np.dtype[Any] | None = None


def by_numpy(calls: list[Call], z: Array) -> list[Array]:
    return [np.asarray(getattr(vh, name)(z, **options)) for name, options in calls]


# PyTorch


def to_torch(z: Array) -> Tensor:
    if z.dtype != BFLOAT16:
        return torch.from_numpy(z.copy())
    return torch.from_numpy(z.view(np.int16).copy()).view(torch.bfloat16)


def from_torch(t: Tensor) -> Array:
    if t.dtype != torch.bfloat16:
        return t.detach().numpy()
    return t.detach().contiguous().view(torch.int16).numpy().view(BFLOAT16)


def in_torch(transformed: Callable[[Callable[[Tensor], Any], Tensor], Any]) -> Face:
    """The face of `transformed(function, z)`."""

    def evaluate(calls: list[Call], z: Array) -> list[Array]:
        def function(t: Tensor) -> tuple[Tensor, ...]:
            return tuple(getattr(vt, name)(t, **options) for name, options in calls)

        return [from_torch(t) for t in transformed(function, to_torch(z))]

    return Face(evaluate, np.dtype(np.float32))


def with_gradient(function: Callable[[Tensor], Any], z: Tensor) -> Any:
    return function(z.requires_grad_() if z.is_floating_point() else z)


def compiled(function: Callable[[Tensor], Any], z: Tensor) -> Any:
    torch._dynamo.reset()
    return torch.compile(function, fullgraph=True, backend="aot_eager", dynamic=False)(z)


def traced_by_jit(function: Callable[[Tensor], Any], z: Tensor) -> Any:
    return torch.jit.trace(function, (z,), check_trace=False)(z)


# JAX


def in_jax(transformed: Callable[[Callable[[Array], Any]], Callable[[Array], Any]]) -> Face:
    """The face of `transformed(function)(z)`."""

    def evaluate(calls: list[Call], z: Array) -> list[Array]:
        def function(z: Array) -> tuple[Any, ...]:
            return tuple(getattr(vj, name)(z, **options) for name, options in calls)

        with jax.enable_x64(True):
            return [np.asarray(t) for t in transformed(function)(z)]

    return Face(evaluate, np.dtype(np.float64))


def with_tangents(function: Callable[[Array], Any]) -> Callable[[Array], Any]:
    return lambda z: jax.vjp(function, z)[0]


FACES: dict[str, Face] = {
    "jax": in_jax(lambda f: f),
    "jax.jit": in_jax(jax.jit),
    "jax.vjp": in_jax(with_tangents),
    "torch": in_torch(lambda f, z: f(z)),
    "torch with gradients": in_torch(with_gradient),
    "torch strided": in_torch(lambda f, z: f(torch.stack((z, z), -1)[..., 0])),
    "torch compiled": in_torch(compiled),
    "torch make_fx": in_torch(lambda f, z: make_fx(f)(z)(z)),
    "torch functionalized": in_torch(lambda f, z: torch.func.functionalize(f)(z)),
    "torch.jit.trace": in_torch(traced_by_jit),
}

# What is asked

PARAMETERS: dict[str, list[dict[str, float]]] = {
    "leaky_relu": [{}, {"slope": 0.3}, {"slope": -2.0}, {"slope": 1e40}, {"slope": INF}],
    "elu": [{}, {"alpha": 0.3}, {"alpha": -2.0}, {"alpha": 257.0}],
}
PARAMETERS |= {f"{name}_derivative": options for name, options in PARAMETERS.items()}
OF_NUMBERS: list[Call] = [(name, {}) for name in FUNCTIONS] + [
    (name, options) for name, given in PARAMETERS.items() for options in given
]
VALUES = [
    0.0,
    0.25,
    0.5,
    1.0,
    2.0,
    6.25,
    8.4,
    17.4,
    37.5,
    40.0,
    88.8,
    104.0,
    710.0,
    746.0,
    1e-3,
    1e-40,
    1e-310,
    6e4,
    INF,
]
VALUES = [NAN, *(sign * v for v in VALUES for sign in (1, -1))]
ROWS = [
    [1.0, 2.0, 3.0], [40.0, 0.0, 0.0], [17.0, 0.0, -1.0], [0.0, -40.0, -90.0], [1e4, 0.0, -1e4], [-0.0, 0.0, -0.0],
    [INF, 0.0, 1.0], [INF, INF, 0.0], [-INF, -INF, -INF], [-INF, 0.0, 0.0], [NAN, 0.0, 1.0], [NAN, INF, -INF],
]  # fmt: skip
AXES: list[Any] = [0, 1, 2, -1, (0, 1), (2, 0), (1,), (), None]


def over_axes(axes: list[Any]) -> list[Call]:
    sums = [("logsumexp", {"axis": axis, "keepdims": keep}) for axis in axes for keep in (False, True)]
    return [(name, {"axis": axis}) for name in ("softmax", "log_softmax") for axis in axes] + sums


def cases() -> Iterator[tuple[str, list[Call], Array]]:
    with np.errstate(all="ignore"):
        for dtype in DTYPES:
            yield f"{dtype} special values", OF_NUMBERS, np.array(VALUES).astype(dtype)
            yield f"{dtype} special rows", over_axes(AXES), np.array(ROWS).reshape(3, 4, 3).astype(dtype)
    for value in (0.5, NAN):
        yield f"the number {value}", OF_NUMBERS + over_axes([0, -1, None, ()]), np.array(value)
    yield "empty", OF_NUMBERS + over_axes([0, 1, None, (0, 1)]), np.zeros((3, 0))
    yield "no rows", OF_NUMBERS + over_axes([0, 1, None, (1, 0)]), np.zeros((0, 3), np.float32)
    yield "integers", OF_NUMBERS + over_axes([0, None]), np.arange(-3, 4)
    yield "bytes", OF_NUMBERS + over_axes([0, None]), np.arange(7, dtype=np.uint8)
    yield "booleans", OF_NUMBERS + over_axes([0, None]), np.array([True, False])


CASES = {name: (calls, z) for name, calls, z in cases()}


def bits(a: Array) -> Array:
    """Every nan is the same one, 0 and -0 differ."""
    a = np.atleast_1d(np.ascontiguousarray(a))
    return np.where(np.isnan(a), np.array(NAN, a.dtype), a).view(f"u{a.itemsize}")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("face", FACES)
def test_every_face_has_the_bits_of_numpy(face: str, case: str) -> None:
    calls, z = CASES[case]
    evaluate, integers = FACES[face]
    expected = by_numpy(calls, z if z.dtype.kind not in "biu" or integers is None else z.astype(integers))
    for call, got, right in zip(calls, evaluate(calls, z), expected, strict=True):
        assert (got.shape, got.dtype) == (right.shape, right.dtype), call
        np.testing.assert_array_equal(bits(got), bits(right), err_msg=f"{call} of {z}")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", ["special values", "special rows"])
def test_torchs_formulas_agree_at_special_values(case: str, dtype: Any) -> None:
    """What CUDA and MPS compute with, and graphs that leave Python: nan, infinities and all but the last digits."""
    calls, z = CASES[f"{np.dtype(dtype)} {case}"]
    calls = [(name, options) for name, options in calls if isinstance(options.get("axis", 0), int)]
    calls = [(name, options) for name, options in calls if not options.get("keepdims") and INF not in options.values()]
    t = to_torch(z)
    for (name, options), right in zip(calls, by_numpy(calls, z), strict=True):
        options.pop("keepdims", None)
        default = {"leaky_relu": [0.01], "elu": [1.0]}.get(name.removesuffix("_derivative"), [])
        formula = vt.decompositions()[getattr(torch.ops.verhulst, name).default]
        got = formula(t, *(options.values() or default)).numpy()
        info = np.finfo(dtype)
        near_root = 0.3 if name in ("silu_derivative", "gelu_derivative") else info.tiny
        np.testing.assert_allclose(got, right, rtol=800 * info.eps, atol=800 * info.eps * near_root, err_msg=name)
        assert np.array_equal(np.isnan(got), np.isnan(right))


@pytest.mark.parametrize("given", ["no", "", None, 2, 0.0, [False], np.array(True)])
def test_keepdims_is_true_or_false_in_every_face(given: Any) -> None:
    """Any other object would count as True or False without a word."""
    z = np.zeros((2, 3))
    for axis in (0, None, (0, 1)):
        for face, numbers in ((vh, z), (vt, torch.from_numpy(z)), (vj, z)):
            with pytest.raises(TypeError, match=r"keepdims? must be True or False, not"):
                face.logsumexp(numbers, axis=axis, keepdims=given)
            kept = face.logsumexp(numbers, axis=axis, keepdims=np.True_)
            assert kept.shape == ((1, 3) if axis == 0 else (1, 1))


@pytest.mark.parametrize("parameter", [INF, -INF, NAN])
@pytest.mark.parametrize(("name", "slope"), [("leaky_relu", 1.0), ("elu", 1.0), ("elu_derivative", 0.0)])
def test_right_of_0_no_parameter_reaches_the_derivative(name: str, slope: float, parameter: float) -> None:
    """Neither a number nor an array: 0 times inf would be nan."""
    z = np.array([1.0, 50.0, INF], np.float32)
    for given in (parameter, np.full(3, parameter, np.float32)):
        in_jax = jax.grad(lambda z, given=given: getattr(vj, name)(z, given).sum())(z)
        t = torch.tensor(z, requires_grad=True)
        getattr(vt, name)(t, given if isinstance(given, float) else torch.from_numpy(given)).sum().backward()
        assert in_jax.tolist() == t.grad.tolist() == [slope] * 3


def test_jax_compiles_a_parameter_that_is_nan_once(caplog: pytest.LogCaptureFixture) -> None:
    compiled = []
    with jax.log_compiles():
        for nan in (float("nan"), float("nan")):
            caplog.clear()
            vj.leaky_relu(np.ones(1009, np.float32), nan)
            compiled.append(any("Compiling" in record.message for record in caplog.records))
    assert compiled == [True, False]


def test_jax_errors_of_the_device_are_passed_on() -> None:
    with jax.transfer_guard("disallow"), pytest.raises(jax.errors.JaxRuntimeError, match="transfer"):
        vj.binary_cross_entropy(jax.numpy.ones(2), 0.3)
