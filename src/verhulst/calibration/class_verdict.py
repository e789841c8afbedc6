"""What the measures of K classes say, in sentences for those who must decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from scipy.special import chdtri

from verhulst._numbers import number, percent
from verhulst.calibration.calibration_error import Nulled
from verhulst.calibration.estimate import Estimate

# The probabilities are said to be wrong if the smaller of two p-values is below half of this.
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class ClassVerdict:
    """What the measures say.

    Attributes
    ----------
    information : {"more", "not shown", "less"}
        Whether the probabilities say more than the base rates: the interval of the log-loss lies below that of the base
        rates, contains it, or lies above.
    fault : {"none", "too sure", "too shy", "a class", "impossible"}
        What is wrong with the probabilities: the highest ones are above the accuracy, or below; some class is given
        too much or too little; some row gives its own class the probability 0.
    sentences : tuple of str
        The same in words.
    """

    information: Literal["more", "not shown", "less"]
    fault: Literal["none", "too sure", "too shy", "a class", "impossible"]
    sentences: tuple[str, ...]

    def lines(self, calibrate: str = "vh.calibrate(scores, y)") -> list[str]:
        """Return the sentences, and what to do; `calibrate` is the command for it."""
        remedy = f"What to do: learn a map from these scores to right probabilities: {calibrate}"
        return [*self.sentences, *([remedy] if self.fault in ("too sure", "too shy", "a class") else [])]


class Judged(Protocol):
    """One class of an evaluation: its label, cases, mean probability and calibration error."""

    @property
    def label(self) -> Any: ...
    @property
    def n(self) -> float: ...
    @property
    def mean_probability(self) -> float: ...
    @property
    def ece(self) -> Nulled: ...


def class_verdict(
    n: float,
    log_loss: Estimate,
    base: float,
    accuracy: Estimate,
    confidence: float,
    errors: tuple[Nulled, Nulled],
    classes: Sequence[Judged],
) -> ClassVerdict:
    """Return what these measures of a `ClassEvaluation` say; `errors` are top-label and class-wise ECE."""
    # The base rates are fitted to these rows, which lowers their log-loss by χ²/2n with K − 1 degrees of freedom.
    allowed = float(chdtri(len(classes) - 1, SIGNIFICANT)) / (2.0 * n)
    against = f"log-loss {number(log_loss.value)}, of the base rates {number(base)}"
    if log_loss.high < base:
        information, said = "more", f"The probabilities say more than the base rates ({against})."
    elif log_loss.low > base + allowed or log_loss.value == np.inf:
        information, said = "less", f"The probabilities are worse than the base rates ({against})."
    else:
        information = "not shown"
        said = f"The probabilities are not shown to say more than the base rates ({against})."
    fault, words = _fault(n, log_loss, accuracy, confidence, errors, classes)
    return ClassVerdict(information, fault, (said, words))  # type: ignore[arg-type]


def _fault(
    n: float,
    log_loss: Estimate,
    accuracy: Estimate,
    confidence: float,
    errors: tuple[Nulled, Nulled],
    classes: Sequence[Judged],
) -> tuple[str, str]:
    if log_loss.value == np.inf:
        return "impossible", "Some row gives its own class the probability 0, which nothing can make up for."
    least = min(errors, key=lambda error: error.p_value)
    if least.p_value > SIGNIFICANT / 2.0:
        return "none", f"Nothing speaks against them: the calibration errors are what chance gives ({least.p_text})."
    if not accuracy.low <= confidence <= accuracy.high:
        fault = "too sure" if confidence > accuracy.high else "too shy"
        share, right = percent(confidence), percent(accuracy.value)
        return fault, f"They are {fault}: the highest of each row is {share} on average, and right in {right} of cases."
    worst = min(classes, key=lambda each: (each.ece.p_value, -each.ece.value))
    return "a class", (
        f"They are wrong, most clearly for {worst.label!r}: its mean probability is {percent(worst.mean_probability)}, "
        f"its share {percent(worst.n / n)}, its ECE {number(worst.ece.value)} (by chance "
        f"{number(worst.ece.null_mean)})."
    )
