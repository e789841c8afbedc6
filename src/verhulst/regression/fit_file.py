"""Fits of older model files, brought to the schema of today."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from verhulst.data.schema import Maybe, Record, Text
from verhulst.regression.estimates import Estimates
from verhulst.regression.separation import Separation

# Schema 2: the kind of penalty beside C, which is 1 or anything without an L2 penalty.
_FIELDS_2 = {**Estimates.SCHEMA.fields, "penalty": Maybe(Text(among=("l2", "firth")))}
FIT_2 = replace(Estimates.SCHEMA, fields=_FIELDS_2)
# Schema 1: separation without the states of the coefficients.
FIT_1 = Record(
    {**_FIELDS_2, "separation": Maybe(Record(Separation.SCHEMA.fields, ("states", "rows_misplaced")))},
    Estimates.SCHEMA.optional,
)


def with_states(fit: dict[str, Any]) -> dict[str, Any]:
    """A fit of schema 1 in terms of schema 2: separation with the state of each coefficient.

    Files that know of one separating direction only settle the sign of a coefficient that stands alone.
    """
    separation = fit["separation"]
    if separation is None or separation.get("states"):
        return fit
    direction = [float(entry) for entry in separation["direction"]]
    if np.count_nonzero(direction) == 1:
        states = ["+inf" if d > 0 else "-inf" if d < 0 else "finite" for d in direction]
    else:
        states = ["not examined" if d else "finite" for d in direction]
    return fit | {"separation": separation | {"states": states}}


def without_penalty(fit: dict[str, Any]) -> dict[str, Any]:
    """A fit of schema 2 in terms of schema 3: C is infinite without an L2 penalty."""
    kind = fit["penalty"]
    others = {name: value for name, value in fit.items() if name != "penalty"}
    return others if kind == "l2" else others | {"C": float("inf")}
