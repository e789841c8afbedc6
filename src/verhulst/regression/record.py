"""The result of a fit, and the warnings that go with it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from verhulst.regression.certainty import trouble, trouble_by_rounding
from verhulst.regression.collinearity import has_far_values
from verhulst.regression.estimates import ConvergenceWarning, Firth
from verhulst.regression.factor import Factor
from verhulst.regression.linear_predictor import rest_of
from verhulst.regression.observations import Observations
from verhulst.regression.parted_observations import SomeObservations
from verhulst.regression.passes import End, Fit
from verhulst.regression.prepare import Prepared
from verhulst.regression.recession import Recession
from verhulst.regression.result import LogisticFit
from verhulst.regression.separation import SeparationWarning
from verhulst.regression.separation_limit import but_for_rounding, separation_limit
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.standardised_covariance import Standardised
from verhulst.regression.statistics import Vector
from verhulst.regression.warn import warn

FAR_APART = 1e-6  # of weights: three digits of the decrement


@np.errstate(over="ignore", invalid="ignore")  # weights of 1e300 make infinite variances
def record(
    found: Fit,
    begun: Prepared,
    standard: Standardisation,
    covariance: Standardised,
    condition: float,
    firth: Firth | None = None,
) -> LogisticFit:
    """Return the result in the units of the data as given.

    Parameters
    ----------
    found : in the units of the fit: scaled weights and standardised columns
    condition : of the information and the ridge
    """
    data = begun.data
    unit = 2.0**data.weight_exponent
    coefficients = standard.original(found.beta)
    require_doubles(coefficients[int(standard.intercept) :], data.names)
    return LogisticFit(
        names=data.names,
        has_intercept=standard.intercept,
        coefficients=coefficients,
        covariance_record=covariance,
        log_likelihood=found.log_likelihood * unit,
        null_log_likelihood=begun.null_log_likelihood * unit,
        rows=len(data),
        cases=data.total_weight * unit,
        events=data.outcomes.ones * unit,
        C=begun.settings.C,
        status=found.status,
        decrement=found.decrement * np.sqrt(unit),
        passes=found.passes,
        condition=condition,
        collinear=begun.dropped,
        separation=None,
        firth=firth,
        has_offset=data.has_offset,
        intercept_rest=rest_of(standard, found.beta),
    )


def require_doubles(slopes: Vector, names: Sequence[str]) -> None:
    """Raise a ValueError for coefficients that overflow because the values of their columns are so small."""
    if len(beyond := np.flatnonzero(np.isinf(slopes))):
        raise ValueError(
            f"the values of column {names[beyond[0]]!r} are so close together that its coefficient is above "
            f"{sys.float_info.max:.1e}, the largest number; multiply the column by a large number"
        )


def record_maximum(end: End, begun: Prepared, refuted: Recession | None) -> LogisticFit:
    """Return the result of a fit with a finite maximum, with a warning if it did not converge.

    Parameters
    ----------
    refuted : a direction that separates the data but for rounding, or None
    """
    data = begun.data
    exponent = data.weight_exponent + end.exponent
    covariance = Standardised(end.factor.inverse(), end.standard, exponent, half=end.half, low=end.low)
    result = record(end.fit, begun, end.standard, covariance, end.condition)
    what = trouble(
        result,
        end.fit,
        end.weak,
        begun.settings.tolerance,
        weighted=_weights_cost_digits(data),
        far=lambda: has_far_values(end.rows, end.standard),
    )
    if refuted is not None and result.converged:
        warn(but_for_rounding(refuted, data.names), SeparationWarning)
    elif what:
        warn(what, ConvergenceWarning)
    return result


def _weights_cost_digits(data: SomeObservations) -> bool:
    """Whether the weights are so large, or may differ so much, that sums over the rows lose digits."""
    if not data.weighted or data.weight_exponent > 0 or not isinstance(data, Observations):
        return data.weighted
    assert data.weight is not None
    least = float(np.min(data.weight, where=data.weight > 0, initial=np.inf))
    return least < FAR_APART * float(data.weight.max())


def record_limit(
    end: End,
    certificate: Recession,
    begun: Prepared,
    refit: Callable[[Recession], LogisticFit | None],
) -> LogisticFit:
    """Return the result of a fit of separated data, the limit of the estimates, with a warning.

    Parameters
    ----------
    certificate : that the data are separated
    refit : see `separation_limit`
    """
    data, standard, unit = begun.data, end.standard, 2.0**begun.data.weight_exponent
    limits = (begun.settings.tolerance, begun.settings.max_passes)
    tends_to = separation_limit(end.rows, certificate, begun.null, *limits, refit=refit)
    found = tends_to.newton(end.fit)
    condition = Factor.of(found.information).condition(found.information)
    left_out = [one.column + begun.settings.intercept for one in begun.dropped]
    covariance = tends_to.covariance(standard, data.weight_exponent, left_out)
    plain = record(found, begun, standard, covariance, condition)
    separation = tends_to.record(end.rows, standard, data.names)
    warn(separation.advice(), SeparationWarning)
    if (rest := tends_to.rest) is not None:  # its weights were scaled
        plain = replace(
            plain,
            log_likelihood=rest.log_likelihood * unit,
            status=rest.status,
            decrement=rest.decrement * np.sqrt(unit),
            passes=plain.passes + rest.passes,
            condition=rest.condition,
            intercept_rest=rest.intercept_rest,
        )
    if plain.status in ("passes", "stalled"):
        warn(
            f"the fit of the rows that are not separated did not converge: it ended {plain.decrement:.2g} standard "
            "errors from its maximum. Look for extreme offsets, weights or outliers",
            ConvergenceWarning,
        )
    elif not _weights_cost_digits(data) and (
        what := trouble_by_rounding(
            plain, begun.settings.tolerance, weighted=False, far=lambda: has_far_values(end.rows, end.standard)
        )
    ):
        warn(f"the fit of the rows that are not separated: {what}", ConvergenceWarning)
    return replace(plain, coefficients=separation.coefficients, separation=separation)
