"""Sigmoid and tanh: the same curve at another scale, with a derivative four times as high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst import functions
from verhulst.figures.canvas import caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named


@dataclass(frozen=True, eq=False)
class SigmoidVsTanh:
    """Both functions and both derivatives over z, each shape (n,)."""

    z: np.ndarray
    sigmoid: np.ndarray
    tanh: np.ndarray
    sigmoid_derivative: np.ndarray
    tanh_derivative: np.ndarray


def prepare_sigmoid_vs_tanh() -> SigmoidVsTanh:
    """Both on [-6, 6]."""
    z = np.linspace(-6, 6, 481)
    return SigmoidVsTanh(
        z, functions.sigmoid(z), functions.tanh(z), functions.sigmoid_derivative(z), functions.tanh_derivative(z)
    )


def draw_sigmoid_vs_tanh(record: SigmoidVsTanh, *, theme: str | Theme = "light") -> Figure:
    """Functions on the left, derivatives on the right."""
    tokens = theme_named(theme)
    figure = new_figure(9.6, 4.0, tokens)
    left, right = panels(figure, 1, 2, tokens)
    for level in (-1, 0, 1):
        rule(left, tokens, y=level)
    curve(left, record.z, record.tanh, tokens.second)
    curve(left, record.z, record.sigmoid, tokens.first)
    dot(left, 0, 0, tokens.second, tokens)
    dot(left, 0, 0.5, tokens.first, tokens)
    note(left, -5.9, 0.2, "sigmoid: between\n0 and 1, ½ at 0", tokens.first.color)
    note(left, 5.9, -0.62, "tanh: between −1 and 1,\n0 at 0", tokens.second.color, ha="right")
    note(left, 5.9, -0.9, "tanh(z) = 2σ(2z) − 1", tokens.ink, ha="right")
    left.set(xlim=(-6, 6), ylim=(-1.12, 1.12))
    caption(left, "Functions", tokens, x="z")
    curve(right, record.z, record.tanh_derivative, tokens.second)
    curve(right, record.z, record.sigmoid_derivative, tokens.first)
    dot(right, 0, 1, tokens.second, tokens)
    dot(right, 0, 0.25, tokens.first, tokens)
    note(right, 0, 1, "1", tokens.second.color, shift=(9, 3))
    note(right, 0, 0.25, "¼", tokens.first.color, shift=(-4, 11))
    note(right, 1.1, 0.62, "tanh′: steeper,\nand sooner flat", tokens.second.color)
    note(right, 2.6, 0.13, "sigmoid′", tokens.first.color)
    right.set(xlim=(-6, 6), ylim=(0, 1.12))
    caption(right, "Derivatives", tokens, x="z")
    return figure
