"""Verhulst's population curve and its three phases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.figures.canvas import SMALL, caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid, sigmoid_derivative


@dataclass(frozen=True, eq=False)
class Growth:
    """P' = rP(1 − P/K), in units in which r = K = 1 and P = ½ at time 0: P(t) = σ(t).

    Attributes
    ----------
    t : time
    population, rate, unchecked : P(t), P'(t), and e^t, what it would be without a limit
    turn : ±turn are the times at which the growth rate changes fastest: σ''' = 0 at ±log(2 + √3)
    """

    t: np.ndarray
    population: np.ndarray
    rate: np.ndarray
    unchecked: np.ndarray
    turn: float


def prepare_growth() -> Growth:
    """Times on [-6, 6]."""
    t = np.linspace(-6, 6, 481)
    return Growth(t, sigmoid(t), sigmoid_derivative(t), np.exp(t), float(np.log(2 + np.sqrt(3))))


def draw_growth(record: Growth, *, theme: str | Theme = "light") -> Figure:
    """The population above, its growth below."""
    tokens = theme_named(theme)
    figure = new_figure(7.6, 5.4, tokens)
    top, bottom = panels(figure, 2, 1, tokens, height_ratios=(2.1, 1), sharex=True)
    for ax in (top, bottom):
        ax.axvspan(-record.turn, record.turn, color=tokens.wash)
        for edge in (-record.turn, record.turn):
            rule(ax, tokens, x=edge)
    rule(top, tokens, y=1)
    curve(top, record.t, record.unchecked, tokens.third, 1.6)
    curve(top, record.t, record.population, tokens.first, 2.6)
    dot(top, 0, 0.5, tokens.first, tokens, 7)
    note(
        top, record.turn, 0.5, "half of the capacity:\ngrowth is fastest", tokens.first.color, shift=(6, 0), size=SMALL
    )
    note(top, -1.45, 1.12, "without a limit: eᵗ", tokens.third.color, ha="right")
    note(top, 5.9, 1.07, "the limit K", tokens.muted, ha="right", size=SMALL)
    for x, text in ((-3.7, "1  as if without limit"), (0, "2  turning"), (3.7, "3  settling")):
        note(top, x, -0.09, text, tokens.ink, ha="center", size=SMALL)
    top.set(xlim=(-6, 6), ylim=(-0.16, 1.22))
    caption(top, "Verhulst's curve of population (1838)", tokens, y="P / K")
    curve(bottom, record.t, record.rate, tokens.second)
    note(bottom, 1.6, 0.2, "growth P′ = rP(1 − P/K)", tokens.second.color)
    bottom.set(ylim=(0, 0.28))
    caption(bottom, "", tokens, x="time × r", y="P′")
    return figure
