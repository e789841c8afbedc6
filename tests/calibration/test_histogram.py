"""The histogram of logits: within its own bounds, and the same however the data are cut."""

from __future__ import annotations

import numpy as np
import pytest

import verhulst as vh
from verhulst.calibration import LogitHistogram, Platt


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    z = rng.normal(-1.0, 3.0, 200_000)
    return z, (rng.random(200_000) < vh.sigmoid(0.8 * z)).astype(int)


@pytest.mark.parametrize("precision", [6, 10])
def test_errors_are_within_the_bounds(sample: tuple[np.ndarray, np.ndarray], precision: int) -> None:
    z, y = sample
    histogram = LogitHistogram(precision)
    histogram.update(z, y)
    found, exact = histogram.summary(), vh.evaluate(y, logits=z)
    assert abs(found.roc_auc - exact.roc_auc.value) <= found.roc_auc_error
    assert found.roc_auc_error < 0.1 * 2.0**-precision
    assert found.ece == pytest.approx(exact.ece.value, abs=0.2 * 2.0**-precision)
    assert found.log_loss == pytest.approx(exact.log_loss.value, rel=1e-12)
    assert found.brier == pytest.approx(exact.brier.value, rel=1e-12)
    assert (found.n, found.n_positive) == (exact.n, exact.n_positive)
    logits, label, weight = histogram.cases()
    order = np.argsort(z[y == 1])
    reached = np.searchsorted(np.cumsum(weight[label == 1]), np.arange(len(order)) + 0.5)
    assert (
        np.abs(vh.sigmoid(logits[label == 1][reached]) - vh.sigmoid(z[y == 1][order])).max() <= found.probability_error
    )


def test_parts_add_up_in_any_order(sample: tuple[np.ndarray, np.ndarray]) -> None:
    z, y = sample
    whole = LogitHistogram()
    whole.update(z, y)
    parts = []
    for rows in np.array_split(np.arange(len(z)), 7):
        parts.append(LogitHistogram())
        parts[-1].update(z[rows], y[rows])
    total = sum(parts[4:], parts[3]) + (parts[2] + parts[0]) + parts[1]
    for name in ("n", "n_positive", "roc_auc", "roc_auc_error", "log_loss", "brier", "ece"):
        assert getattr(total.summary(), name) == pytest.approx(getattr(whole.summary(), name), rel=1e-12)


def test_maps_from_a_histogram_are_those_of_the_data(sample: tuple[np.ndarray, np.ndarray]) -> None:
    z, y = sample
    histogram = LogitHistogram()
    histogram.update(z, y, np.full(len(z), 2.0))
    direct, streamed = Platt().fit(z, y, np.full(len(z), 2.0)), Platt().fit(*histogram.cases())
    assert streamed.slope_ == pytest.approx(direct.slope_, rel=1e-6)
    assert streamed.intercept_ == pytest.approx(direct.intercept_, abs=1e-6)
    logits, label, weight = histogram.cases()
    assert vh.evaluate(label, logits=logits, sample_weight=weight).brier.value == pytest.approx(
        vh.evaluate(y, logits=z).brier.value, rel=1e-6
    )


def test_every_number_has_a_bin_in_order() -> None:
    histogram = LogitHistogram()
    z = np.array(
        [-np.inf, -1e300, -5000.0, -2.0, -1e-9, -0.0, 0.0, 5e-324, 1e-9, 1e-5, 1.0, 1.0 + 2**-9, 4000.0, np.inf]
    )
    bins = histogram._bins(z)
    assert (np.diff(bins) >= 0).all()
    assert bins[0] == 0
    assert bins[-1] == 2 * histogram._half - 1
    assert bins[10] < bins[11] < bins[12]
    histogram.update(z, z > 0)
    assert histogram.summary().roc_auc + histogram.summary().roc_auc_error >= 1.0
    assert np.isfinite(histogram.cases()[0]).all()


def test_bad_input() -> None:
    histogram = LogitHistogram()
    with pytest.raises(ValueError, match="no score was counted"):
        histogram.summary()
    with pytest.raises(ValueError, match="scores contains nan"):
        histogram.update([np.nan], [1])
    with pytest.raises(ValueError, match="cannot be added"):
        histogram + LogitHistogram(8)
    with pytest.raises(ValueError, match="precision must be 4 to 14"):
        LogitHistogram(20)
