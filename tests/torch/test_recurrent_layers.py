"""LSTM and GRU layers against torch's: every option, packed sequences, what both refuse."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

import verhulst.torch as vt

T, B, D, H = 5, 3, 4, 6
LAYERS = [(vt.LSTM, nn.LSTM), (vt.GRU, nn.GRU)]
CELLS = [(vt.LSTMCell, nn.LSTMCell), (vt.GRUCell, nn.GRUCell)]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"num_layers": 3},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True, "batch_first": True},
    {"bias": False, "num_layers": 2},
    {"proj_size": 2, "num_layers": 2, "bidirectional": True},
]


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def pair(ours: Any, theirs: Any, options: dict[str, Any]) -> tuple[Any, Any]:
    torch.manual_seed(1)
    reference = theirs(D, H, dtype=torch.float64, **options)
    layer = ours(D, H, dtype=torch.float64, **options)
    layer.load_state_dict(reference.state_dict())
    return layer, reference


def states(layer: Any, *batch: int) -> Any:
    passes = layer.num_layers * (2 if layer.bidirectional else 1)
    h = numbers(passes, *batch, layer.proj_size or H, seed=2)
    return (h, numbers(passes, *batch, H, seed=3)) if layer.mode == "LSTM" else h


def leaves(result: Any) -> list[Tensor]:
    parts = torch.utils._pytree.tree_leaves([r.data if isinstance(r, PackedSequence) else r for r in result])
    return [part for part in parts if isinstance(part, Tensor)]


def same(layer: Any, reference: Any, x: Any, state: Any = None) -> None:
    got, expected = layer(x, state), reference(x, state)
    assert type(got[0]) is type(expected[0])
    gradients = []
    for module, result in ((layer, got), (reference, expected)):
        total = sum((t * numbers(*t.shape, seed=n)).sum() for n, t in enumerate(leaves(result)))
        gradients.append(torch.autograd.grad(total, list(module.parameters())))
    for a, b in zip(leaves(got), leaves(expected), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-14)
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [(*pair, options) for pair in LAYERS for options in OPTIONS if "proj_size" not in options or pair[0] is vt.LSTM],
)
def test_layers_are_torchs(ours: Any, theirs: Any, options: dict[str, Any]) -> None:
    layer, reference = pair(ours, theirs, options)
    x = numbers(B, T, D) if layer.batch_first else numbers(T, B, D)
    same(layer, reference, x)
    same(layer, reference, x, states(layer, B))
    same(layer, reference, x[0] if layer.batch_first else x[:, 0])
    same(layer, reference, numbers(T, D), states(layer))
    same(layer, reference, x[:0] if layer.batch_first else x[:, :0])
    for lengths in ([5, 3, 1], [2, 5, 5]):
        packed = pack_padded_sequence(x, torch.tensor(lengths), layer.batch_first, enforce_sorted=False)
        same(layer, reference, packed)
        same(layer, reference, packed, states(layer, B))
    same(layer, reference, pack_padded_sequence(x, torch.tensor([5, 4, 4]), layer.batch_first))
    assert repr(layer) == repr(reference)
    assert list(layer.state_dict()) == list(reference.state_dict())
    reference.load_state_dict(layer.state_dict())


@pytest.mark.parametrize(("ours", "theirs"), LAYERS)
def test_dropout_between_layers(ours: Any, theirs: Any) -> None:
    layer, reference = pair(ours, theirs, {"num_layers": 3, "dropout": 0.5})
    x = numbers(T, B, D)
    results = []
    for module in (layer, reference):
        torch.manual_seed(4)
        results.append(module(x)[0])
    torch.testing.assert_close(*results, rtol=1e-12, atol=1e-14)
    same(layer.eval(), reference.eval(), x)
    with pytest.raises(ValueError, match="dropout should be a number in range"):
        ours(D, H, num_layers=2, dropout=2.0)


@pytest.mark.parametrize(("ours", "theirs"), LAYERS)
def test_gates_of_every_layer(ours: Any, theirs: Any) -> None:
    layer, reference = pair(ours, theirs, {"num_layers": 2, "bidirectional": True})
    x = numbers(T, B, D)
    output, _, gates = layer(x, return_gates=True)
    assert list(gates) == ["l0", "l0_reverse", "l1", "l1_reverse"]
    assert torch.equal(output, layer(x)[0])
    for name, gate in vt.layer_gates(reference, x).items():
        assert torch.equal(gate, getattr(gates["l0"], name))
    backwards = layer(x.flip(0), return_gates=True)[2]
    swapped = copy.deepcopy(layer)
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        setattr(swapped, f"{name}_l0", getattr(layer, f"{name}_l0_reverse"))
    again = swapped(x, return_gates=True)[2]["l0"]
    torch.testing.assert_close(backwards["l0_reverse"][0].flip(0), again[0])
    packed = pack_padded_sequence(x, torch.tensor([5, 3, 1]))
    of_packed = layer(packed, return_gates=True)[2]["l0"]
    padded, _ = pad_packed_sequence(of_packed[1])
    torch.testing.assert_close(padded[:3, 1], gates["l0"][1][:3, 1])
    torch.testing.assert_close(vt.layer_gates(layer, packed)[of_packed._fields[1]], of_packed[1].data)
    with pytest.raises(ValueError, match="must be an LSTM or a GRU, not RNN"):
        vt.layer_gates(nn.RNN(D, H), x)


def test_lstm_gates_explain_the_states() -> None:
    layer = vt.LSTM(D, H)
    x = numbers(T, B, D).float()
    output, (_, c), gates = layer(x, return_gates=True)
    memory = torch.zeros(B, H)
    for i, f, g, o, out in zip(*gates, output, strict=True):
        memory = f * memory + i * g
        torch.testing.assert_close(o * memory.tanh(), out)
    torch.testing.assert_close(memory, c[0])


# What both refuse


def bad_layers(module: str) -> dict[str, tuple[Any, ...]]:
    x, h = numbers(T, B, D), numbers(1, B, H)
    cases: dict[str, tuple[Any, ...]] = {
        "features": (numbers(T, B, D + 1),),
        "one dimension": (numbers(D),),
        "four dimensions": (numbers(1, T, B, D),),
        "float32": (x.float(),),
        "ndarray": (x.numpy(),),
        "packed features": (pack_padded_sequence(numbers(T, B, D + 1), torch.tensor([5, 3, 1])),),
        "no steps": (numbers(0, B, D),),
    }
    wrong = {
        "h of another batch": numbers(1, 1, H),
        "h of two layers": numbers(2, B, H),
        "h without layers": numbers(B, H),
        "h of another size": numbers(1, B, H + 1),
        "h of another type": numbers(1, B, H).float(),
        "h on another device": numbers(1, B, H).to("meta"),
        "h is a number": 0.0,
    }
    for name, state in wrong.items():
        cases[name] = (x, (state, h) if module == "LSTM" else state)
        if module == "LSTM":
            cases[name.replace("h ", "c ", 1)] = (x, (h, state))
    cases["a batch's state for one sequence"] = (x[:, 0], (h, h) if module == "LSTM" else h)
    if module == "LSTM":
        cases |= {"a tensor for the pair": (x, h), "one state": (x, (h,)), "three states": (x, (h, h, h))}
    else:
        cases["a pair for a tensor"] = (x, (h, h))
    return cases


def bad_cells(module: str) -> dict[str, tuple[Any, ...]]:
    x, h = numbers(B, D), numbers(B, H)
    cases: dict[str, tuple[Any, ...]] = {
        "features": (numbers(B, D + 1),), "float32": (x.float(),), "a number": (1.0,), "no dimension": (numbers(),),
    }  # fmt: skip
    wrong = {
        "batch of 1": numbers(1, H),
        "1-D": h[0],
        "3-D": h[None],
        "another size": numbers(B, H + 1),
        "a number": 0.0,
    }
    for name, state in wrong.items():
        cases[f"h, {name}"] = (x, (state, h) if module == "LSTM" else state)
        if module == "LSTM":
            cases[f"c, {name}"] = (x, (h, state))
    cases["a pair or not"] = (x, h if module == "LSTM" else (h, h))
    if module == "LSTM":
        cases["three states"] = (x, (h, h, h))
    return cases


@pytest.mark.parametrize(
    ("ours", "theirs", "case"),
    [(ours, theirs, case) for ours, theirs in LAYERS for case in bad_layers(theirs.__name__)]
    + [(ours, theirs, case) for ours, theirs in CELLS for case in bad_cells(theirs.__name__[:-4])],
)
def test_what_torch_refuses_is_refused(ours: Any, theirs: Any, case: str) -> None:
    kind = theirs.__name__
    arguments = (bad_cells(kind[:-4]) if "Cell" in kind else bad_layers(kind))[case]
    if case != "c of another type":  # which torch promotes
        with pytest.raises(Exception):  # noqa: B017, PT011  # of many types
            theirs(D, H, dtype=torch.float64)(*arguments)
    with pytest.raises((ValueError, TypeError), match=r"^(x|the state)\b"):
        ours(D, H, dtype=torch.float64)(*arguments)


@pytest.mark.parametrize("kind", [vt.LSTM, vt.GRU])
@pytest.mark.parametrize(
    ("shape", "sizes"),
    [((5, D), [2, 2]), ((3, D), [2, 2]), ((3, D), [1, 2]), ((0, D), []), ((2, D), [2, 0]), ((3, B, D), [2, 1])],
)
def test_packed_sequences_that_are_none(kind: Any, shape: tuple[int, ...], sizes: list[int]) -> None:
    packed = PackedSequence(torch.zeros(shape), torch.tensor(sizes, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"^x (is no packed sequence|has no time steps)"):
        kind(D, H)(packed)


@pytest.mark.parametrize("kind", [*(ours for ours, _ in LAYERS), *(ours for ours, _ in CELLS)])
def test_sizes(kind: Any) -> None:
    for sizes in ((0, H), (D, -1)):
        with pytest.raises(ValueError, match=f"must be at least 1, not {sizes[0]} and {sizes[1]}"):
            kind(*sizes)
    for sizes in ((float(D), H), (D, "6"), (True, H)):
        with pytest.raises(TypeError, match=r"must be an int, not (float|str|bool)"):
            kind(*sizes)


@pytest.mark.parametrize("kind", [*(ours for ours, _ in LAYERS), *(ours for ours, _ in CELLS)])
def test_torchs_names_of_arguments(kind: Any) -> None:
    module, x = kind(D, H), torch.randn(B, D)
    assert all(map(torch.equal, leaves(module(input=x, hx=None)), leaves(module(x))))
    with pytest.raises(TypeError, match="forward got 'x' twice: as 'x' and as 'input'"):
        module(x, input=x)


# As modules


@pytest.mark.parametrize("kind", [vt.LSTM, vt.GRU, vt.LSTMCell, vt.GRUCell])
def test_they_are_modules_like_others(kind: Any) -> None:
    module = kind(D, H, dtype=torch.float16)
    assert {p.dtype for p in module.parameters()} == {torch.float16}
    assert {p.device.type for p in kind(D, H, device="meta").parameters()} == {"meta"}
    module = kind(D, H)
    x = torch.randn(T, B, D) if hasattr(module, "num_layers") else torch.randn(B, D)
    expected = leaves(module(x))
    for copied in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert all(map(torch.equal, leaves(copied(x)), expected))
    called = torch.func.functional_call(module, dict(module.named_parameters()), (x,))
    assert all(map(torch.equal, leaves(called), expected))
    torch._dynamo.reset()
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    for got, right in zip(leaves(compiled(x)), expected, strict=True):
        torch.testing.assert_close(got, right)
    with torch.device("meta"):
        assert leaves(kind(D, H)(torch.zeros(x.shape)))[0].device.type == "meta"
        with pytest.raises(ValueError, match=r"x is of torch\.float64 and the weights of torch\.float32"):
            kind(D, H)(torch.zeros(x.shape, dtype=torch.float64))


@pytest.mark.parametrize("kind", [vt.LSTM, vt.GRU])
def test_state_dicts_of_earlier_versions(kind: Any) -> None:
    layer = nn.Sequential(kind(D, H))
    old = {name.replace("0.", "0.cell.").removesuffix("_l0"): t + 1 for name, t in layer.state_dict().items()}
    new = {name: t + 1 for name, t in layer.state_dict().items()}
    layer.load_state_dict(old)
    assert all(torch.equal(t, new[name]) for name, t in layer.state_dict().items())
    assert layer[0].cell.weight_hh is layer[0].weight_hh_l0


def test_a_layer_that_projects_has_no_cell() -> None:
    with pytest.raises(ValueError, match="LSTMCell does not project"):
        _ = vt.LSTM(D, H, proj_size=2).cell


def test_forget_bias_of_every_layer() -> None:
    layer = vt.LSTM(D, H, 2, bidirectional=True, forget_bias=1.0)
    for name in ("l0", "l0_reverse", "l1", "l1_reverse"):
        total = getattr(layer, f"bias_ih_{name}") + getattr(layer, f"bias_hh_{name}")
        assert torch.equal(total[H : 2 * H], torch.ones(H))
    with pytest.raises(ValueError, match="forget_bias needs bias=True"):
        vt.LSTM(D, H, bias=False, forget_bias=1.0)


@pytest.mark.parametrize("kind", [vt.LSTM, vt.GRU])
def test_layers_under_autocast_and_in_narrow_types(kind: Any) -> None:
    layer, x = kind(D, H, num_layers=2, bidirectional=True), torch.randn(T, B, D)
    exact = layer(x)[0]
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(layer(x)[0].float(), exact, rtol=0.05, atol=0.03)
    for dtype in (torch.float16, torch.bfloat16):
        got = copy.deepcopy(layer).to(dtype)(x.to(dtype))[0]
        assert got.dtype == dtype
        torch.testing.assert_close(got.float(), exact, rtol=0.05, atol=0.03)


@pytest.mark.parametrize("kind", [vt.LSTM, vt.GRU, vt.LSTMCell, vt.GRUCell])
def test_fx_records_a_leaf(kind: Any) -> None:
    """torch.fx looks into modules that are not torch's; the advice of the error works."""

    class Tracer(torch.fx.Tracer):
        def is_leaf_module(self, module: nn.Module, name: str) -> bool:
            return isinstance(module, kind) or super().is_leaf_module(module, name)

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.unit = kind(D, H)

        def forward(self, x: Tensor) -> Tensor:
            return vt.sigmoid(self.unit(x)[0])

    model, x = Model(), numbers(B, D).float()
    with pytest.raises(TypeError, match=f"is_leaf_module is true of {kind.__name__}"):
        torch.fx.symbolic_trace(model)
    assert torch.equal(torch.fx.GraphModule(model, Tracer().trace(model))(x), model(x))
