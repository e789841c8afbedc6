"""From probabilities to decisions: thresholds from costs, and what a model is worth at each threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

import verhulst as vh
from verhulst.calibration.cases import read_cases
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.scores import Floats, ScoreKind, said_kind

DEFAULT_THRESHOLDS = np.arange(1, 100) / 100


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit per case at each threshold: of acting on the model, on everyone, and on no one (which is 0).

    Net benefit at threshold t is TP/n − FP/n · t/(1 − t): true positives, less false ones at the price that makes t the
    right threshold.

    References
    ----------
    Vickers and Elkin 2006, "Decision curve analysis: a novel method for evaluating prediction models".
    """

    thresholds: Floats
    model: Floats
    everyone: Floats

    @property
    def useful(self) -> tuple[float, float] | None:
        """The smallest and the largest threshold at which the model beats both acting on everyone and on no one."""
        better = self.thresholds[(self.model > np.maximum(self.everyone, 0.0))]
        return (float(better[0]), float(better[-1])) if len(better) else None


@dataclass(frozen=True)
class Decision:
    """What acting at one threshold did: cases by outcome and the cost per case."""

    threshold: float
    true_positives: float
    false_positives: float
    true_negatives: float
    false_negatives: float
    cost: float


def decision_curve(
    y: ArrayLike,
    scores: ArrayLike,
    *,
    scores_are: ScoreKind | None = None,
    kind: ScoreKind | None = None,
    thresholds: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> DecisionCurve:
    """Net benefit of acting where the probability is at least t, for thresholds t.

    Parameters
    ----------
    y : shape (n,), 0 or 1
    scores : shape (n,); `scores_are` says whether "logits" or "probabilities" (`kind` is its older name)
    thresholds : probabilities strictly between 0 and 1; by default 0.01 to 0.99
    sample_weight : shape (n,), counts of cases

    Examples
    --------
    >>> import verhulst as vh
    >>> curve = vh.calibration.decision_curve([0, 0, 1, 1], [-2.0, 0.5, 0.2, 3.0], thresholds=[0.2, 0.5])
    >>> curve.model
    array([0.4375, 0.25  ])
    """
    cases = read_cases(y, scores, said_kind(scores_are, kind=kind), sample_weight, say="scores_are")
    ranked = Ranked.sort(cases.z, cases.targets, cases.weights)
    thresholds = DEFAULT_THRESHOLDS if thresholds is None else np.asarray(thresholds, dtype=np.float64)
    return curve_of(ranked, thresholds, _in_type_of(scores, cases.kind, thresholds))


def curve_of(ranked: Ranked, thresholds: Floats, compared: Floats | None = None) -> DecisionCurve:
    """The decision curve of sorted cases; `compared` are the thresholds as the scores meet them."""
    if not ((thresholds > 0.0) & (thresholds < 1.0)).all():
        raise ValueError("thresholds are probabilities strictly between 0 and 1")
    place = _places(ranked, thresholds if compared is None else compared)
    true, false = _from_each_on(ranked)
    price = thresholds / (1.0 - thresholds)
    model = (true[place] - price * false[place]) / ranked.total
    everyone = (true[0] - price * false[0]) / ranked.total
    return DecisionCurve(thresholds, model, everyone)


def cost_threshold(false_positive: float, false_negative: float) -> float:
    """The probability from which acting is cheaper: cost of a false positive / (sum of both costs).

    Costs are what a mistake costs beyond the right decision; the threshold holds for calibrated probabilities.

    References
    ----------
    Elkan 2001, "The foundations of cost-sensitive learning", eq. (2).

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.calibration.cost_threshold(false_positive=1.0, false_negative=9.0)
    0.1
    """
    for name, cost in (("false_positive", false_positive), ("false_negative", false_negative)):
        if not 0.0 < cost < np.inf:
            raise ValueError(f"{name} must be a positive, finite cost, got {cost!r}")
    return false_positive / (false_positive + false_negative)


def decide(
    y: ArrayLike,
    scores: ArrayLike,
    *,
    false_positive: float,
    false_negative: float,
    scores_are: ScoreKind | None = None,
    kind: ScoreKind | None = None,
    sample_weight: ArrayLike | None = None,
) -> Decision:
    """Acts at the threshold of the costs, and counts what came of it.

    Parameters
    ----------
    y, scores, scores_are, kind, sample_weight : as in `decision_curve`
    false_positive, false_negative : as in `cost_threshold`

    Examples
    --------
    >>> import verhulst as vh
    >>> decision = vh.calibration.decide([0, 0, 1, 1], [-2.0, 0.5, -0.2, 3.0], false_positive=1, false_negative=4)
    >>> decision.threshold, decision.cost
    (0.2, 0.25)
    """
    threshold = cost_threshold(false_positive, false_negative)
    cases = read_cases(y, scores, said_kind(scores_are, kind=kind), sample_weight, say="scores_are")
    ranked = Ranked.sort(cases.z, cases.targets, cases.weights)
    place = int(_places(ranked, _in_type_of(scores, cases.kind, np.array([threshold])))[0])
    called = np.arange(len(ranked.z)) >= place
    ones = ranked.targets == 1.0
    true, false, right, missed = (
        float(ranked.weights[rows].sum()) for rows in (called & ones, called & ~ones, ~called & ~ones, ~called & ones)
    )
    cost = (false * false_positive + missed * false_negative) / ranked.total
    return Decision(threshold, true, false, right, missed, cost)


def _in_type_of(scores: ArrayLike, kind: ScoreKind, thresholds: Floats) -> Floats:
    """Thresholds as probabilities in float32 and narrower types meet them: there 0.9 is at least 0.9."""
    dtype = np.asarray(scores).dtype
    if kind == "logits" or dtype.kind in "biuO" or dtype.itemsize >= 8:
        return thresholds
    return thresholds.astype(dtype).astype(np.float64)


def _places(ranked: Ranked, thresholds: Floats) -> NDArray[np.intp]:
    """With which case those begin whose probability is at least each threshold."""
    # Compared as logits, where probabilities near 1 are still apart.
    place: NDArray[np.intp] = np.searchsorted(ranked.z, vh.logit(thresholds), side="left")
    return place


def _from_each_on(ranked: Ranked) -> tuple[Floats, Floats]:
    """The number of cases of class 1, and of class 0, from each place on; exactly 0 where there are none."""
    ones, zeros = ranked.weights * ranked.targets, ranked.weights * (1.0 - ranked.targets)
    return np.append(np.cumsum(ones[::-1])[::-1], 0.0), np.append(np.cumsum(zeros[::-1])[::-1], 0.0)
