"""The log-likelihood of a coin's probability, and of its log-odds, each with its parabola."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.figures.canvas import SMALL, caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import log_one_minus_sigmoid, log_sigmoid, logit


@dataclass(frozen=True, eq=False)
class BernoulliLikelihood:
    """`successes` of `trials`, as a function of p and of z = logit p.

    Attributes
    ----------
    p, likelihood : the likelihood over p, relative to its maximum
    p_parabola : the second-order expansion of its logarithm about the maximum, −½ n (p − p̂)²/(p̂(1 − p̂))
    z, log_likelihood : k log σ(z) + (n − k) log σ(−z), relative to its maximum
    parabola : its second-order expansion about the maximum, −½ n p̂(1 − p̂)(z − ẑ)²
    skewness_p, skewness_z : third derivatives of the log-likelihood at the maximum, in units of the standard error
    best_p, best_z : p̂ = k/n and logit p̂
    standard_error : of ẑ, 1/√(n p̂(1 − p̂))
    """

    successes: int
    trials: int
    p: np.ndarray
    likelihood: np.ndarray
    p_parabola: np.ndarray
    z: np.ndarray
    log_likelihood: np.ndarray
    parabola: np.ndarray
    best_p: float
    best_z: float
    standard_error: float
    skewness_p: float
    skewness_z: float


def prepare_bernoulli_likelihood(successes: int = 7, trials: int = 10) -> BernoulliLikelihood:
    """The likelihood of k successes in n trials, 0 < k < n.

    Raises
    ------
    ValueError
        If k is not inside 0 ... n: then the best log-odds are infinite.
    """
    if not 0 < successes < trials:
        raise ValueError(f"{successes} of {trials}: the best log-odds are infinite")
    best = successes / trials
    best_z = float(logit(best))

    def log_likelihood(z: np.ndarray) -> np.ndarray:
        value: np.ndarray = successes * log_sigmoid(z) + (trials - successes) * log_one_minus_sigmoid(z)
        return value

    top = float(log_likelihood(np.array(best_z)))
    p = np.linspace(0.0005, 0.9995, 500)
    z = np.linspace(-3, 5, 401)
    information = trials * best * (1 - best)
    return BernoulliLikelihood(
        successes, trials, p, np.exp(log_likelihood(logit(p)) - top),
        -0.5 * trials * (p - best) ** 2 / (best * (1 - best)), z, log_likelihood(z) - top,
        -0.5 * information * (z - best_z) ** 2, best, best_z, float(information**-0.5),
        2 * (1 - 2 * best) / information**0.5, -(1 - 2 * best) / information**0.5,
    )  # fmt: skip


def draw_bernoulli_likelihood(record: BernoulliLikelihood, *, theme: str | Theme = "light") -> Figure:
    """The same log-likelihood over p on the left and over z on the right, each with the parabola at its maximum."""
    tokens = theme_named(theme)
    figure = new_figure(9.8, 4.0, tokens)
    left, right = panels(figure, 1, 2, tokens)
    over_p = np.log(record.likelihood)
    for ax, x, value, parabola, best in (
        (left, record.p, over_p, record.p_parabola, record.best_p),
        (right, record.z, record.log_likelihood, record.parabola, record.best_z),
    ):
        curve(ax, x, parabola, tokens.second, 1.6)
        curve(ax, x, value, tokens.first)
        dot(ax, best, 0, tokens.first, tokens, 7)
        rule(ax, tokens, y=-1.92)
        ax.set(ylim=(-6.2, 0.9))
    note(left, record.best_p, 0, f"p̂ = {record.best_p:g}", tokens.first.color, ha="center", shift=(0, 13))
    note(left, 0.02, -2.35, "95 % line", tokens.muted)
    note(left, 0.02, 0.45, f"{record.successes} of {record.trials}", tokens.ink)
    note(right, record.best_z, 0, f"ẑ = {record.best_z:.2f}", tokens.first.color, shift=(0, 13), ha="center")
    note(right, 4.95, 0.5, "log-likelihood", tokens.first.color, ha="right")
    note(right, 4.95, -0.2, f"parabola: error {record.standard_error:.2f}", tokens.second.color, ha="right")
    for ax, skewness in ((left, record.skewness_p), (right, record.skewness_z)):
        text = f"third derivative {skewness:+.2f}".replace("-", "−")
        ax.text(0.5, 0.04, text, transform=ax.transAxes, color=tokens.muted, size=SMALL, ha="center")
    left.set(xlim=(0, 1))
    right.set(xlim=(-3, 5))
    caption(left, "Over the probability", tokens, x="p", y="log-likelihood, relative to the best")
    caption(right, "Over the log-odds", tokens, x="z = logit p")
    return figure
