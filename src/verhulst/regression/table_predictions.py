"""Predictions for the rows of a table, written to a file beside them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst._options import checks_options
from verhulst.data.atomic import refuse_same_file
from verhulst.data.column import Unknown
from verhulst.data.design import Design
from verhulst.data.errors import DataError, RequestError, UnknownLevelWarning
from verhulst.data.extended_text import write_extended
from verhulst.data.fields import Fields
from verhulst.data.file import File
from verhulst.data.missing_values import check_missing
from verhulst.data.progress import Callback, Meter, require_callback
from verhulst.data.query import Query
from verhulst.data.read import Given, read_given
from verhulst.data.source import place
from verhulst.data.text_files import OpenedText, open_text
from verhulst.data.unread import refuse_unread
from verhulst.data.write import writable_format, write_fields, write_table
from verhulst.functions import sigmoid, softmax
from verhulst.regression.predict_batches import predicted_in_batches, predicted_lines, predicted_on_cluster
from verhulst.regression.predict_text import predicted_text
from verhulst.regression.table_classes import MultinomialTableFit
from verhulst.regression.table_fit import TableFit
from verhulst.regression.tally import Tally

if TYPE_CHECKING:
    import pyarrow as pa

# The number of rows processed at a time, so that the design matrix of a long table is never whole in memory.
ROWS = 1 << 16

Missing = Literal["error", "nan"]
Model = TableFit | MultinomialTableFit
Types = Mapping[str, Any]  # of Arrow, by column
NO_TYPES: Types = {}


@checks_options
def predict_table(
    model: TableFit | MultinomialTableFit,
    source: Any,
    output: str | os.PathLike[str],
    *,
    missing: Literal["error", "nan", "drop"] = "error",
    unknown: Unknown = "error",
    level: float | None = None,
    log_odds: bool = False,
    only: bool = False,
    escape_formulas: bool = False,
    format: str | None = None,
    client: Any = None,
    callback: Callback | None = None,
) -> None:
    """Write the rows of a table with their probabilities to a file, completely or not at all.

    Parquet and Arrow files, databases and JSON lines are read and written a batch at a time where the output is a
    Parquet, CSV, TSV or JSON lines file; CSV and TSV files are read twice, a piece at a time, where it is CSV or TSV.
    Other tables are read whole.

    Parameters
    ----------
    model : TableFit or MultinomialTableFit
        The model; its column `probability` is that of the outcome that counted as 1. A multinomial one has a column
        `probability_CLASS` for each class, and the most probable class as `predicted`.
    source : anything that `vh.data.read_table` reads
        The table, with the columns of the fit.
    output : str or PathLike
        The file to write: .csv, .tsv, .parquet, .jsonl or .arrow; "-" prints CSV.
    missing : {"error", "nan", "drop"}
        Whether rows with missing values are an error, have no prediction, or are left out; a warning counts them.
    unknown : {"error", "nan", "reference"}
        Whether rows with a level that was not there at the fit are an error, have no prediction (or, with
        missing="drop", are left out), or are predicted as rows with the reference level; a warning counts them.
    level : float, optional
        The coverage of intervals for the probability, to add their ends as `lower` and `upper`; of two classes only.
    log_odds : bool
        Whether to add the log-odds, as `log_odds`; of a multinomial model `log_odds_CLASS` for each class against the
        first, of which the softmax is the probabilities.
    only : bool
        Whether to leave out the columns of the table.
    escape_formulas : bool
        Whether text in CSV that a spreadsheet would compute gets an apostrophe before it.
    format : str, optional
        The format of the source, if it is a file whose name does not show it.
    client : distributed.Client, optional
        A Dask cluster whose workers read the row groups of Parquet files.
    callback : callable, optional
        Called with a `verhulst.data.Progress` after each batch.

    Raises
    ------
    DataError
        If the table cannot be used, or has a column of the name of a prediction; see `TableFit.log_odds`.
    RequestError
        If the file is that of the table.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import verhulst as vh
    >>> votes = vh.data.load_dataset("anes96")
    >>> model = vh.fit_table(votes, "vote", positive="Dole", columns=["age", "income"])
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "predictions.csv"
    >>> vh.predict_table(model, votes, path, only=True)
    >>> path.read_text().split()[:2]
    ['"probability"', '0.1718360516593127']
    """
    require_callback(callback)
    output = os.fspath(output)
    source = os.fspath(source) if isinstance(source, os.PathLike) else source
    refuse_same_file(source.path if isinstance(source, File) else source, output)
    if missing != "drop":
        check_missing(missing, "nan")
    if level is not None and not isinstance(model, TableFit):
        raise RequestError("intervals of predictions are for models of two classes: leave level (--interval) out.")
    how = Asked("error" if missing == "error" else "nan", unknown, level, log_odds, Tally(missing == "drop"))
    _predict(model, source, output, how, only, escape_formulas, format, client, callback)
    how.tally.warn()


@dataclass(frozen=True)
class Asked:
    """What is asked for of predictions.

    Attributes
    ----------
    missing : {"error", "nan"}
        What becomes of rows with missing values.
    unknown : {"error", "nan", "reference"}
        What becomes of levels that were not there at the fit.
    level : float or None
        The coverage of intervals.
    log_odds : bool
    tally : Tally
        What became of the rows.
    """

    missing: Missing
    unknown: Unknown
    level: float | None
    log_odds: bool
    tally: Tally

    def names(self, model: Model) -> list[str]:
        """Return the names of the new columns, a probability first."""
        if not isinstance(model, TableFit):
            return _names_of_classes(model, self.log_odds)
        ends = ["lower", "upper"] if self.level is not None else []
        return ["probability", *ends, *(["log_odds"] if self.log_odds else [])]


def _predict(
    model: Model,
    source: Any,
    output: str,
    how: Asked,
    only: bool,
    escape_formulas: bool,
    format: str | None,
    client: Any,
    callback: Callback | None,
) -> None:
    source = model.design.source_of_new(source, format)
    types = {} if isinstance(model, TableFit) else _type_of_classes(model)
    by_batches = isinstance(model.design, Design)
    extended = partial(_extended, model, how, only, types)
    if client is not None:
        if not by_batches:
            raise RequestError("a cluster predicts with models of columns only, not of a formula; predict without it.")
        predicted_on_cluster(client, source, output, extended, callback)
        return
    in_batches = by_batches and isinstance(source, str | Query | File)
    if in_batches and predicted_in_batches(source, output, extended, format, escape_formulas, callback):
        return
    opened = open_text(source, format)
    if opened is not None and by_batches and _is_copied(opened.format, output, only):
        _predict_text(model, opened, how, types, only, output, escape_formulas, callback)
        return
    if opened is not None and isinstance(model.design, Design):
        needed = _needed(model.design) if only else None
        if predicted_lines(opened, needed, output, extended, escape_formulas, callback):
            return
    content = None if opened is None else opened.whole()
    given = read_given(source, format, empty=True, content=content)
    if not only:
        refuse_unread(given.table)
    added = _of_table(model, given.table, how, callback)
    written = {"only": only, "escape_formulas": escape_formulas, "drop": how.tally.drop}
    write_predictions(given, added, output, **written, types=types)


def _needed(design: Design) -> list[str]:
    """Return the columns of a table that a model needs."""
    offset = [design.offset] if design.offset is not None else []
    return [*dict.fromkeys(column.name for column in design.columns), *offset]


def write_predictions(
    given: Given,
    added: dict[str, Any],
    output: str,
    *,
    only: bool = False,
    escape_formulas: bool = False,
    drop: bool = False,
    types: Types = NO_TYPES,
) -> None:
    """Write a table that was read whole with new columns, or these alone; rows without a prediction may be dropped.

    Raises
    ------
    RequestError
        If the table has a column of such a name.
    """
    new = _columns(added, types)
    if only:
        write_table(_kept(new, new, drop), output, escape_formulas=escape_formulas)
        return
    refuse_unread(given.table)
    _refuse_taken(added, given.table.column_names, place(given.table))
    if given.fields is not None and writable_format(output) in ("csv", "tsv"):
        fields = Fields(*(_kept(table, new, drop) for table in (given.fields.cells, given.fields.table)))
        write_fields(fields, _kept(new, new, drop), output, escape_formulas=escape_formulas)
    else:
        write_table(_kept(_joined(given.typed(), new), new, drop), output, escape_formulas=escape_formulas)


def _kept(rows: pa.Table, added: pa.Table, drop: bool) -> pa.Table:
    """Return the rows that are written: all, or those with a prediction."""
    return rows.filter(added[0].is_valid()) if drop else rows


def _is_copied(kind: str | None, output: str, only: bool) -> bool:
    """Whether the cells of a text file are copied, or none are needed, so that it is read a piece at a time."""
    return kind in ("csv", "tsv") and (only or writable_format(output) in ("csv", "tsv"))


def _predict_text(
    model: TableFit | MultinomialTableFit,
    opened: OpenedText,
    how: Asked,
    types: Types,
    only: bool,
    output: str,
    escape_formulas: bool,
    callback: Callback | None,
) -> None:
    assert isinstance(model.design, Design)
    files = opened.csv_files()
    if not only:
        for reason in files[0].twice.values():
            raise DataError(reason)
    added = _columns(
        predicted_text(
            files,
            opened.name,
            model.design,
            partial(_of_rows, model, how),
            lambda table: _of_table(model, table, how, None),
            all_utf8=not only,
            callback=callback,
        ),
        types,
    )
    if only:
        write_table(_kept(added, added, how.tally.drop), output, escape_formulas=escape_formulas)
        return
    _refuse_taken(added.column_names, files[0].columns, f"{opened.name}: ")
    kept = added[0].is_valid() if how.tally.drop else None
    meter = Meter(callback, "predict")
    write_extended(files, added, output, escape_formulas=escape_formulas, meter=meter, kept=kept)


def _refuse_taken(added: Iterable[str], names: Collection[str], at: str) -> None:
    for name in added:
        if name in names:
            raise RequestError(f"{at}already has a column {name!r}; use --only, or rename it (in Python only=True).")


def _of_table(
    model: Model,
    table: pa.Table,
    how: Asked,
    callback: Callback | None,
) -> dict[str, Any]:
    """Return the new columns of a whole table, computed in pieces."""
    if isinstance(model.design, Design):
        table = model.design.typed(table)
        model.design.check(table, how.missing, how.unknown)
    parts: list[dict[str, Any]] = []
    meter = Meter(callback, "predict")
    for start in range(0, table.num_rows, ROWS):
        piece = table.slice(start, ROWS)
        parts.append(_of_rows(model, how, piece, start + 1))
        meter.tell(piece.num_rows, (start + piece.num_rows) / table.num_rows)
    names = how.names(model)
    return {name: np.concatenate([part[name] for part in parts]) if parts else np.empty(0) for name in names}


def _of_rows(model: Model, how: Asked, piece: pa.Table, first_row: int) -> dict[str, Any]:
    """Return the new columns for some rows."""
    options: dict[str, Any] = {"missing": how.missing, "unknown": how.unknown, "first_row": first_row}
    with how.tally.piece(first_row):
        if not isinstance(model, TableFit):
            new = _of_classes(model, model.scores(piece, **options), how.log_odds)
        else:
            z = model.log_odds(piece, **options)
            new = {"probability": sigmoid(z)}
    how.tally.count(next(iter(new.values())))
    if not isinstance(model, TableFit):
        return new
    if how.level is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnknownLevelWarning)  # which were counted
            new["lower"], new["upper"] = model.predict_interval(piece, how.level, **options)
    return new | {"log_odds": z} if how.log_odds else new


def _of_classes(model: MultinomialTableFit, scores: NDArray[np.float64], log_odds: bool) -> dict[str, Any]:
    """Return the new columns for some rows, of a multinomial model."""
    with np.errstate(invalid="ignore"):  # infinite for separated classes
        log_odds_of = (scores - scores[:, :1]).T if log_odds else ()
    values = [*softmax(scores, axis=1).T, model.most_probable(scores), *log_odds_of]
    return dict(zip(_names_of_classes(model, log_odds), values, strict=True))


def _names_of_classes(model: MultinomialTableFit, log_odds: bool) -> list[str]:
    assert model.design.target is not None
    classes = model.design.target.levels
    probabilities = [f"probability_{name}" for name in classes]
    return [*probabilities, "predicted", *(f"log_odds_{name}" for name in classes if log_odds)]


def _type_of_classes(model: MultinomialTableFit) -> Types:
    """Return the type of predicted classes, which some rows alone may not show."""
    import pyarrow as pa

    return {"predicted": pa.array(model.classes).type}


def _extended(model: Model, how: Asked, only: bool, types: Types, table: pa.Table, first_row: int) -> pa.Table:
    """Return the rows to write for some rows."""
    new = _columns(_of_rows(model, how, table, first_row), types)
    if not only:
        _refuse_taken(new.column_names, table.column_names, place(table))
    return _kept(new if only else _joined(table, new), new, how.tally.drop)


def _columns(added: dict[str, Any], types: Types) -> pa.Table:
    import pyarrow as pa

    # nan represents a row without a prediction: an empty cell.
    columns = {name: pa.array(values, from_pandas=True) for name, values in added.items()}
    return pa.table({name: values.cast(types.get(name, values.type)) for name, values in columns.items()})


def _joined(table: pa.Table, new: pa.Table) -> pa.Table:
    for name in new.column_names:
        table = table.append_column(name, new[name])
    return table
