"""A typical row of a table, and effects in percentage points: on average over the rows, and at that row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verhulst._numbers import significant
from verhulst.data.column import Column
from verhulst.regression.parameters import ParameterTable
from verhulst.regression.statistics import Matrix, Vector


@dataclass(frozen=True, slots=True, eq=False)
class PointEffects:
    """Effects on the probability: of a level instead of the reference level, of 1 instead of 0, and slopes of numbers.

    Attributes
    ----------
    average : ParameterTable
        The mean over the rows, as of `verhulst.regression.marginal_effects`.
    typical : ParameterTable
        The same at the typical row.
    row : dict of str to str
        The typical row: the median of numbers, the most frequent level and truth value.
    probability : float
        The probability of outcome 1 at that row.
    """

    average: ParameterTable
    typical: ParameterTable
    row: dict[str, str]
    probability: float


def typical_row(X: Matrix, weights: Vector | None, factors: Sequence[Sequence[int]]) -> Vector:
    """Return a row (p,) that is typical of rows (n, p).

    For the columns of a factor it is the most frequent level, the reference level included; for others the median,
    which of 0 and 1 is the more frequent.

    Parameters
    ----------
    X, weights : the rows, and their numbers of cases
    factors : the places of the columns of each factor
    """
    weight = np.ones(len(X)) if weights is None else weights
    row, total = np.zeros(X.shape[1]), weight.sum()
    levels = {place for factor in factors for place in factor}
    for factor in map(list, factors):
        cases = weight @ X[:, factor]
        if cases.max(initial=0.0) > total - cases.sum():
            row[factor[int(cases.argmax())]] = 1.0
    for place in sorted(set(range(X.shape[1])) - levels):
        row[place] = _median(np.asarray(X[:, place], dtype=np.float64), weight)
    return row


def _median(values: Vector, weight: Vector) -> float:
    """Return the weighted median: a value that occurs."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return float(values[order[int(np.searchsorted(reached, 0.5 * reached[-1]))]])


def described(row: Vector, columns: Sequence[Column], names: Sequence[str]) -> dict[str, str]:
    """Return a typical row in the terms of the table."""
    if not columns:
        return dict(zip(names, (significant(x, 6) for x in row.tolist()), strict=True))
    found, start = {}, 0
    for column in columns:
        part = row[start : start + len(column.names)]
        start += len(column.names)
        if column.kind == "categorical":
            others = [level for level in column.levels if level != column.reference]
            found[column.name] = others[int(part.argmax())] if part.any() else str(column.reference)
        elif column.kind == "boolean":
            found[column.name] = "true" if part[0] else "false"
        else:
            found[column.names[0]] = significant(float(part[0]), 6)
    return found
