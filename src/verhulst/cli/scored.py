"""Read a table of scores and outcomes, for `calibrate` and `evaluate`."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst._numbers import counted
from verhulst.calibration.calibrator import CalibrationWarning
from verhulst.calibration.scores import ScoreKind, ScoreKindError
from verhulst.cli.console import reading_said, say
from verhulst.cli.names import column_names, separated
from verhulst.cli.progress import shown_progress
from verhulst.data.batches import kept_table
from verhulst.data.column_values import codes, kind_of, numbers, type_of_labels
from verhulst.data.decimal_signs import refuse_unclear_sign
from verhulst.data.distinct_texts import read_words
from verhulst.data.errors import DataError, RequestError, RowError, UnknownColumnError, did_you_mean, listed
from verhulst.data.fields import delimiter_of
from verhulst.data.group_labels import group_labels
from verhulst.data.memory_limit import bytes_allowed
from verhulst.data.missing_values import missing as missing_in
from verhulst.data.read import read_fields
from verhulst.data.source import place
from verhulst.data.target import learn_target, values_of_classes
from verhulst.data.text_column import read_role
from verhulst.data.unread import refuse_unread

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.data.query import Query


_LEAVE_OUT = "To leave these rows out: --missing drop."


@dataclass(frozen=True, eq=False)
class Scored:
    """Columns of a table: scores and outcomes, and, if given, weights and groups.

    For several classes `scores` are (n, K), `y` the numbers of the columns, and `columns` and `classes` their names and
    the values of the target that they stand for.
    """

    place: str
    outcome: str
    kind: ScoreKind | None
    scores: NDArray[np.float64]
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    groups: NDArray[Any] | None
    columns: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    left_out: int = 0

    def values(self) -> NDArray[Any] | None:
        """Return the classes as the numbers or truth values that they stand for, or as text; None for two."""
        return np.array(values_of_classes(self.classes)) if self.classes else None

    def labels(self) -> NDArray[Any]:
        """Return the outcomes: 0 and 1, or the values of the classes."""
        values = self.values()
        return self.y if values is None else values[self.y]

    def absent(self) -> list[str]:
        """Return the classes that no row of positive weight has."""
        counts = np.bincount(self.y, self.weights, len(self.classes))
        return [name for name, count in zip(self.classes, counts, strict=True) if not count > 0]


def read_scored(
    data: str | Query,
    score: str | None,
    scores_prefix: str | None,
    classes: str | None,
    target: str,
    positive: str | None,
    weights: str | None,
    by: str | None,
    form: str | None,
    kind: ScoreKind | None,
    missing: Literal["error", "drop"] = "error",
) -> Scored:
    """Read the columns given to a command; rows with missing values are left out with a note, or are an error.

    Raises
    ------
    UnknownColumnError
        If the table does not have a column.
    DataError
        If a column has the wrong type, values are missing, or the target is not binary, or for several classes has a
        value that is none of these.
    """
    others = [name for name in (target, weights, by) if name is not None]
    # Of a column with a comma in its name no part is there, and then all columns are read.
    used = None if score is None else [*map(str.strip, score.split(",")), *others]
    texts = [name for name in (target, by) if name]
    with shown_progress() as callback:
        kept = kept_table(data, used, bytes_allowed(None), texts=texts, form=form, callback=callback)
    table = read_fields(data, form) if kept is None else kept
    where = place(table)
    scores = _score_columns(table.column_names, score, scores_prefix, others, where)
    named = None if classes is None else separated(classes, "--classes")
    left_out = 0
    if missing == "drop":
        table, left_out = _without_missing(table, target, [*scores, *filter(None, [weights])], where)
    outcomes = _labels(table, target, where)
    if len(scores) > 1 or scores_prefix is not None or named is not None:
        if positive is not None:
            raise RequestError("--positive is for one column of scores; several classes have a column each.")
        labels = _classes(scores, named, scores_prefix or "")
        return Scored(
            where,
            target,
            kind,
            np.column_stack([numeric(table, name, where) for name in scores]),
            _class_numbers(outcomes, target, labels, scores, where),
            None if weights is None else numeric(table, weights, where),
            None if by is None else group_labels(table, by),
            tuple(scores),
            tuple(labels),
            left_out,
        )
    learned = learn_target(outcomes, target, positive, where)
    y = learned.values(outcomes, where)
    if np.isnan(y).any():
        holes = int(np.isnan(y).sum())
        raise DataError(f"{where}the target {target!r} is missing in {holes} of {len(y)} rows. {_LEAVE_OUT}")
    return Scored(
        where,
        f"{target} = {learned.positive}",
        kind,
        numeric(table, scores[0], where),
        y,
        None if weights is None else numeric(table, weights, where),
        None if by is None else group_labels(table, by),
        left_out=left_out,
    )


def _without_missing(table: pa.Table, target: str, numbers: Sequence[str], where: str) -> tuple[pa.Table, int]:
    """Return the rows with a value in each of these columns, and the number of the others, which a note counts."""
    import pyarrow as pa

    holes = [(target, missing_in(_labels(table, target, where)))]
    holes += [(name, np.isnan(numeric(table, name, where, "nan"))) for name in numbers]
    any_hole = np.any([mask for _, mask in holes], axis=0)
    if not any_hole.any():
        return table, 0
    said = ", ".join(f"{name!r} in {int(mask.sum()):,}" for name, mask in holes if mask.any())
    if any_hole.all():
        raise DataError(f"{where}every row has a missing value: {said}; no row is left.")
    say(f"Note: {int(any_hole.sum()):,} of {len(any_hole):,} rows have missing values and were left out: {said}.")
    return table.filter(pa.array(~any_hole)), int(any_hole.sum())


def _score_columns(
    names: Sequence[str], score: str | None, prefix: str | None, others: Collection[str], where: str
) -> list[str]:
    """Return the columns of scores; a column with a comma in its name is recognised."""
    if score is not None:
        return column_names([score], names, "--score")
    assert prefix is not None
    found = [name for name in names if name.startswith(prefix) and name not in others]
    if len(found) < 2:
        only = f"only column {found[0]!r} begins" if found else "no column begins"
        raise UnknownColumnError(f"{where}{only} with {prefix!r}. Its columns are {listed(names)}.")
    return found


def _classes(scores: Sequence[str], named: Sequence[str] | None, prefix: str) -> Sequence[str]:
    labels = [name.removeprefix(prefix) for name in scores] if named is None else named
    if len(labels) != len(scores):
        raise RequestError(
            f"--classes has {counted(len(labels), 'value')}, but there "
            f"{'are' if len(scores) != 1 else 'is'} {counted(len(scores), 'column')}: {listed(scores)}."
        )
    if twice := [label for k, label in enumerate(labels) if label in labels[:k]]:
        raise RequestError(f"{twice[0]!r} stands for two columns of scores: each class needs one.")
    return labels


def _class_numbers(
    outcomes: pa.ChunkedArray, target: str, labels: Sequence[str], scores: Sequence[str], where: str
) -> NDArray[np.int64]:
    """Return the place of the class of each row among the columns of scores."""
    found, unknown = codes(outcomes, labels, type_of_labels(labels))
    if unknown:
        row = int((found == -2).argmax()) + 1
        raise DataError(
            f"{where}row {row}: the target {target!r} is {unknown[0]!r}, but the columns {listed(scores)} stand for "
            f"{listed(labels)}: give the value of each, in their order, with --classes."
        )
    if holes := int((found < 0).sum()):
        raise DataError(f"{where}the target {target!r} is missing in {holes} of {len(found)} rows. {_LEAVE_OUT}")
    return found


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


def _refuse_missing(holes: NDArray[np.bool_], name: str, where: str, remedy: str) -> None:
    if holes.any():
        raise DataError(
            f"{where}column {name!r} is missing in {int(holes.sum())} of {len(holes)} rows (first in row "
            f"{int(holes.argmax()) + 1}). {remedy}"
        )


def numeric(
    table: pa.Table, name: str, where: str, missing: Literal["error", "nan"] = "error", remedy: str = _LEAVE_OUT
) -> NDArray[np.float64]:
    """Return a column of numbers; `remedy` says what can be done about missing ones."""
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
        _refuse_missing(np.isnan(values), name, where, remedy)
    return values
