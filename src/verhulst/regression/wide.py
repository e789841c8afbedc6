"""More columns than rows, without a penalty: the fit of those columns that say something new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular

from verhulst.regression.collinearity import TERMS, Collinear, collinear_column, left_out
from verhulst.regression.covariance import ErrorsOnly, Standardised
from verhulst.regression.dependence import LEAST_PART
from verhulst.regression.factor import rank_tolerance
from verhulst.regression.observations import Observations, require_moderate
from verhulst.regression.result import LogisticFit
from verhulst.regression.separation import Separation, State
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

TOGETHER = 256  # columns


def among_independent(
    data: Observations,
    intercept: bool,
    collinear: Literal["drop", "error"],
    fitted: Callable[[Observations], LogisticFit],
) -> LogisticFit:
    """The fit of the columns that are not combinations of columns before them, told of all columns.

    Parameters
    ----------
    data : all of it finite
    intercept, collinear : see `fit`
    fitted : fits some of the columns
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
    """A fit of the columns `kept`, told of all columns, of which some were `dropped` before."""
    # What the fit itself took out, if anything, it called by its place among those kept.
    further = tuple(replace(one, column=int(kept[one.column])) for one in found.collinear)
    dropped = tuple(sorted(dropped + further, key=lambda one: one.column))
    first = int(found.intercept)
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
    """A fit of more columns than rows, and rows, without the columns that were taken out; None for any other.

    Returns
    -------
    the fit, the rows, and which of the coefficients they are
    """
    x = np.asarray(X)
    if not found.collinear or len(found.names) <= found.rows or x.ndim != 2 or x.shape[1] != len(found.names):
        return None
    kept = np.setdiff1d(np.arange(len(found.names)), [one.column for one in found.collinear])
    first = int(found.intercept)
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
    """Which columns say something new, from left to right, and what the others are made of.

    Gram and Schmidt's method on columns of n numbers, twice for all their digits: n² p operations at most, and no p × p
    matrix. Once there are as many independent columns as rows, all others are combinations of these.
    """
    rows = data.where_it_counts()
    n, p, first = len(rows.y), rows.X.shape[1], int(standard.intercept)
    root = np.ones(n) if rows.weight is None else np.sqrt(rows.weight)
    tolerance = rank_tolerance(n)
    basis = np.empty((n, min(n, p + first)), order="F")
    kept: list[int] = []
    if first:
        basis[:, 0] = root / np.linalg.norm(root)
    rank = first

    def columns(some: NDArray[np.intp]) -> Matrix:
        with np.errstate(over="ignore"):
            z: Matrix = np.subtract(rows.X[:, some], standard.centre[some], dtype=np.float64)
        require_moderate(z)
        z *= standard.inverse_scale[some]
        z *= root[:, None]
        return z

    for start in range(0, p, TOGETHER):
        if rank == n:
            break
        some = np.arange(start, min(start + TOGETHER, p))
        z = columns(some)
        whole = np.einsum("ij,ij->j", z, z)
        for _ in range(2):
            z -= basis[:, :rank] @ (basis[:, :rank].T @ z)
        while rank < n:
            new = np.flatnonzero(np.einsum("ij,ij->j", z, z) > tolerance * whole)
            if not len(new):
                break
            k = int(new[0])
            v = z[:, k] - basis[:, :rank] @ (basis[:, :rank].T @ z[:, k])
            if v @ v > tolerance * whole[k]:
                v /= np.linalg.norm(v)
                basis[:, rank] = v
                kept.append(int(some[k]))
                rank += 1
                z -= np.outer(v, v @ z)
            some, z, whole = some[k + 1 :], z[:, k + 1 :], whole[k + 1 :]
    chosen = np.array(kept, dtype=np.intp)
    others = np.setdiff1d(np.arange(p), chosen)
    told = others[: max(1, TERMS // max(rank, 1))]
    z = columns(chosen)
    triangle = np.triu(basis[:, :rank].T @ (np.column_stack([root, z]) if first else z))
    z = columns(told)
    parts = solve_triangular(triangle, basis[:, :rank].T @ z)
    size = np.linalg.norm(triangle, axis=0)[:, None] / np.maximum(np.linalg.norm(z, axis=0), np.finfo(float).tiny)
    parts[np.abs(parts) * size <= LEAST_PART] = 0.0
    places = np.concatenate([np.arange(first), first + chosen])
    found = []
    for column, part in zip(told.tolist(), parts.T, strict=True):
        some = np.flatnonzero(part)
        found.append(collinear_column(standard, data.names, column, places[some], part[some]))
    found += [collinear_column(standard, data.names, column, None, None) for column in others[len(told) :].tolist()]
    return chosen, tuple(found)
