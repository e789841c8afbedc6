"""Probability, odds and log-odds on linked rulers, and what a coefficient does to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from verhulst import functions
from verhulst._numbers import typeset
from verhulst.figures.canvas import SMALL, TEXT, caption, curve, dot, new_figure, note, panels
from verhulst.figures.theme import Theme, theme_named


@dataclass(frozen=True, eq=False)
class LogOdds:
    """A coefficient, and what one unit of its column does to three people.

    Attributes
    ----------
    coefficient, odds_ratio : w and e^w
    before, after : probabilities, shape (3,), before and after one unit more
    z, sigmoid : the curve
    """

    coefficient: float
    odds_ratio: float
    before: np.ndarray
    after: np.ndarray
    z: np.ndarray
    sigmoid: np.ndarray


def prepare_log_odds(coefficient: float = 0.5) -> LogOdds:
    """One unit more for people who start at 5 %, 50 % and 90 %."""
    before = np.array([0.05, 0.5, 0.9])
    z = np.linspace(-5, 5, 401)
    return LogOdds(
        coefficient,
        float(np.exp(coefficient)),
        before,
        functions.sigmoid(functions.logit(before) + coefficient),
        z,
        functions.sigmoid(z),
    )


def draw_log_odds(record: LogOdds, *, theme: str | Theme = "light") -> Figure:
    """Rulers on the left, the curve with three equal steps on the right."""
    tokens = theme_named(theme)
    figure = new_figure(11.0, 4.0, tokens)
    left, right = panels(figure, 1, 2, tokens, width_ratios=(1.25, 1))
    _rulers(left, record, tokens)
    curve(right, record.z, record.sigmoid, tokens.first)
    for p, q in zip(record.before, record.after, strict=True):
        start, end = float(functions.logit(p)), float(functions.logit(q))
        right.plot([start, end, end], [p, p, q], color=tokens.muted, linewidth=1.0)
        dot(right, start, p, tokens.first, tokens)
        dot(right, end, q, tokens.second, tokens)
        high = p > 0.2
        note(
            right,
            end,
            (p + q) / 2,
            f"+{100 * (q - p):.1f} points",
            tokens.second.color,
            shift=(8, -3) if high else (3, -10),
        )
    note(right, -4.9, 0.93, f"each step: +{record.coefficient:g} on log-odds", tokens.ink)
    right.set(xlim=(-5, 5), ylim=(-0.03, 1.05))
    caption(right, "… but other steps of probability", tokens, x="log-odds", y="probability")
    return figure


def _rulers(ax: Axes, record: LogOdds, theme: Theme) -> None:
    rulers = (
        (
            "probability",
            2,
            [(float(functions.logit(p)), f"{p:g}") for p in (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)],
        ),
        (
            "odds",
            1,
            [
                (float(np.log(o)), t)
                for o, t in (
                    (0.01, "1:100"),
                    (0.1, "1:10"),
                    (1 / 3, "1:3"),
                    (1, "1:1"),
                    (3, "3:1"),
                    (10, "10:1"),
                    (100, "100:1"),
                )
            ],
        ),
        ("log-odds", 0, [(v, typeset(f"{v:+d}") if v else "0") for v in range(-4, 5)]),
    )
    for name, y, marks in rulers:
        ax.plot([-5, 5], [y, y], color=theme.muted, linewidth=1.2)
        ax.text(-5.2, y, name, ha="right", va="center", color=theme.ink, size=TEXT)
        for z, text in marks:
            ax.plot([z, z], [y - 0.05, y + 0.05], color=theme.muted, linewidth=1.0)
            ax.text(z, y - 0.11, text, ha="center", va="top", color=theme.muted, size=SMALL)
    for k, (p, q) in enumerate(zip(record.before, record.after, strict=True)):
        start, end = float(functions.logit(p)), float(functions.logit(q))
        above = 2.13 + 0.17 * (theme.narrow and k % 2)  # neighbours would touch
        ax.plot([start, start], [0, 2], color=theme.first.color, linewidth=1.0, alpha=0.7)
        ax.plot([end, end], [0, 2], color=theme.second.color, linewidth=1.0, alpha=0.7)
        for y in (0, 1, 2):
            dot(ax, start, y, theme.first, theme, 5)
            dot(ax, end, y, theme.second, theme, 5)
        ax.text((start + end) / 2, above, f"{100 * p:.0f} → {100 * q:.1f} %", ha="center", color=theme.ink, size=SMALL)
        ax.text(end + 0.12, 1.13, f"× {record.odds_ratio:.2f}", color=theme.ink, size=SMALL)
        ax.text(end + 0.12, 0.13, f"+ {record.coefficient:g}", color=theme.ink, size=SMALL)
    ax.set(xlim=(-5.1, 5.1), ylim=(-0.4, 2.4))
    ax.set_axis_off()
    factor = f"e^{record.coefficient:g} = {record.odds_ratio:.2f}"
    caption(ax, f"Equal steps of log-odds, equal factors of odds: {factor} …", theme)
