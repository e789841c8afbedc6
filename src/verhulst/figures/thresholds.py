"""A threshold on the score: four counts, and the ROC curve of all thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.data import load_dataset
from verhulst.figures.canvas import SMALL, caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named
from verhulst.figures.ties import Roc, roc
from verhulst.regression import fit


@dataclass(frozen=True, eq=False)
class Confusion:
    """The four counts at a threshold on z: predicted 1 where z is at or above it."""

    threshold: float
    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int

    @property
    def true_positive_rate(self) -> float:
        """Of the cases that are 1, the share that was predicted 1."""
        return self.true_positives / (self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> float:
        """Of the cases that are 0, the share that was predicted 1."""
        return self.false_positives / (self.false_positives + self.true_negatives)


@dataclass(frozen=True, eq=False)
class Thresholds:
    """Log-odds and outcomes of the contest, its ROC curve, and the counts at three thresholds."""

    z: np.ndarray
    y: np.ndarray
    roc: Roc
    confusions: tuple[Confusion, ...]


def confusion(z: np.ndarray, y: np.ndarray, threshold: float) -> Confusion:
    """Count the four kinds of cases."""
    said, true = z >= threshold, y == 1
    return Confusion(
        threshold, int((said & true).sum()), int((said & ~true).sum()), int((~said & ~true).sum()),
        int((~said & true).sum()),
    )  # fmt: skip


def prepare_thresholds(thresholds: tuple[float, ...] = (-1.0, 0.0, 1.0)) -> Thresholds:
    """The contest of the guide, scored by a logistic regression on all its columns."""
    table = load_dataset("contest")
    x = np.column_stack([np.asarray(table[name], dtype=float) for name in ("score", "years", "before")])
    y = np.asarray(table["advanced"], dtype=float)
    coefficients = fit(x, y).coefficients
    z = coefficients[0] + x @ coefficients[1:]
    return Thresholds(z, y, roc("log-odds", z, y), tuple(confusion(z, y, t) for t in thresholds))


def draw_thresholds(record: Thresholds, *, theme: str | Theme = "light") -> Figure:
    """Both classes over z with the middle threshold on the left, the ROC curve on the right."""
    tokens = theme_named(theme)
    figure = new_figure(9.8, 4.4, tokens)
    left, right = panels(figure, 1, 2, tokens)
    edges = np.arange(-6.0, 6.5, 0.5)
    for value, sign, stroke, name in ((1, 1, tokens.first, "advanced"), (0, -1, tokens.second, "did not")):
        counts, _ = np.histogram(record.z[record.y == value], edges)
        left.bar(edges[:-1], sign * counts, 0.46, align="edge", color=stroke.color)
        note(left, -5.9, sign * 27, name, stroke.color)
    middle = record.confusions[len(record.confusions) // 2]
    left.axvline(middle.threshold, color=tokens.ink, linewidth=1.4)
    left.axhline(0, color=tokens.rule, linewidth=1.0)
    for x, y, ha, text in (
        (5.9, 40, "right", f"{middle.true_positives} true positives"),
        (-5.9, 40, "left", f"{middle.false_negatives} false negatives"),
        (5.9, -40, "right", f"{middle.false_positives} false positives"),
        (-5.9, -40, "left", f"{middle.true_negatives} true negatives"),
    ):
        note(left, x, y, text, tokens.ink, ha=ha, size=SMALL)
    left.set(xlim=(-6, 6), ylim=(-46, 46), yticks=[])
    caption(left, "The threshold z = 0 makes four kinds of cases", tokens, x="z, the log-odds")
    right.plot([0, 1], [0, 1], color=tokens.rule, linewidth=1.0)
    curve(right, record.roc.false_positive, record.roc.true_positive, tokens.first)
    for one in record.confusions:
        at = one.false_positive_rate, one.true_positive_rate
        dot(right, *at, tokens.third, tokens, 7.5)
        note(right, *at, f"z = {one.threshold:g}".replace("-", "−"), tokens.third.color, shift=(9, -8))
    note(right, 0.98, 0.06, f"area {record.roc.area:.3f}", tokens.first.color, ha="right")
    rule(right, tokens, y=1)
    right.set(xlim=(0, 1), ylim=(0, 1.02))
    caption(
        right, "Every threshold is a point of the ROC curve", tokens, x="false positive rate", y="true positive rate"
    )
    return figure
