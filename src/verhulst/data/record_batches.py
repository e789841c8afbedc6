"""Record batches that come one after the other, from whatever source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verhulst.data.in_memory import plain_table
from verhulst.data.source import with_source
from verhulst.data.unread import unread, with_unread

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Batches:
    """Record batches that can be read once, and what to call their source.

    Columns that cannot be read are in the schema's metadata as `unread`.

    Attributes
    ----------
    schema : pyarrow.Schema
    read : iterator of pyarrow.RecordBatch
    name : str
    finish : callable, optional
        What is known only when all batches have been read is done here: it takes the table of all, and a function that
        keeps further batches as those were, and returns the table to use.
    share : callable, optional
        What share of the rows has been read, if that is known.
    wrong : dict
        Further columns that cannot be read, with the reason: they get in here as their batches are read.
    """

    schema: pa.Schema
    read: Iterator[pa.RecordBatch]
    name: str
    finish: Callable[[pa.Table, Callable[[Batches], pa.Table]], pa.Table] | None = None
    share: Callable[[], float | None] = lambda: None
    wrong: dict[str, str] = field(default_factory=dict)

    def table(self) -> pa.Table:
        """Return all that is left of them."""
        import pyarrow as pa

        return self.named(pa.Table.from_batches(self.read, self.schema))

    def named(self, table: pa.Table) -> pa.Table:
        """Return a table of the batches as designs read it, with the name of its source."""
        import pyarrow as pa

        described = pa.schema([], self.schema.metadata).empty_table()  # there is no empty column of every type
        readable = table.drop_columns([name for name in self.wrong if name in table.column_names])
        plain = plain_table(readable, self.name and f"{self.name}: ")
        return with_unread(with_source(plain, self.name), unread(described) | self.wrong)


def even_batches(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of tables of the same columns in batches of so many rows; the last has what is left.

    Sums of products may depend on the number of rows in their last bits.
    """
    import pyarrow as pa

    waiting: list[pa.Table] = []
    there, left = 0, iter(tables)
    table = next(left, None)
    while table is not None:
        if table.num_rows:
            waiting.append(table)
            there += table.num_rows
        table = next(left, None)
        if there and (there >= rows or table is None):
            held = pa.concat_tables(waiting).combine_chunks()
            whole = there if table is None else there // rows * rows
            yield from held.slice(0, whole).to_batches(rows)
            waiting, there = [_with_own_words(held.slice(whole))], there - whole


def _with_own_words(table: pa.Table) -> pa.Table:
    """Return the rows without the words of others: the dictionary of each column would grow from batch to batch."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for place, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type) and any(len(c.dictionary) > len(c) for c in column.chunks):
            words = column.cast(column.type.value_type)
            table = table.set_column(place, table.schema.field(place), pc.dictionary_encode(words))
    return table
