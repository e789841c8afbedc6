"""Separated data have no best slope: the likelihood increases without end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.figures.canvas import caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid, sigmoid_derivative, softplus


@dataclass(frozen=True, eq=False)
class Separation:
    """Two small data sets through the origin, and their log-likelihoods over the slope (the intercept is 0).

    Attributes
    ----------
    x, y : separated data
    overlapping : labels that make the same x overlap
    slope : slopes, on a log scale
    separated, overlapped : log-likelihood of each
    firth : of the separated data, with half the log-determinant of the information added (Firth, 1993)
    best_overlapped, best_firth : where the two that have a maximum have it
    """

    x: np.ndarray
    y: np.ndarray
    overlapping: np.ndarray
    slope: np.ndarray
    separated: np.ndarray
    overlapped: np.ndarray
    firth: np.ndarray
    best_overlapped: float
    best_firth: float


def prepare_separation() -> Separation:
    """Eight points, symmetric about 0."""
    x = np.array([-3.0, -2.2, -1.5, -0.6, 0.6, 1.5, 2.2, 3.0])
    y = (x > 0).astype(float)
    overlapping = np.array([0.0, 0, 1, 0, 1, 0, 1, 1])
    slope = np.geomspace(0.05, 100, 400)

    def log_likelihood(labels: np.ndarray) -> np.ndarray:
        value: np.ndarray = -softplus(-(2 * labels - 1) * slope[:, None] * x).sum(axis=1)
        return value

    separated, overlapped = log_likelihood(y), log_likelihood(overlapping)
    weight = sigmoid_derivative(slope[:, None] * x)
    # With an intercept of 0 the information is diagonal: Σw and Σwx².
    firth = separated + 0.5 * np.log(weight.sum(axis=1) * (weight * x**2).sum(axis=1))
    return Separation(
        x,
        y,
        overlapping,
        slope,
        separated,
        overlapped,
        firth,
        float(slope[overlapped.argmax()]),
        float(slope[firth.argmax()]),
    )


def draw_separation(record: Separation, *, theme: str | Theme = "light") -> Figure:
    """Ever steeper curves on the left, the likelihood on the right."""
    tokens = theme_named(theme)
    figure = new_figure(10.6, 4.0, tokens)
    left, right = panels(figure, 1, 2, tokens)
    z = np.linspace(-3.6, 3.6, 721)
    for slope, width in ((0.7, 1.0), (2.0, 1.4), (6.0, 1.8), (30.0, 2.4)):
        curve(left, z, sigmoid(slope * z), tokens.first, width, alpha=0.45 + 0.55 * (slope == 30))
    for value, stroke in ((0, tokens.second), (1, tokens.third)):
        chosen = record.y == value
        dot(left, record.x[chosen], record.y[chosen], stroke, tokens, 8)
    note(left, 0.7, 0.3, "slope 0.7, 2, 6, 30:\nalways a better fit", tokens.first.color)
    left.set(xlim=(-3.6, 3.6), ylim=(-0.07, 1.07))
    caption(left, "Separated data", tokens, x="x", y="probability")
    right.set_xscale("log")
    rule(right, tokens, y=0)
    curve(right, record.slope, record.overlapped, tokens.third)
    curve(right, record.slope, record.firth, tokens.second)
    curve(right, record.slope, record.separated, tokens.first)
    dot(right, record.best_overlapped, float(record.overlapped.max()), tokens.third, tokens, 7)
    dot(right, record.best_firth, float(record.firth.max()), tokens.second, tokens, 7)
    note(right, 0.06, -6.2, f"overlapping:\nbest slope {record.best_overlapped:.2f}", tokens.third.color)
    note(right, 0.06, 0.7, f"separated, with Firth's penalty: best slope {record.best_firth:.2f}", tokens.second.color)
    note(right, 95, -0.4, "separated: rises to 0,\nnever gets there", tokens.first.color, ha="right", va="top")
    right.set(xlim=(0.05, 100), ylim=(-9, 1.4))
    right.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    caption(right, "Log-likelihood", tokens, x="slope")
    return figure
