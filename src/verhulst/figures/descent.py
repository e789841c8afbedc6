"""Gradient descent and Newton's method on the cross-entropy of the contest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.data import load_dataset
from verhulst.figures.canvas import SMALL, caption, curve, dot, new_figure, note, panels
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid, sigmoid_derivative
from verhulst.losses import binary_cross_entropy

START = (0.9, 0.0)  # intercept and slope: off the straight way, so that the walks differ


@dataclass(frozen=True, eq=False)
class Walk:
    """Parameters (intercept, slope) after each step, shape (steps + 1, 2), and the mean cross-entropy at each."""

    name: str
    points: np.ndarray
    loss: np.ndarray


@dataclass(frozen=True, eq=False)
class Descent:
    """Two walks from one start, and the loss on a grid of intercepts and slopes."""

    walks: tuple[Walk, Walk]
    intercepts: np.ndarray
    slopes: np.ndarray
    grid: np.ndarray
    least: float


def walk(name: str, x: np.ndarray, y: np.ndarray, steps: int, rate: float | None) -> Walk:
    """Minimise the mean of softplus(z) - yz, z = Xb: by gradient steps of a rate, or by Newton's for None."""
    points, losses = [np.array(START)], []
    for _ in range(steps + 1):
        z = x @ points[-1]
        losses.append(float(binary_cross_entropy(z, y).mean()))
        gradient = x.T @ (sigmoid(z) - y) / len(y)
        if rate is None:
            step = np.linalg.solve(x.T @ (sigmoid_derivative(z)[:, None] * x) / len(y), gradient)
        else:
            step = rate * gradient
        points.append(points[-1] - step)
    return Walk(name, np.array(points[:-1]), np.array(losses))


def prepare_descent(steps: int = 40, rate: float = 1.0) -> Descent:
    """The contest of the guide with its score standardised: intercept and slope, 40 gradient steps, 8 of Newton's."""
    table = load_dataset("contest")
    score, y = (np.asarray(table[name], dtype=float) for name in ("score", "advanced"))
    x = np.column_stack([np.ones(len(y)), (score - score.mean()) / score.std()])
    walks = (walk("gradient descent", x, y, steps, rate), walk("Newton's method", x, y, 8, None))
    intercepts, slopes = np.linspace(-1.3, 1.0, 60), np.linspace(-0.3, 3.4, 80)
    z = intercepts[:, None, None] + slopes[None, :, None] * x[:, 1]
    return Descent(walks, intercepts, slopes, binary_cross_entropy(z, y).mean(axis=2), float(walks[1].loss[-1]))


def draw_descent(record: Descent, *, theme: str | Theme = "light") -> Figure:
    """Both walks over the contours of the loss, and the distance from the least loss by step."""
    tokens = theme_named(theme)
    figure = new_figure(9.8, 4.4, tokens)
    left, right = panels(figure, 1, 2, tokens)
    levels = record.least + np.array([0.002, 0.01, 0.03, 0.07, 0.13, 0.2, 0.3, 0.45])
    left.contour(record.slopes, record.intercepts, record.grid, levels=levels, colors=tokens.muted, linewidths=0.7)
    right.set_yscale("log")
    for one, stroke in zip(record.walks, (tokens.first, tokens.second), strict=True):
        left.plot(*one.points.T[::-1], color=stroke.color, linewidth=1.4, marker=".", markersize=6)
        gap = one.loss - record.least
        shown = gap > 1e-14
        steps = np.arange(len(gap))[shown]
        curve(right, steps, gap[shown], stroke, marker=".", markersize=6)
        near = len(steps) > 9
        place = {"shift": (-4, -16), "ha": "right"} if near else {"shift": (8, 8), "ha": "left"}
        note(right, float(steps[-1]), float(gap[shown][-1]), one.name, stroke.color, **place)
    intercept, slope = (float(value) for value in record.walks[1].points[-1])
    dot(left, slope, intercept, tokens.third, tokens, 8)
    note(left, slope, intercept, "least loss", tokens.third.color, shift=(0, -16), ha="center")
    note(left, START[1], START[0], "start", tokens.ink, shift=(7, 5), size=SMALL)
    caption(left, "Two ways down", tokens, x="slope, standardised score", y="intercept")
    caption(right, "How far above the least loss", tokens, x="step", y="mean cross-entropy minus least")
    return figure
