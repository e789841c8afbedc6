"""The family of activations, each with its derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from verhulst import functions
from verhulst.figures.canvas import SMALL, caption, curve, new_figure, panels, rule
from verhulst.figures.theme import Theme, theme_named


@dataclass(frozen=True, eq=False)
class Activation:
    """One activation over z: its name, values and derivatives, and the largest derivative anywhere."""

    name: str
    z: np.ndarray
    value: np.ndarray
    derivative: np.ndarray
    largest: float


@dataclass(frozen=True, eq=False)
class Activations:
    """The members of the family in the order in which they are drawn."""

    members: tuple[Activation, ...]


NAMES = {
    "sigmoid": "sigmoid", "hard sigmoid": "hard_sigmoid", "tanh": "tanh", "softplus": "softplus", "ReLU": "relu",
    "leaky ReLU": "leaky_relu", "ELU": "elu", "SiLU": "silu", "GELU": "gelu",
}  # fmt: skip


def prepare_activations() -> Activations:
    """Every scalar activation on [-5, 5]; softmax is shown as the first of two classes, the other's logit at 0."""
    z = np.linspace(-5, 5, 401)
    members = []
    for shown, name in NAMES.items():
        f: Callable[[np.ndarray], Any] = getattr(functions, name)
        derivative = functions.sigmoid if name == "softplus" else getattr(functions, f"{name}_derivative")
        slope = derivative(z)
        everywhere = derivative(np.linspace(-40, 40, 16001))
        members.append(Activation(shown, z, f(z), slope, float(everywhere.max())))
    pair = functions.softmax(np.stack([z, np.zeros_like(z)]), axis=0)
    members.append(Activation("softmax of (z, 0)", z, pair[0], pair[0] * pair[1], float((pair[0] * pair[1]).max())))
    return Activations(tuple(members))


def draw_activations(record: Activations, *, theme: str | Theme = "light") -> Figure:
    """One small panel each: the function strong, the derivative light."""
    tokens = theme_named(theme)
    figure = new_figure(12.0, 5.2, tokens)
    for k, (ax, member) in enumerate(zip(panels(figure, 2, 5, tokens), record.members, strict=True)):
        rule(ax, tokens, y=0)
        curve(ax, member.z, member.derivative, tokens.second, 1.6)
        curve(ax, member.z, member.value, tokens.first, 2.4)
        ax.set(xlim=(-5, 5), ylim=(-1.25, 2.25), xticks=(-4, -2, 0, 2, 4), yticks=(-1, 0, 1, 2))
        caption(ax, member.name, tokens)
        ax.text(
            0.97,
            0.05,
            f"largest slope {member.largest:.3g}",
            transform=ax.transAxes,
            color=tokens.second.color,
            size=SMALL,
            ha="right",
        )
        if k == 0:
            ax.text(
                0.97,
                0.66,
                "function",
                transform=ax.transAxes,
                color=tokens.first.color,
                size=SMALL,
                ha="right",
                va="bottom",
            )
            ax.text(
                0.97,
                0.4,
                "derivative",
                transform=ax.transAxes,
                color=tokens.second.color,
                size=SMALL,
                ha="right",
                va="bottom",
            )
    return figure
