"""Six panels that show the sigmoid and its properties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from verhulst import functions
from verhulst._numbers import typeset
from verhulst.figures.canvas import caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named


@dataclass(frozen=True, eq=False)
class VisualReference:
    """The numbers of all six panels.

    Attributes
    ----------
    z : scores, shape (n,), symmetric about 0
    sigmoid, mirrored, derivative, tanh, relu_sixth : σ(z), σ(−z), σ'(z), tanh(z), ReLU(z)/6
    flat_from : the z beyond which σ'(z) is under 0.01
    p, logit : probabilities inside (0, 1) and their log-odds
    """

    z: np.ndarray
    sigmoid: np.ndarray
    mirrored: np.ndarray
    derivative: np.ndarray
    tanh: np.ndarray
    relu_sixth: np.ndarray
    flat_from: float
    p: np.ndarray
    logit: np.ndarray


def prepare_visual_reference() -> VisualReference:
    """The functions on [-8, 8], and the logit on (0, 1)."""
    z = np.linspace(-8, 8, 641)
    p = np.linspace(0.001, 0.999, 499)
    # s(1 − s) = 0.01 has the roots (1 ± √0.96)/2.
    flat_from = float(functions.logit((1 + np.sqrt(1 - 4 * 0.01)) / 2))
    return VisualReference(
        z,
        functions.sigmoid(z),
        functions.sigmoid(-z),
        functions.sigmoid_derivative(z),
        functions.tanh(z),
        functions.relu(z) / 6,
        flat_from,
        p,
        functions.logit(p),
    )


def draw_visual_reference(record: VisualReference, *, theme: str | Theme = "light") -> Figure:
    """Draw curve, derivative, symmetry, saturation, logit, and a comparison with tanh and ReLU/6."""
    tokens = theme_named(theme)
    figure = new_figure(11.4, 6.6, tokens)
    axes = panels(figure, 2, 3, tokens)
    for ax, draw in zip(axes, (_curve, _derivative, _symmetry, _saturation, _logit, _beside), strict=True):
        draw(ax, record, tokens)
    return figure


def _curve(ax: Axes, record: VisualReference, theme: Theme) -> None:
    rule(ax, theme, y=0)
    rule(ax, theme, y=1)
    curve(ax, record.z, record.sigmoid, theme.first, 2.6)
    dot(ax, 0, 0.5, theme.first, theme, 7)
    note(ax, 0, 0.5, "σ(0) = ½", theme.first.color, shift=(10, -4))
    note(ax, -7.8, 0.9, "σ(z) = 1 / (1 + e⁻ᶻ)", theme.ink)
    ax.set(xlim=(-8, 8), ylim=(-0.06, 1.08))
    caption(ax, "1  The curve", theme, x="z")


def _derivative(ax: Axes, record: VisualReference, theme: Theme) -> None:
    ax.fill_between(record.z, record.derivative, color=theme.wash)
    curve(ax, record.z, record.derivative, theme.second, 2.4)
    dot(ax, 0, 0.25, theme.second, theme, 7)
    note(ax, 0, 0.25, "largest: ¼ at 0", theme.second.color, shift=(12, 2))
    note(ax, -7.8, 0.225, "σ′(z) = σ(z) σ(−z)", theme.ink)
    ax.set(xlim=(-8, 8), ylim=(0, 0.28))
    caption(ax, "2  The derivative", theme, x="z")


def _symmetry(ax: Axes, record: VisualReference, theme: Theme) -> None:
    curve(ax, record.z, record.sigmoid, theme.first)
    curve(ax, record.z, record.mirrored, theme.third)
    for sign in (-1, 1):
        z = 2.0 * sign
        ax.plot([z, z], [float(functions.sigmoid(z)), float(functions.sigmoid(-z))], color=theme.muted, linewidth=0.9)
        dot(ax, z, float(functions.sigmoid(z)), theme.first, theme)
        dot(ax, z, float(functions.sigmoid(-z)), theme.third, theme)
    note(ax, 8, 1, "σ(z)", theme.first.color, ha="right", shift=(-2, -12))
    note(ax, -8, 1, "σ(−z)", theme.third.color, shift=(2, -12))
    note(ax, 5, 0.5, "σ(z) + σ(−z)\n= 1", theme.ink, ha="center")
    ax.set(xlim=(-8, 8), ylim=(-0.06, 1.08))
    caption(ax, "3  The symmetry", theme, x="z")


def _saturation(ax: Axes, record: VisualReference, theme: Theme) -> None:
    edge = record.flat_from
    for start, end in ((-8, -edge), (edge, 8)):
        ax.axvspan(start, end, color=theme.wash)
    for side in (-edge, edge):
        rule(ax, theme, x=side)
        note(
            ax,
            side,
            0.5,
            typeset(f"{side:+.2f}"),
            theme.muted,
            ha="left" if side < 0 else "right",
            shift=(4 * (1 if side < 0 else -1), 0),
        )
    curve(ax, record.z, record.sigmoid, theme.first)
    note(ax, -(edge + 8) / 2, 0.78, "flat:\nσ′ < 0.01", theme.muted, ha="center")
    note(ax, (edge + 8) / 2, 0.22, "flat:\nσ′ < 0.01", theme.muted, ha="center")
    ax.set(xlim=(-8, 8), ylim=(-0.06, 1.08))
    caption(ax, "4  Saturation", theme, x="z")


def _logit(ax: Axes, record: VisualReference, theme: Theme) -> None:
    curve(ax, record.p, record.logit, theme.first)
    rule(ax, theme, y=0)
    dot(ax, 0.5, 0, theme.first, theme)
    for p in (0.1, 0.9):
        dot(ax, p, float(functions.logit(p)), theme.first, theme, 5)
    note(ax, 0.9, float(functions.logit(0.9)), "odds 9 : 1", theme.muted, ha="right", shift=(-9, 3))
    note(ax, 0.1, float(functions.logit(0.1)), "odds 1 : 9", theme.muted, shift=(9, -3))
    note(ax, 0.03, 6.4, "logit(p) = log(p / (1 − p))", theme.ink)
    ax.set(xlim=(0, 1), ylim=(-7.4, 7.4))
    caption(ax, "5  The inverse: the logit", theme, x="p")


def _beside(ax: Axes, record: VisualReference, theme: Theme) -> None:
    rule(ax, theme, y=0)
    curve(ax, record.z, record.tanh, theme.second, 1.8)
    curve(ax, record.z, record.relu_sixth, theme.third, 1.8)
    curve(ax, record.z, record.sigmoid, theme.first, 2.6)
    note(ax, -7.8, -0.88, "tanh", theme.second.color)
    note(ax, 6.2, 1.14, "ReLU / 6", theme.third.color, ha="right")
    note(ax, -7.8, 0.14, "sigmoid", theme.first.color)
    ax.set(xlim=(-8, 8), ylim=(-1.1, 1.3))
    caption(ax, "6  Compared with tanh and ReLU", theme, x="z")
