"""Options of `verhulst fit` for judging the model on rows that were not in the fit, and what they print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from verhulst._numbers import coverage, number, percent
from verhulst.cli.options import InputFile, column

if TYPE_CHECKING:
    from verhulst.calibration.calibration_error import Nulled
    from verhulst.calibration.estimate import Estimate
    from verhulst.report.quality import ClassQuality, Quality

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
    source = click.get_current_context().get_parameter_source("seed")
    if source is ParameterSource.COMMANDLINE and cv is None and test is None:
        raise click.UsageError("--seed is that of the folds: add --cv, such as --cv 10.")
    if cv is not None and test is not None:
        raise click.UsageError("--cv and --test are two ways to judge a model: leave one of them out.")
    if cv is not None and on_cluster:
        without = "leave --workers and --scheduler out, or use --test."
        raise click.UsageError(f"--cv needs all rows in this process: {without}")


def print_measures(quality: Quality | ClassQuality, ece: Nulled) -> None:
    """Print what held-out rows say of the model as a whole."""
    from verhulst.cli.console import show_prose, show_table

    held_out, result = quality.held_out, quality.result
    show_prose(f"On rows that were not in the fit ({held_out.how()}):", "bold")
    for line in (*result.verdict.sentences, *quality.advice()):
        show_prose(line)
    rows = [(name, number(each.value), _ends(each), beside) for name, each, beside in quality.measures()]
    rows.append(("calibration error (ECE)", number(ece.value), "", f"{number(ece.null_mean)} if right"))
    show_table(("measure", "value", f"{coverage(result.log_loss.level)} interval", "compare"), rows)


def print_quality(quality: Quality) -> None:
    """Print what held-out rows say of the model, and how often outcomes came in groups of them."""
    from verhulst.cli.console import show_prose, show_table

    print_measures(quality, quality.result.ece)
    show_prose("Rows in groups by their probability:")
    groups = [each.values() for each in _groups(quality)]
    show_table(
        ("predicted", "observed", "95 % interval"),
        [(percent(p), percent(rate), f"{percent(low)} to {percent(high)}") for p, rate, low, high in groups],
        left=0,
    )


def _groups(quality: Quality) -> list[dict[str, float]]:
    """Return groups of rows by their probability: what was predicted and what was observed, with a 95 % interval."""
    from verhulst.calibration.reliability_curve import reliability

    cases = quality.held_out.as_cases()
    ten: dict[str, Any] = {"kind": "bins", "equal": "size", "bins": GROUPS}
    curve = reliability(cases.y, cases.log_odds, scores_are="logits", sample_weight=cases.weights, **ten)
    columns = {"predicted": curve.probability, "observed": curve.rate, "low": curve.low, "high": curve.high}
    return [
        dict(zip(columns, row, strict=True)) for row in zip(*(each.tolist() for each in columns.values()), strict=True)
    ]


def record(quality: Quality) -> dict[str, Any]:
    """Return the entry for --json."""
    result, how = quality.result, quality.held_out.origin()
    base = {"probability": quality.base_rate, "log_loss": quality.base_log_loss}
    return how | {
        "advice": quality.advice(),
        "base_rate": base | {"brier": result.decomposition.uncertainty},
        "reliability": _groups(quality),
        "evaluation": result.to_dict(),
    }


def _ends(estimate: Estimate) -> str:
    return "–" if estimate.low != estimate.low else f"{number(estimate.low)} to {number(estimate.high)}"
