"""One CSV file that is read a piece at a time."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice

from verhulst.data.csv_checks import check_characters, named_twice, not_utf8
from verhulst.data.csv_pieces import Piece, pieces
from verhulst.data.csv_records import records
from verhulst.data.errors import DataError
from verhulst.data.file import File, dialect_of
from verhulst.data.printable import printable
from verhulst.data.text import is_utf8, not_decoded
from verhulst.data.text_source import TextSource

# Enough for the dialect; the first chunk nearly always suffices for the names too.
_HEAD = 1 << 17
# Bytes of a record that does not end: a quotation mark is probably not closed.
LONGEST = 1 << 26


class CsvFile:
    """A CSV file: its dialect, its names, and its records in pieces.

    Parameters
    ----------
    source : TextSource
    delimiter : str or None
        The delimiter that its name implies.
    folders : mapping
        Columns that folders are named after, and the value of each.
    asked : File, optional
        How it is to be read.

    Attributes
    ----------
    dialect : Dialect
    names : tuple of str
        The names of its columns without surrounding blanks, as in a table; several may be the same.
    twice : dict
        The names that occur more than once, with what to say of each.

    Raises
    ------
    DataError
        If it is empty, or its names are not UTF-8, all blank, or several are blank.
    """

    def __init__(
        self,
        source: TextSource,
        delimiter: str | None = None,
        folders: Mapping[str, str | None] | None = None,
        asked: File | None = None,
    ) -> None:
        import pyarrow as pa

        self.folders = dict(folders or {})
        self.source, self.asked = source, asked
        self.name = source.name
        head = b""
        first = None
        self._end_of_names = 0
        for chunk in self._chunks():
            head += chunk
            if len(head) < _HEAD:
                continue
            self.dialect = dialect_of(head, delimiter, asked, self.name)
            first = next(islice(records(head, self.dialect.delimiter, self.dialect.start), 1, 2), None)
            if first is not None or len(head) > LONGEST:
                break
        if first is None:
            if not head:
                raise DataError(f"{self.name}: is empty.")
            self.dialect = dialect_of(head, delimiter, asked, self.name)
            first = next(islice(records(head, self.dialect.delimiter, self.dialect.start), 1, 2), None)
        self._end_of_names = len(head) if first is None else first.start
        check_characters(head[: self._end_of_names], self.name)
        given = self.dialect.names
        if "\ufffd" in "".join(given) and not is_utf8(pa.py_buffer(head[: self._end_of_names])):
            raise DataError(next(iter(not_utf8(head, self.name, self.dialect).values())))
        if not "".join(given).strip():
            raise DataError(f"{self.name}: the first line, which should name the columns, is blank.")
        self.twice = named_twice(self.dialect, self.name)
        self.names = tuple(name.strip() for name in given)

    @property
    def columns(self) -> list[str]:
        """The columns that have a name of their own, also those that folders are named after."""
        return [name for name in (*self.names, *self.folders) if name not in self.twice]

    @property
    def printed_name(self) -> str:
        """Its name as messages begin with it."""
        return printable(self.name)

    @property
    def one_column(self) -> bool:
        """Whether it has one column only, so that blank lines are records."""
        return len(self.names) == 1

    def pieces(self) -> Iterator[Piece]:
        """Yield the records below the names, in pieces; without those that are to be refused."""
        found = pieces(
            self._below(),
            self.dialect.delimiter,
            blank_lines=self.one_column,
            longest=LONGEST,
            before=self._end_of_names,
        )
        refused = None if self.asked is None else self.asked.refused
        if refused is None:
            yield from found
            return
        for piece in found:
            lines = partial(self.lines_before, piece.before)
            kept = refused.without(piece.content, self.dialect, self.name, lines)
            if kept.strip(b"\r\n"):
                yield replace(piece, content=kept)
        refused.write()

    def lines_before(self, place: int) -> int:
        """Count the lines of so many bytes, for a message; the file is read once more."""
        lines, ended = 0, False
        for chunk in self._chunks():
            part = chunk[:place]
            lines += part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")
            if part.startswith(b"\n") and ended:
                lines -= 1
            ended = part.endswith(b"\r")
            place -= len(part)
            if not place:
                break
        return lines

    def _below(self) -> Iterator[bytes]:
        skipped = self._end_of_names
        for chunk in self._chunks():
            if skipped < len(chunk):
                yield chunk[skipped:] if skipped else chunk
            skipped = max(0, skipped - len(chunk))

    def _chunks(self) -> Iterator[bytes]:
        """The chunks of the source in UTF-8."""
        encoding = None if self.asked is None else self.asked.encoding
        decoder = None if encoding is None else codecs.getincrementaldecoder(encoding)()
        read = 0
        for chunk in self.source.chunks():
            if decoder is None and not read and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                decoder = codecs.getincrementaldecoder("utf-16")()
            if decoder is None:
                yield chunk
                read += len(chunk)
                continue
            yield self._decoded(decoder, chunk, read, False)
            read += len(chunk)
        if decoder is not None:
            yield self._decoded(decoder, b"", read, True)

    def _decoded(self, decoder: codecs.IncrementalDecoder, chunk: bytes, read: int, final: bool) -> bytes:
        held = len(decoder.getstate()[0])
        try:
            return decoder.decode(chunk, final).encode()
        except UnicodeError as error:
            at = f" at byte {read - held + error.start}" if isinstance(error, UnicodeDecodeError) else ""
            reason = f"{error.reason}{at}" if at and isinstance(error, UnicodeDecodeError) else error
            encoding = None if self.asked is None else self.asked.encoding
            raise DataError(not_decoded(self.name, encoding, reason)) from None
