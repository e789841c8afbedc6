"""A penalised fit of more columns than rows, in the space of the rows, where its maximum lies.

At the maximum of ℓ(b₀, b) − ½‖b‖²/C the slopes are a combination of the rows, b = C Xᵀ(w(y − σ)), and of the centred
rows if there is an intercept, since then the residuals add up to 0. With orthonormal columns Q that span the centred
rows, Xc = L Qᵀ and b = Q u: the fit of L with the same penalty ½‖u‖²/C gives u. L has at most as many columns as rows.
What is at right angles to the rows keeps the variance C of the penalty.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from verhulst.regression.collinearity import without_far_values
from verhulst.regression.estimates import ConvergenceWarning
from verhulst.regression.linear_predictor import rest_of
from verhulst.regression.observations import Observations
from verhulst.regression.result import LogisticFit
from verhulst.regression.row_space import exact_row_space, row_space
from verhulst.regression.row_space_covariance import InRowSpace
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Vector
from verhulst.regression.warn import warn


def in_row_space(
    data: Observations,
    intercept: bool,
    root: float,
    tolerance: float,
    fitted: Callable[[Observations, float], LogisticFit],
) -> LogisticFit:
    """Return the penalised fit of `data`.

    Parameters
    ----------
    data : all of it finite
    intercept : whether there is one
    root : √(1/C) for the weights as they are in `data`
    tolerance : decrement at which the fit counts as converged
    fitted : fits other columns with another root of the penalty
    """
    rows, standard = data.where_it_counts(), data.standardisation(intercept)
    centre = standard.centre
    scale = _scale(rows, centre, root)
    space, L, doubt, exact_is_better = row_space(rows.X, centre, scale, root * scale, rows.total_weight)
    if exact_is_better:
        # Less a mean that a single value decides, the others would lose their digits.
        centre, doubt = without_far_values(rows.rows(standard), standard).centre, 0.0
        scale = _scale(rows, centre, root)
        space, L = exact_row_space(rows.X, centre, scale)
    names = tuple(f"direction {k + 1}" for k in range(L.shape[1]))
    found = fitted(replace(rows, X=L, names=names), root * scale)
    if doubt > tolerance:
        warn(
            f"the fit did not converge: rounding of columns so large beside the penalty, more of them than rows, may "
            f"move the coefficients by {doubt:.2g} standard errors. Divide the columns by their standard deviations",
            ConvergenceWarning,
        )
        found = replace(found, status="stalled", decrement=max(found.decrement, doubt))
    slopes = space.spread(found.coefficients[int(intercept) :]) * scale
    unscaled = Standardisation(centre, np.ones(len(centre)), intercept)
    centred = np.concatenate([found.coefficients[: int(intercept)], slopes])
    away = 2.0 ** (-data.weight_exponent / 2) / root  # the standard error that the penalty alone gives
    standard = Standardisation(centre, np.full(len(centre), scale), intercept)
    return replace(
        found,
        names=data.names,
        coefficients=unscaled.original(centred),
        covariance_record=InRowSpace(found.covariance_record, space, standard, away),
        rows=len(data.y),
        has_offset=data.has_offset,
        intercept_rest=rest_of(unscaled, centred),
    )


def _scale(rows: Observations, centre: Vector, root: float) -> float:
    """Return a power of two that makes the entries at most 1, and the ridge beside them too."""
    unit = math.hypot(rows.farthest(centre), root / math.sqrt(rows.total_weight))
    return math.ldexp(1.0, -math.frexp(unit)[1])
