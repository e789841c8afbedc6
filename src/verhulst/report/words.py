"""Describe effects in words."""

from __future__ import annotations

from collections.abc import Sequence

from verhulst._numbers import coverage, number, ratio
from verhulst.report.effects import Effect, raised, step_of

_MOST = 0.05  # from which coefficient on a column increases by one in a sentence


def interval_in_words(effect: Effect) -> str:
    """Return the ends of an effect's interval, or why there are none."""
    if effect.state == "estimated":
        return f"{ratio(effect.lower)} to {ratio(effect.upper)}"
    return {"infinite": "no finite estimate", "penalised": "–"}.get(effect.state, effect.state)


def effect_in_words(effect: Effect, outcome: str, level: float = 0.95) -> str:
    """Return a sentence on the meaning of an effect for the odds.

    Parameters
    ----------
    effect : Effect
    outcome : str
        The outcome, such as "vote = Dole".
    level : float
        The coverage of the effect's interval.
    """
    step = step_of(effect, _MOST)
    who = (
        f"{effect.column} {effect.level!r} instead of {effect.reference!r}"
        if effect.level is not None and effect.reference is not None
        else f"{effect.name} {'one' if step == 1 else f'{step:,}'} higher"
    )
    if effect.state == "left out":
        return f"{effect.name} was left out: it is a combination of other columns."
    if effect.state == "infinite":
        way = "higher" if effect.coefficient > 0 else "lower"
        return f"{who}: the odds of {outcome} are {way} without limit; these data give no finite odds ratio."
    if effect.state == "not determined":
        return f"{who}: these data do not determine whether the odds of {outcome} are higher or lower."
    if effect.state == "not examined":
        return f"{who}: whether these data determine an odds ratio was not examined."
    middle, low, high = (raised(x, step) for x in (effect.odds_ratio, effect.lower, effect.upper))
    interval = f" ({coverage(level)} interval: {_span(middle, low, high)})" if effect.state == "estimated" else ""
    return f"{who}: {_change(middle)} odds of {outcome}{interval}."


def _change(middle: float) -> str:
    """Describe the change of the odds: in per cent near 1, as a factor otherwise."""
    if middle >= 2 or middle <= 0.01:
        return f"{number(middle)} times the"
    return f"{_per_cent(middle - 1)} higher" if middle >= 1 else f"{_per_cent(1 - middle)} lower"


def _span(middle: float, low: float, high: float) -> str:
    """Describe the interval in the same terms as `_change`."""
    if middle >= 2 or middle <= 0.01 or low < 1 < high:
        return f"{number(low)} to {number(high)} times"
    if low >= 1:
        return f"{_per_cent(low - 1)} to {_per_cent(high - 1)} higher"
    return f"{_per_cent(1 - high)} to {_per_cent(1 - low)} lower"


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %" if 0.095 <= share <= 0.985 or share > 1.005 else f"{100 * share:.1f} %"


def headline(effects: Sequence[Effect], outcome: str, level: float = 0.95, most: int = 4) -> list[str]:
    """Return the clearest effects in words, then the unclear ones by name."""
    clear = sorted((e for e in effects if e.clear), key=lambda e: -abs(e.z))
    said = [effect_in_words(effect, outcome, level) for effect in clear[:most]]
    if len(clear) > most:
        rest = len(clear) - most
        said.append(f"{rest} more interval{'s exclude' if rest > 1 else ' excludes'} 1; see the table.")
    unclear = [e.name for e in effects if e.state == "estimated" and not e.clear]
    if unclear:
        shown = ", ".join(unclear[:6]) + (f" and {len(unclear) - 6} more" if len(unclear) > 6 else "")
        said.append(f"No clear effect (the interval contains 1, no change): {shown}.")
    return said
