"""Rows held in arrays, centred and scaled while they are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import verhulst
from verhulst.regression.statistics import Matrix, Statistics, Vector


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a design in memory, seen through the standardisation z = (x − centre)·inverse_scale.

    Attributes
    ----------
    X : (n, p) float64 or float32, any memory order; never copied
    y : (n,) in [0, 1]
    weight, offset : (n,) or None (ones, zeros)
    centre, inverse_scale : (p,); a column whose inverse_scale is 0 takes no part
    intercept : whether a column of ones stands first
    """

    X: Matrix
    y: Vector
    weight: Vector | None
    offset: Vector | None
    centre: Vector
    inverse_scale: Vector
    intercept: bool

    @property
    def size(self) -> int:
        """q: how many coefficients there are."""
        return self.X.shape[1] + self.intercept

    def standardised(self, start: int, stop: int) -> Matrix:
        """Rows start..stop of the standardised design, intercept column first, as a new (stop − start, q) array."""
        z = np.empty((stop - start, self.size))
        if self.intercept:
            z[:, 0] = 1.0
        np.subtract(self.X[start:stop], self.centre, out=z[:, int(self.intercept) :])
        z[:, int(self.intercept) :] *= self.inverse_scale
        return z

    def statistics(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        """Statistics at `beta` (q,), which belongs to the standardised columns; so does `direction`."""
        z = self.standardised(0, len(self.y))
        eta = z @ beta + (0.0 if self.offset is None else self.offset)
        w = np.ones_like(self.y) if self.weight is None else self.weight
        residual = w * (self.y * verhulst.sigmoid(-eta) - (1 - self.y) * verhulst.sigmoid(eta))
        margin = None
        if direction is not None:
            m = z @ direction
            m = np.where(self.y == 1, m, np.where(self.y == 0, -m, -np.abs(m)))[w > 0]
            margin = (float(m.min()), float(m.max()))
        loss = np.where(eta >= 0, 1 - self.y, self.y) * np.abs(eta) + np.log1p(np.exp(-np.abs(eta)))
        return Statistics(
            -float(np.sum(w * loss)),
            z.T @ residual,
            z.T @ (z * (w * verhulst.sigmoid_derivative(eta))[:, None]) if information else None,
            float(np.sqrt(np.max(np.sum(z**2, axis=1)[w > 0], initial=0.0))),
            margin,
        )

    def gram(self) -> Matrix:
        """Σ wᵢ zᵢ zᵢᵀ: tells collinear columns from flat likelihoods, whatever β."""
        z = self.standardised(0, len(self.y))
        return z.T @ (z if self.weight is None else z * self.weight[:, None])
