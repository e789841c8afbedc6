"""Input of a fit in parts, as `Observations` of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_matrix import ColumnMatrix
from verhulst.data.parts import Parts
from verhulst.regression.column_pass import rows_with_levels, with_levels
from verhulst.regression.moments import Moments
from verhulst.regression.observations import Observations
from verhulst.regression.parted_rows import Outline, PartedRows, joined_rows
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation, sample
from verhulst.regression.start import Outcomes, balanced, excess_at, log_likelihood
from verhulst.regression.statistics import Vector, merge


@dataclass(frozen=True, slots=True, eq=False)
class PartedObservations:
    """Checked rows in parts.

    Attributes
    ----------
    parts : of `Rows` over a `ColumnMatrix`, with outcomes 0 and 1, none of which is empty
    outlines : of the parts
    columns : the design without rows
    weighted : whether there are weights; they are scaled by 2^(−weight_exponent), see `Observations`
    names : (p,) column names
    outcomes : numbers of cases of both outcomes, or sums of their (scaled) weights
    total_weight, counted : number of cases, and of rows with a weight above 0
    offsets : the least and the largest; None if there are none
    memory_limit : bytes that rows may take in this process
    """

    parts: Parts
    outlines: tuple[Outline, ...]
    columns: ColumnMatrix
    weighted: bool
    weight_exponent: int
    names: tuple[str, ...]
    outcomes: Outcomes
    total_weight: float
    counted: int
    offsets: tuple[float, float] | None
    memory_limit: int

    def __len__(self) -> int:
        return sum(each.rows for each in self.outlines)

    @property
    def entries(self) -> int:
        """Number of design entries."""
        return len(self) * len(self.names)

    @property
    def needed(self) -> int:
        """Bytes that all rows take in one process."""
        return sum(each.nbytes for each in self.outlines) + 24 * len(self)

    @property
    def has_offset(self) -> bool:
        """Whether there are offsets that are not 0."""
        return self.offsets is not None and self.offsets != (0.0, 0.0)

    @property
    def largest_offset(self) -> float:
        """The largest absolute value of the offsets."""
        return 0.0 if self.offsets is None else max(self.offsets[1], -self.offsets[0])

    def null_intercept(self) -> float:
        """As of `Observations`."""
        if self.offsets is None:
            return self.outcomes.log_odds
        return balanced(self.outcomes.log_odds, *self.offsets, lambda b: merge(self.parts.ask(_excess_at, b)))

    def null_log_likelihood(self, intercept: float) -> float:
        """As of `Observations`."""
        if self.offsets is None:
            return self.outcomes.log_likelihood(intercept)
        found: float = merge(self.parts.ask(_null_log_likelihood, intercept))
        return found

    def require_finite(self) -> None:
        """Nothing: values that are not finite were refused when the parts were made."""

    def standardisation(self, intercept: bool) -> Standardisation:
        """Centres and scales of the rows that count."""
        X, numbers = self.columns, None

        def moments(some: NDArray[np.intp], step: int) -> Moments:
            found: list[Moments | None] = self.parts.ask(_moments, some, step, intercept)
            return merge([each for each in found if each is not None])

        if len(X.number_places):
            numbers = Standardisation.of_samples(len(self), len(X.number_places), intercept, moments)
        return with_levels(X, numbers, intercept, lambda: merge(self.parts.ask(_levels)))

    def rows(self, standard: Standardisation) -> PartedRows:
        """The same, seen through a standardisation."""
        return PartedRows(self.parts, self.outlines, self.columns, standard)

    def in_memory(self, why: str) -> Observations:
        """All rows in this process.

        Parameters
        ----------
        why : the beginning of a sentence, for the error

        Raises
        ------
        ValueError
            If they take more memory than they may.
        """
        if self.needed > self.memory_limit:
            raise ValueError(
                f"{why} needs all rows in the memory of one process, {self.needed / 1e9:.3g} GB, and the memory limit "
                f"is {self.memory_limit / 1e9:.3g} GB. Raise the limit (memory_limit=, --memory-limit), or fit a sample"
            )
        rows = joined_rows(self.parts.ask(_itself))
        y = np.asarray(rows.y, dtype=np.float64)
        return Observations(rows.X, y, rows.weight, rows.offset, self.weight_exponent, self.names, self.outcomes)


SomeObservations = Observations | PartedObservations


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a part says of its outcomes, weights and offsets."""

    outline: Outline
    outcomes: Outcomes
    weighted: bool
    weight: float
    counted: int
    ends: tuple[float, float]
    largest_weight: float
    offsets: tuple[float, float] | None


