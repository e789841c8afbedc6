"""The separating direction whose least margin is largest: what predictions of separated data are made by.

A direction from the inside of the cone of separating directions may pass some rows so closely that its rounding to
doubles puts them on the boundary or beyond. One that keeps away from all rows does not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.chunks import Blocks, chunks
from verhulst.regression.coordinates import alike, as_given, moved, seen, standard_of, usual
from verhulst.regression.konis import FEASIBILITY, LARGEST
from verhulst.regression.recession import Recession, rows_left, separated_rows
from verhulst.regression.separation import Separation
from verhulst.regression.statistics import Matrix, Vector


def widest(blocks: Blocks, found: Recession) -> Vector | None:
    """(q,) for the columns as given: the direction that separates the same rows with the largest least margin.

    The margins are those of rows of length 1, centred and scaled as the rows of margin 0 are, where there are some;
    the direction leaves these alone. None where the data are large or the program finds none.
    """
    from scipy.optimize import linprog

    if sum(rows.size * len(rows.y) for rows in blocks()) > LARGEST:
        return None
    given = standard_of(blocks)
    own = usual(rows_left(blocks, found)) or usual(blocks) or given
    parts = list(chunks(seen(blocks, own)))
    z = np.concatenate([part.z for part in parts])
    y = np.concatenate([part.y for part in parts])
    apart = separated_rows(blocks, found)[_counted(blocks)]
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


def misplaced(blocks: Blocks, found: Recession, record: Separation) -> int:
    """How many rows lie elsewhere than they should by `record.side`: the separated by outcome, the others at 0."""
    apart, start, wrong = separated_rows(blocks, found), 0, 0
    for rows in blocks():
        step = max(1, LARGEST // max(rows.size, 1))
        for first in range(0, len(rows.y), step):
            some = slice(first, first + step)
            y = np.asarray(rows.y[some], dtype=np.float64)
            counts = np.ones(len(y), bool) if rows.weight is None else rows.weight[some] > 0
            side = np.where(apart[start + first : start + first + len(y)], 2 * y - 1, 0.0)
            wrong += int(np.count_nonzero((record.side(rows.X[some]) != side) & counts))
        start += len(rows.y)
    return wrong


def _counted(blocks: Blocks) -> NDArray[np.bool_]:
    return np.concatenate([np.ones(len(rows.y), bool) if rows.weight is None else rows.weight > 0 for rows in blocks()])


def _undisturbing(rows: Matrix) -> Matrix:
    """(q, k) a basis of the directions d with rows·d = 0 up to rounding, the columns scaled alike."""
    size = rows.shape[1]
    if not len(rows):
        return np.eye(size)
    length = np.linalg.norm(rows, axis=0)
    scale = 1 / np.where(length > 0, length, 1.0)
    _, values, ways = np.linalg.svd(np.linalg.qr(rows * scale, mode="r"))
    rank = int(np.count_nonzero(values > max(rows.shape) * np.finfo(float).eps * values.max(initial=0.0)))
    return np.asarray(scale[:, None] * ways[rank:].T)
