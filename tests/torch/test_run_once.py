"""Diagnostics leave the model as it was, whatever its forward does, and take the inputs that users have."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

import verhulst.torch as vt
from verhulst import audit

X, Y = torch.randn(16, 4, generator=torch.Generator().manual_seed(0)), torch.ones(16, 1)
bce = vt.binary_cross_entropy_with_logits


def flow(model: nn.Module, X: Any, y: Any, loss: Callable[[Any, Any], Tensor]) -> Any:
    return vt.gradient_flow(model, (X, y), loss)


DIAGNOSTICS = {"gradient_flow": flow, "audit": audit.torch_model}


@pytest.fixture(params=DIAGNOSTICS)
def diagnose(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return DIAGNOSTICS[request.param]


class Restless(nn.Module):
    """Changes all of itself that a forward can change."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))
        self.calls, self.seen, self.named, self.kinds = 0, [1], {"last": 0}, {1}
        self.memory = torch.zeros(3)
        self.last, self.rows, self.deep = deque([1], maxlen=2), np.zeros(2), {"of": [[torch.zeros(1)], ({},)]}
        self.own = (torch.Generator(), np.random.default_rng(0), np.random.RandomState(0), random.Random(0))
        self.register_buffer("average", torch.zeros(2))
        self.register_buffer("nothing", None)
        self.fails = False

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.seen.append(self.calls)
        self.named["last"] = self.calls
        self.named["new"] = 2
        self.kinds.add(self.calls)
        self.memory.add_(1)
        self.last.append(self.calls)
        self.rows += 1
        self.deep["of"][0][0].add_(1)
        self.deep["of"][1][0]["new"] = self.deep["of"][0].pop()
        torch.rand(1, generator=self.own[0])
        for generator in self.own[1:]:
            generator.random()
        self.average.data = torch.zeros(5, dtype=torch.float64)
        self.average.data.add_(1)
        self.average = self.average + 1
        self.nothing = torch.ones(1)
        self.late = nn.Linear(2, 2)
        self.eval()
        self.register_forward_hook(lambda *_: None)
        random.random()
        np.random.rand()  # noqa: NPY002
        for parameter in self.body.parameters():
            if parameter.grad is not None:
                parameter.grad.add_(1)
            else:
                parameter.grad = torch.ones_like(parameter)
        self.body[0].weight.requires_grad_(False)
        result = self.body.train()(x)
        if self.fails:
            raise ArithmeticError("as users' models do")
        return result


def look(model: nn.Module) -> list[Any]:
    """All that can be seen of a model, with the identity of its tensors."""
    found: list[Any] = [torch.get_rng_state().tolist(), random.getstate(), str(np.random.get_state())]  # noqa: NPY002
    for name, module in model.named_modules():
        found.append((name, module.training))
        for key, value in vars(module).items():
            parts = value.items() if isinstance(value, dict) else value if isinstance(value, list | set) else [value]
            found += [(name, key, id(part) if isinstance(part, Tensor) else repr(part)) for part in parts]
        if isinstance(module, Restless):
            torchs, numpys, olds, pythons = module.own
            found += [torchs.get_state().tolist(), str(numpys.bit_generator.state), str(olds.get_state())]
            found.append(pythons.getstate())
    tensors = [*model.parameters(), *model.buffers(), *(p.grad for p in model.parameters() if p.grad is not None)]
    found += [(id(t), t.tolist()) for t in tensors]
    found += [(id(p), id(p.grad), p.requires_grad) for p in model.parameters()]
    return found


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("trained", [False, True])
def test_the_model_is_left_as_it_was(diagnose: Callable[..., Any], fails: bool, trained: bool) -> None:
    model = Restless()
    if trained:
        model.body(X).sum().backward()
    model.fails = fails
    model.body[3].eval()
    before = look(model)
    if fails:
        with pytest.raises(ArithmeticError, match="as users' models do"):
            diagnose(model, X, Y, bce)
    else:
        diagnose(model, X, Y, bce)
    assert look(model) == before


