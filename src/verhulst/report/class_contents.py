"""The contents of a report on a multinomial fit, numbers and sentences, without their layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from verhulst._numbers import count, percent
from verhulst.data.column import Column
from verhulst.data.column_values import label
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.regression.class_totals import ClassTotals
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.table_classes import MultinomialTableFit
from verhulst.report.cautions import Caution, class_cautions_of
from verhulst.report.contents import Fact, facts_of, mcfadden_of
from verhulst.report.effects import Effect, effects_of_tables
from verhulst.report.quality import ClassQuality
from verhulst.report.words import effect_in_words

MOST_IN_WORDS = 6


@dataclass(frozen=True)
class ObservedClasses:
    """Predicted and true classes of some rows, as totals.

    Attributes
    ----------
    totals : ClassTotals
    rows : int
    source : str
        The name of the rows.
    fitted : bool
        Whether the model was fitted on these rows.
    how : str
        Which rows these are and what predicted them, if not those of the source.
    """

    totals: ClassTotals
    rows: int
    source: str
    fitted: bool
    how: str = ""

    @property
    def right(self) -> float:
        """The share of cases whose most probable class is theirs."""
        confusion = np.array(self.totals.confusion)
        return float(np.trace(confusion) / confusion.sum())

    @property
    def largest(self) -> float:
        """The share of the largest class."""
        confusion = np.array(self.totals.confusion)
        return float(confusion.sum(axis=1).max() / confusion.sum())


@dataclass(frozen=True)
class Comparison:
    """A class, compared with the reference.

    Attributes
    ----------
    name : str
    cases : float
    effects : tuple of Effect
        On the odds of this class rather than the reference.
    """

    name: str
    cases: float
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class ClassContents:
    """The contents of a report on a multinomial fit.

    Attributes
    ----------
    target : str
        The column of the classes; "y" for arrays.
    classes : tuple of str
        Their names, first the reference.
    cases : tuple of float
        Cases of each.
    comparisons : tuple of Comparison
        One for each class but the reference.
    source, key_figures, facts, columns, level, in_words, cautions
        As in `Contents`.
    observed : ObservedClasses or None
    quality : ClassQuality or None
        What rows say that were not in the fit.
    """

    target: str
    classes: tuple[str, ...]
    cases: tuple[float, ...]
    comparisons: tuple[Comparison, ...]
    source: str
    key_figures: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    columns: tuple[Column, ...]
    level: float
    in_words: tuple[str, ...]
    cautions: tuple[Caution, ...]
    observed: ObservedClasses | None
    quality: ClassQuality | None = None

    @property
    def reference(self) -> str:
        """The class that the others are compared with."""
        return self.classes[0]


def contents_of_classes(
    fit: MultinomialFit,
    design: Design | FormulaDesign | None = None,
    observed: ObservedClasses | None = None,
    level: float = 0.95,
) -> ClassContents:
    """Return the contents of a report on a fit.

    Parameters
    ----------
    fit : MultinomialFit
    design : Design or FormulaDesign, optional
        The design, if the fit was made from a table.
    observed : ObservedClasses, optional
        Rows for evaluating the model.
    level : float
        The coverage of the intervals, between 0 and 1.
    """
    columns = design.columns if isinstance(design, Design) else ()
    target = design.target.name if design is not None and design.target is not None else "y"
    names, penalised = tuple(str(label(one)) for one in fit.classes), fit.penalty == "l2"
    lines, ratios = fit.wald(level), fit.odds_ratios(level)
    comparisons = tuple(
        Comparison(names[k], fit.cases[k], effects_of_tables(lines[one], ratios[one], columns, penalised=penalised))
        for k, one in enumerate(fit.classes)
        if k
    )
    test = fit.test()
    return ClassContents(
        target=target,
        classes=names,
        cases=fit.cases,
        comparisons=comparisons,
        source=design.source if design is not None else "",
        key_figures=(
            Fact("rows", f"{fit.rows:,}", "that the model was fitted on"),
            Fact("classes", f"{len(names)}", f"of {target}; the rarest has {count(min(fit.cases))} cases"),
            Fact("columns", f"{len(fit.names)}", "in the design matrix, each with a coefficient per class"),
            mcfadden_of(fit, test),
        ),
        facts=facts_of(fit, test, design),
        columns=columns,
        level=level,
        in_words=tuple(_in_words(comparisons, names[0], level)),
        cautions=class_cautions_of(
            fit, design, observed.totals.present if observed is not None and observed.fitted else None
        ),
        observed=observed,
    )


def contents_of_class_table(
    model: MultinomialTableFit, observed: ObservedClasses | None = None, level: float = 0.95
) -> ClassContents:
    """Return the contents of a report on a fit of a table.

    Predictions are judged by the given rows, by those that were held out, or by the rows of the fit.
    """
    own = ObservedClasses(model.totals, model.fit.rows, model.design.source, fitted=True)
    contents = contents_of_classes(model.fit, model.design, own if observed is None else observed, level)
    if observed is not None or model.held_out is None:
        return contents
    quality, held_out = ClassQuality.of(model.held_out, level), model.held_out
    totals = replace(model.totals, confusion=quality.result.confusion)
    how = held_out.how() if held_out.folds else ""
    rows = ObservedClasses(totals, held_out.rows, held_out.source or "the given table", fitted=False, how=how)
    return replace(contents, observed=rows, quality=quality)


def _in_words(comparisons: Sequence[Comparison], reference: str, level: float) -> list[str]:
    """Return the clearest effects in words, then the columns without a clear one."""
    pairs = [(one, effect) for one in comparisons for effect in one.effects]
    clear = sorted((pair for pair in pairs if pair[1].clear), key=lambda pair: -abs(pair[1].z))
    said = [
        effect_in_words(effect, f"{one.name} rather than {reference}", level) for one, effect in clear[:MOST_IN_WORDS]
    ]
    if (rest := len(clear) - MOST_IN_WORDS) > 0:
        said.append(f"{rest} more interval{'s exclude' if rest > 1 else ' excludes'} 1; see the tables.")
    known = {effect.name for _, effect in clear}
    unclear = dict.fromkeys(e.name for _, e in pairs if e.state == "estimated" and e.name not in known)
    if unclear:
        names = list(unclear)
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        said.append(f"No clear effect on any class (every interval contains 1, no change): {shown}.")
    return said


def shares_in_words(observed: ObservedClasses) -> str:
    """Return a sentence on how often the most probable class is right."""
    return (
        f"The most probable class is the right one in {percent(observed.right)} of cases; the largest class has "
        f"{percent(observed.largest)}."
    )
