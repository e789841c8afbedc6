"""Predicted probabilities, split by what really happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from verhulst.figures.canvas import SMALL, axes_for, caption, figure_of, note
from verhulst.figures.theme import Theme, theme_named


@dataclass(frozen=True)
class ProbabilityByOutcome:
    """Histograms of predicted probabilities, one per outcome; no single row survives in it.

    Attributes
    ----------
    edges : bin edges on [0, 1], one more than bins
    share : for outcome 0 and outcome 1, the share of its cases in each bin (each sums to 1, or is all 0)
    mean : mean prediction of each outcome (nan without cases)
    cases : number of cases of each outcome
    labels : what the outcomes are called
    """

    edges: tuple[float, ...]
    share: tuple[tuple[float, ...], tuple[float, ...]]
    mean: tuple[float, float]
    cases: tuple[int, int]
    labels: tuple[str, str]


def prepare_probability_by_outcome(
    y: ArrayLike, probabilities: ArrayLike, *, labels: tuple[str, str] = ("0", "1"), bins: int = 20
) -> ProbabilityByOutcome:
    """Counts predicted probabilities by outcome.

    Parameters
    ----------
    y : 0 or 1, shape (n,)
    probabilities : of outcome 1, in [0, 1], shape (n,)
    labels : names of outcome 0 and outcome 1
    bins : number of equal bins on [0, 1]

    Raises
    ------
    ValueError
        If lengths differ, y is not 0/1, or a probability lies outside [0, 1].

    Examples
    --------
    >>> from verhulst.figures import prepare_probability_by_outcome
    >>> prepare_probability_by_outcome([0, 1], [0.1, 0.9], bins=2).share
    ((1.0, 0.0), (0.0, 1.0))
    """
    outcome = np.asarray(y)
    p = np.asarray(probabilities, dtype=float)
    if outcome.shape != p.shape or p.ndim != 1:
        raise ValueError(f"y {outcome.shape} and probabilities {p.shape} must be of one length")
    if not np.isin(outcome, (0, 1)).all():
        raise ValueError("y must be 0 or 1")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("probabilities must lie in [0, 1]")
    edges = np.linspace(0, 1, bins + 1)
    share, mean, cases = [], [], []
    for value in (0, 1):
        part = p[outcome == value]
        counts = np.histogram(part, edges)[0]
        share.append(tuple((counts / max(len(part), 1)).tolist()))
        mean.append(float(part.mean()) if len(part) else float("nan"))
        cases.append(len(part))
    return ProbabilityByOutcome(
        tuple(edges.tolist()), (share[0], share[1]), (mean[0], mean[1]), (cases[0], cases[1]), labels
    )


def draw_probability_by_outcome(
    record: ProbabilityByOutcome, *, theme: str | Theme = "light", ax: Axes | None = None
) -> Figure:
    """Outcome 1 above the line, outcome 0 mirrored below it; means as ticks."""
    tokens = theme_named(theme)
    ax = axes_for(ax, tokens, 7.2, 3.2)
    top = max(max(record.share[0]), max(record.share[1]), 1e-9)
    width = record.edges[1] - record.edges[0]
    for outcome, sign, stroke in ((1, 1, tokens.first), (0, -1, tokens.second)):
        heights = sign * np.array(record.share[outcome])
        ax.bar(record.edges[:-1], heights, width=0.92 * width, align="edge", color=stroke.color, alpha=0.9)
        mean = record.mean[outcome]
        if np.isfinite(mean):
            ax.plot([mean, mean], [0, sign * 1.12 * top], color=stroke.color, linewidth=1.4)
            text = f"{record.labels[outcome]}: mean {mean:.2f}, {record.cases[outcome]} cases"
            side = "left" if mean < 0.5 else "right"
            note(
                ax, mean, sign * 1.12 * top, text, stroke.color, ha=side, va="bottom" if sign > 0 else "top",
                shift=(0, 2 * sign),
            )  # fmt: skip
    ax.axhline(0, color=tokens.muted, linewidth=0.9)
    ax.set(xlim=(0, 1), ylim=(-1.32 * top, 1.32 * top))
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0%}")
    ax.tick_params(labelsize=SMALL)
    caption(ax, "Predicted probability, by what happened", tokens, x="predicted probability", y="share of cases")
    return figure_of(ax)
