"""The sigmoid taken apart: e⁻ᶻ, then 1 + e⁻ᶻ, then the reciprocal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from verhulst import functions
from verhulst.figures.canvas import TEXT, caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named


@dataclass(frozen=True, eq=False)
class Anatomy:
    """The three steps over z, and their values at the points that are marked.

    Attributes
    ----------
    z, decay, denominator, sigmoid : arrays of one shape: z, e^-z, 1 + e^-z, 1/(1 + e^-z)
    marks : values of z that are followed through the steps
    """

    z: np.ndarray
    decay: np.ndarray
    denominator: np.ndarray
    sigmoid: np.ndarray
    marks: tuple[float, ...] = (-2.0, 0.0, 2.0)


def prepare_anatomy() -> Anatomy:
    """The three steps on [-5, 5]."""
    z = np.linspace(-5, 5, 401)
    decay = np.exp(-z)
    return Anatomy(z, decay, 1 + decay, functions.sigmoid(z))


def draw_anatomy(record: Anatomy, *, theme: str | Theme = "light") -> Figure:
    """Three panels, left to right, with the same three scores followed through all of them."""
    tokens = theme_named(theme)
    figure = new_figure(10.5, 3.5, tokens)
    steps: tuple[tuple[str, str, np.ndarray, tuple[float, float], Callable[[float], Any]], ...] = (
        ("1  Decay", "e⁻ᶻ: positive,\nfalls e-fold per unit", record.decay, (0, 12), np.exp),
        ("2  Plus one", "1 + e⁻ᶻ:\nfrom ∞ down to 1", record.denominator, (0, 12), lambda t: 1 + np.exp(t)),
        (
            "3  Reciprocal",
            "1 / (1 + e⁻ᶻ):\nbetween 0 and 1",
            record.sigmoid,
            (0, 1.08),
            lambda t: functions.sigmoid(-t),
        ),
    )
    strokes = (tokens.second, tokens.third, tokens.first)
    for ax, (title, text, values, limits, at), stroke in zip(panels(figure, 1, 3, tokens), steps, strokes, strict=True):
        rising = limits[1] < 2
        curve(ax, record.z, values, stroke)
        for mark in record.marks:
            value = float(at(-mark))
            dot(ax, mark, value, stroke, tokens)
            note(
                ax,
                mark,
                value,
                f"{value:.3g}",
                tokens.ink,
                ha="right" if rising else "left",
                shift=(-7 if rising else 7, 7),
            )
        ax.set(xlim=(-5, 5), ylim=limits)
        caption(ax, title, tokens, x="z")
        ax.text(
            0.98, 0.08 if rising else 0.95, text, transform=ax.transAxes, ha="right", va="bottom" if rising else "top",
            color=tokens.muted, size=TEXT,
        )  # fmt: skip
        if rising:
            rule(ax, tokens, y=1.0)
    return figure
