"""Columns of CSV files, read a piece at a time as what they are so far; what later pieces refute is read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from verhulst.data.asked_values import as_asked
from verhulst.data.csv_checks import Before, check_characters, explained, never_closed, not_utf8
from verhulst.data.csv_file import LONGEST, CsvFile
from verhulst.data.csv_kinds import Found, Kind, Layout, joined, read_piece
from verhulst.data.csv_pieces import Piece, end_of_records
from verhulst.data.csv_records import all_quoted
from verhulst.data.decimal_signs import Signs, signs_of, unclear_signs
from verhulst.data.errors import DataError
from verhulst.data.fields import field_read, text_field
from verhulst.data.folder_columns import repeated
from verhulst.data.record_batches import Batches, even_batches
from verhulst.data.text import is_utf8
from verhulst.data.unread import with_unread

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1 << 16  # of a batch
_FEW = 1 << 15  # bytes


class CsvReading:
    """One reading of some columns of CSV files with the same columns.

    Parameters
    ----------
    files : sequence of CsvFile
    names : sequence of str
        The columns to read.
    texts : sequence of str
        Those of them that are to stay text.
    codes : bool
        Whether numbers that look like codes stay text.
    all_utf8 : bool
        Whether all other columns have to be UTF-8 too.
    """

    def __init__(
        self,
        files: Sequence[CsvFile],
        names: Sequence[str],
        texts: Sequence[str],
        *,
        codes: bool = True,
        all_utf8: bool = False,
    ) -> None:
        self.files, self.names = files, list(names)
        self._codes, self._all_utf8 = codes, all_utf8
        asked = files[0].asked
        if asked is not None:
            texts = names if asked.rewrites else [*texts, *asked.text]
        as_text = {*texts, *files[0].folders}
        self.kinds: dict[str, Kind] = {name: "text" if name in as_text else "whole" for name in names}
        self.reasons: dict[str, str] = {}
        self.pointed: set[str] = set()
        self.rows = 0
        self._with_missing: set[str] = set()
        self._wrong_quotes: set[str] = set()
        self._found = self._read()
        self._first = next(self._found, None)
        self.schema = self._schema()

    @property
    def refuted(self) -> list[str]:
        """The columns that were not read as what they are: numbers whose text matters, marks in quotes."""
        import pyarrow as pa

        numbers = [name for name in self.schema.names if pa.types.is_floating(self.schema.field(name).type)]
        unclear = [name for name in numbers if self.kinds[name] == "unclear" and name in self.pointed]
        wrong = {*unclear, *self._wrong_quotes, *(name for name in numbers if self.kinds[name] == "text")}
        return [name for name in self.schema.names if name in wrong and name not in self.reasons]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Return the rows, once; a column that is refuted is null from there on."""
        import pyarrow as pa

        def tables() -> Iterator[pa.Table]:
            found = self._first
            while found is not None:
                if found.rows:
                    columns = [self._column(found, field) for field in self.schema]
                    yield pa.Table.from_arrays(columns, schema=self.schema)
                found = next(self._found, None)

        return even_batches(tables(), _ROWS)

    def _schema(self) -> pa.Schema:
        import pyarrow as pa

        types = {"text": pa.dictionary(pa.int32(), pa.string())}
        return pa.schema([(name, types.get(self.kinds[name], pa.float64())) for name in self.names])

    def _column(self, found: Found, field: pa.Field) -> pa.Array:
        import pyarrow as pa

        values = found.columns.get(field.name)
        if values is None or values.type != field.type:
            if values is not None and pa.types.is_dictionary(field.type):
                raise AssertionError("text stays text")
            return pa.nulls(found.rows, field.type)
        return values

    def _read(self) -> Iterator[Found]:
        """Yield what each piece holds."""
        for file in self.files:
            raw = list(file.names)
            layout = Layout(
                file.dialect.delimiter,
                tuple(f"{name}\0{k}" if raw.count(name) > 1 else name for k, name in enumerate(raw)),
            )
            self.reasons = file.twice | self.reasons
            records, quoted = 1, None
            for piece in file.pieces():
                before = Before(piece.before, records, file.lines_before)
                check_characters(piece.content, file.name, before)
                if quoted is not False:
                    quoted = self._quoted(piece, file, quoted)
                found = self._read_piece(piece, layout, file, before, bool(quoted))
                records += found.rows
                self.rows += found.rows
                yield found

    def _quoted(self, piece: Piece, file: CsvFile, so_far: bool | None) -> bool:
        """Whether every cell of the file is in quotes so far; marks were read in quotes too if that turns out wrong."""
        now = b'"' in piece.content and all_quoted(piece.content, file.dialect.delimiter, 0)
        if so_far and not now:
            self._wrong_quotes |= self._with_missing
        return now

    def _read_piece(self, piece: Piece, layout: Layout, file: CsvFile, before: Before, quoted: bool) -> Found:
        import pyarrow as pa

        if len(piece.content) > LONGEST:
            reason = never_closed(piece.content, file.dialect, before) or "has a line that is longer than 64 MiB."
            raise DataError(f"{file.name}: {reason}")
        wanted: dict[str, Kind] = {
            name: self.kinds[name] for name in self.names if name not in self.reasons and name not in file.folders
        }
        try:
            if not self.rows:
                # What a few rows refute is not tried on the whole piece.
                few = piece.content[: end_of_records(piece.content[:_FEW], layout.delimiter)]
                if few:
                    wanted |= read_piece(few, layout, wanted, quoted, codes=self._codes).kinds
            found = read_piece(piece.content, layout, wanted, quoted, codes=self._codes)
        except pa.ArrowInvalid as error:
            file.source.refuse_changed()
            known = [reason for name, reason in self.reasons.items() if name not in file.twice]
            if not known and not is_utf8(pa.py_buffer(piece.content)):
                known = list(not_utf8(piece.content, file.name, file.dialect, 1, before).values())
            if known:
                raise DataError(known[0]) from None
            raise DataError(f"{file.name}: {explained(error, piece.content, file.dialect, before)}") from None
        if piece.last and b'"' in piece.content and (said := never_closed(piece.content, file.dialect, before)):
            raise DataError(f"{file.name}: {said}")
        if self._all_utf8 and not piece.content.isascii() and not is_utf8(pa.py_buffer(piece.content)):
            raise DataError(next(iter(not_utf8(piece.content, file.name, file.dialect, 1, before).values())))
        if found.not_utf8:
            places = not_utf8(piece.content, file.name, file.dialect, len(layout.names), before)
            for name in found.not_utf8:
                self.reasons[name] = places[layout.names.index(name)]
        type_ = pa.dictionary(pa.int32(), pa.string())
        found.columns |= {name: repeated(file.folders[name], found.rows, type_) for name in file.folders}
        self.kinds |= joined(self.kinds, found.kinds, found.kinds)
        self.pointed |= found.pointed
        self._with_missing |= {name for name, values in found.columns.items() if values.null_count}
        return found


