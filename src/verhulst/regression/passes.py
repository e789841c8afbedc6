"""The passes of a fit over its data, where they ended, and when that end may be called the maximum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.factor import Factor
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

Status = Literal["converged", "stopped", "stalled", "passes"]


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One pass over the data.

    Attributes
    ----------
    number : counts from 1
    log_likelihood : at the point of this pass (less the penalty, if there is one)
    decrement : λ there, by the information at hand
    step : the fraction of the Newton step that led there (0 for the first pass)
    accepted : False where the log-likelihood was too low and the step was shortened
    information : whether the information matrix was computed
    direction : the full Newton step that led there, or None
    margin : the separation margin of `direction` (see Statistics.margin), where it was asked for
    """

    number: int
    log_likelihood: float
    decrement: float
    step: float
    accepted: bool
    information: bool
    direction: Vector | None = None
    margin: tuple[float, float] | None = None

    def __str__(self) -> str:
        """One line, as `verbose=1` shows it."""
        step = "start" if self.step == 0 else f"step {self.step:.3g}"
        matrix = "with information" if self.information else "gradient only"
        return (
            f"pass {self.number}: log-likelihood {self.log_likelihood:.10g}, decrement {self.decrement:.3g}, "
            f"{step}, {matrix}{'' if self.accepted else ', refused'}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Where Newton's method ended.

    Attributes
    ----------
    beta : (q,)
    information : (q, q) of the likelihood alone, at beta or so near it that standard errors are the same
    log_likelihood : of the data at beta, without the penalty
    decrement : λ at beta, a bound where the last step was taken unseen
    passes : every pass over the data
    status : see `certain`; or "stopped" by the monitor; or "passes" where there were too many
    reach : some log-odds may move by so much on the step that is left
    row_norm : the largest norm of a row
    """

    beta: Vector
    information: Matrix
    log_likelihood: float
    decrement: float
    passes: tuple[Pass, ...]
    status: Status
    reach: float = 0.0
    row_norm: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """Where a fit ended.

    Attributes
    ----------
    fit : its status is "converged" where nothing is in doubt any more
    rows, standard : what the fit's coefficients belong to
    factor : of the information and the ridge, divided by 2^exponent
    condition : of what was factored, scaled to a unit diagonal
    exponent : see `factor`
    half, low : (q, r) half + low times its transpose is the inverse of what was factored; None if the factor will do,
        and `low` None if doubles will
    endless : (q,) a direction along which the height rises without end, or None
    weak : (q,) whether a coefficient takes part in a direction that the rows do not tell apart even so; None where that
        was not asked
    """

    fit: Fit
    rows: Rows
    standard: Standardisation
    factor: Factor
    condition: float
    exponent: int = 0
    half: Matrix | None = None
    low: Matrix | None = None
    endless: Vector | None = None
    weak: NDArray[np.bool_] | None = None


def certain(decrement: float, tolerance: float, *, full: bool, settled: bool) -> Status:
    """What a fit may say of itself: the one rule, for `newton` and for `careful`.

    Parameters
    ----------
    decrement, tolerance : λ, and what it has to come down to
    full : whether every direction has information that is told from rounding; without it λ is blind in some
    settled : whether the information is that of the maximum too: no row moves far on the way that is left, or none that
        matters. Where data are separated, λ gets small while the maximum stays infinitely far away.

    Returns
    -------
    "converged" where all of it holds, or else "stalled"
    """
    return "converged" if full and settled and decrement <= tolerance else "stalled"
