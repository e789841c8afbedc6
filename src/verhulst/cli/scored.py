"""A table of scores and outcomes, read for `calibrate` and `evaluate`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

import verhulst as vh
from verhulst.calibration.calibrator import Calibrator
from verhulst.calibration.scores import ScoreKindError
from verhulst.data.column_values import kind_of, labels, numbers
from verhulst.data.errors import DataError, UnknownColumnError, did_you_mean, listed
from verhulst.data.read import read_table
from verhulst.data.source import place
from verhulst.data.target import learn_target

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
    table = read_table(source, form)
    where = place(table)
    learned = learn_target(_column(table, target, where), target, positive, where)
    y = learned.values(_column(table, target, where), where)
    if np.isnan(y).any():
        raise DataError(f"{where}the target {target!r} is missing in {int(np.isnan(y).sum())} of {len(y)} rows.")
    return Scored(
        where,
        f"{target} = {learned.positive}",
        _numeric(table, score, where),
        y,
        None if weight is None else _numeric(table, weight, where),
        None if by is None else np.asarray(labels(_column(table, by, where)).to_pylist(), dtype=object).astype(str),
    )


@contextmanager
def data_faults(where: str) -> Iterator[None]:
    """What the library says of arrays, said of the file."""
    try:
        yield
    except ScoreKindError as error:
        question = str(error).split(" Say ")[0]
        raise DataError(f"{where}{question} Say --scores probabilities or --scores logits.") from None
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
    column = _column(table, calibrator.column_, where)
    scores = numbers(column) if missing == "nan" else _numeric(table, calibrator.column_, where)
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


def _numeric(table: pa.Table, name: str, where: str) -> NDArray[np.float64]:
    column = _column(table, name, where)
    if kind_of(column.type) not in ("numeric", "boolean"):
        raise DataError(f"{where}column {name!r} must hold numbers, but holds {column.type}.")
    values = numbers(column)
    missing = int(np.isnan(values).sum())
    if missing:
        row = int(np.isnan(values).argmax()) + 1
        raise DataError(f"{where}column {name!r} is missing in {missing} of {len(values)} rows (first in row {row}).")
    return values
