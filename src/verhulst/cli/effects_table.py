"""Print a fitted model on the terminal: odds ratios with intervals, and cautions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from verhulst._numbers import coverage, number, p_value, ratio
from verhulst.cli.console import say, show_table

if TYPE_CHECKING:
    from verhulst.regression.parameters import Parameter, ParameterTable
    from verhulst.report.contents import Contents
    from verhulst.report.effects import Effect


def print_effects(effects: Sequence[Effect], level: float) -> None:
    """Print odds ratios, with intervals of this coverage, as a table on standard output."""
    from verhulst.report.effects import in_steps
    from verhulst.report.words import interval_in_words

    show_table(
        ("column", "odds ratio", f"{coverage(level)} interval", "p"),
        [
            (effect.label, ratio(effect.odds_ratio), interval_in_words(effect), p_value(effect.p_value))
            for effect in in_steps(effects)
        ],
    )


def print_coefficients(contents: Contents, intercept: Parameter | None) -> None:
    """Print the coefficients, with that of the intercept, as a table on standard output."""
    rows = []
    if intercept is not None:
        ends = (intercept.lower, intercept.upper) if intercept.state == "estimated" else None
        rows.append(_coefficient(intercept.name, intercept.estimate, intercept.standard_error, ends, intercept.p_value))
    for effect in contents.effects:
        ends = (_log(effect.lower), _log(effect.upper)) if effect.state == "estimated" else None
        rows.append(_coefficient(effect.name, effect.coefficient, effect.standard_error, ends, effect.p_value))
    headings = ("column", "log-odds", "standard error", f"{coverage(contents.level)} interval", "p")
    show_table(headings, rows)


def _coefficient(
    name: str, estimate: float, error: float, ends: tuple[float, float] | None, p: float
) -> tuple[str, ...]:
    interval = "–" if ends is None else f"{number(ends[0])} to {number(ends[1])}"
    return name, number(estimate), number(error), interval, p_value(p)


def _log(ratio: float) -> float:
    return math.log(ratio) if ratio > 0.0 else -math.inf


def print_factors(contents: Contents) -> None:
    """Print the categorical columns: what their levels are compared with, and a test of all levels at once."""
    if not contents.factors:
        return
    rows = [
        (
            factor.column,
            factor.reference,
            factor.test.reason or number(factor.test.statistic),
            str(factor.test.degrees_of_freedom),
            p_value(factor.test.p_value),
        )
        for factor in contents.factors
    ]
    show_table(("all levels of", "compared with", "χ²", "df", "p"), rows, left=2)


def say_cautions(contents: Contents) -> None:
    """Print the cautions about the fit on standard error."""
    for caution in contents.cautions:
        say(f"Note: {caution}")


def effects_record(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """Return the effects for --json."""
    return [
        {
            "name": effect.name,
            "column": effect.column,
            "level": effect.level,
            "reference": effect.reference,
            "state": effect.state,
            "coefficient": effect.coefficient,
            "standard_error": effect.standard_error,
            "z": effect.z,
            "p_value": effect.p_value,
            "odds_ratio": effect.odds_ratio,
            "odds_ratio_lower": effect.lower,
            "odds_ratio_upper": effect.upper,
        }
        for effect in effects
    ]


def factors_record(contents: Contents) -> list[dict[str, Any]]:
    """Return the categorical columns for --json."""
    return [
        {
            "column": factor.column,
            "reference": factor.reference,
            "statistic": factor.test.statistic,
            "degrees_of_freedom": factor.test.degrees_of_freedom,
            "p_value": factor.test.p_value,
            "reason": factor.test.reason,
        }
        for factor in contents.factors
    ]


def table_of_effects(
    contents: Contents, intercept: Parameter | None, average: ParameterTable | None
) -> list[dict[str, Any]]:
    """Return the effects for --csv, one line for each coefficient; the intercept has no odds ratio."""
    lines = effects_record(contents.effects)
    if intercept is not None:
        own = {name: getattr(intercept, name) for name in ("standard_error", "z", "p_value", "state")}
        lines = [
            dict.fromkeys(lines[0] if lines else ())
            | {"name": intercept.name, "coefficient": intercept.estimate}
            | own,
            *lines,
        ]
    of_columns = {} if average is None else {each.name: each for each in average}
    for line in lines if of_columns else ():
        found = of_columns.get(line["name"])
        for name, key in (("estimate", "average_effect"), ("lower", "average_lower"), ("upper", "average_upper")):
            line[key] = None if found is None else getattr(found, name)
    return lines
