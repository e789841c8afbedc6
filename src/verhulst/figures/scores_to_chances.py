"""Why scores are not turned into chances by dividing, clipping or a straight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.data import load_dataset
from verhulst.figures.canvas import caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid
from verhulst.regression import fit


@dataclass(frozen=True, eq=False)
class ScoresToChances:
    """Four ways from a judge's score to a chance, and what happened to the contestants.

    Attributes
    ----------
    score : (n,), the scores of the curves
    divided, line : (n,), score / 200; the least-squares line
    clipped, sigmoid : (n,), that line cut off at 0 and 1; the fitted sigmoid
    certain_from : the score at which the line reaches 1
    group_score, group_share : mean score and share that advanced, in ten groups of contestants
    """

    score: np.ndarray
    divided: np.ndarray
    line: np.ndarray
    clipped: np.ndarray
    sigmoid: np.ndarray
    certain_from: float
    group_score: np.ndarray
    group_share: np.ndarray


def prepare_scores_to_chances() -> ScoresToChances:
    """The contest of the guide: scores from -50 to 200."""
    table = load_dataset("contest")
    x, y = (np.asarray(table[name], dtype=float) for name in ("score", "advanced"))
    groups = np.array_split(np.argsort(x, kind="stable"), 10)
    score = np.linspace(-50, 200, 251)
    rise, level = np.polyfit(x, y, 1)
    line = level + rise * score
    intercept, slope = fit(x[:, None], y).coefficients
    return ScoresToChances(
        score, score / 200, line, np.clip(line, 0, 1), sigmoid(intercept + slope * score),
        float((1 - level) / rise),
        np.array([x[group].mean() for group in groups]), np.array([y[group].mean() for group in groups]),
    )  # fmt: skip


def draw_scores_to_chances(record: ScoresToChances, *, theme: str | Theme = "light") -> Figure:
    """Dividing and the line on the left, clipping and the sigmoid on the right, over the observed shares."""
    tokens = theme_named(theme)
    figure = new_figure(9.8, 4.2, tokens)
    left, right = panels(figure, 1, 2, tokens)
    for ax in (left, right):
        ax.axhspan(1, 1.4, color=tokens.wash)
        ax.axhspan(-0.4, 0, color=tokens.wash)
        rule(ax, tokens, y=0)
        rule(ax, tokens, y=1)
        dot(ax, record.group_score, record.group_share, tokens.first, tokens)
        ax.set(xlim=(-50, 200), ylim=(-0.34, 1.34))
    curve(left, record.score, record.divided, tokens.fifth)
    curve(left, record.score, record.line, tokens.second)
    note(left, -46, -0.13, "score / 200", tokens.fifth.color, va="top", shift=(60, -6))
    note(left, 115, 1.12, "straight line", tokens.second.color, ha="right")
    note(left, -46, 1.16, "no chance is above 1", tokens.muted)
    note(left, 196, -0.2, "or below 0", tokens.muted, ha="right")
    curve(right, record.score, record.clipped, tokens.second)
    curve(right, record.score, record.sigmoid, tokens.first)
    note(right, 118, 1.12, f"clipped: certain from {record.certain_from:.0f} on", tokens.second.color, ha="center")
    note(right, 130, 0.72, "sigmoid", tokens.first.color, shift=(4, 0))
    note(right, 196, -0.2, "dots: what happened", tokens.first.color, ha="right")
    caption(left, "Dividing and a straight line leave 0 to 1", tokens, x="the judge's score", y="chance to advance")
    caption(right, "Clipping is certain; the sigmoid never is", tokens, x="the judge's score")
    return figure
