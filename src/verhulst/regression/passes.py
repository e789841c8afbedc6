"""The passes of a fit over its data, the point where they ended, and when this point counts as the maximum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.schema import Number, Record, Truth, Whole
from verhulst.regression.factor import Factor
from verhulst.regression.some_rows import SomeRows
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

    # Without direction and margin, which model files do not hold.
    SCHEMA: ClassVar[Record] = Record(
        {
            "number": Whole(),
            "log_likelihood": Number(finite=False),
            "decrement": Number(finite=False),
            "step": Number(),
            "accepted": Truth(),
            "information": Truth(),
        }
    )

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
    information : (q, q) of the likelihood alone, at beta or so close to it that the standard errors are the same
    log_likelihood : of the data at beta, without the penalty
    decrement : λ at beta; a bound if the last step was taken without another pass
    passes : every pass over the data
    status : see `certain`; "stopped" by the monitor; or "passes" if there were too many
    reach : a bound on how far the remaining step would move any log-odds
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
    fit : its status is "converged" if the maximum is certain
    rows, standard : the data and the standardisation that the coefficients refer to
    factor : of the information and the ridge, divided by 2^exponent
    condition : condition number of the factored matrix, scaled to a unit diagonal
    exponent : see `factor`
    half, low : (q, r) such that (half + low) times its transpose is the inverse of the factored matrix; None if the
        factor is accurate enough, and `low` None if double precision is
    endless : (q,) a direction along which the log-likelihood increases without bound, or None
    weak : (q,) whether a coefficient has a part in a direction that the rows do not determine; None if not examined
    """

    fit: Fit
    rows: SomeRows
    standard: Standardisation
    factor: Factor
    condition: float
    exponent: int = 0
    half: Matrix | None = None
    low: Matrix | None = None
    endless: Vector | None = None
    weak: NDArray[np.bool_] | None = None


def certain(decrement: float, tolerance: float, *, full: bool, settled: bool) -> Status:
    """Return whether a fit is converged or stalled: the one rule, for `newton` and `careful`.

    Parameters
    ----------
    decrement, tolerance : λ, and its limit
    full : whether the information exceeds rounding in every direction; otherwise λ says nothing about some
    settled : whether the information at the maximum is the same: the remaining step moves no row far, or none that
        matters. For separated data λ becomes small while the maximum is infinitely far away.

    Returns
    -------
    "converged" if all of this holds, "stalled" otherwise
    """
    return "converged" if full and settled and decrement <= tolerance else "stalled"
