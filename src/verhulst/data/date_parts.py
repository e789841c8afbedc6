"""Dates as columns of X: days, the year, the month or the day of the week."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np

from verhulst.data.column_values import dictionary_of
from verhulst.data.errors import DataError, RequestError, listed
from verhulst.data.fields import field_read
from verhulst.data.missing_text import is_mark
from verhulst.data.row_numbers import RowNumbers, row_number
from verhulst.data.schema import Record, Text

if TYPE_CHECKING:
    import pyarrow as pa

Part = Literal["days", "year", "month", "weekday"]
# Year, month, day as in 2024-05-31; 31.05.2024; 05/31/2024.
Order = Literal["ymd", "dmy", "mdy"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EPOCH = date(1970, 1, 1).toordinal()
_YEAR_FIRST = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2})(?:\.0)?)")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_TIME = re.compile(r"[T ]+[0-9]{1,2}:[0-9]{2}.*")
_KEY = "verhulst.date"


@dataclass(frozen=True)
class DatePart:
    """What a column of X takes of a date, and how dates were written at the fit.

    Attributes
    ----------
    part : {"days", "year", "month", "weekday"}
        Days since 1 January 1970 and the year are numbers; the month and the day of the week are categories.
    order : {"ymd", "dmy", "mdy"}
        The order of year, month and day in text.
    """

    part: Part
    order: Order = "ymd"

    SCHEMA: ClassVar[Record] = Record({"part": Text(among=get_args(Part)), "order": Text(among=get_args(Order))})

    @property
    def is_number(self) -> bool:
        """Whether the part is a number."""
        return self.part in ("days", "year")

    def of(self, day: date) -> float | str:
        """Return the part of a day.

        Examples
        --------
        >>> [DatePart(part).of(date(2024, 5, 31)) for part in ("days", "year", "month", "weekday")]
        [19874.0, 2024.0, 'May', 'Fri']
        """
        parts: dict[str, float | str] = {
            "days": float(day.toordinal() - _EPOCH),
            "year": float(day.year),
            "month": _MONTHS[day.month - 1],
            "weekday": _WEEKDAYS[day.weekday()],
        }
        return parts[self.part]

    def read(self, values: pa.ChunkedArray, where: str, first_row: RowNumbers = 1) -> pa.ChunkedArray:
        """Return the part of each date, as numbers or as text with the order of the calendar.

        Parameters
        ----------
        values : pyarrow.ChunkedArray
            Dates, times, text, or numbers such as 20240531.
        where : str
            The beginning of messages: "votes.csv: column 'signup'".
        first_row : int or ndarray of int
            The number of the first row, or of each, for messages.

        Raises
        ------
        DataError
            If a value is no date.
        """
        import pyarrow as pa

        encoded = _different(values, where)
        parts: list[float | str | None] = []
        for place, value in enumerate(encoded.dictionary.to_pylist()):
            if value is None or value != value or (isinstance(value, str) and is_mark(value)):
                parts.append(None)
                continue
            day = _day(value, self.order)
            if day is None:
                row = int(np.argmax(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False) == place))
                raise DataError(
                    f"{where}: {value!r} in row {row_number(first_row, row)} is no date{_written(self.order)}. Correct "
                    f"it or leave it blank."
                )
            parts.append(self.of(day))
        indices = encoded.indices
        if self.is_number:
            return pa.chunked_array([pa.array(parts, pa.float64()).take(indices)])
        names = _MONTHS if self.part == "month" else _WEEKDAYS
        numbers = pa.array([None if part is None else names.index(str(part)) for part in parts], pa.int8())
        return pa.chunked_array([pa.DictionaryArray.from_arrays(numbers.take(indices), pa.array(names), ordered=True)])

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON data."""
        return dict(vars(self))


def date_field(name: str, type_: pa.DataType, part: DatePart) -> pa.Field:
    """Return the field of a column that holds a part of dates in place of the dates."""
    return field_read(name, type_, **{_KEY: f"{part.part}:{part.order}"})


def date_part_of(field: pa.Field) -> DatePart | None:
    """Return the part that such a column holds; None for other columns."""
    said = (field.metadata or {}).get(_KEY.encode())
    return None if said is None else DatePart(*said.decode().split(":"))


def learn_date_part(asked: str, values: pa.ChunkedArray, where: str) -> DatePart:
    """Return what is asked for of a column of dates, `days` or, with the order in text, `days:dmy`.

    Raises
    ------
    RequestError
        If there is no such part or order.
    DataError
        If it is not clear whether the day or the month comes first.
    """
    part, _, order = asked.partition(":")
    if part not in get_args(Part) or (order and order not in get_args(Order)):
        raise RequestError(
            f"{where}: of a date, one of {listed(get_args(Part))} can be taken, if needed with the order of year, "
            f"month and day (days:dmy), not {asked!r}."
        )
    chosen: Any = (part, order or _order(values, where, part))
    return DatePart(*chosen)


def _order(values: pa.ChunkedArray, where: str, part: str) -> str:
    """Find out whether the day or the month comes first in text."""
    texts = [value for value in _different(values, where).dictionary.to_pylist() if isinstance(value, str)]
    found = [match for text in texts if (match := _YEAR_LAST.fullmatch(_TIME.sub("", text.strip()))) is not None]
    first, second = (any(int(match[k]) > 12 for match in found) for k in (1, 3))
    if not found:
        return "ymd"
    if first == second and any(match[2] != "." for match in found) and any(match[1] != match[3] for match in found):
        shown = next(match[0] for match in found if match[1] != match[3])
        raise DataError(
            f"{where}: in {shown!r} the day or the month may come first. Say which: {part}:dmy or {part}:mdy (--date)."
        )
    return "mdy" if second and not first else "dmy"


def _different(values: pa.ChunkedArray, where: str) -> pa.DictionaryArray:
    """Return the values with each of the different ones once; lists, periods and the like raise."""
    import pyarrow as pa

    try:
        return dictionary_of(values)
    except pa.ArrowNotImplementedError:
        raise DataError(f"{where} holds values of type {values.type}, which are no dates.") from None


def _written(order: str) -> str:
    shown = {"ymd": "2024-05-31", "dmy": "31.05.2024", "mdy": "05/31/2024"}[order]
    return f" written like {shown}"


def _day(value: object, order: str) -> date | None:
    """Return the day of a date, a time, a number or a text; None if it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.0f}" if float(value).is_integer() else ""
    if not isinstance(value, str):
        return None
    text = _TIME.sub("", value.strip())
    make: Callable[..., date] = date
    try:
        if (found := _YEAR_FIRST.fullmatch(text)) is not None:
            year, month, day = found[1], found[3] or found[5], found[4] or found[6]
        elif order != "ymd" and (found := _YEAR_LAST.fullmatch(text)) is not None:
            day, month = (found[1], found[3]) if order == "dmy" else (found[3], found[1])
            year = found[4]
        else:
            return None
        return make(int(year), int(month), int(day))
    except ValueError:
        return None
