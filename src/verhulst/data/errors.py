"""The errors and warnings of the data room, and what their messages suggest: names, options."""

from __future__ import annotations

import difflib
import os
import shlex
import unicodedata
import warnings
from collections.abc import Iterable

# Notes on what was done with data, and what can be done about each.
Notes = tuple[tuple[str, str], ...]


class DataError(ValueError):
    """Raised for invalid data; the message says what is wrong, where, and what to do."""


class RequestError(DataError):
    """Raised if a request does not fit the data, so that the request should be changed."""


class UnknownColumnError(RequestError):
    """Raised if the table does not have a requested column."""


class DatesError(DataError):
    """Raised for a column of dates, which only functions of a formula can use."""


class ModelFileError(DataError):
    """Raised if a file is not a model of this version of verhulst."""


class RowError(ValueError):
    """Raised for a row of arrays, which are counted from 0, as Python counts.

    Parameters
    ----------
    message : str
        With "{row}" where the row stands.
    row : int
        Its position.

    Attributes
    ----------
    of_file : str
        The message for a file, whose first row of data is row 1.
    """

    def __init__(self, message: str, row: int) -> None:
        super().__init__(message.replace("{row}", f"row {row}"))
        self.of_file = message.replace("{row}", f"row {row + 1}")


class ReadingWarning(UserWarning):
    """Warn that text which is not plainly numeric was read as numbers; the message says how."""


class ColumnWarning(ReadingWarning):
    """Warn of a note on a column of X, which is also kept in the design."""


class UnknownLevelWarning(UserWarning):
    """Warn that rows have a level that was not there at the fit, and how they are predicted.

    Attributes
    ----------
    column : str
    rows : int
        The number of such rows.
    levels : list of str
        Their levels.
    instead : {"nan", "reference"}
        What they count as.
    """

    def __init__(self, column: str, rows: int, levels: Iterable[str], instead: str) -> None:
        self.column, self.rows, self.levels, self.instead = column, rows, list(levels), instead
        counted = "1 row has a level" if rows == 1 else f"{rows:,} rows have levels"
        how = "as the reference level" if instead == "reference" else "as missing"
        super().__init__(
            f"in column {column!r}, {counted} that {'was' if rows == 1 else 'were'} not there at the fit, and "
            f"{'counts' if rows == 1 else 'count'} {how}: {listed(self.levels)}"
        )


class OutputError(OSError):
    """Raised if an output file cannot be written."""


class MissingFolderError(OutputError, FileNotFoundError):
    """Raised if the folder of an output file does not exist."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, or None.

    Examples
    --------
    >>> nearest("incme", ["age", "income"])
    'income'
    >>> nearest("Age", ["age", "income"])
    'age'
    """
    by_folded = {other.casefold(): other for other in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "", folder: str = "") -> str:
    """Return ' Did you mean ...?' with a leading space; if no name is close, ' ' and `otherwise`, or nothing.

    A name that would look the same, because only the coding of its letters differs (`ö` as one character, or as `o`
    and a combining mark), is said to be such. Names of files are shown with their `folder`.

    Examples
    --------
    >>> did_you_mean("incme", ["age", "income"]), did_you_mean("x", ["age"], "There is age.")
    (" Did you mean 'income'?", ' There is age.')
    """
    names = list(known)
    same = [other for other in names if _composed(other) == _composed(name)]
    if same and name not in same:
        return (
            f" There is {os.path.join(folder, same[0])!r}, which differs only in the coding of its letters: write both "
            "in one form (Unicode NFC)."
        )
    close = nearest(name, names)
    return f" Did you mean {os.path.join(folder, close)!r}?" if close else otherwise and f" {otherwise}"


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def no_such_file(path: str) -> FileNotFoundError:
    """Return the error for a file that does not exist, with the closest name in its folder."""
    if os.path.islink(path):
        return FileNotFoundError(f"{path}: is a link to {os.readlink(path)!r}, which does not exist.")
    folder, name = os.path.split(path)
    try:
        there = sorted(os.listdir(folder or "."))
    except OSError:
        there = []
    return FileNotFoundError(f"{path}: there is no such file.{did_you_mean(name, there, folder=folder)}")


_LONGEST = 100  # letters of a name in a list


def listed(names: Iterable[object], most: int = 8) -> str:
    """List names in a sentence: 'a', 'b' and 3 more.

    Examples
    --------
    >>> listed("abcd", most=2)
    "'a', 'b' and 2 more"
    """
    all_names = [repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...") for text in map(str, names)]
    shown, rest = all_names[:most], len(all_names) - most
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def categorical_option(name: str) -> str:
    """Return the command-line option that makes a column categorical, for messages."""
    return f"--categorical {shlex.quote(name)}"


def date_option(name: str) -> str:
    """Return the command-line option that takes days of a column of dates, for messages."""
    return f"--date {shlex.quote(f'{name}=days')}"


def exclude_option(name: str) -> str:
    """Return the command-line option that leaves a column out, for messages."""
    return f"--exclude {shlex.quote(name)}"


def warn_of_notes(notes: Notes) -> None:
    """Warn of how columns were read, as the command line says it from the design."""
    for matter, remedy in notes:
        warnings.warn(f"{matter} {remedy}".rstrip("."), ColumnWarning, stacklevel=4)
