"""A table of scores and outcomes, read for `calibrate` and `evaluate`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

import verhulst as vh
from verhulst.calibration.calibrator import Calibrator
from verhulst.calibration.scores import ScoreKindError
from verhulst.cli.console import reading_said
from verhulst.data.column_values import kind_of, labels, numbers
from verhulst.data.errors import DataError, UnknownColumnError, did_you_mean, listed
from verhulst.data.fields import delimiter_of
from verhulst.data.read import read_fields
from verhulst.data.source import place
from verhulst.data.target import learn_target
from verhulst.data.text_column import read_role, read_words
from verhulst.data.text_kind import refuse_unclear_sign

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Scored:
    """Columns of a table: scores and outcomes, and where they were named weights and groups."""

    place: str
    outcome: str
    scores: NDArray[np.float64]
    y: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    groups: NDArray[Any] | None


def read_scored(
    source: str, score: str, target: str, positive: str | None, weight: str | None, by: str | None, form: str | None
) -> Scored:
    """Reads the columns that a command names.

    Raises
    ------
    UnknownColumnError : a column that the table does not have
    DataError : a column of the wrong type, missing values, a target that is not binary
    """
    table = read_fields(source, form)
    where = place(table)
    outcomes = _labels(table, target, where)
    learned = learn_target(outcomes, target, positive, where)
    y = learned.values(outcomes, where)
    if np.isnan(y).any():
        raise DataError(f"{where}the target {target!r} is missing in {int(np.isnan(y).sum())} of {len(y)} rows.")
    return Scored(
        where,
        f"{target} = {learned.positive}",
        _numeric(table, score, where),
        y,
        None if weight is None else _numeric(table, weight, where),
        None if by is None else _groups(table, by, where),
    )


@contextmanager
def data_faults(where: str) -> Iterator[None]:
    """What the library says of arrays, said of the file."""
    try:
        yield
    except ScoreKindError as error:
        question = re.sub(r"\bscores(?:_are)?='(\w+)'", r"--scores \1", str(error))
        raise DataError(f"{where}{question}") from None
    except DataError:
        raise
    except ValueError as error:
        raise DataError(f"{where}{error}.") from None


def calibrated_columns(
    calibrator: Calibrator, table: pa.Table, missing: Literal["error", "nan"], level: float | None, log_odds: bool
) -> dict[str, NDArray[np.float64]]:
    """What `predict` adds to a table for a calibrator: the probability, and the log-odds where they are asked for.

    Raises
    ------
    DataError : a calibrator that was not learned from a table, an interval, or scores that are not what was fitted
    """
    where = place(table)
    if calibrator.column_ is None:
        raise DataError(f"{where}this calibrator was fitted to arrays and knows no column: use it from Python.")
    if level is not None:
        raise DataError("a calibrator has no intervals; leave --interval out.")
    scores = _numeric(table, calibrator.column_, where, missing)
    known = ~np.isnan(scores)
    z = np.full(len(scores), np.nan)
    with data_faults(where):
        z[known] = calibrator.transform(scores[known]) if known.any() else z[known]
    columns = {"probability": np.asarray(vh.sigmoid(z), dtype=np.float64)}
    return columns | {"log_odds": z} if log_odds else columns


def _column(table: pa.Table, name: str, where: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        hint = did_you_mean(name, table.column_names) or f" Its columns are {listed(table.column_names)}."
        raise UnknownColumnError(f"{where}there is no column {name!r}.{hint}")
    return table.column(name)


def _labels(table: pa.Table, name: str, where: str) -> pa.ChunkedArray:
    """A column of values that are told apart: in a text file by their text."""
    column = _column(table, name, where)
    return column if delimiter_of(table, name) is None else read_words(column)


def _groups(table: pa.Table, name: str, where: str) -> NDArray[Any]:
    found = labels(_labels(table, name, where)).to_pylist()
    _refuse_missing(np.array([label is None for label in found]), name, where)
    return np.asarray(found, dtype=object).astype(str)


def _refuse_missing(holes: NDArray[np.bool_], name: str, where: str) -> None:
    if holes.any():
        raise DataError(
            f"{where}column {name!r} is missing in {int(holes.sum())} of {len(holes)} rows (first in row "
            f"{int(holes.argmax()) + 1})."
        )


def _numeric(table: pa.Table, name: str, where: str, missing: Literal["error", "nan"] = "error") -> NDArray[np.float64]:
    column = _column(table, name, where)
    delimiter = delimiter_of(table, name)
    if delimiter is not None:
        refuse_unclear_sign(table, name, where)
        with reading_said():
            column = read_role(column, name, "column", delimiter, where)
    elif kind_of(column.type) not in ("numeric", "boolean"):
        raise DataError(f"{where}column {name!r} must hold numbers, but holds {column.type}.")
    values = numbers(column)
    if missing == "error":
        _refuse_missing(np.isnan(values), name, where)
    return values
