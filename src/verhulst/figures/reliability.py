"""Reliability diagrams, observed frequency against predicted probability, in one panel or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verhulst._numbers import coverage
from verhulst._options import checks_options
from verhulst.calibration.reliability_curve import Reliability
from verhulst.figures.canvas import LINE, SMALL, caption, dress, figure_of, literal, new_figure
from verhulst.figures.theme import Theme, theme_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The share of a panel's height for the histogram of probabilities.
_HISTOGRAM_SHARE = 0.16
# The most panels in a row; more are small multiples in several rows.
_ACROSS = 4


@dataclass(frozen=True, eq=False)
class Panel:
    """One diagram: its title, the curve, and the text below the title."""

    title: str
    curve: Reliability
    remark: str


@dataclass(frozen=True, eq=False)
class ReliabilityDiagram:
    """Panels from left to right, in rows of up to four, on common axes."""

    panels: tuple[Panel, ...]


@checks_options
def prepare_reliability(curves: Reliability | Mapping[str, Reliability]) -> ReliabilityDiagram:
    """Prepare one or several curves, such as those of raw and calibrated scores, as panels.

    Parameters
    ----------
    curves : Reliability or mapping of str to Reliability
        The curves; the keys of a mapping are titles.

    Returns
    -------
    ReliabilityDiagram
        The record that `draw_reliability` draws.

    Raises
    ------
    ValueError
        If the mapping is empty.

    Examples
    --------
    >>> import verhulst as vh
    >>> curve = vh.calibration.reliability([0, 0, 1, 0, 1, 1], [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])
    >>> vh.figures.prepare_reliability({"raw": curve}).panels[0].remark
    'miscalibration 0.0747, discrimination 0.1667'
    """
    named = {"": curves} if isinstance(curves, Reliability) else dict(curves)
    if not named:
        raise ValueError("a reliability diagram needs at least one curve")
    for title, curve in named.items():
        if not isinstance(curve, Reliability):
            raise TypeError(f"curves[{title!r}] must be a Reliability, not a value of type {type(curve).__name__}")
    return ReliabilityDiagram(tuple(Panel(title, curve, _remark(curve)) for title, curve in named.items()))


def _remark(curve: Reliability) -> str:
    parts = curve.decomposition
    return f"miscalibration {parts.miscalibration:.4f}, discrimination {parts.discrimination:.4f}"


@checks_options
def draw_reliability(diagram: ReliabilityDiagram, *, theme: str | Theme = "light", ax: Axes | None = None) -> Figure:
    """Draw a reliability diagram.

    Parameters
    ----------
    diagram : ReliabilityDiagram
        The panels.
    theme : str or Theme
        The theme.
    ax : matplotlib.axes.Axes, optional
        The axes to draw a diagram of one panel into; by default those of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, not registered with pyplot.
    """
    tokens = theme_named(theme)
    if ax is not None:
        if len(diagram.panels) > 1:
            raise ValueError(f"{len(diagram.panels)} panels do not fit in one axes: omit ax")
        _panel(dress(ax, tokens), diagram.panels[0], tokens)
        return figure_of(ax)
    count = len(diagram.panels)
    down = -(-count // _ACROSS)
    across = -(-count // down)
    figure = new_figure(0.6 + 3.9 * across, 4.4 * down, tokens)
    grid = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True)
    for place, ax in enumerate(grid.flat):
        if place >= count:
            ax.remove()
            continue
        lowest = place + across >= count
        _panel(
            dress(ax, tokens), diagram.panels[place], tokens,
            left=place % across == 0, lowest=lowest, words=down == 1 or place == 0,
        )  # fmt: skip
        ax.tick_params(labelbottom=lowest)  # shared axes label the last row only, which may be shorter
    return figure


def _panel(ax: Axes, panel: Panel, theme: Theme, left: bool = True, lowest: bool = True, words: bool = True) -> None:
    curve = panel.curve
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_aspect("equal")
    _histogram(ax, curve, theme)
    ax.plot([0, 1], [0, 1], color=theme.muted, linewidth=1.0, linestyle=(0, (4, 3)), zorder=2)
    if curve.kind == "corp":
        step = len(curve.probability) > 1
        # A band of this width needs no more than some hundred corners.
        few = np.unique(np.linspace(0, len(curve.probability) - 1, 400).astype(int))
        for low, high, alpha in ((curve.whole_low, curve.whole_high, 0.10), (curve.low, curve.high, 0.20)):
            ax.fill_between(
                curve.probability[few], low[few], high[few], color=theme.first.color, alpha=alpha, linewidth=0, zorder=2
            )
        ax.plot(
            curve.probability, curve.rate, color=theme.first.color, linewidth=LINE, zorder=4,
            marker="" if step else "o", solid_capstyle="butt",
        )  # fmt: skip
    else:
        for low, high, width in ((curve.whole_low, curve.whole_high, 0.7), (curve.low, curve.high, 2.2)):
            below, above = np.clip(curve.rate - low, 0, 1), np.clip(high - curve.rate, 0, 1)
            ax.errorbar(
                curve.probability, curve.rate, yerr=[below, above], fmt="o", markersize=5.5, color=theme.first.color,
                markeredgecolor=theme.paper, markeredgewidth=1.0, elinewidth=width, capsize=0, zorder=4,
            )  # fmt: skip
    quarters = [0, 0.25, 0.5, 0.75, 1]
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(quarters, [f"{100 * share:g} %" for share in quarters])
    title = literal(panel.title) or "Reliability"
    caption(ax, title, theme, x="probability given" if lowest else "", y="rate of the outcome" if left else "")
    ax.text(0.0, 1.005, panel.remark, color=theme.muted, size=SMALL, transform=ax.transAxes, va="bottom")
    ax.set_title(ax.get_title(loc="left"), loc="left", color=theme.ink, size=11.0, weight="bold", pad=18)
    if words:
        ax.text(
            0.03, 0.97, _band_words(curve), transform=ax.transAxes, color=theme.muted, size=SMALL, ha="left", va="top",
            zorder=5,
        )  # fmt: skip


def _histogram(ax: Axes, curve: Reliability, theme: Theme) -> None:
    """Draw the histogram of the probabilities at the bottom of the panel."""
    most = float(curve.histogram.max()) or 1.0
    heights = _HISTOGRAM_SHARE * curve.histogram / most
    ax.bar(
        curve.histogram_edges[:-1], heights, np.diff(curve.histogram_edges), bottom=-0.02, align="edge",
        color=theme.rule, edgecolor=theme.paper, linewidth=0.4, zorder=1.5,
    )  # fmt: skip


def _band_words(curve: Reliability) -> str:
    """Return the label of the bands, short enough to fit next to the curve."""
    share = coverage(curve.level)
    if curve.kind == "bins":
        return f"{share} bars for the true rate\nthick: each bin\nthin: all bins at once"
    inner, outer = "inner: at each point", "outer: at all points at once"
    if curve.band == "consistency":
        return f"{share} bands of the curve, if\nthe probabilities are right\n{inner}\n{outer}"
    return f"{share} bands of the true rate\n{inner}\n{outer}"
