"""`verhulst fit`: a logistic regression on a table."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from verhulst import _process
from verhulst._numbers import count, counted, percent
from verhulst.cli import cluster, fit_classes, fit_formula, held_out, inference, options
from verhulst.cli.names import column_names, references
from verhulst.cli.shown import require_shown

if TYPE_CHECKING:
    from verhulst.cli.options import Source
    from verhulst.regression.parameters import Parameter
    from verhulst.regression.table_classes import MultinomialTableFit
    from verhulst.regression.table_fit import TableFit
    from verhulst.report.contents import Contents
    from verhulst.report.effects import Errors

EPILOG = """
\b
Examples:
  verhulst fit votes.csv --target vote --positive Dole
  verhulst fit votes.parquet --target won --columns age,income -o model.json --report report.html
  verhulst fit votes.csv --target vote --positive Dole --reference party=independent --missing drop
  verhulst fit customers.csv --target churn --date signup=days --lump 10
  verhulst fit customers.csv --formula 'churn ~ bs(age, df=4) + C(plan) * log(charge)'
  verhulst fit doses.csv --successes died --trials beetles
  verhulst fit visits.csv --target cured --clusters hospital --effects
  verhulst fit votes.csv --target party --multinomial --reference party=independent
  verhulst fit visits.csv --target cured --cv 10 --group patient
  verhulst fit sales.duckdb --table customers --target churn
  verhulst fit postgresql://host/sales --sql "SELECT churn, age, plan FROM customers" --target churn
  cat votes.csv | verhulst fit - --target won --json | jq .effects
  verhulst fit 'votes/*.parquet' --target won --scheduler tcp://host:8786
  verhulst fit votes.parquet --target won -o model.json --checkpoint fit.checkpoint --resume
"""


def _no_penalty(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Say what is written instead of an option of earlier versions."""
    if value is not None:
        instead = {"none": "leave it out", "l2": "write --C 1", "firth": "write --firth"}.get(
            value.lower(), "--C or --firth"
        )
        raise click.UsageError(f"There is no option --penalty any more: {instead}.")


