"""`verhulst decide`: the threshold that two costs imply, and what acting at it would have cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from verhulst._numbers import count, number, percent
from verhulst.cli import options

if TYPE_CHECKING:
    from verhulst.calibration.decision import Decision

EPILOG = """
\b
Examples:
  verhulst fit customers.csv --target churn --positive yes --cv 10 -o model.json
  verhulst decide model.json --false-positive 10 --false-negative 60

A false positive is a case acted on for nothing, a false negative one that was missed; each costs that much more than
the right decision. The threshold, false positive / (false positive + false negative), is for calibrated probabilities:
see `verhulst fit --cv` for whether these are.
"""


@click.command(name="decide", epilog=EPILOG)
@click.argument("model_file", metavar="MODEL", type=options.InputFile())
@click.option(
    "--false-positive", type=options.Number(min=0, min_open=True), required=True, metavar="COST",
    help="The cost of acting on a case for nothing.",
)  # fmt: skip
@click.option(
    "--false-negative", type=options.Number(min=0, min_open=True), required=True, metavar="COST",
    help="The cost of a case that was missed.",
)  # fmt: skip
@options.json
def command(model_file: str, false_positive: float, false_negative: float, as_json: bool) -> None:
    """Find the probability from which on acting is cheaper, and what that would have cost on held-out rows.

    MODEL is a file written by `verhulst fit --cv 10 -o` or `verhulst fit --test FILE -o`, which holds totals of the
    predictions for rows that were not in their fit.
    """
    from verhulst._load import load
    from verhulst.calibration.decision import decide
    from verhulst.cli.console import print_json, show, show_table
    from verhulst.data.errors import RequestError
    from verhulst.regression.table_fit import TableFit

    model = load(model_file)
    if not isinstance(model, TableFit):
        raise RequestError(f"{model_file}: is no model of `verhulst fit` with two outcomes, for which costs decide.")
    if model.held_out is None:
        raise RequestError(
            f"{model_file}: holds no predictions for held-out rows, on which a threshold is judged. Fit it once more "
            f"with --cv 10, or with --test FILE."
        )
    if not false_positive + false_negative < float("inf"):
        raise click.UsageError("the costs must be finite.")
    cases = model.held_out.as_cases()
    costs: dict[str, Any] = {"false_positive": false_positive, "false_negative": false_negative}
    found = decide(cases.y, cases.log_odds, scores_are="logits", sample_weight=cases.weights, **costs)
    record = _record(found, **costs)
    if as_json:
        print_json("decide", record | {"rows": model.held_out.how()})
        return
    target = model.design.target
    outcome = f"{target.name} = {target.positive}" if target is not None else "y = 1"
    show(f"Act from a probability of {percent(found.threshold)} for {outcome} on; judged on {model.held_out.how()}")
    rows = [
        ("acted on, rightly", count(found.true_positives)),
        ("acted on for nothing", count(found.false_positives)),
        ("left alone, rightly", count(found.true_negatives)),
        ("missed", count(found.false_negatives)),
    ]
    show_table(("cases", "number"), rows)
    choices = {"at this threshold": "cost", "acting on nobody": "cost_of_nobody", "acting on everybody": "cost_of_all"}
    show_table(("decision", "cost per case"), [(said, number(record[key])) for said, key in choices.items()])


def _record(found: Decision, false_positive: float, false_negative: float) -> dict[str, Any]:
    ones = found.true_positives + found.false_negatives
    zeros = found.false_positives + found.true_negatives
    return dict(vars(found)) | {
        "cost_of_nobody": ones * false_negative / (ones + zeros),
        "cost_of_all": zeros * false_positive / (ones + zeros),
    }
