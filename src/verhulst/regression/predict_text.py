"""Predictions for text files that are read a piece at a time: once for the model's columns, once more to be copied."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from verhulst.data.csv_file import CsvFile
from verhulst.data.errors import DataError, ReadingWarning
from verhulst.data.progress import Callback, Meter

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.data.design import Design

# Bytes of the model's columns that are kept in memory where they have to be known as a whole.
KEPT = 1 << 27

Predicted = dict[str, Any]


def predicted_text(
    files: Sequence[CsvFile],
    name: str,
    design: Design,
    of_rows: Callable[[pa.Table, int], Predicted],
    of_table: Callable[[pa.Table], Predicted],
    *,
    all_utf8: bool,
    callback: Callback | None = None,
) -> Predicted:
    """Return the new columns for all rows.

    Parameters
    ----------
    files : sequence of CsvFile
        The files.
    name : str
        What to call them together.
    design : Design
        That of the model.
    of_rows : callable
        The new columns for some rows, the first of which has this number.
    of_table : callable
        Those for all rows, with messages that count all.
    all_utf8 : bool
        Whether the other columns have to be UTF-8 too.
    callback : callable, optional
        Called with a `Progress` after each batch.
    """
    found = _by_pieces(files, design, of_rows, all_utf8, Meter(callback, "read"))
    if found is not None:
        return found
    # The cells of a column are to be known as a whole: numbers with signs that are not plain, or something is wrong.
    from verhulst.data.batches import table_of
    from verhulst.data.csv_reading import csv_batches

    names = _names(design, files[0]) or files[0].columns
    texts = [each for each in _texts(design) if each in names]
    batches = csv_batches(files, name, names, texts, all_utf8=all_utf8)
    return of_table(table_of(batches, KEPT, empty=True))


def _by_pieces(
    files: Sequence[CsvFile],
    design: Design,
    of_rows: Callable[[pa.Table, int], Predicted],
    all_utf8: bool,
    meter: Meter,
) -> Predicted | None:
    """The new columns, computed a batch at a time; None if that cannot be done."""
    import numpy as np
    import pyarrow as pa

    from verhulst.data.csv_reading import CsvReading, marked, share_read

    names, texts = _names(design, files[0]), _texts(design)
    numbers = {each.name for each in design.columns if each.kind == "numeric" and not each.date} | {design.offset}
    asked = files[0].asked
    if not names or any(name in numbers for name in texts) or (asked is not None and asked.rewrites):
        return None
    reading = CsvReading(files, names, texts, codes=False, all_utf8=all_utf8)
    if any(pa.types.is_dictionary(field.type) and field.name in numbers for field in reading.schema):
        return None
    parts: dict[str, list[Any]] = {}
    row = 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ReadingWarning)
            for batch in reading.batches():
                if reading.refuted or reading.reasons.keys() & set(names):
                    return None
                columns = dict(zip(names, pa.Table.from_batches([batch]).columns, strict=True))
                table = marked(columns, files[0].dialect.delimiter, {}, {})
                for name, values in of_rows(table, row).items():
                    parts.setdefault(name, []).append(values)
                row += batch.num_rows
                meter.tell(batch.num_rows, share_read(files))
    except (DataError, ReadingWarning):
        return None
    if reading.refuted or not parts:
        return None
    return {name: np.concatenate(values) for name, values in parts.items()}


def _names(design: Design, file: CsvFile) -> list[str]:
    """The columns that the model needs, in the order of the file; none if one is not there."""
    needed = {*(column.name for column in design.columns), *filter(None, [design.offset])}
    there = [name for name in file.columns if name in needed]
    return there if set(there) == needed else []


def _texts(design: Design) -> list[str]:
    """The columns whose text matters: all but those that were plain numbers at the fit."""
    from verhulst.data.number_style import PLAIN

    return [each.name for each in design.columns if each.kind != "numeric" or each.style != PLAIN or each.date]
