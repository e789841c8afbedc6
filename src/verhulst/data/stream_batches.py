"""Streams of record batches: Arrow's readers, and objects that speak the PyCapsule protocol."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from verhulst._home import home_of
from verhulst.data.record_batches import Batches


def open_stream(source: Any, names: Sequence[str] | None) -> Batches | None:
    """Return the batches of a stream; None for a source of another kind."""
    import pyarrow as pa

    if isinstance(source, pa.RecordBatchReader):
        return Batches(source.schema, iter(source), "")
    if isinstance(source, str | os.PathLike) or not hasattr(source, "__arrow_c_stream__"):
        return None
    if home_of(source) in ("pandas", "polars", "pyarrow", "numpy"):
        return None  # which are in memory
    reader = pa.RecordBatchReader.from_stream(source)
    return Batches(reader.schema, iter(reader), "")
