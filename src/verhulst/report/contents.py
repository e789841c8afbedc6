"""The contents of a report, numbers and sentences, without their layout."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verhulst._numbers import count, number, percent, typeset
from verhulst.data.column import Column
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.regression.held_out import HeldOut
from verhulst.regression.inference import ModelTest
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.result import LogisticFit
from verhulst.regression.table_fit import TableFit
from verhulst.regression.totals import Totals
from verhulst.regression.typical import PointEffects
from verhulst.report.cautions import Caution, cautions_of
from verhulst.report.effects import Effect, Errors, Factor, effects_of, factors_of
from verhulst.report.quality import Quality
from verhulst.report.words import headline


@dataclass(frozen=True)
class Observed:
    """Predictions and outcomes of some rows, as totals.

    Attributes
    ----------
    totals : Totals
    rows : int
    source : str
        The name of the rows.
    fitted : bool
        Whether the model was fitted on these rows.
    how : str
        What predicted them, if not the model.
    """

    totals: Totals
    rows: int
    source: str
    fitted: bool
    how: str = ""


@dataclass(frozen=True)
class Fact:
    """A number of the fit, with an explanation."""

    name: str
    value: str
    meaning: str = ""


@dataclass(frozen=True)
class Contents:
    """The contents of a report on a fitted model.

    Attributes
    ----------
    outcome : str
        The modelled outcome: "vote = Dole".
    labels : tuple of two str
        The names of 0 and 1.
    source : str
        The name of the table that the model was fitted on; empty for arrays.
    key_figures, facts : tuple of Fact
        The numbers at the top, and details of the fit.
    columns : tuple of Column
        The columns of the table; empty for arrays.
    effects : tuple of Effect
    level : float
        Coverage of the intervals.
    in_words : tuple of str
    cautions : tuple of Caution
    observed : Observed or None
    errors : str
        What the standard errors and intervals are, if they are not those of the fit.
    factors : tuple of Factor
        The categorical columns, each as a whole.
    points : PointEffects or None
        Effects on the probability.
    quality : Quality or None
        What held-out rows say of the model.
    """

    outcome: str
    labels: tuple[str, str]
    source: str
    key_figures: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    columns: tuple[Column, ...]
    effects: tuple[Effect, ...]
    level: float
    in_words: tuple[str, ...]
    cautions: tuple[Caution, ...]
    observed: Observed | None
    errors: str = ""
    factors: tuple[Factor, ...] = ()
    points: PointEffects | None = None
    quality: Quality | None = None


def contents_of(
    fit: LogisticFit,
    design: Design | FormulaDesign | None = None,
    observed: Observed | None = None,
    level: float = 0.95,
    errors: Errors | None = None,
) -> Contents:
    """Return the contents of a report on a fit.

    Parameters
    ----------
    fit : LogisticFit
        The fit.
    design : Design or FormulaDesign, optional
        The design, if the fit was made from a table.
    observed : Observed, optional
        Rows for evaluating the model.
    level : float
        The coverage of the intervals, between 0 and 1.
    errors : Errors, optional
        Other standard errors and intervals than those of the fit.

    Returns
    -------
    Contents
        The contents.
    """
    columns = design.columns if isinstance(design, Design) else ()
    target = design.target if design is not None else None
    outcome = f"{target.name} = {target.positive}" if target else "y = 1"
    effects = effects_of(fit, columns, level, errors)
    return Contents(
        outcome=outcome,
        labels=(f"{target.name} = {target.levels[0]}", outcome) if target else ("y = 0", "y = 1"),
        source=design.source if design is not None else "",
        key_figures=_key_figures(fit, outcome),
        facts=facts_of(fit, ModelTest.of(fit), design),
        columns=columns,
        effects=effects,
        level=level,
        in_words=tuple(headline(effects, outcome, level)),
        cautions=cautions_of(
            fit, design, observed.totals.present if observed is not None and observed.fitted else None
        ),
        observed=observed,
        errors="" if errors is None else errors.name,
        factors=factors_of(fit, columns, errors),
    )


def contents_of_table(
    model: TableFit, held_out: HeldOut | None = None, level: float = 0.95, errors: Errors | None = None
) -> Contents:
    """Return the contents of a report on a fit of a table.

    The predictions are those of the given held-out rows, or of those that the model has, or of the rows of the fit.
    """
    own = Observed(model.totals, model.fit.rows, model.design.source, fitted=True)
    contents = contents_of(model.fit, model.design, own, level, errors)
    held_out = model.held_out if held_out is None else held_out
    if held_out is None:
        return contents
    source, how = held_out.source or "the given table", held_out.how() if held_out.folds else ""
    observed = Observed(held_out.totals, held_out.rows, source, fitted=False, how=how)
    return replace(contents, observed=observed, quality=Quality.of(held_out, level, model.fit.penalty))


def _key_figures(fit: LogisticFit, outcome: str) -> tuple[Fact, ...]:
    return (
        Fact("rows", f"{fit.rows:,}", "that the model was fitted on"),
        Fact(outcome, percent(fit.events / fit.cases), f"{count(fit.events)} of {count(fit.cases)}"),
        Fact("columns", f"{len(fit.names)}", "in the design matrix"),
        mcfadden_of(fit, ModelTest.of(fit)),
    )


def mcfadden_of(fit: LogisticFit | MultinomialFit, test: ModelTest) -> Fact:
    """Return McFadden's R², or why there is none."""
    value, meaning = f"{test.mcfadden:.3f}", "0: no better than the base rate; 1: perfect"
    if fit.separation is not None:
        meaning = f"in the limit, because the outcomes are separated; {meaning}"
        if fit.separation.kind == "complete":
            value, meaning = "–", "there is no best fit: the outcomes are separated"
    return Fact("McFadden R²", value, meaning)


