"""A quadratic function of the logit that increases over the range of the data."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator, separated, without_infinite
from verhulst.calibration.likelihood import fit_columns
from verhulst.calibration.optimum import require_converged
from verhulst.calibration.scores import Floats


class Quadratic(Calibrator):
    """Quadratic calibration: logit p = c₀ + c₁z + c₂z², an error if it decreases between two of the scores.

    It is exact if the logits of both classes are normal with different variances. Beyond the range of the scores it
    continues along its tangent, so that it increases everywhere.

    Parameters
    ----------
    scores : {"logits", "probabilities"}, optional
        The kind of the scores; see `Calibrator`.

    Attributes
    ----------
    coefficients_ : ndarray, shape (3,)
        The coefficients of 1, z and z².
    centre_, about_centre_ : float, and ndarray of shape (3,)
        The median score and the coefficients of 1, z − centre and (z − centre)², which keep their digits for scores
        far from 0.
    low_, high_ : float
        The smallest and the largest finite score of the fit.

    Raises
    ------
    ValueError
        In `fit`, if the best quadratic has its turning point within the scores.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> y = np.repeat([0, 1], 5000)
    >>> z = np.where(y == 1, rng.normal(1.0, 1.2, 10_000), rng.normal(-1.0, 1.0, 10_000)).clip(-2, 4)
    >>> vh.calibration.Quadratic().fit(z, y).coefficients_.round(2)
    array([0.02, 1.71, 0.1 ])
    """

    method: ClassVar[str] = "quadratic"
    formula: ClassVar[str] = "log-odds = c₀ + c₁ · score + c₂ · score²"
    right_where: ClassVar[str] = (
        "both classes have normal logits with different variances; an error if it is not monotone"
    )
    coefficients_: Floats
    centre_: float
    about_centre_: Floats
    low_: float
    high_: float

    @classmethod
    def degrees_of_freedom(cls, columns: int = 1) -> int:
        return 3

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        z, targets, weights = without_infinite(z, targets, weights)
        low, high = float(z.min()), float(z.max())
        if not ((z > low) & (z < high)).any():
            values = f"{low:.6g}" if low == high else f"{low:.6g} or {high:.6g}"
            raise ValueError(f"every score is {values}: a quadratic needs three different scores")
        if separated(z, targets):
            raise ValueError(
                "the scores separate the classes perfectly, so that the best map is infinitely steep: "
                "use Platt(smooth=True), or more data"
            )
        # The square is taken about the middle: far from 0, z and z² would be nearly collinear.
        middle = float(np.median(z))
        with np.errstate(over="ignore"):
            u = z - middle
        if float(np.abs(u).max()) > 1e150:
            raise ValueError(f"scores as far as {float(np.abs(z).max()):.3g} overflow when squared: use Platt or Beta")
        optimum = fit_columns(np.stack([u, u * u]), targets, weights)
        if not optimum.converged:
            raise ValueError("no best quadratic exists, because one separates the classes perfectly: use Platt or Beta")
        require_converged(optimum)
        level, slope, c2 = optimum.coefficients.tolist()
        if slope + 2.0 * c2 * (low - middle) < 0.0 or slope + 2.0 * c2 * (high - middle) < 0.0:
            turn = middle - slope / (2.0 * c2) if c2 else low
            raise ValueError(
                f"the best quadratic turns at {turn:.4g}, within the scores ({low:.4g} to {high:.4g}): "
                "a map that decreases would change the ranking; use Platt or Beta"
            )
        self.centre_, self.about_centre_ = middle, optimum.coefficients
        with np.errstate(over="ignore", invalid="ignore"):
            self.coefficients_ = np.array([level - slope * middle + c2 * middle**2, slope - 2.0 * c2 * middle, c2])
        self.low_, self.high_ = low, high
        return []

    def _apply(self, z: Floats) -> Floats:
        level, first, second = self.about_centre_
        inside = np.clip(z, self.low_, self.high_) - self.centre_
        logits: Floats = level + inside * (first + second * inside)
        beyond = (z < self.low_) | (z > self.high_)
        if beyond.any():
            slope = first + 2.0 * second * inside[beyond]
            excess = z[beyond] - np.clip(z[beyond], self.low_, self.high_)
            logits[beyond] += np.where(slope > 0.0, slope, 0.0) * np.where(slope > 0.0, excess, 0.0)
        return logits

    def parameters(self) -> dict[str, Any]:
        return {
            "coefficients": self.coefficients_.tolist(),
            "low": self.low_,
            "high": self.high_,
            "centre": self.centre_,
            "about_centre": self.about_centre_.tolist(),
        }

    def _set_parameters(self, parameters: dict[str, Any]) -> None:
        self.coefficients_ = np.array(parameters["coefficients"], dtype=np.float64)
        self.low_, self.high_ = float(parameters["low"]), float(parameters["high"])
        # Older files have no centre: it is 0.
        self.centre_ = float(parameters.get("centre", 0.0))
        self.about_centre_ = np.array(parameters.get("about_centre", parameters["coefficients"]), dtype=np.float64)
