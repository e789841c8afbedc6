"""Series that have the same labels of rows in another order are not matched by position."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import verhulst as vh
from verhulst import calibration, figures, regression

pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")

RNG = np.random.default_rng(3)
Z = RNG.normal(size=60)
ARRAYS = {
    "z": Z,
    "second": Z + RNG.normal(size=60),
    "y": (RNG.random(60) < vh.sigmoid(Z)).astype(int),
    "w": RNG.integers(1, 4, 60),
    "g": np.arange(60) // 3,
}
USES: dict[str, Callable[..., Any]] = {
    "evaluate": lambda z, second, y, w, g: vh.evaluate(y, logits=z, sample_weight=w, by=g, replications=19),
    "calibrate": lambda z, second, y, w, g: vh.calibrate(z, y, scores="logits", sample_weight=w, groups=g),
    "Platt": lambda z, second, y, w, g: calibration.Platt(scores="logits").fit(z, y, w),
    "compare": lambda z, second, y, w, g: calibration.compare(y, z, second, scores_are="logits", sample_weight=w),
    "reliability": lambda z, second, y, w, g: calibration.reliability(y, z, scores_are="logits", sample_weight=w),
    "fit": lambda z, second, y, w, g: regression.fit(frame(z), y, w, second).coefficients.tolist(),
    "LogisticRegression": lambda z, second, y, w, g: vh.LogisticRegression().fit(frame(z), y, w, second).coef_.tolist(),
    "sandwich": lambda z, second, y, w, g: regression.sandwich(FIT, frame(z), y, w, clusters=g).tolist(),
    "marginal_effects": lambda z, second, y, w, g: regression.marginal_effects(FIT, frame(z), sample_weight=w),
    "outcome": lambda z, second, y, w, g: figures.prepare_probability_by_outcome(y, z * 0 + 0.5, sample_weight=w),
}
ARGUMENTS = {
    "evaluate": "zywg",
    "calibrate": "zywg",
    "Platt": "zyw",
    "compare": ("z", "second", "y", "w"),
    "reliability": "zyw",
    "fit": ("z", "second", "y", "w"),
    "LogisticRegression": ("z", "second", "y", "w"),
    "sandwich": "zywg",
    "marginal_effects": "zw",
    "outcome": "zyw",
}
FIT = regression.fit(Z[:, None], ARRAYS["y"], ARRAYS["w"])


def frame(z: Any) -> Any:
    return z.to_frame("x1") if hasattr(z, "to_frame") else z[:, None]


@pytest.mark.parametrize("name", USES)
def test_rows_in_another_order_are_refused(name: str) -> None:
    index = RNG.permutation(60)
    series = {key: pd.Series(array, index=index) for key, array in ARRAYS.items()}
    expected = repr(USES[name](**ARRAYS))
    assert repr(USES[name](**series)) == expected
    for moved in ARGUMENTS[name]:
        turned = series | {moved: series[moved].iloc[::-1]}
        with pytest.raises(ValueError, match=r"has the rows of \w+ in another order: bring both into one order"):
            USES[name](**turned)
        # Rows that were numbered anew, repeated labels and arrays are matched by position.
        for other in (series[moved].set_axis(range(100, 160)), series[moved].set_axis([7] * 60), ARRAYS[moved]):
            assert repr(USES[name](**series | {moved: other})) == expected
