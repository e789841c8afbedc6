"""Numbers in words: what an effect means, and what a person should know before acting on a fit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from verhulst.report.effects import Effect


def number(value: float) -> str:
    """A number in three significant digits, never in a form that needs decoding.

    Examples
    --------
    >>> number(1.7832), number(23.04), number(0.000123), number(123456.0), number(float("inf"))
    ('1.78', '23.0', '0.000123', '123,000', '∞')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -4 or magnitude > 8:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}".replace(
            "-", "−"
        )
    rounded = round(value, 2 - magnitude)
    return f"{rounded:,.{max(0, 2 - magnitude)}f}".replace("-", "−")


def p_value(p: float) -> str:
    """A p-value as it is printed.

    Examples
    --------
    >>> p_value(0.0421), p_value(3e-9), p_value(float("nan"))
    ('0.042', '< 0.001', '–')
    """
    if math.isnan(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"


def percent(share: float) -> str:
    """A share in per cent.

    Examples
    --------
    >>> percent(0.41631), percent(0.004)
    ('41.6 %', '0.40 %')
    """
    return f"{100 * share:.1f} %" if share == 0 or share >= 0.01 else f"{100 * share:.2g} %".replace("0.4 %", "0.40 %")


def effect_in_words(effect: Effect, outcome: str, level: float = 0.95) -> str:
    """One sentence on what an effect means for the odds.

    Parameters
    ----------
    effect : Effect
    outcome : str
        What the probability is of, such as "vote = Dole".
    level : float
        Coverage of the effect's interval.
    """
    who = (
        f"{effect.column} {effect.level!r} instead of {effect.reference!r}"
        if effect.level is not None and effect.reference is not None
        else f"{effect.name} one higher"
    )
    if effect.state == "left out":
        return f"{effect.name} was left out: other columns already say what it says."
    if effect.state == "infinite":
        way = "higher" if effect.coefficient > 0 else "lower"
        return f"{who}: the odds of {outcome} are {way} without limit; these data set no finite odds ratio."
    interval = f" ({100 * level:g} % interval: {_span(effect)})" if effect.state == "estimated" else ""
    return f"{who}: {_change(effect.odds_ratio)} odds of {outcome}{interval}."


def _change(ratio: float) -> str:
    """What a ratio does to the odds: per cent near 1, times further away."""
    if ratio >= 2:
        return f"{number(ratio)} times the"
    if ratio > 1:
        return f"{_per_cent(ratio - 1)} higher"
    return f"{_per_cent(1 - ratio)} lower" if ratio > 0.01 else f"{number(ratio)} times the"


def _span(effect: Effect) -> str:
    """The interval in the terms in which `_change` puts the ratio."""
    low, high = effect.lower, effect.upper
    if effect.odds_ratio >= 2 or effect.odds_ratio <= 0.01 or low < 1 < high:
        return f"{number(low)} to {number(high)} times"
    if low >= 1:
        return f"{_per_cent(low - 1)} to {_per_cent(high - 1)} higher"
    return f"{_per_cent(1 - high)} to {_per_cent(1 - low)} lower"


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %" if 0.095 <= share <= 0.985 or share > 1.005 else f"{100 * share:.1f} %"


def headline(effects: Sequence[Effect], outcome: str, level: float = 0.95, most: int = 4) -> list[str]:
    """The clearest effects in words, then the unclear ones by name."""
    clear = sorted((e for e in effects if e.clear), key=lambda e: -abs(e.z))
    said = [effect_in_words(effect, outcome, level) for effect in clear[:most]]
    if len(clear) > most:
        rest = len(clear) - most
        said.append(f"{rest} more effect{'s are' if rest > 1 else ' is'} clear of 1; see the table.")
    unclear = [e.name for e in effects if e.state == "estimated" and not e.clear]
    if unclear:
        shown = ", ".join(unclear[:6]) + (f" and {len(unclear) - 6} more" if len(unclear) > 6 else "")
        said.append(f"No clear effect (the interval holds 1, no change): {shown}.")
    return said
