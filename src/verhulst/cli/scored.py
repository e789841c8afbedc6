"""Read a table of scores and outcomes, for `calibrate` and `evaluate`."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.calibrator import CalibrationWarning
from verhulst.calibration.scores import ScoreKind, ScoreKindError
from verhulst.cli.console import reading_said, say
from verhulst.cli.progress import shown_progress
from verhulst.data.batches import kept_table
from verhulst.data.column_values import kind_of, numbers
from verhulst.data.decimal_signs import refuse_unclear_sign
from verhulst.data.distinct_texts import read_words
from verhulst.data.errors import DataError, RowError, UnknownColumnError, did_you_mean, listed
from verhulst.data.fields import delimiter_of
from verhulst.data.group_labels import group_labels
from verhulst.data.memory_limit import bytes_allowed
from verhulst.data.read import read_fields
from verhulst.data.source import place
from verhulst.data.target import learn_target
from verhulst.data.text_column import read_role
from verhulst.data.unread import refuse_unread

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.data.query import Query


@dataclass(frozen=True, eq=False)
class Scored:
    """Columns of a table: scores and outcomes, and, if given, weights and groups."""

    place: str
    outcome: str
    kind: ScoreKind | None
    scores: NDArray[np.float64]
    y: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    groups: NDArray[Any] | None


def read_scored(
    data: str | Query,
    score: str,
    target: str,
    positive: str | None,
    weights: str | None,
    by: str | None,
    form: str | None,
    kind: ScoreKind | None,
) -> Scored:
    """Read the columns given to a command.

    Raises
    ------
    UnknownColumnError
        If the table does not have a column.
    DataError
        If a column has the wrong type, values are missing, or the target is not binary.
    """
    used = [name for name in (score, target, weights, by) if name is not None]
    texts = [name for name in (target, by) if name]
    with shown_progress() as callback:
        kept = kept_table(data, used, bytes_allowed(None), texts=texts, form=form, callback=callback)
    table = read_fields(data, form) if kept is None else kept
    where = place(table)
    outcomes = _labels(table, target, where)
    learned = learn_target(outcomes, target, positive, where)
    y = learned.values(outcomes, where)
    if np.isnan(y).any():
        raise DataError(f"{where}the target {target!r} is missing in {int(np.isnan(y).sum())} of {len(y)} rows.")
    return Scored(
        where,
        f"{target} = {learned.positive}",
        kind,
        numeric(table, score, where),
        y,
        None if weights is None else numeric(table, weights, where),
        None if by is None else group_labels(table, by),
    )


@contextmanager
def data_faults(where: str) -> Iterator[None]:
    """Convert errors about arrays to errors about the file."""
    try:
        yield
    except ScoreKindError as error:
        question = re.sub(r"\bscores(?:_are)?='(\w+)'", r"--scores \1", str(error))
        raise DataError(f"{where}{question}") from None
    except DataError:
        raise
    except ValueError as error:
        message = error.of_file if isinstance(error, RowError) else str(error)
        raise DataError(f"{where}{message.rstrip('.')}.") from None


@contextmanager
def learning(scored: Scored, aloud: bool = True) -> Iterator[None]:
    """Convert errors likewise, and print warnings as notes, or not at all."""
    with data_faults(scored.place), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CalibrationWarning)
        yield
    for warning in caught if aloud else ():
        say(f"Note: {scored.place}{warning.message}.")


def _column(table: pa.Table, name: str, where: str) -> pa.ChunkedArray:
    refuse_unread(table, [name])
    if name not in table.column_names:
        hint = did_you_mean(name, table.column_names, f"Its columns are {listed(table.column_names)}.")
        raise UnknownColumnError(f"{where}there is no column {name!r}.{hint}")
    return table.column(name)


def _labels(table: pa.Table, name: str, where: str) -> pa.ChunkedArray:
    """Return a column of labels; in a text file, of text."""
    column = _column(table, name, where)
    return column if delimiter_of(table, name) is None else read_words(column)


def _refuse_missing(holes: NDArray[np.bool_], name: str, where: str) -> None:
    if holes.any():
        raise DataError(
            f"{where}column {name!r} is missing in {int(holes.sum())} of {len(holes)} rows (first in row "
            f"{int(holes.argmax()) + 1})."
        )


def numeric(table: pa.Table, name: str, where: str, missing: Literal["error", "nan"] = "error") -> NDArray[np.float64]:
    """Return a column of numbers."""
    column = _column(table, name, where)
    delimiter = delimiter_of(table, name)
    if delimiter is not None:
        refuse_unclear_sign(table, name, where)
        with reading_said():
            column = read_role(column, name, "column", delimiter, where)
    elif kind_of(column.type) not in ("numeric", "boolean"):
        raise DataError(f"{where}column {name!r} must contain numbers, not {column.type}.")
    values = numbers(column)
    if missing == "error":
        _refuse_missing(np.isnan(values), name, where)
    return values
