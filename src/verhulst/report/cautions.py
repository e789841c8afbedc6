"""What a person should know before acting on a fit, each with what to do about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from verhulst._numbers import count, number, percent
from verhulst.data.column import Column
from verhulst.data.design import Design
from verhulst.data.errors import listed
from verhulst.data.formula import FormulaDesign
from verhulst.regression.collinearity import FEW, described
from verhulst.regression.result import LogisticFit

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
    found = [*_not_the_maximum(fit), *_separation(fit), *_no_error(fit), *_left_out(fit), *_missing(design)]
    found += [*_few_events(fit), *_near_collinear(fit), *_penalised(fit)]
    if isinstance(design, Design) and present is not None:
        found += _rare_levels(design.columns, present)
    if isinstance(design, Design):
        found += [Caution(matter, remedy) for column in design.columns for matter, remedy in column.notes]
    return tuple(found)


def _not_the_maximum(fit: LogisticFit) -> list[Caution]:
    if fit.converged or fit.separation is not None:
        return []
    return [
        Caution(
            f"The fit stopped {number(fit.decrement)} standard errors short of the maximum.",
            "Do not use these numbers; look for columns of wildly different sizes or near copies of each other.",
        )
    ]


def _separation(fit: LogisticFit) -> list[Caution]:
    found = fit.separation
    if found is None:
        return []
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
    return [Caution(" ".join(matter), " ".join(remedy))]


def _no_error(fit: LogisticFit) -> list[Caution]:
    if fit.penalty == "l2":
        return []
    known = {part.name for part in fit.collinear} | set(fit.separation.columns if fit.separation else ())
    errors = zip(fit.parameter_names, fit.standard_errors, strict=True)
    names = [name for name, error in errors if name not in known and not 0 < error < math.inf]
    if not names:
        return []
    return [
        Caution(
            f"No standard error could be found for {listed(names)}: the likelihood is flat there to the last digit.",
            "Look for values that are wildly larger than the rest of their column; logarithms often help.",
        )
    ]


def _left_out(fit: LogisticFit) -> list[Caution]:
    if len(fit.collinear) > FEW:
        (clause,) = described(fit.collinear, len(fit.names), fit.rows)
        return [Caution(_sentence(clause), "They have no odds ratios of their own; exclude them, or use a penalty.")]
    return [
        Caution(
            _sentence(str(part)),
            "It has no odds ratio of its own; exclude it to be rid of this note.",
        )
        for part in fit.collinear
    ]


def _sentence(clause: str) -> str:
    return f"{clause if clause.startswith('y = ') else clause[:1].upper() + clause[1:]}."


def _missing(design: Design | FormulaDesign | None) -> list[Caution]:
    if design is None or design.rows_kept == design.rows_read:
        return []
    lost = design.rows_read - design.rows_kept
    return [
        Caution(
            f"{lost:,} of {design.rows_read:,} rows ({percent(lost / design.rows_read)}) have missing values and were "
            "left out.",
            "If what is missing has to do with the outcome, the rest is no fair sample: look at who was left out.",
        )
    ]


def _few_events(fit: LogisticFit) -> list[Caution]:
    rarer = min(fit.events, fit.cases - fit.events)
    parameters = len(fit.names) - len(fit.collinear)
    if fit.penalty is not None or rarer >= EVENTS_PER_PARAMETER * parameters:
        return []
    return [
        Caution(
            f"The rarer outcome occurs {count(rarer)} times, for {parameters} columns: fewer than "
            f"{EVENTS_PER_PARAMETER} per column.",
            "Odds ratios then come out too far from 1. Use fewer columns, or the Firth penalty.",
        )
    ]


def _near_collinear(fit: LogisticFit) -> list[Caution]:
    if not fit.condition > HIGH_CONDITION:
        return []
    return [
        Caution(
            f"Some columns are nearly combinations of others (condition number {number(fit.condition)}).",
            "Their odds ratios hang together and have wide intervals; the predicted probabilities are not harmed.",
        )
    ]


def _penalised(fit: LogisticFit) -> list[Caution]:
    if fit.penalty != "l2":
        return []
    return [
        Caution(
            f"The fit is penalised (L2, C = {fit.C:g}), which pulls odds ratios towards 1.",
            "Intervals and p-values would not mean what they say, so there are none; fit without a penalty to have "
            "them.",
        )
    ]


def _rare_levels(columns: Sequence[Column], present: Sequence[float]) -> list[Caution]:
    found, start = [], 0
    for column in columns:
        stop = start + len(column.names)
        if column.kind == "categorical":
            rare = [
                f"{name} ({count(n)})"
                for name, n in zip(column.names, present[start:stop], strict=True)
                if n < FEW_CASES
            ]
            if rare:
                found.append(
                    Caution(
                        f"Few rows hold {', '.join(rare[:6])}{' and others' if len(rare) > 6 else ''}.",
                        f"Join rare levels of {column.name} with others, or take their odds ratios with caution.",
                    )
                )
        start = stop
    return found
