"""Separation by a linear program, as Konis (2007) proposed: exact in principle, for small data."""

from __future__ import annotations

import numpy as np

from verhulst.regression.recession import Recession, recession
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Vector

FEASIBILITY = 1e-9  # HiGHS' own tolerances are set to this
LARGEST = 1_000_000  # design entries; beyond, the program is slow (n = 60,000 × 20: one second)


def linear_program(rows: Rows) -> Recession | None:
    """A separating direction, or None where there is none.

    Maximises Σ (2yᵢ − 1) xᵢᵀd over directions in the unit box with (2yᵢ − 1) xᵢᵀd ≥ 0 in every row (= 0 where y is
    strictly between 0 and 1); the maximum is 0 if and only if the data overlap. What the solver returns is verified row
    by row like any other direction.

    Source: Konis 2007, "Linear programming algorithms for detecting separated data in binary logistic regression
    models", DPhil thesis, Oxford, section 4.2.

    Raises
    ------
    ValueError
        if the design has more than `LARGEST` numbers
    """
    from scipy.optimize import linprog

    parts = list(rows.pieces())
    z = np.concatenate([part.z for part in parts])
    y = np.concatenate([part.y for part in parts])
    if z.size > LARGEST:
        raise ValueError(f"the linear program is for at most {LARGEST} design entries, not {z.size}")
    binary = (y == 0) | (y == 1)
    signed = np.where(y[binary] == 1, 1.0, -1.0)[:, None] * z[binary]
    length = np.linalg.norm(signed, axis=1, keepdims=True)
    signed = signed / np.where(length > 0, length, 1.0)
    equal = z[~binary]
    size = z.shape[1]
    found = linprog(
        -signed.sum(axis=0),
        A_ub=-signed,
        b_ub=np.zeros(len(signed)),
        A_eq=equal if len(equal) else None,
        b_eq=np.zeros(len(equal)) if len(equal) else None,
        bounds=[(-1.0, 1.0)] * size,
        method="highs-ds",
        options={"primal_feasibility_tolerance": FEASIBILITY, "dual_feasibility_tolerance": FEASIBILITY},
    )
    if found.x is None:
        return None
    margins = signed @ found.x
    most = float(margins.max(initial=0.0))
    if most <= 1e3 * FEASIBILITY:
        return None
    for share in (1e-6, 1e-4, 1e-2):  # what counts as a margin of 0 is known to the solver's tolerance only
        direction: Vector = found.x / (2 * max(share * most, 10 * FEASIBILITY))
        certificate = recession(rows, direction)
        if certificate is not None:
            return certificate
    return None
