"""Newton's method on a concave log-likelihood: the solver under every parametric map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from verhulst.calibration.scores import Floats


@dataclass(frozen=True)
class Statistics:
    """Log-likelihood, gradient (k,) and information (k, k) at one point: sums, so that those of parts add up."""

    log_likelihood: float
    gradient: Floats
    information: Floats

    def __add__(self, other: Statistics) -> Statistics:
        return Statistics(
            self.log_likelihood + other.log_likelihood,
            self.gradient + other.gradient,
            self.information + other.information,
        )


@dataclass(frozen=True)
class Optimum:
    """The maximum of a likelihood.

    `decrement` is √(gᵀH⁻¹g): the distance to the maximum in standard errors. `converged` is False where the likelihood
    has no maximum at a finite point, or the iterations ran out. `covariance` is H⁻¹, infinite where H is singular.
    """

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    decrement: float
    iterations: int
    converged: bool


# A millionth of a standard error. Rounding may keep the decrement above the tolerance, but not above this.
ENOUGH = 1e-6


def maximise(
    statistics: Callable[[Floats], Statistics], start: Floats, tolerance: float = 1e-9, iterations: int = 100
) -> Optimum:
    """The maximum of a concave log-likelihood, by Newton steps with Armijo's test.

    Stops where the Newton decrement is at most `tolerance`, or below `ENOUGH` and no longer falls.
    Directions in which the likelihood is flat are left.
    """
    beta, here, before = start, statistics(start), np.inf
    for iteration in range(1, iterations + 1):
        step = _solve(here.information, here.gradient)
        decrement = float(np.sqrt(max(float(here.gradient @ step), 0.0)))
        if decrement <= tolerance or (decrement <= ENOUGH and decrement > 0.5 * before):
            return Optimum(beta, inverse(here.information), here.log_likelihood, decrement, iteration, True)
        # Rounding alone may take this much from a sum of log-likelihoods of this size.
        noise = 1e-14 * abs(here.log_likelihood)
        length = 1.0
        for _ in range(80):
            trial = beta + length * step
            there = statistics(trial)
            if there.log_likelihood >= here.log_likelihood + 1e-4 * length * decrement**2 - noise:
                break
            length *= 0.5
        else:
            break
        beta, here, before = trial, there, decrement
    return Optimum(beta, inverse(here.information), here.log_likelihood, decrement, iteration, decrement <= ENOUGH)


def require_converged(optimum: Optimum) -> Optimum:
    """The optimum itself; raises where Newton's method did not reach it."""
    if not optimum.converged:
        raise ValueError(
            f"the likelihood has no maximum that can be reached (after {optimum.iterations} iterations still "
            f"{optimum.decrement:.2g} standard errors away): look for scores that are far from all others"
        )
    return optimum


def inverse(information: Floats) -> Floats:
    """The covariance H⁻¹; infinite where the rows say nothing of some direction."""
    values, vectors, scale = _spectrum(information)
    if values[0] <= SINGULAR:
        return np.full_like(information, np.inf)
    covariance: Floats = (vectors / values) @ vectors.T / np.outer(scale, scale)
    return covariance


# Eigenvalues of the information, scaled to a unit diagonal, below this are rounding: 500 times the spacing at 1.
SINGULAR = 1e-13


def _spectrum(information: Floats) -> tuple[Floats, Floats, Floats]:
    scale = np.sqrt(np.maximum(np.diag(information), 0.0))
    scale = np.where(scale > 0.0, scale, 1.0)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    return values, vectors, scale


def _solve(information: Floats, gradient: Floats) -> Floats:
    values, vectors, scale = _spectrum(information)
    known = values > SINGULAR
    step: Floats = vectors[:, known] @ ((vectors[:, known].T @ (gradient / scale)) / values[known]) / scale
    return step
