"""JSON lines, read a piece at a time: the columns as what they are so far; what later pieces refute is read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from verhulst.data.column_array import column_array
from verhulst.data.errors import DataError
from verhulst.data.json_table import (
    NO_COLUMNS,
    Before,
    explicit_table,
    inferred_table,
    objects,
    refuse_half_names,
    refuse_whole_table,
)
from verhulst.data.record_batches import Batches, even_batches
from verhulst.data.text_source import TextSource
from verhulst.data.unread import with_unread

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1 << 16  # of a batch


def json_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut chunks of JSON lines, in any lengths, between two objects that a line end parts.

    Within JSON an object follows another only behind a comma, and text has no line ends.

    Examples
    --------
    >>> list(json_pieces([b'{"a": 1}\\n{"a": {\\n"b"', b': 2}}\\n{"a": 3}']))
    [b'{"a": 1}\\n', b'{"a": {\\n"b": 2}}\\n', b'{"a": 3}']
    """
    rest, wanted = b"", 0  # the length from which it is searched again, so that a long object is not again and again
    for chunk in chunks:
        rest += chunk
        if len(rest) < wanted:
            continue
        if end := _end_of_objects(rest):
            yield rest[:end]
            rest, wanted = rest[end:], 0
        else:
            wanted = 2 * len(rest)
    if rest.strip():
        yield rest


def _end_of_objects(content: bytes) -> int:
    """Return where the last line begins with an object that follows another one; 0 if there is none."""
    place = len(content)
    while (place := content.rfind(b"\n", 0, place)) > 0:
        begin, end = place, place
        while content[begin : begin + 1].isspace():
            begin += 1
        while content[end - 1 : end].isspace():
            end -= 1
        if content[begin : begin + 1] == b"{" and content[end - 1 : end] == b"}":
            return place + 1
    return 0


class JsonReading:
    """One reading of a file of JSON lines.

    Parameters
    ----------
    source : TextSource
    name : str
        What to call it.
    names : sequence of str, optional
        The columns that are needed; all if one of them is not in the first piece.

    Attributes
    ----------
    types : dict
        For each key so far, in order, the type that all its values have; None if they are of several kinds, or if only
        Python's reader keeps their digits.
    schema : pyarrow.Schema
        What the first piece shows.
    """

    def __init__(self, source: TextSource, name: str, names: Sequence[str] | None = None) -> None:
        import pyarrow as pa

        self.source, self.name = source, name
        self.types: dict[str, pa.DataType | None] = {}
        self.rows = 0
        self._large: set[str] = set()  # with numbers beyond 2^53
        self._read = self._tables()
        self._first = next(self._read, None)
        self._all = names is None or not set(names) <= set(self.types)
        self._needed = set(names or ())
        first = {each: type_ for each, type_ in self.types.items() if self._all or each in self._needed}
        self.schema = pa.schema([(each, type_) for each, type_ in first.items() if type_ is not None])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Return the rows, once; a column that is refuted is null from there on."""
        import pyarrow as pa

        def tables() -> Iterator[pa.Table]:
            table = self._first
            while table is not None:
                if len(self.schema):
                    yield pa.table([_column(table, field) for field in self.schema], schema=self.schema)
                table = next(self._read, None)

        return even_batches(tables(), _ROWS)

    def share(self) -> float | None:
        """Return what share of the file has been read, if that is known."""
        return self.source.bytes_read / self.source.size if self.source.size else None

    def settled(self) -> dict[str, pa.DataType | None]:
        """Return the type of each needed column, when all has been read."""
        import pyarrow as pa

        if not self.types:
            raise DataError(f"{self.name}: {NO_COLUMNS}")
        if self.rows == 1 and self._first is not None:
            refuse_whole_table(self._first.to_pylist(), self.name)
        lost = {each for each in self._large if self.types[each] == pa.float64()}
        return {
            each: None if each in lost else type_
            for each, type_ in self.types.items()
            if self._all or each in self._needed
        }

    def again(self, types: dict[str, pa.DataType]) -> Batches:
        """Return the batches of some columns of these types, from the beginning."""
        import pyarrow as pa

        schema = pa.schema(list(types.items()))

        def tables() -> Iterator[pa.Table]:
            for content, before in self._pieces():
                table = explicit_table(content, schema, only=True)
                if table is None:
                    found = objects(content, self.name, before=before)
                    columns = [column_array([row.get(each) for row in found], each) for each in schema.names]
                    table = pa.table(columns, names=schema.names)
                yield table.select(schema.names).cast(schema)

        return Batches(schema, even_batches(tables(), _ROWS), self.name)

    def values(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Return the values of some keys, as Python reads them."""
        found: dict[str, list[Any]] = {each: [] for each in names}
        for content, before in self._pieces():
            for row in objects(content, self.name, before=before):
                for each, values in found.items():
                    values.append(row.get(each))
        return found

    def _pieces(self) -> Iterator[tuple[pa.Buffer, Before]]:
        import pyarrow as pa

        lines = letters = 0
        for content in json_pieces(_without_mark(self.source.chunks())):
            yield pa.py_buffer(content), Before(lines, letters, self.rows)
            lines += content.count(b"\n")
            letters += len(content) if content.isascii() else len(content.decode(errors="replace"))

    def _tables(self) -> Iterator[pa.Table]:
        """Yield what each piece holds, in types of its own; a column of values of several kinds is left out."""
        import pyarrow as pa

        for content, before in self._pieces():
            known = [(each, type_) for each, type_ in self.types.items() if type_ and not pa.types.is_null(type_)]
            table, mixed = explicit_table(content, pa.schema(known)) if known else None, set[str]()
            if table is None:
                table = inferred_table(content)
            if table is None:
                table, mixed = self._by_python(objects(content, self.name, before=before))
            for field in table.schema:
                there = self.types.get(field.name, pa.null())
                alike = there is not None and field.name not in mixed
                self.types[field.name] = joined(there, field.type) if alike and there is not None else None
                if field.name not in self._large and _is_large(table[field.name]):
                    self._large.add(field.name)
            self.rows += table.num_rows
            yield table

    def _by_python(self, rows: list[dict[str, Any]]) -> tuple[pa.Table, set[str]]:
        import pyarrow as pa

        names = list(dict.fromkeys(key for row in rows for key in row))
        refuse_half_names(names, self.name)
        if not names:
            return pa.table({"": pa.nulls(len(rows))}).select([]), set()  # which has rows
        columns: dict[str, Any] = {}
        mixed = set()
        for each in names:
            try:
                columns[each] = column_array([row.get(each) for row in rows], each)
            except DataError:
                columns[each] = None
            if columns[each] is None or pa.types.is_nested(columns[each].type):  # which may be deeper than files allow
                columns[each] = pa.nulls(len(rows))
                mixed.add(each)
        return pa.table(columns), mixed


