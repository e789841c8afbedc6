"""Linear programs over the cone of separating directions: is there one, and which keeps farthest from all rows?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verhulst.regression.coordinates import alike, as_given, moved, usual
from verhulst.regression.recession import Recession, recession, rows_left, separated_rows
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import EPS, Matrix, Vector

FEASIBILITY = 1e-9  # HiGHS' own tolerances are set to this
LARGEST = 1_000_000  # design entries; beyond, a program is slow (n = 60,000 × 20: one second)
UNIT = (-1.0, 1.0)


def highest(
    objective: Vector,
    rows: Matrix,
    fixed: Matrix | None = None,
    bounds: Sequence[tuple[float, float | None]] | tuple[float, float] = UNIT,
) -> Vector | None:
    """The direction d with the largest objective·d, rows·d ≥ 0 and fixed·d = 0 within bounds; None if not solved."""
    from scipy.optimize import linprog

    found = linprog(
        -objective,
        A_ub=-rows,
        b_ub=np.zeros(len(rows)),
        A_eq=fixed,
        b_eq=None if fixed is None else np.zeros(len(fixed)),
        bounds=bounds,
        method="highs-ds",
        options={"primal_feasibility_tolerance": FEASIBILITY, "dual_feasibility_tolerance": FEASIBILITY},
    )
    return None if found.x is None else np.asarray(found.x)


def separating(rows: Rows, *, sparse: bool = False) -> Recession | None:
    """A separating direction, or None where there is none.

    Maximises Σ (2yᵢ − 1) xᵢᵀd over directions in the unit box with (2yᵢ − 1) xᵢᵀd ≥ 0 in every row (= 0 where y is
    strictly between 0 and 1); the maximum is 0 if and only if the data overlap. What the solver returns is verified row
    by row like any other direction.

    Source: Konis 2007, "Linear programming algorithms for detecting separated data in binary logistic regression
    models", DPhil thesis, Oxford, section 4.2.

    Raises
    ------
    ValueError
        if the design has more than `LARGEST` numbers; `sparse`: that are not 0
    """
    z, y = _whole(rows)
    size = np.count_nonzero(z) if sparse else z.size  # the solver leaves zeros out
    if size > LARGEST:
        raise ValueError(f"the linear program is for at most {LARGEST} design entries, not {size}")
    binary = (y == 0) | (y == 1)
    signed = np.where(y[binary] == 1, 1.0, -1.0)[:, None] * z[binary]
    length = np.linalg.norm(signed, axis=1, keepdims=True)
    signed = signed / np.where(length > 0, length, 1.0)
    found = highest(signed.sum(axis=0), signed, None if binary.all() else z[~binary])
    if found is None:
        return None
    most = float((signed @ found).max(initial=0.0))
    if most <= 1e3 * FEASIBILITY:
        return None
    for share in (1e-6, 1e-4, 1e-2):  # what counts as a margin of 0 is known to the solver's tolerance only
        certificate = recession(rows, found / (2 * max(share * most, 10 * FEASIBILITY)))
        if certificate is not None:
            return certificate
    return None


def widest(rows: Rows, found: Recession) -> Vector | None:
    """(q,) for the columns as given: the direction that separates the same rows with the largest least margin.

    A direction from the inside of the cone may pass some rows so closely that its rounding to doubles puts them on the
    boundary or beyond; this one keeps away from them. The margins are those of rows of length 1, centred and scaled as
    the rows of margin 0 are, where there are some; the direction leaves these alone. None where the data are large or
    the program finds none.
    """
    if rows.entries > LARGEST:
        return None
    given = rows.standard
    own = usual(rows_left(rows, found)) or usual(rows) or given
    z, y = _whole(rows.seen_by(own))
    apart = separated_rows(rows, found)[rows.counted]
    columns = np.concatenate([np.ones(int(given.intercept), bool), given.inverse_scale > 0])
    free = _undisturbing(alike(z[~apart])[:, columns])
    margins = (2 * y[apart] - 1)[:, None] * (alike(z[apart])[:, columns] @ free)
    least = np.append(np.zeros(free.shape[1]), 1.0)  # an unknown of its own, below all margins
    best = highest(
        least, np.column_stack([margins, -np.ones(len(margins))]), None, [*[UNIT] * free.shape[1], (0.0, None)]
    )
    if best is None or not best[-1] > 0:
        return None
    direction = np.zeros(len(columns))
    direction[columns] = free @ best[:-1]
    return moved(direction, own, as_given(given))


def _whole(rows: Rows) -> tuple[Matrix, Vector]:
    parts = list(rows.pieces())
    return np.concatenate([part.z for part in parts]), np.concatenate([part.y for part in parts])


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
