"""Profile-likelihood intervals and likelihood-ratio tests of every coefficient of a fit.

Quadratic models find most ends and heights, many at once. The others are found one by one, from fits of the remaining
coefficients. All are compared with the log-likelihood that the fit itself reached.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from verhulst._options import checks_options
from verhulst.functions._row_order import require_one_order
from verhulst.regression.contrasts import of_coefficients, power_of_two
from verhulst.regression.crossing import MOST, crossing
from verhulst.regression.estimates import ConvergenceWarning
from verhulst.regression.heights import of_likelihood, of_penalised
from verhulst.regression.inference import normal_quantile
from verhulst.regression.observations import observations
from verhulst.regression.quadratic import REACHED, QuadraticModels
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import EPS, Matrix, Vector
from verhulst.regression.warn import warn
from verhulst.regression.wide import narrowed

VAGUE = 1e9  # the fall of the scaled log-likelihood beyond which an interval is called the whole line
LOST = 1e-4  # rounding of a log-likelihood that shows in tests and intervals


@checks_options
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
    coefficients with this one at b, is within ½ χ²₁(level) of its maximum. For a fit with Jeffreys' prior the penalised
    likelihood is used (Heinze and Schemper 2002, Statistics in Medicine 21). Over the other coefficients it may have
    several maxima, above all for separated data; the highest that is found around them is taken (with more than 20,000
    numbers in X the one that the profile leads to, so that an interval may be too short).

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
        data do not determine the coefficient; nan for columns that were dropped, and, with a warning, where the
        coefficient was not examined or an end was not found: each takes at most 60 fits of the other coefficients, and
        some of these may not converge.

    Raises
    ------
    ValueError
        If the fit has an L2 penalty or correction "flic" or "flac", or is of other data.

    Examples
    --------
    >>> from verhulst.regression import fit, profile_intervals
    >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], [0, 0, 1, 0, 1, 1]
    >>> profile_intervals(fit(X, y), X, y).round(2)
    array([[-11.14,   0.64],
           [ -0.07,   4.16]])
    """
    fall = 0.5 * normal_quantile(level) ** 2

    def intervals(profiles: _Profiles) -> Matrix:
        drop = fall / profiles.unit
        if drop > VAGUE:  # weights that add up to a vanishing part of one case
            result = np.full((len(profiles.scales), 2), np.nan)
            result[profiles.used] = -np.inf, np.inf
            return result
        result = profiles.ends(drop)
        result *= profiles.scales[:, None]
        result[profiles.open] = -np.inf, np.inf  # the likelihood comes near its supremum at every value
        profiles.warn_of("intervals", result)
        return result

    return _of_profiles(intervals, fit, X, y, sample_weight, offset)


@checks_options
def likelihood_ratio_tests(
    fit: LogisticFit,
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
) -> Matrix:
    """Return likelihood-ratio tests of each coefficient being 0, with the other columns kept.

    For a fit with Jeffreys' prior the penalised likelihood is compared, with the penalty of the full model on both
    sides.

    Parameters
    ----------
    fit, X, y, sample_weight, offset : LogisticFit, and array_like
        As for `profile_intervals`.

    Returns
    -------
    ndarray, shape (q, 2)
        The statistics 2 (ℓ(β̂) − ℓ(β̂ with this coefficient 0)), and p-values under χ² with one degree of freedom; nan
        for columns that were dropped, and, with a warning, for coefficients that were not examined on separated data,
        or where the fit of the others does not converge.

    Raises
    ------
    ValueError
        As `profile_intervals`.
    """
    from scipy.special import erfc

    def tests(profiles: _Profiles) -> Matrix:
        statistic = 2 * profiles.falls() * profiles.unit
        statistic[profiles.open] = 0.0
        result = np.column_stack([statistic, erfc(np.sqrt(statistic / 2))])
        profiles.warn_of("tests", result)
        return result

    return _of_profiles(tests, fit, X, y, sample_weight, offset)


def _of_profiles(
    found: Callable[[_Profiles], Matrix],
    fit: LogisticFit,
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None,
    offset: ArrayLike | None,
) -> Matrix:
    """(q, 2) what is found of the profiles, without looking at the columns that a wide fit took out."""
    require_one_order(X=X, y=y, sample_weight=sample_weight, offset=offset)
    narrow, x, used = narrowed(fit, X) or (fit, X, slice(None))
    result = np.full((len(fit.coefficients), 2), np.nan)
    with np.errstate(all="ignore"):  # far from the maximum anything may overflow; such points are searched again
        result[used] = found(_Profiles(narrow, x, y, sample_weight, offset))
    return result


