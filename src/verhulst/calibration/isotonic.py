"""Isotonic calibration: the best map that never decreases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import isotonic_regression

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.scores import Floats, ScoreKind
from verhulst.data.schema import Check, DamagedError, Number, numbers, path
from verhulst.functions import logit

_VALUES = ("values", "value_at_minus_infinity", "value_at_infinity")
_COMPLEMENTS = ("complements", "complement_at_minus_infinity", "complement_at_infinity")
_CURVE, _PROBABILITY = numbers("thresholds", 0.0, 1.0), Number(0.0, 1.0)


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
    values_, complements_ : ndarray, shape (m,)
        The probability of class 1 and of class 0 at each, each with all its digits.
    value_at_minus_infinity_, value_at_infinity_ : float
        The probabilities of class 1 at infinite scores.
    complement_at_minus_infinity_, complement_at_infinity_ : float
        Those of class 0.

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
    _added_later: ClassVar[tuple[str, ...]] = _COMPLEMENTS
    _parameters: ClassVar[Mapping[str, Check]] = {
        "thresholds": numbers("thresholds"),
        "values": _CURVE,
        "complements": _CURVE,
        "value_at_minus_infinity": _PROBABILITY,
        "value_at_infinity": _PROBABILITY,
        "complement_at_minus_infinity": _PROBABILITY,
        "complement_at_infinity": _PROBABILITY,
    }
    _options: ClassVar[Mapping[str, Check]] = {"end_cases": Number(0.0)}
    end_cases: float = 0.5
    thresholds_: Floats
    values_: Floats
    complements_: Floats
    value_at_minus_infinity_: float
    value_at_infinity_: float
    complement_at_minus_infinity_: float
    complement_at_infinity_: float

    def __init__(self, end_cases: float = 0.5, scores: ScoreKind | None = None) -> None:
        super().__init__(scores)
        self.end_cases = end_cases

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        if not 0.0 <= self.end_cases < np.inf:
            raise ValueError(f"end_cases must be finite and not negative, got {self.end_cases!r}")
        distinct, negative, positive = tied(z, targets, weights)
        positive[0] += self.end_cases
        negative[-1] += self.end_cases
        mass = negative + positive
        values = pool(positive / mass, mass)
        # 1 - p would keep few digits of what is left near p = 1.
        complements = pool(negative[::-1] / mass[::-1], mass[::-1])[::-1]
        self.value_at_minus_infinity_, self.value_at_infinity_ = float(values[0]), float(values[-1])
        self.complement_at_minus_infinity_, self.complement_at_infinity_ = float(complements[0]), float(complements[-1])
        finite = np.isfinite(distinct)
        distinct, values, complements = distinct[finite], values[finite], complements[finite]
        # Only the two ends of a block are needed.
        rises = (np.diff(values) != 0.0) | (np.diff(complements) != 0.0)
        ends = np.ones(len(values), dtype=bool)
        ends[1:-1] = rises[:-1] | rises[1:]
        self.thresholds_, self.values_, self.complements_ = distinct[ends], values[ends], complements[ends]
        return []

    def _apply(self, z: Floats) -> Floats:
        p = self._at(z, self.values_, self.value_at_minus_infinity_, self.value_at_infinity_)
        q = self._at(z, self.complements_, self.complement_at_minus_infinity_, self.complement_at_infinity_)
        logits: Floats = np.where(p <= 0.5, logit(p), np.maximum(-logit(q), 0.0))
        return logits

    def _at(self, z: Floats, values: Floats, at_minus_infinity: float, at_infinity: float) -> Floats:
        if len(values):
            found = between(z, self.thresholds_, values)
        else:
            found = np.full_like(z, 0.5 * (at_minus_infinity + at_infinity))
        found[z == -np.inf] = at_minus_infinity
        found[z == np.inf] = at_infinity
        return found

    def _set_parameters(self, parameters: dict[str, Any]) -> None:
        # Files of earlier versions have the probabilities of class 1 alone.
        for name, other in zip(_COMPLEMENTS, _VALUES, strict=True):
            parameters = {name: np.subtract(1.0, parameters[other]).tolist()} | parameters
        super()._set_parameters(parameters)

    @staticmethod
    def _check(parameters: dict[str, Any], at: str) -> None:
        for name, sign, least in (("thresholds", 1.0, 5e-324), ("values", 1.0, 0.0), ("complements", -1.0, 0.0)):
            with np.errstate(over="ignore"):
                wrong = sign * np.diff(parameters.get(name, ())) < least
            if wrong.any():
                raise DamagedError(f"{path(at, name)}[{int(wrong.argmax()) + 1}]", "is out of order")


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
    ends = values[left], values[right]
    interpolated: Floats = np.clip((1.0 - share) * ends[0] + share * ends[1], np.minimum(*ends), np.maximum(*ends))
    return interpolated


def tied(z: Floats, targets: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Return the distinct scores in increasing order, with the weights of class 0 and of class 1 at each."""
    order = np.argsort(z)
    z, targets = z[order], targets[order]
    first = np.flatnonzero(np.concatenate([[True], z[1:] != z[:-1]]))
    if weights is None:
        if len(first) == len(z):
            return z, 1.0 - targets, targets
        return z[first], np.add.reduceat(1.0 - targets, first), np.add.reduceat(targets, first)
    weights = weights[order]
    return z[first], np.add.reduceat(weights * (1.0 - targets), first), np.add.reduceat(weights * targets, first)


def pool(values: Floats, weights: Floats) -> Floats:
    """Return the non-decreasing weighted least-squares fit to `values` (pooling adjacent violators)."""
    fitted: Floats = isotonic_regression(values, weights=weights).x
    return fitted
