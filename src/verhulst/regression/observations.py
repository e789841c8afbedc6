"""Checked input of a fit: design, outcomes, weights, offsets, names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.data.column_matrix import as_columns
from verhulst.functions._row_order import require_one_order
from verhulst.regression.arrays import array_of, column_names_of, floats
from verhulst.regression.column_pass import column_standardisation
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.start import Outcomes, log_likelihood, null_intercept
from verhulst.regression.statistics import Matrix, Vector

# Sums of weights above this are too near the largest double.
LARGEST_SUM = 2.0**1020


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Checked arrays.

    Attributes
    ----------
    X : (n, p) float64 or float32; the caller's own array, or `ColumnMatrix`, where it is one already
    y : (n,) float64 in [0, 1]
    weight, offset : (n,) float64 or None; weights are scaled by 2^(−weight_exponent) if the
        largest is far from 1, which changes no bit of what follows
    weight_exponent : 0 unless the largest weight is below 0.5 or above a million
    names : (p,) column names
    outcomes : numbers of cases of both outcomes, or sums of their (scaled) weights
    """

    X: Matrix
    y: Vector
    weight: Vector | None
    offset: Vector | None
    weight_exponent: int
    names: tuple[str, ...]
    outcomes: Outcomes

    def __len__(self) -> int:
        return len(self.y)

    @property
    def weighted(self) -> bool:
        """Whether there are weights."""
        return self.weight is not None

    @property
    def total_weight(self) -> float:
        """Number of cases: n, or the sum of the (scaled) weights."""
        return float(len(self.y)) if self.weight is None else float(np.sum(self.weight))

    @property
    def has_offset(self) -> bool:
        """Whether there are offsets that are not 0."""
        return self.offset is not None and bool(self.offset.any())

    @property
    def largest_offset(self) -> float:
        """The largest absolute value of the offsets."""
        return 0.0 if self.offset is None else max(float(self.offset.max()), -float(self.offset.min()))

    @property
    def counted(self) -> int:
        """Number of rows with a weight above 0."""
        return len(self.y) if self.weight is None else int(np.count_nonzero(self.weight))

    def where_it_counts(self) -> Observations:
        """The rows with a weight above 0."""
        if self.weight is None or self.weight.all():
            return self
        some = self.weight > 0
        offset = None if self.offset is None else self.offset[some]
        return replace(self, X=self.X[some], y=self.y[some], weight=self.weight[some], offset=offset)

    def farthest(self, centre: Vector) -> float:
        """Return the largest distance of a value from the centre (p,) of its column.

        Raises
        ------
        ValueError
            If it is too large for a double.
        """
        with np.errstate(over="ignore"):
            sides = [np.abs(side(self.X, axis=0).astype(np.float64) - centre) for side in (np.min, np.max)]
        require_moderate(np.concatenate(sides))
        return float(np.max(sides, initial=0.0))

    def null_intercept(self) -> float:
        """The intercept of the model without columns."""
        if self.offset is None:
            return self.outcomes.log_odds
        return null_intercept(self.y, self.weight, self.offset)

    def null_log_likelihood(self, intercept: float) -> float:
        """The log-likelihood of the model with only an intercept and the offset."""
        if self.offset is None:
            return self.outcomes.log_likelihood(intercept)
        return log_likelihood(self.y, intercept, self.weight, self.offset)

    def in_memory(self, why: str) -> Observations:
        """Themselves; see `PartedObservations`."""
        return self

    def require_finite(self) -> None:
        """Raise a ValueError if X has values that are not finite."""
        require_finite(self.X, self.names)

    def standardisation(self, intercept: bool) -> Standardisation:
        """Centres and scales of the rows that count."""
        if (columns := as_columns(self.X)) is not None:
            return column_standardisation(columns, intercept=intercept, weight=self.weight)
        return Standardisation.of(self.X, intercept=intercept, weight=self.weight)

    def rows(self, standard: Standardisation) -> Rows:
        """The same, seen through a standardisation."""
        return Rows(
            self.X, self.y, self.weight, self.offset, standard.centre, standard.inverse_scale, standard.intercept
        )


