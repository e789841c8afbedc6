"""Record batches that come one after the other, from whatever source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
    """

    schema: pa.Schema
    read: Iterator[pa.RecordBatch]
    name: str

    def table(self) -> pa.Table:
        """Return all that is left of them."""
        import pyarrow as pa

        return self.named(pa.Table.from_batches(self.read, self.schema))

    def named(self, table: pa.Table) -> pa.Table:
        """Return a table of the batches as designs read it, with the name of its source."""
        return with_unread(with_source(plain_table(table), self.name), unread(self.schema.empty_table()))