@click.command(name="fit", epilog=EPILOG)
@options.data
@options.column("--target", "-t", help="The column of outcomes, with two values.")
@fit_formula.option
@options.column("--successes", help="The column of numbers of successes, in place of a target.")
@options.column("--trials", help="The column of numbers of trials.")
@options.positive
@fit_classes.option
@options.columns
@options.exclude
@options.categorical
@options.reference
@options.weights
@options.column("--offset", help="A column to add to the log-odds.")
@options.dates
@options.lump
@options.missing()
@options.ridge
@options.firth
@click.option("--penalty", hidden=True, expose_value=False, callback=_no_penalty)
@click.option(
    "--memory-limit", metavar="SIZE",
    help="Memory for the rows of files and databases, such as 2GB; beyond, a scratch file.",
)  # fmt: skip
@click.option(
    "--checkpoint", type=options.OutputFile(), metavar="FILE",
    help="Keep what each pass over the rows finds; removed at the end.",
)  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on from the checkpoint, if there is one, to the same bits.")
@cluster.options
@options.coverage("--level", default=0.95, help="Coverage of the intervals.")
@inference.options
@held_out.options
@options.format
@options.output("Write the model (JSON).")
@options.report
@click.option("--log-odds", is_flag=True, help="Print log-odds, with the intercept, instead of odds ratios.")
@options.json
@options.csv
@options.markdown
def command(
    data: Source,
    output: str | None,
    report: str | None,
    as_json: bool,
    as_csv: bool,
    log_odds: bool,
    level: float,
    scheduler: str | None,
    workers: int | None,
    covariance: str | None,
    clusters: str | None,
    interval: str,
    effects: bool,
    **request: Any,
) -> None:
    """Fit a logistic regression on DATA.

    DATA is a file (CSV, TSV, Parquet, JSON lines, Arrow), a folder or a quoted pattern of files, a database
    (DuckDB or SQLite file, postgresql://host/name), or "-" for standard input. Odds ratios go to standard output.
    """
    from verhulst.cli.check import with_all_problems
    from verhulst.cli.console import print_json, print_rows, say, say_wrote, show
    from verhulst.cli.effects_table import (
        print_coefficients,
        print_effects,
        print_factors,
        say_cautions,
        table_of_effects,
    )
    from verhulst.cli.fit_record import footline
    from verhulst.data.atomic import write_text
    from verhulst.data.errors import DataError
    from verhulst.data.file import File
    from verhulst.data.query import Query
    from verhulst.regression.fitting_tables import remembering
    from verhulst.regression.inference import ModelTest
    from verhulst.regression.table_fit import TableFit
    from verhulst.report.cautions import numbers_in_doubt
    from verhulst.report.contents import contents_of_table
    from verhulst.report.write import html_of

    asked = inference.Asked(covariance, clusters, interval, effects)
    printed = options.prints(click.get_current_context(), as_json or as_csv)
    require_shown(click.get_current_context(), as_json, as_csv, printed)
    on_cluster = scheduler is not None or workers is not None
    source, request["test"] = data, options.like(data, request["test"])
    if _of_counts(request, asked, on_cluster):
        data = _cases(data, request)
    fit_formula.check(request, clusters, on_cluster)
    asked.check(request["C"], request["firth"], on_cluster)
    if request["multinomial"]:
        fit_classes.check(asked, on_cluster, request | {"as_csv": as_csv, "log_odds": log_odds})
    held_out.check(request["cv"], request["group"], request["test"], on_cluster)
    asked.check_column({role: request[role] for role in ("target", "weights", "offset")})
    with cluster.client_of(scheduler, workers, data) as client:
        rows_needed = asked.rows or request["cv"]
        try:
            if request["formula"] is not None:
                model, table = fit_formula.fit(data, request)
            else:
                model, table = _fit(data, client=client, clusters=clusters, rows_needed=rows_needed, **request)
        except DataError as error:
            explained = client is None and request["formula"] is None and isinstance(data, str | Query | File)
            raise (with_all_problems(error, data, **request) if explained else error) from None
    model = remembering(model, source)
    doubts = tuple(numbers_in_doubt(model.design, table))
    if not isinstance(model, TableFit):
        fit_classes.tell(model, level, output, report, as_json, printed, doubts)
        return
    errors, few = asked.errors(model, table, level)
    points = asked.points(model, table, level, errors, report is not None)
    contents = replace(contents_of_table(model, level=level, errors=errors), points=points)
    contents = replace(contents, cautions=(*contents.cautions, *few, *doubts))
    quality = contents.quality
    average = points.average if points is not None and effects else None
    if output:
        model.save(output)
    if report:
        write_text(report, html_of(contents))
    if as_json:
        beside = {} if quality is None else {"held_out": held_out.record(quality)}
        print_json("fit", _record(model, contents) | asked.record(points) | beside)
    elif as_csv:
        print_rows("fit", table_of_effects(contents, _intercept(model, level, errors), average), "", as_json=False)
    elif printed:
        show(_headline(model, contents))
        if log_odds:
            print_coefficients(contents, _intercept(model, level, errors))
        else:
            print_effects(contents.effects, contents.level)
        print_factors(contents)
        if contents.errors:
            show(f"{contents.errors}.")
        if points is not None and effects:
            inference.print_points(points, contents.outcome, contents.effects)
        show(footline(model.fit, ModelTest.of(model.fit)))
        if quality is not None:
            held_out.print_quality(quality)
    say_cautions(contents)
    for note in [] if quality is None else quality.notes():
        say(f"Note: {note}")
    say_wrote(output, report)


def _of_counts(request: dict[str, Any], asked: inference.Asked, on_cluster: bool) -> bool:
    """Whether successes and trials are given in place of a target, with nothing that does not go with them."""
    given = [name for name in ("successes", "trials") if request[name] is not None]
    if not given:
        return False
    if len(given) == 1:
        raise click.UsageError("--successes and --trials are given together.")
    odd = [name for name in ("target", "positive", "weights", "multinomial") if request[name]]
    odd += ["covariance"] if asked.covariance or asked.clusters else []
    if odd or on_cluster:
        raise click.UsageError(f"--{odd[0] if odd else 'workers'} cannot be used with --successes and --trials.")
    return True


def _cases(data: Source, request: dict[str, Any]) -> Any:
    """Return the table with a row for successes and one for failures, of which the request gets target and weights."""
    from verhulst.data.read import read_fields
    from verhulst.data.successes import cases_of_counts, formula_of_counts

    table, test = read_fields(data, request["form"]), request["test"]
    made, target, request["weights"] = cases_of_counts(table, request["successes"], request["trials"])
    if request["formula"] is None:
        request["target"] = target
    else:
        request["formula"] = formula_of_counts(request["formula"], target)
    if test is not None:
        request["test"] = cases_of_counts(test, request["successes"], request["trials"])[0]
    request["form"] = None
    return made


