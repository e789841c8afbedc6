"""Covariances out of model files."""

from __future__ import annotations

from typing import Any

import numpy as np

from verhulst.data.schema import Check, DamagedError, Either, ListOf, numbers, path
from verhulst.regression.covariance import Covariance, ErrorsOnly
from verhulst.regression.row_space_covariance import InRowSpace
from verhulst.regression.standardised_covariance import Standardised, check_unknown, given


def _schema_of(record: Any) -> Check:
    if not isinstance(record, dict):
        return _MATRIX
    if "basis" in record:
        return InRowSpace.schema(Standardised.SCHEMA)
    return ErrorsOnly.SCHEMA if "standard_errors" in record else Standardised.SCHEMA


# A plain matrix is what older files hold.
_MATRIX = ListOf(numbers("coefficients", finite=False), "coefficients")
COVARIANCE = Either(_schema_of)


def check_size(record: Any, count: int, intercept: bool, at: str) -> None:
    """Raise `DamagedError` if the covariance at a path is not one of `count` coefficients."""
    if not isinstance(record, dict):
        check_unknown(record, at)
        return
    if "standard_errors" in record:
        return
    if "basis" in record:
        inside = intercept + (len(record["basis"][0]) if record["basis"] else 0)
        check_size(record["inner"], inside, intercept, path(at, "inner"))
        return
    size = len(record["working"] if record["fixed"] is None else record["fixed"])
    if size != count:
        raise DamagedError(at, f"has {size:,} coefficients, where other fields need {count:,}")


def covariance_from_json(record: Any, intercept: bool) -> Covariance:
    """The covariance whose `to_json` gave this; a plain matrix is what older files hold."""
    if not isinstance(record, dict):
        return given(np.array(record, dtype=float), intercept)
    if "basis" in record:
        return InRowSpace.from_json(record, covariance_from_json(record["inner"], intercept), intercept)
    if "standard_errors" in record:
        return ErrorsOnly(np.array(record["standard_errors"], dtype=float))
    return Standardised.from_json(record)
