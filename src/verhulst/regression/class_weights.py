"""Weights and sampling rates by class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.statistics import Vector


def class_weights(
    given: Mapping[Any, float] | Literal["balanced"] | None,
    classes: NDArray[Any],
    code: NDArray[np.intp],
    weight: Vector | None,
) -> Vector | None:
    """Return sample weights multiplied by the weights of the classes; None if there are neither.

    "balanced" is n/(K·nₖ) for class k, with sums of weights for numbers of rows (King and Zeng 2001, "Logistic
    regression in rare events data", Political Analysis 9).

    Parameters
    ----------
    given : mapping, "balanced" or None
        A weight for each class; 1 for those that are not there.
    classes : (K,)
        The labels.
    code : (n,)
        The place of the class of each row.
    weight : (n,) or None
        Sample weights.

    Raises
    ------
    ValueError
        If it is another text, a label is not among the classes, or a weight is not a finite number of at least 0.
    TypeError
        If it is something else.
    """
    if given is None:
        return weight
    if isinstance(given, str):
        if given != "balanced":
            raise ValueError(f"class_weight must be a dict, 'balanced' or None, not {given!r}")
        count = np.bincount(code, weight, len(classes))
        of_class = np.divide(count.sum(), len(classes) * count, out=np.ones(len(count)), where=count > 0)
    else:
        of_class = _by_class(given, classes, "class_weight")
    of_row: Vector = of_class[code]
    return of_row if weight is None else of_row * weight


def log_sampling_rates(given: Mapping[Any, float] | None, classes: NDArray[Any], intercept: bool) -> Vector | None:
    """Return (K,) logarithms of the shares of cases that were sampled, or None.

    Raises
    ------
    ValueError
        If a label is not among the classes, a rate is not above 0 and up to 1, or there is no intercept to correct.
    TypeError
        If it is no dict.
    """
    if given is None:
        return None
    rates = _by_class(given, classes, "sampling_rates")
    if not np.all((rates > 0) & (rates <= 1)):
        wrong = int(np.argmin((rates > 0) & (rates <= 1)))
        raise ValueError(
            f"sampling_rates must be above 0 and up to 1, but that of {_shown(classes[wrong])} is {rates[wrong]:g}"
        )
    if not intercept:
        raise ValueError("sampling_rates correct the intercept: fit_intercept must be True")
    return np.log(rates)


def _by_class(given: Any, classes: NDArray[Any], name: str) -> Vector:
    if not isinstance(given, Mapping):
        raise TypeError(f"{name} must be a dict of classes and numbers, not {type(given).__name__}")
    places = {label: place for place, label in enumerate(classes.tolist())}
    found = np.ones(len(classes))
    for label, value in given.items():
        plain = np.asarray(label).tolist()
        if plain not in places:
            known = ", ".join(map(_shown, classes[:10]))
            raise ValueError(f"{name} has {_shown(label)}, which is not a class; there are {known}")
        try:
            found[places[plain]] = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"{name} of {_shown(label)} must be a number, not {value!r}") from None
        if not 0 <= found[places[plain]] < np.inf:
            raise ValueError(f"{name} of {_shown(label)} must be finite and at least 0, but is {value!r}")
    return found


def _shown(label: Any) -> str:
    return repr(np.asarray(label).tolist())
