"""When double precision is not enough for a fit, and the warnings about fits that did not converge.

Whether a fit is converged is decided by `passes.certain`; here, whether its λ can be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.factor import Factor
from verhulst.regression.parted_observations import SomeObservations
from verhulst.regression.passes import Fit
from verhulst.regression.renewal import FAR
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import EPS

WORST_CONDITION = 1e9  # of an information matrix: its inverse then has six good digits
ROUNDED = 10.0  # times the tolerance: distance by rounding of coefficients that is worth a warning
NEARLY_COMBINATIONS = (
    "in the rows that determine them, some columns are so nearly combinations of others that the coefficients, rounded "
    "to doubles, are {} from the maximum: each slope is right, but together they do not quite give the log-odds. Leave "
    "columns out, or use their differences from each other or from a central value"
)
MANY_PASSES = 30  # Newton's method ends earlier unless something is wrong


def in_doubt(fit: Fit, factor: Factor, condition: float, data: SomeObservations, tolerance: float) -> bool:
    """Return whether the result of `newton` may be affected by rounding.

    Parameters
    ----------
    fit : the result
    factor, condition : of the information and the ridge, scaled to a unit diagonal
    data : the observations
    tolerance : decrement at which the fit counts as converged
    """
    if fit.status == "stalled" or not factor.full or not condition <= WORST_CONDITION:
        return True
    if fit.status == "passes":
        return fit.decrement <= tolerance or len(fit.passes) >= MANY_PASSES
    # The rounding of the log-odds and of the sums of the gradient, in units of the decrement.
    weight, least = data.total_weight, float(factor.scale.min(initial=np.inf, where=factor.scale > 0))
    log_odds = fit.row_norm * float(np.linalg.norm(fit.beta)) + data.largest_offset
    floor = EPS * (0.5 * math.sqrt(weight) * log_odds + math.sqrt(condition) * weight * fit.row_norm / least)
    return not floor <= tolerance


def trouble(
    result: LogisticFit,
    found: Fit,
    weak: NDArray[np.bool_] | None,
    tolerance: float,
    *,
    weighted: bool,
    far: Callable[[], bool],
) -> str | None:
    """Return the warning about a fit that did not converge, or None; `far` returns whether there are extreme values."""
    passes = len(result.passes)
    if weak is not None and weak.any():
        names = ", ".join(repr(name) for name, yes in zip(result.parameter_names, weak, strict=True) if yes)
        return (
            f"the fit did not converge: the coefficients {names} cannot be distinguished by the rows that have "
            "information, because the probabilities of the other rows are 0 or 1; standard errors of nan are unknown, "
            "and the coefficients may be far from the maximum. Leave columns out, or use firth=True, or C=1 for an "
            "L2 penalty"
        )
    if found.status != "converged" and found.reach > FAR:
        return (
            f"the fit did not converge: after {passes} passes the coefficients are an unknown number of standard "
            "errors from the maximum, because the log-likelihood is flat or has kinks there. Raise max_passes, or "
            "check for extreme offsets, weights or outliers"
        )
    if found.status != "converged":
        return (
            f"the fit did not converge: after {passes} passes the coefficients are still about {result.decrement:.2g} "
            "standard errors from the maximum. Raise max_passes, or check for extreme offsets, weights or outliers"
        )
    return trouble_by_rounding(result, tolerance, weighted=weighted, far=far)


def trouble_by_rounding(
    result: LogisticFit, tolerance: float, *, weighted: bool, far: Callable[[], bool]
) -> str | None:
    """Return the warning about a converged fit whose maximum doubles do not hold, or None.

    Parameters
    ----------
    weighted : whether weights cost digits
    far : returns whether there are extreme values
    """
    if not _short_of_digits(result, tolerance):
        return None
    if weighted:
        return (
            f"the weights differ so much in size, or are so large, that the fit ended {result.decrement:.2g} "
            "standard errors from the maximum; leave out the rows with small weights, or rescale the weights"
        )
    distance = f"{result.decrement:.2g} standard errors" if result.decrement <= 1 else "far"
    if result.condition > WORST_CONDITION and not far():
        return NEARLY_COMBINATIONS.format(distance)
    return (
        f"some values are so large that the coefficients, rounded to doubles, are {distance} from the maximum: "
        "each is right, but together they do not give the log-odds of rows with such values. Check for "
        "outliers and leave them out"
    )


def trouble_of_firth(found: Fit, rounded: float, unit: float, tolerance: float) -> str | None:
    """Return the warning about a fit with Jeffreys' prior that did not converge, or None.

    Parameters
    ----------
    found : the result
    rounded : standard errors by which rounding of the coefficients to doubles moves them
    unit, tolerance : the number of cases that a weight of 1 stands for; the limit of the decrement
    """
    decrement = (rounded if found.status == "converged" else found.decrement) * np.sqrt(unit)
    # Farther away, the quadratic model that gives the distance does not hold.
    distance = f"about {decrement:.2g} standard errors" if decrement <= 1 else "more than a standard error"
    if found.status == "converged":
        return None if decrement <= ROUNDED * tolerance else NEARLY_COMBINATIONS.format(distance)
    if found.status == "passes":
        return (
            f"the Firth fit did not converge: after {len(found.passes)} passes the coefficients are still {distance} "
            "from the maximum. Raise max_passes, or look for extreme offsets, weights or values"
        )
    return (
        f"the Firth fit did not converge: rounding ended it {distance} from the maximum. Look for columns that are "
        "nearly combinations of others, or for extreme offsets, weights or values"
    )


def _short_of_digits(result: LogisticFit, tolerance: float) -> bool:
    """Return whether the maximum cannot be represented in doubles: huge weights, or extreme values."""
    with np.errstate(all="ignore"):
        off = result.decrement * result.standard_errors > 1e-9 * np.max(np.abs(result.coefficients), initial=0.0)
    return result.decrement > tolerance and bool(np.any(off))
