"""Two models of the same rows: likelihood ratio test if one contains the other, AIC and BIC."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

from scipy.special import chdtrc

from verhulst._numbers import p_value
from verhulst.data.design import Design
from verhulst.data.errors import DataError
from verhulst.regression.inference import ModelTest
from verhulst.regression.parameters import aligned
from verhulst.regression.result import LogisticFit
from verhulst.regression.table_fit import TableFit

SIGNIFICANT = 0.05  # below it the sentence says that the further columns fit better than chance explains
SAME = 1e-9  # relative difference of the log-likelihoods of two null models that is due to rounding


@dataclass(frozen=True, slots=True)
class ComparedFit:
    """One of the models: its number of parameters, log-likelihood, AIC and BIC."""

    parameters: int
    log_likelihood: float
    aic: float
    bic: float


@dataclass(frozen=True, slots=True)
class FitComparison:
    """A comparison of two fits of the same rows.

    Attributes
    ----------
    smaller, larger : ComparedFit
        By the number of parameters.
    swapped : bool
        Whether the first of the given models is the larger.
    nested : bool
        Whether the larger has all columns of the smaller.
    likelihood_ratio, degrees_of_freedom, p_value : float, int, float
        The test of the further columns, χ²; nan if the models are not nested.
    only : tuple of two tuples of str
        The columns of only the smaller, and of only the larger.
    """

    smaller: ComparedFit
    larger: ComparedFit
    swapped: bool
    nested: bool
    likelihood_ratio: float
    degrees_of_freedom: int
    p_value: float
    only: tuple[tuple[str, ...], tuple[str, ...]]

    def sentences(self) -> list[str]:
        """Return what the comparison says, in words."""
        less, more = ("second", "first") if self.swapped else ("first", "second")
        said = []
        if self.nested and self.degrees_of_freedom:
            verb = "fit better than chance explains" if self.p_value < SIGNIFICANT else "do not fit clearly better"
            said.append(
                f"The further columns of the {more} model ({', '.join(self.only[1])}) {verb}: likelihood ratio "
                f"χ²({self.degrees_of_freedom}) = {self.likelihood_ratio:.2f}, p {_equals(self.p_value)}."
            )
        elif self.nested:
            said.append("The models have the same columns.")
        else:
            said.append(
                f"Neither model contains the other (only the {less} has {', '.join(self.only[0])}), so there is no "
                "likelihood ratio test."
            )
        for name in ("AIC", "BIC"):
            low, high = (getattr(each, name.lower()) for each in (self.smaller, self.larger))
            if low != high:
                said.append(f"{name} is lower, which is better, for the {less if low < high else more} model.")
        return said

    def __repr__(self) -> str:
        first, second = (self.larger, self.smaller) if self.swapped else (self.smaller, self.larger)
        rows = [
            [name, str(each.parameters), *(f"{x:.2f}" for x in (each.log_likelihood, each.aic, each.bic))]
            for name, each in (("first", first), ("second", second))
        ]
        return "\n".join(
            [*aligned(["model", "parameters", "log-likelihood", "AIC", "BIC"], rows), "", *self.sentences()]
        )


def compare_fits(first: TableFit | LogisticFit, second: TableFit | LogisticFit) -> FitComparison:
    """Compare two models of the same outcome, fitted by maximum likelihood to the same rows.

    Parameters
    ----------
    first, second : TableFit or LogisticFit
        The models, in any order.

    Returns
    -------
    FitComparison
        Likelihood ratio test, AIC and BIC.

    Raises
    ------
    DataError
        If the models are of other outcomes or other rows, or one of them is penalised or has no maximum.
    TypeError
        If one of them is no such model.

    Examples
    --------
    >>> import verhulst as vh
    >>> votes = vh.data.load_dataset("anes96")
    >>> small = vh.fit_table(votes, "vote", positive="Dole", columns=["age"])
    >>> large = vh.fit_table(votes, "vote", positive="Dole", columns=["age", "income"])
    >>> found = vh.regression.compare_fits(small, large)
    >>> round(found.likelihood_ratio, 2), found.degrees_of_freedom
    (37.83, 1)
    """
    fits = [_fit(each) for each in (first, second)]
    for name, fit in zip(("first", "second"), fits, strict=True):
        if fit.penalty is not None:
            raise DataError(f"the {name} model is penalised: likelihoods compare fits by maximum likelihood only.")
        if fit.separation is not None:
            raise DataError(f"the {name} model has no maximum, because its outcomes are separated: nothing to compare.")
        if not fit.converged:
            raise DataError(f"the {name} model did not converge.")
    targets = [each.design.target if isinstance(each, TableFit) else None for each in (first, second)]
    if targets[0] != targets[1] and None not in targets:
        words = [f"{target.name} = {target.positive}" for target in targets if target is not None]
        raise DataError(f"the models are of other outcomes: {words[0]} and {words[1]}.")
    _require_same_rows(*fits)
    swapped = _parameters(fits[0]) > _parameters(fits[1])
    models = [second, first] if swapped else [first, second]
    small, large = fits[::-1] if swapped else fits
    terms = [_terms(each) for each in models]
    only = [tuple(dict.fromkeys(own[key] for key in own if key not in other)) for own, other in (terms, terms[::-1])]
    nested = not only[0] and not (small.has_intercept and not large.has_intercept)
    degrees = _parameters(large) - _parameters(small)
    ratio = 2.0 * (large.log_likelihood - small.log_likelihood) if nested else math.nan
    p = float(chdtrc(degrees, max(ratio, 0.0))) if nested and degrees else math.nan
    return FitComparison(_compared(small), _compared(large), swapped, nested, ratio, degrees, p, (only[0], only[1]))


def _fit(model: TableFit | LogisticFit) -> LogisticFit:
    fit = model.fit if isinstance(model, TableFit) else model
    if not isinstance(fit, LogisticFit):
        raise TypeError(f"compare two models of fit_table, fit_formula or fit, not a {type(model).__name__}")
    return fit


def _require_same_rows(first: LogisticFit, second: LogisticFit) -> None:
    pairs = (("rows", "rows"), ("cases", "sums of weights"), ("events", "numbers of ones"))
    for name, what in pairs:
        one, other = getattr(first, name), getattr(second, name)
        if not math.isclose(one, other, rel_tol=SAME):
            raise DataError(
                f"the models are of other rows: their {what} are {one:,.10g} and {other:,.10g}. Fit both to the rows "
                "without missing values in any of their columns."
            )
    if not math.isclose(first.null_log_likelihood, second.null_log_likelihood, rel_tol=SAME):
        raise DataError("the models are of other rows, or have other offsets or intercepts: their null models differ.")


def _parameters(fit: LogisticFit) -> int:
    return len(fit.coefficients) - len(fit.collinear)


def _terms(model: TableFit | LogisticFit) -> dict[Hashable, str]:
    """Return the name of each term: a column with its levels, whatever its reference level, or a column of X."""
    if isinstance(model, TableFit) and isinstance(model.design, Design):
        return {(column.name, frozenset(column.levels)): column.name for column in model.design.columns}
    fit = _fit(model)
    left_out = {part.name for part in fit.collinear}
    return {(name, frozenset()): name for name in fit.names if name not in left_out}


def _compared(fit: LogisticFit) -> ComparedFit:
    test = ModelTest.of(fit)
    return ComparedFit(_parameters(fit), fit.log_likelihood, test.aic, test.bic)


def _equals(p: float) -> str:
    text = p_value(p)
    return text if text.startswith("<") else f"= {text}"
