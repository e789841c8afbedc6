"""What separates the data and which coefficients are infinite, in exact arithmetic; for data of moderate size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.cone import Cone, Integers
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Matrix, Vector

MOST_COLUMNS = 16
MOST_NUMBERS = 100_000  # design entries: a second or two at most


@dataclass(frozen=True, slots=True, eq=False)
class ExactSeparation:
    """The cone of separating directions of the columns as given, described exactly.

    Attributes
    ----------
    direction : (q,) from the inside of the cone: it separates every row that can be separated
    mask : (n,) the rows that can be separated, in their order
    rows : number of rows that count
    rising, falling : (q,) whether some separating direction has this coefficient above 0, below 0
    """

    direction: Vector
    mask: NDArray[np.bool_]
    rows: int
    rising: NDArray[np.bool_]
    falling: NDArray[np.bool_]

    @property
    def separated(self) -> int:
        """Number of rows that can be separated."""
        return int(np.count_nonzero(self.mask))


def within_reach(rows: Rows) -> bool:
    """Whether the data are small enough for exact arithmetic."""
    size = int(np.count_nonzero(rows.inverse_scale)) + rows.intercept
    return size <= MOST_COLUMNS and size * len(rows.y) <= MOST_NUMBERS


def exact_separation(rows: Rows) -> ExactSeparation | None:
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
    rising, falling = np.zeros(size, bool), np.zeros(size, bool)
    for j, k in enumerate(np.flatnonzero(used)):
        for some, sign in ((rising, 1), (falling, -1)):
            if not any(sign * ray[j] > 0 for ray in rays):
                ray = cone.direction(np.array([sign * int(i == j) for i in range(cone.unit.size)], dtype=object))
                if ray is None:
                    continue
                rays.append(ray)
            some[k] = True
    direction = np.zeros(size)
    direction[used] = cone.floating(cone.mixture(rays))
    separated = np.zeros(len(distinct), dtype=bool)
    separated[there] = ~open_rows[: np.count_nonzero(there)]
    mask = np.zeros(len(counted), dtype=bool)
    mask[counted] = separated[place.ravel()]
    return ExactSeparation(direction, mask, int(np.count_nonzero(counted)) + len(fixed), rising, falling)


def _signed_rows(rows: Rows) -> tuple[Matrix, Matrix, NDArray[np.bool_], NDArray[np.bool_]]:
    """(2y − 1)·(1, x) of the rows with outcomes 0 and 1; (1, x) of the others; which are the first; which columns."""
    used = np.concatenate([np.ones(int(rows.intercept), bool), rows.inverse_scale > 0])
    y = np.asarray(rows.y, dtype=np.float64)
    design = np.column_stack([np.ones((len(y), int(rows.intercept))), np.asarray(rows.X, dtype=np.float64)])
    design = design[:, used]
    plain = rows.counted & ((y == 0) | (y == 1))
    signed = np.where(y[plain] == 1, 1.0, -1.0)[:, None] * design[plain] + 0.0
    return signed, design[rows.counted & ~plain], plain, used