def _distance(fit: LogisticFit | MultinomialFit) -> Fact:
    name = "Distance from the maximum"
    if fit.separation is not None:
        return Fact(name, "no maximum", "the likelihood has no maximum, because the outcomes are separated")
    return Fact(
        name,
        f"{number(fit.decrement)} standard errors" if fit.converged else "not reached",
        "the Newton decrement: no coefficient is farther from its value at the maximum, in units of its standard error",
    )


def facts_of(
    fit: LogisticFit | MultinomialFit, test: ModelTest, design: Design | FormulaDesign | None
) -> tuple[Fact, ...]:
    """Return the details of a fit."""
    deviance, null = 2 * abs(fit.log_likelihood), -2 * fit.null_log_likelihood
    method = {
        None: "maximum likelihood",
        "l2": f"maximum likelihood with an L2 penalty, C = {fit.C:g}",
        "firth": "maximum likelihood with Firth's penalty (Jeffreys prior)",
    }[fit.penalty]
    facts = [
        Fact("Method", method, "by Newton's method in double precision"),
        _distance(fit),
        Fact("Passes over the data", f"{len(fit.passes)}"),
        Fact(
            "Log-likelihood" if fit.separation is None else "Log-likelihood in the limit",
            typeset(f"{fit.log_likelihood:.4f}"),
            f"without columns: {typeset(f'{fit.null_log_likelihood:.4f}')}",
        ),
        Fact("Deviance", f"{deviance:.3f}", f"without columns: {null:.3f}"),
    ]
    if fit.separation is None or fit.separation.kind != "complete":
        facts.append(Fact("AIC", f"{test.aic:.3f}", "smaller is better, for models of the same rows"))
    if isinstance(design, Design):
        if design.weights:
            facts.append(Fact("Weights", design.weights, "counts of cases"))
        if design.offset:
            facts.append(Fact("Offset", design.offset, "added to the log-odds"))
    if isinstance(design, FormulaDesign):
        facts.append(Fact("Formula", design.formula))
    return tuple(facts)
