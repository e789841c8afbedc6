"""`verhulst evaluate`: evaluate a column of scores against outcomes."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from verhulst.cli import options
from verhulst.cli.shown import require_shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from verhulst.calibration.class_evaluation import ClassEvaluation
    from verhulst.calibration.evaluation import Evaluation
    from verhulst.cli.gate import Gate

# Each group takes a tenth of a second, as its null distributions are simulated.
MOST_GROUPS = 1000

# The measures for --fail-if; the names of p-values end in _p.
MEASURES: dict[str, Callable[[Evaluation], float]] = {
    "log_loss": lambda result: result.log_loss.value,
    "brier": lambda result: result.brier.value,
    "roc_auc": lambda result: result.roc_auc.value,
    "average_precision": lambda result: result.average_precision.value,
    "ece": lambda result: result.ece.value,
    "ace": lambda result: result.ace.value,
    "smooth_ece": lambda result: result.smooth_ece.value,
    "mcb": lambda result: result.miscalibration.value,
    "e90": lambda result: result.smooth.e90,
    "intercept": lambda result: result.cox.intercept.value,
    "slope": lambda result: result.cox.slope.value,
    "ece_p": lambda result: result.ece.p_value,
    "smooth_ece_p": lambda result: result.smooth_ece.p_value,
    "mcb_p": lambda result: result.miscalibration.p_value,
    "calibration_p": lambda result: result.cox.test.p_value,
    "spiegelhalter_p": lambda result: result.spiegelhalter.p_value,
    "hosmer_lemeshow_p": lambda result: result.hosmer_lemeshow.p_value,
}

# Those of several classes.
CLASS_MEASURES: dict[str, Callable[[ClassEvaluation], float]] = {
    "log_loss": lambda result: result.log_loss.value,
    "brier": lambda result: result.brier.value,
    "accuracy": lambda result: result.accuracy.value,
    "roc_auc": lambda result: result.roc_auc.value,
    "top_label_ece": lambda result: result.top_label_ece.value,
    "class_wise_ece": lambda result: result.class_wise_ece.value,
    "top_label_ece_p": lambda result: result.top_label_ece.p_value,
    "class_wise_ece_p": lambda result: result.class_wise_ece.p_value,
}

EPILOG = f"""
\b
Examples:
  verhulst evaluate scored.csv --score logit --target outcome
  verhulst evaluate scored.csv --score p --scores probabilities --target y --by region
  verhulst evaluate scored.parquet --score logit --target y --fail-if "ece > 0.05" --fail-if "slope < 0.8"
  verhulst evaluate scored.csv --scores-prefix p_ --scores probabilities --target y

\b
Measures for --fail-if:
{textwrap.indent(textwrap.fill(", ".join(MEASURES), 94), "  ")}

