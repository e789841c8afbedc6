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
