"""The keyword by which the `fit` method of a scikit-learn estimator takes sample weights, if any."""

from __future__ import annotations

import inspect
from typing import Any

from sklearn import get_config
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter


def weight_parameter(estimator: Any) -> str | None:
    """Return the keyword by which weights reach every inner classifier; None if there is none.

    A pipeline takes those of its last step as `step__sample_weight`; searches and ensembles pass on what they are
    given. With scikit-learn's metadata routing the estimator routes `sample_weight` itself, and raises an error if
    routing was not requested.
    """
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    if get_config().get("enable_metadata_routing") and _hands_on(estimator):
        return "sample_weight"
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        inner = None if last is None or isinstance(last, str) else weight_parameter(last)
        return None if inner is None else f"{name}__{inner}"
    if not _hands_on(estimator):
        return None
    if hasattr(estimator, "estimators"):
        parts = [part for _, part in estimator.estimators if part is not None and not isinstance(part, str)]
        return "sample_weight" if all(weight_parameter(part) == "sample_weight" for part in parts) else None
    return weight_parameter(estimator.estimator) if hasattr(estimator, "estimator") else None


def _hands_on(estimator: Any) -> bool:
    parameters = inspect.signature(estimator.fit).parameters.values()
    return any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)
