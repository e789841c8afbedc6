"""How a file was read at the fit, as far as the values of new files depend on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, ClassVar

from verhulst.data.databases import query_of
from verhulst.data.file import Decimal, File
from verhulst.data.file_format import format_of_name
from verhulst.data.schema import ListOf, Maybe, Record, Text

_NOT_TEXT = ("parquet", "arrow", "npy", "xlsx", "jsonl")


@dataclass(frozen=True)
class Reading:
    """The options of a `File` that say what its values mean; the others belong to one file.

    Attributes
    ----------
    decimal : {".", ","} or None
        The decimal sign of text files.
    na_values : tuple of str
        The values that count as missing.
    """

    decimal: Decimal | None = None
    na_values: tuple[str, ...] = ()

    SCHEMA: ClassVar[Record] = Record({"decimal": Maybe(Text(among=(".", ","))), "na_values": ListOf(Text())})

    @classmethod
    def of(cls, source: Any) -> Reading | None:
        """Return what was said of a source; None if nothing was."""
        if not isinstance(source, File) or not source.rewrites:
            return None
        return cls(source.decimal, tuple(source.na_values))

    def applied(self, source: Any, format: str | None = None) -> Any:
        """Return a source of new rows with these options, where it is a file of which nothing else was said.

        Examples
        --------
        >>> Reading(",", ("-99",)).applied("new.csv").na_values
        ('-99',)
        >>> Reading(",", ()).applied("new.parquet").decimal is None
        True
        """
        if not isinstance(source, str | os.PathLike | File) or query_of(source) is not None:
            return source
        file = source if isinstance(source, File) else File(source)
        text = (format or format_of_name(str(file.path))) not in _NOT_TEXT
        decimal = self.decimal if text and file.delimiter != self.decimal else None
        return file.with_reading(decimal, self.na_values)

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON data."""
        return {"decimal": self.decimal, "na_values": list(self.na_values)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Reading:
        """Return the options in JSON data: the inverse of `to_json`."""
        return cls(record["decimal"], tuple(record["na_values"]))
