"""Heads: logits out, the base rate in the bias."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import verhulst as vh
import verhulst.torch as vt


def test_binary_classifier() -> None:
    model = vt.BinaryClassifier(4, 16, base_rate=0.1)
    x = torch.randn(5, 4)
    logits = model(x)
    assert logits.shape == (5,)
    sizes = [(m.in_features, m.out_features) for m in model.layers if isinstance(m, torch.nn.Linear)]
    assert sizes == [(4, 16), (16, 8), (8, 1)]
    assert model.layers[-1].bias.item() == pytest.approx(float(vh.logit(0.1)), rel=1e-6)
    np.testing.assert_array_equal(model.predict_proba(x).numpy(), vh.sigmoid(logits.detach().numpy()))
    assert not model.predict_proba(x).requires_grad


def test_multi_label_classifier() -> None:
    rates = torch.tensor([0.5, 0.01, 0.9])
    model = vt.MultiLabelClassifier(4, 16, 3, base_rate=rates)
    assert model(torch.zeros(2, 4)).shape == (2, 3)
    np.testing.assert_allclose(model.layers[-1].bias.detach().numpy(), vh.logit(rates.double().numpy()), rtol=1e-6)


def test_ranking_is_by_logits() -> None:
    z = torch.tensor([18.0, 40.0])
    assert vt.sigmoid(z)[0] == vt.sigmoid(z)[1]  # why predict_proba is not for ranking


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: vt.BinaryClassifier(0, 4), "need input_dim >= 1"),
        (lambda: vt.BinaryClassifier(4, 1), "hidden_dim >= 2"),
        (lambda: vt.BinaryClassifier(4, 4, base_rate=0.0), "strictly between 0 and 1, not 0.0"),
        (lambda: vt.MultiLabelClassifier(4, 4, 0), "at least one output"),
    ],
)
def test_bad_input(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_base_rates_that_do_not_fit_and_other_devices() -> None:
    with pytest.raises(ValueError, match=r"base_rate must be one number or 3, not of shape \(2,\)"):
        vt.MultiLabelClassifier(4, 4, 3, base_rate=torch.tensor([0.1, 0.2]))
    with torch.device("meta"):
        assert vt.BinaryClassifier(4, 4, base_rate=0.1)(torch.zeros(2, 4)).device.type == "meta"
    for wrong in ((4.0, 8), (4, True)):
        with pytest.raises(TypeError, match=r"must be an int, not (float|bool)"):
            vt.BinaryClassifier(*wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="base_rate must be numbers, not 'half'"):
        vt.BinaryClassifier(4, 8, base_rate="half")  # type: ignore[arg-type]
