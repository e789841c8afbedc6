"""Figures and axes in a common style, made without changing matplotlib's global state."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from verhulst.data.printable import printable
from verhulst.figures.theme import Stroke, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE, TEXT, SMALL = 11.0, 9.5, 8.5  # points: at half size the smallest is still above four
LINE = 2.0
NARROW = 4.6  # inches: as wide as a phone, at the size of its text


def new_figure(width: float, height: float, theme: Theme) -> Figure:
    """Return an empty figure, `width` by `height` inches, with constrained layout, not registered with pyplot."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor=theme.paper)
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    return figure


def panels(figure: Figure, rows: int, columns: int, theme: Theme, **options: Any) -> list[Axes]:
    """Return a grid of styled axes, in reading order; a column of them if the theme is narrow."""
    if theme.narrow:
        width, height = figure.get_size_inches()
        across = 2 if columns > 3 else 1
        aspect = min(0.66, (height / rows) / (width / columns))
        rows, columns = -(-rows * columns // across), across
        figure.set_size_inches(NARROW, rows * NARROW * max(aspect, 0.45) / across)
        options = {name: value for name, value in options.items() if not name.endswith("_ratios")}
    grid = figure.subplots(rows, columns, squeeze=False, **options)
    return [dress(ax, theme) for ax in grid.flat]


def axes_for(ax: Axes | None, theme: Theme, width: float = 6.4, height: float = 4.0) -> Axes:
    """Return `ax` styled, or the axes of a new figure."""
    if theme.narrow:
        width, height = NARROW, max(3.4, NARROW * height / width)
    return dress(new_figure(width, height, theme).subplots() if ax is None else ax, theme)


def figure_of(ax: Axes) -> Figure:
    """Return the figure of `ax`."""
    figure: Figure = ax.figure.figure
    return figure


def dress(ax: Axes, theme: Theme) -> Axes:
    """Set colours, spines, ticks and a light grid."""
    from matplotlib.ticker import MaxNLocator

    ax.set_facecolor(theme.paper)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set(color=theme.rule, linewidth=1.0)
    ax.tick_params(which="both", colors=theme.muted, labelsize=SMALL, length=3, width=0.8, color=theme.rule)
    ax.grid(True, color=theme.rule, linewidth=0.5, alpha=0.6)
    ax.set_axisbelow(True)
    # Few ticks are easier to read, and their layout takes most of the time.
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 4, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.xaxis.label.set(color=theme.muted, size=TEXT)
    ax.yaxis.label.set(color=theme.muted, size=TEXT)
    return ax


def literal(text: str) -> str:
    """Return text from data such that matplotlib draws it as it is: "$" begins no formula, and SVG stays XML."""
    return printable(text).replace("\n", " ").replace("\t", " ").replace("$", r"\$")


def caption(ax: Axes, title: str, theme: Theme, x: str = "", y: str = "") -> None:
    """Set the title above the axes, flush left, and the labels of both axes."""
    if theme.narrow:
        title = textwrap.fill(title, 34)
    ax.set_title(title, loc="left", color=theme.ink, size=TITLE, weight="bold", pad=8)
    ax.set_xlabel(x, color=theme.muted, size=TEXT)
    ax.set_ylabel(y, color=theme.muted, size=TEXT)


def curve(ax: Axes, x: Any, y: Any, stroke: Stroke, width: float = LINE, **options: Any) -> None:
    """One series."""
    ax.plot(x, y, color=stroke.color, linestyle=stroke.dash, linewidth=width, solid_capstyle="round", **options)


def dot(ax: Axes, x: Any, y: Any, stroke: Stroke, theme: Theme, size: float = 6.0) -> None:
    """Draw a point on a curve, with an outline in the background colour."""
    ax.plot(x, y, "o", color=stroke.color, markersize=size, markeredgecolor=theme.paper, markeredgewidth=1.2, zorder=5)


def note(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    color: str,
    *,
    ha: str = "left",
    va: str = "center",
    size: float = TEXT,
    shift: tuple[float, float] = (0, 0),
    **options: Any,
) -> None:
    """Draw a label at data coordinates (x, y), `shift` points away, in place of a legend."""
    ax.annotate(
        text, (x, y), xytext=shift, textcoords="offset points", color=color, size=size, ha=ha, va=va,
        annotation_clip=False, **options,
    )  # fmt: skip


def rule(ax: Axes, theme: Theme, *, x: float | None = None, y: float | None = None, **options: Any) -> None:
    """Draw a thin dashed reference line at x or at y."""
    style: dict[str, Any] = {"color": theme.muted, "linewidth": 0.9, "linestyle": (0, (4, 3)), "zorder": 1} | options
    if x is not None:
        ax.axvline(x, **style)
    if y is not None:
        ax.axhline(y, **style)


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Move label positions apart, as little as possible, until neighbours are at least `gap` apart.

    Examples
    --------
    >>> from verhulst.figures.canvas import spread
    >>> spread([0.0, 0.1, 5.0], 1.0)
    [-0.45, 0.55, 5.0]
    """
    order = np.argsort(positions, kind="stable")
    placed: list[list[float]] = []  # clusters of desired positions, each laid out about its mean
    for i in order:
        placed.append([float(positions[i])])
        while len(placed) > 1 and _bottom(placed[-1], gap) - _top(placed[-2], gap) < gap:
            last = placed.pop()
            placed[-1] += last
    flat = [_bottom(cluster, gap) + gap * k for cluster in placed for k in range(len(cluster))]
    result = [0.0] * len(flat)
    for value, i in zip(flat, order, strict=True):
        result[i] = round(value, 12)
    return result


def _bottom(cluster: list[float], gap: float) -> float:
    return sum(cluster) / len(cluster) - gap * (len(cluster) - 1) / 2


def _top(cluster: list[float], gap: float) -> float:
    return _bottom(cluster, gap) + gap * (len(cluster) - 1)
