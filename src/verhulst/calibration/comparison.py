"""Paired comparison of two columns of scores for the same cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from verhulst._options import checks_options
from verhulst.calibration.arrays import plain_array
from verhulst.calibration.cases import read_cases
from verhulst.calibration.estimate import Estimate, Measure, interval, standard_error
from verhulst.calibration.proper import brier, log_loss
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.ranking import average_precision, roc_auc
from verhulst.calibration.scores import ScoreKind, require_both_classes, said_kind
from verhulst.functions._row_order import require_one_order


@dataclass(frozen=True)
class Difference:
    """A measure of both columns, and second minus first with its paired interval and two-sided p-value."""

    name: str
    first: float
    second: float
    difference: Estimate
    p_value: float


@dataclass(frozen=True)
class Comparison:
    """The second column against the first; log-loss and Brier score are better when lower, the others when higher."""

    log_loss: Difference
    brier: Difference
    roc_auc: Difference
    average_precision: Difference

    def __repr__(self) -> str:
        lines = [f"{'':<18}{'first':>11}{'second':>11}{'difference':>12}  interval"]
        for row in (self.log_loss, self.brier, self.roc_auc, self.average_precision):
            d = row.difference
            lines.append(
                f"{row.name:<18}{row.first:>11.5f}{row.second:>11.5f}{d.value:>+12.5f}  "
                f"{d.low:+.5f} to {d.high:+.5f} (p = {row.p_value:.3g})"
            )
        return "\n".join(lines)


@checks_options
@np.errstate(over="ignore")  # as in `judge`
def compare(
    y: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    *,
    scores_are: ScoreKind | None = None,
    kind: ScoreKind | None = None,
    sample_weight: ArrayLike | None = None,
    level: float = 0.95,
) -> Comparison:
    """Compare two columns of scores on the same cases.

    The standard error of each difference is that of the difference of influences, case by case; for ROC-AUC this is
    DeLong's paired test.

    Parameters
    ----------
    y : array_like, shape (n,)
        The outcomes, 0 or 1.
    first, second : array_like, shape (n,)
        The scores, both logits or both probabilities.
    scores_are, kind : {"logits", "probabilities"}, optional
        The kind of the scores; two names of one argument.
    sample_weight : array_like, shape (n,), optional
        Counts of cases.
    level : float
        The coverage of the intervals.

    Returns
    -------
    Comparison
        Log-loss, Brier score, ROC-AUC and average precision of both columns, with intervals of the differences.

    Raises
    ------
    ScoreKindError
        If the kind of the scores is not specified and one column may be logits or probabilities.
    ValueError
        If there is only one class, the lengths differ, or the scores are invalid; the message gives the reason.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(0.0, 2.0, 1000)
    >>> y = rng.random(1000) < vh.sigmoid(z)
    >>> vh.calibration.compare(y, z, 2.0 * z).roc_auc.difference.value
    0.0
    """
    lengths = [len(np.atleast_1d(plain_array(scores))) for scores in (first, second)]
    if lengths[0] != lengths[1]:
        raise ValueError(f"both columns must have the same length, got {lengths[0]} and {lengths[1]}")
    require_one_order(first=first, second=second)
    kind = said_kind(scores_are, kind=kind)
    columns = [read_cases(y, scores, kind, sample_weight, say="scores_are") for scores in (first, second)]
    require_both_classes(columns[0].targets)
    ranked = [Ranked.sort(cases.z, cases.targets, cases.weights) for cases in columns]
    n, weights = len(columns[0].z), columns[0].weights

    def difference(name: str, measures: list[Measure]) -> Difference:
        a, b = (r.restore(m.influence, n) for r, m in zip(ranked, measures, strict=True))
        error = standard_error(b - a, np.ones(n) if weights is None else weights, ranked[0].total)
        value = measures[1].value - measures[0].value
        p_value = float(2.0 * ndtr(-abs(value) / error)) if error > 0.0 else float(value == 0.0)
        return Difference(name, measures[0].value, measures[1].value, interval(value, error, level), p_value)

    return Comparison(
        difference("log-loss", [log_loss(r) for r in ranked]),
        difference("Brier score", [brier(r) for r in ranked]),
        difference("ROC-AUC", [roc_auc(r) for r in ranked]),
        difference("average precision", [average_precision(r) for r in ranked]),
    )
