"""What stops a table from being read, found by reading it in other ways."""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from verhulst.data.batches import kept_table
from verhulst.data.errors import DataError, ReadingWarning
from verhulst.data.file import File
from verhulst.data.memory_limit import bytes_allowed
from verhulst.data.problems import Problem, first_sentence, option
from verhulst.data.read import read_fields
from verhulst.data.text import NOT_UTF8
from verhulst.data.unread import unread

if TYPE_CHECKING:
    import pyarrow as pa

_ENCODINGS = ("cp1252", "latin-1")
_DELIMITERS = (":", "~", "^", "#", "blank")
_TITLES = 5


@dataclass(frozen=True)
class Read:
    """A table, the source with the options with which it could be read, and the problems that these go round."""

    table: pa.Table
    source: Any
    problems: tuple[Problem, ...]


def read_anyhow(source: Any, target: str | None, format: str | None) -> Read:
    """Read a table, with options where it cannot be read without.

    Parameters
    ----------
    source : anything that `read_table` reads
    target : str or None
        A column that is to be there.
    format : str or None

    Raises
    ------
    DataError
        If no option helps.
    """
    problems: list[Problem] = []
    while True:
        try:
            table = _read(source, format)
        except FileNotFoundError:
            raise
        except DataError as error:
            fault: DataError | None = error
        else:
            not_utf8 = next((DataError(why) for why in unread(table).values() if NOT_UTF8 in why), None)
            fault = not_utf8 or _without_delimiter(table, target)
            if fault is None:
                return Read(table, source, tuple(problems))
        assert fault is not None
        found = _remedy(source, target, format, fault)
        if found is None or len(problems) > len(_ENCODINGS):
            if not isinstance(fault, _OneColumnError):
                raise fault
            return Read(table, source, tuple(problems))
        source, problem = found
        problems.append(problem)


class _OneColumnError(DataError):
    """Raised if a file seems to have one column."""


def _without_delimiter(table: pa.Table, target: str | None) -> DataError | None:
    if target is None or target in table.column_names or table.num_columns != 1:
        return None
    return _OneColumnError(f"all values are in one column, {table.column_names[0]!r}: another sign separates them.")


def _read(source: Any, format: str | None) -> pa.Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReadingWarning)  # how many lines were rejected, which need not be kept
        kept = kept_table(source, None, bytes_allowed(None), form=format)
        return read_fields(source, format) if kept is None else kept


def _remedy(source: Any, target: str | None, format: str | None, fault: DataError) -> tuple[File, Problem] | None:
    """Return how a file can be read, and what was wrong; None if no option helps, or it can be read only once."""
    if not isinstance(source, str | os.PathLike | File) or source == "-":
        return None
    given = source if isinstance(source, File) else File(source)
    said = str(fault)
    tries: list[tuple[str, dict[str, Any], str]] = []
    titles = [
        ("lines above the names", {"skip_lines": n}, option("--skip-lines", str(n)))
        for n in range(1, _TITLES + 1)
        if not given.skip_lines
    ]
    if (NOT_UTF8 in said or "byte-order mark" in said) and given.encoding is None:
        marked = re.search(r"text in (\S+) without", said)
        names = _ENCODINGS if marked is None else (marked[1],)
        tries = [("encoding", {"encoding": name}, option("--encoding", name)) for name in names]
    elif isinstance(fault, _OneColumnError):
        signs = _DELIMITERS if given.delimiter is None else ()
        tries = [("delimiter", {"delimiter": name}, option("--delimiter", name)) for name in signs] + titles
    elif "where the first line names" in said or "name the columns" in said:
        tries = [*titles, ("lines of a wrong length", {"rejects": os.devnull}, option("--rejects", "rejects.csv"))]
    for kind, changes, flag in tries:
        other = replace(given, **changes)
        try:
            # Other faults, such as lines of a wrong length, are told in the next round.
            table = _read(replace(other, rejects=other.rejects or os.devnull), format)
        except DataError as error:
            of_encoding = NOT_UTF8 in str(error) or "is not text in" in str(error)
            meant = kind == "encoding" and not of_encoding
        else:
            meant = _is_meant(table, target, kind)
        if meant:
            return other, Problem(kind, None, True, first_sentence(said, f"{given}: "), flag)
    return None


def _is_meant(table: pa.Table, target: str | None, kind: str) -> bool:
    """Whether a table that was read in another way is the one that is meant."""
    if any(NOT_UTF8 in why for why in unread(table).values()):
        return False
    names = [*table.column_names, *unread(table)]
    return kind == "encoding" or ((target is None or target in names) and len(names) > 1)
