"""`verhulst calibrate`: fit a calibration map to scores and outcomes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from verhulst.cli import options

if TYPE_CHECKING:
    from verhulst.calibration.calibrator import Calibrator
    from verhulst.cli.scored import Scored

EPILOG = """
\b
Examples:
  verhulst calibrate holdout.csv --score logit --target outcome -o calibrator.json
  verhulst calibrate holdout.csv --score p --scores probabilities --target y --method beta -o calibrator.json
  verhulst calibrate holdout.csv --scores-prefix p_ --scores probabilities --target y --method vector -o map.json
  verhulst predict calibrator.json new.csv

Use rows that the model was not trained on. The logit of a probability that was rounded to 0 or 1 is lost, so use logits
(margins, decision values) if you have them.
"""


class Method(click.Choice):  # type: ignore[type-arg]  # generic in new versions of click only
    """The methods of `calibrate`. The maps are loaded only when needed."""

    def __init__(self) -> None:
        self.case_sensitive = True

    @cached_property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        """ "auto" and the methods of all maps."""
        from verhulst.calibration.maps import methods_for

        return tuple(dict.fromkeys(("auto", *methods_for(), *methods_for(2))))


def _require_classes(scored: Scored, method: str) -> None:
    """Refuse several classes of which only one occurs, or, for vector scaling, not all."""
    from verhulst.data.errors import DataError

    absent = scored.absent() if scored.classes else []
    if absent and len(absent) >= len(scored.classes) - 1:
        (only,) = (name for name in scored.classes if name not in absent)
        raise DataError(
            f"{scored.place}{scored.outcome} is {only!r} in every row (of positive weight): nothing to learn."
        )
    if absent and method == "vector":
        raise DataError(
            f"{scored.place}no row (of positive weight) has {scored.outcome} = {absent[0]!r}, so that it has no slope: "
            "every class is needed, or use --method temperature."
        )


def _page(calibrator: Calibrator, scored: Scored) -> str:
    """Return the report."""
    from verhulst.report.calibrator import calibrator_page
    from verhulst.report.class_calibrator import class_calibrator_page

    rows, names = (calibrator, scored.scores), (scored.outcome, scored.place.removesuffix(": "))
    if not scored.columns:
        return calibrator_page(*rows, scored.y, scored.weights, *names)
    return class_calibrator_page(*rows, scored.labels(), scored.weights, scored.values(), *names)


@click.command(name="calibrate", epilog=EPILOG, context_settings=options.OLD_SPELLINGS)
@options.scored("the folds")
@click.option("--method", type=Method(), default="auto", help="The calibration map.")
@options.column("--group", help="A column of groups; the rows of a group stay in one fold.")
@options.output("Write the calibrator (JSON).", required=True)
@options.report
@options.json
def command(
    method: str, group: str | None, seed: int, output: str, report: str | None, as_json: bool, **columns: Any
) -> None:
    """Fit a map from a column of scores in DATA, or those of several classes, to probabilities.

    DATA is a table (CSV, TSV, Parquet, JSON lines, Arrow), a database (DuckDB or SQLite file, postgresql://host/name),
    or - for standard input. With --method auto the map of least cross-validated log-loss is chosen, or the identity if
    no map is better than the unchanged scores.
    """
    from verhulst.calibration.choose import calibrate
    from verhulst.calibration.maps import methods_for
    from verhulst.cli.console import print_json, say_wrote, show
    from verhulst.cli.scored import learning, read_scored
    from verhulst.data.errors import RequestError

    if group is not None and method != "auto":
        raise click.UsageError("--group keeps groups together in the folds of --method auto: leave one of them out.")
    printed = options.prints(click.get_current_context(), as_json)
    scored = read_scored(by=group, **columns)
    known = methods_for(max(len(scored.columns), 1))
    if method not in ("auto", *known):
        what = f"{len(scored.columns)} columns of scores" if scored.columns else "one column of scores"
        raise RequestError(f"--method {method} is not for {what}; the methods are auto, {', '.join(known)}.")
    _require_classes(scored, method)
    with learning(scored):
        calibrator = calibrate(
            scored.scores,
            scored.y,
            method,
            scores=scored.kind,
            sample_weight=scored.weights,
            groups=scored.groups,
            rng=seed,
        )
    if scored.columns:
        calibrator.columns_ = dict(zip(scored.columns, scored.classes, strict=True))
    else:
        calibrator.column_ = columns["score"]
    calibrator.save(output)
    if report is not None:
        from verhulst.data.atomic import write_text

        write_text(report, _page(calibrator, scored))
    choice = getattr(calibrator, "choice_", None)
    if as_json:
        record: dict[str, Any] = {
            "outcome": scored.outcome,
            "rows_left_out": scored.left_out,
            "map": type(calibrator).__name__,
            "scores": calibrator.kind_,
            **({"columns": dict(calibrator.columns_)} if calibrator.columns_ else {}),
            "parameters": calibrator.parameters(),
        }
        if choice is not None:
            record["candidates"] = [vars(candidate) for candidate in choice.candidates]
        print_json("calibrate", record)
    elif printed:
        for part in filter(None, (calibrator, choice)):
            show(repr(part))
    say_wrote(output, report)
