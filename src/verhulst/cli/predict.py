"""`verhulst predict`: probabilities for the rows of a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import click

from verhulst.cli import cluster, options
from verhulst.data.errors import DataError, RequestError

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.calibration.calibrator import Calibrator
    from verhulst.data.design import Design
    from verhulst.data.text_files import OpenedText
    from verhulst.regression.table_fit import TableFit

# The number of rows processed at a time, so that the design matrix of a long table is never whole in memory.
ROWS = 1 << 16

EPILOG = """
\b
Examples:
  verhulst predict model.json new.csv
  verhulst predict model.json new.parquet -o predictions.parquet
  verhulst predict model.json new.csv --interval 0.9 --only -o predictions.csv
  verhulst predict model.json sales.duckdb --table customers -o predictions.parquet
  cat new.csv | verhulst predict model.json - | head
"""


def _format(path: str) -> None:
    from verhulst.data.write import writable_format

    writable_format(path)


@click.command(name="predict", epilog=EPILOG)
@click.argument("model_file", metavar="MODEL", type=options.InputFile())
@options.data
@options.output('.csv, .parquet, .jsonl, .arrow; "-" prints CSV.', options.OutputFile(_format), default="-")
@click.option(
    "--missing", type=click.Choice(["error", "empty"]), default="error",
    help="Refuse rows with missing values, or leave their prediction empty.",
)  # fmt: skip
@options.coverage(
    "--interval", "level", metavar="SHARE", help="Add the ends of intervals with this coverage, such as 0.95."
)
@click.option("--log-odds", is_flag=True, help="Add the log-odds.")
@click.option("--only", is_flag=True, help="Leave out the columns of DATA.")
@click.option(
    "--escape-formulas", is_flag=True,
    help="In CSV, put an apostrophe before text that a spreadsheet would compute (it begins with =, +, - or @).",
)  # fmt: skip
@cluster.options
@options.format
def command(
    model_file: str,
    data: options.Source,
    output: str,
    missing: str,
    level: float | None,
    log_odds: bool,
    only: bool,
    escape_formulas: bool,
    form: str | None,
    scheduler: str | None,
    workers: int | None,
) -> None:
    """Add probabilities to the rows of DATA.

    MODEL is a file written by `verhulst fit -o` or `verhulst calibrate -o`. The column `probability` is that of the
    value that counted as 1 at fit time.
    """
    from verhulst._load import load
    from verhulst.cli.console import reading_said, say_wrote
    from verhulst.cli.predict_batches import predicted_in_batches, predicted_on_cluster
    from verhulst.data.design import Design
    from verhulst.data.errors import ModelFileError
    from verhulst.data.read import read_given
    from verhulst.data.source import place
    from verhulst.data.text_files import open_text
    from verhulst.data.unread import refuse_unread
    from verhulst.data.write import writable_format, write_fields, write_table

    try:
        model = load(model_file)
    except ModelFileError as error:
        swapped = str(data).endswith(".json") and not model_file.endswith(".json")
        raise type(error)(f"{error} The model comes first, then the data." if swapped else str(error)) from None
    by_batches = _by_batches(model, "nan" if missing == "empty" else "error", level, log_odds, only)
    with cluster.client_of(scheduler, workers) as client:
        if client is not None and by_batches is None:
            raise RequestError("a cluster predicts with models of `verhulst fit` only; predict without it.")
        if client is not None and by_batches is not None:
            predicted_on_cluster(client, data, output, by_batches)
            say_wrote(output)
            return
    if by_batches is not None and predicted_in_batches(data, output, by_batches, form, escape_formulas):
        say_wrote(output)
        return
    holes: Literal["error", "nan"] = "nan" if missing == "empty" else "error"
    opened = open_text(data, form)
    design = getattr(model, "design", None)
    if opened is not None and isinstance(design, Design) and _is_copied(opened.format, output, only):
        _predict_text(model, design, opened, holes, level, log_odds, only, output, escape_formulas)
        say_wrote(output)
        return
    content = None if opened is None else opened.whole()
    given = read_given(data, form, empty=True, content=content)
    if not only:
        refuse_unread(given.table)
    added = _predictions(model, given.table, holes, level, log_odds)
    if not only:
        _refuse_taken(added, given.table.column_names, place(given.table))
    if given.fields is not None and not only and writable_format(output) in ("csv", "tsv"):
        write_fields(given.fields, _columns(added), output, escape_formulas=escape_formulas)
    else:
        with reading_said():
            table = _columns(added) if only else _joined(given.typed(), added)
        write_table(table, output, escape_formulas=escape_formulas)
    say_wrote(output)


def _is_copied(kind: str | None, output: str, only: bool) -> bool:
    """Whether the cells of a text file are copied, or none are needed, so that it is read a piece at a time."""
    from verhulst.data.write import writable_format

    return kind in ("csv", "tsv") and (only or writable_format(output) in ("csv", "tsv"))


def _predict_text(
    model: TableFit,
    design: Design,
    opened: OpenedText,
    missing: Literal["error", "nan"],
    level: float | None,
    log_odds: bool,
    only: bool,
    output: str,
    escape_formulas: bool,
) -> None:
    from verhulst.cli.predict_text import predicted_text
    from verhulst.data.extended_text import write_extended
    from verhulst.data.write import write_table

    files = opened.csv_files()
    if not only:
        for reason in files[0].twice.values():
            raise DataError(reason)
    added = _columns(
        predicted_text(
            files,
            opened.name,
            design,
            lambda rows, first: _of_piece(model, rows, missing, level, log_odds, first),
            lambda table: _predictions(model, table, missing, level, log_odds),
            all_utf8=not only,
        )
    )
    if only:
        write_table(added, output, escape_formulas=escape_formulas)
        return
    _refuse_taken(added.column_names, files[0].columns, f"{opened.name}: ")
    write_extended(files, added, output, escape_formulas=escape_formulas)


def _refuse_taken(added: Iterable[str], names: Collection[str], at: str) -> None:
    for name in added:
        if name in names:
            raise RequestError(f"{at}already has a column {name!r}; use --only, or rename it.")


def _predictions(
    model: Any, table: pa.Table, missing: Literal["error", "nan"], level: float | None, log_odds: bool
) -> dict[str, Any]:
    """Return the new columns, computed in pieces, with a progress bar on a terminal if there are many."""
    import numpy as np

    from verhulst.calibration.calibrator import Calibrator
    from verhulst.cli.console import reading_said
    from verhulst.data.design import Design
    from verhulst.data.errors import ModelFileError
    from verhulst.regression.table_fit import TableFit

    if isinstance(model, Calibrator):
        return _calibrated(model, table, missing, level, log_odds)
    if not isinstance(model, TableFit):
        raise ModelFileError(f"a {type(model).__name__} does not predict from a table")
    if isinstance(model.design, Design):
        with reading_said():
            table = model.design.typed(table)
        model.design.check(table, missing)
    names = ["probability", *(["lower", "upper"] if level is not None else []), *(["log_odds"] if log_odds else [])]
    columns: dict[str, list[Any]] = {name: [np.empty(0)] for name in names}
    for start in _with_progress(range(0, table.num_rows, ROWS)):
        for name, values in _of_piece(model, table.slice(start, ROWS), missing, level, log_odds, start + 1).items():
            columns[name].append(values)
    return {name: np.concatenate(parts) for name, parts in columns.items()}


def _of_piece(
    model: TableFit,
    piece: pa.Table,
    missing: Literal["error", "nan"],
    level: float | None,
    log_odds: bool,
    first_row: int,
) -> dict[str, Any]:
    """Return the new columns for some rows."""
    from verhulst.functions import sigmoid

    z = model.log_odds(piece, missing=missing, first_row=first_row)
    new: dict[str, Any] = {"probability": sigmoid(z)}
    if level is not None:
        new["lower"], new["upper"] = model.predict_interval(piece, level, missing=missing, first_row=first_row)
    return new | {"log_odds": z} if log_odds else new


def _by_batches(
    model: Any, missing: Literal["error", "nan"], level: float | None, log_odds: bool, only: bool
) -> Callable[[pa.Table, int], pa.Table] | None:
    """Return what makes rows to write of some rows; None for a model that needs the whole table."""
    from verhulst.data.design import Design
    from verhulst.regression.table_fit import TableFit

    if not isinstance(model, TableFit) or not isinstance(model.design, Design):
        return None

    return partial(_extended, model, missing, level, log_odds, only)


def _extended(
    model: TableFit,
    missing: Literal["error", "nan"],
    level: float | None,
    log_odds: bool,
    only: bool,
    table: pa.Table,
    first_row: int,
) -> pa.Table:
    """Return the rows to write for some rows."""
    from verhulst.data.errors import RequestError
    from verhulst.data.source import place

    added = _of_piece(model, table, missing, level, log_odds, first_row)
    if not only and (taken := [name for name in added if name in table.column_names]):
        raise RequestError(f"{place(table)}already has a column {taken[0]!r}; use --only, or rename it.")
    return _columns(added) if only else _joined(table, added)


def _calibrated(
    calibrator: Calibrator, table: pa.Table, missing: Literal["error", "nan"], level: float | None, log_odds: bool
) -> dict[str, Any]:
    """Return the new columns for a calibrator.

    Raises
    ------
    DataError
        If the calibrator was not fitted to a table, an interval is requested, or the scores are of another kind.
    """
    import numpy as np

    from verhulst.cli.scored import data_faults, numeric
    from verhulst.data.errors import DataError, RequestError
    from verhulst.data.source import place
    from verhulst.functions import sigmoid

    where = place(table)
    if calibrator.column_ is None:
        raise DataError(f"{where}this calibrator was fitted to arrays and has no column: use it from Python.")
    if level is not None:
        raise RequestError("a calibrator has no intervals; omit --interval.")
    scores = numeric(table, calibrator.column_, where, missing)
    known = ~np.isnan(scores)
    z = np.full(len(scores), np.nan)
    with data_faults(where):
        z[known] = calibrator.transform(scores[known]) if known.any() else z[known]
    columns = {"probability": np.asarray(sigmoid(z), dtype=np.float64)}
    return columns | {"log_odds": z} if log_odds else columns


def _with_progress(pieces: range) -> Any:
    if len(pieces) < 16 or not sys.stderr.isatty():
        return pieces
    from rich.console import Console
    from rich.progress import track

    return track(pieces, "predicting", console=Console(stderr=True), transient=True)


def _columns(added: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    # nan represents a row without a prediction: an empty cell.
    return pa.table({name: pa.array(values, from_pandas=True) for name, values in added.items()})


def _joined(table: pa.Table, added: dict[str, Any]) -> pa.Table:
    new = _columns(added)
    for name in new.column_names:
        table = table.append_column(name, new[name])
    return table
