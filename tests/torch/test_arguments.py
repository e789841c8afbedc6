"""What every function of tensors accepts: torch's names of arguments, objects with their own rules, real tensors."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

import verhulst.torch as vt
from verhulst.functions._registry import FUNCTIONS

OVER_DIM = ["softmax", "log_softmax", "logsumexp"]
NAMES = [*FUNCTIONS, "leaky_relu", "leaky_relu_derivative", "elu", "elu_derivative", *OVER_DIM]
bce = vt.binary_cross_entropy_with_logits
RECURRENT = ("LSTM", "GRU", "LSTMCell", "GRUCell")
Z = torch.linspace(-3, 3, 12).reshape(3, 4)
TWO = torch.tensor(2.0)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_of_other_kinds(name: str) -> None:
    function = getattr(vt, name)
    for integers in (torch.arange(4), torch.arange(4, dtype=torch.uint8), torch.tensor([True, False])):
        assert torch.equal(function(integers), function(integers.float())) or function(integers).isnan().any()
    for other, kind in ((1.0, "float"), (np.zeros(2), "ndarray"), ([1.0], "list"), (None, "NoneType")):
        with pytest.raises(TypeError, match=f"z of {name} must be a torch.Tensor, not {kind}"):
            function(other)
    for dtype in (torch.complex64, torch.float8_e4m3fn):
        with pytest.raises(TypeError, match=f"z of {name} must be a tensor of float16, .* not {dtype}"):
            function(torch.zeros(2).to(dtype))


def test_integers_take_the_default_type() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert vt.sigmoid(torch.arange(3)).dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", NAMES)
def test_torchs_names_of_arguments(name: str) -> None:
    function = getattr(vt, name)
    expected = function(Z)
    for got in (function(input=Z), function(z=Z)):
        torch.testing.assert_close(got, expected, rtol=0, atol=0, equal_nan=True)
    with pytest.raises(TypeError, match="got 'z' twice: as 'z' and as 'input'"):
        function(Z, input=Z)
    with pytest.raises(TypeError, match="unexpected keyword argument 'x'"):
        function(x=Z)
    with pytest.raises(TypeError, match="missing"):
        function()


def test_torchs_names_of_further_arguments() -> None:
    y = torch.ones_like(Z)
    assert torch.equal(bce(input=Z, target=y), bce(Z, y))
    assert torch.equal(vt.leaky_relu(Z, negative_slope=0.3), vt.leaky_relu(Z, 0.3))
    assert torch.equal(vt.softmax(Z, axis=0), vt.softmax(Z, 0))
    assert torch.equal(vt.logsumexp(Z, axis=0, keepdims=True), vt.logsumexp(Z, 0, True))
    for name in ("softmax", "log_softmax"):
        got = getattr(vt, name)(Z.bfloat16(), dim=0, dtype=torch.float64)
        assert torch.equal(got, getattr(vt, name)(Z.bfloat16().double(), 0))
    with pytest.raises(TypeError, match=r"dtype of softmax must be a floating-point type, not torch.int64"):
        vt.softmax(Z, dtype=torch.int64)


@pytest.mark.parametrize("name", OVER_DIM)
def test_dimensions(name: str) -> None:
    function = getattr(vt, name)
    for dim, error, message in (
        (2, IndexError, "axis 2 is out of bounds for array of dimension 2"),
        (-3, ValueError, "axis -3 is out of bounds"),
        ((0, 2), IndexError, "axis 2 is out of bounds"),
        ((0, -2), ValueError, "names a dimension twice"),
        (1.0, TypeError, "dim must be an int, a tuple of ints or None, not 1.0"),
        ("0", TypeError, "dim must be an int"),
    ):
        for z in (Z, Z.clone().requires_grad_(), Z.to("meta")):
            with pytest.raises(error, match=message):
                function(z, dim)


def test_what_is_an_index_is_a_dimension() -> None:
    assert torch.equal(vt.softmax(Z, np.int64(0)), vt.softmax(Z, 0))
    assert torch.equal(vt.logsumexp(Z, [0, 1]), vt.logsumexp(Z, None))


@pytest.mark.parametrize("name", ["leaky_relu", "elu", "leaky_relu_derivative", "elu_derivative"])
def test_parameters_that_do_not_broadcast(name: str) -> None:
    with pytest.raises(ValueError, match=rf"the parameter of {name} must broadcast against z, \(3, 4\), not \(3,\)"):
        getattr(vt, name)(Z, torch.ones(3))
    assert getattr(vt, name)(Z, torch.ones(2, 3, 4)).shape == (2, 3, 4)
    assert getattr(vt, name)(Z[:, :1], torch.ones(1, 4)).shape == (3, 4)


def test_layouts_that_are_not_dense() -> None:
    nested = torch.nested.nested_tensor([Z[0], Z[1, :2]], layout=torch.jagged)
    for other in (Z.to_sparse(), nested):
        with pytest.raises(TypeError, match="z of sigmoid must be a dense tensor, not torch"):
            vt.sigmoid(other)


NO_REAL_NUMBERS: dict[str, Callable[[], Tensor]] = {
    "sparse": lambda: Z.to_sparse(),
    "nested": lambda: torch.nested.nested_tensor([Z[0], Z[1, :2]]),
    "jagged": lambda: torch.nested.nested_tensor([Z[0], Z[1, :2]], layout=torch.jagged),
    "mkldnn": lambda: Z.to_mkldnn(),
    "quantised": lambda: torch.quantize_per_tensor(Z, 0.1, 0, torch.quint8),
    "complex": lambda: Z.to(torch.complex64),
    "float8": lambda: Z.to(torch.float8_e5m2),
    "bits": lambda: torch.empty(3, 4, dtype=torch.bits8),
}
ROADS: dict[str, Callable[[Any], Any]] = {
    **{f"z of {name}": getattr(vt, name) for name in NAMES},
    **{
        f"the parameter of {name}": lambda t, name=name: getattr(vt, name)(Z, t)
        for name in ("leaky_relu", "leaky_relu_derivative", "elu", "elu_derivative")
    },
    "logits": lambda t: bce(t, Z),
    "labels": lambda t: bce(Z, t),
    "weight": lambda t: bce(Z, Z, t),
    "pos_weight": lambda t: bce(Z, Z, pos_weight=t),
    "base_rate": lambda t: vt.MultiLabelClassifier(4, 4, 3, base_rate=t),
    **{f"x of {kind}": lambda t, kind=kind: getattr(vt, kind)(4, 5)(t) for kind in RECURRENT},
    "the state h of GRUCell": lambda t: vt.GRUCell(4, 4)(Z, t),
    "the state h of LSTMCell": lambda t: vt.LSTMCell(4, 4)(Z, (t, Z)),
}


@pytest.mark.parametrize("kind", NO_REAL_NUMBERS)
@pytest.mark.parametrize("road", ROADS)
def test_tensors_of_other_kinds_are_refused_by_name(road: str, kind: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, about kinds that it does not develop further
        given = NO_REAL_NUMBERS[kind]()
    with pytest.raises((TypeError, ValueError), match=f"^{road.split(' of ')[0]} "):
        ROADS[road](given)


@pytest.mark.parametrize("road", [road for road in ROADS if road[:2] not in ("z ", "lo")])
def test_tensors_on_another_device_are_refused_by_name(road: str) -> None:
    with pytest.raises(ValueError, match=f"^{road.split(' of ')[0]} .*meta"):
        ROADS[road](Z.to("meta"))


def test_arguments_that_are_no_tensors() -> None:
    for dtype in ("float32", float, np.float32, torch.float8_e5m2):
        with pytest.raises(TypeError, match="dtype of log_softmax must be a floating-point type"):
            vt.log_softmax(Z, dtype=dtype)  # type: ignore[arg-type]
    for several in (np.array([0, 1]), torch.tensor([0, 1]), True, {0}):
        with pytest.raises(TypeError, match="dim must be an int, a tuple of ints or None"):
            vt.softmax(Z, several)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the parameter of elu is too large for float64"):
        vt.elu(Z, 10**400)
    with pytest.raises(TypeError, match="base_rate must be numbers"):
        vt.BinaryClassifier(4, 4, base_rate=10**400)


@pytest.mark.parametrize("name", ["leaky_relu", "elu", "leaky_relu_derivative", "elu_derivative"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_parameter_counts_as_given_also_as_a_tensor(name: str, dtype: torch.dtype) -> None:
    z = torch.tensor([0.0, -0.0, -1e-3, -1.0, -7.3, -700.0, 3.0, float("inf"), float("nan")]).to(dtype)
    for parameter in (0.3, -2.0, 1e-7, 65504.0, 1e300, 0.0):
        given = torch.tensor(parameter, dtype=torch.float64)
        if dtype == torch.float32 and given.float().isfinite():
            given = given.float().double()  # what a number is rounded to
        got, expected = getattr(vt, name)(z, given), getattr(vt, name)(z, parameter)
        precision = 2**-52 if dtype == torch.float64 else 0  # two roundings in float64
        torch.testing.assert_close(got, expected, rtol=precision, atol=0, equal_nan=True)


# Shapes and kinds of the loss's arguments


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"y": torch.ones(4)}, ValueError, r"labels must have the shape of the logits, \(3, 4\), not \(4,\)"),
        (
            {"weight": torch.ones(3)},
            ValueError,
            r"weight must broadcast to .* logits, \(3, 4\), not \(3,\)",
        ),
        ({"pos_weight": torch.ones(2, 3, 4)}, ValueError, r"pos_weight must broadcast .* not \(2, 3, 4\)"),
        ({"z": torch.arange(12).reshape(3, 4)}, TypeError, "logits must be floating-point numbers, not torch.int64"),
        ({"z": Z.numpy()}, TypeError, "logits must be a tensor, not ndarray"),
        ({"y": np.ones((3, 4))}, TypeError, "labels must be a tensor, not ndarray"),
        ({"y": torch.ones(3, 4, dtype=torch.complex64)}, TypeError, "labels must be real numbers, not torch.complex64"),
        (
            {"y": torch.ones(3, 4, device="meta")},
            ValueError,
            "labels must be on the device of the logits, cpu, not on meta",
        ),
        ({"weight": torch.ones(4, device="meta")}, ValueError, "weight must be on the device of the logits"),
        ({"label_smoothing": "0.1"}, TypeError, "label_smoothing must be a number, not str"),
        ({"weight": 2.0}, TypeError, "weight must be a tensor, not float"),
        ({"pos_weight": np.ones(4)}, TypeError, "pos_weight must be a tensor, not ndarray"),
    ],
)
def test_arguments_of_the_loss(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        bce(**{"z": Z, "y": torch.ones(3, 4), **change})


# Objects and modes with rules of their own


CALLS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": vt.sigmoid,
    "softmax": vt.softmax,
    "log_softmax": lambda z: vt.log_softmax(z, 0),
    "logsumexp": lambda z: vt.logsumexp(z, (0, 1)),
    "elu": lambda z: vt.elu(z, 0.3),
    "loss": lambda z: bce(z, torch.ones_like(z)),
    "losses": lambda z: bce(z, torch.ones_like(z), reduction="none", pos_weight=TWO),
}


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Callable[[Tensor], Tensor]:
    return CALLS[request.param]


def test_fx_records_the_function() -> None:
    class Model(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return vt.softmax(vt.sigmoid(x), dim=0)

    traced = torch.fx.symbolic_trace(Model())
    assert [n.target for n in traced.graph.nodes if n.op == "call_function"] == [vt.sigmoid, vt.softmax]
    assert torch.equal(traced(Z), Model()(Z))


def test_modes_and_subclasses_are_asked() -> None:
    seen = []

    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            seen.append(func)
            return func(*args, **(kwargs or {}))

    with Watch():
        vt.elu(Z)
    assert vt.elu in seen

    class Named(Tensor):
        pass

    assert type(vt.sigmoid(Z.as_subclass(Named))) is Named

    class Own:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            return func, kwargs

    assert bce(Z, Own(), reduction="sum") == (bce, {"reduction": "sum"})


def test_views_that_only_say_negative(call: Callable[[Tensor], Tensor]) -> None:
    z = torch.complex(Z, Z).conj().imag
    assert z.is_neg()
    assert torch.equal(call(z), call(-Z))
    assert torch.equal(torch.func.grad(lambda t: call(t).sum())(z), torch.func.grad(lambda t: call(t).sum())(-Z))


def test_fake_and_meta_tensors(call: Callable[[Tensor], Tensor]) -> None:
    expected = call(Z)
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        fake = call(mode.from_tensor(Z))
    for made in (fake, call(Z.to("meta"))):
        assert (made.shape, made.dtype) == (expected.shape, expected.dtype)
    for dtype in (torch.float16, torch.bfloat16):
        assert call(Z.to("meta", dtype)).dtype == dtype
    with torch.device("meta"):
        assert call(torch.zeros(3, 4)).device.type == "meta"


# Graphs that leave Python


def test_saved_traces(call: Callable[[Tensor], Tensor]) -> None:
    saved = io.BytesIO()
    torch.jit.save(torch.jit.trace(call, (Z,), check_trace=False), saved)
    saved.seek(0)
    loaded = torch.jit.load(saved)
    assert "PythonOp" not in str(loaded.graph)
    z, w = ((Z * 0.5 + 0.1).requires_grad_() for _ in range(2))
    assert torch.equal(loaded(z), call(w))
    assert torch.equal(torch.autograd.grad(loaded(z).sum(), z)[0], torch.autograd.grad(call(w).sum(), w)[0])


def test_functionalize(call: Callable[[Tensor], Tensor]) -> None:
    assert torch.equal(torch.func.functionalize(call)(Z), call(Z))


def test_exported_graphs_decompose(call: Callable[[Tensor], Tensor]) -> None:
    class Model(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return call(x)

    program = torch.export.export(Model(), (Z,)).run_decompositions(vt.decompositions())
    assert {n.target.namespace for n in program.graph.nodes if n.op == "call_function"} <= {"aten", "prims"}
    torch.testing.assert_close(program.module()(Z), call(Z))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_sums_over_as_many_as_the_data_say(name: str) -> None:
    """A length that is known only when the graph runs, as that of nonzero is, cannot be asked for before."""

    class Model(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            chosen: Tensor = getattr(vt, name)(x[x > 0.5], 0)
            return chosen

    program = torch.export.export(Model(), (Z,), strict=False)
    assert torch.equal(program.module()(Z), Model()(Z))


def test_cells_decompose() -> None:
    for cell in (vt.LSTMCell(4, 3), vt.GRUCell(4, 3)):
        program = torch.export.export(cell, (Z,)).run_decompositions(vt.decompositions())
        assert "verhulst" not in str(program.graph)
        torch.testing.assert_close(program.module()(Z), cell(Z))


# Tensors spread over devices


@pytest.fixture(scope="module")
def mesh() -> Iterator[Any]:
    import torch.distributed as dist
    from torch.distributed.device_mesh import init_device_mesh

    dist.init_process_group("gloo", rank=0, world_size=1, store=dist.HashStore())
    yield init_device_mesh("cpu", (1,))
    dist.destroy_process_group()


@pytest.mark.parametrize("dim", [0, 1])
def test_sharded_tensors(mesh: Any, call: Callable[[Tensor], Tensor], dim: int) -> None:
    from torch.distributed.tensor import DTensor, Shard, distribute_tensor

    z = distribute_tensor(Z, mesh, [Shard(dim)]).requires_grad_()
    w = Z.clone().requires_grad_()
    result = call(z)
    assert isinstance(result, DTensor)
    torch.testing.assert_close(result.full_tensor(), call(w), rtol=0, atol=0)
    (gradient,) = torch.autograd.grad(call(z).sum(), z)
    torch.testing.assert_close(gradient.full_tensor(), torch.autograd.grad(call(w).sum(), w)[0], rtol=0, atol=0)
    if call is CALLS["sigmoid"] or (dim == 0 and call is CALLS["softmax"]):
        assert result.placements == (Shard(dim),)
