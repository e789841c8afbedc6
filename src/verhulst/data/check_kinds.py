"""What the columns of a table are, found with the option that each needs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.asked_values import as_asked
from verhulst.data.check_columns import doubt_of_stand_in, stand_in
from verhulst.data.choice import index_columns
from verhulst.data.code_text import codes_in
from verhulst.data.column import Column
from verhulst.data.date_parts import date_part_of
from verhulst.data.distinct_texts import distinct, read_words, texts_of
from verhulst.data.draft import draft_column
from verhulst.data.errors import DataError, DatesError, RequestError, categorical_option, listed
from verhulst.data.fields import delimiter_of, field_read
from verhulst.data.file import File
from verhulst.data.learn import learn_column, with_date_part
from verhulst.data.missing_values import missing as missing_in
from verhulst.data.number_text import parts_of
from verhulst.data.problems import Problem, first_sentence, na_values_option, option
from verhulst.data.request import Request

if TYPE_CHECKING:
    import pyarrow as pa

_FEW_WORDS = 3  # among numbers, which are probably marks of missing values


class ColumnKinds:
    """What the columns of X are, with their problems; those without a use are left out.

    Attributes
    ----------
    table : pyarrow.Table
        The table, with the columns as a fit reads them.
    columns : dict
        What each column is, by name.
    codes : dict
        A text that looks like a code, of each column of numbers that has one.
    problems : list of Problem
    """

    def __init__(self, table: pa.Table, source: Any, request: Request, at: str) -> None:
        self.table, self.source, self.at = table, source, at
        self.problems: list[Problem] = []
        self.columns: dict[str, Column] = {}
        self.codes: dict[str, str] = {}
        unnamed = set(index_columns(table)) if request.chosen else set()
        for name in request.chosen:
            if name in unnamed and name not in request.declared:
                continue
            if missing_in(self.table[name]).all():
                self._leave_out("empty", name, f"Column {name!r} has no values.")
                continue
            self._learn(name, request)

    def _learn(self, name: str, request: Request) -> None:
        asked = request.dates.get(name)
        before = self.table
        try:
            self.columns[name] = self._drafted(name, request, asked)
            self._stand_in(name, request, before)
            return
        except DatesError as error:
            fault: DataError = error
        except DataError as error:
            fault = error
        if isinstance(fault, DatesError) or asked is not None or _is_date(self.table[name].type):
            self._dates(name, request, fault)
        elif "distinct values" in str(fault):
            matter = first_sentence(fault, self.at)
            there = self.table[name].drop_null()
            if len(there) > 0 and len(there) > 1.1 * len(there.unique()):
                matter += (
                    " Rows with the same one may depend on each other: keep them together in folds (--cv 10 --group "
                    f"{shlex.quote(name)})."
                )
            self._leave_out("identifier", name, matter)
        else:
            self._numbers(name, request, fault)

    def _drafted(self, name: str, request: Request, date: str | None = None) -> Column:
        """Return the column; its values are then in the table as a fit reads them."""
        if date is not None:
            self.table = with_date_part(self.table, name, date)
            part = date_part_of(self.table.schema.field(name))
            assert part is not None
            column = Column(name, "numeric" if part.is_number else "categorical", date=part)
            return learn_column(self.table, column, True, {})
        delimiter = delimiter_of(self.table, name)
        column, read = draft_column(self.table, name, name in request.declared)
        some = self.table.select([name])
        if read is None and delimiter is not None:
            read = column.typed(self.table[name], delimiter, self.at)
        if delimiter is not None and name not in request.categorical:
            self._texts(name, column)
        if read is not None:
            some = some.set_column(0, field_read(name, read.type), read)
        whole = some.filter(_array(~missing_in(some[name])))
        learned = learn_column(whole, column, name in request.categorical, {}, lump=request.lump)
        if read is not None:
            self.table = self.table.set_column(self.table.column_names.index(name), some.schema.field(0), some[name])
        return learned

    def _stand_in(self, name: str, request: Request, before: pa.Table) -> None:
        """Look for a number that stands for missing values, and read a file without it."""
        column = self.columns[name]
        if column.kind != "numeric" or column.date is not None:
            return
        x = column.read(self.table[name])
        value = stand_in(x)
        if value is None:
            return
        written = [f"{value:.0f}"] if isinstance(self.source, str | File) else []
        self.problems.append(doubt_of_stand_in(name, x, value, na_values_option(written)))
        if written:
            self.table = as_asked(before, File("", na_values=written), self.at)
            self.columns[name] = self._drafted(name, request)

    def _texts(self, name: str, column: Column) -> None:
        """Look for text in a column of a file that may be meant otherwise: codes among numbers, marks among words."""
        if column.kind == "numeric":
            if codes := codes_in(distinct(self.table[name])):
                self.codes[name] = codes[0]
        elif marks := texts_of(read_words(self.table[name])).marks if column.kind == "categorical" else ():
            flag = na_values_option(marks)
            matter = (
                f"Column {name!r} has the level {listed(marks)}. If that represents a missing value, "
                f"{f'say so ({flag})' if flag else 'leave the cell empty, without quotes'}; if not, declare the column "
                f"categorical ({categorical_option(name)})."
            )
            self.problems.append(Problem("mark of missing values", name, False, matter))

    def _leave_out(self, kind: str, name: str, matter: str) -> None:
        self.problems.append(Problem(kind, name, True, matter, option("--exclude", name)))

    def _dates(self, name: str, request: Request, fault: DataError) -> None:
        for asked in ("days", "days:dmy"):
            try:
                self.columns[name] = self._drafted(name, request, asked)
            except DataError:
                continue
            matter = first_sentence(fault, self.at)
            self.problems.append(
                Problem("dates", name, True, matter, f"--date {option('', f'{name}={asked}').strip()}")
            )
            return
        self._leave_out("dates", name, first_sentence(fault, self.at))

    def _numbers(self, name: str, request: Request, fault: DataError) -> None:
        """Look for the option with which a column of a file is read that has words among numbers or unclear signs."""
        matter, before = first_sentence(fault, self.at), self.table
        for flag, options in self._ways(name):
            file = File("", **options)
            try:
                self.table = as_asked(before, file, self.at)
                if name not in self.table.column_names:
                    raise RequestError("the column cannot be read so")
                self.columns[name] = self._drafted(name, request)
            except DataError:
                self.table = before
                continue
            limits = [word for word in options.get("na_values", ()) if word.lstrip()[:1] in tuple("<>≤≥")]
            if limits:
                matter += (
                    " Such values are known to be small or large; without their rows the others are not "
                    f"representative. Better put a number in place of {limits[0]!r} in the file, such as the limit."
                )
            self.problems.append(Problem("unclear numbers", name, True, matter, flag))
            return
        self._leave_out("unclear numbers", name, matter)

    def _ways(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        if delimiter_of(self.table, name) is None or not isinstance(self.source, str | File):
            return []
        words = texts_of(read_words(self.table[name])).words
        odd = [word for word in words if parts_of(word) is None]
        ways: list[tuple[str, dict[str, Any]]] = []
        if 0 < len(odd) <= _FEW_WORDS and not any("," in word for word in odd):
            ways.append((option("--na-values", *odd), {"na_values": odd}))
        signs = (",", ".") if delimiter_of(self.table, name) == ";" else (".", ",")
        return ways + [(option("--decimal", sign), {"decimal": sign}) for sign in signs if not odd]


def _is_date(type_: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_date(type_) or pa.types.is_timestamp(type_))


def _array(mask: NDArray[np.bool_]) -> pa.Array:
    import pyarrow as pa

    return pa.array(mask)