def _fit(
    data: Source,
    target: str,
    formula: str | None,
    successes: str | None,
    trials: str | None,
    columns: tuple[str, ...],
    exclude: tuple[str, ...],
    categorical: tuple[str, ...],
    reference: tuple[str, ...],
    dates: tuple[str, ...],
    C: float,
    firth: bool,
    form: str | None,
    memory_limit: str | None,
    client: Any,
    clusters: str | None,
    rows_needed: bool,
    checkpoint: str | None,
    resume: bool,
    **request: Any,
) -> tuple[TableFit | MultinomialTableFit, Any]:
    """Return the fitted model and the table, or None for a table that is not in this process."""
    from verhulst.cli.console import reading_said
    from verhulst.cli.progress import shown_progress
    from verhulst.data.batches import kept_table
    from verhulst.data.distinct_rows import open_countable
    from verhulst.data.errors import ColumnWarning, ReadingWarning
    from verhulst.data.memory_limit import bytes_allowed
    from verhulst.data.parted_table import open_parts
    from verhulst.data.read import read_fields
    from verhulst.data.unread import unread
    from verhulst.regression.checkpoint import begun
    from verhulst.regression.fitting_tables import fit_table

    options.two_penalties(C, firth)
    levels, parts = references(reference), references(dates, "--date", "signup=days")
    _process.checkpoint = checkpoint
    if client is None:
        if not rows_needed and form in (None, "parquet", "arrow") and (countable := open_countable(data)) is not None:
            source, table = data, countable.columns
        else:
            # What the names of an option are is known when those of the table are.
            texts = [
                target,
                *levels,
                *parts,
                *categorical,
                *(name.strip() for each in categorical for name in each.split(",")),
            ]
            texts += [name for name in (clusters, request["group"]) if name is not None]
            if checkpoint is not None:
                begun(checkpoint, resume, data)  # what is wrong would otherwise be said when all has been read
            with shown_progress() as callback:
                kept = kept_table(data, None, bytes_allowed(memory_limit), texts=texts, form=form, callback=callback)
            source = table = read_fields(data, form) if kept is None else kept
    else:
        source, table = data, open_parts(data, client, 0).columns
    known = [*table.column_names, *unread(table)]
    left_out = column_names(exclude, known, "--exclude")
    if clusters is not None and not columns:
        left_out.append(clusters)  # the name of a case's group is not one of its properties
    with reading_said(), shown_progress() as callback:
        # Warnings of the fit are printed as cautions below, with remedies.
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("always", ReadingWarning)
        warnings.simplefilter("ignore", ColumnWarning)
        model = fit_table(
            source,
            target,
            client=client,
            memory_limit=memory_limit,
            callback=callback,
            checkpoint=checkpoint,
            resume=resume,
            columns=column_names(columns, known, "--columns") or None,
            exclude=left_out,
            categorical=column_names(categorical, known, "--categorical"),
            reference=levels,
            dates=parts,
            C=C,
            firth=firth,
            **request,
        )
    return model, None if client is not None else table


def _intercept(model: TableFit, level: float, errors: Errors | None) -> Parameter | None:
    """Return the line of the intercept, if there is one and it has an interval."""
    from verhulst.regression.inference import wald

    fit = model.fit
    if not fit.has_intercept:
        return None
    covariance, intervals = (None, None) if errors is None else (errors.covariance, errors.intervals)
    return wald(fit, level, covariance=covariance, intervals=intervals)[0]


def _headline(model: TableFit, contents: Contents) -> str:
    fit = model.fit
    share = f"{count(fit.events)} of {counted(fit.cases, 'case')} ({percent(fit.events / fit.cases)})"
    return f"{contents.outcome} in {share}; {contents.source or 'table'}, {counted(fit.rows, 'row')}"


def _record(model: TableFit, contents: Contents) -> dict[str, Any]:
    from verhulst.cli.effects_table import effects_record, factors_record
    from verhulst.cli.fit_record import record_of_fit
    from verhulst.regression.inference import ModelTest

    fit, target = model.fit, model.design.target
    assert target is not None
    return {
        "source": contents.source,
        "rows_read": model.design.rows_read,
        "rows_kept": model.design.rows_kept,
        "target": {"column": target.name, "negative": target.levels[0], "positive": target.levels[1]},
        "cases": fit.cases,
        "events": fit.events,
        "level": contents.level,
        "intercept": fit.intercept if fit.has_intercept else None,
        "intercept_state": fit.states[0] if fit.has_intercept else None,
        "effects": effects_record(contents.effects),
        "factors": factors_record(contents),
    } | record_of_fit(fit, ModelTest.of(fit), contents.cautions)
