"""Ranking measures from logits: ROC-AUC with DeLong's variance, and average precision."""

from __future__ import annotations

import numpy as np

from verhulst.calibration.estimate import ONE_CLASS, Estimate, Measure, interval, perfect, standard_error, unknown
from verhulst.calibration.ranked import Ranked, by_run, spread
from verhulst.calibration.scores import Floats


def roc_auc(ranked: Ranked) -> Measure:
    """Return the probability that a case of class 1 scores above one of class 0, with ties counted one half.

    The influences are DeLong's structural components: Σ wψ²/(Σw)² is his variance, S₁₀/m + S₀₁/n.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson 1988, "Comparing the areas under two or more correlated receiver operating
    characteristic curves"; Sun and Xu 2014 for the computation by ranks.
    """
    n = len(ranked.z)
    ones = ranked.weights * ranked.targets
    zeros = ranked.weights * (1.0 - ranked.targets)
    tied_ones, tied_zeros = by_run(ones, ranked.starts), by_run(zeros, ranked.starts)
    below = np.cumsum(tied_zeros)
    below -= 0.5 * tied_zeros
    above = np.cumsum(tied_ones)
    np.subtract(ranked.positive + 0.5 * tied_ones, above, out=above)
    area = area_between(tied_ones, tied_zeros)
    of_ones = spread(below, ranked.starts, n) / ranked.negative
    of_zeros = spread(above, ranked.starts, n) / ranked.positive
    influence = np.where(
        ranked.targets == 1.0,
        (of_ones - area) * (ranked.total / ranked.positive * unbiased(ranked.positive)),
        (of_zeros - area) * (ranked.total / ranked.negative * unbiased(ranked.negative)),
    )
    return Measure(area, influence)


def area_between(ones: Floats, zeros: Floats) -> float:
    """Return ROC-AUC from the weights of each class at increasing scores: exactly 0 or 1 if all pairs agree."""
    below = np.cumsum(zeros)
    total = below[-1]
    below -= 0.5 * zeros
    share = below / total
    right, wrong = float(ones @ share), float(ones @ (1.0 - share))
    positive = float(ones.sum())
    return right / positive if right < wrong else 1.0 - wrong / positive


def unbiased(count: float) -> float:
    """Return the factor for dividing sums of squares by one less than the number of cases, as DeLong does."""
    return float(np.sqrt(count / (count - 1.0))) if count > 1.0 else np.nan


def roc_auc_interval(ranked: Ranked, level: float) -> Estimate:
    """Return ROC-AUC with a DeLong interval on the logit scale, or an exact one-sided bound for a perfect ranking."""
    if not ranked.both_classes:
        return unknown(ONE_CLASS)
    measure = roc_auc(ranked)
    if measure.value in (0.0, 1.0):
        # The variance is 0. At least min(m, n) of the comparisons are independent, and all of them agree.
        return perfect(measure.value, min(ranked.positive, ranked.negative), level)
    error = standard_error(measure.influence, ranked.weights, ranked.total)
    return interval(measure.value, error, level, "logit")


def average_precision(ranked: Ranked) -> Measure:
    """Return the mean, over cases of class 1, of the precision if all scores at least as high are called positive.

    The influence of a case of class 1 is its own precision (minus the mean), plus its increase of the precision at
    every lower score, FP/(TP+FP)²; that of a case of class 0 is its decrease there, TP/(TP+FP)².
    """
    n = len(ranked.z)
    ones = ranked.weights * ranked.targets
    tied_ones = by_run(ones, ranked.starts)
    tied_all = by_run(ranked.weights, ranked.starts)
    # True positives and all positives if the run and everything above are called positive, summed from above: if the
    # highest have tiny weights, a difference of sums would be 0.
    true = np.cumsum(tied_ones[::-1])[::-1]
    called = np.maximum(np.cumsum(tied_all[::-1])[::-1], true)
    precision = true / called
    value = min(float(tied_ones @ precision) / ranked.positive, 1.0)
    share = tied_ones / called
    gain = spread(np.cumsum(share * ((called - true) / called)), ranked.starts, n)
    loss = spread(np.cumsum(share * precision), ranked.starts, n)
    scale = ranked.total / ranked.positive
    influence = np.where(
        ranked.targets == 1.0, scale * (spread(precision, ranked.starts, n) - value + gain), -scale * loss
    )
    return Measure(value, influence)


def average_precision_interval(ranked: Ranked, level: float) -> Estimate:
    """Return average precision with an interval on the logit scale."""
    if not ranked.both_classes:
        return unknown(ONE_CLASS)
    measure = average_precision(ranked)
    error = standard_error(measure.influence, ranked.weights, ranked.total)
    return interval(measure.value, error, level, "logit")
