"""Odds ratios with their intervals on a log axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from verhulst._numbers import coverage, number
from verhulst._options import checks_options
from verhulst.calibration.arrays import as_numbers
from verhulst.figures.canvas import SMALL, TEXT, axes_for, caption, dot, figure_of, literal, rule
from verhulst.figures.theme import Theme, theme_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Odds ratios farther than this from 1 are drawn as arrows: one wide interval must not flatten all others.
FARTHEST = 1e3
_TICKS = (0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0, 1000.0)
_COARSE = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True)
class Forest:
    """The rows of a forest plot, one for each column of the model, the first on top.

    Attributes
    ----------
    names : tuple of str
        Column names.
    odds_ratio, lower, upper : tuple of float
        The estimates and the ends of the intervals; 0, inf and nan are drawn as open ends.
    level : float
        The coverage of the intervals.
    """

    names: tuple[str, ...]
    odds_ratio: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    level: float

    def limits(self) -> tuple[float, float]:
        """Ends of the odds-ratio axis: 1, and everything finite that is not beyond all measure."""
        ends = np.array([*self.odds_ratio, *self.lower, *self.upper])
        ends = ends[np.isfinite(ends) & (ends > 0)]
        logs = np.log(np.clip([1.0, *(ends if len(ends) else (0.5, 2.0))], 1 / FARTHEST, FARTHEST))
        low, high = float(logs.min()), float(logs.max())
        pad = 0.06 * max(high - low, 0.5)
        return float(np.exp(low - pad)), float(np.exp(high + pad))

    def ticks(self) -> tuple[float, ...]:
        """Return the odds ratios to mark on the axis."""
        low, high = self.limits()
        return tuple(t for t in (_TICKS if high < 200 * low else _COARSE) if low <= t <= high)

    def interval(self, row: int) -> tuple[float, float]:
        """Return the ends of a row's interval; for an infinite coefficient only the sign is known, and one end is 1."""
        ratio, lower, upper = self.odds_ratio[row], self.lower[row], self.upper[row]
        if ratio in (0.0, np.inf) and not (lower > 0 or upper < np.inf):
            return (1.0, np.inf) if ratio > 0 else (0.0, 1.0)
        return lower, upper

    def clear(self, row: int) -> bool:
        """Whether the interval of a row excludes 1."""
        return self.lower[row] > 1 or self.upper[row] < 1


@checks_options
def prepare_forest(
    names: Sequence[str], odds_ratio: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, level: float = 0.95
) -> Forest:
    """Prepare the rows of a forest plot.

    Parameters
    ----------
    names : sequence of str
        Column names.
    odds_ratio, lower, upper : sequence of float
        The estimates and the ends of the intervals.
    level : float
        The coverage of the intervals.

    Returns
    -------
    Forest
        The record that `draw_forest` draws.

    Raises
    ------
    ValueError
        If the lengths differ, or there are no rows.

    Examples
    --------
    >>> from verhulst.figures import prepare_forest
    >>> prepare_forest(["age"], [1.65], [1.2], [2.3]).names
    ('age',)
    """
    given = {"odds_ratio": odds_ratio, "lower": lower, "upper": upper}
    columns = [tuple(np.atleast_1d(as_numbers(part, name)).tolist()) for name, part in given.items()]
    if not len(names) or any(len(part) != len(names) for part in columns):
        raise ValueError(f"a forest plot needs as many names ({len(names)}) as odds ratios and ends of intervals")
    return Forest(tuple(names), columns[0], columns[1], columns[2], level)


@checks_options
def draw_forest(forest: Forest, *, theme: str | Theme = "light", ax: Axes | None = None) -> Figure:
    """Draw a forest plot. Ends at 0 or infinity are arrows; missing estimates are labelled.

    Parameters
    ----------
    forest : Forest
        The rows.
    theme : str or Theme
        The theme.
    ax : matplotlib.axes.Axes, optional
        The axes to draw into; by default those of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, not registered with pyplot.
    """
    tokens = theme_named(theme)
    rows = len(forest.names)
    ax = axes_for(ax, tokens, 7.2, 1.1 + 0.34 * rows)
    low, high = forest.limits()
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.set_ylim(rows - 0.4, -0.6)
    rule(ax, tokens, x=1.0)
    for row in range(rows):
        _row(ax, forest, row, (low, high), tokens)
    ax.set_yticks(range(rows), list(map(literal, forest.names)), color=tokens.ink, size=TEXT)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    ax.set_xticks(forest.ticks(), [f"{tick:g}" for tick in forest.ticks()])
    ax.set_xticks([], minor=True)
    caption(ax, "Odds ratios", tokens, x=f"odds ratio, {coverage(forest.level)} interval (log axis)")
    return figure_of(ax)


def _row(ax: Axes, forest: Forest, row: int, limits: tuple[float, float], theme: Theme) -> None:
    low, high = limits
    ratio, (start, end) = forest.odds_ratio[row], forest.interval(row)
    if np.isnan(ratio):
        ax.text(1.0, row, " not estimated", color=theme.muted, size=SMALL, va="center")
        return
    stroke = theme.first if forest.clear(row) else theme.third
    left, right = np.clip([start, end], low, high)
    if not (np.isnan(start) or np.isnan(end)):
        ax.plot([left, right], [row, row], color=stroke.color, linewidth=2.2, solid_capstyle="butt")
    if start < low or ratio <= 0:
        ax.plot(low, row, "<", color=stroke.color, markersize=6, clip_on=False)
    if end > high or np.isposinf(ratio):
        ax.plot(high, row, ">", color=stroke.color, markersize=6, clip_on=False)
    if 0 < ratio < np.inf:
        dot(ax, ratio, row, stroke, theme, 7.5)
    ax.annotate(
        number(ratio), (1.0, row), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
        va="center", color=theme.ink, size=TEXT, annotation_clip=False,
    )  # fmt: skip
