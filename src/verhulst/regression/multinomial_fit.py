"""The result of a multinomial fit, with tables of coefficients and odds ratios against any class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import chdtrc, ndtr

from verhulst.data.saved import Saved
from verhulst.data.schema import Record
from verhulst.regression.inference import normal_quantile
from verhulst.regression.multinomial_estimates import MultinomialEstimates
from verhulst.regression.parameters import Parameter, ParameterState, ParameterTable


@dataclass(frozen=True, eq=False, repr=False)
class MultinomialFit(MultinomialEstimates, Saved):
    """A fitted multinomial logistic regression; its attributes are those of `MultinomialEstimates`."""

    _kind: ClassVar[str] = "multinomial regression"
    _schema_version: ClassVar[int] = 1

    @classmethod
    def schema(cls) -> Record:
        """See `Saved`."""
        return cls.SCHEMA

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

    def odds_ratios(self, level: float = 0.95, *, reference: Any = None) -> dict[Any, ParameterTable]:
        """Return odds ratios of the columns with intervals, as `wald`: a table for each class but the reference."""
        return self._tables(level, reference, odds=True)

    def summary(self, level: float = 0.95, *, reference: Any = None) -> str:
        """Return a summary as text: the fit as a whole, and a table for each class against the reference."""
        place = self.place(self.classes[0] if reference is None else reference)
        freedom = (len(self.classes) - 1) * (len(self.names) - len(self.collinear))
        ratio = max(2 * (self.log_likelihood - self.null_log_likelihood), 0.0)
        state = "converged" if self.converged else "NOT converged"
        share = 1 - self.log_likelihood / self.null_log_likelihood if self.null_log_likelihood else float("nan")
        lines = [
            f"Multinomial logistic regression of {len(self.classes)} classes against {self.classes[place]}, "
            f"{self.rows:,} rows, {state} in {len(self.passes)} passes",
            f"log-likelihood {self.log_likelihood:.6g} (intercepts only: {self.null_log_likelihood:.6g}), "
            f"McFadden's R² {share:.4f}",
        ]
        if not np.isinf(self.C):
            lines.append(f"L2 penalty with C = {self.C:g}: standard errors are those of the penalised likelihood")
        elif freedom:
            p = float(chdtrc(freedom, ratio))
            lines.append(f"likelihood ratio {ratio:.6g} on {freedom} degrees of freedom, p {p:.4g}")
        for label, table in self.wald(level, reference=reference).items():
            lines += ["", f"{label}:", *table.lines()]
        return "\n".join(lines)

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
