"""A penalised fit in the space of the rows, where its maximum lies whatever the rank of the columns.

At the maximum of ℓ(b₀, b) − ½‖b‖²/C the slopes are a combination of the rows, b = C Xᵀ(w(y − σ)), and of the centred
rows if there is an intercept, since then the residuals add up to 0. With orthonormal columns Q that span the centred
rows, Xc = L Qᵀ and b = Q u: the fit of L with the same penalty ½‖u‖²/C gives u. L has at most as many columns as rows,
and none that is a combination of others. What is at right angles to the rows keeps the variance C of the penalty.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from verhulst.regression.observations import Observations, require_moderate
from verhulst.regression.result import LogisticFit
from verhulst.regression.row_space import RowSpace
from verhulst.regression.row_space_covariance import InRowSpace
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Vector


def in_row_space(
    data: Observations,
    centre: Vector,
    intercept: bool,
    root: float,
    fitted: Callable[[Observations, float], LogisticFit],
) -> LogisticFit:
    """The penalised fit of `data`.

    Parameters
    ----------
    data : all of it finite
    centre : (p,) what to subtract from the columns; zeros without an intercept
    intercept : whether there is one
    root : √(1/C) for the weights as they are in `data`
    fitted : fits other columns with another root of the penalty
    """
    rows = data.where_it_counts()
    with np.errstate(over="ignore"):
        X = np.subtract(rows.X, centre, dtype=np.float64, order="C")
    size = np.maximum(X.max(axis=0, initial=0.0), -X.min(axis=0, initial=0.0))
    require_moderate(size)
    unit = math.hypot(float(size.max(initial=0.0)), root / math.sqrt(rows.total_weight))
    scale = math.ldexp(1.0, -math.frexp(unit)[1])  # the entries are then at most 1, and so is the ridge beside them
    X *= scale
    space, L = RowSpace.of(X, size * scale, root * scale, rows.total_weight)
    names = tuple(f"direction {k + 1}" for k in range(L.shape[1]))
    found = fitted(replace(rows, X=L, names=names), root * scale)
    slopes = space.spread(found.coefficients[int(intercept) :]) * scale
    constant = [found.coefficients[0] - centre @ slopes] if intercept else []
    away = 2.0 ** (-data.weight_exponent / 2) / root  # the standard error that the penalty alone gives
    record = InRowSpace(
        found.covariance_record, space, Standardisation(centre, np.full(len(centre), scale), intercept), away
    )
    return replace(
        found,
        names=data.names,
        coefficients=np.concatenate([constant, slopes]),
        covariance_record=record,
        rows=len(data.y),
        has_offset=data.has_offset,
    )
