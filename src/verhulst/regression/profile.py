"""Profile-likelihood intervals and likelihood-ratio tests of every coefficient of a fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from verhulst.regression.contrasts import of_coefficients, power_of_two
from verhulst.regression.coordinates import as_given
from verhulst.regression.covariance import Standardised
from verhulst.regression.estimates import ConvergenceWarning
from verhulst.regression.factor import Factor
from verhulst.regression.firth import jeffreys_likelihood
from verhulst.regression.jeffreys_profile import JeffreysProfile
from verhulst.regression.likelihood import (
    FARTHEST as FARTHEST_OF_FINITE,
)
from verhulst.regression.likelihood import (
    SHARED_INFORMATION_FROM,
    Likelihood,
    bracketed,
    chi_squared_quantile,
    own_information,
    shared_information,
)
from verhulst.regression.newton import refined
from verhulst.regression.observations import Observations, observations
from verhulst.regression.recession import Recession, rows_left
from verhulst.regression.refitted import Refitted
from verhulst.regression.result import LogisticFit
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.warn import warn
from verhulst.regression.wide import narrowed

VAGUE = 1e9  # the fall of the scaled log-likelihood beyond which an interval is called the whole line
FARTHEST_OF_ALL = (
    2.0**100
)  # standard errors: an outlier of 1e30 makes an error of 1e-30, and one side of the interval not
FARTHEST = 2.0**12  # standard deviations of the column: where the profile of an infinite coefficient is followed to


def profile_intervals(
    fit: LogisticFit,
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    *,
    level: float = 0.95,
) -> Matrix:
    """Return profile-likelihood intervals of all coefficients.

    The interval of a coefficient contains every value b at which the log-likelihood, maximised over the other
    coefficients with this one at b, is within ½ χ²₁(level) of its maximum. For a fit with penalty "firth" the penalised
    likelihood is used (Heinze and Schemper 2002, Statistics in Medicine 21). It may have two maxima over the other
    coefficients; with more than 60 rows, and rarely with fewer, the lower one may determine the interval.

    Parameters
    ----------
    fit : LogisticFit
        The result of `fit` or `fit_firth`.
    X, y, sample_weight, offset : array_like
        The data of that fit.
    level : float
        The coverage, between 0 and 1.

    Returns
    -------
    ndarray, shape (q, 2)
        The lower and upper ends, intercept first; ±inf where the likelihood does not fall enough, both if separated
        data do not determine the coefficient; nan for columns that were dropped, not examined, or not distinguishable
        from others in double precision, and, with a warning, where no fit of the others is certain on separated data.

    Raises
    ------
    ValueError
        If the fit has penalty "l2" or correction "flic" or "flac", or is of other data.

    Examples
    --------
    >>> from verhulst.regression import fit, profile_intervals
    >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], [0, 0, 1, 0, 1, 1]
    >>> profile_intervals(fit(X, y), X, y).round(2)
    array([[-11.14,   0.64],
           [ -0.07,   4.16]])
    """
    if (part := narrowed(fit, X)) is not None:
        narrow, x, used = part
        result = np.full((len(fit.coefficients), 2), np.nan)
        result[used] = profile_intervals(narrow, x, y, sample_weight, offset, level=level)
        return result
    with np.errstate(all="ignore"):  # far from the maximum anything may overflow; such points are searched again
        return _intervals(_Profiles(fit, X, y, sample_weight, offset), level)


def _intervals(profiles: _Profiles, level: float) -> Matrix:
    drop = 0.5 * chi_squared_quantile(level) / profiles.unit
    result = np.full((len(profiles.infinite), 2), np.nan)
    if drop > VAGUE:  # weights that add up to a vanishing part of one case
        result[profiles.used] = -np.inf, np.inf
        return result
    finite = profiles.finite
    if finite and profiles.likelihood is not None:
        result[finite] = profiles.likelihood.ends(profiles.contrasts(finite), drop) * profiles.scales[finite, None]
    for k in np.flatnonzero(profiles.infinite):
        result[k] = np.multiply(profiles.one_sided(int(k), drop), profiles.scales[k])
    result[profiles.open] = -np.inf, np.inf  # the likelihood comes near its supremum at every value
    profiles.warn_of("intervals", result)
    return result


def likelihood_ratio_tests(
    fit: LogisticFit,
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
) -> Matrix:
    """Return likelihood-ratio tests of each coefficient being 0, with the other columns kept.

    For a fit with penalty "firth" the penalised likelihood is compared, with the penalty of the full model on both
    sides.

    Parameters
    ----------
    fit, X, y, sample_weight, offset : LogisticFit, and array_like
        As for `profile_intervals`.

    Returns
    -------
    ndarray, shape (q, 2)
        The statistics 2 (ℓ(β̂) − ℓ(β̂ with this coefficient 0)), and p-values under χ² with one degree of freedom; nan
        for columns that were dropped, or not examined on separated data, and, with a warning, where no fit of the
        others is certain on such data.

    Raises
    ------
    ValueError
        As `profile_intervals`.
    """
    if (part := narrowed(fit, X)) is not None:
        narrow, x, used = part
        result = np.full((len(fit.coefficients), 2), np.nan)
        result[used] = likelihood_ratio_tests(narrow, x, y, sample_weight, offset)
        return result
    with np.errstate(all="ignore"):
        return _tests(_Profiles(fit, X, y, sample_weight, offset))


def _tests(profiles: _Profiles) -> Matrix:
    from scipy.special import erfc

    result = np.full((len(profiles.infinite), 2), np.nan)
    finite = profiles.finite
    if finite and profiles.likelihood is not None:
        fallen = profiles.likelihood.value - profiles.likelihood.heights(
            profiles.contrasts(finite), np.zeros(len(finite))
        )
        result[finite, 0] = 2 * np.maximum(fallen, 0.0) * profiles.unit
    for k in np.flatnonzero(profiles.infinite):
        height = profiles.everything.highest(profiles.contrasts([int(k)])[0], 0.0)
        result[k, 0] = 2 * profiles.unit * max(profiles.top - height, 0.0)
    result[profiles.open, 0] = 0.0
    result[:, 1] = erfc(np.sqrt(result[:, 0] / 2))
    profiles.warn_of("tests", result)
    return result


class _Profiles:
    """The likelihood of a fitted model, rebuilt from its data.

    Attributes
    ----------
    used : coefficients that took part
    infinite, open : (q,) which of them are infinite, which not determined
    finite : those that have a finite estimate
    likelihood : around the finite estimates, of the rows that are not separated; None where there are none
    everything : of all rows
    top : the supremum of the log-likelihood
    scales : (q,) powers of two: the size of each coefficient
    unit : by which log-likelihoods have to be multiplied, since extreme weights were scaled
    """

    def __init__(
        self, fit: LogisticFit, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, offset: ArrayLike | None
    ) -> None:
        if fit.penalty == "l2":
            raise ValueError("an L2 penalty shifts the estimates, so that its profile has no stated coverage")
        if fit.firth is not None and fit.firth.correction is not None:
            raise ValueError(f"a fit with correction={fit.firth.correction!r} is not where its likelihood is highest")
        data = observations(X, y, sample_weight, offset, fit.names)
        if len(data.y) != fit.rows:
            raise ValueError(f"these are not the data of the fit: it had {fit.rows} rows, these are {len(data.y)}")
        known = fit.covariance_record
        if isinstance(known, Standardised) and known.half is not None and fit.separation is None:
            self._standard = known.standard  # columns centred where the information is
        else:
            full = data.standardisation(fit.intercept)
            self._standard = full.without([c.column for c in fit.collinear])
        self.unit = 2.0**data.weight_exponent
        first = int(fit.intercept)
        aliased = {c.column + first for c in fit.collinear}
        self.used = [k for k in range(len(fit.coefficients)) if k not in aliased]
        self.infinite = np.isinf(fit.coefficients)
        self._names = fit.parameter_names
        # Columns of 1e170 have coefficients whose squares are too small for a double.
        self.scales = np.concatenate([np.ones(first), power_of_two(self._standard.inverse_scale)])
        self.open = np.array([state == "not determined" for state in fit.states])
        self.finite = [k for k in self.used if np.isfinite(fit.coefficients[k])]
        self.likelihood: Likelihood | None
        self.everything: Likelihood
        if fit.firth is not None:
            self._firth(fit, data)
        else:
            self._plain(fit, data)

    def contrasts(self, which: list[int]) -> Matrix:
        """(k, q) coefficients of the columns as given in units of `scales`, in terms of the standardised columns."""
        units = of_coefficients(self._standard, np.eye(len(self.infinite))[which])
        return np.ascontiguousarray(units[:, self._columns] / self.scales[which, None])

    def one_sided(self, k: int, drop: float) -> tuple[float, float]:
        """The interval of an infinite coefficient, in units of `scales`."""
        contrast = self.contrasts([k])[0]

        def excess(value: float) -> float:
            fallen = max(self.top - self.everything.highest(contrast, value), 0.0)
            return float(np.sqrt(2 * fallen) - np.sqrt(2 * drop))

        sign = -self._towards[k]
        step = sign * float(np.linalg.norm(contrast))
        start = 0.0
        while excess(start) >= 0:  # 0 is outside the interval: go to where the coefficient tends
            start = 2 * start - step
            if abs(start) > FARTHEST * abs(step):
                return np.nan, np.nan
        end = bracketed(excess, start, step, FARTHEST * abs(step))
        return (end, np.inf) if sign < 0 else (-np.inf, end)

    def warn_of(self, what: str, result: Matrix) -> None:
        """Name the infinite coefficients whose profile could not be followed."""
        names = [self._names[k] for k in np.flatnonzero(self.infinite & np.isnan(result).any(axis=1))]
        if names:
            warn(
                f"the {what} of {', '.join(names)} are nan: no fit of the other coefficients could be trusted",
                ConvergenceWarning,
            )

    def _firth(self, fit: LogisticFit, data: Observations) -> None:
        assert fit.firth is not None
        penalised = jeffreys_likelihood(data, self._standard, fit.firth.tau)
        self._columns = penalised.used
        beta = self._standard.working(fit.coefficients)[self._columns]
        self.everything = self.likelihood = JeffreysProfile.of(penalised, beta)
        self.top = self.everything.value

    def _plain(self, fit: LogisticFit, data: Observations) -> None:
        rows = data.rows(self._standard)
        self._columns = np.arange(rows.size)
        self.likelihood = None
        if fit.separation is None:
            beta, known = self._standard.working(fit.coefficients), fit.covariance_record
            hard = isinstance(known, Standardised) and known.half is not None
            beta = refined(rows.statistics, beta)[0]
            self.everything = self.likelihood = self._around(rows, beta, data, fit, FARTHEST_OF_ALL, hard)
            self.top = self.everything.value
            return
        self._towards: Vector = np.sign(fit.separation.coefficients)
        beta = self._standard.working(fit.separation.finite)
        if fit.separation.kind == "quasi-complete":
            found = fit.separation
            apart = Recession(found.direction, as_given(self._standard), found.rows_separated, fit.rows)
            # Its maximum is the supremum of all rows, and so are those along finite coefficients.
            self.everything = self.likelihood = self._around(rows_left(rows, apart), beta, data, fit)
            self.top = self.everything.value
        else:
            self.everything, self.top = self._around(rows, beta, data, fit), 0.0

    def _around(
        self,
        rows: Rows,
        beta: Vector,
        data: Observations,
        fit: LogisticFit,
        farthest: float = FARTHEST_OF_FINITE,
        always: bool = False,
    ) -> Refitted:
        """Return the likelihood of some rows; along one coefficient that of all rows, by fits of the others."""
        statistics = rows.statistics
        here = statistics(beta)
        assert here.information is not None
        work = len(data.y) * len(beta) ** 2 * 2 * len(self.used)
        probe = (
            own_information(rows, len(Factor.of(here.information).used))
            if work < SHARED_INFORMATION_FROM
            else shared_information(rows, here.information)
        )
        return Refitted(
            statistics,
            probe,
            beta,
            here.log_likelihood,
            here.information,
            data=data,
            columns=tuple(k - int(fit.intercept) for k in self.used if k or not fit.intercept),
            intercept=fit.intercept,
            scales=self.scales,
            errors=fit.standard_errors / self.scales,
            always=always,
            farthest=farthest,
            row_norm=here.row_norm,
        )
