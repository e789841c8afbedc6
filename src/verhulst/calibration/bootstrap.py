"""Bootstrap intervals of the ranking measures and the proper scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from verhulst.calibration.estimate import Estimate, unknown
from verhulst.calibration.proper import brier, log_loss
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.ranking import average_precision, roc_auc

MEASURES: dict[str, Callable[[Ranked], float]] = {
    "log_loss": lambda ranked: log_loss(ranked).value,
    "brier": lambda ranked: brier(ranked).value,
    "roc_auc": lambda ranked: roc_auc(ranked).value,
    "average_precision": lambda ranked: average_precision(ranked).value,
}


def bootstrap(ranked: Ranked, resamples: int, level: float, rng: np.random.Generator) -> dict[str, Estimate]:
    """Return percentile intervals from samples of as many cases, drawn with replacement.

    A sample is a new set of weights for the sorted cases, so that nothing is sorted again. Samples with only one class
    are omitted; if all are, the measure is unknown.

    References
    ----------
    Efron 1979, "Bootstrap methods: another look at the jackknife".
    """
    cases = max(round(ranked.total), 1)
    share = ranked.weights / ranked.total
    drawn: dict[str, list[float]] = {name: [] for name in MEASURES}
    for _ in range(resamples):
        counts = rng.multinomial(cases, share).astype(np.float64)
        kept = counts > 0.0
        sample = Ranked(ranked.order[kept], ranked.z[kept], ranked.targets[kept], counts[kept], unit=False)
        if not sample.both_classes:
            continue
        for name, measure in MEASURES.items():
            drawn[name].append(measure(sample))
    return {name: _percentiles(MEASURES[name], ranked, values, level) for name, values in drawn.items()}


def _percentiles(measure: Callable[[Ranked], float], ranked: Ranked, values: list[float], level: float) -> Estimate:
    if len(values) < 2:
        return unknown("too few resamples contain both classes")
    found = np.array(values)
    # Divided by the largest, so that no square overflows; if a value is infinite there is no standard deviation.
    largest = float(np.abs(found).max()) or 1.0
    if not np.isfinite(largest):
        return Estimate(measure(ranked), np.nan, np.nan, np.nan, level)
    low, high = largest * np.quantile(found / largest, [0.5 - level / 2.0, 0.5 + level / 2.0])
    return Estimate(measure(ranked), largest * float(np.std(found / largest, ddof=1)), float(low), float(high), level)
