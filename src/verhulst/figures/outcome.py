"""Predicted probabilities, split by the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._numbers import count
from verhulst._options import checks_options, require_counts
from verhulst.calibration.arrays import as_numbers
from verhulst.figures.canvas import SMALL, axes_for, caption, figure_of, literal, note
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions._row_order import require_one_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ProbabilityByOutcome:
    """Histograms of predicted probabilities, one per outcome, without individual rows.

    Attributes
    ----------
    edges : tuple of float
        Bin edges on [0, 1], one more than bins.
    share : tuple of two tuples of float
        For outcomes 0 and 1, the share of the cases in each bin (summing to 1, or all 0).
    mean, median : tuple of two floats
        The mean and median prediction for each outcome (nan without cases).
    cases : tuple of two floats
        The number of cases with each outcome, the sum of their weights.
    labels : tuple of two str
        The names of the outcomes.
    """

    edges: tuple[float, ...]
    share: tuple[tuple[float, ...], tuple[float, ...]]
    mean: tuple[float, float]
    median: tuple[float, float]
    cases: tuple[float, float]
    labels: tuple[str, str]


@checks_options
def prepare_probability_by_outcome(
    y: ArrayLike,
    probabilities: ArrayLike,
    *,
    labels: tuple[str, str] = ("0", "1"),
    bins: int = 20,
    sample_weight: ArrayLike | None = None,
) -> ProbabilityByOutcome:
    """Prepare histograms of predicted probabilities by outcome.

    Parameters
    ----------
    y : array_like, shape (n,)
        The outcomes, 0 or 1.
    probabilities : array_like, shape (n,)
        The predicted probabilities of outcome 1, in [0, 1].
    labels : tuple of two str
        The names of outcome 0 and outcome 1.
    bins : int
        The number of equal bins on [0, 1].
    sample_weight : array_like, shape (n,), optional
        Counts of cases.

    Returns
    -------
    ProbabilityByOutcome
        The record that `draw_probability_by_outcome` draws.

    Raises
    ------
    ValueError
        If lengths differ, y is not 0/1, a probability lies outside [0, 1], or a weight is negative.

    Examples
    --------
    >>> from verhulst.figures import prepare_probability_by_outcome
    >>> prepare_probability_by_outcome([0, 1], [0.1, 0.9], bins=2).share
    ((1.0, 0.0), (0.0, 1.0))
    """
    require_counts(bins=(bins, 1))
    require_one_order(y=y, probabilities=probabilities, sample_weight=sample_weight)
    outcome = as_numbers(y, "y")
    p = as_numbers(probabilities, "probabilities")
    w = np.ones(p.shape) if sample_weight is None else as_numbers(sample_weight, "sample_weight")
    if not outcome.shape == p.shape == w.shape or p.ndim != 1:
        raise ValueError(f"y {outcome.shape}, probabilities {p.shape} and weights {w.shape} must have the same length")
    if not np.isin(outcome, (0, 1)).all():
        raise ValueError("y must be 0 or 1")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("probabilities must lie in [0, 1]")
    if not (w >= 0).all():
        raise ValueError("weights must not be negative")
    edges = np.linspace(0, 1, bins + 1)
    (share0, *zero), (share1, *one) = (_one_outcome(p[outcome == k], w[outcome == k], edges) for k in (0, 1))
    mean, median, cases = ((zero[k], one[k]) for k in range(3))
    return ProbabilityByOutcome(tuple(edges.tolist()), (share0, share1), mean, median, cases, labels)


def _one_outcome(p: Floats, w: Floats, edges: Floats) -> tuple[tuple[float, ...], float, float, float]:
    """Return shares of the bins, mean, median and number of the cases with one outcome."""
    total = float(w.sum())
    share = tuple((np.histogram(p, edges, weights=w)[0] / (total or 1.0)).tolist())
    if not total:
        return share, np.nan, np.nan, total
    order = np.argsort(p)
    middle = np.searchsorted(np.cumsum(w[order]), 0.5 * total)
    return share, float(w @ p / total), float(p[order[middle]]), total


@checks_options
def draw_probability_by_outcome(
    record: ProbabilityByOutcome, *, theme: str | Theme = "light", ax: Axes | None = None
) -> Figure:
    """Draw outcome 1 above a line and outcome 0 mirrored below it, with means as ticks.

    Parameters
    ----------
    record : ProbabilityByOutcome
        The histograms.
    theme : str or Theme
        The theme.
    ax : matplotlib.axes.Axes, optional
        The axes to draw into; by default those of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, not registered with pyplot.
    """
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
            text = f"{literal(record.labels[outcome])}: mean {mean:.2f}, {count(record.cases[outcome])} cases"
            side = "left" if mean < 0.5 else "right"
            note(
                ax, mean, sign * 1.12 * top, text, stroke.color, ha=side, va="bottom" if sign > 0 else "top",
                shift=(0, 2 * sign),
            )  # fmt: skip
    ax.axhline(0, color=tokens.muted, linewidth=0.9)
    ax.set(xlim=(0, 1), ylim=(-1.32 * top, 1.32 * top))
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0%}")
    ax.tick_params(labelsize=SMALL)
    caption(ax, "Predicted probability, by outcome", tokens, x="predicted probability", y="share of cases")
    return figure_of(ax)
