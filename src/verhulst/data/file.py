"""A file with what is known of how it is written, as a source of rows."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from verhulst.data.atomic import refuse_same_file
from verhulst.data.csv_dialect import Dialect, find_dialect
from verhulst.data.errors import DataError, RequestError, did_you_mean, listed
from verhulst.data.names_given import column_names
from verhulst.data.printable import printable
from verhulst.data.rejects import Rejects

Decimal = Literal[".", ","]
# What the command line and other programs call the delimiters that are awkward to type.
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "blank": " "}
# The formats that have an option; the others are for all.
_TEXT = ("csv", "tsv")
_FORMATS = {
    **dict.fromkeys(("delimiter", "decimal", "encoding", "rejects"), _TEXT),
    "skip_lines": (*_TEXT, "xlsx"),
    "sheet": ("xlsx",),
}


@dataclass(frozen=True, repr=False)
class File:
    """A file and how to read it, which can be used wherever a table can.

    What is not given is determined from the file, as for a path.

    Parameters
    ----------
    path : str or PathLike
        The file, a folder or a pattern (`*`, `?`) of CSV files, or "-" for standard input.
    delimiter : str, optional
        What separates the values of a text file: one character of ASCII, or its name: "tab", "comma", "semicolon",
        "bar", "blank".
    decimal : {".", ","}, optional
        The decimal sign of a text file; the other one then separates thousands.
    encoding : str, optional
        The encoding of a text file, such as "cp1252" or "latin-1"; by default UTF-8.
    na_values : str or sequence of str
        Further values that count as missing, such as "-999" or "unknown".
    skip_lines : int
        The number of lines above the one that names the columns; of a workbook, the number of rows.
    text : str or sequence of str
        Columns whose values are text even if they look like numbers, such as postal codes.
    rejects : str or PathLike, optional
        A CSV file for the records of a text file that have more or fewer values than there are columns. They are
        left out; without it, one of them is an error.
    sheet : str, optional
        The sheet of a workbook; by default the first.

    Raises
    ------
    RequestError
        If an option cannot be used.

    Examples
    --------
    >>> from verhulst.data import File
    >>> file = File("export.csv", encoding="latin-1", delimiter="semicolon", decimal=",", skip_lines=1, text="zip")
    >>> file, file.delimiter, file.text
    (<File export.csv>, ';', ('zip',))
    """

    path: str | os.PathLike[str]
    delimiter: str | None = None
    decimal: Decimal | None = None
    encoding: str | None = None
    na_values: str | Sequence[str] = ()
    skip_lines: int = 0
    text: str | Sequence[str] = ()
    rejects: str | os.PathLike[str] | None = None
    sheet: str | None = None
    refused: Rejects | None = field(default=None, init=False, repr=False, compare=False)
    # Whether the decimal sign was said of another file, that of the fit.
    sign_of_fit: bool = field(default=False, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        given: Any = self
        if not isinstance(given.path, str | os.PathLike):
            raise RequestError(f"the path of a file is a text or a PathLike, not a {type(given.path).__name__}.")
        self._set(path=os.fspath(given.path), text=tuple(column_names(given.text, "text")))
        if given.delimiter is not None:
            one = isinstance(given.delimiter, str)
            sign = _DELIMITERS.get(given.delimiter, given.delimiter) if one else ""
            if len(sign) != 1 or not sign.isascii() or sign in '"\r\n\0' or sign.isalnum():
                raise RequestError(
                    f"delimiter (--delimiter) is one character such as ';', or one of {listed(_DELIMITERS)}, not "
                    f"{given.delimiter!r}."
                )
            self._set(delimiter=sign)
        if given.decimal is not None and given.decimal not in get_args(Decimal):
            raise RequestError(f"decimal (--decimal) is '.' or ',', not {given.decimal!r}.")
        if given.decimal is not None and given.decimal == given.delimiter:
            raise RequestError(f"{given.decimal!r} cannot be both the delimiter and the decimal sign.")
        if given.encoding is not None:
            _check_encoding(given.encoding)
        values = (given.na_values,) if isinstance(given.na_values, str | bytes) else given.na_values
        if not isinstance(values, Collection) or not all(isinstance(each, str) and each.strip() for each in values):
            raise RequestError(f"na_values (--na-values) are texts such as '-999', not {given.na_values!r}.")
        self._set(na_values=tuple(each.strip() for each in values))
        if isinstance(given.skip_lines, bool) or not isinstance(given.skip_lines, int) or given.skip_lines < 0:
            raise RequestError(f"skip_lines (--skip-lines) is a number of lines, 0 or more, not {given.skip_lines!r}.")
        if given.sheet is not None and not (isinstance(given.sheet, str) and given.sheet):
            raise RequestError(f"sheet is the name of a sheet, not {given.sheet!r}.")
        if given.rejects is not None:
            refuse_same_file(given.path, os.fspath(given.rejects))
            self._set(refused=Rejects(os.fspath(given.rejects)))

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def with_reading(self, decimal: Decimal | None, na_values: tuple[str, ...]) -> File:
        """Return the file with what was said of another one where nothing was said of this one."""
        found = replace(self, decimal=self.decimal or decimal, na_values=self.na_values or na_values)
        found._set(sign_of_fit=self.decimal is None)
        return found

    @property
    def rewrites(self) -> bool:
        """Whether the values of all columns have to be read as text first."""
        return bool(self.na_values) or self.decimal is not None

    def check_columns(self, known: Collection[str], at: str) -> None:
        """Raise if a column that is to be text is not there."""
        for name in self.text:
            if name not in known:
                raise RequestError(
                    f"{at}there is no column {name!r} to read as text (--text).{did_you_mean(name, known)} The "
                    f"columns are {listed(known, 12)}."
                )

    def refuse_options_of_others(self, name: str, format: str, what: str) -> None:
        """Raise if an option was given that files of this format do not have."""
        for option, formats in _FORMATS.items():
            if getattr(self, option) and format not in formats:
                flag = f"--{option.replace('_', '-')}" if option != "sheet" else "--table"
                whose = "for workbooks of Excel" if option == "sheet" else "for CSV and other text files"
                raise RequestError(f"{name}: is {what}; {option} ({flag}) is {whose}.")

    def __str__(self) -> str:
        return printable(str(self.path))

    def __repr__(self) -> str:
        return f"<File {self}>"


def dialect_of(content: bytes | memoryview, delimiter: str | None, file: File | None, name: str) -> Dialect:
    """Return the dialect of a text file, which may be a `File` with a delimiter and lines to skip."""
    if file is None:
        return find_dialect(content, delimiter)
    try:
        return find_dialect(content, delimiter, given=file.delimiter, skip_lines=file.skip_lines)
    except DataError as error:
        raise DataError(f"{name}: {error}") from None


def path_of(source: Any) -> tuple[Any, File | None]:
    """Return the path in a `File` and the file; any other source, and None."""
    return (source.path, source) if isinstance(source, File) else (source, None)


def _check_encoding(name: object) -> None:
    try:
        known = isinstance(name, str) and "".encode(name) is not None
    except (LookupError, ValueError):  # also for encodings of bytes
        known = False
    if not known:
        raise RequestError(
            f"there is no encoding {name!r} (--encoding); those of most files are 'utf-8', 'cp1252', 'latin-1' and "
            f"'utf-16'."
        )