\b
Of several classes:
{textwrap.indent(textwrap.fill(", ".join(CLASS_MEASURES), 94), "  ")}
With --by, a condition is tested for all rows and for each group that has both outcomes.
"""


@click.command(name="evaluate", epilog=EPILOG, context_settings=options.OLD_SPELLINGS)
@options.scored("the simulated null distributions")
@options.column("--by", help="Evaluate each group of this column too.")
@click.option(
    "--fail-if", "conditions", multiple=True, metavar="CONDITION", help="Exit with code 1 if this holds (repeatable)."
)
@click.option("--explain", "explained", is_flag=True, help="Add a sentence on each number.")
@options.json
@options.csv
@options.markdown
@click.pass_context
def command(
    context: click.Context,
    /,
    conditions: tuple[str, ...],
    seed: int,
    as_json: bool,
    as_csv: bool,
    explained: bool,
    by: str | None,
    **columns: Any,
) -> None:
    """Evaluate a column of scores in DATA, or those of several classes, against outcomes.

    DATA is a table (CSV, TSV, Parquet, JSON lines, Arrow), a database (DuckDB or SQLite file, postgresql://host/name),
    or - for standard input. Each calibration error is printed with its null: the value to expect in a sample of this
    size if the probabilities are right.
    """
    from verhulst.cli.console import MARKDOWN, print_json, print_rows, say, show, show_prose
    from verhulst.cli.gate import Gate

    require_shown(context, as_json, as_csv)
    gates = [Gate.parse(condition, MEASURES | CLASS_MEASURES) for condition in conditions]
    from verhulst.calibration.evaluation import evaluate
    from verhulst.cli.measures_table import print_measures, table_of_measures
    from verhulst.cli.scored import learning, read_scored

    scored = read_scored(by=by, **columns)
    measures: dict[str, Any] = CLASS_MEASURES if scored.classes else MEASURES
    _require_known(gates, measures)
    if scored.groups is not None:
        _check_number(scored.groups, f"{scored.place}column {by!r}")
    # The text contains the cautions.
    with learning(scored, aloud=as_json or as_csv):
        several: Any = scored.values()
        result: Any = evaluate(
            scored.labels(),
            scored.scores,
            scores_are=scored.kind,
            sample_weight=scored.weights,
            by=scored.groups,
            classes=several,
            rng=seed,
        )
    if as_json:
        found = result.to_json() | {"verdict": asdict(result.verdict)} if scored.classes else result.to_dict()
        print_json("evaluate", {"outcome": scored.outcome, "rows_left_out": scored.left_out} | found)
    elif as_csv:
        print_rows("evaluate", table_of_measures(result), "", as_json=False)
    else:
        said = len(result.verdict.sentences)
        for place, line in enumerate(result.verdict.lines(_calibrate_command(columns))):
            (show_prose if place < said else show)(line, "bold")  # a command is not folded
        show()
        if context.meta.get(MARKDOWN):
            print_measures(result)
        else:
            for line in result.lines(explained=explained):
                show(line)
    # Without two outcomes there is no ROC-AUC.
    groups = {f"group {name}: ": group for name, group in result.groups.items() if group.roc_auc.reason is None}
    failures = (
        (prefix, gate.failure(measures[gate.name](record)))
        for prefix, record in ({"": result} | groups).items()
        for gate in gates
    )
    failed = [prefix + text for prefix, text in failures if text]
    for text in failed:
        say(f"Failed: {text}")
    if failed:
        context.exit(1)


def _require_known(gates: list[Gate], measures: Mapping[str, Any]) -> None:
    """Refuse a measure of one column of scores for several, and the other way round."""
    from verhulst.data.errors import RequestError, did_you_mean

    for gate in gates:
        if gate.name not in measures:
            hint = did_you_mean(gate.name, measures, f"The measures are {', '.join(measures)}.")
            raise RequestError(f"there is no measure {gate.name!r} of these scores.{hint}")


def _calibrate_command(columns: dict[str, Any]) -> str:
    """Return the command that learns a map from the scores that a command was given."""
    data = columns["data"] if isinstance(columns["data"], str) else "DATA"  # a database has a password, perhaps
    given = {"score": columns["score"], "scores-prefix": columns["scores_prefix"], "classes": columns["classes"]}
    given |= {"scores": columns["kind"], "target": columns["target"]}
    given |= {"positive": columns["positive"], "weights": columns["weights"], "format": columns["form"]}
    words = [data, *(word for name, value in given.items() if value is not None for word in (f"--{name}", value))]
    return f"verhulst calibrate {shlex.join(words)} -o map.json"


def _check_number(groups: NDArray[Any], column: str) -> None:
    """Refuse a column that tells cases apart rather than groups.

    Raises
    ------
    DataError
        If there are more groups than `MOST_GROUPS`, or hardly two rows for each.
    """
    from verhulst.data.errors import DataError

    number = len(set(groups.tolist()))
    if number > MOST_GROUPS or (number > 20 and number > len(groups) / 2):
        raise DataError(
            f"{column} has {number:,} groups in {len(groups):,} rows, like a name or a number of a case. --by "
            f"evaluates up to {MOST_GROUPS:,} groups of two rows or more: make a column of fewer, larger ones."
        )
