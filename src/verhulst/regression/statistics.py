"""The statistics of the data at one coefficient vector, and how those of many blocks are merged.

For rows xᵢ with outcome yᵢ, weight wᵢ and linear predictor ηᵢ = xᵢᵀβ + offsetᵢ

    log-likelihood   ℓ = Σ wᵢ (yᵢ log σ(ηᵢ) + (1 − yᵢ) log σ(−ηᵢ))
    gradient         g = Σ wᵢ (yᵢ − σ(ηᵢ)) xᵢ
    information      H = Σ wᵢ σ'(ηᵢ) xᵢ xᵢᵀ

Newton's method, separation and profiles see the data only through such a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
EPS = float(np.finfo(float).eps)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Statistics of some rows at one coefficient vector of q entries (the intercept first, where there is one).

    Attributes
    ----------
    log_likelihood : the log-likelihood; every row adds a number ≤ 0, so its rounding noise is of the order eps·|ℓ|
    gradient : (q,)
    information : (q, q), or None if it was not requested
    row_norm : the largest Euclidean norm of a row with positive weight; |xᵢᵀd| ≤ row_norm·‖d‖
    margin : smallest and largest (2yᵢ − 1) xᵢᵀd over the rows with positive weight, for a given direction d (−|xᵢᵀd| if
        0 < yᵢ < 1), or None. A smallest margin of at least 0 means that d separates the data.
    """

    log_likelihood: float
    gradient: Vector
    information: Matrix | None = None
    row_norm: float = 0.0
    margin: tuple[float, float] | None = None

    def __add__(self, other: Statistics) -> Statistics:
        """Return the statistics of both sets of rows together."""
        both = self.information is not None and other.information is not None
        margins = self.margin is not None and other.margin is not None
        return Statistics(
            self.log_likelihood + other.log_likelihood,
            self.gradient + other.gradient,
            self.information + other.information if both else None,  # type: ignore[operator]
            max(self.row_norm, other.row_norm),
            (min(self.margin[0], other.margin[0]), max(self.margin[1], other.margin[1])) if margins else None,  # type: ignore[index]
        )

    def __reduce__(self) -> tuple[Callable[..., Statistics], tuple[object, ...]]:
        """Workers send one triangle of the information."""
        matrix = self.information
        triangle = None if matrix is None else matrix[np.tril_indices(len(matrix))]
        return _of_triangle, (self.log_likelihood, self.gradient, triangle, self.row_norm, self.margin)


def _of_triangle(height: float, gradient: Vector, triangle: Vector | None, *others: Any) -> Statistics:
    if triangle is None:
        return Statistics(height, gradient, None, *others)
    matrix = np.zeros((len(gradient), len(gradient)))
    matrix[np.tril_indices(len(gradient))] = triangle
    return Statistics(height, gradient, matrix + np.tril(matrix, -1).T, *others)


class StatisticsFunction(Protocol):
    """Evaluates the statistics; callers do not know where the data are stored."""

    def __call__(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        """Return the statistics of all rows at `beta`."""
        ...


def merge(parts: Sequence[Answer]) -> Answer:
    """Return the sum of what parts of the data answered, added in a fixed tree: the same bits whoever computed a part.

    Parameters
    ----------
    parts : statistics, arrays or numbers; or tuples of them, whose entries are added each by itself
    """
    parts = list(parts)
    if not parts:
        raise ValueError("there are no parts to merge")
    if isinstance(parts[0], tuple):
        return tuple(merge(entries) for entries in zip(*parts, strict=True))  # type: ignore[return-value]
    while len(parts) > 1:
        parts = [sum(parts[i + 1 : i + 2], parts[i]) for i in range(0, len(parts), 2)]  # type: ignore[call-overload]
    return parts[0]
