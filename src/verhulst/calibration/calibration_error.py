"""Calibration errors of bins (ECE, ACE), each beside what it would be if the probabilities were right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.cells import Cells
from verhulst.calibration.scores import Floats


@dataclass(frozen=True)
class Nulled:
    """A statistic beside its null: its mean and its 95 % point over outcomes drawn with the given probabilities.

    An error of calibration is above 0 for every finite sample, however right the probabilities are. `p_value` is the
    share of such samples (this one counted) that have at least this value.
    """

    value: float
    null_mean: float
    null_95: float
    p_value: float

    def __repr__(self) -> str:
        return f"{self.value:.4g} (null {self.null_mean:.4g}, 95 % {self.null_95:.4g}; p = {self.p_value:.3g})"


def against_null(value: float, null: Floats, tested: float | None = None) -> Nulled:
    """The value beside its simulated null; `tested` is the value at the null's resolution, if that is coarser."""
    reached = int((null >= (value if tested is None else tested) * (1.0 - 1e-12)).sum())
    return Nulled(value, float(null.mean()), float(np.quantile(null, 0.95)), (1 + reached) / (1 + len(null)))


def binned_error(residual: Floats, starts: NDArray[np.intp], total: float) -> Floats:
    """Σ over bins of |Σ w(y − p)| / Σw: the mean gap between outcome and probability, over the last axis.

    With bins of equal width it is the expected calibration error (ECE), with groups of equal size the adaptive (ACE).

    References
    ----------
    Naeini, Cooper and Hauskrecht 2015 (ECE); Nixon et al. 2019, "Measuring calibration in deep learning" (ACE).
    """
    gaps: Floats = np.abs(np.add.reduceat(residual, starts, axis=-1)).sum(axis=-1) / total
    return gaps


def binned_errors(cells: Cells, null: Floats) -> tuple[Nulled, Nulled]:
    """ECE and ACE of the cells, with a simulated null (replications, cells) of their residuals."""
    ece, ace = (
        against_null(float(binned_error(cells.residual, starts, cells.total)), binned_error(null, starts, cells.total))
        for starts in (cells.bins, cells.groups)
    )
    return ece, ace
