"""The effects of a fitted model, one per column of X: odds ratio, interval, test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from verhulst.data.column import Column
from verhulst.regression.result import LogisticFit

State = Literal["estimated", "infinite", "left out", "penalised"]


@dataclass(frozen=True)
class Effect:
    """What one column of X does to the odds.

    Attributes
    ----------
    name : str
        The column of X.
    column, level : str, str or None
        The column of the table, and the level that is compared with the reference level.
    reference : str or None
    coefficient, standard_error, z, p_value : float
        On the scale of log-odds; nan where there is none.
    odds_ratio, lower, upper : float
        e to the coefficient, and the ends of its interval; 0, inf and nan occur.
    state : {"estimated", "infinite", "left out", "penalised"}
        Whether these are estimates with errors, or why not.
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

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 1."""
        return self.state == "estimated" and (self.lower > 1 or self.upper < 1)


def effects_of(fit: LogisticFit, columns: Sequence[Column] = (), level: float = 0.95) -> tuple[Effect, ...]:
    """The effects of a fit, in the order of its columns, without the intercept.

    Parameters
    ----------
    fit : LogisticFit
    columns : sequence of Column
        The design's columns, where the fit was made from a table.
    level : float
        Coverage of the (Wald) intervals, between 0 and 1.
    """
    first = int(fit.intercept)
    origin = {name: (column.name, column.reference) for column in columns for name in column.names}
    left_out = {part.name for part in fit.collinear}
    half = float(ndtri(0.5 + level / 2))
    found = []
    for j, name in enumerate(fit.names):
        b, error = float(fit.coefficients[first + j]), float(fit.standard_errors[first + j])
        column, reference = origin.get(name, (name, None))
        state: State = "estimated"
        if name in left_out:
            state, b, error = "left out", np.nan, np.nan
        elif np.isinf(b):
            state = "infinite"
        elif fit.penalty is not None:
            state, error = "penalised", np.nan
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            z = float(np.divide(b, error)) if state == "estimated" else np.nan
            ends = (
                np.exp([b, b - half * error, b + half * error]) if state != "infinite" else [np.exp(b), np.nan, np.nan]
            )
        found.append(
            Effect(
                name=name,
                column=column,
                level=name[len(column) + 1 : -1] if name != column and name.startswith(f"{column}[") else None,
                reference=reference,
                coefficient=b,
                standard_error=error,
                z=z,
                p_value=float(2 * ndtr(-abs(z))),
                odds_ratio=float(ends[0]),
                lower=float(ends[1]),
                upper=float(ends[2]),
                state=state,
            )
        )
    return tuple(found)