def test_an_error_of_the_loss(diagnose: Callable[..., Any]) -> None:
    model = Restless()
    before = look(model)

    def loss(output: Tensor, y: Tensor) -> Tensor:
        raise LookupError("in the loss")

    with pytest.raises(LookupError, match="in the loss"):
        diagnose(model, X, Y, loss)
    assert look(model) == before


# What users have


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 1), nn.Linear(4, 1)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return self.a(x) + self.b(z)


class OneDict(Two):
    def forward(self, batch: dict[str, Tensor]) -> Tensor:  # type: ignore[override]
        return self.a(batch["x"]) + self.b(batch["z"])


class OneList(Two):
    def forward(self, batch: list[Tensor]) -> dict[str, Tensor]:  # type: ignore[override]
        return {"logits": self.a(batch[0]) + self.b(batch[1])}


class Packed(nn.Module):
    def __init__(self, kind: Any = nn.LSTM) -> None:
        super().__init__()
        self.rnn, self.out = kind(4, 5, num_layers=2, bidirectional=True), nn.Linear(10, 1)

    def forward(self, x: Any) -> Tensor:
        output, _ = self.rnn(x)
        return self.out(pad_packed_sequence(output)[0][0])


class ByKeyword(Packed):
    def forward(self, x: Any) -> Tensor:
        kind = torch.zeros(4, x.shape[1], 5)
        return self.out(self.rnn(input=x, hx=(kind, kind))[0][-1])


class Cells(nn.Module):
    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.cell, self.out = kind(4, 5), nn.Linear(5, 1)

    def forward(self, x: Tensor) -> Tensor:
        state = None
        for step in x:
            state = self.cell(step, state)
        return self.out(state[0] if isinstance(state, tuple) else state)


class Energy(nn.Module):
    """A model that takes gradients inside, by autograd and by torch.func."""

    def __init__(self) -> None:
        super().__init__()
        self.field, self.out = nn.Linear(4, 1), nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = x.clone().requires_grad_()
        (force,) = torch.autograd.grad(vt.sigmoid(self.field(x)).sum(), x, create_graph=True)
        same = torch.vmap(torch.func.grad(lambda t: vt.sigmoid(self.field(t)).sum()))(x)
        return self.out(force + same)


class Checkpointed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.out = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5)), nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.utils.checkpoint.checkpoint(self.body, x, use_reentrant=False))


