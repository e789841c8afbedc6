"""Fits: time and distance from the maximum, in standard errors, for verhulst and its peers.

Every fit is followed by what its user would want next, the covariance matrix, inside the timed call, where the library
can give one. Errors are measured against an optimum computed here, independently: Newton's method in NumPy with
gradients in extended precision. `VERHULST_BENCH=quick python -m benchmarks fit` runs a tenth of the rows.
"""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

import verhulst

SIZES = ((1_000_000, 20), (200_000, 40), (500_000, 100), (50_000, 500))
KINDS = ("iid", "correlated", "rare", "one-hot", "unscaled")


@dataclasses.dataclass(frozen=True)
class Cell:
    """One data set of the grid."""

    kind: str
    X: np.ndarray
    y: np.ndarray


def make(kind: str, n: int, p: int, seed: int = 1) -> Cell:
    """A data set of n rows and p columns.

    iid: standard normal columns. correlated: an AR(0.9) sequence of columns. rare: iid, 0.4 % ones. one-hot: six normal
    columns and dummies of factors whose levels follow Zipf's law. unscaled: correlated, columns shifted by up to 10 of
    their standard deviations, which run from 0.01 to 1000.
    """
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    slopes = rng.standard_normal(p) / np.sqrt(p)
    intercept = -0.5
    if kind in ("correlated", "unscaled"):
        for j in range(1, p):
            X[:, j] *= np.sqrt(1 - 0.9**2)
            X[:, j] += 0.9 * X[:, j - 1]
    if kind == "rare":
        intercept = -6.0
    if kind == "one-hot":
        intercept = -2.0
        factors = max(1, p // 50)
        X[:, 6:] = 0.0
        edges = np.linspace(6, p, factors + 1).astype(int)
        for first, last in itertools.pairwise(edges):
            share = 1.0 / np.arange(1, last - first + 2)
            level = rng.choice(last - first + 1, size=n, p=share / share.sum())
            X[np.flatnonzero(level > 0), first + level[level > 0] - 1] = 1.0
        slopes[6:] = rng.standard_normal(p - 6) * 0.7
    y = (rng.random(n) < verhulst.sigmoid(X @ slopes + intercept)).astype(np.float64)
    if kind == "unscaled":
        scale = 10 ** rng.uniform(-2, 3, p)
        X = (X + rng.uniform(-10, 10, p)) * scale
    return Cell(kind, X, y)


def optimum(cell: Cell, block: int = 8192) -> tuple[np.ndarray, np.ndarray]:
    """(coefficients, covariance), intercept first, by NumPy alone: the gradient in extended precision."""
    centre, scale = cell.X.mean(axis=0), cell.X.std(axis=0)
    q = cell.X.shape[1] + 1
    beta = np.zeros(q, np.longdouble)
    for _ in range(60):
        gradient, information = np.zeros(q, np.longdouble), np.zeros((q, q))
        for start in range(0, len(cell.y), block):
            z = np.ones((len(cell.y[start : start + block]), q))
            z[:, 1:] = (cell.X[start : start + block] - centre) / scale
            probability = 1 / (1 + np.exp(-(z @ beta)))
            gradient += z.T @ (cell.y[start : start + block] - probability)
            weight = (probability * (1 - probability)).astype(float)
            information += z.T @ (z * weight[:, None])
        step = np.linalg.solve(information, gradient.astype(float))
        beta += step
        if gradient.astype(float) @ step < 1e-24:
            break
    else:
        raise RuntimeError("the reference did not converge")
    back = np.eye(q)
    back[1:, 1:] /= scale
    back[0, 1:] = -centre / scale
    return (back.astype(np.longdouble) @ beta).astype(float), back @ np.linalg.inv(information) @ back.T
