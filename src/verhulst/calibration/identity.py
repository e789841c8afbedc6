"""The identity map, which `calibrate` chooses if no other map is better."""

from __future__ import annotations

from typing import ClassVar

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.scores import Floats, Labels


class Identity(Calibrator):
    """Return the logits unchanged.

    Parameters
    ----------
    scores : {"logits", "probabilities"}, optional
        The kind of the scores; see `Calibrator`.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.calibration.Identity().fit([-1.5, 2.0], [0, 1]).transform([0.25, -3.0])
    array([ 0.25, -3.  ])
    """

    method: ClassVar[str] = "identity"
    formula: ClassVar[str] = "log-odds = score"
    right_where: ClassVar[str] = "no map makes the scores better"
    several_classes: ClassVar[bool] = True

    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        return []

    def _fit_classes(self, z: Floats, labels: Labels, weights: Floats | None) -> list[CalibrationWarning]:
        return []

    def _apply(self, z: Floats) -> Floats:
        return z.copy()
