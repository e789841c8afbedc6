"""Cautions about a fit, each with a remedy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verhulst._numbers import count, counted, number, percent
from verhulst.data.check_columns import doubt_of_numbers, doubt_of_stand_in, spellings, stand_in
from verhulst.data.column import Column
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.errors import listed
from verhulst.data.problems import option
from verhulst.data.rare_levels import better_reference
from verhulst.regression.collinearity import FEW, described
from verhulst.regression.inference import EVENTS_PER_PARAMETER
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.near_dependence import nearly_dependent
from verhulst.regression.result import LogisticFit
from verhulst.regression.separation import Separation

if TYPE_CHECKING:
    import pyarrow as pa

# Belsley, Kuh and Welsch 1980: a condition number of the scaled matrix above 30 shows; ours is that of its square.
HIGH_CONDITION = 30.0**2
FEW_CASES = 5
FEW_CLUSTERS = 40  # Angrist and Pischke 2009, section 8.2.3
MOST_REASONS = 6
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Caution:
    """A caution: the problem, and what can be done."""

    matter: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.matter} {self.remedy}"


def cautions_of(
    fit: LogisticFit, design: Design | FormulaDesign | None = None, present: Sequence[float] | None = None
) -> tuple[Caution, ...]:
    """Return the cautions about a fit, the most serious first.

    Parameters
    ----------
    fit : LogisticFit
    design : Design, optional
        The design, if the fit was made from a table.
    present : sequence of float, optional
        For each column of X, the number of cases in which it is not 0.
    """
    return tuple(_cautions(fit, design, present))


def few_clusters(clusters: int, column: str) -> tuple[Caution, ...]:
    """Return the caution about standard errors by few clusters, whose own number is their sample size.

    Examples
    --------
    >>> print(*few_clusters(3, "ward"))
    Standard errors by 3 clusters of 'ward' are too small, and intervals too narrow: they need about 40 clusters. \
