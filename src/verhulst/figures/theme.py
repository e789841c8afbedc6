"""The palette of all figures, pages and reports: light, dark, and grey for print.

Colours differ in lightness as well as in hue, so that they are distinguishable with colour blindness and in grey print
(tests/figures/test_theme.py measures both); the grey theme adds dashes.
"""

from __future__ import annotations

from dataclasses import dataclass

from verhulst._options import checks_options
from verhulst.data.errors import did_you_mean


@dataclass(frozen=True)
class Stroke:
    """The style of one series: its colour, and its dashes as in matplotlib."""

    color: str
    dash: str | tuple[float, tuple[float, ...]] = "-"


@dataclass(frozen=True)
class Theme:
    """The colours of a theme.

    Attributes
    ----------
    paper : background of figure and axes
    ink, muted, rule : text; secondary text and ticks; grid, axes and reference lines
    wash : a barely visible area (saturation zones, bands under curves)
    narrow : whether panels stand one below the other, as wide as a phone, instead of side by side
    first, second, third, fourth, fifth : the series, in the order in which a figure uses them
    """

    name: str
    paper: str
    ink: str
    muted: str
    rule: str
    wash: str
    first: Stroke
    second: Stroke
    third: Stroke
    fourth: Stroke
    fifth: Stroke
    narrow: bool = False

    @property
    def series(self) -> tuple[Stroke, ...]:
        """The strokes of the series, in order."""
        return (self.first, self.second, self.third, self.fourth, self.fifth)

    def colors(self) -> dict[str, str]:
        """Token name -> colour, as `#rrggbb`."""
        plain = {name: getattr(self, name) for name in ("paper", "ink", "muted", "rule", "wash")}
        return plain | {name: getattr(self, name).color for name in ("first", "second", "third", "fourth", "fifth")}


LIGHT = Theme(
    name="light",
    paper="#ffffff",
    ink="#1d2330",
    muted="#5c6575",
    rule="#d5d9e0",
    wash="#f0f3f7",
    first=Stroke("#1f3f7f"),
    second=Stroke("#c04a26"),
    third=Stroke("#2b9a8d"),
    fourth=Stroke("#dca62c"),
    fifth=Stroke("#a173b5"),
)

DARK = Theme(
    name="dark",
    paper="#12161d",
    ink="#e9ecf2",
    muted="#a0a9b8",
    rule="#353d4a",
    wash="#1c222c",
    first=Stroke("#8dbdff"),
    second=Stroke("#ee7d54"),
    third=Stroke("#2f958a"),
    fourth=Stroke("#f3d47a"),
    fifth=Stroke("#9a6bb5"),
)

GREY = Theme(
    name="grey",
    paper="#ffffff",
    ink="#101010",
    muted="#555555",
    rule="#d0d0d0",
    wash="#f1f1f1",
    first=Stroke("#000000"),
    second=Stroke("#555555", (0, (5, 1.6))),
    third=Stroke("#7d7d7d"),
    fourth=Stroke("#303030", (0, (1.2, 1.2))),
    fifth=Stroke("#a8a8a8", (0, (7, 1.6, 1.2, 1.6))),
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, GREY)}


def theme_named(theme: str | Theme) -> Theme:
    """Return the theme with a name; a theme is returned unchanged.

    Raises
    ------
    ValueError
        If there is no theme with that name.

    Examples
    --------
    >>> from verhulst.figures.theme import theme_named
    >>> theme_named("dark").paper
    '#12161d'
    """
    if isinstance(theme, Theme):
        return theme
    if theme not in THEMES:
        hint = did_you_mean(theme, THEMES, f"Choose one of {', '.join(THEMES)}.")
        raise ValueError(f"there is no theme {theme!r}.{hint}")
    return THEMES[theme]


@checks_options
def css_variables(theme: Theme) -> str:
    """Return the colours of a theme as CSS declarations, for a rule of the page.

    Parameters
    ----------
    theme : Theme
        The theme.

    Returns
    -------
    str
        The declarations.

    Examples
    --------
    >>> from verhulst.figures import css_variables
    >>> from verhulst.figures.theme import DARK
    >>> css_variables(DARK).split(";")[0]
    '--vh-paper: #12161d'
    """
    return " ".join(f"--vh-{token}: {color};" for token, color in theme.colors().items())
