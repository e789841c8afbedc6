"""Decisions from probabilities: thresholds from costs, and the net benefit of a model at each threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._options import checks_options
from verhulst.calibration.arrays import as_numbers
from verhulst.calibration.cases import read_cases
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.scores import Floats, ScoreKind, said_kind
from verhulst.functions import logit

DEFAULT_THRESHOLDS = np.arange(1, 100) / 100


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit per case at each threshold: of acting on the model's positives, and on everyone (on no one it is 0).

    The net benefit at threshold t is TP/n − FP/n · t/(1 − t): true positives, less false ones at the cost for which t
    is the optimal threshold.

    References
    ----------
    Vickers and Elkin 2006, "Decision curve analysis: a novel method for evaluating prediction models".
    """

    thresholds: Floats
    model: Floats
    everyone: Floats

    @property
    def useful(self) -> tuple[float, float] | None:
        """The smallest and the largest threshold at which the model is better than acting on everyone and on no one."""
        better = self.thresholds[(self.model > np.maximum(self.everyone, 0.0))]
        return (float(better[0]), float(better[-1])) if len(better) else None


@dataclass(frozen=True)
class Decision:
    """The result of acting at a threshold: numbers of cases and the cost per case."""

    threshold: float
    true_positives: float
    false_positives: float
    true_negatives: float
    false_negatives: float
    cost: float


@checks_options
def decision_curve(
    y: ArrayLike,
    scores: ArrayLike,
    *,
    scores_are: ScoreKind | None = None,
    kind: ScoreKind | None = None,
    thresholds: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> DecisionCurve:
    """Return the net benefit of acting if the probability is at least t, for thresholds t.

    Parameters
    ----------
    y : array_like, shape (n,)
        The outcomes, 0 or 1.
    scores : array_like, shape (n,)
        The scores of the model.
    scores_are, kind : {"logits", "probabilities"}, optional
        The kind of the scores; two names of one argument.
    thresholds : array_like, optional
        Probabilities strictly between 0 and 1; by default 0.01 to 0.99.
    sample_weight : array_like, shape (n,), optional
        Counts of cases.

    Returns
    -------
    DecisionCurve
        The net benefit of the model and of acting on everyone, at each threshold.

    Examples
    --------
    >>> import verhulst as vh
    >>> curve = vh.calibration.decision_curve([0, 0, 1, 1], [-2.0, 0.5, 0.2, 3.0], thresholds=[0.2, 0.5])
    >>> curve.model
    array([0.4375, 0.25  ])
    """
    cases = read_cases(y, scores, said_kind(scores_are, kind=kind), sample_weight, say="scores_are")
    ranked = Ranked.sort(cases.z, cases.targets, cases.weights)
    thresholds = DEFAULT_THRESHOLDS if thresholds is None else as_numbers(thresholds, "thresholds")
    return curve_of(ranked, thresholds)


def curve_of(ranked: Ranked, thresholds: Floats) -> DecisionCurve:
    """Return the decision curve of sorted cases."""
    if not ((thresholds > 0.0) & (thresholds < 1.0)).all():
        raise ValueError("thresholds must be probabilities strictly between 0 and 1")
    place = _places(ranked, thresholds)
    true, false = _from_each_on(ranked)
    price = thresholds / (1.0 - thresholds)
    model = (true[place] - price * false[place]) / ranked.total
    everyone = (true[0] - price * false[0]) / ranked.total
    return DecisionCurve(thresholds, model, everyone)


@checks_options
def cost_threshold(false_positive: float, false_negative: float) -> float:
    """Return the probability above which acting is cheaper: cost of a false positive / (sum of both costs).

    The cost of a mistake is relative to the right decision; the threshold is for calibrated probabilities.

    Parameters
    ----------
    false_positive, false_negative : float
        The costs, positive and finite.

    Returns
    -------
    float
        The threshold.

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


@checks_options
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
    """Return the result of acting at the threshold that two costs imply.

    Parameters
    ----------
    y : array_like, shape (n,)
        The outcomes, 0 or 1.
    scores : array_like, shape (n,)
        The scores of the model.
    false_positive, false_negative : float
        The costs, as in `cost_threshold`.
    scores_are, kind : {"logits", "probabilities"}, optional
        The kind of the scores; two names of one argument.
    sample_weight : array_like, shape (n,), optional
        Counts of cases.

    Returns
    -------
    Decision
        The threshold, the numbers of cases and the cost per case.

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
    place = int(_places(ranked, np.array([threshold]))[0])
    called = np.arange(len(ranked.z)) >= place
    ones = ranked.targets == 1.0
    true, false, right, missed = (
        float(ranked.weights[rows].sum()) for rows in (called & ones, called & ~ones, ~called & ~ones, ~called & ones)
    )
    cost = (false * false_positive + missed * false_negative) / ranked.total
    return Decision(threshold, true, false, right, missed, cost)


def _places(ranked: Ranked, thresholds: Floats) -> NDArray[np.intp]:
    """Return the index of the first case whose probability is at least each threshold."""
    # Compared as logits, which still differ where probabilities round to 1.
    place: NDArray[np.intp] = np.searchsorted(ranked.z, logit(thresholds), side="left")
    return place


def _from_each_on(ranked: Ranked) -> tuple[Floats, Floats]:
    """Return the number of cases of class 1, and of class 0, from each index on; exactly 0 if there are none."""
    ones, zeros = ranked.weights * ranked.targets, ranked.weights * (1.0 - ranked.targets)
    return np.append(np.cumsum(ones[::-1])[::-1], 0.0), np.append(np.cumsum(zeros[::-1])[::-1], 0.0)
