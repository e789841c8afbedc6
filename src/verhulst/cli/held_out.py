"""Options of `verhulst fit` for judging the model on rows that were not in the fit, and what they print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from verhulst._numbers import count, coverage, number, percent
from verhulst.cli.options import InputFile, column

if TYPE_CHECKING:
    from verhulst.calibration.estimate import Estimate
    from verhulst.calibration.evaluation import Evaluation
    from verhulst.regression.held_out import HeldOut

GROUPS = 10  # of the table of reliability


def options(command: Any) -> Any:
    """Add the options, as the arguments `cv`, `group`, `seed` and `test`."""
    for option in (
        click.option("--seed", type=click.IntRange(min=0), default=0, help="Seed of the folds."),
        column("--group", help="With --cv: a column whose groups stay in one fold. It is not in X."),
        click.option("--test", type=InputFile(), metavar="DATA", help="Judge the model on the rows of another table."),
        click.option(
            "--cv", type=click.IntRange(min=2), metavar="FOLDS",
            help="Judge the model on rows that were not in the fit: each fold by a fit of the others.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def check(cv: int | None, group: str | None, test: str | None, on_cluster: bool) -> None:
    """Raise before the fit if the options do not go together."""
    if group is not None and cv is None:
        raise click.UsageError("--group keeps groups together in folds: add --cv, such as --cv 10.")
    if cv is not None and test is not None:
        raise click.UsageError("--cv and --test are two ways to judge a model: leave one of them out.")
    if cv is not None and on_cluster:
        raise click.UsageError(
            "--cv needs all rows in this process: leave --workers and --scheduler out, or use --test."
        )


@dataclass(frozen=True)
class Judged:
    """Held-out rows, and what they say of the model."""

    held_out: HeldOut
    result: Evaluation

    @classmethod
    def of(cls, held_out: HeldOut, level: float) -> Judged:
        """Return the measures of the held-out rows."""
        import warnings

        from verhulst.calibration.calibrator import CalibrationWarning
        from verhulst.calibration.evaluation import evaluate

        with warnings.catch_warnings():  # their text is printed with the measures
            warnings.simplefilter("ignore", CalibrationWarning)
            return cls(held_out, evaluate(held_out, level=level))

    def print(self) -> None:
        """Print what held-out rows say of the model."""
        from verhulst.calibration.reliability_curve import reliability
        from verhulst.cli.console import show_prose, show_table

        held_out, result = self.held_out, self.result
        show_prose(f"On rows that were not in the fit ({held_out.how()}):", "bold")
        for line in (*result.verdict.sentences, *self.advice()):
            show_prose(line)
        base = result.n_positive / result.n
        uncertain = result.decomposition.uncertainty
        lines = (
            ("ROC-AUC", result.roc_auc, "0.5 by chance"),
            ("log-loss", result.log_loss, f"{number(entropy(base))} by the base rate"),
            ("Brier score", result.brier, f"{number(uncertain)} by the base rate"),
            ("calibration slope", result.cox.slope, "1 is right"),
            ("calibration intercept", result.cox.intercept, "0 is right"),
        )
        rows = [(name, number(each.value), _ends(each), beside) for name, each, beside in lines]
        ece = result.ece
        rows.append(("calibration error (ECE)", number(ece.value), "", f"{number(ece.null_mean)} if right"))
        show_table(("measure", "value", f"{coverage(result.log_loss.level)} interval", "compare"), rows)
        cases = held_out.as_cases()
        curve = reliability(
            cases.y,
            cases.log_odds,
            scores_are="logits",
            kind="bins",
            equal="size",
            bins=GROUPS,
            sample_weight=cases.weights,
        )
        show_prose("Rows in groups by their probability:")
        groups = zip(curve.probability, curve.rate, curve.low, curve.high, strict=True)
        show_table(
            ("predicted", "observed", f"{coverage(curve.level)} interval"),
            [(percent(p), percent(rate), f"{percent(low)} to {percent(high)}") for p, rate, low, high in groups],
            left=0,
        )

    def advice(self) -> list[str]:
        """Return what to do about probabilities that are wrong on these rows."""
        faults = self.result.verdict.faults
        if "too sure" in faults or "wrong certainty" in faults:
            return [
                "What to do: the fit follows its own rows too closely. Use fewer columns, more rows, or a penalty "
                "(--C 1, --firth)."
            ]
        if faults:
            return [
                "What to do: check what differs between these rows and those of the fit, or whether a column acts "
                "along a curve; a map learned on new rows corrects the probabilities (verhulst calibrate)."
            ]
        return []

    def notes(self) -> list[str]:
        """Return what must be known of these rows."""
        held_out = self.held_out
        found = []
        if held_out.left_out:
            found.append(f"{held_out.left_out:,} rows with missing values are not among the held-out rows.")
        if held_out.unseen:
            found.append(
                f"{count(held_out.unseen)} held-out rows have a level that is not in the rows of their fit; they are "
                "predicted as with the reference level."
            )
        if held_out.separated:
            found.append(
                f"In {held_out.separated} of {held_out.folds} folds the other rows are separated: some held-out rows "
                "have probability 0 or 1. --firth or --C gives finite log-odds."
            )
        if held_out.unconverged:
            found.append(f"{held_out.unconverged} of {held_out.folds} fits did not converge.")
        if held_out.group is not None:
            found.append(
                "The intervals treat rows as independent; rows of one group may not be, which makes them too narrow."
            )
        return found

    def record(self) -> dict[str, Any]:
        """Return the entry for --json."""
        held_out, result = self.held_out, self.result
        how = held_out.to_json()
        del how["totals"]
        base = result.n_positive / result.n
        plain = {"log_loss": entropy(base), "brier": result.decomposition.uncertainty}
        return how | {
            "advice": self.advice(),
            "base_rate": {"probability": base} | plain,
            "evaluation": result.to_dict(),
        }


def entropy(rate: float) -> float:
    """Return the log-loss of the base rate as the probability of every case."""
    from scipy.special import entr

    return float(entr(rate) + entr(1.0 - rate))


def _ends(estimate: Estimate) -> str:
    return "–" if estimate.low != estimate.low else f"{number(estimate.low)} to {number(estimate.high)}"
