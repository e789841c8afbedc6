"""`verhulst calibrate`: learns a calibration map from scores and outcomes."""

from __future__ import annotations

import warnings

import click

METHODS = ("auto", "identity", "temperature", "platt", "platt-smooth", "beta", "quadratic", "isotonic")

EPILOG = """
\b
Examples:
  verhulst calibrate holdout.csv --score logit --target outcome -o calibrator.json
  verhulst calibrate holdout.csv --score p --scores probabilities --target y --method beta -o calibrator.json
  verhulst predict calibrator.json new.csv

The rows must be rows that the model was not trained on. The logit of a probability that was rounded to 0 or 1 is lost:
give logits (margins, decision values) where you have them.
"""


@click.command(name="calibrate", epilog=EPILOG)
@click.argument("data")
@click.option("--score", required=True, metavar="COL", help="The column of scores.")
@click.option("--scores", "kind", type=click.Choice(["logits", "probabilities"]), help="What the scores are.")
@click.option("--target", required=True, metavar="COL", help="The column of outcomes: two values.")
@click.option("--positive", metavar="VALUE", help="The outcome that counts as 1.")
@click.option("--method", type=click.Choice(METHODS), default="auto", show_default=True, help="The calibration map.")
@click.option("--weight", metavar="COL", help="A column of case counts.")
@click.option("--group", metavar="COL", help="Rows of one group stay in one fold of the choice.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the folds.")
@click.option("-o", "--output", "path", required=True, metavar="FILE", help="The model file to write (JSON).")
@click.option("--report", "page", metavar="FILE", help="Write a report too: one HTML file.")
@click.option("--format", "form", metavar="FORMAT", help="csv, tsv, parquet, jsonl, arrow or npy, if not clear.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    data: str,
    score: str,
    kind: str | None,
    target: str,
    positive: str | None,
    method: str,
    weight: str | None,
    group: str | None,
    seed: int,
    path: str,
    page: str | None,
    form: str | None,
    as_json: bool,
) -> None:
    """Learn from DATA how a column of scores becomes probabilities.

    With --method auto the map of least cross-validated log-loss is taken, and none at all if none beats the scores as
    they are.
    """
    from verhulst.calibration.calibrator import CalibrationWarning
    from verhulst.calibration.choose import calibrate
    from verhulst.cli.console import output, print_json, say
    from verhulst.cli.scored import data_faults, read_scored

    scored = read_scored(data, score, target, positive, weight, group, form)
    with data_faults(scored.place), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CalibrationWarning)
        calibrator = calibrate(
            scored.scores,
            scored.y,
            method,
            scores=kind,  # type: ignore[arg-type]
            sample_weight=scored.weights,
            groups=scored.groups,
            rng=seed,
        )
    calibrator.column_ = score
    calibrator.save(path)
    for warning in caught:
        say(f"Note: {scored.place}{warning.message}.")
    if page is not None:
        from verhulst.data.atomic import write_text
        from verhulst.report.calibrator import calibrator_page

        source = scored.place.removesuffix(": ")
        write_text(page, calibrator_page(calibrator, scored.scores, scored.y, scored.weights, scored.outcome, source))
        say(f"Wrote {page}.")
    choice = getattr(calibrator, "choice_", None)
    if as_json:
        record: dict[str, object] = {
            "outcome": scored.outcome,
            "map": type(calibrator).__name__,
            "scores": calibrator.kind_,
        }
        record["parameters"] = calibrator.parameters()
        if choice is not None:
            record["candidates"] = [vars(candidate) for candidate in choice.candidates]
        print_json("calibrate", record)
    else:
        output().print(repr(calibrator), markup=False, soft_wrap=True)
        if choice is not None:
            output().print(repr(choice), markup=False, soft_wrap=True)
    say(f"Wrote {path}.")
