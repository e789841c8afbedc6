"""Dates and times of day in text."""

from __future__ import annotations

import re
from datetime import date

_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_ZONE = r" ?(?:Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)"
# In English and German; words that only begin like a month ("decile 10", "Maria 12") are not months.
_MONTHS = (
    r"(?:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch)?|märz?|apr(?:il)?|may|mai|jun[ei]?|jul[iy]?|aug(?:ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?"
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
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +)?"
_PATTERN = re.compile(
    rf"(?:{_WEEKDAY}(?:{'|'.join(_DATES)})(?:[T ]+{_TIME}(?:{_ZONE})?)?|{_TIME}(?:{_ZONE})?)", re.IGNORECASE
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
