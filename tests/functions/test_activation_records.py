"""vh.activations: the records, and a few of their facts against what is known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import verhulst as vh


def test_the_names():
    assert list(vh.activations) == [
        "sigmoid", "hard_sigmoid", "tanh", "relu", "leaky_relu", "elu", "silu", "gelu", "softplus", "softmax",
    ]  # fmt: skip
    assert len(vh.activations) == 10
    with pytest.raises(KeyError, match="'swish' is not an activation; there are elu, gelu"):
        vh.activations["swish"]
    assert "sigmoid, hard_sigmoid" in repr(vh.activations)


def test_records_are_frozen_and_made_once():
    record = vh.activations["sigmoid"]
    assert record is vh.activations["sigmoid"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.formula = "z"  # type: ignore[misc]
    assert "<th>largest derivative</th><td>0.25</td>" in record._repr_html_()


@pytest.mark.parametrize("name", list(vh.activations))
def test_derivatives_are_derivatives(name):
    record = vh.activations[name]
    if record.derivative is None:
        assert name == "softmax"
        assert "Jacobian" in record.note
        return
    z = np.linspace(-8, 8, 50) + 0.013
    slope = (record.function(z + 1e-6) - record.function(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(record.derivative(z), slope, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sigmoid", {"range": (0, 1), "largest_derivative": 0.25, "largest_derivative_at": (0, 0),
                     "zero_centred": False, "saturates_above": 37.42994775023705,
                     "vanishes_above": math.log((998 + math.sqrt(998**2 - 4)) / 2)}),
        ("tanh", {"range": (-1, 1), "largest_derivative": 1, "zero_centred": True,
                  "vanishes_below": -math.acosh(math.sqrt(1000))}),
        ("relu", {"range": (0, math.inf), "largest_derivative": 1, "vanishes_below": 0, "vanishes_above": None,
                  "saturates_below": 0, "saturates_above": None, "mean_output": 1 / math.sqrt(2 * math.pi)}),
        ("elu", {"range": (-1, math.inf), "largest_derivative": 1, "vanishes_below": math.log(1e-3)}),
        ("gelu", {"largest_derivative_at": (math.sqrt(2), math.sqrt(2)), "mean_output": 1 / (2 * math.sqrt(math.pi))}),
        ("silu", {"largest_derivative": 1.0998393194, "largest_derivative_at": (2.39935728, 2.39935728)}),
        ("hard_sigmoid", {"range": (0, 1), "largest_derivative": 1 / 6, "saturates_below": -3, "vanishes_above": 3}),
        ("leaky_relu", {"range": (-math.inf, math.inf), "vanishes_below": None}),
        ("softplus", {"range": (0, math.inf), "largest_derivative": 1, "saturates_below": -745.1332191019412}),
        ("softmax", {"range": (0, 1), "largest_derivative": None, "vanishes_above": None}),
    ],
)  # fmt: skip
def test_facts(name, expected):
    record = vh.activations[name]
    for field, value in expected.items():
        if isinstance(value, bool) or value is None:
            assert getattr(record, field) is value, field
        else:
            assert getattr(record, field) == pytest.approx(value, rel=1e-6, abs=1e-3 if name == "relu" else 1e-9), field
