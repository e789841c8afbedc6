"""`vh.load`: read a saved model."""

from __future__ import annotations

import importlib
import os
from operator import attrgetter
from typing import Any

from verhulst._options import checks_options
from verhulst.data.errors import ModelFileError, listed
from verhulst.data.model_file import read_model
from verhulst.data.schema import shown

# Kind of model -> what makes the object from a ModelFile. Imported when such a file is loaded.
_KINDS = {
    "logistic regression": "verhulst.regression.table_fit:TableFit.from_model_file",
    "logistic regression estimator": "verhulst.regression.estimator:LogisticRegression.from_model_file",
    "multinomial regression": "verhulst.regression.multinomial_fit:MultinomialFit.from_model_file",
    "multinomial regression of a table": "verhulst.regression.table_classes:MultinomialTableFit.from_model_file",
    "calibrator": "verhulst.calibration.model_file:from_model_file",
}


@checks_options
def load(path: str | os.PathLike[str]) -> Any:
    """Load a model or a calibrator that was saved by `save`.

    A model file is JSON; nothing in it is executed.

    Parameters
    ----------
    path : str or PathLike
        The file, or "-" for standard input.

    Returns
    -------
    object
        An object of the class that was saved.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    verhulst.data.ModelFileError
        If it is not a model file, is damaged, or was written by a version with a layout that this one cannot read.
    """
    model_file = read_model(path)
    if model_file.kind not in _KINDS:
        raise ModelFileError(
            f"{model_file.path}: contains a {shown(model_file.kind)}, which this version of verhulst does not know "
            f"(it knows {listed(_KINDS)}). Update verhulst."
        )
    module, name = _KINDS[model_file.kind].split(":")
    return attrgetter(name)(importlib.import_module(module))(model_file)
