"""Platt's map: an affine function of the logit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator, separated, without_infinite
from verhulst.calibration.likelihood import fit_columns
from verhulst.calibration.optimum import require_converged
from verhulst.calibration.scores import Floats, ScoreKind
from verhulst.data.schema import Check, Number, Whole
from verhulst.functions import sigmoid_derivative
from verhulst.regression.linear_predictor import linear_predictor


class LeverageWarning(CalibrationWarning):
    """Warn that a few scores determine the slope of the map."""


class Platt(Calibrator):
    """Affine calibration: logit p = slope · z + intercept, by maximum likelihood.

    Parameters
    ----------
    smooth : bool
        Whether to use Platt's targets, (N₊+1)/(N₊+2) and 1/(N₋+2), in place of 1 and 0. They keep the slope finite on
        separated scores, but one extreme score may then flatten the slope for all; a `LeverageWarning` is issued.
    scores : {"logits", "probabilities"}, optional
        The kind of the scores; see `Calibrator`.

    Attributes
    ----------
    slope_, intercept_ : float
    intercept_rest_ : float
        The digits of the intercept that a double does not hold, for scores so far from 0 that log-odds need them
        (thousands and more); otherwise 0.
    covariance_ : ndarray, shape (2, 2)
        The covariance of intercept and slope.
    decrement_ : float
        The distance to the maximum in standard errors.

    References
    ----------
    Platt 1999, "Probabilistic outputs for support vector machines"; Lin, Lin and Weng 2007, eq. (4), for the targets.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> z = np.array([-2.0, -1.0, -0.5, 0.3, 1.0, 1.5, 2.0, 3.0])
    >>> y = np.array([0, 0, 1, 0, 1, 0, 1, 1])
    >>> platt = vh.calibration.Platt().fit(z, y)
    >>> f"{platt.slope_:.3f} {platt.intercept_:.3f}"
    '0.884 -0.488'
    """

    method: ClassVar[str] = "platt"
    variants: ClassVar[Mapping[str, Mapping[str, Any]]] = {"platt-smooth": {"smooth": True}}
    formula: ClassVar[str] = "log-odds = slope · score + intercept"
    right_where: ClassVar[str] = (
        "scores are too extreme (or not extreme enough), and the base rate is off; margins of support vector machines"
    )
    _parameters: ClassVar[Mapping[str, Check]] = {
        "slope": Number(),
        "intercept": Number(),
        "intercept_rest": Number(),
    }
    _added_later: ClassVar[tuple[str, ...]] = ("intercept_rest",)
    _options: ClassVar[Mapping[str, Check]] = {"smooth": Whole(0, 1, truth=True)}
    smooth: bool = False
    slope_: float
    intercept_: float
    intercept_rest_: float = 0.0
    covariance_: Floats
    decrement_: float

    @classmethod
    def degrees_of_freedom(cls, columns: int = 1) -> int:
        return 2

    def __init__(self, smooth: bool = False, scores: ScoreKind | None = None) -> None:
        super().__init__(scores)
        self.smooth = smooth

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        z, targets, weights = without_infinite(z, targets, weights)
        constant = z.min() == z.max()
        if not self.smooth and not constant and separated(z, targets, falling=True):
            raise ValueError(
                "the scores separate the classes perfectly, so that the best slope is infinite: "
                "use Platt(smooth=True) (--method platt-smooth), or more data"
            )
        cases = smoothed(z, targets, weights) if self.smooth else (z, targets, weights)
        optimum = require_converged(fit_columns(cases[0][np.newaxis], *cases[1:]))
        self.intercept_, self.slope_ = optimum.coefficients.tolist()
        self.intercept_rest_ = optimum.rest
        self.covariance_ = optimum.covariance
        self.decrement_ = optimum.decrement
        if constant:
            return [
                CalibrationWarning(f"every score is {z[0]:.6g}: the slope is 0, and every probability is the base rate")
            ]
        notes: list[CalibrationWarning] = []
        if self.slope_ < 0.0:
            notes.append(
                CalibrationWarning(
                    f"the slope is negative ({self.slope_:.4g}): higher scores are associated with class 0"
                )
            )
        if leverage := _leverage(z, self.apply(z), weights):
            notes.append(LeverageWarning(leverage))
        return notes

    def _apply(self, z: Floats) -> Floats:
        # Not 0 · inf.
        if not self.slope_:
            return np.full_like(z, self.intercept_)
        return linear_predictor(z[:, np.newaxis], np.array([self.slope_]), self.intercept_, rest=self.intercept_rest_)

    def parameters(self) -> dict[str, Any]:
        """See `Calibrator`; the rest of the intercept only where there is one."""
        return {name: value for name, value in super().parameters().items() if value or name != "intercept_rest"}

    def _set_parameters(self, parameters: dict[str, Any]) -> None:
        super()._set_parameters({"intercept_rest": 0.0} | parameters)


def smoothed(z: Floats, targets: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Return scores, targets and weights of twice as many cases, as Platt's targets count them.

    His targets are (N₊+1)/(N₊+2) for class 1 and 1/(N₋+2) for class 0, with N the weight of each class. A case with a
    target t is one of class 1 with the weight t and one of class 0 with the weight 1 − t, which, unlike 1 minus a
    rounded target, keeps all its digits.
    """
    one, weights = targets == 1.0, np.ones(len(z)) if weights is None else weights
    own = np.where(one, float(weights[one].sum()), float(weights[~one].sum())) + 2.0
    few = weights / own
    return np.tile(z, 2), np.concatenate([targets, 1.0 - targets]), np.concatenate([(own - 1.0) * few, few])


def _leverage(z: Floats, eta: Floats, weights: Floats | None) -> str | None:
    """Return a warning if one score in a thousand (at least one) has half of the information about the slope."""
    n = len(z)
    if n < 20:
        return None
    information = sigmoid_derivative(eta)
    if weights is not None:
        information *= weights
    known = information > 0.0
    if not known.any():
        return None
    z, information = z[known], information[known]
    with np.errstate(over="ignore"):
        centred = z - float(np.average(z, weights=information))
        # Divided by the largest, so that squares of extreme scores do not overflow.
        largest = float(np.abs(centred).max())
    if not 0.0 < largest < np.inf:
        return None
    centred /= largest
    information *= centred * centred
    few, total = min(max(1, n // 1000), len(z)), float(information.sum())
    if few * float(information.max()) <= 0.5 * total:
        return None
    top = np.argpartition(information, len(z) - few)[len(z) - few :]
    share = float(information[top].sum()) / total
    if share <= 0.5:
        return None
    farthest = z[top[np.argmax(information[top])]]
    return (
        f"{few} of {n} scores have {share:.0%} of the information about the slope (the most extreme is "
        f"{farthest:.6g}): check them, or fit without smoothed targets"
    )
