"""ROC curves before and after rounding, which makes ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from verhulst.figures.canvas import SMALL, axes_for, caption, curve, figure_of, note
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid


@dataclass(frozen=True, eq=False)
class Roc:
    """A ROC curve: rates from (0, 0) to (1, 1), the area under it, and how many distinct scores made it."""

    name: str
    false_positive: np.ndarray
    true_positive: np.ndarray
    area: float
    distinct: int


@dataclass(frozen=True, eq=False)
class Ties:
    """ROC curves of the same scores as logits and as rounded probabilities, and the number of cases."""

    curves: tuple[Roc, ...]
    cases: int


def roc(name: str, scores: np.ndarray, y: np.ndarray) -> Roc:
    """ROC curve with tied scores as one straight step."""
    values, inverse = np.unique(-scores.astype(np.float64), return_inverse=True)
    positive = np.bincount(inverse, weights=y, minlength=len(values))
    negative = np.bincount(inverse, weights=1 - y, minlength=len(values))
    tpr = np.concatenate([[0], np.cumsum(positive) / positive.sum()])
    fpr = np.concatenate([[0], np.cumsum(negative) / negative.sum()])
    return Roc(name, fpr, tpr, float(np.trapezoid(tpr, fpr)), len(values))


def prepare_ties(cases: int = 20_000, seed: int = 4) -> Ties:
    """Prepare the scores of a confident network: logits about 14, those of positives 4 higher."""
    rng = np.random.default_rng(seed)
    y = (rng.random(cases) < 0.3).astype(float)
    logits = rng.normal(13 + 4 * y, 2.5).astype(np.float32)
    scores: dict[str, np.ndarray] = {
        "logits": logits,
        "float32 probabilities": sigmoid(logits),
        "float16 probabilities": sigmoid(logits.astype(np.float16)),
    }
    return Ties(tuple(roc(name, values, y) for name, values in scores.items()), cases)


def draw_ties(record: Ties, *, theme: str | Theme = "light", ax: Axes | None = None) -> Figure:
    """All curves on one square."""
    tokens = theme_named(theme)
    ax = axes_for(ax, tokens, 7.8, 4.6)
    ax.plot([0, 1], [0, 1], color=tokens.rule, linewidth=1.0)
    left = 0.36 if tokens.narrow else 1.05  # there is no room beside the axes of a narrow figure
    # Curves pass behind the words.
    ground: dict[str, Any] = {"facecolor": tokens.paper, "edgecolor": "none", "alpha": 0.8, "pad": 1}
    places = [(left, y) for y in ((0.56, 0.4, 0.24) if tokens.narrow else (0.86, 0.66, 0.46))]
    for item, stroke, (x, y) in zip(record.curves, (tokens.first, tokens.second, tokens.third), places, strict=True):
        curve(ax, item.false_positive, item.true_positive, stroke)
        ax.text(x, y, f"{item.name}: area {item.area:.4f}", color=stroke.color, size=9.5, weight="bold", bbox=ground)
        distinct = f"{item.distinct:,} distinct scores of {record.cases:,}"
        ax.text(x, y - 0.055, distinct, color=tokens.muted, size=SMALL, bbox=ground)
    ax.set(xlim=(0, 1), ylim=(0, 1.01), aspect="auto" if tokens.narrow else "equal")
    note(ax, left, 0.08 if tokens.narrow else 0.3, "Straight stretches are ties.", tokens.muted)
    caption(ax, "ROC before and after rounding", tokens, x="false positive rate", y="true positive rate")
    return figure_of(ax)
