"""Record batches that come one after the other, from whatever source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Batches:
    """Record batches that can be read once, and what to call their source."""

    schema: pa.Schema
    read: Iterator[pa.RecordBatch]
    name: str
