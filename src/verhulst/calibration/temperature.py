"""Temperature scaling: one number that divides all logits, of one column or of K classes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator, without_infinite
from verhulst.calibration.likelihood import fit_columns, maximise
from verhulst.calibration.nearest import nearest_first
from verhulst.calibration.optimum import Optimum, require_converged
from verhulst.calibration.scores import Floats, Labels
from verhulst.data.schema import Check, Number
from verhulst.functions import log_softmax
from verhulst.regression.statistics import Statistics


class Temperature(Calibrator):
    """Temperature scaling: logit p = z / T, or softmax(z / T) for logits of shape (n, K), by maximum likelihood.

    Parameters
    ----------
    scores : {"logits", "probabilities"}, optional
        The kind of the scores; see `Calibrator`.

    Attributes
    ----------
    inverse_temperature_ : float
        1/T; 0 if the scores rank the classes in reverse.
    standard_error_ : float
        The standard error of 1/T.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks", section 4.2.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> z = np.array([-8.0, -4.0, 3.0, -2.0, 5.0, -1.0, 6.0, 9.0])
    >>> y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> temperature = vh.calibration.Temperature().fit(z, y)
    >>> f"{temperature.inverse_temperature_:.4f}"
    '0.4024'
    """

    method: ClassVar[str] = "temperature"
    formula: ClassVar[str] = "log-odds = score / temperature"
    right_where: ClassVar[str] = "scores are too extreme (or not extreme enough), but otherwise right; neural networks"
    _parameters: ClassVar[Mapping[str, Check]] = {"inverse_temperature": Number(0.0)}
    inverse_temperature_: float
    several_classes: ClassVar[bool] = True
    standard_error_: float

    @classmethod
    def degrees_of_freedom(cls, columns: int = 1) -> int:
        return 1

    @property
    def temperature_(self) -> float:
        """The temperature T; infinite if 1/T is 0."""
        return 1.0 / self.inverse_temperature_ if self.inverse_temperature_ else np.inf

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        z, targets, weights = without_infinite(z, targets, weights)
        if not z.any():
            self.inverse_temperature_, self.standard_error_ = 1.0, np.inf
            return [CalibrationWarning("every score is 0: the probabilities are 1/2 for every temperature")]
        if (np.where(targets == 1.0, z, -z) >= 0.0).all():
            raise ValueError(
                "every score has the sign of its label, so that the best temperature is 0 "
                "and every probability 0 or 1: use Platt(smooth=True) (--method platt-smooth), or more data"
            )
        # As for two classes, the first with the logit 0.
        if (flat := _flat(np.stack([np.zeros_like(z), z], axis=1), targets.astype(np.int64), weights)) is not None:
            return self._keep(flat)
        return self._keep(fit_columns(z[np.newaxis], targets, weights, intercept=False))

    def _fit_classes(self, z: Floats, labels: Labels, weights: Floats | None) -> list[CalibrationWarning]:
        require_possible(z, labels)
        highest = z.max(axis=1, keepdims=True)
        if (z[np.arange(len(z)), labels] >= highest[:, 0]).all():
            raise ValueError(
                "every row gives its own class the highest score, so that the best temperature is 0 and every "
                "probability 0 or 1: use more data"
            )
        # Adding a number to a row changes nothing: make the highest logit of each row 0.
        with np.errstate(over="ignore"):
            z = np.maximum(z - highest, np.where(np.isinf(z), -np.inf, -np.finfo(np.float64).max))
        if (flat := _flat(z, labels, weights)) is not None:
            return self._keep(flat)
        distance = -np.where(np.isinf(z), 0.0, z).min(axis=1)

        def fit(rows: NDArray[np.bool_] | None) -> Optimum:
            some = slice(None) if rows is None else rows
            # A power of two, so that nothing is rounded.
            scale = float(np.exp2(np.floor(np.log2(distance[some].max() or 1.0))))
            w = None if weights is None else weights[some]
            found = maximise(partial(_statistics, z[some] / scale, labels[some], w), np.zeros(1), far=rows is None)
            return found.divided(np.array([scale]))

        def pull(coefficients: Floats, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
            gradients = _pull(z[rows], labels[rows], None if weights is None else weights[rows], coefficients)[1]
            return gradients[np.newaxis], distance[np.newaxis, rows]

        return self._keep(nearest_first(distance[np.newaxis], fit, pull))

    def _keep(self, optimum: Optimum) -> list[CalibrationWarning]:
        require_converged(optimum)
        self.inverse_temperature_ = max(float(optimum.coefficients[0]), 0.0)
        self.standard_error_ = float(optimum.standard_errors[0])
        if self.inverse_temperature_ == 0.0:
            return [
                CalibrationWarning("the scores rank the classes in reverse: 1/T is 0, and all probabilities are equal")
            ]
        return []

    def _apply(self, z: Floats) -> Floats:
        # Not 0 · inf.
        return z * self.inverse_temperature_ if self.inverse_temperature_ else np.zeros_like(z)


def require_possible(z: Floats, labels: Labels) -> None:
    """Raise if a row's own class has the logit −inf: no map gives it a positive probability."""
    own = z[np.arange(len(z)), labels]
    if np.isinf(z).any() and ((own == -np.inf) | (z == np.inf).any(axis=1)).any():
        row = int(((own == -np.inf) | (z == np.inf).any(axis=1)).argmax())
        raise ValueError(f"row {row} contains +inf, or −inf for its own class {labels[row]}: clip the scores")


def _flat(z: Floats, labels: Labels, weights: Floats | None) -> Optimum | None:
    """Return the optimum if it is 1/T = 0: the likelihood is concave, and falls or is level from there on."""
    scale = float(np.abs(z, where=np.isfinite(z), out=np.zeros_like(z)).max()) or 1.0
    here = _statistics(z / scale, labels, weights, np.zeros(1))
    if here.gradient[0] > 0.0:
        return None
    assert here.information is not None
    error = np.sqrt(1.0 / here.information[0])
    found = Optimum(np.zeros(1), here.information**-1.0, error, here.log_likelihood, 0.0, True)
    return found.divided(np.array([scale]))


def _pull(z: Floats, labels: Labels, weights: Floats | None, beta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log p, gradient z_y − Σpz and information (the variance of z under p) of each row, times its weight.

    Both are computed from the differences of z from that of the row's own class, so that nothing cancels if its
    probability is near 1.
    """
    own = np.arange(len(z)), labels
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.where(np.isinf(z), -np.inf, beta[0] * z)
        log_p = log_softmax(scaled, axis=1)
        p, log_p = np.exp(log_p), log_p[own]
        apart = z - z[own][:, np.newaxis]
        pz = np.where(p > 0.0, p * apart, 0.0)
        mean = pz.sum(axis=1)
        variance = np.where(p > 0.0, p * (apart - mean[:, np.newaxis]) ** 2, 0.0).sum(axis=1)
    if weights is not None:
        log_p, mean, variance = log_p * weights, mean * weights, variance * weights
    return log_p, -mean, variance


def _statistics(z: Floats, labels: Labels, weights: Floats | None, beta: Floats) -> Statistics:
    """Return the log-likelihood of softmax(βz) and its two derivatives."""
    log_p, gradient, variance = _pull(z, labels, weights, beta)
    # The variance changes by at most the factor e^(range of z · change of β).
    widest = -float(np.where(np.isinf(z), 0.0, z).min())
    return Statistics(
        float(log_p.sum()), np.array([gradient.sum()]), np.array([[variance.sum()]]), row_norm=max(widest, 1e-300)
    )
