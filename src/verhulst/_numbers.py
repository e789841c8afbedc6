"""Numbers as text, rounded for readers."""

from __future__ import annotations

import math
from decimal import Decimal

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """Return a formatted number with a typographic minus sign, and ∞ for inf.

    Examples
    --------
    >>> typeset(f"{-1.5:+.2f}"), typeset(f"{float('-inf')}")
    ('−1.50', '−∞')
    """
    return text.replace("-", "−").replace("inf", "∞")


def significant(value: float, digits: int) -> str:
    """Return a number with this many significant digits and an ASCII minus sign; – for nan.

    Examples
    --------
    >>> significant(-1.78325, 4), significant(float("inf"), 4), significant(float("nan"), 4)
    ('-1.783', '∞', '–')
    """
    return "–" if math.isnan(value) else f"{value:.{digits}g}".replace("inf", "∞")


def number(value: float) -> str:
    """Return a number with three significant digits, with commas, and if possible without a power of ten.

    Examples
    --------
    >>> number(1.7832), number(23.04), number(0.000123), number(123456.0), number(float("inf"))
    ('1.78', '23.0', '0.000123', '123,000', '∞')
    >>> number(-1.7e-12)
    '−1.70·10⁻¹²'
    """
    if value == 0 or not math.isfinite(value):
        return typeset(significant(value, 1))
    # Of the rounded number: 9.996 is 10.0, not 10.00.
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    magnitude = int(exponent)
    if magnitude < -4 or magnitude > 8:
        return f"{typeset(mantissa)}·10{str(magnitude).translate(_RAISED)}"
    return typeset(f"{round(value, 2 - magnitude):,.{max(0, 2 - magnitude)}f}")


def ratio(value: float) -> str:
    """Return an odds ratio with three significant digits, or as many as distinguish it from 1.

    Examples
    --------
    >>> ratio(23.04), ratio(1.0083), ratio(0.99998)
    ('23.0', '1.0083', '0.999980')
    """
    distance = abs(value - 1)
    if not 1e-9 < distance < 0.00995:
        return number(value)
    return f"{value:.{max(2, 1 - math.floor(math.log10(distance)))}f}"


def count(cases: float) -> str:
    """Return a number of cases, without decimals if it is whole (weights need not be).

    Examples
    --------
    >>> count(1234.0), count(12.345)
    ('1,234', '12.3')
    """
    return f"{int(cases):,}" if float(cases).is_integer() else number(cases)


def counted(number: float, what: str) -> str:
    """Return how many there are of something, by its name in the singular.

    Examples
    --------
    >>> counted(1, "case"), counted(2.5, "case"), counted(1200, "class")
    ('1 case', '2.50 cases', '1,200 classes')
    """
    several = "" if number == 1 else "es" if what.endswith("s") else "s"
    return f"{count(number)} {what}{several}"


def p_value(p: float) -> str:
    """Return a p-value with two or three decimals.

    Examples
    --------
    >>> p_value(0.0421), p_value(3e-9), p_value(float("nan"))
    ('0.042', '< 0.001', '–')
    """
    if math.isnan(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"


def percent(share: float) -> str:
    """Return a share in per cent.

    Examples
    --------
    >>> percent(0.41631), percent(0.004)
    ('41.6 %', '0.40 %')
    """
    return f"{100 * share:.1f} %" if share == 0 or share >= 0.01 else f"{100 * share:#.2g} %"


def coverage(level: float) -> str:
    """Return the coverage of an interval in per cent, with all its digits, so that only 1 is 100 %.

    Examples
    --------
    >>> coverage(0.95), coverage(0.29), coverage(1 - 1e-12), coverage(0.9999999999999999)
    ('95 %', '29 %', '99.9999999999 %', '99.99999999999999 %')
    """
    share = float(100 * Decimal(repr(float(level))))
    return f"{share!r} %".replace(".0 %", " %")
