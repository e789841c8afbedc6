"""`verhulst fit --multinomial`: its option, and what it prints of a fit of several classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from verhulst._numbers import counted, percent
from verhulst.cli import held_out

if TYPE_CHECKING:
    from verhulst.cli.inference import Asked
    from verhulst.regression.table_classes import MultinomialTableFit
    from verhulst.report.cautions import Caution
    from verhulst.report.class_contents import ClassContents
    from verhulst.report.quality import ClassQuality

option = click.option(
    "--multinomial", is_flag=True,
    help="Fit all values of the target as classes, against the first or --reference TARGET=VALUE.",
)  # fmt: skip


def check(asked: Asked, on_cluster: bool, request: Mapping[str, Any]) -> None:
    """Raise before the fit if an option is for two values of the target only."""
    given = {"--positive": request["positive"], "--offset": request["offset"], "--firth": request["firth"]}
    given |= {"--workers or --scheduler": on_cluster, "--csv": request["as_csv"], "--log-odds": request["log_odds"]}
    for name in (name for name, value in (given | asked.given()).items() if value):
        instead = ": --reference TARGET=VALUE gives the class to compare with" if name == "--positive" else ""
        raise click.UsageError(f"{name} is for two values of the target, not for --multinomial{instead}.")


def tell(
    model: MultinomialTableFit,
    level: float,
    output: str | None,
    report: str | None,
    as_json: bool,
    printed: bool,
    doubts: tuple[Caution, ...],
) -> None:
    """Write the files that were asked for, and print the fit."""
    from verhulst.cli.console import print_json, say, say_wrote, show
    from verhulst.cli.effects_table import print_effects
    from verhulst.cli.fit_record import footline
    from verhulst.data.atomic import write_text
    from verhulst.report.class_contents import contents_of_class_table, shares_in_words
    from verhulst.report.class_page import class_page

    contents = contents_of_class_table(model, level=level)
    contents = replace(contents, cautions=(*contents.cautions, *doubts))
    if output:
        model.save(output)
    if report:
        write_text(report, class_page(contents))
    if as_json:
        print_json("fit", _record(model, contents))
    elif printed:
        assert contents.observed is not None
        show(
            f"{contents.target} in {len(contents.classes)} classes against {contents.reference!r} "
            f"({_share(contents, 0)}); {contents.source or 'table'}, {counted(model.fit.rows, 'row')}"
        )
        for place, one in enumerate(contents.comparisons, 1):
            show()
            show(f"{one.name} rather than {contents.reference} ({_share(contents, place)})", "bold")
            print_effects(one.effects, level)
        line = footline(model.fit, model.fit.test())
        if contents.quality is None:
            show(f"{line}. {shares_in_words(contents.observed)}")
        else:
            show(line)
            held_out.print_measures(contents.quality, contents.quality.result.top_label_ece)
            show(shares_in_words(contents.observed))
    for caution in [*contents.cautions, *([] if contents.quality is None else contents.quality.notes())]:
        say(f"Note: {caution}")
    say_wrote(output, report)


def _share(contents: ClassContents, place: int) -> str:
    cases = contents.cases[place]
    return f"{counted(cases, 'case')}, {percent(cases / sum(contents.cases))}"


def _judged(quality: ClassQuality) -> dict[str, Any]:
    return quality.held_out.origin() | {"advice": quality.advice(), "evaluation": quality.result.to_json()}


def _record(model: MultinomialTableFit, contents: ClassContents) -> dict[str, Any]:
    from verhulst.cli.effects_table import effects_record
    from verhulst.cli.fit_record import record_of_fit

    fit, classes, quality = model.fit, list(contents.classes), contents.quality
    beside = {} if quality is None else {"held_out": _judged(quality)}
    return {
        "source": contents.source,
        "rows_read": model.design.rows_read,
        "rows_kept": model.design.rows_kept,
        "target": {"column": contents.target, "classes": classes, "reference": contents.reference},
        "cases": sum(fit.cases),
        "cases_by_class": dict(zip(classes, fit.cases, strict=True)),
        "level": contents.level,
        "intercepts": dict(zip(classes[1:], fit.intercept.tolist(), strict=True)) if fit.has_intercept else None,
        "effects": [
            {"class": one.name} | effect for one in contents.comparisons for effect in effects_record(one.effects)
        ],
        "confusion": model.totals.confusion,
        **beside,
    } | record_of_fit(fit, fit.test(), contents.cautions)
