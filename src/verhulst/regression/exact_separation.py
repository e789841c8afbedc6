"""What separates the data and which coefficients are infinite, in exact arithmetic; for data of moderate size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.cone import Cone, Integers
from verhulst.regression.coordinates import as_given
from verhulst.regression.recession import Recession
from verhulst.regression.rows import Rows
from verhulst.regression.separation import State, state_of
from verhulst.regression.statistics import Matrix

MOST_COLUMNS = 16
MOST_NUMBERS = 100_000  # design entries: a second or two at most


def within_reach(rows: Rows) -> bool:
    """Whether the data are small enough for exact arithmetic."""
    size = int(np.count_nonzero(rows.inverse_scale)) + rows.intercept
    return size <= MOST_COLUMNS and size * len(rows.y) <= MOST_NUMBERS


def exact_separation(rows: Rows) -> Recession | None:
    """Decide exactly whether the outcomes can be separated, and how; None where they cannot.

    Columns that take no part in the fit take no part here.

    Raises
    ------
    UndecidedError
        if the search takes too long
    """
    signed, fixed, counted, used = _signed_rows(rows)
    distinct, place = np.unique(signed, axis=0, return_inverse=True)
    there = distinct.any(axis=1)
    held = np.unique(fixed, axis=0)
    held = held[held.any(axis=1)]
    cone = Cone(np.concatenate([distinct[there], held, -held]))
    open_rows = np.arange(len(cone)) < np.count_nonzero(there)
    rays: list[Integers] = []
    while open_rows.any():
        ray = cone.direction(cone.sum_of(open_rows))
        if ray is None:
            break
        rays.append(ray)
        open_rows &= ~cone.margins_are_positive(ray)
    if not rays:
        return None
    size = len(used)
    states: list[State] = ["finite"] * size
    for j, k in enumerate(np.flatnonzero(used)):
        for sign in (1, -1):
            if not any(sign * ray[j] > 0 for ray in rays):
                ray = cone.direction(np.array([sign * int(i == j) for i in range(cone.unit.size)], dtype=object))
                rays += [] if ray is None else [ray]
        states[k] = state_of(*(any(sign * ray[j] > 0 for ray in rays) for sign in (1, -1)))
    direction = np.zeros(size)
    direction[used] = cone.floating(cone.mixture(rays))
    separated = np.zeros(len(distinct), dtype=bool)
    separated[there] = ~open_rows[: np.count_nonzero(there)]
    mask = np.zeros(len(counted), dtype=bool)
    mask[counted] = separated[place.ravel()]
    separable, rows_counted = int(np.count_nonzero(mask)), int(np.count_nonzero(counted)) + len(fixed)
    return Recession(direction, as_given(rows.standard), separable, rows_counted, mask, tuple(states), direction)


def _signed_rows(rows: Rows) -> tuple[Matrix, Matrix, NDArray[np.bool_], NDArray[np.bool_]]:
    """(2y − 1)·(1, x) of the rows with outcomes 0 and 1; (1, x) of the others; which are the first; which columns."""
    used = np.concatenate([np.ones(int(rows.intercept), bool), rows.inverse_scale > 0])
    y = np.asarray(rows.y, dtype=np.float64)
    design = np.column_stack([np.ones((len(y), int(rows.intercept))), np.asarray(rows.X, dtype=np.float64)])
    design = design[:, used]
    plain = rows.counted & ((y == 0) | (y == 1))
    signed = np.where(y[plain] == 1, 1.0, -1.0)[:, None] * design[plain] + 0.0
    return signed, design[rows.counted & ~plain], plain, used
