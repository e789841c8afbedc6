"""Numbers in text, one by one: decimal commas, thousands separators, percent and currency signs."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from verhulst.data.code_text import like_a_code

_CURRENCIES = "$€£¥₹₽₩₺₪₫฿₴₦₱₡₲₵₸₼₾¢¤"
# A sign, a currency before or after, digits with separators, a power of ten, a percent sign.
_PARTS = re.compile(
    rf"(?P<sign>[+-]?) ?(?P<before>[{_CURRENCIES}]?) ?(?P<inner>[+-]?)"
    rf"(?P<digits>(?:[0-9](?:[0-9.,' ]*[0-9.,])?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)"
    rf" ?(?P<percent>%?) ?(?P<after>[{_CURRENCIES}]?)"
)
# Digits with a point before every three, and digits alone.
GROUPED_OR_WHOLE = r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+"
_OTHERWISE = {
    r"[0-9]*[.,][0-9]+-|[0-9]{2,}-": "with the minus behind",
    r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)[dD][+-]?[0-9]+": "with D for E",
    r"[+-]?0[xX][0-9a-fA-F]+": "in base 16",
    r"[+-]?[0-9]+(?:_[0-9]+)+(?:\.[0-9]*)?": "with underscores",
}
# A unit behind a number; in front of one only what stands for money.
_WITH_UNIT = re.compile(
    r"(?P<number>.*[0-9.,]) ?(?P<behind>[^\W\d_]{1,6}\.?)|"
    r"(?P<before>[A-Z]{3}(?= )|[A-Z]{1,3}\$|Rs\.?|kr\.?) ?(?P<other>.+)"
)
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE | re.ASCII)
# Characters with the same meaning.
_SAME = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{RIGHT SINGLE QUOTATION MARK}": "'"} | dict.fromkeys("\xa0\u202f\u2009", " ")
)

# What a number may begin with: a quick answer for words.
_FIRST = frozenset("0123456789.,+-\N{MINUS SIGN}iI'\N{RIGHT SINGLE QUOTATION MARK}" + _CURRENCIES)

Parts = dict[str, str]


def parts_of(text: str) -> Parts | None:
    """Return the signs and the digits of a number in any common notation; None if `text` is not one."""
    text = text.strip()
    if text[:1] not in _FIRST:
        return None
    text = text.translate(_SAME)
    if _INFINITE.fullmatch(text):
        return {"sign": text[: text[0] in "+-"], "inner": "", "before": "", "after": "", "percent": "", "digits": "inf"}
    found = _PARTS.fullmatch(text)
    if found is None or (found["sign"] and found["inner"]) or (found["before"] and found["after"]):
        return None
    return found.groupdict()


@cache
def _pattern(decimal: str, group: str) -> re.Pattern[str]:
    d, whole = re.escape(decimal), "[0-9]+"
    if group:
        whole = f"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+)"
    return re.compile(f"(?:{whole}(?:{d}[0-9]*)?|{d}[0-9]+)(?:[eE][+-]?[0-9]+)?")


def value_of(parts: Parts, decimal: str = ".", group: str = "") -> float | None:
    """Return the number in the parts of a text with these separators; None if it is not written with them."""
    digits = parts["digits"]
    if digits == "inf":
        return float(parts["sign"] + digits)
    if not _pattern(decimal, group).fullmatch(digits):
        return None
    digits = digits.replace(group, "") if group else digits
    return float(parts["sign"] + parts["inner"] + digits.replace(decimal, "."))


def plain_number(text: str) -> float | None:
    """Return the number in `text`, written with a decimal point and nothing else; None if it is not one.

    Examples
    --------
    >>> plain_number("-1.5e3"), plain_number("inf"), plain_number("1_000"), plain_number("1,5")
    (-1500.0, inf, None, None)
    """
    found = parts_of(text)
    if found is None or found["before"] or found["after"] or found["percent"]:
        return None
    return value_of(found)


def like_a_number(text: str) -> bool:
    """Whether `text` is a number in some notation, or one in brackets or after a sign such as `<`.

    Examples
    --------
    >>> [like_a_number(text) for text in ("1,5", "$1,006", "(12)", "< 0.1", "12-15", "3+", "007")]
    [True, True, True, True, False, False, False]
    """
    bare = text.strip().removeprefix("(").removesuffix(")").lstrip("<>~≤≥= ")
    return parts_of(bare) is not None and not like_a_code(text)


def unit_of(texts: Collection[str]) -> str:
    """Return the unit that each of at least three texts has beside a number; empty if they are something else.

    Examples
    --------
    >>> unit_of(["10 kg", "2.5 kg", "7 kg"]), unit_of(["CHF 5", "CHF 1'000", "CHF 7"]), unit_of(["1st", "2nd", "3rd"])
    ('kg', 'CHF', '')
    """
    units = set()
    for text in texts:
        found = _WITH_UNIT.fullmatch(text)
        if found is None or not like_a_number(found["number"] or found["other"]):
            return ""
        units.add(found["behind"] or found["before"])
    return units.pop() if len(units) == 1 and len(texts) > 2 else ""


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


def decimals_of(text: str) -> str:
    """The signs that may be the decimal sign of a number, `.` and `,`; none if it is no number.

    Examples
    --------
    >>> [decimals_of(text) for text in ("30,5", "$1,234.50", "1.234.567", "1.234", "B.5")]
    [',', '.', ',', '.,', '']
    """
    found = parts_of(text)
    if found is None:
        return ""
    groups = ["", *(sign for sign in ",. '" if sign in found["digits"])]
    return "".join(
        decimal
        for decimal in ".,"
        if any(_pattern(decimal, group).fullmatch(found["digits"]) for group in groups if group != decimal)
    )


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
        re.fullmatch(GROUPED_OR_WHOLE, text.strip().lstrip("+-")) is not None for text in texts
    )
