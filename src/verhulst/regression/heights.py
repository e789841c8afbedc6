"""The largest likelihood of a fitted model where one coefficient has a value: what profiles are read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.certainty import WORST_CONDITION
from verhulst.regression.coordinates import as_given
from verhulst.regression.factor import Factor
from verhulst.regression.firth import jeffreys_likelihood
from verhulst.regression.jeffreys_profile import PenalisedProfile, penalised_probe
from verhulst.regression.jeffreys_starts import small
from verhulst.regression.newton import refined
from verhulst.regression.observations import Observations
from verhulst.regression.quadratic import QuadraticModels, own_information, shared_information
from verhulst.regression.recession import Recession, rows_left
from verhulst.regression.refitted import Refitted
from verhulst.regression.result import LogisticFit
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.standardised_covariance import Standardised
from verhulst.regression.statistics import Matrix, Vector

SAME = 1e-6  # rounding may make two log-likelihoods differ by this, and by a millionth of it for each unit of them
SHARED_INFORMATION_FROM = 2_000_000_000  # rows × columns² × points: more work than this is saved by one information


@dataclass(frozen=True, slots=True, eq=False)
class Heights:
    """A likelihood to be profiled.

    Attributes
    ----------
    top : its supremum
    noise : how far two log-likelihoods may differ by rounding
    highest : (k, value, thorough) -> the largest with coefficient k at a value, and whether that is certain; if not,
        the largest is this or more; where there may be several maxima, all that can be found are compared if `thorough`
    models : quadratic models around the finite estimates, of the rows that are not separated; None where they are not
        to be believed
    columns : which coefficients of the standardised columns these have
    several : whether there may be another maximum, so that what they find has to be compared
    """

    top: float
    noise: float
    highest: Callable[[int, float, bool], tuple[float, bool]]
    models: QuadraticModels | None
    columns: NDArray[np.intp]
    several: bool = False

    def fallen(self, k: int, value: float, enough: float = 0.0, *, thorough: bool = False) -> float:
        """How far the largest with coefficient k at a value is below the top; nan where unknown.

        A height that is not certain tells that it has not fallen by `enough`.
        """
        height, certain = self.highest(k, value, thorough)
        fallen = self.top - height
        known = (certain or fallen < enough) and fallen >= -self.noise
        return max(fallen, 0.0) if known else np.nan


def _noise(top: float, unit: float) -> float:
    """Of log-likelihoods that have to be multiplied by `unit`."""
    return SAME * (min(1.0, 1 / unit) + SAME * abs(top))


def of_likelihood(
    fit: LogisticFit, data: Observations, standard: Standardisation, used: Sequence[int], scales: Vector
) -> Heights:
    """Heights of the log-likelihood, for values in units of `scales`."""
    held = cache(partial(Refitted, data, fit.has_intercept, tuple(used), estimate=fit.coefficients))
    top = fit.log_likelihood * 2.0**-data.weight_exponent
    noise = _noise(top, 2.0**data.weight_exponent)
    return Heights(
        top,
        noise,
        lambda k, value, thorough: held(k)(value * scales[k]),
        _models(fit, data, standard, 2 * len(used), top, noise),
        np.arange(len(scales)),
    )


def _models(
    fit: LogisticFit, data: Observations, standard: Standardisation, points: int, top: float, noise: float
) -> QuadraticModels | None:
    known, separation, rows, coefficients = fit.covariance_record, fit.separation, data.rows(standard), fit.coefficients
    if fit.condition > WORST_CONDITION or (isinstance(known, Standardised) and known.half is not None):
        return None  # columns so much alike that products of them lose what tells them apart
    if separation is not None:
        if separation.kind == "complete":
            return None
        # The maximum of the other rows is the supremum of all, and so are those along finite coefficients.
        apart = Recession(separation.direction, as_given(standard), separation.rows_separated, fit.rows)
        rows, coefficients = rows_left(rows, apart), separation.finite
    beta, here = refined(rows.statistics, standard.working(coefficients))
    assert here.information is not None
    if abs(here.log_likelihood - top) > noise:
        return None  # the coefficients as given have lost digits
    if len(data.y) * len(beta) ** 2 * points < SHARED_INFORMATION_FROM:
        probe = own_information(rows, len(Factor.of(here.information).used))
    else:
        probe = shared_information(rows, here.information)
    return QuadraticModels(
        probe, beta, here.log_likelihood, here.information, None, here.row_norm, 2.0**data.weight_exponent
    )


def of_penalised(
    fit: LogisticFit, data: Observations, standard: Standardisation, tau: float, contrasts: Matrix
) -> Heights:
    """Heights of the likelihood with Jeffreys' prior; the coefficients (q, q) in terms of the standardised columns."""
    penalised = jeffreys_likelihood(data, standard, tau)
    beta = standard.working(fit.coefficients)[penalised.used]
    profile = PenalisedProfile(penalised, beta, contrasts[:, penalised.used])
    top = profile.top.penalised(penalised.tau)
    probes = [penalised_probe(penalised, exact=exact) for exact in (False, True)]
    return Heights(
        top,
        _noise(top, 1.0),
        profile.highest,
        QuadraticModels(probes[0], beta, top, profile.top.information, probes[1]),
        penalised.used,
        small(penalised),
    )