class _Profiles:
    """The profiles of a fitted model, rebuilt from its data.

    Attributes
    ----------
    used : coefficients that took part
    open : (q,) which of them the data do not determine
    scales : (q,) powers of two: values of coefficients are in units of these
    unit : by which log-likelihoods have to be multiplied, since extreme weights were scaled
    heights : the likelihood
    """

    def __init__(
        self, fit: LogisticFit, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, offset: ArrayLike | None
    ) -> None:
        if fit.penalty == "l2":
            raise ValueError("an L2 penalty shifts the estimates, so that its profile has no stated coverage")
        if fit.firth is not None and fit.firth.correction is not None:
            raise ValueError(f"a fit with correction={fit.firth.correction!r} is not where its likelihood is highest")
        data = observations(X, y, sample_weight, offset, fit.names)
        if (rows := len(data.y)) != fit.rows:
            raise ValueError(f"these are not the data of the fit: it had {fit.rows} rows, these are {rows}")
        self._fit = fit
        dropped = [one.column for one in fit.collinear]
        standard = data.standardisation(fit.has_intercept).without(dropped)
        self.unit = 2.0**data.weight_exponent
        self.used = [k for k in range(len(fit.coefficients)) if k - fit.has_intercept not in dropped]
        self.open = np.array([state == "not determined" for state in fit.states])
        # Columns of 1e170 have coefficients whose squares are too small for a double.
        self.scales = np.concatenate([np.ones(int(fit.has_intercept)), power_of_two(standard.inverse_scale)])
        self._contrasts = of_coefficients(standard, np.eye(len(self.scales))) / self.scales[:, None]
        self._estimates, self._errors = fit.coefficients / self.scales, fit.standard_errors / self.scales
        if fit.firth is None:
            self.heights = of_likelihood(fit, data, standard, self.used, self.scales)
        else:
            self.heights = of_penalised(fit, data, standard, fit.firth.tau, self._contrasts)

    def ends(self, drop: float) -> Matrix:
        """(q, 2) where the largest log-likelihood has fallen by `drop`; ±inf where it does not, nan if not found."""
        result = self._modelled(lambda models, contrasts: models.ends(contrasts, drop), (2,))
        rounds = 2 if self.heights.several else 1  # in the second, what was found for the others is known
        for k in [*self.used] * rounds:
            for side, sign in enumerate((-1.0, 1.0)):
                if self._estimates[k] == sign * np.inf:
                    result[k, side] = sign * np.inf
                elif not np.isnan(self._estimates[k]) and (self.heights.several or np.isnan(result[k, side])):
                    result[k, side] = self._end(k, sign, drop, result[k, side])
        return result

    def falls(self) -> Vector:
        """(q,) how far the largest log-likelihoods are below the top where each coefficient is 0; nan if not found."""
        heights = self._modelled(lambda models, contrasts: models.heights(contrasts, np.zeros(len(contrasts))), ())
        result: Vector = np.maximum(self.heights.top - heights, 0.0)
        for k in self.used:
            if (self.heights.several or np.isnan(result[k])) and not np.isnan(self._estimates[k]):
                result[k] = np.fmin(result[k], self.heights.fallen(k, 0.0, thorough=True))
        return result

    def warn_of(self, what: str, result: Matrix) -> None:
        """Say which coefficients have no numbers, and why; and where the numbers are not certain."""
        fit, unknown = self._fit, [k for k in self.used if np.isnan(result[k]).sum() > 0]
        skipped = [k for k in unknown if fit.states[k] == "not examined"]
        for some, why in (
            (skipped, "these coefficients were not examined"),
            ([k for k in unknown if k not in skipped], f"up to {MOST} fits of the others did not settle them"),
        ):
            if some:
                warn(
                    f"the {what} of {', '.join(fit.parameter_names[k] for k in some)} are nan: {why}",
                    ConvergenceWarning,
                )
        if not fit.converged:
            warn(f"the fit did not converge, so that the {what} are not certain", ConvergenceWarning)
        if EPS * abs(fit.log_likelihood) > LOST:
            lost = f"differences of log-likelihoods of {fit.log_likelihood:.1g} are lost in rounding"
            warn(f"{lost}, so that the {what} are not certain", ConvergenceWarning)

    def _modelled(self, found: Callable[[QuadraticModels, Matrix], Matrix], shape: tuple[int, ...]) -> Matrix:
        """(q, ...) what quadratic models find for the finite estimates, nan elsewhere."""
        result = np.full((len(self.scales), *shape), np.nan)
        finite = [k for k in self.used if np.isfinite(self._estimates[k])]
        if finite and (models := self.heights.models) is not None:
            result[finite] = found(models, self._contrasts[finite][:, self.heights.columns])
        return result

    def _end(self, k: int, sign: float, drop: float, known: float) -> float:
        """One end, from heights one by one; `known` is what quadratic models found, or nan."""
        reach = float(np.sqrt(2 * drop))

        def excess(value: float, *, thorough: bool = False) -> float:
            return float(np.sqrt(2 * self.heights.fallen(k, value, drop, thorough=thorough))) - reach

        usual = float(np.linalg.norm(self._contrasts[k]))  # moves the log-odds by about 1
        if np.isinf(self._estimates[k]):
            first = excess(0.0)
            if first <= 0:
                return crossing(excess, 0.0, sign * usual, first)
            end = crossing(excess, 0.0, -sign * usual, first)
            return end if np.isfinite(end) else np.nan
        step = sign * (self._errors[k] if 0 < self._errors[k] < np.inf else usual)
        end = crossing(excess, self._estimates[k], step, -reach) if np.isnan(known) else known
        for _ in range(MOST):
            if not (self.heights.several and np.isfinite(end)):
                return end
            first = excess(end, thorough=True)
            if not first < -0.5 * REACHED * reach:
                return end
            end = crossing(excess, end, step, first)  # another maximum over the others is higher
        return np.nan
