"""The summary of a fit, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from verhulst.regression.collinearity import described
from verhulst.regression.covariance import Covariance, ErrorsOnly
from verhulst.regression.estimates import Estimates
from verhulst.regression.inference import ModelTest, odds_ratios, wald
from verhulst.regression.parameters import ParameterTable, p_value_text
from verhulst.regression.statistics import Matrix


@dataclass(frozen=True, slots=True)
class Summary:
    """The contents of a summary.

    Attributes
    ----------
    title : how the coefficients were found
    facts : name and value: rows, log-likelihood, ...
    coefficients, odds_ratios : the tables
    how : how the fit went: passes, decrement, condition
    warnings : what a reader should know
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    coefficients: ParameterTable
    odds_ratios: ParameterTable
    how: str
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        width = max(len(name) for name, _ in self.facts)
        lines = [self.title, ""]
        lines += [f"{name:<{width}}  {value}" for name, value in self.facts]
        lines += ["", *self.coefficients.lines(), "", *self.odds_ratios.lines(), "", self.how]
        lines += [f"Note: {warning}" for warning in self.warnings]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        facts = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in self.facts)
        notes = "".join(f"<li>{escape(warning)}</li>" for warning in self.warnings)
        return (
            f"<div><p><strong>{escape(self.title)}</strong></p><table>{facts}</table>"
            f"{self.coefficients.html()}{self.odds_ratios.html()}"
            f"<p>{escape(self.how)}</p>{f'<ul>{notes}</ul>' if notes else ''}</div>"
        )


def summary(
    fit: Estimates,
    level: float = 0.95,
    *,
    covariance: Matrix | Covariance | None = None,
    intervals: Matrix | None = None,
    penalised_errors: bool = False,
) -> Summary:
    """Return the summary of a fit.

    Parameters
    ----------
    fit : LogisticFit
    level : coverage of the intervals
    covariance : (q, q) to be used for standard errors instead of the inverse information (see `sandwich`)
    intervals : (q, 2) to be shown instead of Wald intervals (see `profile_intervals`)
    penalised_errors : show standard errors of an L2-penalised fit. They measure the variation of the penalised
        estimate and do not account for its bias.
    """
    hidden = fit.penalty == "l2" and not penalised_errors
    if hidden:
        covariance = ErrorsOnly(np.full(len(fit.coefficients), np.nan))
    test = ModelTest.of(fit)
    limit = "" if fit.separation is None else ", in the limit"
    parts = ["intercept"] * fit.has_intercept + ["offset"] * fit.has_offset
    null_model = f"{' and '.join(parts)} only" if parts else "no columns"
    facts = [
        ("rows", f"{fit.rows:,}" if fit.cases == fit.rows else f"{fit.rows:,} (weights add up to {fit.cases:,.6g})"),
        ("ones", f"{fit.events:,.6g} ({fit.events / fit.cases:.3%})"),
        ("log-likelihood", f"{fit.log_likelihood:,.4f} ({null_model}: {fit.null_log_likelihood:,.4f}){limit}"),
        ("null deviance", f"{-2 * fit.null_log_likelihood:,.4f}"),
        ("residual deviance", f"{2 * abs(fit.log_likelihood):,.4f}{limit}"),
    ]
    complete = fit.separation is not None and fit.separation.kind == "complete"
    if not complete:  # else they compare with a fit that there is not
        facts.append(("McFadden R²", f"{test.mcfadden:.4f}{limit}"))
    if fit.penalty is None and not complete:
        facts += [
            (
                "likelihood ratio",
                f"χ²({test.degrees_of_freedom}) = {test.likelihood_ratio:,.2f}, "
                + f"p = {p_value_text(test.p_value)}".replace("= <", "<")
                + limit,
            ),
            ("AIC, BIC", f"{test.aic:,.2f}, {test.bic:,.2f}{limit}"),
        ]
    title = {
        None: "Logistic regression, maximum likelihood",
        "l2": f"Logistic regression, L2 penalty ½‖b‖²/C with C = {fit.C:g}",
        "firth": "Logistic regression, Firth's penalty (Jeffreys prior)",
    }[fit.penalty]
    return Summary(
        title,
        tuple(facts),
        wald(fit, level, covariance=covariance, intervals=intervals),
        odds_ratios(fit, level, covariance=covariance, intervals=intervals),
        _how(fit) + _profile_words(intervals),
        _warnings(fit, hidden, covariance is not None and not hidden) + _unknown(fit, intervals),
    )


def _how(fit: Estimates) -> str:
    matrices = sum(one.information for one in fit.passes)
    if fit.separation is not None and fit.separation.kind == "complete":
        return f"No maximum: the data are completely separated, which took {len(fit.passes)} passes to find."
    maximum = "No maximum: the data are separated. Fit of the other rows: " if fit.separation is not None else ""
    ending = {
        "converged": "Converged",
        "stopped": "Stopped: the data are separated",
        "stalled": "NOT converged: rounding allows no more progress",
        "passes": "NOT converged: too many passes",
    }[fit.status]
    return (
        f"{maximum}{ending} after {len(fit.passes)} passes over the data ({matrices} with information matrix). "
        f"Decrement {fit.decrement:.1e} standard errors. Condition of the scaled information {fit.condition:.3g}."
    )


def _warnings(fit: Estimates, hidden: bool, robust: bool) -> tuple[str, ...]:
    notes = [f"{sentence}." for sentence in described(fit.collinear, len(fit.names), fit.rows)]
    if fit.separation is not None:
        notes.append(fit.separation.advice())
    if hidden:
        notes.append(
            "A penalty shrinks coefficients towards 0, so that the usual standard errors and intervals do not cover "
            "the truth; they are omitted. Request them with penalised_errors=True."
        )
    if robust:
        notes.append("Standard errors are computed from the given covariance.")
    if fit.status in ("stalled", "passes"):
        notes.append(f"The coefficients are about {fit.decrement:.2g} standard errors from the maximum.")
    if fit.condition > 1e10:
        notes.append(
            f"In the rows that determine them, some columns are nearly combinations of others (condition "
            f"{fit.condition:.1e}): their coefficients cannot be estimated separately, and digits are lost."
        )
    return tuple(notes)


def _profile_words(intervals: Matrix | None) -> str:
    words = " Intervals: profile likelihood. z and p: Wald's test, which may disagree with them."
    return "" if intervals is None else words


def _unknown(fit: Estimates, intervals: Matrix | None) -> tuple[str, ...]:
    """Notes on given intervals with ends that are not known."""
    if intervals is None:
        return ()
    there = [state != "left out" for state in fit.states]
    unknown = np.isnan(np.asarray(intervals, dtype=float)).any(axis=1) & there
    names = [name for name, yes in zip(fit.parameter_names, unknown, strict=True) if yes]
    return (f"Ends of the intervals of {', '.join(names)} are not known, which does not mean infinite.",) * bool(names)
