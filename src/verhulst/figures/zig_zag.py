"""With inputs of one sign all weights of a neuron move the same way in a step, so that the path zig-zags."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.figures.canvas import SMALL, caption, dot, new_figure, note, panels
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid, tanh


@dataclass(frozen=True, eq=False)
class Path:
    """The weights of a neuron during training.

    Attributes
    ----------
    name : what its inputs came out of
    weights : shape (steps + 1, 2), from (0, 0)
    same_sign : share of steps in which both weights moved the same way
    distance : length of the path
    """

    name: str
    weights: np.ndarray
    same_sign: float
    distance: float


@dataclass(frozen=True, eq=False)
class ZigZag:
    """Two neurons after the same scores, and the weights that made the labels."""

    paths: tuple[Path, Path]
    target: tuple[float, float]


def train(name: str, inputs: np.ndarray, target: np.ndarray, steps: int, rate: float, rng: np.random.Generator) -> Path:
    """Stochastic gradient descent of the logistic loss, one case a step: dloss/dw = (σ(w·x) − y) x."""
    labels = sigmoid(inputs @ target) > rng.random(len(inputs))
    weights = [np.zeros(2)]
    for x, y in zip(inputs[:steps], labels[:steps], strict=True):
        weights.append(weights[-1] - rate * (sigmoid(weights[-1] @ x) - y) * x)
    path = np.array(weights)
    moves = np.diff(path, axis=0)
    return Path(name, path, float((moves[:, 0] * moves[:, 1] > 0).mean()), float(np.hypot(*moves.T).sum()))


def prepare_zig_zag(steps: int = 150, rate: float = 0.5, seed: int = 1) -> ZigZag:
    """Two inputs out of sigmoids, and out of tanh, of the same scores; the labels want weights of opposite sign."""
    scores = np.random.default_rng(seed).normal(0, 1.5, (steps, 2))
    target = np.array([3.0, -3.0])
    first = train("sigmoid", sigmoid(scores), target, steps, rate, np.random.default_rng(seed + 1))
    second = train("tanh", tanh(scores), target, steps, rate, np.random.default_rng(seed + 1))
    return ZigZag((first, second), (3.0, -3.0))


def draw_zig_zag(record: ZigZag, *, theme: str | Theme = "light") -> Figure:
    """Both paths in the plane of the two weights."""
    tokens = theme_named(theme)
    figure = new_figure(9.6, 4.6, tokens)
    everything = np.concatenate([path.weights for path in record.paths])
    low, high = everything.min(axis=0) - 0.3, everything.max(axis=0) + 0.3
    for ax, path, stroke in zip(panels(figure, 1, 2, tokens), record.paths, (tokens.first, tokens.second), strict=True):
        ax.axhline(0, color=tokens.rule, linewidth=1.0)
        ax.axvline(0, color=tokens.rule, linewidth=1.0)
        ax.plot(*path.weights.T, color=stroke.color, linewidth=1.2)
        ax.plot(*path.weights.T, ".", color=stroke.color, markersize=3)
        start, end = path.weights[0].tolist(), path.weights[-1].tolist()
        dot(ax, start[0], start[1], tokens.third, tokens)
        dot(ax, end[0], end[1], stroke, tokens, 7.5)
        note(ax, start[0], start[1], "start", tokens.third.color, shift=(-7, -9), ha="right", size=SMALL)
        note(ax, end[0], end[1], "end", stroke.color, shift=(9, -11), size=SMALL, weight="bold")
        share = f"{100 * path.same_sign:.0f} % of the steps (one case each)\nmove both weights the same way"
        # The path goes from the upper left to the lower right.
        ax.text(0.98, 0.97, share, transform=ax.transAxes, color=tokens.ink, size=SMALL, ha="right", va="top")
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        caption(ax, f"Inputs out of {path.name}", tokens, x="weight 1", y="weight 2")
    return figure