def observations(
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> Observations:
    """Check the arguments of a fit.

    Raises
    ------
    ValueError
        If shapes differ, values are not finite (the message gives column and row), outcomes are outside [0, 1] or of
        only one class, or weights are negative.
    """
    require_one_order(X=X, y=y, sample_weight=sample_weight, offset=offset)
    design = _design(X)
    n, p = design.shape
    names = column_names_of(X) if names is None else names
    columns = tuple(f"x{j + 1}" for j in range(p)) if names is None else tuple(map(str, names))
    if len(columns) != p:
        raise ValueError(f"there are {len(columns)} names for {p} columns")
    if len(set(columns)) < p:
        twice = next(c for c in columns if columns.count(c) > 1)
        raise ValueError(f"two columns are named {twice!r}; column names must be distinct")
    if n == 0:
        raise ValueError("there are no rows to fit: X has 0 sample(s)")
    outcome, (low, high, _) = _vector(y, n, "y")
    if low < 0 or high > 1:
        row = int(np.flatnonzero((outcome < 0) | (outcome > 1))[0])
        raise ValueError(f"y must lie in [0, 1]; y[{row}] is {outcome[row]:g}")
    weight, exponent = None, 0
    if sample_weight is not None:
        weight, (least, most, whole) = _vector(sample_weight, n, "sample_weight")
        if least < 0:
            row = int(np.argmax(weight < 0))
            raise ValueError(f"weights must not be negative; sample_weight[{row}] is {weight[row]:g}")
        if most == 0:
            raise ValueError("every weight is 0: there are no rows to fit")
        if whole > LARGEST_SUM:
            raise ValueError(f"weights of the sum {whole:.3g} are too large for doubles: rescale them")
        if not 0.5 <= most <= 1e6:
            exponent = int(np.frexp(most)[1])
            weight = np.ldexp(weight, -exponent)
    shift = None if offset is None else _vector(offset, n, "offset")[0]
    counted = n
    if weight is not None and not weight.all():
        some = outcome[weight > 0]
        low, high, counted = some.min(), some.max(), len(some)
    if low == high and low in (0.0, 1.0):
        raise ValueError(
            f"y contains only one class: all {counted} rows that count are {low:g}. A fit needs rows of both classes"
        )
    return Observations(design, outcome, weight, shift, exponent, columns, Outcomes.of(outcome, weight))


def _design(X: Any) -> Matrix:
    if as_columns(X) is not None:
        return X  # type: ignore[no-any-return]
    array = array_of(X, "X")
    if array.ndim != 2:
        raise ValueError(
            f"X must have two dimensions, rows and columns, but has {array.ndim}. "
            "Reshape your data: X.reshape(-1, 1) if it is a single column, X.reshape(1, -1) if it is a single row"
        )
    if array.dtype in (np.float64, np.float32):
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: X must be real")
    if array.dtype.kind not in "biuf" and array.dtype != object:
        raise ValueError(f"X must contain numbers, not {array.dtype}; turn categories into columns (fit_table does)")
    return floats(array, "X")


def _vector(values: Any, n: int, name: str) -> tuple[Vector, tuple[float, float, float]]:
    """Return the values as an array, and their minimum, maximum and sum."""
    array = floats(values, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.ravel()
    if array.ndim != 1 or len(array) != n:
        raise ValueError(f"{name} must have one number per row: {n}, but its shape is {array.shape}")
    array = np.ascontiguousarray(array)
    summary = _summary(array)
    if not np.isfinite(summary[2]) and not np.all(np.isfinite(array)):
        row = int(np.argmin(np.isfinite(array)))
        raise ValueError(f"{name} must be finite; {name}[{row}] is {array[row]}")
    return array, summary


def _summary(array: Vector, block: int = 1 << 15) -> tuple[float, float, float]:
    """Return minimum, maximum and sum, block by block: one read of the memory instead of three."""
    blocks = [array[start : start + block] for start in range(0, len(array), block)]
    with np.errstate(over="ignore", invalid="ignore"):
        low, high, total = zip(*((b.min(), b.max(), b.sum()) for b in blocks), strict=True)
        return float(min(low)), float(max(high)), float(np.sum(total))


def require_limits(tolerance: float, max_passes: int) -> None:
    """Raise a ValueError for an invalid tolerance or number of passes."""
    if not tolerance > 0:
        raise ValueError(f"the tolerance must be above 0, but is {tolerance!r}")
    if not max_passes >= 1:
        raise ValueError(f"a fit takes at least one pass, but max_passes is {max_passes!r}")


def require_moderate(sums: NDArray[np.float64]) -> None:
    """Raise a ValueError if sums of finite numbers overflow."""
    if not np.all(np.isfinite(sums)):
        raise ValueError("the numbers in X, the weights or the offset are so large that their sums overflow")


def require_finite(X: Matrix, names: Sequence[str], block: int = 4096) -> None:
    """Raise a ValueError with the first value of X that is not finite, and counts by column."""
    bad = np.zeros(X.shape[1], dtype=np.int64)
    first: tuple[int, int] | None = None
    for start in range(0, len(X), block):
        wrong = ~np.isfinite(X[start : start + block])
        if wrong.any():
            bad += wrong.sum(axis=0)
            if first is None:
                row, column = np.argwhere(wrong)[0]
                first = int(start + row), int(column)
    if first is not None:
        row, column = first
        kind = "NaN" if np.isnan(X[row, column]) else "infinity"
        where = ", ".join(f"{names[j]}: {bad[j]}" for j in np.flatnonzero(bad)[:10])
        raise ValueError(
            f"X contains {kind} (column {names[column]!r}, row {row}); values that are not finite by column: {where}. "
            "Drop those rows or fill the values in"
        )