def parted_observations(
    parts: Parts, columns: ColumnMatrix, names: Sequence[str], memory_limit: int
) -> PartedObservations:
    """Check parts of `Rows`.

    Raises
    ------
    ValueError
        If outcomes are of only one class, or every weight is 0.
    """
    found: list[_Checked] = parts.ask(_checked)
    weighted = any(each.weighted for each in found)
    most = max(each.largest_weight for each in found)
    if most == 0:
        raise ValueError("every weight is 0: there are no rows to fit")
    counted = sum(each.counted for each in found)
    low = min(each.ends[0] for each in found)
    if low == max(each.ends[1] for each in found):
        raise ValueError(
            f"y contains only one class: all {counted} rows that count are {low:g}. A fit needs rows of both classes"
        )
    ones, zeros, weight = merge([(each.outcomes.ones, each.outcomes.zeros, each.weight) for each in found])
    exponent = 0
    if weighted and not 0.5 <= most <= 1e6:
        exponent = int(np.frexp(most)[1])
        parts = parts.changed(_scaled, -exponent)
    offsets = [each.offsets for each in found if each.offsets is not None]
    return PartedObservations(
        parts=parts,
        outlines=tuple(each.outline for each in found),
        columns=columns,
        weighted=weighted,
        weight_exponent=exponent,
        names=tuple(names),
        outcomes=Outcomes(ones, zeros).scaled(-exponent),
        total_weight=float(np.ldexp(weight, -exponent)),
        counted=counted,
        offsets=(min(low for low, _ in offsets), max(high for _, high in offsets)) if offsets else None,
        memory_limit=memory_limit,
    )


def _checked(rows: Rows) -> _Checked:
    y, weight, offset = rows.y, rows.weight, rows.offset
    some = y if weight is None else y[weight > 0]
    return _Checked(
        Outline(len(y), int(np.count_nonzero(y)), rows.nbytes),
        Outcomes.of(np.asarray(y, dtype=np.float64), weight),
        weight is not None,
        float(len(y) if weight is None else np.sum(weight)),
        len(some),
        (float(some.min()), float(some.max())) if len(some) else (np.inf, -np.inf),
        1.0 if weight is None else float(weight.max()),
        None if offset is None else (float(offset.min()), float(offset.max())),
    )


def _scaled(rows: Rows, exponent: int) -> Rows:
    assert rows.weight is not None
    return replace(rows, weight=np.ldexp(rows.weight, exponent))


def _itself(rows: Rows) -> Rows:
    return rows


def _as_floats(rows: Rows) -> tuple[Vector, Vector]:
    y = np.asarray(rows.y, dtype=np.float64)
    return y, np.zeros(len(y)) if rows.offset is None else rows.offset


def _excess_at(rows: Rows, intercept: float) -> tuple[float, float]:
    y, offset = _as_floats(rows)
    return excess_at(y, rows.weight, offset, intercept)


def _null_log_likelihood(rows: Rows, intercept: float) -> float:
    y, offset = _as_floats(rows)
    return log_likelihood(y, intercept, rows.weight, offset)


def _moments(rows: Rows, some: NDArray[np.intp], step: int, intercept: bool) -> Moments | None:
    X: Any = rows.X
    found = sample(X[:, X.number_places], some, rows.weight, step)
    return Moments.of(found, intercept) if len(found) else None


def _levels(rows: Rows) -> tuple[NDArray[np.float64], float]:
    X: Any = rows.X
    return rows_with_levels(X, rows.weight)
