"""Numbers of probabilities that round to 0 or 1 in each floating-point type, and the effect on ROC-AUC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verhulst.calibration.ranked import Ranked, by_run, runs
from verhulst.calibration.ranking import area_between
from verhulst.calibration.scores import Floats

DTYPES = ("float64", "float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Saturation:
    """The effect of rounding probabilities to one floating-point type.

    `zeros` and `ones` count probabilities that are exactly 0 and 1, `distinct` counts different probabilities (compare
    `distinct_logits`), and `auc_lost` is the ROC-AUC of the logits minus that of the probabilities (nan for one class).
    """

    dtype: str
    zeros: int
    ones: int
    distinct: int
    distinct_logits: int
    auc_lost: float


def saturation(ranked: Ranked) -> tuple[Saturation, ...]:
    """Return the records for float64, float32, float16 and bfloat16."""
    area = _area(ranked, ranked.starts)
    reports = []
    for dtype in DTYPES:
        p = rounded(ranked.p, dtype)
        # Rounding keeps the order, so that cases need not be sorted again.
        starts = runs(p)
        reports.append(
            Saturation(
                dtype,
                int(np.searchsorted(p, 0.0, side="right")),
                int(len(p) - np.searchsorted(p, 1.0, side="left")),
                len(starts),
                len(ranked.starts),
                area - _area(ranked, starts),
            )
        )
    return tuple(reports)


def rounded(p: Floats, dtype: str) -> Floats:
    """Return probabilities rounded to a type, as float64."""
    if dtype == "float64":
        return p
    if dtype == "bfloat16":
        # The upper half of a float32, rounded to nearest, ties to even; probabilities never overflow and are never nan.
        # The float32 is rounded to odd, so that no tie of bfloat16 comes from rounding twice.
        near = p.astype(np.float32)
        bits = near.view(np.uint32)
        bits -= near > p
        bits |= near != p
        bits += 0x7FFF + ((bits >> 16) & 1)
        return (bits & 0xFFFF0000).view(np.float32).astype(np.float64)
    return p.astype(dtype).astype(np.float64)


def _area(ranked: Ranked, starts: np.ndarray[tuple[int], np.dtype[np.intp]]) -> float:
    if not ranked.both_classes:
        return float("nan")
    ones = by_run(ranked.weights * ranked.targets, starts)
    return area_between(ones, by_run(ranked.weights * (1.0 - ranked.targets), starts))
