"""The rows of a table with the highest probabilities, each with what made its log-odds high."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst._numbers import percent
from verhulst.data.column import Unknown
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.errors import DataError
from verhulst.data.source import source_of
from verhulst.functions import sigmoid
from verhulst.regression.parameters import aligned
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix, Vector

if TYPE_CHECKING:
    import pyarrow as pa

# Rows that are written out at a time.
BLOCK = 1 << 15


@dataclass(frozen=True, slots=True)
class Reason:
    """What a column adds to the log-odds of a row, compared with the mean over the rows.

    Attributes
    ----------
    column, value : str
        The column of the table, and what the row has in it.
    contribution : float
        b(x − x̄), added up over the columns of X that the column becomes; of an offset, o − ō.
    """

    column: str
    value: str
    contribution: float

    def __str__(self) -> str:
        return f"{self.column} {self.value} ({self.contribution:+.2f})"


@dataclass(frozen=True, slots=True)
class TopCase:
    """A row of a table.

    Attributes
    ----------
    row : int
        Its number, from 1.
    probability, log_odds : float
        Of outcome 1.
    reasons : tuple of Reason
        The columns that moved its log-odds most in the direction that is asked for, first the strongest.
    """

    row: int
    probability: float
    log_odds: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class TopCases:
    """The rows with the highest, or lowest, probabilities.

    Attributes
    ----------
    cases : tuple of TopCase
    mean_log_odds : float
        The mean log-odds of the rows, from which the contributions are counted.
    rows, left_out : int
        The numbers of rows that have a probability, and that have none because of missing values or unknown levels.
    """

    cases: tuple[TopCase, ...]
    mean_log_odds: float
    rows: int
    left_out: int

    def __iter__(self) -> Iterator[TopCase]:
        return iter(self.cases)

    def __len__(self) -> int:
        return len(self.cases)

    def __repr__(self) -> str:
        rows = [[str(case.row), percent(case.probability), "; ".join(map(str, case.reasons))] for case in self.cases]
        return "\n".join(aligned(["row", "probability", "reasons"], rows))


def top_cases(
    design: Design | FormulaDesign,
    fit: LogisticFit,
    source: Any,
    n: int,
    reasons: int,
    *,
    lowest: bool,
    missing: Literal["error", "nan"],
    unknown: Unknown,
) -> TopCases:
    """Return the rows with the highest probabilities; see `TableFit.top_cases`."""
    for name, value in (("n", n), ("reasons", reasons)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, not {value!r}")
    if fit.separation is not None:
        raise ValueError("the outcomes are separated: log-odds are not finite, and have no contributions")
    table = design.typed(design.read_new(source))
    options: dict[str, Any] = {"missing": missing, "unknown": unknown}
    best, total, sums, log_odds = [], 0, np.zeros(len(fit.names)), 0.0
    for start in range(0, table.num_rows, BLOCK):
        some = table.slice(start, BLOCK)
        X = design.matrix(some, first_row=start + 1, **options)
        z = fit.log_odds(X, design.offset_values(some, first_row=start + 1, missing=missing))
        known = np.flatnonzero(~np.isnan(z))
        first = _first(z[known], n, lowest)
        best.append((start + known[first], z[known][first], X[known][first]))
        sums, log_odds, total = sums + X[known].sum(axis=0), log_odds + float(z[known].sum()), total + len(known)
    if not total:
        raise DataError(f"{source_of(table) or 'the table'}: no row has a probability.")
    rows, z, X = (np.concatenate([each[place] for each in best]) for place in range(3))
    first = _first(z, n, lowest)
    rows, z, X = rows[first], z[first], X[first]
    terms = _terms(design, (X - sums / total) * fit.slopes)
    if design.offset is not None:
        terms[design.offset] = z - log_odds / total - sum(terms.values())
    chosen = table.take(rows)
    cases = []
    for place, (row, eta, p) in enumerate(zip(rows.tolist(), z.tolist(), sigmoid(z).tolist(), strict=True)):
        added = {name: float(values[place]) for name, values in terms.items()}
        cases.append(TopCase(row + 1, p, eta, _reasons(chosen, place, added, reasons, lowest)))
    return TopCases(tuple(cases), log_odds / total, total, table.num_rows - total)


def _first(log_odds: Vector, n: int, lowest: bool) -> NDArray[np.intp]:
    """Return the places of the highest, or lowest, log-odds, in order; of equal ones the first rows."""
    return np.argsort(log_odds if lowest else -log_odds, kind="stable")[:n]


def _terms(design: Design | FormulaDesign, moved: Matrix) -> dict[str, Any]:
    """Return what each column of the table adds, for each of the rows."""
    if not isinstance(design, Design):
        return dict(zip(design.names, moved.T, strict=True))
    found, start = {}, 0
    for column in design.columns:
        found[column.name] = moved[:, start : start + len(column.names)].sum(axis=1)
        start += len(column.names)
    return found


def _reasons(table: pa.Table, place: int, added: dict[str, float], most: int, lowest: bool) -> tuple[Reason, ...]:
    sign = -1.0 if lowest else 1.0
    strongest = sorted(added, key=lambda name: -sign * added[name])[:most]
    return tuple(
        Reason(name, _shown(table, name, place), added[name]) for name in strongest if sign * added[name] > 0.0
    )


def _shown(table: pa.Table, name: str, place: int) -> str:
    value = table[name][place].as_py() if name in table.column_names else None
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
