"""A question to a design whose columns stay where they lie, as the kernel takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_matrix import Coded, ColumnMatrix
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

Sums = tuple[float, Vector, Matrix | None, float, float, float]
Question = tuple[Any, ...]  # the arguments of `verhulst._core.logistic_statistics`


def column_question(
    X: ColumnMatrix,
    y: Vector,
    weight: Vector | None,
    offset: Vector | None,
    standard: Standardisation,
    beta: Vector,
    direction: Vector | None,
    product: int,
) -> tuple[Question, Callable[[Sums], Sums]]:
    """What the kernel is asked for sums over all rows, and what makes them of its answer.

    Numbers are centred and scaled by the kernel. It adds up codes as they are, 0 and 1; their centres and scales are
    put in afterwards. The largest norm of a row is then that of its numbers and the largest that levels may add.
    """
    first, numbers = int(standard.intercept), X.number_places
    kept = np.concatenate([np.arange(first), first + numbers]).astype(np.intp)
    tables = sums = None
    if X.coded:
        tables = np.zeros((2, sum(len(each.places) for each in X.coded)))
        sums = np.empty(X.sums_size)
        at = 0
        for each in X.coded:
            tables[:, at : at + len(each.places)] = _of_codes(each, standard, beta[first:], direction, first)
            at += len(each.places)
    question = (
        X.as_given(tables, sums),
        y,
        weight,
        offset,
        np.ascontiguousarray(standard.centre[numbers]),
        np.ascontiguousarray(standard.inverse_scale[numbers]),
        standard.intercept,
        np.ascontiguousarray(beta[kept]),
        None if direction is None else np.ascontiguousarray(direction[kept]),
        product,
    )

    def of_all_columns(found: Sums) -> Sums:
        if sums is None:
            return found
        value, gradient, matrix, norm, least, most = found
        gradient, matrix = _whole(X, standard, kept, gradient, matrix, sums)
        norm = float(np.sqrt(norm**2 + sum(_largest_norm(each, standard) for each in X.coded)))
        return value, gradient, matrix, norm, least, most

    return question, of_all_columns


def column_standardisation(X: ColumnMatrix, *, intercept: bool, weight: Vector | None) -> Standardisation:
    """Centres and scales as `Standardisation.of`; levels that are added up by code have neither.

    Levels that no row has, and one that all have, get scale 0 where that makes them constant.
    """
    own = None
    if len(numbers := X.number_places):
        own = Standardisation.of(X[:, numbers], intercept=intercept, weight=weight)
    return with_levels(X, own, intercept, lambda: rows_with_levels(X, weight))


def with_levels(
    X: ColumnMatrix,
    numbers: Standardisation | None,
    intercept: bool,
    counts: Callable[[], tuple[NDArray[np.float64], float]],
) -> Standardisation:
    """Centres and scales of all columns, from those of the numbers and from `rows_with_levels`."""
    if not X.coded:
        assert numbers is not None
        return numbers
    centre, inverse_scale = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    if numbers is not None:
        centre[X.number_places], inverse_scale[X.number_places] = numbers.centre, numbers.inverse_scale
    levels = np.concatenate([each.places[each.shown] for each in X.coded])
    rows, all_rows = counts()
    everywhere = intercept & (rows == all_rows)
    centre[levels] = everywhere
    inverse_scale[levels] = (rows > 0) & ~everywhere
    return Standardisation(centre, inverse_scale, intercept)


def rows_with_levels(X: ColumnMatrix, weight: Vector | None) -> tuple[NDArray[np.float64], float]:
    """The number of rows that count with each level that is added up by code, and of all rows that count."""
    levels = np.concatenate([each.places[each.shown] for each in X.coded])
    counted = None if weight is None else (weight > 0).astype(float)
    return X[:, levels].count_nonzero(counted), len(X) if counted is None else float(counted.sum())


def _of_codes(coded: Coded, standard: Standardisation, slopes: Vector, direction: Vector | None, first: int) -> Matrix:
    """(2, levels) what each code adds to the linear predictor, and to that along the direction."""
    shown, places = coded.shown, coded.places[coded.shown]
    centre, scale = standard.centre[places], standard.inverse_scale[places]
    table = np.zeros((2, len(coded.places)))
    for row, coefficients in enumerate((slopes, None if direction is None else direction[first:])):
        if coefficients is not None:
            scaled = coefficients[places] * scale
            table[row, shown] = scaled
            table[row] -= scaled @ centre
    return table


def _largest_norm(coded: Coded, standard: Standardisation) -> float:
    """The largest squared norm of what the levels make of a row."""
    places = coded.places[coded.shown]
    centre, scale = standard.centre[places], standard.inverse_scale[places]
    others = float(np.sum((centre * scale) ** 2))
    return others + max(float(np.max((1 - 2 * centre) * scale**2)), 0.0)


def _whole(
    X: ColumnMatrix, standard: Standardisation, kept: np.ndarray, gradient: Vector, matrix: Matrix | None, sums: Vector
) -> tuple[Vector, Matrix | None]:
    """Gradient and matrix of all columns, from those of numbers and from the sums of codes."""
    first, width, size = int(standard.intercept), len(X.number_places), X.shape[1] + int(standard.intercept)
    ends = np.cumsum([0, *(len(each.places) for each in X.coded)])
    total, some = ends[-1], [each.shown for each in X.coded]
    places = [first + each.places[each.shown] for each in X.coded]
    all_places = np.concatenate(places)
    all_levels = np.concatenate([start + shown for start, shown in zip(ends, some, strict=False)])
    centre, scale = standard.centre[all_places - first], standard.inverse_scale[all_places - first]
    whole = np.zeros(size)
    whole[kept] = gradient
    whole[all_places] = sums[all_levels]
    if first:
        whole[all_places] -= centre * whole[0]
    whole[all_places] *= scale
    if matrix is None:
        return whole, None
    full = np.zeros((size, size))
    full[np.ix_(kept, kept)] = matrix
    ones = sums[total : 2 * total][all_levels]
    full[all_places, all_places] = ones
    if first:
        full[0, all_places] = full[all_places, 0] = ones
    dense = sums[2 * total : (2 + width) * total].reshape(total, width)[all_levels]
    full[np.ix_(all_places, kept[first:])] = dense
    full[np.ix_(kept[first:], all_places)] = dense.T
    at = (2 + width) * total
    for b in range(len(X.coded)):
        for a in range(b):
            shape = len(X.coded[a].places), len(X.coded[b].places)
            table = sums[at : at + shape[0] * shape[1]].reshape(shape)[np.ix_(some[a], some[b])]
            full[np.ix_(places[a], places[b])] = table
            full[np.ix_(places[b], places[a])] = table.T
            at += shape[0] * shape[1]
    if centre.any():
        full[all_places] -= centre[:, None] * full[0]
        full[:, all_places] -= full[:, :1] * centre
    full[all_places] *= scale[:, None]
    full[:, all_places] *= scale
    return whole, full
