"""Gradient flow: norms against hand-made ones, saturation in the type used, dead units, gates."""

from __future__ import annotations

import json
import math

import pytest
import torch
from torch import Tensor, nn

import verhulst.torch as vt


def deep(activation: type[nn.Module], depth: int) -> nn.Sequential:
    torch.manual_seed(0)
    layers = [m for _ in range(depth) for m in (nn.Linear(8, 8), activation())]
    return nn.Sequential(*layers, nn.Linear(8, 1))


def batch() -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    return torch.randn(32, 8), (torch.rand(32, 1) < 0.5).float()


def test_norms_equal_autograd() -> None:
    model = deep(nn.Tanh, 3)
    X, y = batch()
    flow = vt.gradient_flow(model, (X, y), vt.binary_cross_entropy_with_logits)
    assert [layer.name for layer in flow.layers] == [str(i) for i in range(7)]
    loss = vt.binary_cross_entropy_with_logits(model(X), y)
    assert flow.loss == loss.item()
    loss.backward()
    first = model[0]
    expected = math.hypot(first.weight.grad.double().norm().item(), first.bias.grad.double().norm().item())
    assert flow.layers[0].parameter_gradient_norm == pytest.approx(expected, rel=1e-6)
    assert math.isnan(flow.layers[1].parameter_gradient_norm)


def test_sigmoid_vanishes_and_relu_does_not() -> None:
    sigmoid = vt.gradient_flow(deep(nn.Sigmoid, 10), batch(), vt.binary_cross_entropy_with_logits)
    relu = vt.gradient_flow(deep(nn.ReLU, 10), batch(), vt.binary_cross_entropy_with_logits)
    assert sigmoid.first_to_last < 1e-6
    assert relu.first_to_last > 100 * sigmoid.first_to_last


def test_saturation_is_judged_in_the_type_used() -> None:
    X = torch.full((4, 1), 7.0, requires_grad=True)
    model = nn.Sequential(nn.Identity(), nn.Sigmoid())
    wide = vt.gradient_flow(model, (X, None), lambda out, _: out.sum()).layers[-1]
    narrow = vt.gradient_flow(model, (X.bfloat16(), None), lambda out, _: out.sum()).layers[-1]
    assert (wide.saturated, wide.rounded, wide.dtype) == (1.0, 0.0, "float32")
    assert (narrow.rounded, narrow.dtype) == (1.0, "bfloat16")