Take them as a lower bound, or group rows by a column with more values.
    >>> few_clusters(40, "ward")
    ()
    """
    if clusters >= FEW_CLUSTERS:
        return ()
    matter = (
        f"Standard errors by {clusters} clusters of {column!r} are too small, and intervals too narrow: they need "
        f"about {FEW_CLUSTERS} clusters."
    )
    return (Caution(matter, "Take them as a lower bound, or group rows by a column with more values."),)


def _cautions(
    fit: LogisticFit, design: Design | FormulaDesign | None, present: Sequence[float] | None
) -> Iterator[Caution]:
    yield from _unfinished(fit, "the Firth or the L2 penalty (--firth, --C 1)")
    known = {part.name for part in fit.collinear} | set(fit.separation.columns if fit.separation else ())
    errors = zip(fit.parameter_names, fit.standard_errors, strict=True)
    yield from _no_error(fit, [name for name, error in errors if name not in known and not 0 < error < math.inf])
    yield from _left_out(fit)
    yield from _lost(design)
    rarer, parameters = min(fit.events, fit.cases - fit.events), len(fit.names) - len(fit.collinear)
    if fit.penalty is None and rarer < EVENTS_PER_PARAMETER * parameters:
        yield Caution(
            f"The rarer outcome occurs {counted(rarer, 'time')}, for {counted(parameters, 'column')}: fewer than "
            f"{EVENTS_PER_PARAMETER} per column.",
            "Odds ratios may then be too far from 1. Use fewer columns (--exclude), or the Firth penalty (--firth).",
        )
    yield from _of_numbers(fit)
    yield from _of_columns(design, present, fit.cases)


def numbers_in_doubt(design: Design | FormulaDesign, table: pa.Table | None) -> Iterator[Caution]:
    """Yield cautions about columns of numbers that tell the rows of a table apart, or hold codes; some rows show it."""
    if table is None or not table.num_rows or not isinstance(design, Design):
        return
    step = -(-table.num_rows // MOST_ROWS)
    some = design.typed(table.take(np.arange(0, table.num_rows, step)))
    for column in design.columns:
        if column.kind == "numeric" and column.date is None:
            x = column.read(some[column.name])
            if (value := stand_in(x)) is not None:
                problem = doubt_of_stand_in(column.name, x, value)
                flag = option("--na-values", f"{value:.0f}")
                yield Caution(problem.matter, f"Its odds ratio then means nothing ({flag}).")
            elif doubt := doubt_of_numbers(column.name, x, rows=table.num_rows):
                yield Caution(doubt.matter, f"Its odds ratio then means nothing ({doubt.option}).")


def class_cautions_of(
    fit: MultinomialFit, design: Design | FormulaDesign | None = None, present: Sequence[float] | None = None
) -> tuple[Caution, ...]:
    """Return the cautions about a multinomial fit; see `cautions_of`."""
    return tuple(_of_classes(fit, design, present))


def _of_classes(
    fit: MultinomialFit, design: Design | FormulaDesign | None, present: Sequence[float] | None
) -> Iterator[Caution]:
    yield from _unfinished(fit, "the L2 penalty")
    unknown = [
        f"{label}: {name}"
        for k, label in enumerate(fit.classes[1:], 1)
        for name, error, state in zip(fit.parameter_names, fit.standard_errors[k - 1], fit.states(k), strict=True)
        if state == "estimated" and not 0 < error < math.inf
    ]
    yield from _no_error(fit, unknown)
    yield from _left_out(fit)
    yield from _lost(design)
    if fit.penalty is None and (few := fit.few_cases()):
        yield Caution(
            f"{few}: fewer than {EVENTS_PER_PARAMETER} per column.",
            "Odds ratios may then be too far from 1. Use fewer columns, merge classes, or use the L2 penalty.",
        )
    yield from _of_numbers(fit)
    yield from _of_columns(design, present, sum(fit.cases))


def _unfinished(fit: LogisticFit | MultinomialFit, penalties: str) -> Iterator[Caution]:
    if not fit.converged and fit.separation is None:
        yield Caution(
            f"The fit stopped {number(fit.decrement)} standard errors short of the maximum.",
            "Do not use these numbers; check for columns of very different scales or columns that are nearly equal.",
        )
    if fit.separation is not None:
        yield _separation(fit.separation, penalties)


def _lost(design: Design | FormulaDesign | None) -> Iterator[Caution]:
    if design is not None and design.rows_kept < design.rows_read:
        lost = design.rows_read - design.rows_kept
        yield Caution(
            f"{lost:,} of {design.rows_read:,} rows ({percent(lost / design.rows_read)}) have missing values and were "
            "left out.",
            "If missing values depend on the outcome, the other rows are not representative: check the omitted rows.",
        )


def _of_numbers(fit: LogisticFit | MultinomialFit) -> Iterator[Caution]:
    if fit.condition > HIGH_CONDITION:
        which = nearly_dependent(fit)
        yield Caution(
            "In the rows that determine them, some columns are nearly combinations of others (condition number "
            f"{number(fit.condition)}){f': {listed(which, MOST_REASONS)}' if which else ''}.",
            "Their effects cannot be estimated separately, so intervals are wide; predictions are not affected. "
            "Without one of them (--exclude), the effect of the other is clearer.",
        )
    if fit.penalty == "l2":
        yield Caution(
            f"The fit is penalised (L2, C = {fit.C:g}), which pulls odds ratios towards 1.",
            "Intervals and p-values would be misleading, so there are none; fit without a penalty to have them.",
        )


def _of_columns(
    design: Design | FormulaDesign | None, present: Sequence[float] | None, cases: float
) -> Iterator[Caution]:
    if isinstance(design, Design):
        if present is not None:
            yield from _rare_levels(design.columns, present, cases)
        for column in design.columns:
            if problem := spellings(column):
                yield Caution(*problem.matter.split(". ", 1))
            yield from (Caution(matter, remedy) for matter, remedy in column.notes)


def _separation(found: Separation, penalties: str) -> Caution:
    rows = f"{found.rows_separated:,}"
    which = f"all {rows} rows" if found.kind == "complete" else f"{rows} rows"
    matter = [
        f"The outcomes are separated ({found.kind}): the columns predict the outcome of {which} without error.",
        *map(_sentence, found.reasons[:MOST_REASONS]),
    ]
    remedy = [
        *found.sentences(),
        f"Check that no column encodes the outcome. If none does, a fit with {penalties} gives finite odds ratios.",
    ]
    return Caution(" ".join(matter), " ".join(remedy))


def _no_error(fit: LogisticFit | MultinomialFit, names: Sequence[str]) -> Iterator[Caution]:
    if names and fit.penalty != "l2":
        yield Caution(
            f"No standard error could be computed for {listed(names)}: the likelihood is flat to the last digit.",
            "Check for values that are much larger than the others in their column; logarithms often help.",
        )


def _left_out(fit: LogisticFit | MultinomialFit) -> Iterator[Caution]:
    if len(fit.collinear) > FEW:
        (clause,) = described(fit.collinear, len(fit.names), fit.rows)
        yield Caution(_sentence(clause), "They have no odds ratios of their own; exclude them, or use a penalty.")
        return
    for part in fit.collinear:
        yield Caution(
            _sentence(str(part)), "It has no odds ratio of its own; exclude it (--exclude) to avoid this note."
        )


def _sentence(clause: str) -> str:
    return f"{clause if clause.startswith('y = ') else clause[:1].upper() + clause[1:]}."


def _rare_levels(columns: Sequence[Column], present: Sequence[float], total: float) -> Iterator[Caution]:
    start = 0
    for column in columns:
        stop = start + len(column.names)
        cases = list(zip(column.names, present[start:stop], strict=True))
        # The first level is the one that nobody had to choose.
        if column.reference is not None and column.reference == column.levels[0]:
            others = dict(zip(column.levels[1:], present[start:stop], strict=True))
            rest = max(0.0, total - sum(others.values()))
            if best := better_reference({column.reference: rest} | others, column.reference):
                yield Caution(
                    f"The levels of {column.name} are compared with the first one, {column.reference!r}, which has "
                    f"only {count(rest)} cases, so that all these odds ratios are uncertain.",
                    f"Compare with the most frequent one ({option('--reference', f'{column.name}={best}')}).",
                )
        rare = [f"{name} ({count(n)})" for name, n in cases if n < FEW_CASES]
        if rare and column.kind == "categorical":
            yield Caution(
                f"Few rows have {', '.join(rare[:6])}{' and others' if len(rare) > 6 else ''}.",
                f"Merge rare levels of {column.name} with others (--lump {FEW_CASES}), or interpret their odds ratios "
                "with caution.",
            )
        start = stop
