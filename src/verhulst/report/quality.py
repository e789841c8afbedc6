"""What rows that were not in the fit say of a model: the numbers and sentences of terminal, JSON and page."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from scipy.special import entr

from verhulst._numbers import count, number
from verhulst.calibration.calibrator import CalibrationWarning
from verhulst.calibration.class_evaluation import ClassEvaluation
from verhulst.calibration.estimate import Estimate
from verhulst.calibration.evaluation import Evaluation, evaluate
from verhulst.regression.class_held_out import HeldOutClasses
from verhulst.regression.held_out import HeldOut, HeldOutRows


@dataclass(frozen=True)
class Quality:
    """Held-out rows, and their measures."""

    held_out: HeldOut
    result: Evaluation
    penalty: str | None

    @classmethod
    def of(cls, held_out: HeldOut, level: float, penalty: str | None = None) -> Quality:
        """Return the measures of held-out rows, with intervals of this coverage; `penalty` is that of the fit."""
        with warnings.catch_warnings():  # their text is among the measures
            warnings.simplefilter("ignore", CalibrationWarning)
            result = evaluate(held_out, level=level)
        assert isinstance(result, Evaluation)
        return cls(held_out, result, penalty)

    @property
    def base_rate(self) -> float:
        """The share of outcome 1."""
        return self.result.n_positive / self.result.n

    @property
    def base_log_loss(self) -> float:
        """The log-loss of the base rate as the probability of every case."""
        return float(entr(self.base_rate) + entr(1.0 - self.base_rate))

    def measures(self) -> list[tuple[str, Estimate, str]]:
        """Return the names of the measures, their values, and what to compare them with."""
        result, beside = self.result, "by the base rate"
        return [
            ("ROC-AUC", result.roc_auc, "0.5 by chance"),
            ("log-loss", result.log_loss, f"{number(self.base_log_loss)} {beside}"),
            ("Brier score", result.brier, f"{number(result.decomposition.uncertainty)} {beside}"),
            ("calibration slope", result.cox.slope, "1 is right"),
            ("calibration intercept", result.cox.intercept, "0 is right"),
        ]

    def advice(self) -> list[str]:
        """Return what to do about probabilities that are wrong on these rows."""
        faults = self.result.verdict.faults
        if "too sure" in faults or "wrong certainty" in faults:
            return [TOO_SURE.format(_PENALTIES[self.penalty])]
        return [OTHERWISE] if faults else []

    def notes(self) -> list[str]:
        """Return what must be known of these rows."""
        return notes_of(self.held_out, "--firth or --C")


TOO_SURE = "What to do: the fit follows its own rows too closely. Use fewer columns, more rows, or {}."
# What has not been done yet, by the penalty of the fit.
_PENALTIES = {
    None: "a penalty (--C 1, --firth)",
    "firth": "a stronger penalty (--C 1 in place of --firth)",
    "l2": "a stronger penalty (a smaller --C)",
}
OTHERWISE = (
    "What to do: check what differs between these rows and those of the fit, or whether a column acts along a curve; a "
    "map learned on new rows corrects the probabilities (verhulst calibrate)."
)


@dataclass(frozen=True)
class ClassQuality:
    """Held-out rows of a multinomial fit, and their measures."""

    held_out: HeldOutClasses
    result: ClassEvaluation

    @classmethod
    def of(cls, held_out: HeldOutClasses, level: float) -> ClassQuality:
        """Return the measures of held-out rows, with intervals of this coverage."""
        with warnings.catch_warnings():  # their text is among the measures
            warnings.simplefilter("ignore", CalibrationWarning)
            return cls(held_out, evaluate(held_out, level=level))

    def measures(self) -> list[tuple[str, Estimate, str]]:
        """Return the names of the measures, their values, and what to compare them with."""
        result, beside = self.result, "by the base rates"
        return [
            ("accuracy", result.accuracy, f"{number(result.base_accuracy)} by the most frequent class"),
            ("log-loss", result.log_loss, f"{number(result.base_log_loss)} {beside}"),
            ("Brier score", result.brier, f"{number(result.base_brier)} {beside}"),
            ("ROC-AUC, mean of classes", result.roc_auc, "0.5 by chance"),
        ]

    def advice(self) -> list[str]:
        """Return what to do about probabilities that are wrong on these rows."""
        fault = self.result.verdict.fault
        return (
            []
            if fault == "none"
            else [TOO_SURE.format("a penalty (--C 1, or a smaller one)") if fault == "too sure" else OTHERWISE]
        )

    def notes(self) -> list[str]:
        """Return what must be known of these rows."""
        return notes_of(self.held_out, "--C")


def notes_of(rows: HeldOutRows, penalties: str) -> list[str]:
    """Return what must be known of held-out rows; `penalties` names the options that keep log-odds finite."""
    found = []
    if rows.left_out:
        found.append(f"{rows.left_out:,} rows with missing values are not among the held-out rows.")
    if rows.unseen:
        found.append(
            f"{count(rows.unseen)} held-out rows have a level that is not in the rows of their fit; they are "
            f"predicted as with {'the reference level' if rows.folds else 'the rare levels taken together (--lump)'}."
        )
    if rows.separated:
        found.append(
            f"In {rows.separated} of {rows.folds} folds the other rows are separated: some held-out rows have "
            f"probability 0 or 1. {penalties} gives finite log-odds."
        )
    if rows.unconverged:
        found.append(f"{rows.unconverged} of {rows.folds} fits did not converge.")
    if rows.group is not None:
        found.append(
            "The intervals treat rows as independent; rows of one group may not be, which makes them too narrow."
        )
    return found
