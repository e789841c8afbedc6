"""Records of a text file that are left out: those with another number of values than there are columns."""

from __future__ import annotations

import csv
import io
import re
import warnings
from typing import TYPE_CHECKING

from verhulst._numbers import counted
from verhulst.data.arrow_csv import read_csv
from verhulst.data.atomic import write_text
from verhulst.data.csv_dialect import Dialect
from verhulst.data.csv_records import line_number, records
from verhulst.data.errors import ReadingWarning

if TYPE_CHECKING:
    from collections.abc import Callable

_LINE_END = re.compile(rb"\r\n|\n|\r")


class Rejects:
    """The refused records of a source, and the file that gets them.

    A file may be read several times; each record is kept once, by its place.

    Parameters
    ----------
    path : str
        The file, as CSV: the name of the source, the line, what is wrong, and the text.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: dict[tuple[str, int], tuple[str, str]] = {}
        self._written = -1

    def without(self, content: bytes, dialect: Dialect, name: str, lines_before: Callable[[], int]) -> bytes:
        """Return whole records without those that are refused, in the place of which are blank lines.

        Parameters
        ----------
        content : bytes
        dialect : Dialect
        name : str
            Of the source.
        lines_before : callable
            Returns the number of lines before the content, which is asked for when a record is refused.
        """
        if len(dialect.names) == 1 or not _has_wrong_lengths(content, dialect):
            return content
        kept, end, lines = [], 0, lines_before()
        found = list(records(content, dialect.delimiter))
        starts = [*(record.start for record in found[1:]), len(content)]
        for record, stop in zip(found, starts, strict=True):
            values = len(record.fields)
            if record.blank or values == len(dialect.names) or not record.closed:
                continue
            raw = content[record.start : stop]
            kept += [content[end : record.start], b"".join(_LINE_END.findall(raw))]
            end = stop
            line = lines + line_number(content, record.start)
            reason = f"{counted(values, 'value')} for {counted(len(dialect.names), 'column')}"
            self._found[name, line] = (reason, raw.decode(errors="replace").rstrip("\r\n"))
        return b"".join([*kept, content[end:]])

    def write(self) -> None:
        """Write the file, if it does not have all records yet, and warn of how many there are."""
        if len(self._found) == self._written:
            return
        self._written = len(self._found)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["source", "line", "reason", "text"])
        writer.writerows([name, line, *what] for (name, line), what in sorted(self._found.items()))
        write_text(self.path, text.getvalue())
        if self._found:
            several = len(self._found) != 1
            warnings.warn(
                f"{len(self._found):,} record{'s' * several} of the file {'have' if several else 'has'} too many or "
                f"too few values and {'are' if several else 'is'} left out; {self.path} has "
                f"{'them' if several else 'it'}. Rows are counted without them",
                ReadingWarning,
                stacklevel=4,
            )


def _has_wrong_lengths(content: bytes, dialect: Dialect) -> bool:
    """Whether some record has another number of values than there are columns, by Arrow's reader."""
    import pyarrow as pa
    from pyarrow import csv

    names = [str(k) for k in range(len(dialect.names))]
    wrong = []

    def note(row: csv.InvalidRow) -> str:
        wrong.append(row.actual_columns)
        return "skip"

    read_csv(
        content,
        csv.ReadOptions(block_size=max(len(content), 1), column_names=names, use_threads=False),
        csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=b'"' in content, invalid_row_handler=note),
        csv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary()), include_columns=names[:1]),
    )
    return bool(wrong)
