"""More columns than rows, without a penalty: the fit of linearly independent columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.regression.arrays import array_of
from verhulst.regression.collinearity import TERMS, Collinear, left_out, without_dependent
from verhulst.regression.covariance import ErrorsOnly
from verhulst.regression.observations import Observations
from verhulst.regression.result import LogisticFit
from verhulst.regression.separation import Separation, State
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.standardised_covariance import Standardised
from verhulst.regression.statistics import Matrix, Vector

TOGETHER = 256  # columns


def among_independent(
    data: Observations,
    intercept: bool,
    collinear: Literal["drop", "error"],
    fitted: Callable[[Observations], LogisticFit],
) -> LogisticFit:
    """Return the fit of the columns that are not combinations of columns before them, extended to all columns.

    Parameters
    ----------
    data : all of it finite
    intercept, collinear : see `fit`
    fitted : fits a subset of the columns
    """
    standard = data.standardisation(intercept)
    kept, dropped = independent(data, standard)
    left_out(dropped, collinear, data)
    names = tuple(data.names[k] for k in kept)
    found = fitted(replace(data, X=np.ascontiguousarray(data.X[:, kept]), names=names))
    return among_all(found, data.names, kept, dropped)


def among_all(
    found: LogisticFit, names: tuple[str, ...], kept: NDArray[np.intp], dropped: tuple[Collinear, ...]
) -> LogisticFit:
    """Return a fit of the columns `kept`, extended to all columns, of which some were `dropped` before."""
    # Columns that the fit itself dropped have their places among those kept.
    further = tuple(replace(one, column=int(kept[one.column])) for one in found.collinear)
    dropped = tuple(sorted(dropped + further, key=lambda one: one.column))
    first = int(found.has_intercept)
    size, used = first + len(names), np.concatenate([np.arange(first), first + kept])

    def spread(values: Vector) -> Vector:
        everywhere = np.zeros(size)
        everywhere[used] = values
        return everywhere

    separation: Separation | None = found.separation
    if separation is not None:
        states: list[State] = ["finite"] * size  # those of dropped columns are not used
        for place, state in zip(used.tolist(), separation.states, strict=True):
            states[place] = state
        direction, finite = spread(separation.direction), spread(separation.finite)
        separation = replace(separation, states=tuple(states), direction=direction, finite=finite)
    assert isinstance(found.covariance_record, Standardised)
    return replace(
        found,
        names=names,
        coefficients=spread(found.coefficients),
        covariance_record=found.covariance_record.among(size, used),
        collinear=dropped,
        separation=separation,
    )


def narrowed(found: LogisticFit, X: ArrayLike) -> tuple[LogisticFit, Matrix, NDArray[np.intp]] | None:
    """Return a fit of more columns than rows without its dropped columns; None for any other fit.

    Returns
    -------
    The fit, the rows with the same columns, and the places of its coefficients
    """
    x = array_of(X, "X")
    if not found.collinear or len(found.names) <= found.rows or x.ndim != 2 or x.shape[1] != len(found.names):
        return None
    kept = np.setdiff1d(np.arange(len(found.names)), [one.column for one in found.collinear])
    first = int(found.has_intercept)
    used = np.concatenate([np.arange(first), first + kept])
    separation = found.separation
    if separation is not None:
        states = tuple(separation.states[k] for k in used.tolist())
        direction, finite = separation.direction[used], separation.finite[used]
        separation = replace(separation, states=states, direction=direction, finite=finite)
    narrow = replace(
        found,
        names=tuple(found.names[k] for k in kept.tolist()),
        coefficients=found.coefficients[used],
        covariance_record=ErrorsOnly(found.standard_errors[used]),
        collinear=(),
        separation=separation,
    )
    return narrow, x[:, kept], used


def independent(data: Observations, standard: Standardisation) -> tuple[NDArray[np.intp], tuple[Collinear, ...]]:
    """Return which columns are no combinations of columns before them, and the others with what they are made of.

    Columns are examined in blocks, together with those kept so far. Once as many columns as rows are kept, all others
    are combinations of these; the combinations are computed for the first of them.
    """
    rows, names = data.where_it_counts(), np.array(data.names, dtype=object)
    rows.farthest(standard.centre)
    most, p = len(rows.y) - int(standard.intercept), len(names)
    kept, at = np.empty(0, dtype=np.intp), 0
    found: list[Collinear] = []
    while at < p and (len(kept) < most or (len(found) + TOGETHER) * most <= TERMS or not found):
        block = np.concatenate([kept, np.arange(at, min(at + TOGETHER, p))])
        some = replace(rows, X=np.ascontiguousarray(rows.X[:, block]), names=tuple(names[block]))
        own = Standardisation(standard.centre[block], standard.inverse_scale[block], standard.intercept)
        _, dropped = without_dependent(some.rows(own), own, some.names)
        kept = np.delete(block, [one.column for one in dropped])
        found += [replace(one, column=int(block[one.column])) for one in dropped]
        at += TOGETHER
    found += [Collinear(data.names[column], column, None, 0.0) for column in range(at, p)]
    return kept, tuple(found)
