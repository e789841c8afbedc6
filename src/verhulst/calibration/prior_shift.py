"""The exact shift of the logit if class frequencies differ between training and use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from verhulst._options import checks_options
from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.scores import Floats, ScoreKind
from verhulst.data.schema import Check, Number
from verhulst.functions import logit


class PriorShift(Calibrator):
    """Add a known number to all logits: logit p = z + shift.

    If the scores of each class have the same distribution in training and in use, and only the class frequencies
    differ, Bayes' rule shifts every logit by the same amount, the difference of the prior log-odds. The model itself
    must be calibrated for the training data.

    Parameters
    ----------
    shift : float
        The number to add to the logits.
    scores : {"logits", "probabilities"}, optional
        The kind of the scores; see `Calibrator`. By default each method raises an error if all its scores lie in
        [0, 1].

    References
    ----------
    King and Zeng 2001, "Logistic regression in rare events data", eq. (7); Elkan 2001, "The foundations of
    cost-sensitive learning", theorem 2.

    Examples
    --------
    A model trained on all positives and one negative in ten:

    >>> import verhulst as vh
    >>> shift = vh.calibration.PriorShift.from_undersampling(kept_negatives=0.1, scores="logits")
    >>> shift
    PriorShift(shift=-2.30259)
    >>> shift.predict_proba([0.0])[:, 1].round(4)
    array([0.0909])
    """

    formula: ClassVar[str] = "log-odds = score + shift"
    right_where: ClassVar[str] = "classes were resampled or reweighted in training: the shift is known"
    learns: ClassVar[bool] = False
    _parameters: ClassVar[Mapping[str, Check]] = {"shift": Number()}

    @checks_options
    def __init__(self, shift: float, scores: ScoreKind | None = None) -> None:
        super().__init__(scores)
        if not np.isfinite(shift):
            raise ValueError(f"shift must be finite, got {shift!r}")
        self.shift = float(shift)
        self.kind_ = scores
        self.n_classes_ = 2

    @classmethod
    def from_prevalence(cls, training: float, deployment: float, scores: ScoreKind | None = None) -> Self:
        """Return the shift for the shares of class 1 in training and in use, both strictly between 0 and 1.

        For a case-control study these are the share of cases in the study and that in the population.
        """
        for name, share in (("training", training), ("deployment", deployment)):
            if not 0.0 < share < 1.0:
                raise ValueError(f"{name} must lie strictly between 0 and 1, got {share!r}")
        return cls(float(logit(deployment)) - float(logit(training)), scores)

    @classmethod
    def from_undersampling(
        cls, kept_negatives: float = 1.0, kept_positives: float = 1.0, scores: ScoreKind | None = None
    ) -> Self:
        """Return the shift for the share of each class kept for training (above 1 if cases were repeated)."""
        for name, share in (("kept_negatives", kept_negatives), ("kept_positives", kept_positives)):
            if not 0.0 < share < np.inf:
                raise ValueError(f"{name} must be positive and finite, got {share!r}")
        return cls(float(np.log(kept_negatives) - np.log(kept_positives)), scores)

    @classmethod
    def from_positive_weight(cls, weight: float, scores: ScoreKind | None = None) -> Self:
        """Return the shift for the weight of class 1 in the training loss, such as `scale_pos_weight`."""
        if not 0.0 < weight < np.inf:
            raise ValueError(f"weight must be positive and finite, got {weight!r}")
        return cls(-float(np.log(weight)), scores)

    def fit(self, logits: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Check the input and change nothing, because the shift is known."""
        return super().fit(logits, y, sample_weight)

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        return []

    def _apply(self, z: Floats) -> Floats:
        return z + self.shift

    def parameters(self) -> dict[str, Any]:
        return {"shift": self.shift}

    def _set_parameters(self, parameters: dict[str, Any]) -> None:
        self.shift = float(parameters["shift"])
