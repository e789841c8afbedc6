"""Print a fitted model on the terminal: odds ratios with intervals, and cautions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from verhulst._numbers import coverage, p_value, ratio
from verhulst.cli.console import say, show_table

if TYPE_CHECKING:
    from verhulst.report.contents import Contents
    from verhulst.report.effects import Effect


def print_effects(effects: Sequence[Effect], level: float) -> None:
    """Print odds ratios, with intervals of this coverage, as a table on standard output."""
    from verhulst.report.words import interval_in_words

    show_table(
        ("column", "odds ratio", f"{coverage(level)} interval", "p"),
        [
            (effect.name, ratio(effect.odds_ratio), interval_in_words(effect), p_value(effect.p_value))
            for effect in effects
        ],
    )


def say_cautions(contents: Contents) -> None:
    """Print the cautions about the fit on standard error."""
    for caution in contents.cautions:
        say(f"Note: {caution}")


def effects_record(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """Return the effects for --json."""
    return [
        {
            "name": effect.name,
            "state": effect.state,
            "coefficient": effect.coefficient,
            "standard_error": effect.standard_error,
            "z": effect.z,
            "p_value": effect.p_value,
            "odds_ratio": effect.odds_ratio,
            "odds_ratio_lower": effect.lower,
            "odds_ratio_upper": effect.upper,
        }
        for effect in effects
    ]
