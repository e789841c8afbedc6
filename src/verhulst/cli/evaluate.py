"""`verhulst evaluate`: judges a column of scores against outcomes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from verhulst.calibration.evaluation import Evaluation

# What --fail-if may name.
MEASURES = {
    "log_loss": "log-loss",
    "brier": "Brier score",
    "roc_auc": "area under the ROC curve",
    "average_precision": "average precision",
    "ece": "expected calibration error, 15 bins of equal width",
    "ace": "adaptive calibration error, 15 groups of equal size",
    "smooth_ece": "smooth calibration error",
    "mcb": "miscalibration part of the Brier score",
    "ece_p": "p-value of the expected calibration error",
    "smooth_ece_p": "p-value of the smooth calibration error",
    "mcb_p": "p-value of the miscalibration",
    "intercept": "calibration in the large",
    "slope": "calibration slope",
    "calibration_p": "p-value of slope 1 and intercept 0",
    "spiegelhalter_p": "p-value of Spiegelhalter's test",
    "hosmer_lemeshow_p": "p-value of Hosmer and Lemeshow's test",
    "e90": "90 % of cases have a smaller gap between probability and smoothed rate",
}

EPILOG = """
\b
Examples:
  verhulst evaluate scored.csv --score logit --target outcome
  verhulst evaluate scored.csv --score p --scores probabilities --target y --by region
  verhulst evaluate scored.parquet --score logit --target y --fail-if "ece > 0.05" --fail-if "slope < 0.8"

\b
Measures for --fail-if:
  log_loss, brier, roc_auc, average_precision, ece, ace, smooth_ece, mcb, e90, intercept, slope, and the p-values
  ece_p, smooth_ece_p, mcb_p, calibration_p, spiegelhalter_p, hosmer_lemeshow_p
With --by, a condition is tested on the whole and on each group that has both outcomes.
"""


@click.command(name="evaluate", epilog=EPILOG)
@click.argument("data")
@click.option("--score", required=True, metavar="COL", help="The column of scores.")
@click.option("--scores", "kind", type=click.Choice(["logits", "probabilities"]), help="What the scores are.")
@click.option("--target", required=True, metavar="COL", help="The column of outcomes: two values.")
@click.option("--positive", metavar="VALUE", help="The outcome that counts as 1.")
@click.option("--weight", metavar="COL", help="A column of case counts.")
@click.option("--by", metavar="COL", help="Evaluate each group of this column too.")
@click.option(
    "--fail-if", "conditions", multiple=True, metavar="CONDITION", help="Exit with 1 if it holds (repeatable)."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the simulated nulls.")
@click.option("--format", "form", metavar="FORMAT", help="csv, tsv, parquet, jsonl, arrow or npy, if not clear.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    context: click.Context,
    data: str,
    score: str,
    kind: str | None,
    target: str,
    positive: str | None,
    weight: str | None,
    by: str | None,
    conditions: tuple[str, ...],
    seed: int,
    form: str | None,
    as_json: bool,
) -> None:
    """Judge a column of scores in DATA against outcomes.

    DATA is a table (CSV, TSV, Parquet, JSON lines, Arrow), or - for standard input. Each calibration error stands
    beside its null: the value that right probabilities would have in a sample of this size.
    """
    from verhulst.cli.console import output, print_json, say
    from verhulst.cli.gate import Gate

    gates = [Gate.parse(condition, MEASURES) for condition in conditions]
    from verhulst.calibration.calibrator import CalibrationWarning
    from verhulst.calibration.evaluation import evaluate
    from verhulst.cli.scored import data_faults, read_scored

    scored = read_scored(data, score, target, positive, weight, by, form)
    with data_faults(scored.place), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CalibrationWarning)
        result = evaluate(
            scored.y,
            scored.scores,
            scores_are=kind,  # type: ignore[arg-type]
            sample_weight=scored.weights,
            by=scored.groups,
            rng=seed,
        )
    if as_json:
        for warning in caught:
            say(f"Note: {scored.place}{warning.message}.")
        print_json("evaluate", {"outcome": scored.outcome} | result.to_dict())
    else:
        output().print(repr(result), markup=False, soft_wrap=True)
    judged = {"": result} | {f"group {name}: ": group for name, group in result.groups.items() if _both(group)}
    failed = [
        prefix + text for prefix, record in judged.items() for gate in gates if (text := gate.failure(measures(record)))
    ]
    for text in failed:
        say(f"Failed: {text}")
    if failed:
        context.exit(1)


def _both(group: Evaluation) -> bool:
    return 0.0 < group.n_positive < group.n


def measures(result: Evaluation) -> dict[str, float]:
    """The values that a gate may be put to; the names are those of `MEASURES`."""
    return {
        "log_loss": result.log_loss.value,
        "brier": result.brier.value,
        "roc_auc": result.roc_auc.value,
        "average_precision": result.average_precision.value,
        "ece": result.ece.value,
        "ace": result.ace.value,
        "smooth_ece": result.smooth_ece.value,
        "mcb": result.miscalibration.value,
        "ece_p": result.ece.p_value,
        "smooth_ece_p": result.smooth_ece.p_value,
        "mcb_p": result.miscalibration.p_value,
        "intercept": result.cox.intercept.value,
        "slope": result.cox.slope.value,
        "calibration_p": result.cox.test.p_value,
        "spiegelhalter_p": result.spiegelhalter.p_value,
        "hosmer_lemeshow_p": result.hosmer_lemeshow.p_value,
        "e90": result.smooth.e90,
    }
