"""Calibrators out of model files."""

from __future__ import annotations

from verhulst.calibration import beta, identity, isotonic, platt, prior_shift, quadratic, temperature, vector_scaling
from verhulst.calibration.calibrator import SCHEMA_VERSION, Calibrator
from verhulst.data.errors import ModelFileError
from verhulst.data.model_file import ModelFile

MAPS: dict[str, type[Calibrator]] = {
    kind.__name__: kind
    for kind in (
        beta.Beta,
        identity.Identity,
        isotonic.Isotonic,
        platt.Platt,
        prior_shift.PriorShift,
        quadratic.Quadratic,
        temperature.Temperature,
        vector_scaling.VectorScaling,
    )
}


def from_model_file(model_file: ModelFile) -> Calibrator:
    """The calibrator that a model file holds; it predicts the same bits as the one that was saved.

    Raises
    ------
    ModelFileError : another kind or version, or parameters that are missing or no numbers
    """
    content = model_file.require("calibrator", SCHEMA_VERSION)
    name = content.get("map")
    if name not in MAPS:
        raise ModelFileError(f"{model_file.path}: no calibration map is named {name!r} (known: {', '.join(MAPS)}).")
    calibrator = MAPS[name].__new__(MAPS[name])
    try:
        calibrator.restore(content)
    except (KeyError, TypeError, ValueError) as problem:
        raise ModelFileError(f"{model_file.path}: the calibrator file is damaged ({problem!r}).") from None
    return calibrator
