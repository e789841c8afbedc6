"""Fitted models in files: everything that the fit knows but the data, with exact floats."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

import numpy as np

from verhulst.data.design import Design
from verhulst.data.errors import ModelFileError
from verhulst.data.formula import FormulaDesign
from verhulst.data.model_file import ModelFile, write_model
from verhulst.regression.collinearity import Collinear
from verhulst.regression.covariance import covariance_from_json
from verhulst.regression.newton import Pass
from verhulst.regression.result import Firth, LogisticFit
from verhulst.regression.separation import Separation
from verhulst.regression.table_fit import TableFit
from verhulst.regression.totals import Totals

KIND = "logistic regression"
SCHEMA_VERSION = 1
_PASS = ("number", "log_likelihood", "decrement", "step", "accepted", "information")


def fit_to_json(fit: LogisticFit) -> dict[str, Any]:
    """A fit in the terms of a model file. The directions of its passes are left out."""
    plain = (
        "names",
        "intercept",
        "coefficients",
        "log_likelihood",
        "null_log_likelihood",
        "rows",
        "cases",
    )
    more = ("events", "penalty", "C", "status", "decrement", "condition")
    separation = fit.separation
    return {name: getattr(fit, name) for name in plain + more} | {
        "covariance": fit.covariance_record.to_json(),
        "passes": [{name: getattr(one, name) for name in _PASS} for one in fit.passes],
        "collinear": [asdict(one) for one in fit.collinear],
        "separation": separation and {name: getattr(separation, name) for name in Separation.__dataclass_fields__},
        "firth": fit.firth and asdict(fit.firth),
    }


def fit_from_json(record: dict[str, Any]) -> LogisticFit:
    """The inverse of `fit_to_json`."""
    fields = dict(record)
    separation = fields["separation"]
    if separation is not None:
        vectors = {name: np.array(separation[name], dtype=float) for name in ("direction", "finite")}
        names = {name: tuple(separation[name]) for name in ("columns", "reasons")}
        separation = Separation(**(separation | vectors | names))
    fields |= {
        "names": tuple(fields["names"]),
        "coefficients": np.array(fields["coefficients"], dtype=float),
        "covariance_record": covariance_from_json(fields.pop("covariance"), bool(fields["intercept"])),
        "passes": tuple(Pass(**one) for one in fields["passes"]),
        "collinear": tuple(Collinear(**one) for one in fields["collinear"]),
        "separation": separation,
        "firth": fields["firth"] and Firth(**fields["firth"]),
    }
    return LogisticFit(**fields)


def save(model: TableFit, path: str | os.PathLike[str]) -> None:
    """Writes a model file, whole or not at all; see `TableFit.save`."""
    formula = isinstance(model.design, FormulaDesign)
    payload = {
        "design": None if formula else model.design.to_json(),
        "formula": model.design.to_json() if formula else None,
        "fit": fit_to_json(model.fit),
        "totals": asdict(model.totals),
    }
    write_model(path, KIND, SCHEMA_VERSION, payload)


def from_model_file(model_file: ModelFile) -> TableFit:
    """The model in a file.

    Raises
    ------
    ModelFileError
        If the file is of another version, or something in it is missing or of another type.
    """
    payload = model_file.require(KIND, SCHEMA_VERSION)
    try:
        design: Design | FormulaDesign = (
            Design.from_json(payload["design"]) if payload["design"] else FormulaDesign.from_json(payload["formula"])
        )
        return TableFit(design, fit_from_json(payload["fit"]), Totals.from_json(payload["totals"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"{model_file.path}: the model file is damaged ({type(error).__name__}: {error})."
        ) from None
