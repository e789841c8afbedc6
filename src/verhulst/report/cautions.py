"""What a person should know before acting on a fit, each with what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verhulst._numbers import count, number, percent
from verhulst.data.column import Column
from verhulst.data.design import Design
from verhulst.data.errors import listed
from verhulst.data.formula import FormulaDesign
from verhulst.regression.collinearity import FEW, described
from verhulst.regression.result import LogisticFit
from verhulst.regression.separation import Separation

# Peduzzi et al. 1996 (J Clin Epidemiol 49): below ten events per parameter estimates and intervals get unreliable.
EVENTS_PER_PARAMETER = 10
# Belsley, Kuh and Welsch 1980: a condition number of the scaled matrix above 30 shows; ours is that of its square.
HIGH_CONDITION = 30.0**2
FEW_CASES = 5
MOST_REASONS = 6


@dataclass(frozen=True)
class Caution:
    """Something to know: what is the matter, and what can be done."""

    matter: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.matter} {self.remedy}"


def cautions_of(
    fit: LogisticFit, design: Design | FormulaDesign | None = None, present: Sequence[float] | None = None
) -> tuple[Caution, ...]:
    """Everything worth a warning about a fit, gravest first.

    Parameters
    ----------
    fit : LogisticFit
    design : Design, optional
        Where the fit was made from a table.
    present : sequence of float, optional
        For each column of X, in how many cases it is not 0; for levels with few of them.
    """
    return tuple(_cautions(fit, design, present))


def _cautions(
    fit: LogisticFit, design: Design | FormulaDesign | None, present: Sequence[float] | None
) -> Iterator[Caution]:
    if not fit.converged and fit.separation is None:
        yield Caution(
            f"The fit stopped {number(fit.decrement)} standard errors short of the maximum.",
            "Do not use these numbers; look for columns of wildly different sizes or near copies of each other.",
        )
    if fit.separation is not None:
        yield _separation(fit.separation)
    yield from _no_error(fit)
    yield from _left_out(fit)
    if design is not None and design.rows_kept < design.rows_read:
        lost = design.rows_read - design.rows_kept
        yield Caution(
            f"{lost:,} of {design.rows_read:,} rows ({percent(lost / design.rows_read)}) have missing values and were "
            "left out.",
            "If what is missing has to do with the outcome, the rest is no fair sample: look at who was left out.",
        )
    rarer, parameters = min(fit.events, fit.cases - fit.events), len(fit.names) - len(fit.collinear)
    if fit.penalty is None and rarer < EVENTS_PER_PARAMETER * parameters:
        yield Caution(
            f"The rarer outcome occurs {count(rarer)} times, for {parameters} columns: fewer than "
            f"{EVENTS_PER_PARAMETER} per column.",
            "Odds ratios then come out too far from 1. Use fewer columns, or the Firth penalty.",
        )
    if fit.condition > HIGH_CONDITION:
        yield Caution(
            f"Some columns are nearly combinations of others (condition number {number(fit.condition)}).",
            "Their odds ratios hang together and have wide intervals; the predicted probabilities are not harmed.",
        )
    if fit.penalty == "l2":
        yield Caution(
            f"The fit is penalised (L2, C = {fit.C:g}), which pulls odds ratios towards 1.",
            "Intervals and p-values would not mean what they say, so there are none; fit without a penalty to have "
            "them.",
        )
    if isinstance(design, Design):
        if present is not None:
            yield from _rare_levels(design.columns, present)
        for column in design.columns:
            yield from (Caution(matter, remedy) for matter, remedy in column.notes)


def _separation(found: Separation) -> Caution:
    rows = f"{found.rows_separated:,}"
    which = f"all {rows} rows" if found.kind == "complete" else f"{rows} rows"
    matter = [
        f"The outcomes are separated ({found.kind}): the columns tell the outcome of {which} without an exception.",
        *map(_sentence, found.reasons[:MOST_REASONS]),
    ]
    remedy = [
        *found.sentences(),
        "Check that no column gives the outcome away. If none does, a fit with the Firth or the L2 penalty gives "
        "finite odds ratios.",
    ]
    return Caution(" ".join(matter), " ".join(remedy))


def _no_error(fit: LogisticFit) -> Iterator[Caution]:
    known = {part.name for part in fit.collinear} | set(fit.separation.columns if fit.separation else ())
    errors = zip(fit.parameter_names, fit.standard_errors, strict=True)
    names = [name for name, error in errors if name not in known and not 0 < error < math.inf]
    if names and fit.penalty != "l2":
        yield Caution(
            f"No standard error could be found for {listed(names)}: the likelihood is flat there to the last digit.",
            "Look for values that are wildly larger than the rest of their column; logarithms often help.",
        )


def _left_out(fit: LogisticFit) -> Iterator[Caution]:
    if len(fit.collinear) > FEW:
        (clause,) = described(fit.collinear, len(fit.names), fit.rows)
        yield Caution(_sentence(clause), "They have no odds ratios of their own; exclude them, or use a penalty.")
        return
    for part in fit.collinear:
        yield Caution(_sentence(str(part)), "It has no odds ratio of its own; exclude it to be rid of this note.")


def _sentence(clause: str) -> str:
    return f"{clause if clause.startswith('y = ') else clause[:1].upper() + clause[1:]}."


def _rare_levels(columns: Sequence[Column], present: Sequence[float]) -> Iterator[Caution]:
    start = 0
    for column in columns:
        stop = start + len(column.names)
        cases = zip(column.names, present[start:stop], strict=True)
        rare = [f"{name} ({count(n)})" for name, n in cases if n < FEW_CASES]
        if rare and column.kind == "categorical":
            yield Caution(
                f"Few rows hold {', '.join(rare[:6])}{' and others' if len(rare) > 6 else ''}.",
                f"Join rare levels of {column.name} with others, or take their odds ratios with caution.",
            )
        start = stop
