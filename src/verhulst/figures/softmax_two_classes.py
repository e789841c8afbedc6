"""Softmax over two classes is the sigmoid of the difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.figures.canvas import caption, curve, dot, new_figure, note, panels
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid, softmax


@dataclass(frozen=True, eq=False)
class SoftmaxTwoClasses:
    """The first softmax probability on a grid of two logits, and along their difference.

    Attributes
    ----------
    axis : values of either logit, shape (m,)
    surface : softmax((z1, z2)) of class 1, shape (m, m), z2 by rows
    difference, first : z1 − z2 of every grid point and its probability, flattened
    largest_gap : the largest |softmax − σ(z1 − z2)| on the grid
    """

    axis: np.ndarray
    surface: np.ndarray
    difference: np.ndarray
    first: np.ndarray
    largest_gap: float


def prepare_softmax_two_classes(points: int = 81) -> SoftmaxTwoClasses:
    """Both logits on [-4, 4]."""
    axis = np.linspace(-4, 4, points)
    one, two = np.meshgrid(axis, axis)
    surface = softmax(np.stack([one, two], axis=-1), axis=-1)[..., 0]
    difference = one - two
    gap = float(np.abs(surface - sigmoid(difference)).max())
    return SoftmaxTwoClasses(axis, surface, difference.ravel(), surface.ravel(), gap)


def draw_softmax_two_classes(record: SoftmaxTwoClasses, *, theme: str | Theme = "light") -> Figure:
    """Contours on the left: straight lines, one per difference. On the right all of them on one curve."""
    tokens = theme_named(theme)
    figure = new_figure(9.6, 4.2, tokens)
    left, right = panels(figure, 1, 2, tokens)
    levels = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]
    lines = left.contour(
        record.axis, record.axis, record.surface, levels=levels, colors=[tokens.first.color], linewidths=1.5
    )
    for text in left.clabel(lines, fmt="%g", fontsize=8.5, colors=[tokens.ink]):
        text.set_bbox({"facecolor": tokens.paper, "edgecolor": "none", "pad": 1})
    left.set_aspect("equal")
    caption(left, "softmax((z₁, z₂))₁", tokens, x="z₁", y="z₂")
    order = np.argsort(record.difference)
    curve(right, record.difference[order], sigmoid(record.difference[order]), tokens.first)
    chosen = np.random.default_rng(2).choice(record.first.size, 40, replace=False)
    dot(right, record.difference[chosen], record.first[chosen], tokens.second, tokens, 5.5)
    note(right, -7.8, 0.93, "line: σ(z₁ − z₂)", tokens.first.color)
    note(right, -7.8, 0.84, "points: softmax, any z₁ and z₂", tokens.second.color)
    note(right, 7.8, 0.06, f"largest gap {record.largest_gap:.0e}".replace("e-", "e−"), tokens.muted, ha="right")
    right.set(xlim=(-8, 8), ylim=(-0.04, 1.04))
    caption(right, "One curve: only the difference counts", tokens, x="z₁ − z₂")
    return figure
