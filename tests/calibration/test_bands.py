"""What the bands of a reliability curve hold: each point, or the whole curve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import verhulst as vh
from verhulst.calibration import Reliability, reliability


def held(curve: Reliability) -> np.ndarray:
    return curve.rate if curve.band == "consistency" else curve.probability


def coverage(n: int, samples: int, **options: object) -> tuple[float, float, float]:
    """Share of points in the band at each point, of whole curves in it, and of whole curves in that for the whole."""
    rng = np.random.default_rng(n)
    found = []
    for seed in range(samples):
        z = rng.normal(0.0, 2.0, n)
        curve = reliability(rng.random(n) < vh.sigmoid(z), z, rng=seed, **options)  # type: ignore[arg-type]
        inside = (curve.low <= held(curve)) & (held(curve) <= curve.high)
        found.append((inside.mean(), inside.all(), not curve.leaves_band))
    points, pointwise, whole = np.mean(found, axis=0).tolist()
    return points, pointwise, whole


@pytest.mark.parametrize(("n", "samples", "replications"), [(200, 120, 200), (500, 60, 200), (2000, 20, 200)])
def test_consistency_bands_hold_what_they_say(n: int, samples: int, replications: int) -> None:
    """Right probabilities: 95 % of whole curves lie within, give or take three standard errors."""
    points, pointwise, whole = coverage(n, samples, replications=replications)
    assert abs(whole - 0.95) < 3.0 * (0.95 * 0.05 / samples) ** 0.5
    assert points > 0.92
    assert pointwise < 0.6


@pytest.mark.parametrize("options", [{"band": "confidence"}, {"kind": "bins"}, {"kind": "bins", "equal": "size"}])
def test_confidence_bands_hold_at_least_what_they_say(options: dict[str, str]) -> None:
    points, pointwise, whole = coverage(500, 80, **options)
    assert points > 0.93
    assert pointwise < whole
    assert whole >= 0.95 - 3.0 * (0.95 * 0.05 / 80) ** 0.5


@pytest.mark.parametrize("distort", [lambda z: 2.0 * z, lambda z: z + 1.0, lambda z: 0.4 * z])
def test_wrong_probabilities_leave_the_band(distort: Callable[[np.ndarray], np.ndarray]) -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(0.0, 2.0, 2000)
    y = rng.random(2000) < vh.sigmoid(z)
    for options in ({}, {"band": "confidence"}, {"kind": "bins"}):
        assert reliability(y, distort(z), scores_are="logits", **options).leaves_band
        assert not reliability(y, z, **options).leaves_band


@pytest.mark.parametrize("options", [{}, {"band": "confidence"}, {"kind": "bins"}])
def test_the_band_of_the_whole_curve_is_the_wider_one(options: dict[str, str]) -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(-1.0, 2.0, 400)
    curve = reliability(rng.random(400) < vh.sigmoid(z), z, **options)
    assert (curve.whole_low <= curve.low).all()
    assert (curve.whole_high >= curve.high).all()
    assert (curve.whole_low >= 0.0).all()
    assert (curve.whole_high <= 1.0).all()
    if curve.band == "consistency":
        assert (np.diff(curve.whole_low) >= 0.0).all()
        assert (np.diff(curve.whole_high) >= 0.0).all()
