"""Dates and times of day, which no column of X can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from verhulst.data.errors import DatesError, categorical_option, date_option, exclude_option

if TYPE_CHECKING:
    import pyarrow as pa

_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_ZONE = r" ?(?:Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)"
# In English and German; words that only begin like a month ("decile 10", "Maria 12") are not months.
_MONTHS = (
    r"(?:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch)?|märz?|apr(?:il)?|may|mai|jun[ei]?|jul[iy]?|aug(?:ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?"
)
# Beginnings of months in Dutch, French, Italian, Portuguese and Spanish too; between a day and a year they are enough.
_LIKE_A_MONTH = (
    r"(?:jan|ene|gen|f[eé][bv]|m[aä]r|maa|a[bpv]r|mai|may|mag|mei|giu|jui|jun|jul|lug|aug|ago|ao[uû]|sep|set|o[ck]t|"
    r"ott|out|nov|d[eéi][czs]|dic)[^\W\d_]*\.?"
)
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12][0-9]|3[01])"
_YEAR = r"[0-9]{4}"
_DATES = (
    rf"{_YEAR}(?P<a>[-/.]){_MONTH}(?P=a){_DAY}",
    rf"{_DAY}(?P<b>[-/.]){_DAY}(?P=b)(?:{_YEAR}|[0-9]{{2}})\.?",
    rf"{_YEAR}[-/]{_MONTH}",
    rf"{_MONTH}[-/]{_YEAR}",
    rf"{_DAY}(?:st|nd|rd|th)?[-. /]+{_MONTHS}[-, /]*(?:{_YEAR}|[0-9]{{2}})?",
    rf"{_MONTHS}[-. /]*{_DAY}(?:st|nd|rd|th)?,?[-/ ]+(?:{_YEAR}|[0-9]{{2}})",
    rf"{_MONTHS}[- /]*(?:{_YEAR}|[0-9]{{2}})",
    rf"{_YEAR}[- /]*{_MONTHS}",
    rf"(?:0[1-9]|[12][0-9]|3[01]){_MONTHS}{_YEAR}",
    rf"{_DAY}\.? (?:de )?{_LIKE_A_MONTH} (?:de )?{_YEAR}",
    rf"{_MONTHS} +{_DAY} {_TIME}(?: [A-Z]{{3,4}})? {_YEAR}",
    rf"{_DAY}\. {_MONTH}\. {_YEAR}",
    rf"{_YEAR}年{_MONTH}月{_DAY}日",
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +)?"
_PATTERN = re.compile(
    rf"(?:{_WEEKDAY}(?:{'|'.join(_DATES)})(?:[T :]+{_TIME}(?:{_ZONE})?)?|{_TIME}(?:{_ZONE})?"
    rf"|-?[0-9]+ days?,? [+]?{_TIME})",
    re.IGNORECASE,
)


def is_date(text: str) -> bool:
    """Whether `text` is a date or a time of day, in any of the usual forms.

    Examples
    --------
    >>> [is_date(text) for text in ("2024-05-31", "31.05.2024", "5/31/24 8:30", "31 May 2024", "08:30")]
    [True, True, True, True, True]
    >>> [is_date(text) for text in ("2024", "10-20", "1.5", "may", "2019-20", "decile 10")]
    [False, False, False, False, False, False]
    """
    return _PATTERN.fullmatch(text.strip()) is not None


def is_compact_date(number: int) -> bool:
    """Whether a number is a date as in 20240531.

    Examples
    --------
    >>> is_compact_date(20240531), is_compact_date(20240231), is_compact_date(20241301)
    (True, False, False)
    """
    try:
        date(number // 10000, number // 100 % 100, number % 100)
    except ValueError:
        return False
    return True


def refuse_dates(words: Sequence[str], name: str, at: str) -> None:
    """Raise for distinct texts of a column if nearly all are dates."""
    # For most columns the first words show that they contain none.
    if not any(map(is_date, words[:100])):
        return
    dates = [word for word in words if is_date(word)]
    if len(dates) >= 0.9 * len(words):
        raise DatesError(_about_dates(dates[0], name, at))


def refuse_dates_as_numbers(values: pa.ChunkedArray, name: str, at: str) -> None:
    """Raise for numbers such as 20240531, if every one is a date."""
    import pyarrow.compute as pc

    if not like_dates_as_numbers(values):
        return
    numbers = [float(number) for number in pc.unique(values).drop_null().to_pylist()]
    if len(numbers) > 1 and all(number.is_integer() and is_compact_date(int(number)) for number in numbers):
        raise DatesError(_about_dates(f"{min(numbers):.0f}", name, at))


def like_dates_as_numbers(values: pa.ChunkedArray) -> bool:
    """Whether all numbers lie between 19000101 and 21001231."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_float16(values.type):
        return False  # which has a smaller range
    for some in (values.slice(0, 1000), values):  # the first rows nearly always tell
        least, most = (None if end is None else float(end) for end in pc.min_max(some).as_py().values())
        if least is not None and most is not None and not 1900_01_01 <= least <= most <= 2100_12_31:
            return False
    return least is not None


def _about_dates(shown: str, name: str, at: str) -> str:
    return (
        f"{at}column {name!r} contains dates or times, such as {shown!r}, which are neither numbers nor categories. "
        f"Exclude it ({exclude_option(name)}), take a part of the dates ({date_option(name)}), or, if it is "
        f"something else, declare it categorical ({categorical_option(name)})."
    )
