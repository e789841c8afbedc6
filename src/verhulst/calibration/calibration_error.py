"""Binned calibration errors (ECE, ACE), each with its distribution if the probabilities are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.cells import Cells
from verhulst.calibration.scores import Floats


@dataclass(frozen=True)
class Nulled:
    """A statistic with its null: its mean and 95 % point over outcomes drawn from the given probabilities.

    A calibration error is above 0 in every finite sample, even if the probabilities are right. `p_value` is the share
    of such samples (including this one) with at least this value. It cannot be below `least_p`, 1 in the number of
    samples: there it is printed as a bound.
    """

    value: float
    null_mean: float
    null_95: float
    p_value: float
    least_p: float

    def __repr__(self) -> str:
        return f"{self.value:.4g} (null {self.null_mean:.4g}, 95 % {self.null_95:.4g}; {self.p_text})"

    @property
    def p_text(self) -> str:
        """The p-value, as "p = 0.25", or "p ≤ 0.005" where no sample reached the value."""
        return f"p {'≤' if self.p_value <= self.least_p else '='} {self.p_value:.3g}"


def against_null(value: float, null: Floats, tested: float | None = None) -> Nulled:
    """Return the value with its simulated null; `tested` is the value at the resolution of the null, if coarser."""
    reached = int((null >= (value if tested is None else tested) * (1.0 - 1e-12)).sum())
    samples = 1 + len(null)
    return Nulled(value, float(null.mean()), float(np.quantile(null, 0.95)), (1 + reached) / samples, 1 / samples)


def binned_error(residual: Floats, starts: NDArray[np.intp], total: float) -> Floats:
    """Return Σ over bins of |Σ w(y − p)| / Σw, the mean gap between outcome and probability, over the last axis.

    For bins of equal width it is the expected calibration error (ECE), for groups of equal size the adaptive one (ACE).

    References
    ----------
    Naeini, Cooper and Hauskrecht 2015 (ECE); Nixon et al. 2019, "Measuring calibration in deep learning" (ACE).
    """
    gaps: Floats = np.abs(np.add.reduceat(residual, starts, axis=-1)).sum(axis=-1) / total
    return gaps


def binned_errors(cells: Cells, null: Floats) -> tuple[Nulled, Nulled]:
    """Return ECE and ACE of the cells, given simulated residuals (replications, cells) for their nulls."""
    ece, ace = (
        against_null(float(binned_error(cells.residual, starts, cells.total)), binned_error(null, starts, cells.total))
        for starts in (cells.bins, cells.groups)
    )
    return ece, ace
