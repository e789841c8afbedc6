"""Corrections of Firth's estimate whose probabilities have the mean of y: FLIC and FLAC (see `fit_firth`)."""

from __future__ import annotations

import numpy as np

from verhulst.regression.jeffreys import JeffreysLikelihood, Point
from verhulst.regression.newton import newton
from verhulst.regression.rows import Rows
from verhulst.regression.start import null_intercept
from verhulst.regression.statistics import Vector


def flic(likelihood: JeffreysLikelihood, beta: Vector) -> float:
    """Return what to add to the intercept to make the mean probability that of y, as in maximum likelihood."""
    pieces = list(likelihood.pieces)
    y, weight = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("y", "weight"))
    eta = np.concatenate([piece.z @ beta + piece.offset for piece in pieces])
    return null_intercept(y, weight, eta)


def flac(likelihood: JeffreysLikelihood, point: Point, beta: Vector, tolerance: float) -> Vector:
    """Return the maximum likelihood estimate with pseudo-observations y = ½ of weight 2τh, marked by a column of 1."""
    pieces = list(likelihood.pieces)
    n, q = sum(len(piece.y) for piece in pieces), len(beta)
    z = np.concatenate([piece.z for piece in pieces])
    offset = np.concatenate([piece.offset for piece in pieces])
    leverage = point.leverage[likelihood.rows.counted]
    joined = Rows(
        np.column_stack([np.concatenate([z, z]), np.repeat([0.0, 1.0], n)]),
        np.concatenate([*(piece.y for piece in pieces), np.full(n, 0.5)]),
        np.concatenate([*(piece.weight for piece in pieces), 2 * likelihood.tau * leverage]),
        np.concatenate([offset, offset]),
        np.zeros(q + 1),
        np.ones(q + 1),
        False,
    )
    return newton(joined.statistics, np.append(beta, 0.0), tolerance=tolerance).beta[:-1]
