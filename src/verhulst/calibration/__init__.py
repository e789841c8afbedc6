"""Calibration of raw scores into probabilities, and their evaluation."""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "Beta": "verhulst.calibration.beta",
        "CalibratedClassifier": "verhulst.calibration.classifier",
        "CalibrationWarning": "verhulst.calibration.calibrator",
        "Calibrator": "verhulst.calibration.calibrator",
        "ClassEvaluation": "verhulst.calibration.class_evaluation",
        "Evaluation": "verhulst.calibration.evaluation",
        "Identity": "verhulst.calibration.identity",
        "Isotonic": "verhulst.calibration.isotonic",
        "LeverageWarning": "verhulst.calibration.platt",
        "LogitHistogram": "verhulst.calibration.histogram",
        "Platt": "verhulst.calibration.platt",
        "PriorShift": "verhulst.calibration.prior_shift",
        "Reliability": "verhulst.calibration.reliability_curve",
        "ScoreKindError": "verhulst.calibration.scores",
        "Temperature": "verhulst.calibration.temperature",
        "VectorScaling": "verhulst.calibration.vector_scaling",
        "calibrate": "verhulst.calibration.choose",
        "class_reliability": "verhulst.calibration.class_curves",
        "compare": "verhulst.calibration.comparison",
        "cost_threshold": "verhulst.calibration.decision",
        "decide": "verhulst.calibration.decision",
        "decision_curve": "verhulst.calibration.decision",
        "evaluate": "verhulst.calibration.evaluation",
        "reliability": "verhulst.calibration.reliability_curve",
    },
)
