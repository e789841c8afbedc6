"""Options of several commands, each defined and checked once."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce, wraps
from pathlib import Path
from typing import Any

import click

from verhulst import _process
from verhulst.cli.names import separated
from verhulst.data.atomic import check_writable, is_stream, refuse_other_than_page, same_file
from verhulst.data.errors import OutputError
from verhulst.data.file import File
from verhulst.data.file_format import format_of_name
from verhulst.data.query import Query

Decorator = Callable[[Any], Any]
Source = str | Query | File  # of rows

# Names in earlier versions, which still work.
OLD_SPELLINGS: dict[str, Any] = {"token_normalize_func": lambda name: "weights" if name == "weight" else name}


class InputFile(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click only
    """A file to read, or "-" for standard input; no output of the command may be the same file."""

    name = "file"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        if not value:
            self.fail("the name of the file is empty.", param, ctx)
        _refuse_same_file(value, param, ctx, written=False)
        return value


class OutputFile(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click only
    """A file to write, or "-" for standard output, checked before the command starts its work.

    Parameters
    ----------
    form : callable, optional
        A further check of the name.
    """

    name = "file"

    def __init__(self, form: Callable[[str], object] | None = None) -> None:
        self.form = form

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, "-" also for the other names of standard output."""
        if not value:
            self.fail("the name of the file is empty.", param, ctx)
        if ctx is not None and any(value in each.opts for each in ctx.command.params):
            self.fail(
                f"the name of the file is missing: {value} is an option. (A file of that name: ./{value})", param, ctx
            )
        value = standard_or_named(value)
        if self.form is not None:
            self.form(value)
        expect_output(value)
        _refuse_same_file(value, param, ctx, written=True)
        return value


def standard_or_named(output: str) -> str:
    """Return "-" for any name of standard output: opened by it, a file would be written from its start again."""
    return "-" if output in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1") else output


def prints(context: click.Context, as_json: bool) -> bool:
    """Return whether a command prints its results: not if one of its files goes to standard output.

    Raises
    ------
    click.UsageError
        If JSON is to go there too.
    """
    file = next((label for name, written, label in _files(context) if name == "-" and written), None)
    if file is not None and as_json:
        raise click.UsageError(f"{file} - and --json both write to standard output: name a file.")
    return file is None


def expect_output(path: str) -> None:
    """Check that a file can be written, and note that it is going to be; "-" is standard output."""
    if path == "-":
        return
    check_writable(path)
    if not is_stream(path):
        _process.expect_output(path)


def _refuse_same_file(value: str, param: click.Parameter | None, ctx: click.Context | None, written: bool) -> None:
    """Refuse an output that is an input or another output of the command, by whatever name."""
    if param is None or ctx is None:
        return
    for other, other_written, label in _files(ctx):
        if "-" in (value, other):
            if value == other and written == other_written:
                stream = "output" if written else "input"
                raise click.UsageError(f"{label} and {_label(param)} are both standard {stream}; name a file.", ctx)
        elif (written or other_written) and same_file(value, other):
            raise click.UsageError(f"{label} and {_label(param)} are the same file ({value!r}); name another.", ctx)
    _files(ctx).append((value, written, _label(param)))


def _files(ctx: click.Context) -> list[tuple[str, bool, str]]:
    """The files of the command: name, whether it is written, and the option that names it."""
    files: list[tuple[str, bool, str]] = ctx.meta.setdefault("verhulst.files", [])
    return files


def _label(param: click.Parameter) -> str:
    return next((name for name in param.opts if name.startswith("--")), param.human_readable_name)


