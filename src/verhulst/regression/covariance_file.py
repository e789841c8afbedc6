"""Covariances out of model files."""

from __future__ import annotations

from typing import Any

import numpy as np

from verhulst.regression.covariance import Covariance, ErrorsOnly, Standardised, given
from verhulst.regression.row_space_covariance import InRowSpace


def covariance_from_json(record: Any, intercept: bool) -> Covariance:
    """The covariance whose `to_json` gave this; a plain matrix is what older files hold."""
    if not isinstance(record, dict):
        return given(np.array(record, dtype=float), intercept)
    if "basis" in record:
        return InRowSpace.from_json(record, covariance_from_json(record["inner"], intercept), intercept)
    if "standard_errors" in record:
        return ErrorsOnly(np.array(record["standard_errors"], dtype=float))
    return Standardised.from_json(record)
