"""Vector scaling: a slope and an intercept for each of K classes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.likelihood import maximise
from verhulst.calibration.nearest import nearest_first
from verhulst.calibration.optimum import Optimum, require_converged
from verhulst.calibration.scores import Floats, Labels
from verhulst.data.schema import Check, numbers
from verhulst.regression.statistics import Statistics


class VectorScaling(Calibrator):
    """Vector scaling: softmax(slope ∘ z + intercept) for logits of shape (n, K), by maximum likelihood.

    The first intercept is 0, because adding a number to all scores does not change softmax.

    Parameters
    ----------
    scores : {"logits", "probabilities"}, optional
        The kind of the scores; see `Calibrator`.

    Attributes
    ----------
    slopes_, intercepts_ : ndarray, shape (K,)
    decrement_ : float
        The distance to the maximum in standard errors.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks", section 4.2.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(size=(4000, 3))
    >>> y = (2 * z + [0, 1, -1] + rng.gumbel(size=z.shape)).argmax(axis=1)
    >>> vh.calibration.VectorScaling().fit(z, y).slopes_.round(1)
    array([2.1, 2. , 2. ])
    """

    method: ClassVar[str] = "vector"
    formula: ClassVar[str] = "log-probabilities = log softmax(slope ∘ scores + intercept)"
    right_where: ClassVar[str] = "there are K classes, each miscalibrated differently"
    one_column: ClassVar[bool] = False
    several_classes: ClassVar[bool] = True
    _parameters: ClassVar[Mapping[str, Check]] = {"slopes": numbers("classes"), "intercepts": numbers("classes")}
    slopes_: Floats
    intercepts_: Floats
    decrement_: float

    @classmethod
    def degrees_of_freedom(cls, columns: int = 1) -> int:
        return 2 * columns - 1

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        raise ValueError("VectorScaling takes scores of shape (n, K), K >= 2; for one column use Platt")

    def _fit_classes(self, z: Floats, labels: Labels, weights: Floats | None) -> list[CalibrationWarning]:
        classes = z.shape[1]
        absent = np.flatnonzero(np.bincount(labels, minlength=classes) == 0)
        if len(absent):
            raise ValueError(f"y has no case of class {absent[0]}: every class is needed, or use Temperature")
        if np.isinf(z).any():
            row = int(np.isinf(z).any(axis=1).argmax())
            raise ValueError(f"row {row} contains a probability of 0 or an infinite logit: clip it, or use Temperature")

        def fit(rows: NDArray[np.bool_] | None) -> Optimum:
            some = slice(None) if rows is None else rows
            most = float(np.abs(z[some]).max()) or 1.0
            scale = (float((z[some] / most).std()) or 1.0) * most
            # Slopes of 1, unless the scores are so large that all probabilities would be 0 or 1.
            start = np.concatenate([np.full(classes, scale if scale < 1e3 else 0.0), np.zeros(classes - 1)])
            w = None if weights is None else weights[some]
            found = maximise(partial(_statistics, z[some] / scale, labels[some], w), start, far=rows is None)
            return found.divided(np.concatenate([np.full(classes, scale), np.ones(classes - 1)]))

        optimum = nearest_first(np.abs(z).max(axis=1)[np.newaxis], fit, partial(_pull, z, labels, weights))
        if not optimum.converged:
            raise ValueError(
                "the likelihood has no maximum: some class is separated perfectly; use Temperature, or more data"
            )
        require_converged(optimum)
        self.slopes_ = optimum.coefficients[:classes]
        self.intercepts_ = np.concatenate([[0.0], optimum.coefficients[classes:]])
        self.decrement_ = optimum.decrement
        return []

    def _apply(self, z: Floats) -> Floats:
        return z * self.slopes_ + self.intercepts_


def _statistics(z: Floats, labels: Labels, weights: Floats | None, beta: Floats) -> Statistics:
    """Return the log-likelihood of softmax(slope ∘ z + intercept) and its derivatives.

    Class k has the columns z_k (for its slope) and 1 (for its intercept), so that with D = diag(p) − ppᵀ in each row
    the information is Σ w D∘(zzᵀ), Σ w D∘(z1ᵀ) and Σ w D.
    """
    n = len(z)
    log_p, residual = _residual(z, labels, beta)
    p = np.exp(log_p)
    own = np.arange(n), labels
    w = np.ones(n) if weights is None else weights
    weighted = p * w[:, np.newaxis]
    pz = p * z
    slopes = np.diag((weighted * z * z).sum(axis=0)) - (weighted * z).T @ pz
    crossed = np.diag((weighted * z).sum(axis=0)) - (weighted * z).T @ p
    levels = np.diag(weighted.sum(axis=0)) - weighted.T @ p
    gradient = np.concatenate([w @ (residual * z), (w @ residual)[1:]])
    information = np.block([[slopes, crossed[:, 1:]], [crossed[:, 1:].T, levels[1:, 1:]]])
    # Log-odds of one class against another change by at most twice the largest change of a score.
    widest = 2.0 * float(np.hypot(np.abs(z).max(), 1.0))
    return Statistics(float(w @ log_p[own]), gradient, information, row_norm=widest)


def _residual(z: Floats, labels: Labels, beta: Floats) -> tuple[Floats, Floats]:
    """Return log p and the indicator minus p, both (n, K)."""
    classes = z.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        log_p = log_softmax(z * beta[:classes] + np.concatenate([[0.0], beta[classes:]]), axis=1)
        residual = -np.exp(log_p)
        own = np.arange(len(z)), labels
        residual[own] = -np.expm1(log_p[own])
    return log_p, residual


def _pull(
    z: Floats, labels: Labels, weights: Floats | None, beta: Floats, rows: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return the gradient contributions of some rows, and the derivatives of their log-odds, both (2K − 1, m)."""
    z, residual = z[rows], _residual(z[rows], labels[rows], beta)[1]
    if weights is not None:
        residual *= weights[rows, np.newaxis]
    with np.errstate(over="ignore"):
        gradients = np.concatenate([(residual * z).T, residual[:, 1:].T])
    return gradients, np.concatenate([z.T, np.ones((z.shape[1] - 1, len(z)))])
