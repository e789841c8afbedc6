"""Read calibrators from model files."""

from __future__ import annotations

from verhulst.calibration.calibrator import SCHEMA_VERSION, Calibrator
from verhulst.calibration.maps import MAPS
from verhulst.data.errors import ModelFileError
from verhulst.data.model_file import ModelFile


def from_model_file(model_file: ModelFile) -> Calibrator:
    """Return the calibrator in a model file; it predicts the same bits as the one that was saved.

    Raises
    ------
    ModelFileError
        If the kind or version differs, or parameters are missing or not numbers.
    """
    content = model_file.require("calibrator", SCHEMA_VERSION)
    name = content.get("map")
    if name not in MAPS:
        raise ModelFileError(
            f"{model_file.path}: no calibration map is named {name!r} (known: {', '.join(sorted(MAPS))})."
        )
    calibrator = MAPS[name].__new__(MAPS[name])
    try:
        calibrator.restore(content)
    except (KeyError, TypeError, ValueError) as problem:
        raise ModelFileError(f"{model_file.path}: the calibrator file is damaged ({problem!r}).") from None
    return calibrator
