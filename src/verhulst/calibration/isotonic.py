"""Isotonic calibration: the best map that never decreases."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy.optimize import isotonic_regression

import verhulst as vh
from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.scores import Floats, ScoreKind


class Isotonic(Calibrator):
    """Isotonic calibration by pooling adjacent violators, linear (in probability) between the pooled blocks.

    Ties are pooled first. Scores beyond the ends get the value at the end. Infinite scores are allowed.

    Parameters
    ----------
    end_cases : float
        The weight of a pseudo-case of class 1 at the lowest score and of one of class 0 at the highest. With ½ (the
        rule of Krichevsky and Trofimov) no probability is 0 or 1, and no log-loss infinite; 0 gives the plain pooled
        values, which include 0 and 1.
    scores : {"logits", "probabilities"}, optional
        The kind of the scores; see `Calibrator`.

    Attributes
    ----------
    thresholds_ : ndarray, shape (m,)
        The finite scores at which the blocks begin and end, in increasing order.
    values_ : ndarray, shape (m,)
        The probability at each.
    value_at_minus_infinity_, value_at_infinity_ : float
        The probabilities at infinite scores.

    References
    ----------
    Zadrozny and Elkan 2002, "Transforming classifier scores into accurate multiclass probability estimates".

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> z = np.array([-2.0, -1.0, -0.5, 0.3, 1.0, 1.5, 2.0, 3.0])
    >>> y = np.array([0, 0, 1, 0, 1, 0, 1, 1])
    >>> vh.calibration.Isotonic(end_cases=0).fit(z, y).predict_proba(z)[:, 1]
    array([0. , 0. , 0.5, 0.5, 0.5, 0.5, 1. , 1. ])
    """

    method: ClassVar[str] = "isotonic"
    formula: ClassVar[str] = "the best non-decreasing function, piecewise linear"
    right_where: ClassVar[str] = "there are thousands of rows, and no smooth map fits"
    thresholds_: Floats
    values_: Floats
    value_at_minus_infinity_: float
    value_at_infinity_: float

    def __init__(self, end_cases: float = 0.5, scores: ScoreKind | None = None) -> None:
        super().__init__(scores)
        if not 0.0 <= end_cases < np.inf:
            raise ValueError(f"end_cases must be finite and not negative, got {end_cases!r}")
        self.end_cases = end_cases

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        distinct, mass, positive = tied(z, targets, weights)
        mass[[0, -1]] += self.end_cases
        positive[0] += self.end_cases
        if len(distinct) == 1:
            mass += self.end_cases
        values = pool(positive / mass, mass)
        self.value_at_minus_infinity_, self.value_at_infinity_ = float(values[0]), float(values[-1])
        finite = np.isfinite(distinct)
        distinct, values = distinct[finite], values[finite]
        # Only the two ends of a block are needed.
        ends = np.ones(len(values), dtype=bool)
        ends[1:-1] = (values[1:-1] != values[:-2]) | (values[1:-1] != values[2:])
        self.thresholds_, self.values_ = distinct[ends], values[ends]
        return []

    def _apply(self, z: Floats) -> Floats:
        if len(self.thresholds_):
            p = between(z, self.thresholds_, self.values_)
        else:
            p = np.full_like(z, 0.5 * (self.value_at_minus_infinity_ + self.value_at_infinity_))
        p[z == -np.inf] = self.value_at_minus_infinity_
        p[z == np.inf] = self.value_at_infinity_
        logits: Floats = vh.logit(p)
        return logits

    def parameters(self) -> dict[str, Any]:
        return {
            "thresholds": self.thresholds_.tolist(),
            "values": self.values_.tolist(),
            "value_at_minus_infinity": self.value_at_minus_infinity_,
            "value_at_infinity": self.value_at_infinity_,
        }

    def _set_parameters(self, parameters: dict[str, Any]) -> None:
        self.thresholds_ = np.array(parameters["thresholds"], dtype=np.float64)
        self.values_ = np.array(parameters["values"], dtype=np.float64)
        self.value_at_minus_infinity_ = float(parameters["value_at_minus_infinity"])
        self.value_at_infinity_ = float(parameters["value_at_infinity"])


def between(z: Floats, thresholds: Floats, values: Floats) -> Floats:
    """Interpolate as `np.interp`, for thresholds of any size.

    NumPy's function multiplies by the slope, which overflows between thresholds that are nearly equal or farther apart
    than the largest number.
    """
    with np.errstate(over="ignore"):
        gaps = np.diff(thresholds)
    if not len(gaps) or (gaps.min() > 1e-290 and gaps.max() < np.inf):
        inside: Floats = np.interp(z, thresholds, values)
        return inside
    right = np.searchsorted(thresholds, z, side="right").clip(1, len(gaps))
    left = right - 1
    z = np.clip(z, thresholds[0], thresholds[-1])
    halves = np.where(np.isinf(gaps[left]), 0.5, 1.0)
    share = (halves * z - halves * thresholds[left]) / (halves * thresholds[right] - halves * thresholds[left])
    interpolated: Floats = np.minimum(values[left] + share * (values[right] - values[left]), values[right])
    return interpolated


def tied(z: Floats, targets: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Return the distinct scores in increasing order, with the weight of all cases and of class 1 at each."""
    order = np.argsort(z)
    z, targets = z[order], targets[order]
    first = np.flatnonzero(np.concatenate([[True], z[1:] != z[:-1]]))
    if weights is None:
        if len(first) == len(z):
            return z, np.ones(len(z)), targets
        return z[first], np.diff(first, append=len(z)).astype(np.float64), np.add.reduceat(targets, first)
    weights = weights[order]
    return z[first], np.add.reduceat(weights, first), np.add.reduceat(weights * targets, first)


def pool(values: Floats, weights: Floats) -> Floats:
    """Return the non-decreasing weighted least-squares fit to `values` (pooling adjacent violators)."""
    fitted: Floats = isotonic_regression(values, weights=weights).x
    return fitted
