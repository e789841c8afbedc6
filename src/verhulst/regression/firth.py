"""Firth's logistic regression: the likelihood with Jeffreys' prior, and corrections for prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._options import checks_options
from verhulst.regression.certainty import trouble_of_firth
from verhulst.regression.collinearity import without_far_values
from verhulst.regression.estimates import ConvergenceWarning, Firth
from verhulst.regression.firth_corrections import flac, flic
from verhulst.regression.jeffreys import DOUBTFUL, JeffreysLikelihood, NotIdentified, Point, factor_of
from verhulst.regression.jeffreys_maximum import highest
from verhulst.regression.jeffreys_orthogonal import OrthogonalColumns
from verhulst.regression.jeffreys_starts import highest_around, highest_of_several
from verhulst.regression.newton import newton
from verhulst.regression.observations import Observations, observations, require_finite, require_limits
from verhulst.regression.pairs import pair
from verhulst.regression.passes import Fit, Pass
from verhulst.regression.prepare import Prepared, Settings, prepare
from verhulst.regression.record import record
from verhulst.regression.result import LogisticFit
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.standardised_covariance import Standardised
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.warn import warn
from verhulst.regression.wide import among_independent

NEAR = 1.0  # standard errors from the maximum of the likelihood alone, about as far as the penalty moves it
PLAIN_PASSES = 4  # enough for most data
MANY_PASSES = 50  # enough for all data with a finite maximum

LEAST_CASES = 1e-6
CLOSEST = 1e-9  # standard errors: because of rounding, no fit ends much closer to its maximum
LOST = 1e-12  # residual share of a column on those before it below which doubles have lost half their digits
ROUNDS = 3  # of searches in new columns

Correction = Literal["flic", "flac"] | None
Errors = Literal["expected", "augmented"]


@checks_options
def fit_firth(
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    *,
    tau: float = 0.5,
    correction: Correction = None,
    errors: Errors = "expected",
    intercept: bool = True,
    names: Sequence[str] | None = None,
    collinear: Literal["drop", "error"] = "drop",
    tolerance: float = 1e-6,
    max_passes: int = 100,
    verbose: int = 0,
) -> LogisticFit:
    """Maximise ℓ(β) + τ log det XᵀWX: finite for separated data, and for τ = ½ without the bias of order 1/n.

    The penalty is not concave: with few rows there may be two maxima. The search starts from the maximum of the
    likelihood, from 0 (for up to 20,000 numbers in X; with an offset also from where the log-odds are nearest to 0) and
    from far away (for up to 60 rows); where a few rows have most of the information, other rows are tried in their
    place (up to 20,000 numbers). The highest maximum found is returned. This is the global maximum except in rare
    cases, but without a proof.

    Parameters
    ----------
    X, y, sample_weight, offset : array_like
        As for `fit`.
    tau : float
        The weight of the penalty, above 0; ½ is Firth's, smaller values shrink less.
    correction : {None, "flic", "flac"}
        The penalty pulls probabilities towards ½, so that their mean is not that of y. "flic" corrects the intercept;
        "flac" adds pseudo-observations marked by a covariate, which also changes the slopes (Puhr, Heinze, Nold, Lusa
        and Geroldinger 2017, Statistics in Medicine 36). Both need an intercept.
    errors : {"expected", "augmented"}
        The covariance: (XᵀWX)⁻¹, as in brglm2; or (XᵀW(1 + 2τh)X)⁻¹, as in logistf.
    intercept, names, collinear, tolerance, max_passes, verbose : optional
        As for `fit`.

    Returns
    -------
    LogisticFit
        The result; its attribute `firth` has the details.

    Raises
    ------
    ValueError
        As `fit`; and if `tau` is not above 0, or a correction is requested without an intercept.

    Examples
    --------
    >>> from verhulst.regression import fit_firth
    >>> model = fit_firth([[0], [0], [0], [1], [1]], [0, 1, 0, 1, 1])
    >>> model.coefficients.round(4)
    array([-0.5108,  2.1203])
    """
    settings = Settings(np.inf, True, intercept, collinear, tolerance, max_passes, verbose)
    return firth(observations(X, y, sample_weight, offset, names), settings, tau, correction, errors)


def firth(
    data: Observations,
    settings: Settings,
    tau: float = 0.5,
    correction: Correction = None,
    errors: Errors = "expected",
) -> LogisticFit:
    """Fit checked data as `fit_firth`."""
    unit = _checked(data, settings, tau, correction, errors)
    if data.X.shape[1] > data.counted:
        return among_independent(
            data, settings.intercept, settings.collinear, lambda some: firth(some, settings, tau, correction, errors)
        )
    begun = prepare(data, settings)
    if not begun.factor.full and not begun.tells_apart:
        # Some values are so extreme that the others are nearly equal relative to them.
        begun = begun.seen_by(without_far_values(begun.rows, begun.standard).bounded(data.X))
    found, point, columns = _highest(data, begun, tau, unit)
    gamma, uncorrected, likelihood, standard = found.beta, point, columns.likelihood, begun.standard
    used, size = np.flatnonzero(_taking_part(standard)), begun.rows.size
    if correction is not None:
        gamma = _corrected(columns, point, gamma, correction, settings.tolerance)
        point = likelihood.at(gamma)
    triangle = point.factor if errors == "expected" else likelihood.triangle(gamma, augmented=True)
    factor = factor_of(triangle)
    half = low = None
    covariance = np.full((size, size), np.nan)
    if columns.root is not None or point.unexplained < DOUBTFUL:  # the product would lose digits
        parts = columns.half_of_given(factor.half())
        half, low = (None if part is None else _placed(part, used, size) for part in parts)
        covariance[np.ix_(used, used)] = parts[0] @ parts[0].T
    else:
        covariance[np.ix_(used, used)] = factor.inverse()
    # The determinant for the columns and weights as given: the fit scaled the columns, and the weights by 1/unit.
    scales = float(np.sum(np.log(standard.inverse_scale[standard.inverse_scale > 0])))
    determinant = uncorrected.log_determinant + columns.log_determinant
    penalty = tau * (determinant - 2 * scales + len(used) * np.log(unit))
    beta, exact = np.zeros(size), columns.of_given(gamma)
    beta[used] = exact.high
    found = replace(found, beta=beta, log_likelihood=point.log_likelihood)
    if what := trouble_of_firth(found, columns.rounded(exact), unit, settings.tolerance):
        warn(what, ConvergenceWarning)
    return record(
        replace(found, decrement=max(found.decrement, columns.rounded(exact))),
        begun,
        standard,
        Standardised(covariance, standard, data.weight_exponent, half=half, low=low),
        factor.condition(triangle.T @ triangle),
        Firth(tau, correction, errors, uncorrected.log_likelihood * unit + penalty),
    )


def _checked(data: Observations, settings: Settings, tau: float, correction: Correction, errors: Errors) -> float:
    """Return the number of cases that a scaled weight of 1 stands for; raise a ValueError for invalid arguments."""
    require_limits(settings.tolerance, settings.max_passes)
    if not tau > 0:
        raise ValueError(f"tau must be above 0, but is {tau!r}; without a penalty use fit")
    if tau == np.inf:
        raise ValueError("tau must be finite: at inf the penalty alone is left")
    if correction not in (None, "flic", "flac"):
        raise ValueError(f"correction must be None, 'flic' or 'flac', not {correction!r}")
    if errors not in ("expected", "augmented"):
        raise ValueError(f"errors must be 'expected' or 'augmented', not {errors!r}")
    if correction is not None and not settings.intercept:
        raise ValueError(f"correction={correction!r} moves the intercept; the model has none")
    unit = 2.0**data.weight_exponent
    cases = data.total_weight * unit
    if cases < LEAST_CASES:
        raise ValueError(
            f"the weights add up to {cases:.2g} cases, so that the penalty alone decides; weights count cases"
        )
    require_finite(data.X, data.names)
    return unit


def _highest(data: Observations, begun: Prepared, tau: float, unit: float) -> tuple[Fit, Point, OrthogonalColumns]:
    """Return the maximum, and the columns in which it was found."""
    settings = begun.settings
    given = jeffreys_likelihood(data, begun.standard, tau)
    columns = OrthogonalColumns(given)
    # With the weights as given, standard errors are 1/√unit times as large.
    close = max(settings.tolerance / np.sqrt(max(unit, 1.0)), min(settings.tolerance, CLOSEST))
    search = partial(highest, tolerance=close, max_passes=settings.max_passes, monitor=settings.monitor(len(data)))
    try:
        found, point = _from_several_starts(search, given, begun)
    except NotIdentified:  # in double precision
        columns = OrthogonalColumns.at(given, pair(begun.start[given.used]))
        found, point = search(columns.likelihood, columns.coefficients(pair(begun.start[given.used])))
    earlier: tuple[Pass, ...] = ()
    for _ in range(ROUNDS):
        if point.unexplained >= LOST or found.status == "passes":
            break
        earlier, beta = earlier + found.passes, columns.of_given(found.beta)
        columns = OrthogonalColumns.at(given, beta)
        found, point = search(columns.likelihood, columns.coefficients(beta))
    if found.status == "converged":
        silent = partial(search, monitor=None)
        found, point = highest_of_several(silent, columns.likelihood, found, point)
        found, point = highest_around(silent, columns.likelihood, found, point)
    return replace(found, passes=earlier + found.passes), point, columns


def _corrected(
    columns: OrthogonalColumns, point: Point, gamma: Vector, correction: Correction, tolerance: float
) -> Vector:
    """Return the corrected coefficients."""
    if correction == "flac":
        return flac(columns.likelihood, point, gamma, tolerance)
    constant = columns.coefficients(pair(np.eye(1, len(gamma))[0]))
    return gamma + flic(columns.likelihood, gamma) * constant


def _placed(part: Matrix, used: NDArray[np.intp], size: int) -> Matrix:
    """Return rows of nan for the coefficients that are not used."""
    whole = np.full((size, part.shape[1]), np.nan)
    whole[used] = part
    return whole


def _taking_part(standard: Standardisation) -> Vector:
    """Return (q,) numbers that are 0 for the columns that are left out."""
    return np.concatenate([np.ones(int(standard.intercept)), standard.inverse_scale])


def jeffreys_likelihood(data: Observations, standard: Standardisation, tau: float) -> JeffreysLikelihood:
    """Return the penalised likelihood of the columns that are not left out; the penalty is scaled like the weights."""
    used = np.flatnonzero(_taking_part(standard))
    return JeffreysLikelihood(data.rows(standard), used, tau * 2.0**-data.weight_exponent)


def _from_several_starts(
    search: Callable[[JeffreysLikelihood, Vector], tuple[Fit, Point]],
    likelihood: JeffreysLikelihood,
    begun: Prepared,
) -> tuple[Fit, Point]:
    """Search from near the maximum of the likelihood alone and, if that fails, from elsewhere."""
    best: tuple[Fit, Point] | None = None
    # Passes towards that maximum cost less than half as much each. For separated data they only lead away; for offsets
    # that contradict the outcomes a few are not enough.
    for passes in (PLAIN_PASSES, 0, MANY_PASSES):
        near = begun.start
        if passes:
            near = newton(begun.rows.statistics, near, first=begun.first, tolerance=NEAR, max_passes=passes).beta
        try:
            found = search(likelihood, near[likelihood.used])
        except NotIdentified as error:
            failure = error
            continue
        if best is None or found[0].status == "converged":
            best = found
        if best[0].status != "stalled":
            break
    if best is None:
        raise failure
    return best
