"""`verhulst top`: the rows with the highest probabilities, with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from verhulst.cli import options

if TYPE_CHECKING:
    from verhulst.data.column import Unknown
    from verhulst.regression.top_cases import TopCases

# The words of the option, and those of Python.
UNKNOWN: dict[str, Unknown] = {"error": "error", "empty": "nan", "reference": "reference"}

EPILOG = """
\b
Examples:
  verhulst top model.json customers.csv
  verhulst top model.json customers.csv -n 50 --reasons 2 --show customer_id --csv > top.csv
"""


@click.command(name="top", epilog=EPILOG)
@click.argument("model_file", metavar="MODEL", type=options.InputFile())
@options.data
@click.option("--number", "-n", type=click.IntRange(min=1), default=20, help="The number of rows.")
@click.option("--reasons", type=click.IntRange(min=1), default=3, help="The number of reasons for each row.")
@click.option("--lowest", is_flag=True, help="The lowest probabilities instead.")
@click.option("--show", multiple=True, metavar="NAMES", help="Columns of DATA to print too, comma-separated.")
@click.option(
    "--missing", type=click.Choice(["error", "drop", "empty"]), default="error",
    help="Refuse or leave out rows with missing values; empty is the same as drop.",
)  # fmt: skip
@click.option(
    "--unknown", type=click.Choice(["error", "empty", "reference"]), default="error",
    help="Refuse rows with a level that was not there at the fit, leave them out, or take the reference level.",
)  # fmt: skip
@options.format
@options.json
@options.csv
@options.markdown
def command(
    model_file: str,
    data: options.Source,
    number: int,
    reasons: int,
    lowest: bool,
    show: tuple[str, ...],
    missing: str,
    unknown: str,
    form: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print the rows of DATA with the highest probabilities, and which columns made them high.

    MODEL is a file written by `verhulst fit -o`. A reason is a column with what it adds to the log-odds of the row,
    compared with the mean over the rows: it describes the score, not a cause.
    """
    from verhulst._load import load
    from verhulst.cli.console import print_json, print_rows, reading_said, say
    from verhulst.cli.names import column_names, kind_of
    from verhulst.data.choice import check_names
    from verhulst.data.errors import DataError, ModelFileError, UnknownLevelWarning
    from verhulst.regression.table_fit import TableFit

    model = load(model_file)
    if not isinstance(model, TableFit):
        raise ModelFileError(
            f"{model_file}: is {kind_of(model)}; rows are ranked by models of `verhulst fit` with two outcomes."
        )
    table = model.design.read_new(data, form)
    shown = list(dict.fromkeys(column_names(show, table.column_names, "--show")))
    check_names(table, shown)
    # No model has more.
    reasons = min(reasons, max(1, len(model.fit.slopes) + (model.design.offset is not None)))
    if as_csv and (taken := [name for name in shown if name in _own_columns(reasons)]):
        raise click.UsageError(
            f"--show {taken[0]}: the CSV has a column {taken[0]!r} of its own. Rename that of DATA, or use --json."
        )
    try:
        with reading_said(UnknownLevelWarning):
            found = model.top_cases(
                table,
                number,
                reasons,
                lowest=lowest,
                missing="error" if missing == "error" else "nan",
                unknown=UNKNOWN[unknown],
            )
    except DataError:
        raise
    except ValueError as error:
        raise DataError(f"{model_file}: {error}.") from None
    texts = [{name: _text(table[name][case.row - 1].as_py()) for name in shown} for case in found]
    if as_json:
        print_json("top", _record(found, texts))
    elif as_csv:
        print_rows("top", _rows(found, texts, reasons), "", as_json=False)
    else:
        _print(found, texts, shown)
    if found.left_out:
        say(f"Note: {found.left_out:,} of {found.rows + found.left_out:,} rows have no probability.")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _record(found: TopCases, texts: list[dict[str, str]]) -> dict[str, Any]:
    from dataclasses import asdict

    cases = [asdict(case) | {"shown": text} for case, text in zip(found, texts, strict=True)]
    return {"rows": found.rows, "left_out": found.left_out, "mean_log_odds": found.mean_log_odds, "cases": cases}


def _own_columns(reasons: int) -> list[str]:
    return ["row", "probability", "log_odds", *(f"reason_{place}" for place in range(1, reasons + 1))]


def _rows(found: TopCases, texts: list[dict[str, str]], reasons: int) -> list[dict[str, Any]]:
    rows = []
    for case, text in zip(found, texts, strict=True):
        said = [str(reason) for reason in case.reasons] + [""] * (reasons - len(case.reasons))
        numbers = {"row": case.row, "probability": case.probability, "log_odds": case.log_odds}
        rows.append(numbers | text | {f"reason_{place}": words for place, words in enumerate(said, 1)})
    return rows


def _print(found: TopCases, texts: list[dict[str, str]], shown: list[str]) -> None:
    from verhulst._numbers import number, percent
    from verhulst.cli.console import show_prose, show_table

    rows = [
        (str(case.row), *text.values(), percent(case.probability), "; ".join(map(str, case.reasons)))
        for case, text in zip(found, texts, strict=True)
    ]
    show_table(("row", *shown, "probability", "reasons"), rows, left=len(shown) + 3)
    show_prose(
        "A reason: a column, what the row has in it, and what that adds to the log-odds, whose mean over the rows is "
        f"{number(found.mean_log_odds)}."
    )
