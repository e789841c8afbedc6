"""Cross-entropy from logits, and through a probability that was rounded first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst._numbers import typeset
from verhulst.figures.canvas import caption, curve, new_figure, note, panels
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid, softplus


@dataclass(frozen=True, eq=False)
class CrossEntropy:
    """Loss and gradient of one case whose label is 1, over its logit.

    Attributes
    ----------
    z : logits, float64
    loss, gradient : −log σ(z) and |dloss/dz| = σ(−z)
    rounded_loss, rounded_gradient : the same through float32 probabilities, as automatic differentiation takes them;
        inf and nan where they come out so
    clipped_loss : −log of the float64 probability clipped to [1e-15, 1 − 1e-15]
    """

    z: np.ndarray
    loss: np.ndarray
    gradient: np.ndarray
    rounded_loss: np.ndarray
    rounded_gradient: np.ndarray
    clipped_loss: np.ndarray


def prepare_cross_entropy() -> CrossEntropy:
    """Logits on [-120, 40]."""
    z = np.linspace(-120, 40, 1601)
    with np.errstate(all="ignore"):
        p = sigmoid(z.astype(np.float32))
        rounded_loss = -np.log(p)
        # The chain rule through p: (−1/p) · p(1 − p), every step in float32.
        rounded_gradient = np.abs((-1 / p) * (p * (1 - p)))
    clipped = -np.log(np.clip(sigmoid(z), 1e-15, 1 - 1e-15))
    return CrossEntropy(z, softplus(-z), sigmoid(-z), rounded_loss, rounded_gradient, clipped)


def draw_cross_entropy(record: CrossEntropy, *, theme: str | Theme = "light") -> Figure:
    """The loss on the left, the size of the gradient on a log axis on the right."""
    tokens = theme_named(theme)
    figure = new_figure(11.0, 4.0, tokens)
    left, right = panels(figure, 1, 2, tokens)
    curve(left, record.z, record.clipped_loss, tokens.third, 1.8)
    curve(left, record.z, np.where(np.isfinite(record.rounded_loss), record.rounded_loss, np.nan), tokens.second, 5.5)
    curve(left, record.z, record.loss, tokens.first, 1.8)
    last = record.z[np.isfinite(record.rounded_loss)].min()
    left.plot([last], [-last], "x", color=tokens.second.color, markersize=9, markeredgewidth=2)
    note(
        left,
        last,
        -last,
        f"float32 probability: ∞ from {typeset(f'{last:.0f}')}",
        tokens.second.color,
        shift=(10, 4),
    )
    note(left, -118, 31, "p clipped at 1e−15:\nstuck at 34.5", tokens.third.color, va="top")
    note(left, -40, 52, "from the logit", tokens.first.color)
    left.set(xlim=(-120, 40), ylim=(-4, 126))
    caption(left, "Loss of a case with label 1", tokens, x="logit z")
    right.set_yscale("log")
    drawn = np.where(record.rounded_gradient > 0, record.rounded_gradient, np.nan)
    curve(right, record.z, drawn, tokens.second, 5.5)
    curve(right, record.z, record.gradient, tokens.first, 1.8)
    zero_from = record.z[(record.rounded_gradient == 0) & (record.z > 0)].min()
    right.plot(
        [zero_from], [float(sigmoid(-zero_from))], "x", color=tokens.second.color, markersize=9, markeredgewidth=2
    )
    note(
        right,
        zero_from,
        float(sigmoid(-zero_from)),
        f"through float32 p:\n0 from {zero_from:.1f}",
        tokens.second.color,
        ha="right",
        shift=(-10, -6),
    )
    note(right, 30, 3e-12, "from the logit", tokens.first.color, ha="left", shift=(-30, 18))
    right.set(xlim=(-20, 40), ylim=(1e-18, 10))
    caption(right, "Size of its gradient", tokens, x="logit z")
    return figure
