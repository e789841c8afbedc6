"""Detect scores that are evaluated on the rows of their own fit."""

from __future__ import annotations

import numpy as np

from verhulst.calibration.goodness import CoxCalibration
from verhulst.calibration.ranked import Ranked

# In standard errors. Right probabilities come this close to slope 1 and intercept 0 in fewer than one sample in a
# million; a fit comes closer on its own rows, even if its probabilities were written with three digits.
NEAR = 1e-3
# With this many different scores no sum is a whole number by chance.
MANY_SCORES = 20

CAUTION = (
    "these look like the rows that the model, or its calibration map, was fitted on: slope 1 and intercept 0 hold "
    "there by construction, up to rounding. Evaluate on rows that were not used in the fit"
)


def look_like_rows_of_the_fit(ranked: Ranked, cox: CoxCalibration) -> bool:
    """Whether slope and intercept are closer to 1 and 0 than can happen by chance.

    Maximum likelihood solves Σ w(y − p) = 0 and Σ w(y − p)z = 0 on its own rows, so that there the slope is 1 and the
    intercept 0. (Penalised fits do not, and are not detected.) A few round probabilities, such as 0.25 and 0.75, may
    satisfy both by chance, because the numbers of cases are whole.
    """
    # Weights that do not count cases, such as shares of 1, must not make the standard errors larger.
    near = NEAR * min(1.0, float(np.sqrt(ranked.total / len(ranked.z))))
    for estimate, expected in ((cox.slope, 1.0), (cox.intercept, 0.0)):
        # Also if one of them is not defined.
        if not abs(estimate.value - expected) <= near * estimate.standard_error < np.inf:
            return False
    if len(ranked.starts) >= MANY_SCORES:
        return True
    thousandths = 1000.0 * ranked.p[ranked.starts]
    return bool((np.abs(thousandths - np.rint(thousandths)) > 1e-6).any())