def test_dead_units_and_gates() -> None:
    model = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 1))
    with torch.no_grad():
        model[0].bias[:1] = -1e6
    flow = vt.gradient_flow(model, batch(), vt.binary_cross_entropy_with_logits)
    assert flow.layers[1].dead is not None
    assert flow.layers[1].dead >= 0.25

    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.out = nn.LSTM(8, 5, batch_first=True), nn.Linear(5, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(self.rnn(x[:, None].expand(-1, 3, -1))[0][:, -1])

    gates = vt.gradient_flow(Recurrent(), batch(), vt.binary_cross_entropy_with_logits).layers[0].gates
    assert gates is not None
    assert set(gates) == {"input", "forget", "candidate", "output"}
    assert all(sum(counts) == 32 * 3 * 5 for counts in gates.values())


def test_own_gradients_are_left_alone_and_the_record_is_json() -> None:
    model = deep(nn.ReLU, 2)
    flow = vt.gradient_flow(model, batch(), vt.binary_cross_entropy_with_logits)
    assert all(p.grad is None for p in model.parameters())
    assert json.loads(json.dumps(flow.to_dict()))["layers"][0]["kind"] == "Linear"
    assert "gradient" in repr(flow)


def test_bad_input() -> None:
    model = deep(nn.ReLU, 1)
    with pytest.raises(ValueError, match=r"the loss must be a scalar, not of shape \(32, 1\)"):
        vt.gradient_flow(model, batch(), lambda out, y: out - y)
    with pytest.raises(ValueError, match="no layer ran"):
        vt.gradient_flow(nn.Identity(), (torch.zeros(2), None), lambda out, _: out.sum())


@pytest.mark.parametrize(
    ("scale", "dtype"),
    [(s, torch.float64) for s in (1.0, 1e-170, 1e-300, 1e-310, 1e170, 1e290)] + [(1.0, torch.complex64)],
)
def test_norms_of_the_least_and_largest_gradients_and_of_complex_ones(scale: float, dtype: torch.dtype) -> None:
    """Their squares leave the range of float64; a complex gradient has two parts."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4, dtype=dtype), nn.Tanh(), nn.Linear(4, 1, dtype=dtype))
    X = torch.randn(5, 3, dtype=dtype)
    flow = vt.gradient_flow(model, (X, None), lambda out, _: scale * out.abs().sum())
    outputs = [X]
    for layer in model:
        outputs.append(layer(outputs[-1]))
        outputs[-1].retain_grad()
    (scale * outputs[-1].abs().sum()).backward()

    def norm(gradients: list[Tensor]) -> float:
        return math.hypot(*torch.view_as_real(torch.cat([g.flatten() for g in gradients]) + 0j).flatten().tolist())

    for layer, module, output in zip(flow.layers, model, outputs[1:], strict=True):
        assert layer.gradient_norm == pytest.approx(norm([output.grad]), rel=1e-6)
        own = [p.grad for p in module.parameters()]
        assert not own or layer.parameter_gradient_norm == pytest.approx(norm(own), rel=1e-6)


@pytest.mark.parametrize(
    ("first", "between", "X"),
    [
        (nn.Linear(3, 4), nn.Identity(), torch.ones(5, 3)),
        (nn.Linear(3, 4), nn.Identity(), torch.ones(5, 7, 3)),
        (nn.Linear(3, 4), nn.Identity(), torch.ones(3)),
        (nn.Conv1d(1, 4, 3), nn.Identity(), torch.ones(5, 1, 8)),
        (nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), torch.ones(5, 1, 8, 8)),
        (nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), torch.ones(1, 8, 8)),
        (nn.ConvTranspose3d(1, 4, 2), nn.Dropout(0.0), torch.ones(2, 1, 3, 3, 3)),
        (nn.Conv1d(1, 4, 3), nn.Flatten(), torch.ones(5, 1, 8)),
    ],
)
def test_dead_units_are_features_and_channels(first: nn.Module, between: nn.Module, X: Tensor) -> None:
    """Half of the units never fire."""
    with torch.no_grad():
        first.bias.copy_(torch.tensor([-100.0, 100.0, -100.0, 100.0]))
    model = nn.Sequential(first, between.eval(), nn.ReLU())
    assert vt.gradient_flow(model, (X, None), lambda out, _: out.sum()).layers[-1].dead == 0.5


def test_a_rectified_number_and_rows_of_different_lengths() -> None:
    class Margin(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.relu = nn.Linear(3, 1), nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            return self.relu(self.layer(x).mean() - 100)

    assert vt.gradient_flow(Margin(), (torch.ones(4, 3), None), lambda out, _: out).layers[1].dead == 1.0
    rows = torch.nested.nested_tensor([torch.zeros(2, 4), torch.zeros(3, 4)], layout=torch.jagged)
    for activation, word in ((nn.ReLU(), "dead"), (nn.Sigmoid(), "saturated"), (nn.Tanh(), "rounded")):
        flow = vt.gradient_flow(nn.Sequential(nn.Linear(4, 4), activation), (rows, None), lambda out, _: out.sum())
        assert getattr(flow.layers[1], word) is not None


class OwnArguments(nn.LSTM):
    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        return super().forward(packed)[0].data


class OwnName(nn.LSTMCell):
    pass


@pytest.mark.parametrize(
    ("layer", "arguments", "seen"),
    [
        (OwnName(3, 4), (torch.ones(2, 3),), True),
        (type("Own", (nn.GRUCell,), {})(3, 4), (torch.ones(2, 3),), True),
        (type("Own", (vt.LSTM,), {})(3, 4), (torch.ones(5, 2, 3),), True),
        (OwnArguments(3, 4, batch_first=True), (torch.ones(2, 3, 3), torch.tensor([3, 2])), False),
    ],
)
def test_gates_of_subclasses(layer: nn.Module, arguments: tuple[Tensor, ...], seen: bool) -> None:
    """One with a forward of its own is run, and its gates are not guessed from other arguments."""
    flow = vt.gradient_flow(layer, (arguments, None), lambda out, _: (out if seen is False else out[0]).sum())
    assert (flow.layers[0].gates is not None) == seen


def test_layer_gates_takes_layers() -> None:
    for module in (nn.LSTMCell(3, 4), nn.RNN(3, 4), nn.Linear(3, 4)):
        with pytest.raises(ValueError, match=f"must be an LSTM or a GRU, not {type(module).__name__}"):
            vt.layer_gates(module, torch.ones(2, 1, 3))