class Number(click.FloatRange):
    """A number in a range, which nan is not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return found


def output_folder(name: str) -> Path:
    """Return a folder for output files, created if its parent exists.

    Raises
    ------
    OutputError
        If it cannot be created.
    """
    if not name:
        raise OutputError("the name of the output folder is empty.")
    if name == "-":
        raise OutputError("several files cannot go to standard output: name a folder.")
    folder = Path(name)
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError:
        raise OutputError(f"cannot create {name!r}: the folder {str(folder.parent)!r} does not exist.") from None
    except (FileExistsError, NotADirectoryError):
        raise OutputError(f"cannot write into {name!r}: it is a file, or lies in one.") from None
    return folder


def column(*names: str, help: str, **more: Any) -> Decorator:
    """Return an option for a column."""
    return click.option(*names, metavar="COLUMN", help=help, **more)


def output(help: str, kind: OutputFile | None = None, **more: Any) -> Decorator:
    """Return the option for the main output file of a command."""
    return click.option("--output", "-o", type=kind or OutputFile(), metavar="FILE", help=help, **more)


def coverage(*names: str, **more: Any) -> Decorator:
    """Return an option for the coverage of intervals."""
    return click.option(*names, type=Number(min=0, max=1, min_open=True, max_open=True), **more)


def _named(path: str) -> None:
    if path == "-":
        raise OutputError("--rejects needs the name of a file: results go to standard output.")


def data(command: Any) -> Any:
    """The argument DATA with the options of its reading, which a command gets as one source."""

    @click.argument("data", metavar="DATA", type=InputFile(), required=False)
    @click.option("--table", metavar="NAME", help="The table of a database, or the sheet of a workbook.")
    @click.option("--sql", metavar="QUERY", help="A query of the database DATA; without DATA, of files that it names.")
    @click.option("--delimiter", metavar="CHARACTER", help="What separates the values of a text file, such as ';'.")
    @click.option("--decimal", metavar="SIGN", help="The decimal sign of a text file: . or ,")
    @click.option("--encoding", metavar="NAME", help="The encoding of a text file, such as cp1252.")
    @click.option("--na-values", multiple=True, metavar="VALUES", help="Further values that count as missing.")
    @click.option("--skip-lines", type=click.IntRange(min=0), metavar="N", help="Lines above the names of columns.")
    @click.option("--text", multiple=True, metavar="NAMES", help="Columns to read as text, such as postal codes.")
    @click.option("--rejects", type=OutputFile(_named), metavar="FILE", help="A file for lines of a wrong length.")
    @wraps(command)
    def with_source(*given: Any, data: str | None, table: str | None, sql: str | None, **more: Any) -> Any:
        from verhulst.cli.console import reading_said

        source = _source(data, table, sql, {name: more.pop(name) for name in _READING})
        with reading_said():
            return command(*given, data=source, **more)

    return with_source


_READING = ("delimiter", "decimal", "encoding", "na_values", "skip_lines", "text", "rejects")


def _source(data: str | None, table: str | None, sql: str | None, asked: dict[str, Any]) -> Source:
    """Return what a command reads: a path as it is, unless something was said of it."""
    for name in ("na_values", "text"):
        asked[name] = tuple(part for text in asked[name] for part in separated(text, f"--{name.replace('_', '-')}"))
    asked = {name: value for name, value in asked.items() if value not in (None, (), 0)}
    if data is None and sql is None:
        raise click.UsageError("Missing argument 'DATA'.")
    if data is not None and sql is None and table is not None and format_of_name(data) == "xlsx":
        asked["sheet"] = table
    elif table is not None or sql is not None:
        if asked:
            flags = ", ".join(f"--{name.replace('_', '-')}" for name in asked)
            raise click.UsageError(f"{flags} cannot be used with a database, whose columns have types.")
        return Query(data, table, sql)
    assert data is not None
    return File(data, **asked) if asked else data


def like(data: Source, other: str | None) -> str | File | None:
    """Return another file, with the options of reading that were given for DATA and that its format has."""
    if not isinstance(data, File) or other is None:
        return other
    text = ("delimiter", "decimal", "encoding") if format_of_name(other) in (None, "csv", "tsv") else ()
    kept = {name: getattr(data, name) for name in (*text, "na_values", "text")}
    if text or format_of_name(other) == "xlsx":
        kept["skip_lines"] = data.skip_lines
    return File(other, **kept)


target = column("--target", "-t", required=True, help="The column of outcomes, with two values.")
positive = click.option(
    "--positive", metavar="VALUE", help="The value of the target that counts as 1; required unless they are 0 and 1."
)
weights = column("--weights", help="A column of case counts.")
format = click.option(
    "--format",
    "form",
    metavar="NAME",
    help="csv, tsv, parquet, jsonl, arrow, npy or xlsx, if the name does not show it.",
)
report = click.option(
    "--report", type=OutputFile(refuse_other_than_page), metavar="FILE", help="Write a report (HTML)."
)


def _form(context: click.Context, parameter: click.Parameter, value: bool) -> bool:
    """Refuse two forms of printed results, and note for `show_table` whether it is Markdown."""
    if value:
        from verhulst.cli.console import MARKDOWN

        form = parameter.opts[0]
        other = context.meta.setdefault("verhulst.form", form)
        if other != form:
            raise click.UsageError(f"Use {other} or {form}, not both.")
        context.meta[MARKDOWN] = form == "--markdown"
    return value


json = click.option("--json", "as_json", is_flag=True, callback=_form, help="Print JSON.")
csv = click.option("--csv", "as_csv", is_flag=True, callback=_form, help="Print CSV, with all digits.")
markdown = click.option(
    "--markdown", is_flag=True, expose_value=False, callback=_form, help="Print tables as Markdown."
)


columns = click.option(
    "--columns", "-c", multiple=True, metavar="NAMES", help="The columns, comma-separated; default: all."
)
exclude = click.option("--exclude", "-x", multiple=True, metavar="NAMES", help="Columns to leave out.")
categorical = click.option(
    "--categorical", multiple=True, metavar="NAMES", help="Columns to read as text, each value a category."
)
reference = click.option(
    "--reference", multiple=True, metavar="COLUMN=LEVEL", help="The reference level of a column, or class."
)
ridge = click.option(
    "--C", "C", type=Number(min=0, min_open=True), default=float("inf"),
    help="Shrink the slopes towards 0: inverse strength of the L2 penalty.  [default: inf, which is none]",
)  # fmt: skip
firth = click.option("--firth", is_flag=True, help="Remove small-sample bias, by Jeffreys' prior.")


def two_penalties(C: float, firth: bool) -> None:
    """Raise if both penalties are asked for."""
    if firth and float("inf") > C:
        raise click.UsageError("--firth and --C are two penalties: use one of them.")


def missing(*more: str) -> Decorator:
    """Return the option for rows with missing values; `empty` leaves them without a result."""
    help = "Refuse rows with missing values, or leave them out."
    if more:
        help = "Refuse rows with missing values, leave them out, or leave their prediction empty."
    return click.option("--missing", type=click.Choice(["error", "drop", *more]), default="error", help=help)


dates = click.option(
    "--date", "dates", multiple=True, metavar="COLUMN=PART", help="Take days, year, month or weekday of dates."
)
lump = click.option(
    "--lump",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    show_default=False,
    help="Take levels with fewer rows than N together.",
)


def scored(seed_of: str) -> Decorator:
    """Return the options of commands that read scores and outcomes, for `read_scored`, and the seed."""
    options = (
        data,
        column("--score", help="The column of scores; of several classes, their columns, separated by commas."),
        click.option("--scores-prefix", metavar="TEXT", help="Scores of classes: all columns that begin with this."),
        click.option(
            "--classes", metavar="VALUES",
            help="The value of the target for each of these columns, separated by commas; else their names, without "
            "the prefix.",
        ),
        click.option("--scores", "kind", type=click.Choice(["logits", "probabilities"]), help="The kind of scores."),
        target,
        positive,
        weights,
        missing(),
        format,
        click.option("--seed", type=click.IntRange(min=0), default=0, help=f"Seed for {seed_of}."),
    )  # fmt: skip
    return lambda command: reduce(lambda inner, option: option(inner), reversed(options), _with_scores(command))


def _with_scores(command: Any) -> Any:
    @wraps(command)
    def with_scores(*given: Any, score: str | None, scores_prefix: str | None, **more: Any) -> Any:
        if score is None and scores_prefix is None:
            raise click.UsageError(
                "Missing option '--score' (or '--scores-prefix', for the columns of several classes)."
            )
        if score is not None and scores_prefix is not None:
            raise click.UsageError("Use --score or --scores-prefix, not both.")
        return command(*given, score=score, scores_prefix=scores_prefix, **more)

    return with_scores
