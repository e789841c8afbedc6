"""The likelihood of a coin's probability, and of its log-odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.figures.canvas import caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import log_one_minus_sigmoid, log_sigmoid, logit


@dataclass(frozen=True, eq=False)
class BernoulliLikelihood:
    """`successes` of `trials`, as a function of p and of z = logit p.

    Attributes
    ----------
    p, likelihood : the likelihood over p, relative to its maximum
    z, log_likelihood : k log σ(z) + (n − k) log σ(−z), relative to its maximum
    parabola : its second-order expansion about the maximum, −½ n p̂(1 − p̂)(z − ẑ)²
    best_p, best_z : p̂ = k/n and logit p̂
    standard_error : of ẑ, 1/√(n p̂(1 − p̂))
    """

    successes: int
    trials: int
    p: np.ndarray
    likelihood: np.ndarray
    z: np.ndarray
    log_likelihood: np.ndarray
    parabola: np.ndarray
    best_p: float
    best_z: float
    standard_error: float


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
        successes, trials, p, np.exp(log_likelihood(logit(p)) - top), z, log_likelihood(z) - top,
        -0.5 * information * (z - best_z) ** 2, best, best_z, float(information**-0.5),
    )  # fmt: skip


def draw_bernoulli_likelihood(record: BernoulliLikelihood, *, theme: str | Theme = "light") -> Figure:
    """Likelihood over p on the left, log-likelihood over log-odds on the right."""
    tokens = theme_named(theme)
    figure = new_figure(9.8, 4.0, tokens)
    left, right = panels(figure, 1, 2, tokens)
    left.fill_between(record.p, record.likelihood, color=tokens.wash)
    curve(left, record.p, record.likelihood, tokens.first)
    dot(left, record.best_p, 1, tokens.first, tokens, 7)
    rule(left, tokens, x=record.best_p)
    note(left, record.best_p, 1, f"p̂ = {record.best_p:g}", tokens.first.color, ha="right", shift=(-10, 2))
    note(left, 0.03, 0.86, f"{record.successes} of {record.trials}", tokens.ink)
    left.set(xlim=(0, 1), ylim=(0, 1.08))
    caption(left, "Likelihood of a probability", tokens, x="p", y="relative to the best")
    curve(right, record.z, record.parabola, tokens.second, 1.6)
    curve(right, record.z, record.log_likelihood, tokens.first)
    dot(right, record.best_z, 0, tokens.first, tokens, 7)
    note(right, record.best_z, 0, f"ẑ = {record.best_z:.2f}", tokens.first.color, shift=(0, 13), ha="center")
    rule(right, tokens, y=-1.92)
    note(right, 4.95, -1.92, "95 % line", tokens.muted, ha="right", va="bottom", shift=(0, 3))
    note(right, 4.95, 0.5, "log-likelihood: concave", tokens.first.color, ha="right")
    note(right, 4.95, -0.2, f"parabola: error {record.standard_error:.2f}", tokens.second.color, ha="right")
    right.set(xlim=(-3, 5), ylim=(-8.2, 0.9))
    caption(right, "Log-likelihood of a log-odds", tokens, x="z = logit p")
    return figure
