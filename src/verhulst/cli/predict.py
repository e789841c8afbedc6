"""`verhulst predict`: probabilities for the rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from verhulst.cli import cluster, options
from verhulst.data.errors import DataError, RequestError

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.calibration.calibrator import Calibrator

_LEAVE_EMPTY = "To leave their prediction empty: --missing empty."

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


_IN_PYTHON: dict[str, Any] = {"empty": "nan"}


@click.command(name="predict", epilog=EPILOG)
@click.argument("model_file", metavar="MODEL", type=options.InputFile())
@options.data
@options.output('.csv, .parquet, .jsonl, .arrow, .xlsx; "-" prints CSV.', options.OutputFile(_format), default="-")
@options.missing("empty")
@click.option(
    "--unknown", type=click.Choice(["error", "empty", "reference"]), default="error",
    help="Refuse rows with a level that was not there at the fit, or predict nothing, or as with the reference level.",
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
    unknown: str,
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
    value that counted as 1 at fit time. A multinomial model adds a column `probability_VALUE` for each value of the
    target, and the most probable value as `predicted`; with --log-odds the log-odds of each against the first.
    """
    from verhulst._load import load
    from verhulst.calibration.calibrator import Calibrator
    from verhulst.cli.console import reading_said, say_wrote
    from verhulst.cli.names import kind_of
    from verhulst.cli.progress import shown_progress
    from verhulst.data.errors import ModelFileError, UnknownLevelWarning
    from verhulst.regression.table_classes import MultinomialTableFit
    from verhulst.regression.table_fit import TableFit
    from verhulst.regression.table_predictions import predict_table

    try:
        model = load(model_file)
    except ModelFileError as error:
        swapped = str(data).endswith(".json") and not model_file.endswith(".json")
        raise type(error)(f"{error} The model comes first, then the data." if swapped else str(error)) from None
    if not isinstance(model, TableFit | MultinomialTableFit | Calibrator):
        raise ModelFileError(f"{model_file}: is {kind_of(model)}; it does not predict from a table.")
    if isinstance(model, Calibrator) and unknown != "error":
        raise RequestError("a calibrator has no levels; omit --unknown.")
    if isinstance(model, Calibrator) and (scheduler is not None or workers is not None):
        raise RequestError("a cluster predicts with models of `verhulst fit` only; predict without it.")
    holes, absent = (_IN_PYTHON.get(given, given) for given in (missing, unknown))
    written: dict[str, Any] = {"only": only, "escape_formulas": escape_formulas}
    with cluster.client_of(scheduler, workers, data) as client, reading_said(), shown_progress() as callback:
        if isinstance(model, TableFit | MultinomialTableFit):
            more: dict[str, Any] = {
                "unknown": absent,
                "level": level,
                "log_odds": log_odds,
                "format": form,
                "client": client,
                "callback": callback,
            }
            with reading_said(UnknownLevelWarning):
                predict_table(model, data, output, missing=holes, **written, **more)
        else:
            _calibrate_table(model, data, form, holes, level, log_odds, output, **written)
    say_wrote(output)


def _calibrate_table(
    model: Calibrator,
    data: options.Source,
    form: str | None,
    missing: str,
    level: float | None,
    log_odds: bool,
    output: str,
    **written: Any,
) -> None:
    from verhulst.data.read import read_given
    from verhulst.data.text_files import open_text
    from verhulst.regression.table_predictions import write_predictions
    from verhulst.regression.tally import Tally

    opened = open_text(data, form)
    given = read_given(data, form, empty=True, content=None if opened is None else opened.whole())
    tally = Tally(missing == "drop")
    added = _calibrated(model, given.table, "error" if missing == "error" else "nan", level, log_odds)
    tally.count(next(iter(added.values())))
    write_predictions(given, added, output, drop=tally.drop, **written)
    tally.warn()


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
    from verhulst.data.errors import RequestError
    from verhulst.data.source import place
    from verhulst.functions import sigmoid

    where = place(table)
    if calibrator.columns_ and level is None:
        return _calibrated_classes(calibrator, table, where, missing, log_odds)
    if calibrator.column_ is None and not calibrator.columns_:
        raise DataError(f"{where}this calibrator was fitted to arrays and has no column: use it from Python.")
    if level is not None:
        raise RequestError("a calibrator has no intervals; omit --interval.")
    assert calibrator.column_ is not None
    scores = numeric(table, calibrator.column_, where, missing, _LEAVE_EMPTY)
    known = ~np.isnan(scores)
    z = np.full(len(scores), np.nan)
    with data_faults(where):
        z[known] = calibrator.transform(scores[known]) if known.any() else z[known]
    columns = {"probability": np.asarray(sigmoid(z), dtype=np.float64)}
    return columns | {"log_odds": z} if log_odds else columns


def _calibrated_classes(
    calibrator: Calibrator, table: pa.Table, where: str, missing: Literal["error", "nan"], log_odds: bool
) -> dict[str, Any]:
    """Return the new columns for a calibrator of several classes."""
    import numpy as np

    from verhulst.calibration.calibrator import log_probabilities
    from verhulst.cli.scored import data_faults, numeric

    scores = np.column_stack([numeric(table, name, where, missing, _LEAVE_EMPTY) for name in calibrator.columns_])
    known = ~np.isnan(scores).any(axis=1)
    log_p = np.full(scores.shape, np.nan)
    with data_faults(where):
        log_p[known] = log_probabilities(calibrator.transform(scores[known])) if known.any() else log_p[known]
    classes = list(calibrator.columns_.values())
    columns: dict[str, Any] = {f"probability_{name}": np.exp(log_p[:, k]) for k, name in enumerate(classes)}
    predicted = np.full(len(scores), None, dtype=object)
    predicted[known] = np.array(classes, dtype=object)[log_p[known].argmax(axis=1)]
    columns["predicted"] = predicted
    if log_odds:
        with np.errstate(invalid="ignore"):  # of classes that are both impossible
            columns |= {f"log_odds_{name}": log_p[:, k] - log_p[:, 0] for k, name in enumerate(classes)}
    return columns
