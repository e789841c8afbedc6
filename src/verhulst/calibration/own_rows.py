"""Scores that are judged on the rows of their own fit: what gives them away."""

from __future__ import annotations

import numpy as np

from verhulst.calibration.goodness import CoxCalibration
from verhulst.calibration.ranked import Ranked

# In standard errors. Right probabilities come so near slope 1 and intercept 0 in fewer than one sample in a million; a
# fit comes nearer on its own rows, even if its probabilities were written with three digits.
NEAR = 1e-3
# Of so many different scores no sum is a whole number by chance.
MANY_SCORES = 20

CAUTION = (
    "these look like the rows that the model, or its calibration map, was fitted on: slope 1 and intercept 0 to "
    "rounding hold there by construction. This judges nothing; evaluate on rows that the fit has not seen"
)


def look_like_rows_of_the_fit(ranked: Ranked, cox: CoxCalibration) -> bool:
    """Whether slope and intercept are nearer to 1 and 0 than chance brings them.

    Maximum likelihood solves Σ w(y − p) = 0 and Σ w(y − p)z = 0 on its own rows, so that the slope is 1 and the
    intercept 0 there, and nowhere else. (Penalised fits do not, and are not found out.) A few round probabilities, say
    0.25 and 0.75, may meet both by chance, as the numbers of their cases are whole.
    """
    for estimate, expected in ((cox.slope, 1.0), (cox.intercept, 0.0)):
        # Also where one of them is not defined.
        if not abs(estimate.value - expected) <= NEAR * estimate.standard_error < np.inf:
            return False
    if len(ranked.starts) >= MANY_SCORES:
        return True
    thousandths = 1000.0 * ranked.p[ranked.starts]
    return bool((np.abs(thousandths - np.rint(thousandths)) > 1e-6).any())
