"""Read calibrators from model files."""

from __future__ import annotations

from verhulst.calibration.calibrator import Calibrator
from verhulst.calibration.maps import MAPS
from verhulst.data.errors import ModelFileError
from verhulst.data.model_file import ModelFile
from verhulst.data.schema import shown


def from_model_file(model_file: ModelFile) -> Calibrator:
    """Return the calibrator in a model file; it predicts the same bits as the one that was saved.

    Raises
    ------
    ModelFileError
        If the kind, version or map is unknown, or as `Saved.from_model_file`.
    """
    name = model_file.require(Calibrator._kind, Calibrator._schema_version).get("map")
    if not isinstance(name, str) or name not in MAPS:
        raise ModelFileError(
            f"{model_file.path}: no calibration map is named {shown(name)} (known: {', '.join(sorted(MAPS))})."
        )
    return MAPS[name].from_model_file(model_file)
