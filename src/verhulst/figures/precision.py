"""The range of each float type, and the errors of three formulas of the sigmoid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from verhulst._numbers import typeset
from verhulst.figures.canvas import SMALL, caption, curve, new_figure, note, panels, rule
from verhulst.figures.rounding import TYPES, RoundingRange, rounding_range
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid


@dataclass(frozen=True, eq=False)
class Precision:
    """Ranges by type, and errors in float32.

    Attributes
    ----------
    ranges : one per float type
    z : centres of cells of z
    naive, where, ours : largest error in ULP within each cell, of 1/(1+exp(-z)), of the two-branch formula, of
        `vh.sigmoid`
    """

    ranges: tuple[RoundingRange, ...]
    z: np.ndarray
    naive: np.ndarray
    where: np.ndarray
    ours: np.ndarray


def prepare_precision(cells: int = 250, per_cell: int = 400) -> Precision:
    """Errors of three float32 sigmoids on [-104, 20], against float64."""
    edges = np.linspace(-104, 20, cells + 1)
    z = np.linspace(-104, 20, cells * per_cell, dtype=np.float32).reshape(cells, per_cell)
    exact = sigmoid(z.astype(np.float64))
    unit = np.spacing(exact.astype(np.float32)).astype(np.float64)

    def worst(values: np.ndarray) -> np.ndarray:
        error: np.ndarray = (np.abs(values.astype(np.float64) - exact) / unit).max(axis=1)
        return error

    with np.errstate(over="ignore", under="ignore"):
        naive = 1 / (1 + np.exp(-z))
        e = np.exp(-np.abs(z))
        where = np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    return Precision(
        tuple(rounding_range(name) for name in TYPES),
        (edges[1:] + edges[:-1]) / 2,
        worst(naive),
        worst(where),
        worst(sigmoid(z)),
    )


def draw_precision(record: Precision, *, theme: str | Theme = "light") -> Figure:
    """Ranges on the left, errors on the right."""
    tokens = theme_named(theme)
    figure = new_figure(11.0, 4.0, tokens)
    left, right = panels(figure, 1, 2, tokens)
    _ranges(left, record, tokens)
    right.set_yscale("log")
    rule(right, tokens, y=0.5)
    curve(right, record.z, record.naive, tokens.second, 1.8)
    curve(right, record.z, record.where, tokens.third, 1.8)
    curve(right, record.z, record.ours, tokens.first, 2.2)
    note(right, -86, 3e5, "1/(1 + exp(−z)): 0 below −88.7", tokens.second.color)
    note(right, -60, 9, "np.where of two branches", tokens.third.color)
    note(right, -60, 0.2, "verhulst: half a unit, the minimum", tokens.first.color)
    right.set(xlim=(-104, 20), ylim=(0.07, 2e7))
    caption(right, "Largest error in float32, in units in the last place", tokens, x="z")
    return figure


def _ranges(ax: Axes, record: Precision, theme: Theme) -> None:
    ax.set_xscale("symlog", linthresh=10, linscale=1.2)
    strokes = (theme.first, theme.second, theme.third, theme.fourth)
    for row, (item, stroke) in enumerate(zip(record.ranges, strokes, strict=True)):
        ax.plot([item.zero_below, item.one_from], [row, row], color=stroke.color, linewidth=7, solid_capstyle="butt")
        note(
            ax,
            item.zero_below,
            row,
            typeset(f"0 below {item.zero_below:.1f}"),
            theme.muted,
            va="bottom",
            shift=(0, 6),
            size=SMALL,
        )
        note(
            ax,
            item.one_from,
            row,
            f"1 from {item.one_from:.2f}",
            theme.muted,
            va="bottom",
            ha="center",
            shift=(0, 6),
            size=SMALL,
        )
    ax.set_yticks(range(len(record.ranges)), [item.name for item in record.ranges], color=theme.ink, size=9.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    ax.set_xticks([-1000, -100, -10, 0, 10, 100], ["−1000", "−100", "−10", "0", "10", "100"])
    ax.set(xlim=(-1500, 110), ylim=(len(record.ranges) - 0.5, -0.7))
    caption(ax, "Where σ(z) is neither 0 nor 1", theme, x="z (linear to ±10, then logarithmic)")
