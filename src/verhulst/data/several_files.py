"""The files that a path, a folder or a pattern stands for."""

from __future__ import annotations

import glob
import os
import re
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

from verhulst.data.errors import DataError, listed
from verhulst.data.file_format import format_of_name
from verhulst.data.missing_text import MISSING_TEXT

_MARKS = {b"PAR1": "parquet", b"ARROW1": "arrow"}
_ENDINGS = (".parquet", ".pq")
# The name that Hive gives to folders of rows without a value.
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def files_of(path: str) -> list[str]:
    """Return the files of a path, a folder or a pattern, all Parquet or Arrow files, or all others.

    A folder stands for its Parquet files, or else for its CSV and TSV files. As in Arrow's own datasets, files and
    folders whose names begin with a dot or an underscore are no data.

    Raises
    ------
    DataError
        If a folder has no such files, or only some files are Parquet or Arrow files.
    """
    if path == "-":  # standard input, also where a file or a folder has this name
        return []
    if os.path.isfile(path):  # which, unlike pathlib's, raises nothing for names that no file can have
        return [path]
    if os.path.isdir(path):
        there = [each for each in Path(path).rglob("*") if each.is_file()]
        found = _shown([each for each in there if each.suffix.lower() in _ENDINGS], path)
        found = found or _shown([each for each in there if format_of_name(each.name) in ("csv", "tsv")], path)
        if not found:
            raise DataError(f"{path}: is a folder without Parquet files or CSV files; name a file.")
    elif any(mark in path for mark in "*?"):
        matches = map(Path, glob.glob(path.replace("[", "[[]"), recursive=True))
        found = _shown([each for each in matches if each.is_file()], path)
    else:
        return []
    of_batches = [batch_format(str(each)) is not None for each in found]
    if any(of_batches) and not all(of_batches):
        each = found[of_batches.index(False)]
        raise DataError(f"{each}: is not a Parquet file; several files are read together if all are Parquet, or none.")
    return [str(each) for each in found]


def _shown(found: list[Path], path: str) -> list[Path]:
    """The files in order, without those that are hidden unless the pattern names them."""
    given, root = Path(path).parts, _root(path)
    parts = {each: each.relative_to(root).parts for each in found}
    return sorted(each for each in found if not any(part[0] in "._" and part not in given for part in parts[each]))


def _root(path: str) -> Path:
    """The folder that all files lie in: the part of a pattern before its first mark."""
    if os.path.isdir(path):
        return Path(path)
    return Path(*takewhile(lambda part: not re.search("[*?]", part), Path(path).parts))


def folder_values(path: str, files: list[str]) -> list[dict[str, str | None]]:
    """Return for each file the values of columns that its folders are named after, such as `year=2024`.

    Raises
    ------
    DataError
        If the folders of some files name other columns.
    """
    if len(files) == 1 and files[0] == path:
        return [{}]
    found = [_values(Path(each).relative_to(_root(path)).parts[:-1]) for each in files]
    for each, values in zip(files, found, strict=True):
        if set(values) != set(found[0]):
            differ = sorted(set(values) ^ set(found[0]))
            raise DataError(
                f"{each}: lies in folders that are named after other columns than those of {files[0]}: there is "
                f"{listed(differ)} in one of them only."
            )
    return found


def _values(folders: tuple[str, ...]) -> dict[str, str | None]:
    pairs = [part.partition("=") for part in folders]
    return {
        unquote(name): None if value == _NO_VALUE or unquote(value) in MISSING_TEXT else unquote(value)
        for name, equal, value in pairs
        if equal
    }


def batch_format(path: str) -> str | None:
    """Return the format of a file that comes in batches, by its first bytes; None for another file."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(8)
    except (OSError, ValueError):
        return None  # which is said by those who read it whole
    return next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)
