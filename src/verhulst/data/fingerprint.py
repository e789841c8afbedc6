"""By what the source of a table is known again: its files, their sizes, and when they were changed."""

from __future__ import annotations

import os
from typing import Any

from verhulst.data.errors import DataError, RequestError
from verhulst.data.file import path_of
from verhulst.data.printable import printable
from verhulst.data.query import Query, is_uri
from verhulst.data.several_files import files_of
from verhulst.data.source import source_of
from verhulst.data.unchanged import state_of

# For each file its absolute path, its size in bytes, and the time of its last change in nanoseconds.
Files = list[list[Any]]


def files_behind(source: Any) -> Files | None:
    """Return the files of a source; None if it has none that are known: a table in memory, a server, a query.

    Raises
    ------
    RequestError
        If it is standard input or a pipe, which cannot be read again.
    """
    path, _ = path_of(source)
    if isinstance(path, Query):
        path = path.database
    elif _is_arrow_table(path):
        path = source_of(path)
    if not isinstance(path, str | os.PathLike) or is_uri(path) or not (path := os.fspath(path)):
        return None
    if path == "-" or (os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)):
        what = "standard input" if path == "-" else f"{printable(path)} is a pipe, which"
        raise RequestError(
            f"{what} cannot be read again, so that a fit of it cannot be resumed: write it to a file first, or leave "
            "checkpoint= (--checkpoint) out."
        )
    states = [(os.path.abspath(each), state_of(each)) for each in files_of(path) or [path]]
    return [[each, *state[:2]] for each, state in states if state is not None] or None


def refuse_other_files(before: Files | None, now: Files | None) -> None:
    """Raise if the files of a source are no longer what they were, where both are known.

    Raises
    ------
    DataError
        If one of them was changed, was removed, or is new; the message names it.
    """
    if before is None or now is None or before == now:
        return
    old, new = {path: state for path, *state in before}, {path: state for path, *state in now}
    for path in [*old, *new]:
        if old.get(path) == new.get(path):
            continue
        if path not in old:
            what = "is a new file of the table: it was not there when the fit was begun"
        else:
            what = "was changed since the fit was begun" if path in new else "is no longer there, as it was at first"
        raise DataError(f"{printable(path)}: {what}; begin again without resume=True (--resume).")
    raise DataError("the files of the table are in another order than when the fit began.")


def _is_arrow_table(source: Any) -> bool:
    if type(source).__module__.partition(".")[0] != "pyarrow":
        return False
    import pyarrow as pa

    return isinstance(source, pa.Table)
