"""Rows of data with more than two classes, and the statistics of a multinomial model of them.

P(class k | x) = exp(xᵀb_k) / Σ exp(xᵀb_l), with coefficients b_k that sum to 0 over the K classes. They are b = B γ
with an orthonormal basis B (K, K−1) of the vectors that sum to 0, and the fit is one in γ: no class is singled out, and
the ridge on Σ‖b_k‖² = Σ‖γ_k‖² is diagonal.

What `newton` demands of its statistics holds with √2 times the norm of a row: where the predictors of the classes
move by u, their differences move by at most √2·‖u‖, and H changes by at most the factor e^(±that) (Sun and Tran-Dinh
2019, "Generalized self-concordant functions", Mathematical Programming 178).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst._core import class_statistics, take_rows
from verhulst.data.column_matrix import as_columns
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Statistics, Vector

Labels = NDArray[np.int32]
ROWS = 1 << 14  # looked at in a go
WORTH = 0.5  # largest lead along a direction below which it is no sign of separation


def basis(classes: int) -> Matrix:
    """Return an orthonormal basis (K, K−1) of the vectors that sum to 0: Helmert's contrasts."""
    k = np.arange(1, classes)
    contrasts = np.triu(np.ones((classes, classes - 1)))
    contrasts[k, k - 1] = -k
    return np.asarray(contrasts / np.sqrt(k * (k + 1)))


@dataclass(frozen=True, slots=True, eq=False)
class ClassRows:
    """Rows of a design, the class of each, and how the columns are seen.

    Attributes
    ----------
    X : (n, p) float64 or float32, any memory order, or a `ColumnMatrix`; never copied
    label : (n,) 0 … K−1
    classes : K
    weight : (n,) or None
    standard : centres and scales of the columns
    possible : (n, K) 0 where a class takes no part in a row, 1 elsewhere; or None
    """

    X: Matrix
    label: Labels
    classes: int
    weight: Vector | None
    standard: Standardisation
    possible: NDArray[np.uint8] | None = None

    @property
    def parameters(self) -> int:
        """q: coefficients of a class."""
        return int(self.X.shape[1]) + self.standard.intercept

    @property
    def size(self) -> int:
        """(K − 1)·q: coefficients of all."""
        return (self.classes - 1) * self.parameters

    @property
    def width(self) -> int:
        """What `newton` counts as columns: a matrix costs 1 + width/50 passes without one (measured)."""
        return 2 * (self.classes - 1) * self.parameters

    @property
    def counted(self) -> NDArray[np.bool_]:
        """(n,) which rows have a positive weight."""
        return np.ones(len(self.label), bool) if self.weight is None else self.weight > 0

    def sample(self, index: NDArray[np.intp], times: Vector) -> ClassRows:
        """Return some of the rows, each with `times` its weight."""
        columns: Any = as_columns(self.X)
        return replace(
            self,
            X=take_rows(self.X, index) if columns is None else columns.take(index),
            label=self.label[index],
            weight=times if self.weight is None else times * self.weight[index],
            possible=None if self.possible is None else self.possible[index],
        )

    def of_classes(self, beta: Vector) -> Matrix:
        """Return the coefficients b (K, q) of γ (size,)."""
        return np.ascontiguousarray(basis(self.classes) @ beta.reshape(self.classes - 1, -1))

    def statistics(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        """Statistics at γ, see `Statistics`; the margin is that of the true class over the best of the others.

        It is left out where no lead can be as large as `WORTH`: a lead is at most √2·norm·‖direction‖.
        """
        columns = as_columns(self.X)
        value, gradient, matrices, norm = class_statistics(
            self.X if columns is None else columns.spread().as_given(),
            self.label,
            self.weight,
            self.standard.centre,
            self.standard.inverse_scale,
            self.standard.intercept,
            self.of_classes(beta),
            self.possible,
            information,
        )
        contrasts = basis(self.classes)
        matrix = None if matrices is None else _information(matrices, contrasts)
        reach = float(np.sqrt(2.0) * norm)
        watched = direction is not None and reach * float(np.linalg.norm(direction)) >= WORTH
        margin = self.margin(direction) if direction is not None and watched else None
        return Statistics(value, (contrasts.T @ gradient).ravel(), matrix, reach, margin)

    def equal_rows_information(self, shares: Vector, gram: Matrix) -> Matrix:
        """Return the information where all rows have the same probabilities (K,), from Σ w z zᵀ."""
        contrasts = basis(self.classes)
        first, second = np.triu_indices(self.classes, 1)
        apart = contrasts[first] - contrasts[second]  # no sum of these has differences: rare classes keep their digits
        between = (apart * (shares[first] * shares[second])[:, None]).T @ apart
        return np.asarray(np.kron(between, gram), dtype=np.float64)

    def margin(self, direction: Vector) -> tuple[float, float]:
        """Return the smallest and largest lead of the true class along a direction, over the rows that count."""
        ends = [np.inf, -np.inf]
        across = self.of_classes(direction)
        for start in range(0, len(self.label), ROWS):
            some = slice(start, start + ROWS)
            counts = slice(None) if self.weight is None else self.weight[some] > 0
            lead = leads(self.standardised(some) @ across.T, self.label[some])[counts]
            if self.possible is not None:
                lead = np.where(self.possible[some][counts] > 0, lead, np.nan)
            own = self.label[some][counts]
            lead[np.arange(len(own)), own] = np.nan
            if not np.isnan(lead).all():
                ends = [min(ends[0], float(np.nanmin(lead))), max(ends[1], float(np.nanmax(lead)))]
        return ends[0], ends[1]

    def standardised(self, some: slice) -> Matrix:
        """Return some rows of the standardised design, intercept column first."""
        x, first = np.asarray(self.X[some], dtype=np.float64), int(self.standard.intercept)
        z = np.ones((len(x), self.parameters))
        z[:, first:] = (x - self.standard.centre) * self.standard.inverse_scale
        return z


def leads(scores: Matrix, label: Labels) -> Matrix:
    """Return (n, K) by how much the score of the true class is above each."""
    return np.asarray(scores[np.arange(len(label)), label][:, None] - scores)


def _information(matrices: Matrix, contrasts: Matrix) -> Matrix:
    """Return the information of γ: the sum over pairs of (B_a − B_b)(B_a − B_b)ᵀ ⊗ T_ab.

    Where no row tells two classes from a third, entries are exactly 0: that is how `Factor` knows them.
    """
    classes, q = len(contrasts), matrices.shape[1]
    first, second = np.triu_indices(classes, 1)
    apart = contrasts[first] - contrasts[second]
    size = classes - 1
    outer = (apart[:, :, None] * apart[:, None, :]).reshape(len(apart), size * size)
    sums = (outer.T @ matrices.reshape(len(apart), q * q)).reshape(size, size, q, q)
    return np.ascontiguousarray(sums.transpose(0, 2, 1, 3)).reshape(size * q, size * q)
