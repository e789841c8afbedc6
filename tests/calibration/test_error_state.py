"""What a caller does about underflow, by `np.seterr`, changes no answer: evaluations of certain scores underflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import verhulst as vh
from verhulst import calibration

RNG = np.random.default_rng(1)
Z = RNG.normal(size=300) * 600
Y = (RNG.random(300) < vh.sigmoid(Z / 600)).astype(int)
LOGITS = RNG.normal(size=(300, 3)) * 500
CLASSES = RNG.integers(0, 3, 300)


def histogram() -> calibration.LogitHistogram:
    counts = calibration.LogitHistogram(scores_are="logits")
    counts.update(Z, Y)
    return counts


USES: dict[str, Callable[[], Any]] = {
    "evaluate": lambda: vh.evaluate(Y, logits=Z, replications=19),
    "evaluate classes": lambda: vh.evaluate(CLASSES, logits=LOGITS, replications=19),
    "reliability": lambda: calibration.reliability(Y, Z, scores_are="logits"),
    "compare": lambda: calibration.compare(Y, Z, Z[::-1], scores_are="logits"),
    "calibrate": lambda: vh.calibrate(Z, Y, scores="logits"),
    "calibrate classes": lambda: vh.calibrate(LOGITS, CLASSES, "vector"),
    "Beta": lambda: calibration.Beta().fit(Z, Y),
    "LogitHistogram": lambda: histogram().summary(),
}


@pytest.mark.parametrize("name", USES)
def test_underflow_is_no_error(name: str) -> None:
    expected = repr(USES[name]())
    with np.errstate(all="raise"):
        assert repr(USES[name]()) == expected
