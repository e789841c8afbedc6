"""Text files, one or several with the same columns, and standard input, as record batches."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verhulst.data.csv_file import CsvFile
from verhulst.data.csv_reading import csv_batches
from verhulst.data.errors import DataError, listed
from verhulst.data.file import File, path_of
from verhulst.data.file_format import (
    check_format,
    foreign,
    format_of_bytes,
    format_of_name,
    like_json,
    like_lines,
    unmarked_encoding,
)
from verhulst.data.folder_columns import refuse_in_files
from verhulst.data.json_reading import json_batches
from verhulst.data.printable import printable
from verhulst.data.record_batches import Batches
from verhulst.data.several_files import batch_format, files_of, folder_values
from verhulst.data.text_source import TextSource


@dataclass(frozen=True)
class OpenedText:
    """The files of a path that are not Parquet or Arrow files, a pipe, or standard input.

    Attributes
    ----------
    path : str
    sources : tuple of TextSource
    format : str or None
        csv, tsv or jsonl; None if a file is of another kind, or something is wrong with it.
    folders : sequence of mappings
        For each file the values that its folders are named after.
    asked : File or None
        How they are to be read.
    """

    path: str
    sources: tuple[TextSource, ...]
    format: str | None
    folders: Sequence[Mapping[str, str | None]] = ()
    asked: File | None = None

    @property
    def name(self) -> str:
        """What to call them in messages."""
        return printable(self.path if len(self.sources) > 1 else self.sources[0].name)

    @property
    def is_lines(self) -> bool:
        """Whether it is a file of JSON lines that is read a piece at a time."""
        return self.format == "jsonl" and self.asked is None and like_lines(self.sources[0].head)

    def csv_files(self) -> list[CsvFile]:
        """Return the files, which have to be CSV or TSV files of the same columns.

        Raises
        ------
        DataError
            If they have other columns, or another sign parts the values.
        """
        delimiter = "\t" if self.format == "tsv" else None
        if self.asked is not None:
            self.asked.refuse_options_of_others(self.name, "csv", "a CSV file")
        files = [
            CsvFile(source, delimiter, folders, self.asked)
            for source, folders in zip(self.sources, self.folders, strict=True)
        ]
        first = files[0]
        if self.asked is not None:
            self.asked.check_columns([*first.columns, *first.twice], f"{self.name}: ")
        refuse_in_files(first.folders, first.names, self.name)
        for file in files[1:]:
            if sorted(file.names) != sorted(first.names):
                differ = sorted(set(file.names) ^ set(first.names))
                raise DataError(
                    f"{file.name}: has other columns than {first.name}: there is {listed(differ)} in one of them only."
                )
            if file.dialect.delimiter != first.dialect.delimiter:
                raise DataError(
                    f"{file.name}: its values are separated by {file.dialect.delimiter_name}, but by "
                    f"{first.dialect.delimiter_name} in {first.name}. Write both alike."
                )
        return files

    def whole(self) -> bytes | None:
        """Return what is in the file, compressed as it is, if it could not be read again from the path."""
        return None if self.sources[0].again_from_path else self.sources[0].whole()


def open_text(source: Any, form: str | None = None) -> OpenedText | None:
    """Open the text files of a source; None for a source of another kind.

    Raises
    ------
    DataError
        If one of several files is not a CSV file.
    """
    if form is not None:
        check_format(form)
    source, asked = path_of(source)
    if not isinstance(source, str | os.PathLike):
        return None
    path = os.fspath(source)
    paths = [path] if path == "-" or _is_pipe(path) else files_of(path)
    if not paths or (len(paths) > 1 and batch_format(paths[0]) is not None):
        return None
    try:
        sources = tuple(map(TextSource, paths))
    except DataError:
        raise
    except (OSError, ValueError):
        if len(paths) > 1:
            raise
        return None  # which is said by those who read it whole
    for each in sources:
        if not each.again_from_path and each.head and not each.head.strip(b"\0"):  # of a device, they have no end
            raise DataError(f"{each.name}: is binary data, which begins with zeros, not a table.")
    formats = [_text_format(each, form, asked) for each in sources]
    if len(paths) > 1 and (odd := [each for each, kind in zip(paths, formats, strict=True) if kind not in _SEVERAL]):
        raise DataError(f"{printable(odd[0])}: is not a CSV file; several text files are read together if all are.")
    folders = [{}] if path == "-" or _is_pipe(path) else folder_values(path, paths)
    return OpenedText(path, sources, formats[0], folders, asked)


_SEVERAL = ("csv", "tsv")


def _is_pipe(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def open_text_files(
    source: Any, names: Sequence[str] | None, texts: Collection[str] = (), form: str | None = None
) -> Batches | None:
    """Return the batches of text files; None for a source of another kind, or one that is read whole.

    Parameters
    ----------
    source : object
        The path of a CSV or TSV file, which may be compressed, a folder or a pattern of such files, a file of JSON
        lines, or "-" for standard input.
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
    if opened.format in ("csv", "tsv"):
        files = opened.csv_files()
        there = files[0].columns
        needed = [name for name in there if names is None or not set(names) <= set(there) or name in names]
        return csv_batches(files, opened.name, needed, [name for name in needed if name in texts])
    if opened.is_lines:
        return json_batches(opened.sources[0], opened.name, names)
    if (content := opened.whole()) is None:
        return None
    from verhulst.data.read import read_given

    table = read_given(opened.asked or opened.path, form, content=content).table
    return Batches(table.schema, iter(table.to_batches()), "", lambda _, __: table)


def _text_format(source: TextSource, form: str | None, asked: File | None) -> str | None:
    """Return the format of a text file; None if it is none, or something is wrong with it."""
    head = source.head
    if not head or source.is_doubtful or foreign(head):
        return None
    if (asked is None or asked.encoding is None) and unmarked_encoding(head):
        return None
    if format_of_bytes(head) not in ("csv", "jsonl"):
        return None
    return form or ("jsonl" if like_json(head) else format_of_name(source.path) or format_of_bytes(head))
