"""The files that a path, a folder or a pattern stands for."""

from __future__ import annotations

import glob
import os
import re
from itertools import takewhile
from pathlib import Path

from verhulst.data.errors import DataError

_MARKS = {b"PAR1": "parquet", b"ARROW1": "arrow"}
_ENDINGS = (".parquet", ".pq")


def files_of(path: str) -> list[str]:
    """Return the files of a path, a folder or a pattern.

    As in Arrow's own datasets, files and folders whose names begin with a dot or an underscore are no data.

    Raises
    ------
    DataError
        If a folder has no Parquet files, a file is of another format, or folders are named after a column's values.
    """
    if path == "-":  # standard input, also where a file or a folder has this name
        return []
    if os.path.isfile(path):  # which, unlike pathlib's, raises nothing for names that no file can have
        return [path]
    if os.path.isdir(path):
        root, given = Path(path), tuple[str, ...]()
        found = sorted(each for each in root.rglob("*") if each.suffix.lower() in _ENDINGS and each.is_file())
    elif any(mark in path for mark in "*?"):
        given = Path(path).parts
        root = Path(*takewhile(lambda part: not re.search("[*?]", part), given))
        matches = map(Path, glob.glob(path.replace("[", "[[]"), recursive=True))
        found = sorted(each for each in matches if each.is_file())
    else:
        return []
    below = {each: each.relative_to(root).parts for each in found}
    found = [each for each in found if not any(part[0] in "._" and part not in given for part in below[each])]
    if not found and os.path.isdir(path):
        raise DataError(f"{path}: is a folder without Parquet files; name a file.")
    for each in found:
        for part in below[each][:-1]:
            column, equal, _ = part.partition("=")
            if equal:
                raise DataError(
                    f"{path}: the folder {part!r} holds a value of a column {column!r} that is not in its files. "
                    f"Pass pyarrow.dataset.dataset(path, partitioning='hive').scanner().to_reader() from Python, or "
                    f"write the column into the files."
                )
        if batch_format(str(each)) is None:
            raise DataError(f"{each}: is not a Parquet file; several files are read together if all are Parquet.")
    return [str(each) for each in found]


def batch_format(path: str) -> str | None:
    """Return the format of a file that comes in batches, by its first bytes; None for another file."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(8)
    except (OSError, ValueError):
        return None  # which is said by those who read it whole
    return next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)
