"""`verhulst check`: everything in a table that stops a fit, or makes its results doubtful."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from verhulst.cli import options
from verhulst.cli.names import column_names, references
from verhulst.cli.options import Source

if TYPE_CHECKING:
    from verhulst.data.errors import DataError
    from verhulst.data.problems import TableCheck

# The measures for --fail-if.
MEASURES = ("problems", "stops")

EPILOG = """
\b
Examples:
  verhulst check customers.csv --target churn
  verhulst check customers.csv --target churn --positive yes --exclude customer_id --json
  verhulst check export.csv --target churn --encoding cp1252 --fail-if "stops > 0"

Each problem is printed with the option of `verhulst fit` that goes round it, and the last line is the command with all
of them: read what they do before using it. Measures for --fail-if: problems, stops (those that stop a fit).
"""


@click.command(name="check", epilog=EPILOG)
@options.data
@options.column("--target", "-t", required=True, help="The column of outcomes.")
@options.positive
@options.columns
@options.exclude
@options.categorical
@options.reference
@options.dates
@options.lump
@options.weights
@options.column("--offset", help="A column to add to the log-odds.")
@options.missing()
@click.option("--multinomial", is_flag=True, help="The target has classes, not two values.")
@options.ridge
@options.firth
@click.option(
    "--fail-if", "conditions", multiple=True, metavar="CONDITION", help="Exit with code 1 if this holds (repeatable)."
)
@options.format
@options.json
@click.pass_context
def command(
    context: click.Context,
    /,
    data: Source,
    form: str | None,
    conditions: tuple[str, ...],
    as_json: bool,
    **request: Any,
) -> None:
    """Look for all that is wrong with DATA before a fit, and say what to do about each.

    DATA is a file (CSV, TSV, Parquet, JSON lines, Arrow, Excel), a folder or a quoted pattern of files, a database, or
    "-" for standard input. Nothing is written.
    """
    from verhulst.cli.console import print_json, say, show
    from verhulst.cli.gate import Gate

    gates = [Gate.parse(condition, MEASURES) for condition in conditions]
    found = checked(data, form, **request)
    if as_json:
        print_json("check", found.to_json() | {"command_line": fit_command(data, request, found.options)})
    else:
        show(found.headline)
        for line in found.lines():
            show(line)
        if found.options:
            show()
            show(fit_command(data, request, found.options))
    values = {"problems": float(len(found.problems)), "stops": float(len(found.stops))}
    failed = [text for gate in gates if (text := gate.failure(values[gate.name]))]
    for text in failed:
        say(f"Failed: {text}")
    if failed:
        context.exit(1)


def checked(
    data: Any,
    form: str | None,
    target: str,
    columns: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    categorical: tuple[str, ...] = (),
    reference: tuple[str, ...] = (),
    dates: tuple[str, ...] = (),
    C: float = float("inf"),
    firth: bool = False,
    **request: Any,
) -> TableCheck:
    """Return the check of a table, with the options of commands."""
    from verhulst.data.check_reading import read_anyhow
    from verhulst.data.request import Roles
    from verhulst.data.table_check import check_read
    from verhulst.data.unread import unread

    options.two_penalties(C, firth)
    found = read_anyhow(data, target, form)
    known = [*found.table.column_names, *unread(found.table)]
    asked = Roles(
        target,
        columns=column_names(columns, known, "--columns") or None,
        exclude=column_names(exclude, known, "--exclude"),
        categorical=column_names(categorical, known, "--categorical"),
        reference=references(reference),
        dates=references(dates, "--date", "signup=days"),
        **request,
    )
    return check_read(found, asked, penalised=firth or float("inf") > C)


def with_all_problems(error: DataError, data: Any, *, form: str | None, **request: Any) -> DataError:
    """Return an error that stopped a fit, with all others that would stop it too, and the command that goes on.

    The error is returned as it is if it is the only one, or if the table cannot be read once more.
    """
    from verhulst.data.query import Query

    asked = {name: request[name] for name in (*_GIVEN.values(), "missing", "lump", "multinomial", "C", "firth")}
    if isinstance(data, Query) or _path(data) == "-":
        return error
    try:
        found = checked(data, form, **asked)
    except (ValueError, OSError):
        return error
    if len(found.stops) < 2:
        return error
    lines = [line for line, problem in zip(found.lines(), found.problems, strict=True) if problem.stops]
    command = fit_command(data, request, found.options_of_stops)
    doubts = len(found.problems) - len(found.stops)
    more = f"\n{doubts} more make results doubtful: {command.replace('fit', 'check', 1)}" if doubts else ""
    return type(error)(
        f"{error}\n\nAll that stops this fit, each with the option that goes round it:\n"
        + "\n".join(lines)
        + f"\nWith all of them: {command}{more}"
    )


def fit_command(data: Any, request: dict[str, Any], more: str) -> str:
    """Return the command that fits, with the options that were given and others."""
    import shlex

    from verhulst.data.problems import joined_options, option

    given = [f"{name} {value}" for name, value in _source_options(data)]
    for name, key in _GIVEN.items():
        values = request.get(key) or ()
        given += [option(name, value) for value in ([values] if isinstance(values, str) else values)]
    # What was given and is wrong is replaced: another value that counts as 1, another part of a date or none.
    wrong = {"--positive"} if "--positive" in more else set()
    wrong |= {f"--date {column}=" for column in _replaced(more)}
    given = [each for each in given if not " ".join(shlex.split(each)).startswith(tuple(wrong))]
    given += ["--missing drop"] if request.get("missing") == "drop" else []
    given += [f"--lump {request['lump']}"] if request.get("lump") else []
    given += ["--multinomial"] if request.get("multinomial") else []
    given += [f"--C {request['C']:g}"] if request.get("C", float("inf")) < float("inf") else []
    given += ["--firth"] if request.get("firth") else []
    return f"verhulst fit {_path(data)} {joined_options([*given, *_split(more)])}"


_GIVEN = {
    "--target": "target",
    "--positive": "positive",
    "--columns": "columns",
    "--exclude": "exclude",
    "--categorical": "categorical",
    "--reference": "reference",
    "--date": "dates",
    "--weights": "weights",
    "--offset": "offset",
}


def _path(data: Any) -> str:
    import shlex

    from verhulst.data.file import path_of
    from verhulst.data.query import Query

    if isinstance(data, Query):
        return shlex.quote(str(data.database)) if data.database is not None else ""
    return shlex.quote(str(path_of(data)[0]))


def _source_options(data: Any) -> list[tuple[str, str]]:
    import shlex

    from verhulst.data.file import File
    from verhulst.data.query import Query

    if isinstance(data, Query):
        named = {"--table": data.table, "--sql": data.sql}
        return [(name, shlex.quote(value)) for name, value in named.items() if value]
    if not isinstance(data, File):
        return []
    names = {"sheet": "--table", "na_values": "--na-values", "skip_lines": "--skip-lines"}
    found = []
    for key in ("delimiter", "decimal", "encoding", "na_values", "skip_lines", "text", "rejects", "sheet"):
        if value := getattr(data, key):
            text = ",".join(value) if isinstance(value, tuple) else str(value)
            found.append((names.get(key, f"--{key}"), shlex.quote(text)))
    return found


def _replaced(more: str) -> list[str]:
    """Return the columns of which options leave out, or take a part of dates."""
    import shlex

    columns = []
    for name, _, value in (each.partition(" ") for each in _split(more)):
        text = " ".join(shlex.split(value))
        columns += text.split(",") if name == "--exclude" else [text.rpartition("=")[0]] if name == "--date" else []
    return columns


def _split(more: str) -> list[str]:
    """Return options one by one."""
    import re

    return re.split(r" (?=--)", more) if more else []
