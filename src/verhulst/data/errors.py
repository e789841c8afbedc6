"""What can be wrong with data, in types that a caller can tell apart."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable


class DataError(ValueError):
    """The data are not as they should be; the message says what, where, and what to do."""


class RequestError(DataError):
    """What was asked for does not suit the data: the request is to be changed, not the data."""


class UnknownColumnError(RequestError):
    """A column was asked for that the table does not have."""


class ModelFileError(DataError):
    """A file is not a model of this version of verhulst."""


class ReadingWarning(UserWarning):
    """Text was read as numbers in another way than plain numbers are; the message says how."""


class OutputError(OSError):
    """An output file cannot be written where it was asked for."""


class MissingFolderError(OutputError, FileNotFoundError):
    """The folder that an output file was asked for in does not exist."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None.

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


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """' Did you mean ...?' with a leading space; where nothing is near, `otherwise`, if there is one.

    Examples
    --------
    >>> did_you_mean("incme", ["age", "income"]), did_you_mean("x", ["age"], "There is age.")
    (" Did you mean 'income'?", ' There is age.')
    """
    close = nearest(name, known)
    return f" Did you mean {close!r}?" if close else otherwise and f" {otherwise}"


def no_such_file(path: str) -> FileNotFoundError:
    """The error for a file that is not there, with the nearest name in its folder."""
    folder, name = os.path.split(path)
    try:
        there = sorted(os.listdir(folder or "."))
    except OSError:
        there = []
    close = nearest(name, there)
    hint = f" Did you mean {os.path.join(folder, close)!r}?" if close else ""
    return FileNotFoundError(f"{path}: there is no such file.{hint}")


def listed(names: Iterable[object], most: int = 8) -> str:
    """Names in a sentence: 'a', 'b' and 3 more.

    Examples
    --------
    >>> listed("abcd", most=2)
    "'a', 'b' and 2 more"
    """
    all_names = [repr(str(name)) for name in names]
    shown, rest = all_names[:most], len(all_names) - most
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
