"""The result of a multinomial fit, with tables of coefficients and odds ratios against any class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtr

from verhulst._numbers import counted
from verhulst._options import checks_options
from verhulst.data.saved import Saved
from verhulst.data.schema import Record
from verhulst.regression.inference import EVENTS_PER_PARAMETER, ModelTest, normal_quantile
from verhulst.regression.multinomial_estimates import MultinomialEstimates
from verhulst.regression.parameters import Parameter, ParameterState, ParameterTable, p_value_text


@dataclass(frozen=True, eq=False, repr=False)
class MultinomialFit(MultinomialEstimates, Saved):
    """A fitted multinomial logistic regression; its attributes are those of `MultinomialEstimates`."""

    _kind: ClassVar[str] = "multinomial regression"
    _schema_version: ClassVar[int] = 1

    @classmethod
    def schema(cls) -> Record:
        """See `Saved`."""
        return cls.SCHEMA

    @checks_options
    def wald(self, level: float = 0.95, *, reference: Any = None) -> dict[Any, ParameterTable]:
        """Return coefficients with standard errors, z, p and intervals: a table for each class but the reference.

        Parameters
        ----------
        level : float
            The coverage of the intervals.
        reference : label, optional
            The class that the others are compared with; by default the first.

        Raises
        ------
        ValueError
            If the level does not lie between 0 and 1, or the reference is not one of the classes.
        """
        return self._tables(level, reference, odds=False)

    @checks_options
    def odds_ratios(self, level: float = 0.95, *, reference: Any = None) -> dict[Any, ParameterTable]:
        """Return odds ratios of the columns with intervals, as `wald`: a table for each class but the reference."""
        return self._tables(level, reference, odds=True)

    @checks_options
    def summary(self, level: float = 0.95, *, reference: Any = None) -> MultinomialSummary:
        """Return a summary, as text and HTML: the fit as a whole, and a table for each class against the reference."""
        return MultinomialSummary(self, level, reference)

    def test(self) -> ModelTest:
        """Return the comparison with the model of intercepts only; see `verhulst.regression.inference.ModelTest`."""
        columns, contrasts = len(self.names) - len(self.collinear), len(self.classes) - 1
        freedom, k = contrasts * columns, contrasts * (columns + self.has_intercept)
        return ModelTest.between(self.null_log_likelihood, self.log_likelihood, freedom, k, sum(self.cases))

    def few_cases(self) -> str | None:
        """Say how few cases the rarest class has, if they are fewer than ten for each column."""
        cases, columns = min(self.cases), len(self.names) - len(self.collinear)
        if cases >= EVENTS_PER_PARAMETER * columns:
            return None
        rarest = self.classes[self.cases.index(cases)]
        return f"The rarest class, {rarest}, has {counted(cases, 'case')} for {counted(columns, 'column')}"

    def _tables(self, level: float, reference: Any, *, odds: bool) -> dict[Any, ParameterTable]:
        reference = self.classes[0] if reference is None else reference
        coefficients, errors = self.against(reference)
        quantile, found = normal_quantile(level), {}
        for k, label in enumerate(self.classes):
            if k == self.place(reference):
                continue
            columns = (self.parameter_names, coefficients[k].tolist(), errors[k].tolist(), self.states(k))
            lines = [
                _line(name, b, error, state, quantile, odds)
                for name, b, error, state in zip(*columns, strict=True)
                if not (odds and name == "(intercept)")
            ]
            found[label] = ParameterTable("odds ratio" if odds else "coefficient", level, tuple(lines))
        return found


@dataclass(frozen=True, eq=False, repr=False)
class MultinomialSummary:
    """The summary of a multinomial fit, as text and HTML.

    Attributes
    ----------
    fit : MultinomialFit
    level : float
        The coverage of the intervals.
    reference : label or None
        The class that the others are compared with; None for the first.
    penalised_errors : bool
        Whether to show standard errors of an L2-penalised fit, which do not account for its bias.
    """

    fit: MultinomialFit
    level: float = 0.95
    reference: Any = None
    penalised_errors: bool = False

    def __post_init__(self) -> None:
        normal_quantile(self.level)
        self.fit.place(self._against)

    @property
    def _against(self) -> Any:
        return self.fit.classes[0] if self.reference is None else self.reference

    @property
    def tables(self) -> dict[Any, ParameterTable]:
        """Coefficients of each class against the reference."""
        found = self.fit.wald(self.level, reference=self._against)
        if np.isinf(self.fit.C) or self.penalised_errors:
            return found
        return {label: without_errors(table) for label, table in found.items()}

    def lines(self) -> list[str]:
        """Return what is said of the fit as a whole."""
        fit, test = self.fit, self.fit.test()
        state = "converged" if fit.converged else "NOT converged"
        said = [
            f"Multinomial logistic regression of {len(fit.classes)} classes against {self._against}: "
            f"{fit.rows:,} rows, {state} in {len(fit.passes)} passes",
            f"Log-likelihood {fit.log_likelihood:.6g} (intercepts only: {fit.null_log_likelihood:.6g}), "
            f"McFadden R² {test.mcfadden:.4f}",
        ]
        if not np.isinf(fit.C):
            said.append(f"L2 penalty ½ Σ‖b‖²/C with C = {fit.C:g}: standard errors would not account for its bias")
        elif test.degrees_of_freedom and fit.separation is None:
            ratio, p = max(test.likelihood_ratio, 0.0), p_value_text(test.p_value)
            said.append(f"Likelihood ratio χ² {ratio:.6g} on {test.degrees_of_freedom} degrees of freedom, p {p}")
        if fit.separation is not None:
            said.append(str(fit.separation))
        if np.isinf(fit.C) and (few := fit.few_cases()):
            said.append(f"{few}, fewer than {EVENTS_PER_PARAMETER} for each")
        return said

    def __repr__(self) -> str:
        parts = [line for label, table in self.tables.items() for line in ("", f"{label}", *table.lines())]
        return "\n".join([*self.lines(), *parts])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(line)}</p>" for line in self.lines())
        return said + "".join(f"<h4>{escape(str(k))}</h4>{table.html()}" for k, table in self.tables.items())


def without_errors(table: ParameterTable) -> ParameterTable:
    """Return a table of coefficients without standard errors, tests and intervals."""
    nan = float("nan")
    lines = (replace(one, standard_error=nan, z=nan, p_value=nan, lower=nan, upper=nan) for one in table)
    return replace(table, parameters=tuple(lines))


@np.errstate(over="ignore", invalid="ignore")  # an odds ratio of e^800 is infinite
def _line(name: str, b: float, error: float, state: ParameterState, quantile: float, odds: bool) -> Parameter:
    known = bool(np.isfinite(b)) and error > 0 and bool(np.isfinite(error))
    z = b / error if known else float("nan")
    half = quantile * error if np.isfinite(b) else np.inf
    lower, upper = (b - half, b + half) if np.isfinite(b) else (-np.inf, np.inf)
    p = float(2 * ndtr(-abs(z)))
    if odds:
        b, lower, upper = (float(np.exp(x)) for x in (b, lower, upper))
        error = b * error
    return Parameter(name, b, float(error), z, p, float(lower), float(upper), state)
