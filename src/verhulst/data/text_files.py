"""Text files, one or several with the same columns, and standard input, as record batches."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import Any

from verhulst.data.csv_file import CsvFile
from verhulst.data.csv_reading import csv_batches
from verhulst.data.file_format import (
    check_format,
    foreign,
    format_of_bytes,
    format_of_name,
    like_json,
    unmarked_encoding,
)
from verhulst.data.printable import printable
from verhulst.data.record_batches import Batches
from verhulst.data.text_source import TextSource, is_text_path


def open_text_files(
    source: Any, names: Sequence[str] | None, texts: Collection[str] = (), form: str | None = None
) -> Batches | None:
    """Return the batches of text files; None for a source of another kind, or one that is read whole.

    Parameters
    ----------
    source : object
        The path of a CSV or TSV file, which may be compressed, or "-" for standard input.
    names : sequence of str, optional
        The columns that are needed; all are read if one of them is not there.
    texts : collection of str
        Columns whose text matters also if they are numbers.
    form : str, optional
        The format, if it is given.
    """
    opened = open_text(source, form)
    if opened is None:
        return None
    found, kind = opened
    if kind in ("csv", "tsv"):
        file = csv_file(found, kind)
        once = [name for name in file.names if file.names.count(name) == 1]
        asked = names is not None and set(names) <= set(file.names)
        needed = [name for name in once if not asked or name in (names or ())]
        return csv_batches([file], printable(found.name), needed, [name for name in needed if name in texts])
    if found.again_from_path:
        return None
    from verhulst.data.read import read_given

    table = read_given(found.path, form, content=found.whole()).table
    return Batches(table.schema, iter(table.to_batches()), "", lambda _, __: table)


def open_text(source: Any, form: str | None = None) -> tuple[TextSource, str | None] | None:
    """Return a file, a pipe or standard input, opened, and its format; None for a source of another kind.

    The format is csv, tsv or jsonl; None if it is another.
    """
    if form is not None:
        check_format(form)
    if not is_text_path(source):
        return None
    try:
        opened = TextSource(os.fspath(source))
    except OSError:
        return None  # which is said by those who read it whole
    return opened, _text_format(opened, form)


def csv_file(source: TextSource, kind: str) -> CsvFile:
    """Return a text file of the format csv or tsv."""
    return CsvFile(source, "\t" if kind == "tsv" else None)


def _text_format(source: TextSource, form: str | None) -> str | None:
    """Return the format of a text file; None if it is none, or something is wrong with it."""
    head = source.head[:4096]
    if not head or source.is_doubtful or foreign(head) or unmarked_encoding(head):
        return None
    if format_of_bytes(head) not in ("csv", "jsonl"):
        return None
    return form or ("jsonl" if like_json(head) else format_of_name(source.path) or format_of_bytes(head))
