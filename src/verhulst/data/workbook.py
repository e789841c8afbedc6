"""Excel workbooks (.xlsx), through openpyxl."""

from __future__ import annotations

import datetime
import io
import re
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from verhulst.data.column_values import kind_of, label
from verhulst.data.errors import DataError, OutputError, ReadingWarning, RequestError, did_you_mean, listed
from verhulst.data.fields import text_field
from verhulst.data.missing_text import MISSING_TEXT

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.data.file import File

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Excel's own limits.
_ROWS, _COLUMNS = 1_048_576, 16_384


def require_openpyxl(where: str) -> Any:
    """Return the module.

    Raises
    ------
    RequestError
        If it is not installed.
    """
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise RequestError(
            f"{where}: Excel workbooks need openpyxl, which is not installed: pip install 'verhulst[excel]'. Or save "
            f"the sheet as CSV."
        ) from None
    return openpyxl


def is_workbook(head: bytes, content: pa.Buffer) -> bool:
    """Whether a file is a workbook of Excel since 2007, by its first bytes and the directory at its end."""
    size = min(content.size, 1 << 16)
    return head.startswith(b"PK\x03\x04") and b"xl/workbook.xml" in content.slice(content.size - size).to_pybytes()


def read_workbook(content: pa.Buffer, name: str, file: File | None = None) -> pa.Table:
    """Read a sheet of a workbook: the first row has the names of the columns.

    Formulas have the values that Excel stored. Errors such as `#DIV/0!` and empty cells are missing values. A column of
    text, or of text among numbers, is read as one of a text file.

    Parameters
    ----------
    content : pyarrow.Buffer
    name : str
        The name of the file in messages.
    file : File, optional
        The sheet, and how many rows to skip.

    Raises
    ------
    RequestError
        If there is no such sheet, or openpyxl is not installed.
    DataError
        If the workbook is damaged, or the names are missing or not different.
    """
    import pyarrow as pa

    openpyxl = require_openpyxl(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # on styles and extensions that are not read
            book = openpyxl.load_workbook(io.BytesIO(content.to_pybytes()), read_only=True, data_only=True)
        sheet = _sheet(book, None if file is None else file.sheet, name)
        sheet.reset_dimensions()  # which other programs write wrongly
        rows = sheet.iter_rows(min_row=1 + (0 if file is None else file.skip_lines), values_only=True)
        first = next(rows, ())
        given = [tuple(map(_value, row)) for row in rows]
    except DataError:
        raise
    except Exception as error:  # a damaged archive fails in many ways
        raise DataError(f"{name}: the workbook is incomplete or damaged ({type(error).__name__}: {error}).") from None
    while given and not any(value is not None for value in given[-1]):
        given.pop()
    names = _names(first, given, name)
    columns = [[row[k] if k < len(row) else None for row in given] for k in range(len(names))]
    made = [_column(each, values) for each, values in zip(names, columns, strict=True)]
    return pa.Table.from_arrays([array for _, array in made], schema=pa.schema([field for field, _ in made]))


def _sheet(book: Any, asked: str | None, name: str) -> Any:
    titles = [sheet.title for sheet in book.worksheets]
    if asked is not None:
        if asked not in titles:
            raise RequestError(f"{name}: has no sheet {asked!r}.{did_you_mean(asked, titles)} It has {listed(titles)}.")
        return book[asked]
    if not titles:
        raise DataError(f"{name}: has no sheet with cells.")
    if len(titles) > 1:
        warnings.warn(
            f"{name}: sheet {titles[0]!r} is read, and not {listed(titles[1:])}; name another by --table (File(..., "
            f"sheet=...))",
            ReadingWarning,
            stacklevel=4,
        )
    return book.worksheets[0]


def _names(first: tuple[Any, ...], given: list[tuple[Any, ...]], name: str) -> list[str]:
    names = ["" if value is None else str(label(value)).strip() for value in first]
    while names and not names[-1]:
        names.pop()
    used = max((k + 1 for row in given for k, value in enumerate(row) if value is not None), default=0)
    if "" in names or not names or used > len(names):
        raise DataError(
            f"{name}: the first row, which should name the columns, has empty cells. Name them, or say how many rows "
            f"of titles are above (--skip-lines)."
        )
    for each in names:
        if names.count(each) > 1:
            raise DataError(f"{name}: has {names.count(each)} columns named {each!r}; rename them.")
    return names


def _value(cell: Any) -> Any:
    """Return the value of a cell, None if it is missing."""
    if isinstance(cell, str):
        return None if cell.strip() in MISSING_TEXT or (cell.startswith("#") and cell.endswith(("!", "?"))) else cell
    return cell


def _column(name: str, values: list[Any]) -> tuple[pa.Field, pa.Array]:
    import pyarrow as pa

    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {int, float} or kinds <= {bool}:
        array = pa.array([float(value) if float in kinds and value is not None else value for value in values])
        return pa.field(name, array.type), array
    if kinds <= {datetime.datetime, datetime.date}:
        days = all(value is None or getattr(value, "hour", 0) == getattr(value, "minute", 0) == 0 for value in values)
        array = pa.array(values, pa.timestamp("us"))
        array = array.cast(pa.date32(), safe=False) if days else array
        return pa.field(name, array.type), array
    texts = [value if value is None or isinstance(value, str) else label(value) for value in values]
    return text_field(name, pa.string(), "\t", ""), pa.array(texts, pa.string())


def write_workbook(table: pa.Table, file: IO[bytes]) -> None:
    """Write a table as the only sheet of a workbook. Text stays text, also if it begins with =.

    Raises
    ------
    OutputError
        If Excel cannot hold so many rows or columns, or a character.
    """
    import pyarrow.compute as pc

    openpyxl = require_openpyxl("the output")
    from openpyxl.cell import WriteOnlyCell

    if table.num_rows >= _ROWS or table.num_columns > _COLUMNS:
        raise OutputError(
            f"a sheet of Excel has {_ROWS - 1:,} rows of data and {_COLUMNS:,} columns, not {table.num_rows:,} and "
            f"{table.num_columns:,}: write .csv or .parquet."
        )
    for name, column in zip(table.column_names, table.columns, strict=True):
        if _CONTROL.search(name) or (
            kind_of(column.type) == "categorical" and pc.any(pc.match_substring_regex(column, _CONTROL.pattern)).as_py()
        ):
            raise OutputError(
                f"column {name!r} has control characters, which Excel cannot hold: write .csv or .parquet."
            )
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("verhulst")

    def cell(value: Any) -> Any:
        made = WriteOnlyCell(sheet, value=_storable(value))
        if isinstance(value, str):
            made.data_type = "s"
        return made

    for row in _rows(table):
        sheet.append([cell(value) for value in row])
    book.save(file)


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    yield tuple(table.column_names)
    for batch in table.to_batches(max_chunksize=1 << 14):
        columns = [column.to_pylist() for column in batch.columns]
        yield from islice(zip(*columns, strict=True), batch.num_rows)


def _storable(value: Any) -> Any:
    """Return what a cell can hold."""
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return None if value != value else str(value)
    if isinstance(value, datetime.datetime | datetime.time) and value.tzinfo is not None:
        return value.isoformat()
    whole = (int, float, str, datetime.datetime, datetime.date, datetime.time, datetime.timedelta, type(None))
    return value if isinstance(value, whole) else str(value)
