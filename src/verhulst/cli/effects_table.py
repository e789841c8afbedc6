"""Print a fitted model on the terminal: odds ratios with intervals, and cautions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verhulst._numbers import p_value, ratio
from verhulst.cli.console import output, say

if TYPE_CHECKING:
    from verhulst.report.contents import Contents


def print_effects(contents: Contents) -> None:
    """Print the odds ratios as a table on standard output."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from verhulst.report.words import interval_in_words

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("column", overflow="fold")
    for heading in ("odds ratio", f"{100 * contents.level:g} % interval", "p"):
        table.add_column(heading, justify="right", no_wrap=True)
    for effect in contents.effects:
        table.add_row(Text(effect.name), ratio(effect.odds_ratio), interval_in_words(effect), p_value(effect.p_value))
    output().print(table)


def say_cautions(contents: Contents) -> None:
    """Print the cautions about the fit on standard error."""
    for caution in contents.cautions:
        say(f"Note: {caution}")


def effects_record(contents: Contents) -> list[dict[str, Any]]:
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
        for effect in contents.effects
    ]
