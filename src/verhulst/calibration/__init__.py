"""Calibration and honest evaluation: raw scores into probabilities that hold."""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "Beta": "verhulst.calibration.beta",
        "CalibratedClassifier": "verhulst.calibration.classifier",
        "CalibrationWarning": "verhulst.calibration.calibrator",
        "Calibrator": "verhulst.calibration.calibrator",
        "Identity": "verhulst.calibration.identity",
        "Isotonic": "verhulst.calibration.isotonic",
        "LeverageWarning": "verhulst.calibration.platt",
        "Platt": "verhulst.calibration.platt",
        "PriorShift": "verhulst.calibration.prior_shift",
        "Quadratic": "verhulst.calibration.quadratic",
        "ScoreKindError": "verhulst.calibration.scores",
        "Temperature": "verhulst.calibration.temperature",
        "VectorScaling": "verhulst.calibration.vector_scaling",
        "calibrate": "verhulst.calibration.choose",
    },
)