class Normed(nn.Module):
    """Writes to its parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.out = nn.Embedding(5, 4, max_norm=0.1), nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.words((x[:, 0] > 0).long()))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.block = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
        self.out = nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = x[:, None]
        return self.out(self.block(self.attention(h, h, h)[0])[:, 0])


S = torch.randn(7, 16, 4, generator=torch.Generator().manual_seed(1))


def packed() -> PackedSequence:
    return pack_padded_sequence(S, torch.arange(16) % 7 + 1, enforce_sorted=False)


MODELS: dict[str, tuple[Callable[[], nn.Module], Any, set[str]]] = {
    "a tuple of arguments": (Two, (X, X), {"a", "b"}),
    "a list of arguments": (Two, [X, X], {"a", "b"}),
    "keyword arguments": (Two, {"x": X, "z": X}, {"a", "b"}),
    "one dictionary": (OneDict, {"x": X, "z": X}, {"a", "b"}),
    "one list, a dictionary out": (OneList, [X, X], {"a", "b"}),
    "packed, torch's LSTM": (Packed, packed(), {"rnn", "out"}),
    "packed, our LSTM": (lambda: Packed(vt.LSTM), packed(), {"rnn", "out"}),
    "packed, GRU": (lambda: Packed(vt.GRU), packed(), {"rnn", "out"}),
    "called by keyword": (ByKeyword, S, {"rnn", "out"}),
    "torch's cells": (lambda: Cells(nn.LSTMCell), S, {"cell", "out"}),
    "our cells": (lambda: Cells(vt.GRUCell), S, {"cell", "out"}),
    "gradients inside": (Energy, X, {"out"}),
    "checkpointed": (Checkpointed, X, {"body.0", "out"}),
    "written parameters": (Normed, X, {"words", "out"}),
    "attention": (Attention, X, {"attention", "block.self_attn", "out"}),
    "compiled": (lambda: torch.compile(nn.Sequential(nn.Linear(4, 1))), X, {"0"}),
}


def logits_loss(output: Any, y: Tensor) -> Tensor:
    return bce(output["logits"] if isinstance(output, dict) else output, y)


@pytest.mark.parametrize("mode", [torch.inference_mode, torch.no_grad, torch.enable_grad])
@pytest.mark.parametrize("case", MODELS)
def test_models_and_inputs_of_every_kind(case: str, mode: Any, diagnose: Callable[..., Any]) -> None:
    make, given, layers = MODELS[case]
    torch.manual_seed(0)
    model = make()
    before = look(model)[3:]
    with mode():
        y = torch.rand(16, 1).round()
        report = diagnose(model, given, y, logits_loss)
    assert look(model)[3:] == before
    if isinstance(report, vt.GradientFlow):
        assert layers <= {layer.name for layer in report.layers}
        assert all(layer.gradient_norm > 0 for layer in report.layers if layer.name in layers)
        recurrent = [layer for layer in report.layers if layer.name in ("rnn", "cell")]
        assert all(layer.gates for layer in recurrent)
    else:
        assert not report.has_errors


def test_inputs_made_in_inference_mode() -> None:
    with torch.inference_mode():
        given = {"x": X * 1, "z": [X * 1]}
        packed_there = PackedSequence(*(t * 1 if isinstance(t, Tensor) else t for t in packed()))
        flow(OneDict(), {"x": X * 1, "z": X * 1}, Y * 1, bce)
        del given
    flow(Packed(), packed_there, Y, bce)


def test_layers_written_over_keep_their_own_gradient() -> None:
    torch.manual_seed(0)
    first, last = nn.Linear(4, 6), nn.Linear(6, 1)
    flows = [flow(nn.Sequential(first, nn.ReLU(inplace=inplace), last), X, Y, bce) for inplace in (False, True)]
    assert [layer.gradient_norm for layer in flows[0].layers] == [layer.gradient_norm for layer in flows[1].layers]


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match=r"model must be a torch.nn.Module, not function"):
        flow(lambda x: x, X, Y, bce)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"batch must be a pair \(X, y\)"):
        vt.gradient_flow(nn.Linear(4, 1), X, bce)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="loss must be callable"):
        flow(nn.Linear(4, 1), X, Y, None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the loss must be a tensor, not float"):
        flow(nn.Linear(4, 1), X, Y, lambda *_: 1.0)
    with pytest.raises(ValueError, match="the loss does not depend on any layer"):
        flow(nn.Linear(4, 1), X, Y, lambda output, _: output.detach().sum())
    for diagnose in DIAGNOSTICS.values():
        with pytest.raises(ValueError, match="the model has lazy parameters"):
            diagnose(nn.LazyLinear(1), X, Y, bce)
        with pytest.raises(ValueError, match="the model has parameters on the device meta"):
            diagnose(nn.Linear(4, 1, device="meta"), X, Y, bce)
    with pytest.raises(TypeError, match=r"the loss must be a real number, not torch.complex64"):
        flow(nn.Linear(4, 1), X, Y, lambda output, _: output.sum() * 1j)


def test_nested_outputs() -> None:
    x = torch.nested.nested_tensor([X[:2], X[2:]], layout=torch.jagged)
    layer = nn.Linear(4, 1)
    jagged = flow(layer, x, None, lambda output, _: output.values().square().sum())
    assert jagged.layers == flow(layer, X, None, lambda output, _: output.square().sum()).layers
