"""The common notation of the numbers of a column, and what they are in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from verhulst.data.errors import listed
from verhulst.data.number_text import Parts, parts_of, points_are_unclear, value_of
from verhulst.data.schema import Record, Text, Truth

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

    SCHEMA: ClassVar[Record] = Record(
        {
            "decimal": Text(among=(".", ",")),
            "group": Text(among=("", *_SIGN_NAMES)),
            "percent": Truth(),
            "currency": Text(),
        }
    )

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
        found = parts_of(text)
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
            if all(value_of(found, *style.separators) is None for style in styles):
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


def _separators(parts: Sequence[Parts]) -> list[tuple[str, str]]:
    """Return the decimal and group separators to try, plain numbers first."""
    there = {sign for found in parts for sign in ",. '" if sign in found["digits"]}
    return [(decimal, group) for group in ["", *sorted(there)] for decimal in ".," if decimal != group]


def _all_values(parts: Sequence[Parts], style: NumberStyle) -> list[float] | None:
    values = []
    for found in parts:
        value = value_of(found, *style.separators)
        if value is None:
            return None
        values.append(value)
    return values


def _signs(texts: Sequence[str], parts: Sequence[Parts], learned: NumberStyle | None) -> tuple[bool, str]:
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


def _no_style(texts: Sequence[str], parts: Sequence[Parts]) -> str:
    """Raise an error that gives the first text that is inconsistent with those before it."""
    left = [NumberStyle(*pair) for pair in _separators(parts)]
    for text, found in zip(texts, parts, strict=True):
        left = [style for style in left if value_of(found, *style.separators) is not None]
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
