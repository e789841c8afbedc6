"""Wald tests of several coefficients at once, such as those of all levels of a factor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from verhulst._options import checks_options
from verhulst.regression.covariance import Covariance
from verhulst.regression.estimates import Estimates
from verhulst.regression.inference import covariance_of
from verhulst.regression.parameters import aligned, p_value_text
from verhulst.regression.statistics import Matrix, Vector

TINY = 1e-145  # the square of a smaller standard error loses digits


@dataclass(frozen=True, slots=True)
class JointTest:
    """A test that several coefficients are all 0.

    Attributes
    ----------
    name : str
        What they belong to.
    statistic : float
        bᵀC⁻¹b of the coefficients b and their covariance C; nan without a test.
    degrees_of_freedom : int
        The number of coefficients that took part.
    p_value : float
        By the χ² distribution.
    reason : str or None
        Why there is no test.
    """

    name: str
    statistic: float
    degrees_of_freedom: int
    p_value: float
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class JointTests:
    """Joint tests of the columns of a table, as text and HTML."""

    tests: tuple[JointTest, ...]

    def __iter__(self) -> Iterator[JointTest]:
        return iter(self.tests)

    def __len__(self) -> int:
        return len(self.tests)

    def __getitem__(self, name: str) -> JointTest:
        """Return the test of a column."""
        return next(test for test in self.tests if test.name == name)

    def __repr__(self) -> str:
        rows = [
            [
                test.name,
                test.reason or f"{test.statistic:.3f}",
                str(test.degrees_of_freedom),
                p_value_text(test.p_value),
            ]
            for test in self
        ]
        return "\n".join(aligned(["", "χ²", "df", "p"], rows))


@checks_options
def joint_test(
    fit: Estimates,
    names: Sequence[str],
    *,
    covariance: Matrix | Covariance | None = None,
    name: str | None = None,
) -> JointTest:
    """Return the Wald test that the coefficients of some columns are all 0.

    Parameters
    ----------
    fit : LogisticFit
        A fit without an L2 penalty.
    names : sequence of str
        The columns.
    covariance : array_like, shape (q, q), optional
        A matrix to use in place of that of the fit (see `sandwich`).
    name : str, optional
        A name for what they belong to; by default their own.

    Returns
    -------
    JointTest
        The test; nan with a reason if one of the coefficients has no finite estimate or the fit has an L2 penalty.
        Columns that were left out of the fit take no part.

    Raises
    ------
    ValueError
        If there is no such column, or the covariance has the wrong shape.

    Examples
    --------
    >>> import verhulst as vh
    >>> model = vh.fit_table(vh.data.load_dataset("anes96"), "vote", positive="Dole", columns=["age", "party"])
    >>> test = vh.regression.joint_test(model.fit, [name for name in model.fit.names if "party" in name])
    >>> round(test.statistic, 2), test.degrees_of_freedom
    (321.12, 6)
    """
    unknown = [each for each in names if each not in fit.names]
    if unknown or not names:
        what = f"there is no column {unknown[0]!r}" if unknown else "name at least one column"
        raise ValueError(f"{what}; there are {', '.join(fit.names)}")
    called, states, first = name or ", ".join(names), fit.states, int(fit.has_intercept)
    places = [fit.names.index(each) + first for each in dict.fromkeys(names)]
    places = [place for place in places if states[place] != "left out"]

    def none(reason: str) -> JointTest:
        return JointTest(called, np.nan, len(places), np.nan, reason)

    if not places:
        return none("left out")
    if fit.penalty == "l2":
        return none("penalised")
    if any(states[place] != "estimated" for place in places):
        return none("no finite estimate")
    found = covariance_of(fit, covariance)
    errors = found.standard_errors()[places]
    if not (np.isfinite(errors).all() and (errors > 0.0).all()):
        return none("no standard error")
    try:
        correlation = _correlation(found, np.array(places), errors, len(fit.coefficients))
    except ValueError:
        return none("the model file has no covariance")
    z = fit.coefficients[places] / errors
    statistic = float(z @ np.linalg.lstsq(correlation, z, rcond=None)[0])
    return JointTest(called, statistic, len(places), float(chdtrc(len(places), max(statistic, 0.0))))


def _correlation(covariance: Covariance, places: NDArray[np.intp], errors: Vector, q: int) -> Matrix:
    """Return the correlations of some coefficients: their covariance in units of the standard errors."""
    if errors.min() > TINY and errors.max() < 1.0 / TINY:
        return np.asarray(covariance.matrix()[np.ix_(places, places)] / errors / errors[:, None])
    # The variances themselves are outside the range of doubles: those of sums of two coefficients in these units.
    found = np.eye(len(places))
    first, second = np.triu_indices(len(places), 1)
    contrasts, rows = np.zeros((len(first), q)), np.arange(len(first))
    contrasts[rows, places[first]] = 1.0 / errors[first]
    contrasts[rows, places[second]] = 1.0 / errors[second]
    found[first, second] = found[second, first] = covariance.deviations(contrasts) ** 2 / 2.0 - 1.0
    return found
