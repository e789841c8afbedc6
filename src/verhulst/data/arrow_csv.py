"""Arrow's reader of CSV, where signals are left to the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verhulst import _process

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv


def read_csv(
    content: bytes | pa.Buffer, read: csv.ReadOptions, parse: csv.ParseOptions, convert: csv.ConvertOptions
) -> pa.Table:
    """Read a table as Arrow does."""
    import pyarrow as pa
    from pyarrow import csv

    if _process.prepared:
        # Arrow catches Ctrl-C while it reads, and raises an error of its own, which looks like one of the file.
        pa.enable_signal_handlers(False)
    return csv.read_csv(pa.BufferReader(content), read, parse, convert)
