"""Read calibrators from model files."""

from __future__ import annotations

from verhulst.calibration.calibrator import Calibrator
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
    content = model_file.require(Calibrator._kind, Calibrator._schema_version)
    name = content.get("map")
    if name not in MAPS:
        raise ModelFileError(
            f"{model_file.path}: no calibration map is named {name!r} (known: {', '.join(sorted(MAPS))})."
        )
    try:
        return MAPS[name].from_json(content)
    except (KeyError, TypeError, ValueError) as problem:
        raise ModelFileError(f"{model_file.path}: the calibrator file is damaged ({problem!r}).") from None
