"""Beta calibration: separate slopes for the two tails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator, separated, without_infinite
from verhulst.calibration.likelihood import fit_columns
from verhulst.calibration.nearest import FAR
from verhulst.calibration.scores import Floats
from verhulst.data.schema import Check, Number
from verhulst.functions import log_sigmoid, logit, softplus

NOT_FOUND = (
    "the maximum of the likelihood of this map cannot be found: check scores that are far from all others, or use Platt"
)
CANCEL = (
    "the terms of this map cancel, and double precision does not tell these scores apart: they are very small or have "
    "nearly equal values; rescale or centre them, or use Platt"
)
# The rounding of a larger term changes log-odds by more than 1e-7. Beyond the farthest, probabilities are 0 or 1.
LARGEST_TERM, FARTHEST = 1e9, 1e3
MOST_ROUNDING = 1e-3  # standard errors of the log-odds


class Beta(Calibrator):
    """Beta calibration: logit p = a·log σ(z) − b·log σ(−z) + c with a, b ≥ 0, by maximum likelihood.

    It is exact if the scores of each class have a beta distribution. a is the slope for very negative logits, b that
    for very positive ones; `Platt` is the case a = b. The map never decreases, since the fit is restricted to a, b ≥ 0.

    Infinite scores get the limit of the fitted map. If a > 0, a score of −inf has probability 0; if a is 0, the map is
    constant for very low scores, and −inf has probability σ(c). The same holds for b and +inf.

    Parameters
    ----------
    scores : {"logits", "probabilities"}, optional
        The kind of the scores; see `Calibrator`.

    Attributes
    ----------
    a_, b_, c_ : float

    References
    ----------
    Kull, Silva Filho and Flach 2017, "Beyond sigmoids", eq. (2).

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> z = np.array([-2.0, -1.0, -0.5, 0.3, 1.0, 1.5, 2.0, 3.0])
    >>> y = np.array([0, 0, 1, 0, 1, 0, 1, 1])
    >>> beta = vh.calibration.Beta().fit(z, y)
    >>> f"{beta.a_:.3f} {beta.b_:.3f} {beta.c_:.3f}"
    '0.856 0.903 -0.527'
    """

    method: ClassVar[str] = "beta"
    formula: ClassVar[str] = "log-odds = a·log σ(score) − b·log σ(−score) + c"
    right_where: ClassVar[str] = "the two tails are off by different factors; naive Bayes, boosted trees"
    _parameters: ClassVar[Mapping[str, Check]] = {"a": Number(0.0), "b": Number(0.0), "c": Number()}
    a_: float
    b_: float
    c_: float

    @classmethod
    def degrees_of_freedom(cls, columns: int = 1) -> int:
        return 3

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        z, targets, weights = without_infinite(z, targets, weights)
        if z.min() == z.max():
            self.a_, self.b_, self.c_ = 0.0, 0.0, float(logit(np.average(targets, weights=weights)))
            return [CalibrationWarning(f"every score is {z[0]:.6g}: every probability is the base rate")]
        if separated(z, targets):
            raise ValueError(
                "the scores separate the classes perfectly, so that the best map is infinitely steep: "
                "use Platt(smooth=True) (--method platt-smooth), or more data"
            )
        columns = np.stack([log_sigmoid(z), softplus(z)])
        self.c_, self.a_, self.b_ = _best(columns, targets, weights).tolist()
        terms = np.array([[self.a_], [self.b_]]) * columns
        moderate = np.abs(terms.sum(axis=0) + self.c_) <= FARTHEST
        left = columns.sum(axis=0)  # the scores, with the digits that the columns have of them
        largest = float(np.abs(terms[:, moderate]).max(initial=0.0))
        if largest > LARGEST_TERM or separated(left, targets):
            raise ValueError(CANCEL)
        cases = len(z) if weights is None else float(weights.sum())
        rounding = float(np.spacing(largest))
        if rounding * np.sqrt(cases) / 2 > MOST_ROUNDING:  # no case has more than a quarter of a unit of information
            return [
                CalibrationWarning(
                    f"the terms of this map cancel: rounding may change log-odds by {rounding:.1g}, more than a "
                    f"thousandth of their standard error with {cases:.3g} cases; centre the scores, or use Platt"
                )
            ]
        if self.a_ == 0.0 and self.b_ == 0.0:
            return [CalibrationWarning("the scores rank the classes in reverse: every probability is the base rate")]
        return []

    def _apply(self, z: Floats) -> Floats:
        logits = np.full_like(z, self.c_)
        # A term of weight 0 is omitted: 0 · inf is not 0.
        if self.a_:
            logits += self.a_ * log_sigmoid(z)
        if self.b_:
            logits += self.b_ * softplus(z)
        return logits


def _best(columns: Floats, targets: Floats, weights: Floats | None) -> Floats:
    """Return the maximum over c, a ≥ 0, b ≥ 0: the likelihood is concave, so it lies on the best feasible face."""
    best: tuple[float, Floats] | None = None
    for face in ([0, 1], [1], [0]):
        optimum = fit_columns(np.ascontiguousarray(columns[face]), targets, weights)
        if not optimum.converged or (optimum.coefficients[1:] < 0.0).any():
            continue
        coefficients = np.zeros(3)
        coefficients[[0, *(k + 1 for k in face)]] = optimum.coefficients
        if best is None or optimum.log_likelihood > best[0]:
            best = optimum.log_likelihood, coefficients
        if len(face) == 2 and np.abs(columns).max() < FAR:
            return coefficients
        if len(face) == 2:
            break
    # With extreme scores a face may have been missed: the maximum is at least as good as that of a = b.
    affine = fit_columns(np.ascontiguousarray(columns.sum(axis=0)[np.newaxis]), targets, weights)
    if affine.converged and affine.coefficients[1] > 0.0:
        found = -np.inf if best is None else best[0]
        if found < affine.log_likelihood - 1e-9 * max(1.0, abs(affine.log_likelihood)):
            raise ValueError(NOT_FOUND)
    if best is not None:
        return best[1]
    rate = float(np.average(targets, weights=weights))
    residual = targets - rate if weights is None else (targets - rate) * weights
    with np.errstate(over="ignore", invalid="ignore"):
        rises = columns @ residual > 1e-9 * (np.abs(columns) @ np.abs(residual))
    if rises.any():
        raise ValueError(NOT_FOUND)
    # The likelihood falls, or is level, on every other face: every probability is the base rate.
    return np.array([float(logit(rate)), 0.0, 0.0])
