"""Calibration and honest evaluation: raw scores into probabilities that hold."""

from verhulst._lazy import lazy_names

# Every calibration map, in the order in which `calibrate` tries them.
HOMES = {
    "Identity": "verhulst.calibration.identity",
    "Temperature": "verhulst.calibration.temperature",
    "Platt": "verhulst.calibration.platt",
    "Beta": "verhulst.calibration.beta",
    "Quadratic": "verhulst.calibration.quadratic",
    "Isotonic": "verhulst.calibration.isotonic",
    "VectorScaling": "verhulst.calibration.vector_scaling",
    "PriorShift": "verhulst.calibration.prior_shift",
}

__getattr__, __all__ = lazy_names(
    __name__,
    HOMES
    | {
        "CalibratedClassifier": "verhulst.calibration.classifier",
        "CalibrationWarning": "verhulst.calibration.calibrator",
        "Calibrator": "verhulst.calibration.calibrator",
        "Evaluation": "verhulst.calibration.evaluation",
        "LeverageWarning": "verhulst.calibration.platt",
        "LogitHistogram": "verhulst.calibration.histogram",
        "Reliability": "verhulst.calibration.reliability_curve",
        "ScoreKindError": "verhulst.calibration.scores",
        "calibrate": "verhulst.calibration.choose",
        "compare": "verhulst.calibration.comparison",
        "cost_threshold": "verhulst.calibration.decision",
        "decide": "verhulst.calibration.decision",
        "decision_curve": "verhulst.calibration.decision",
        "evaluate": "verhulst.calibration.evaluation",
        "reliability": "verhulst.calibration.reliability_curve",
    },
)