def csv_batches(
    files: Sequence[CsvFile],
    name: str,
    names: Sequence[str],
    texts: Sequence[str],
    *,
    all_utf8: bool = False,
) -> Batches:
    """Return the batches of CSV files with the same columns.

    Parameters
    ----------
    files : sequence of CsvFile
    name : str
        What to call them together.
    names : sequence of str
        The columns that are needed.
    texts : sequence of str
        Those of them that have to stay text.
    all_utf8 : bool
        Whether all other columns have to be UTF-8 too.
    """
    reading = CsvReading(files, names, texts, all_utf8=all_utf8)

    def finish(table: pa.Table, keep: Callable[[Batches], pa.Table]) -> pa.Table:
        columns = {each: _of_one_dictionary(table[each]) for each in table.column_names}
        if again := reading.refuted:
            columns |= _read_again(files, name, again, table.num_rows, keep)
        columns = {each: values for each, values in columns.items() if each not in reading.reasons}
        signs = {each: _signs(values, reading.kinds[each]) for each, values in columns.items()}
        if any(len(found) == 2 for found, _ in signs.values()):
            # What its points mean may be shown by a column that is not needed.
            others = [each for each in files[0].columns if each not in reading.names]
            found = _read_again(files, name, others, table.num_rows, keep) if others else {}
            signs |= {each: signs_of(values) for each, values in found.items()}
        unclear = dict(zip(signs, unclear_signs(list(signs.values()), files[0].dialect.delimiter), strict=True))
        made = marked(columns, files[0].dialect.delimiter, unclear, reading.reasons)
        return as_asked(made, files[0].asked, f"{name}: ")

    return Batches(reading.schema, reading.batches(), name, finish, share=partial(share_read, files))


def share_read(files: Sequence[CsvFile]) -> float | None:
    """Return what share of the files has been read; None if that is unknown."""
    sizes = [file.source.size for file in files]
    whole = sum(size or 0 for size in sizes)
    return sum(file.source.bytes_read for file in files) / whole if None not in sizes and whole else None


def _read_again(
    files: Sequence[CsvFile], name: str, names: Sequence[str], rows: int, keep: Callable[[Batches], pa.Table]
) -> dict[str, pa.ChunkedArray]:
    """Read some columns of the files once more, as text."""
    reading = CsvReading(files, names, names)
    found = keep(Batches(reading.schema, reading.batches(), name))
    if found.num_rows != rows:
        raise DataError(f"{name}: was changed while it was read; read it when it is complete.")
    return {each: found[each] for each in names if each not in reading.reasons}


def _of_one_dictionary(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column whose chunks share their dictionary: what follows looks at all of its words several times."""
    import pyarrow as pa

    return values.unify_dictionaries() if pa.types.is_dictionary(values.type) else values


def _signs(values: pa.ChunkedArray, kind: Kind) -> Signs:
    import pyarrow as pa

    return signs_of(values) if pa.types.is_dictionary(values.type) else ("." if kind == "plain" else "", ".")


def marked(
    columns: Mapping[str, pa.ChunkedArray], delimiter: str, unclear: Mapping[str, str], reasons: Mapping[str, str]
) -> pa.Table:
    """Return the table of columns, its fields marked as those of a text file that was read whole."""
    import pyarrow as pa

    fields = [
        text_field(name, values.type, delimiter, unclear.get(name, ""))
        if pa.types.is_dictionary(values.type)
        else field_read(name, values.type)
        for name, values in columns.items()
    ]
    return with_unread(pa.table(list(columns.values()), schema=pa.schema(fields)), reasons)
