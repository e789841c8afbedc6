"""The separating direction whose least margin is largest: what predictions of separated data are made by.

A direction from the inside of the cone of separating directions may pass some rows so closely that its rounding to
doubles puts them on the boundary or beyond. One that keeps away from all rows does not.
"""

from __future__ import annotations

import numpy as np

from verhulst.regression.coordinates import alike, as_given, moved, usual
from verhulst.regression.konis import FEASIBILITY, LARGEST
from verhulst.regression.recession import Recession, rows_left, separated_rows
from verhulst.regression.rows import Rows
from verhulst.regression.separation import Separation
from verhulst.regression.statistics import EPS, Matrix, Vector


def widest(rows: Rows, found: Recession) -> Vector | None:
    """(q,) for the columns as given: the direction that separates the same rows with the largest least margin.

    The margins are those of rows of length 1, centred and scaled as the rows of margin 0 are, where there are some;
    the direction leaves these alone. None where the data are large or the program finds none.
    """
    from scipy.optimize import linprog

    if rows.entries > LARGEST:
        return None
    given = rows.standard
    own = usual(rows_left(rows, found)) or usual(rows) or given
    parts = list(rows.seen_by(own).pieces())
    z = np.concatenate([part.z for part in parts])
    y = np.concatenate([part.y for part in parts])
    apart = separated_rows(rows, found)[rows.counted]
    columns = np.concatenate([np.ones(int(given.intercept), bool), given.inverse_scale > 0])
    free = _undisturbing(alike(z[~apart])[:, columns])
    margins = (2 * y[apart] - 1)[:, None] * (alike(z[apart])[:, columns] @ free)
    best = linprog(
        np.append(np.zeros(free.shape[1]), -1.0),
        A_ub=np.column_stack([-margins, np.ones(len(margins))]),
        b_ub=np.zeros(len(margins)),
        bounds=[*[(-1.0, 1.0)] * free.shape[1], (0.0, None)],
        method="highs-ds",
        options={"primal_feasibility_tolerance": FEASIBILITY, "dual_feasibility_tolerance": FEASIBILITY},
    )
    if best.x is None or not best.x[-1] > 0:
        return None
    direction = np.zeros(len(columns))
    direction[columns] = free @ best.x[:-1]
    return moved(direction, own, as_given(given))


def misplaced(rows: Rows, found: Recession, record: Separation) -> int:
    """How many rows lie elsewhere than they should by `record.side`: the separated by outcome, the others at 0."""
    apart, wrong = separated_rows(rows, found), 0
    step = max(1, LARGEST // max(rows.size, 1))
    for start in range(0, len(rows.y), step):
        some = slice(start, start + step)
        y = np.asarray(rows.y[some], dtype=np.float64)
        side = np.where(apart[some], 2 * y - 1, 0.0)
        wrong += int(np.count_nonzero((record.side(rows.X[some]) != side) & rows.counted[some]))
    return wrong


def _undisturbing(rows: Matrix) -> Matrix:
    """(q, k) a basis of the directions d with rows·d = 0 up to rounding, the columns scaled alike."""
    size = rows.shape[1]
    if not len(rows):
        return np.eye(size)
    length = np.linalg.norm(rows, axis=0)
    scale = 1 / np.where(length > 0, length, 1.0)
    _, values, ways = np.linalg.svd(np.linalg.qr(rows * scale, mode="r"))
    rank = int(np.count_nonzero(values > max(rows.shape) * EPS * values.max(initial=0.0)))
    return np.asarray(scale[:, None] * ways[rank:].T)
