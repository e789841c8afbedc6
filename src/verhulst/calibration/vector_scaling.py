"""Vector scaling: a slope and an intercept for each of K classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.likelihood import maximise
from verhulst.calibration.nearest import nearest_first
from verhulst.calibration.optimum import Optimum, require_converged
from verhulst.calibration.scores import Floats, Labels
from verhulst.data.schema import Check, numbers
from verhulst.functions import log_softmax
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
            return _fitted(z[some], labels[some], None if weights is None else weights[some], far=rows is None)

        optimum = nearest_first(np.abs(z).max(axis=1)[np.newaxis], fit, partial(_pull, z, labels, weights))
        if not optimum.converged:
            raise ValueError(
                "the likelihood has no maximum that can be found: some class is separated perfectly, or scores are far "
                "from all others; use Temperature, or more data"
            )
        require_converged(optimum)
        self.slopes_ = optimum.coefficients[0] + np.concatenate([[0.0], optimum.coefficients[1:classes]])
        self.intercepts_ = np.concatenate([[0.0], optimum.coefficients[classes:]])
        self.decrement_ = optimum.decrement
        return []

    def _apply(self, z: Floats) -> Floats:
        return z * self.slopes_ + self.intercepts_


def _fitted(z: Floats, labels: Labels, weights: Floats | None, far: bool) -> Optimum:
    """Return the maximum over some rows, in the coordinates of `_Scores`."""
    classes = z.shape[1]
    scores = _Scores.of(z)
    # Slopes of 1, unless the scores are so large that all probabilities would be 0 or 1.
    start = np.zeros(2 * classes - 1)
    start[0] = scores.unit if scores.unit < 1e3 else 0.0
    found = maximise(partial(_statistics, scores, labels, weights), start, far=far)
    # To the scores as given: c_k is at their centre, so far.
    optimum = found.divided(np.concatenate([[scores.unit], scores.scale, np.ones(classes - 1)]))
    moved = optimum.coefficients.copy()
    moved[classes:] -= moved[1:classes] * scores.centre
    back = np.eye(len(moved))
    back[np.arange(classes, len(moved)), np.arange(1, classes)] = -scores.centre
    with np.errstate(invalid="ignore"):  # infinite, if there is no maximum
        return replace(optimum, coefficients=moved, covariance=back @ optimum.covariance @ back.T)


@dataclass(frozen=True, eq=False)
class _Scores:
    """The scores as the fit takes them: log p_k − log p_0 = u·(z_k − z_0) + d_k·z_k + c_k.

    Slopes are u and u + d_k. Scores such as log-likelihoods have in each row a large number in common, and then slopes
    differ by little; in these coordinates nothing cancels, and all columns are of one size.

    Attributes
    ----------
    apart : (n, K), z_k − z_0, divided by `unit`
    own : (n, K − 1), z_k less `centre` (K − 1,), divided by `scale` (K − 1,)
    """

    apart: Floats
    own: Floats
    unit: float
    centre: Floats
    scale: Floats

    @classmethod
    def of(cls, z: Floats) -> Self:
        """Return the scores of some rows."""
        most = float(np.abs(z).max()) or 1.0
        z = z / most
        apart, centre = z - z[:, :1], z[:, 1:].mean(axis=0)
        own = z[:, 1:] - centre
        unit, scale = float(apart.std()) or 1.0, np.where((size := own.std(axis=0)) > 0.0, size, 1.0)
        return cls(apart / unit, own / scale, unit * most, centre * most, scale * most)


def _statistics(scores: _Scores, labels: Labels, weights: Floats | None, beta: Floats) -> Statistics:
    """Return the log-likelihood and its derivatives.

    The information is the covariance under p of the columns of each class, (z_k − z_0), z_k for its own d_k and 1 for
    its own c_k, summed over the rows.
    """
    n, classes = scores.apart.shape
    apart, own = scores.apart, scores.own
    with np.errstate(over="ignore", invalid="ignore"):
        eta = beta[0] * apart
        eta[:, 1:] += beta[1:classes] * own + beta[classes:]
        log_p, residual = _residual(eta, labels)
    p = np.exp(log_p)
    w = np.ones(n) if weights is None else weights
    weighted = p * w[:, np.newaxis]
    spread = apart - (p * apart).sum(axis=1, keepdims=True)
    # With the columns 1 and z_k of each class but the first.
    each = np.concatenate([weighted[:, 1:] * own, weighted[:, 1:]], axis=1)
    single = np.concatenate([p[:, 1:] * own, p[:, 1:]], axis=1)
    information = np.empty((2 * classes - 1,) * 2)
    information[0, 0] = (weighted * spread * spread).sum()
    information[0, 1:] = information[1:, 0] = (each * np.tile(spread[:, 1:], 2)).sum(axis=0)
    others = -each.T @ single
    square = np.arange(classes - 1)
    for a, first in ((0, own), (classes - 1, 1.0)):
        for b, second in ((0, own), (classes - 1, 1.0)):
            others[a + square, b + square] += (weighted[:, 1:] * first * second).sum(axis=0)
    information[1:, 1:] = others
    residual *= w[:, np.newaxis]
    gradient = np.concatenate(
        [[(residual * apart).sum()], (residual[:, 1:] * own).sum(axis=0), residual[:, 1:].sum(axis=0)]
    )
    # Log-odds of one class against another change by at most twice the largest change of a score.
    widest = 2.0 * float(np.sqrt(np.abs(apart).max() ** 2 + np.abs(own).max() ** 2 + 1.0))
    return Statistics(float(w @ log_p[np.arange(n), labels]), gradient, information, row_norm=widest)


def _residual(eta: Floats, labels: Labels) -> tuple[Floats, Floats]:
    """Return log p and the indicator minus p, both (n, K)."""
    log_p = log_softmax(eta, axis=1)
    residual = -np.exp(log_p)
    own = np.arange(len(eta)), labels
    residual[own] = -np.expm1(log_p[own])
    return log_p, residual


def _pull(
    z: Floats, labels: Labels, weights: Floats | None, beta: Floats, rows: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return the gradient contributions of some rows, and the derivatives of their log-odds, both (2K − 1, m)."""
    z = z[rows]
    classes = z.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        apart = z - z[:, :1]
        eta = beta[0] * apart
        eta[:, 1:] += beta[1:classes] * z[:, 1:] + beta[classes:]
        residual = _residual(eta, labels[rows])[1]
        if weights is not None:
            residual *= weights[rows, np.newaxis]
        gradients = np.concatenate([(residual * apart).sum(axis=1)[np.newaxis], (residual[:, 1:] * z[:, 1:]).T])
    design = np.concatenate([np.abs(apart).max(axis=1)[np.newaxis], z[:, 1:].T, np.ones((classes - 1, len(z)))])
    return np.concatenate([gradients, residual[:, 1:].T]), design
