"""Fits change no filter of warnings: those are the process's, and threads share them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.regression import fit, profile_intervals


def refuse(*args: object, **options: object) -> None:
    raise AssertionError("a filter of warnings was changed")


@pytest.mark.filterwarnings("ignore:.*separation:UserWarning")
def test_no_filter_of_warnings_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warnings, "catch_warnings", refuse)
    monkeypatch.setattr(warnings, "simplefilter", refuse)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2))
    y = (x[:, 0] + 0.3 * rng.normal(size=40) > 0).astype(int)
    apart = np.column_stack([np.abs(x[:, 0]) * (2 * y - 1) * (x[:, 1] > 0), x[:, 1]])
    assert fit(apart, y).separation is not None
    assert profile_intervals(fit(x, y), x, y) is not None
    assert vh.calibration.Platt().fit(np.append(x[:, 0], [1e60, -1e290]), np.append(y, [1, 0])).slope_ > 0.0
    assert vh.calibrate(x[:, 0], y).choice_.chosen
