"""What the measures of an evaluation say, in sentences for those who must decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from verhulst._numbers import count, coverage, number, percent
from verhulst.calibration.calibration_error import Nulled
from verhulst.calibration.estimate import Estimate
from verhulst.calibration.goodness import CoxCalibration

Ranking = Literal["separate", "unclear", "reversed", "unknown"]
Fault = Literal["too high", "too low", "too sure", "too shy", "wrong in parts", "wrong certainty", "not judged"]
Remedy = Literal["none", "calibrate", "turn round", "new rows"]


@dataclass(frozen=True)
class Verdict:
    """What the measures say.

    Attributes
    ----------
    ranking : {"separate", "unclear", "reversed", "unknown"}
        Whether the interval of ROC-AUC is above 1/2, contains it, or is below; "unknown" without one.
    faults : tuple of str
        What is wrong with the probabilities; empty if nothing speaks against them. "too high" and "too low" on
        average; "too sure" (too near 0 and 1) and "too shy"; "wrong in parts" of their range; "wrong certainty", a
        probability of 0 or 1 for what turned out otherwise; "not judged", on the rows of the fit.
    remedy : {"none", "calibrate", "turn round", "new rows"}
        What to do.
    sentences : tuple of str
        The same in words.

    Notes
    -----
    The probabilities are said to be wrong if one of two tests rejects that they are right, each at half of 1 − level:
    Cox's likelihood ratio test of slope 1 and intercept 0, and the smooth calibration error against its null. Right
    probabilities are thus called wrong in at most 5 % of samples, at a level of 0.95. In which way they are wrong is
    read off the intervals: that of the mean of p − y, and that of the calibration slope.
    """

    ranking: Ranking
    faults: tuple[Fault, ...]
    remedy: Remedy
    sentences: tuple[str, ...]

    def lines(self, calibrate: str = "vh.calibrate(scores, y)") -> list[str]:
        """Return the sentences, and what to do; `calibrate` is the command for it."""
        advice = {
            "none": [],
            "calibrate": [f"What to do: learn a map from these scores to right probabilities: {calibrate}"],
            "turn round": ["What to do: check which value of the outcome counts as 1, and the sign of the scores."],
            "new rows": ["What to do: evaluate on rows that were not used in the fit."],
        }
        return [*self.sentences, *advice[self.remedy]]


def verdict(
    n: float,
    roc_auc: Estimate,
    log_loss: Estimate,
    mean_gap: Estimate,
    cox: CoxCalibration,
    smooth: Nulled,
    own_rows: bool,
) -> Verdict:
    """Return what these measures of an `Evaluation` say."""
    ranking, said = _ranking(roc_auc)
    if own_rows:
        sentence = "These look like the rows of the fit, where probabilities always look right: nothing can be judged."
        return Verdict(ranking, ("not judged",), "new rows", (said, sentence))
    faults = tuple(_faults(log_loss, mean_gap, cox, smooth))
    words = _agreement(n, mean_gap) if not faults else _wrong(faults, mean_gap, cox, smooth)
    remedy: Remedy = "none" if not faults else "calibrate"
    return Verdict(ranking, faults, "turn round" if ranking == "reversed" else remedy, (said, words))


def _ranking(roc_auc: Estimate) -> tuple[Ranking, str]:
    if np.isnan(roc_auc.value):
        return "unknown", f"Whether the scores separate the outcomes cannot be said: {roc_auc.reason}."
    interval = "" if np.isnan(roc_auc.low) else f" ({_interval(roc_auc)})"
    pairs = (
        "of a case with outcome 1 and one with outcome 0, the first has the higher score in "
        f"{percent(roc_auc.value)} of pairs{interval}"
    )
    if roc_auc.low > 0.5:
        return "separate", f"The scores separate the outcomes: {pairs}."
    if roc_auc.high < 0.5:
        return "reversed", f"The scores rank the outcomes the wrong way round: {pairs}."
    return "unclear", f"It is not clear that the scores separate the outcomes: {pairs}; 50 % is chance."


def _faults(log_loss: Estimate, mean_gap: Estimate, cox: CoxCalibration, smooth: Nulled) -> Iterator[Fault]:
    if log_loss.value == np.inf:
        yield "wrong certainty"
    level = (1.0 - mean_gap.level) / 2.0
    if not (cox.test.p_value < level or smooth.p_value < level):
        return
    found: list[Fault] = []
    if mean_gap.low > 0.0 or mean_gap.high < 0.0:
        found.append("too high" if mean_gap.value > 0.0 else "too low")
    if cox.slope.high < 1.0:
        found.append("too sure")
    if cox.slope.low > 1.0:
        found.append("too shy")
    yield from found or ["wrong in parts"]


def _agreement(n: float, mean_gap: Estimate) -> str:
    most = max(abs(mean_gap.low), abs(mean_gap.high))
    bound = f": on average they are off by at most {_points(most)} ({coverage(mean_gap.level)})"
    cases = f"Nothing in these {count(n)} cases speaks against the probabilities"
    return f"{cases}{bound if np.isfinite(most) else ''}."


def _wrong(faults: tuple[Fault, ...], mean_gap: Estimate, cox: CoxCalibration, smooth: Nulled) -> str:
    size = f"{_points(smooth.value)}, where chance alone gives {_points(smooth.null_mean)}"
    words = {
        "too high": f"too high on average, by {_points(mean_gap.value)} ({_interval(mean_gap, 1.0)})",
        "too low": f"too low on average, by {_points(-mean_gap.value)} ({_interval(mean_gap, -1.0)})",
        "too sure": f"too sure, too near 0 and 1: their log-odds should be {number(cox.slope.value)} times as large",
        "too shy": f"too shy, too far from 0 and 1: their log-odds should be {number(cox.slope.value)} times as large",
        "wrong in parts": "right on average but not in all parts of their range",
        "wrong certainty": "0 or 1 for at least one case that turned out otherwise, which makes the log-loss infinite",
    }
    off = "" if faults == ("wrong certainty",) else f". On average a probability is off by {size}"
    return f"The probabilities are {' and '.join(words[fault] for fault in faults)}{off}."


def _points(share: float) -> str:
    """Return a difference of probabilities in percentage points."""
    return f"{number(100.0 * share)} points"


def _interval(estimate: Estimate, sign: float = 0.0) -> str:
    """Return an interval in per cent; with a sign, that of a difference, in points."""
    if not sign:
        return f"{coverage(estimate.level)}: {percent(estimate.low)} to {percent(estimate.high)}"
    low, high = sorted((sign * estimate.low, sign * estimate.high))
    return f"{coverage(estimate.level)}: {number(100.0 * low)} to {number(100.0 * high)}"
