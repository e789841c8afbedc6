"""Files that stay as they are while they are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from verhulst.data.errors import DataError
from verhulst.data.valid_text import valid

if TYPE_CHECKING:
    import pyarrow as pa

State = tuple[int, int, int] | None


def unchanged(path: str, batches: Iterator[pa.RecordBatch], unread: dict[str, str]) -> Iterator[pa.RecordBatch]:
    """The batches, each `valid`, of a file that stays as it is while it is read."""
    import pyarrow as pa

    before = state_of(path)
    row = 0
    try:
        for batch in batches:
            checked = valid(batch, unread, f"{path}: ", row)
            row += batch.num_rows
            yield checked
    except (pa.ArrowException, OSError) as error:
        if state_of(path) == before:
            reason = str(error).splitlines()[0].rstrip(".")
            raise DataError(f"{path}: is damaged after row {row:,} ({reason}).") from None
    refuse_changed(path, before)


def refuse_changed(path: str, before: State) -> None:
    """Raise if a file is not what it was, or is no longer there."""
    if state_of(path) != before:
        raise DataError(f"{path}: was changed while it was read; read it when it is complete.")


def state_of(path: str) -> State:
    """Return what changes with the content of a file: its length, time and number; None if it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
