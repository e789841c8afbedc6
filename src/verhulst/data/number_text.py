"""Numbers in common notations: decimal commas, thousands separators, percent and currency signs."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from verhulst.data.code_text import like_a_code
from verhulst.data.errors import listed

_CURRENCIES = "$€£¥₹₽₩₺₪₫฿₴₦₱₡₲₵₸₼₾¢¤"
# A sign, a currency before or after, digits with separators, a power of ten, a percent sign.
_PARTS = re.compile(
    rf"(?P<sign>[+-]?) ?(?P<before>[{_CURRENCIES}]?) ?(?P<inner>[+-]?)"
    rf"(?P<digits>(?:[0-9](?:[0-9.,' ]*[0-9.,])?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)"
    rf" ?(?P<percent>%?) ?(?P<after>[{_CURRENCIES}]?)"
)
# Digits with a point before every three, and digits alone.
_GROUPED_OR_WHOLE = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+")
_OTHERWISE = {
    r"[0-9]*[.,][0-9]+-|[0-9]{2,}-": "with the minus behind",
    r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)[dD][+-]?[0-9]+": "with D for E",
    r"[+-]?0[xX][0-9a-fA-F]+": "in base 16",
    r"[+-]?[0-9]+(?:_[0-9]+)+(?:\.[0-9]*)?": "with underscores",
}
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
# Characters with the same meaning.
_SAME = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{RIGHT SINGLE QUOTATION MARK}": "'"} | dict.fromkeys("\xa0\u202f\u2009", " ")
)
_SIGN_NAMES = {",": "commas", ".": "points", " ": "blanks", "'": "apostrophes"}


@dataclass(frozen=True)
class NumberStyle:
    """The notation of the numbers of a column.

    Attributes
    ----------
    decimal : {".", ","}
    group : {"", ",", ".", " ", "'"}
        The separator of groups of three digits.
    percent : bool
        Whether each number has a percent sign; 5% is read as 5.
    currency : str
        The currency sign, or nothing.
    """

    decimal: str = "."
    group: str = ""
    percent: bool = False
    currency: str = ""

    @property
    def separators(self) -> tuple[str, str]:
        """The decimal sign, and what parts thousands."""
        return self.decimal, self.group

    def notes(self) -> list[str]:
        """Describe the notation if it differs from plain numbers; empty for plain numbers."""
        said = []
        if self.decimal == ",":
            said.append("the comma as decimal point")
        if self.group:
            said.append(f"{_SIGN_NAMES[self.group]} as thousands signs")
        if self.percent:
            said.append("percent signs left out (5% is 5, so an odds ratio is for one percentage point)")
        if self.currency:
            said.append(f"the currency sign {self.currency} left out")
        return said

    def to_json(self) -> dict[str, Any]:
        """Return the style as JSON data."""
        return dict(vars(self))


PLAIN = NumberStyle()


class UnclearNumbersError(ValueError):
    """Raised if text can be read as different numbers, or only in part as numbers; the message says why."""


def plain_number(text: str) -> float | None:
    """Return the number in `text`, written with a decimal point and nothing else; None if it is not one.

    Examples
    --------
    >>> plain_number("-1.5e3"), plain_number("inf"), plain_number("1_000"), plain_number("1,5")
    (-1500.0, inf, None, None)
    """
    found = _parts(text)
    if found is None or found["before"] or found["after"] or found["percent"]:
        return None
    return _value(found, PLAIN)


def like_a_number(text: str) -> bool:
    """Whether `text` is a number in some notation, or one in brackets or after a sign such as `<`.

    Examples
    --------
    >>> [like_a_number(text) for text in ("1,5", "$1,006", "(12)", "< 0.1", "12-15", "3+", "007")]
    [True, True, True, True, False, False, False]
    """
    bare = text.strip().removeprefix("(").removesuffix(")").lstrip("<>~≤≥= ")
    return _parts(bare) is not None and not like_a_code(text)


def why_no_number(text: str) -> str:
    """Explain, for a message, a notation of numbers that some programs read but verhulst does not; else empty.

    Examples
    --------
    >>> [why_no_number(text) for text in ("1.20-", "1.2D+01", "0x1F", "1_001")]
    [', with the minus behind', ', with D for E', ', in base 16', ', with underscores']
    >>> why_no_number("\uff11\uff12"), why_no_number("B-"), why_no_number("12")
    (', with digits other than 0 to 9', '', '')
    """
    for form, why in _OTHERWISE.items():
        if re.fullmatch(form, text):
            return f", {why}"
    if not text.isascii():
        try:
            float(text)
        except ValueError:
            return ""
        return ", with digits other than 0 to 9"
    return ""


def points_are_unclear(texts: Collection[str]) -> bool:
    """Whether points may be thousands separators: `1.013` next to `390` can be 1.013 or 1013.

    This is so if every number is digits alone or has a point before every three digits, and both kinds occur. If each
    number has a point, a program wrote three decimals.

    Examples
    --------
    >>> points_are_unclear(["1.013", "390"]), points_are_unclear(["1.013", "2.400"])
    (True, False)
    >>> points_are_unclear(["1.013", "390", "2.5"]), points_are_unclear(["1.013", "0.390", "2"])
    (False, False)
    """
    with_point = sum("." in text for text in texts)
    return 0 < with_point < len(texts) and all(
        _GROUPED_OR_WHOLE.fullmatch(text.strip().lstrip("+-")) is not None for text in texts
    )


def decimals_of(text: str) -> str:
    """The signs that may be the decimal sign of a number, `.` and `,`; none if it is no number.

    Examples
    --------
    >>> [decimals_of(text) for text in ("30,5", "$1,234.50", "1.234.567", "1.234", "B.5")]
    [',', '.', ',', '.,', '']
    """
    found = _parts(text)
    if found is None:
        return ""
    groups = ["", *(sign for sign in ",. '" if sign in found["digits"])]
    return "".join(
        decimal
        for decimal in ".,"
        if any(_pattern(decimal, group).fullmatch(found["digits"]) for group in groups if group != decimal)
    )


def read_numbers(
    texts: Sequence[str], delimiter: str | None = None, learned: NumberStyle | None = None
) -> tuple[NumberStyle, list[float]]:
    """Return the numbers in distinct texts of one column, and their common notation.

    Text is converted if only one reading is possible. Plain numbers are plain numbers, unless in a file
    `points_are_unclear`. `1,200` alone can be 1200 or 1.2: in a file with values separated by semicolons, and if all
    numbers have a comma, it is a decimal comma; otherwise it is an error that asks.

    Parameters
    ----------
    texts : sequence of str
        The texts, without marks of missing values.
    delimiter : str, optional
        The delimiter of the file.
    learned : NumberStyle, optional
        The style at fit time, which resolves ambiguities. Percent and currency signs must agree with it.

    Returns
    -------
    style : NumberStyle
    numbers : list of float

    Raises
    ------
    ValueError
        If a text is not a number in any style; its only argument is that text.
    UnclearNumbersError
        If all look like numbers, but not in one style, or in two styles with different results.

    Examples
    --------
    >>> read_numbers(["0,5", "1"])
    (NumberStyle(decimal=',', group='', percent=False, currency=''), [0.5, 1.0])
    >>> read_numbers(["1,200.50"])[1], read_numbers(["5%", "10 %"])[1], read_numbers(["$1,006", "$12.5"])[1]
    ([1200.5], [5.0, 10.0], [1006.0, 12.5])
    """
    parts = []
    for text in texts:
        found = _parts(text)
        if found is None:
            raise ValueError(text)
        parts.append(found)
    percent, currency = _signs(texts, parts, learned)
    styles = [NumberStyle(decimal, group, percent, currency) for decimal, group in _separators(parts)]
    unclear = delimiter is not None and points_are_unclear([found["digits"] for found in parts])
    known = None if learned is None else learned.separators
    if not unclear and known in (None, (".", "")):
        styles = [style for style in styles[:1] if _all_values(parts, style)] or styles
    fitting = [(style, values) for style in styles if (values := _all_values(parts, style)) is not None]
    if not fitting:
        for text, found in zip(texts, parts, strict=True):
            if all(_value(found, style) is None for style in styles):
                raise ValueError(text)
        raise UnclearNumbersError(_no_style(texts, parts))
    if len({tuple(values) for _, values in fitting}) > 1:
        # After a fit to plain numbers, points need not be decimal points.
        by_fit = [found for found in fitting if found[0].separators == known and known != (".", "")]
        # If each number has a comma, thousands would only be another unit; `950` next to `1,200` would be wrong.
        decimal = delimiter == ";" and learned is None and all("," in text for text in texts)
        by_file = [found for found in fitting if decimal and found[0].decimal == ","]
        settled = by_fit or by_file
        if not settled or len({tuple(values) for _, values in settled}) > 1:
            raise UnclearNumbersError(_two_readings(texts, fitting) + (_why_unclear(texts) if unclear else ""))
        fitting = settled
    if learned is None and delimiter != ";" and fitting[0][0].decimal == ",":
        # A comma in one number of forty is a typo, not the notation of the column.
        odd = [text for text in texts if "," in text]
        if odd and len(odd) < 0.1 * len(texts):
            raise ValueError(odd[0])
    return fitting[0]


def _parts(text: str) -> dict[str, str] | None:
    text = text.translate(_SAME).strip()
    if _INFINITE.fullmatch(text):
        return {"sign": text[: text[0] in "+-"], "inner": "", "before": "", "after": "", "percent": "", "digits": "inf"}
    found = _PARTS.fullmatch(text)
    if found is None or (found["sign"] and found["inner"]) or (found["before"] and found["after"]):
        return None
    return found.groupdict()


def _separators(parts: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    """Return the decimal and group separators to try, plain numbers first."""
    there = {sign for found in parts for sign in ",. '" if sign in found["digits"]}
    return [(decimal, group) for group in ["", *sorted(there)] for decimal in ".," if decimal != group]


@cache
def _pattern(decimal: str, group: str) -> re.Pattern[str]:
    d, whole = re.escape(decimal), "[0-9]+"
    if group:
        whole = f"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+)"
    return re.compile(f"(?:{whole}(?:{d}[0-9]*)?|{d}[0-9]+)(?:[eE][+-]?[0-9]+)?")


def _value(found: dict[str, str], style: NumberStyle) -> float | None:
    digits = found["digits"]
    if digits == "inf":
        return float(found["sign"] + digits)
    if not _pattern(style.decimal, style.group).fullmatch(digits):
        return None
    digits = digits.replace(style.group, "") if style.group else digits
    return float(found["sign"] + found["inner"] + digits.replace(style.decimal, "."))


def _all_values(parts: Sequence[dict[str, str]], style: NumberStyle) -> list[float] | None:
    values = []
    for found in parts:
        value = _value(found, style)
        if value is None:
            return None
        values.append(value)
    return values


def _signs(texts: Sequence[str], parts: Sequence[dict[str, str]], learned: NumberStyle | None) -> tuple[bool, str]:
    """Return whether all have a percent sign, and the currency sign of those that have one."""
    with_percent = [text for text, found in zip(texts, parts, strict=True) if found["percent"]]
    without = [text for text, found in zip(texts, parts, strict=True) if not found["percent"]]
    if with_percent and without:
        raise UnclearNumbersError(f"{with_percent[0]!r} has a percent sign and {without[0]!r} has none")
    if learned is not None and learned.percent != bool(with_percent):
        shown = (with_percent or without)[0]
        raise UnclearNumbersError(
            f"{shown!r} has {'a' if with_percent else 'no'} percent sign, and the numbers of the fit had "
            f"{'none' if with_percent else 'one'}"
        )
    signs = sorted({found["before"] or found["after"] for found in parts} - {""})
    known = signs if learned is None or not learned.currency else sorted({*signs, learned.currency})
    if len(known) > 1:
        raise UnclearNumbersError(f"there are different currency signs, {listed(known)}")
    return bool(with_percent), "".join(signs)


def _no_style(texts: Sequence[str], parts: Sequence[dict[str, str]]) -> str:
    """Raise an error that gives the first text that is inconsistent with those before it."""
    left = [NumberStyle(*pair) for pair in _separators(parts)]
    for text, found in zip(texts, parts, strict=True):
        left = [style for style in left if _value(found, style) is not None]
        if not left:
            return f"{text!r} is not written like the others, such as {texts[0]!r}"
    raise AssertionError("some style fits all")


def _two_readings(texts: Sequence[str], fitting: Sequence[tuple[NumberStyle, list[float]]]) -> str:
    for place, text in enumerate(texts):
        readings = sorted({values[place] for _, values in fitting})
        if len(readings) > 1:
            return f"{text!r} can be {readings[0]:.12g} or {readings[1]:.12g}"
    raise AssertionError("styles differ in some value")


def _why_unclear(texts: Sequence[str]) -> str:
    pointed = next(text for text in texts if "." in text)
    whole = next(text for text in texts if "." not in text)
    return f", as {whole!r} has no point (if {pointed!r} has three decimals, write .0 behind numbers such as {whole!r})"