def joined(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """Return the type of values of two types; None if they are not of one kind, or only Python tells.

    Examples
    --------
    >>> import pyarrow as pa
    >>> joined(pa.null(), pa.bool_()), joined(pa.int64(), pa.float64()), joined(pa.bool_(), pa.int64())
    (DataType(bool), DataType(double), None)
    """
    import pyarrow as pa

    if pa.types.is_decimal(one) or pa.types.is_decimal(other):
        return None
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    return pa.float64() if {one, other} == {pa.int64(), pa.float64()} else None


def json_batches(source: TextSource, name: str, names: Sequence[str] | None = None) -> Batches:
    """Return the batches of a file of JSON lines.

    Parameters
    ----------
    source : TextSource
    name : str
        What to call it.
    names : sequence of str, optional
        The columns that are needed.
    """
    reading = JsonReading(source, name, names)

    def finish(table: pa.Table, keep: Callable[[Batches], pa.Table]) -> pa.Table:
        import pyarrow as pa

        types = reading.settled()
        columns = dict(zip(table.column_names, table.columns, strict=True))
        changed = {
            each: type_
            for each, type_ in types.items()
            if type_ is not None and (each not in columns or columns[each].type != type_)
        }
        if changed:
            found = keep(reading.again(changed))
            if found.num_rows != reading.rows:
                raise DataError(f"{name}: was changed while it was read; read it when it is complete.")
            columns |= {each: found[each] for each in changed}
        reasons: dict[str, str] = {}
        mixed = [each for each, type_ in types.items() if type_ is None]
        for each, values in (reading.values(mixed) if mixed else {}).items():
            try:
                columns[each] = pa.chunked_array([column_array(values, each, f"{name}: ")])
            except DataError as error:
                reasons[each] = str(error)
        return with_unread(pa.table({each: columns[each] for each in types if each not in reasons}), reasons)

    return Batches(reading.schema, reading.batches(), name, finish, reading.share)


def _column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    """A column of a piece in the type of all, null if it has another one."""
    import pyarrow as pa

    if field.name in table.column_names:
        values = table[field.name]
        if values.type == field.type:
            return values
        if pa.types.is_floating(field.type) and pa.types.is_integer(values.type):
            return values.cast(field.type, safe=False)  # what does not fit is large, and read again
    return pa.chunked_array([pa.nulls(table.num_rows, field.type)])


def _is_large(column: pa.ChunkedArray) -> bool:
    """Whether there are numbers beyond 2^53, where not every whole one is a double."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_floating(column.type) or pa.types.is_int64(column.type)):
        return False
    ends = pc.min_max(column).as_py()
    return ends["min"] is not None and not (ends["min"] > -(2**53) and ends["max"] < 2**53)


def _without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    first = True
    for chunk in chunks:
        yield chunk.removeprefix(b"\xef\xbb\xbf") if first else chunk
        first = False
