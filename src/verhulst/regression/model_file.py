"""Fitted models in files: everything that the fit knows but the data, with exact floats."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from verhulst.data.design import Design
from verhulst.data.errors import ModelFileError
from verhulst.data.formula import FormulaDesign
from verhulst.data.model_file import ModelFile, write_model
from verhulst.regression.collinearity import Collinear
from verhulst.regression.covariance import Standardised, covariance_from_json
from verhulst.regression.newton import Pass
from verhulst.regression.result import Firth, LogisticFit
from verhulst.regression.separation import Separation, State
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
    more = ("events", "penalty", "C", "status", "decrement", "condition", "has_offset")
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
    covariance = covariance_from_json(fields.pop("covariance"), bool(fields["intercept"]))
    separation = fields["separation"]
    if separation is not None:
        vectors = {name: np.array(separation[name], dtype=float) for name in ("direction", "finite")}
        states = separation.get("states") or _states_of_one_direction(vectors["direction"])
        if len(states) != len(vectors["direction"]) or not set(states) <= set(get_args(State)):
            raise ValueError("the states of the coefficients are not what they can be")
        names = {"columns": tuple(separation["columns"]), "reasons": tuple(separation["reasons"])}
        separation = Separation(**(separation | vectors | names | {"states": tuple(states)}))
        infinite = separation.infinite | separation.unknown
        fields["coefficients"] = np.where(infinite, separation.coefficients, _floats(fields["coefficients"]))
        if isinstance(covariance, Standardised):
            fixed = np.zeros(len(separation.finite)) if covariance.fixed is None else covariance.fixed
            covariance = replace(covariance, fixed=np.where(separation.unknown, np.nan, fixed))
    fields |= {
        "names": tuple(fields["names"]),
        "coefficients": _floats(fields["coefficients"]),
        "covariance_record": covariance,
        "passes": tuple(Pass(**one) for one in fields["passes"]),
        "collinear": tuple(Collinear(**one) for one in fields["collinear"]),
        "separation": separation,
        "firth": fields["firth"] and Firth(**fields["firth"]),
    }
    return LogisticFit(**fields)


def _floats(numbers: Any) -> NDArray[np.float64]:
    return np.array(numbers, dtype=float)


def _states_of_one_direction(direction: NDArray[np.float64]) -> list[State]:
    """For files that know of one separating direction only: they settle the sign of a coefficient that stands alone."""
    if np.count_nonzero(direction) == 1:
        return ["+inf" if d > 0 else "-inf" if d < 0 else "finite" for d in direction]
    return ["not examined" if d else "finite" for d in direction]


def save(model: TableFit, path: str | os.PathLike[str]) -> None:
    """Writes a model file, whole or not at all; see `TableFit.save`."""
    formula = isinstance(model.design, FormulaDesign)
    payload = {
        "design": None if formula else model.design.to_json(),
        "formula": model.design.to_json() if formula else None,
        "fit": fit_to_json(model.fit),
        "totals": model.totals.to_json(),
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
