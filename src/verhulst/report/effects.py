"""The effects of a fitted model, one per column of X: odds ratio, interval, test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from verhulst.data.column import Column
from verhulst.regression.covariance import Covariance
from verhulst.regression.inference import odds_ratios, wald
from verhulst.regression.joint_tests import JointTest, joint_test
from verhulst.regression.parameters import Parameter, ParameterTable
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix
from verhulst.regression.typical import PointEffects

# Odds ratios of smaller coefficients, with smaller standard errors, are not told from 1 at a glance.
LEAST = 0.001

State = Literal["estimated", "infinite", "not determined", "not examined", "left out", "penalised"]


@dataclass(frozen=True)
class Errors:
    """Standard errors and intervals in place of those of the fit.

    Attributes
    ----------
    name : str
        What they are: "Intervals and p: robust standard errors (HC1)".
    covariance : (q, q) array_like, Covariance or None
    intervals : (q, 2) ndarray or None
    """

    name: str
    covariance: Matrix | Covariance | None = None
    intervals: Matrix | None = None


@dataclass(frozen=True)
class Effect:
    """The effect of one column of X on the odds.

    Attributes
    ----------
    name : str
        The column of X.
    column, level : str, str or None
        The column of the table, and the level that is compared with the reference level.
    reference : str or None
    coefficient, standard_error, z, p_value : float
        On the log-odds scale; nan if there is none.
    odds_ratio, lower, upper : float
        The exponential of the coefficient, and the ends of its interval; may be 0, inf and nan.
    state : {"estimated", "infinite", "not determined", "not examined", "left out", "penalised"}
        Whether these are estimates with standard errors, or why not.
    step : int
        The increase of the column that the odds ratio and its interval are for.
    """

    name: str
    column: str
    level: str | None
    reference: str | None
    coefficient: float
    standard_error: float
    z: float
    p_value: float
    odds_ratio: float
    lower: float
    upper: float
    state: State
    step: int = 1

    @property
    def label(self) -> str:
        """The name in tables of odds ratios, with the step."""
        return self.name if self.step == 1 else f"{self.name} (per {self.step:,})"

    def per(self, step: int) -> Effect:
        """Return the effect with the odds ratio for an increase of the column by this."""
        ratio, lower, upper = (raised(end, step) for end in (self.odds_ratio, self.lower, self.upper))
        return replace(self, step=step, odds_ratio=ratio, lower=lower, upper=upper)

    @property
    def clear(self) -> bool:
        """Whether the interval excludes 1."""
        return self.state == "estimated" and (self.lower > 1 or self.upper < 1)


def raised(ratio: float, step: int) -> float:
    """Return an odds ratio to the power of a step, infinite if it overflows."""
    exponent = step * math.log(ratio) if ratio > 0 else -math.inf if ratio == 0 else math.nan
    return math.exp(exponent) if exponent < 700 else exponent if math.isnan(exponent) else math.inf


def step_of(effect: Effect, least: float) -> int:
    """Return the power of ten by which a column must increase to change the odds by about 5 %: 10 for years of age.

    It is 1 for levels, and for columns of which the coefficient or its standard error is at least `least`.
    """
    size = max(abs(effect.coefficient), effect.standard_error if effect.state == "estimated" else 0.0)
    if effect.level is not None or not 0 < size < least:
        return 1
    return int(10 ** min(15, math.ceil(math.log10(0.05 / size))))


def in_steps(effects: Sequence[Effect]) -> list[Effect]:
    """Return effects for tables: odds ratios that differ from 1 by less than a thousandth are for a larger step."""
    return [effect.per(step_of(effect, LEAST)) for effect in effects]


def points_in_steps(points: PointEffects, effects: Sequence[Effect]) -> list[tuple[Parameter, Parameter]]:
    """Return effects on the probability for tables, on average and at the typical row, for the steps of odds ratios."""
    steps = {effect.name: effect for effect in in_steps(effects)}

    def scaled(line: Parameter) -> Parameter:
        effect = steps.get(line.name)
        if effect is None or effect.step == 1:
            return line
        estimate, error, lower, upper = (
            effect.step * size for size in (line.estimate, line.standard_error, line.lower, line.upper)
        )
        return replace(line, name=effect.label, estimate=estimate, standard_error=error, lower=lower, upper=upper)

    return [(scaled(one), scaled(there)) for one, there in zip(points.average, points.typical, strict=True)]


@dataclass(frozen=True)
class Factor:
    """A categorical column as a whole.

    Attributes
    ----------
    column, reference : str
        The column of the table, and the level that the others are compared with.
    test : JointTest
        Of all its levels at once.
    """

    column: str
    reference: str
    test: JointTest


def factors_of(fit: LogisticFit, columns: Sequence[Column] = (), errors: Errors | None = None) -> tuple[Factor, ...]:
    """Return the categorical columns with a reference level; the arguments are those of `effects_of`."""
    covariance = None if errors is None else errors.covariance
    return tuple(
        Factor(column.name, column.reference, joint_test(fit, column.names, covariance=covariance, name=column.name))
        for column in columns
        if column.kind == "categorical" and column.reference is not None and column.names
    )


def effects_of(
    fit: LogisticFit, columns: Sequence[Column] = (), level: float = 0.95, errors: Errors | None = None
) -> tuple[Effect, ...]:
    """Return the effects of a fit, in the order of its columns, without the intercept.

    Parameters
    ----------
    fit : LogisticFit
    columns : sequence of Column
        The columns of the design, if the fit was made from a table.
    level : float
        The coverage of the intervals, between 0 and 1.
    errors : Errors, optional
        Other standard errors or intervals than those of the fit, which are Wald intervals.
    """
    covariance, intervals = (None, None) if errors is None else (errors.covariance, errors.intervals)
    lines = wald(fit, level, covariance=covariance, intervals=intervals)
    ratios = odds_ratios(fit, level, covariance=covariance, intervals=intervals)
    return effects_of_tables(lines, ratios, columns, penalised=fit.penalty == "l2")


def effects_of_tables(
    lines: ParameterTable, ratios: ParameterTable, columns: Sequence[Column] = (), *, penalised: bool
) -> tuple[Effect, ...]:
    """Return the effects in a table of coefficients and one of odds ratios; those of a penalised fit have no errors."""
    origin = {name: (column.name, column.reference, level) for column in columns for name, level in _levels(column)}
    found = []
    for line, ratio in zip(list(lines)[len(lines) - len(ratios) :], ratios, strict=True):
        state: State = line.state
        if state == "estimated" and penalised:
            state = "penalised"
        column, reference, level = origin.get(line.name, (line.name, None, None))
        there = line.estimate if state != "left out" else math.nan
        tested = state == "estimated"
        found.append(
            Effect(
                name=line.name,
                column=column,
                level=level,
                reference=reference,
                coefficient=there,
                standard_error=line.standard_error if state != "penalised" else math.nan,
                z=line.z if tested else math.nan,
                p_value=line.p_value if tested else math.nan,
                odds_ratio=ratio.estimate if state != "left out" else math.nan,
                lower=ratio.lower if tested else math.nan,
                upper=ratio.upper if tested else math.nan,
                state=state,
            )
        )
    return tuple(found)


def _levels(column: Column) -> list[tuple[str, str | None]]:
    """Return the columns of X that a column becomes, each with its level if it has one."""
    if column.kind != "categorical":
        return [(name, None) for name in column.names]
    return list(zip(column.names, (level for level in column.levels if level != column.reference), strict=True))
