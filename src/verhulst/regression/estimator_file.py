"""Fitted estimators in files: parameters, classes and fits, with exact floats."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from verhulst.data.errors import ModelFileError
from verhulst.data.model_file import ModelFile, write_model
from verhulst.regression.estimator import LogisticRegression
from verhulst.regression.model_file import fit_from_json, fit_to_json

KIND = "logistic regression estimator"
SCHEMA_VERSION = 1


def save(model: LogisticRegression, path: str | os.PathLike[str]) -> None:
    """Writes a model file, whole or not at all; see `LogisticRegression.save`."""
    classes = np.asarray(model.classes_)
    if classes.dtype == object and all(isinstance(label, str) for label in classes):
        classes = classes.astype(str)
    if classes.dtype.kind not in "biufU":
        raise TypeError(f"classes of type {classes.dtype} cannot be written to a model file; use text or numbers")
    fits = model._results
    payload = {
        "parameters": model.get_params(),
        "classes": classes.tolist(),
        "class_type": classes.dtype.str,
        "multi_label": isinstance(model.result_, tuple),
        "n_features": model.n_features_in_,
        "feature_names": list(map(str, model.feature_names_in_)) if hasattr(model, "feature_names_in_") else None,
        "fits": [fit_to_json(one) for one in fits],
    }
    write_model(path, KIND, SCHEMA_VERSION, payload)


def from_model_file(model_file: ModelFile) -> LogisticRegression:
    """The estimator in a file.

    Raises
    ------
    ModelFileError
        if the file is of another version, or something in it is missing or of another type
    """
    payload: dict[str, Any] = model_file.require(KIND, SCHEMA_VERSION)
    try:
        model = LogisticRegression(**payload["parameters"])
        fits = tuple(fit_from_json(one) for one in payload["fits"])
        model.classes_ = np.array(payload["classes"], dtype=payload["class_type"])
        model.n_features_in_ = int(payload["n_features"])
        if payload["feature_names"] is not None:
            model.feature_names_in_ = np.array(payload["feature_names"], dtype=object)
        model.result_ = fits if payload["multi_label"] else fits[0]
        model._publish()
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ModelFileError(
            f"{model_file.path}: the model file is damaged ({type(error).__name__}: {error})."
        ) from None
    return model
