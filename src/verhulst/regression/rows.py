"""Rows of data, centred and scaled while they are read.

`Rows` holds arrays. Fits see no row of them: they ask for `statistics` at a point, a `systematic` sample, `extremes`,
or put questions of their own (`ask`), which are functions of `Rows` with a small answer. So it does not matter whether
rows are here or, in parts, elsewhere; see `PartedRows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst._core import jeffreys_gradient, logistic_statistics, take_rows
from verhulst.data.column_matrix import aligned, as_columns
from verhulst.regression.column_pass import Question, Sums, column_question
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import EPS, Answer, Matrix, Statistics, Vector
from verhulst.regression.systematic import systematic

_NO_MATRIX, _INFORMATION, _GRAM = 0, 1, 2
ALL = slice(None)
PIECE_NUMBERS = 1 << 17  # design entries of a piece: one MiB, so that several products over it stay in the second cache


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some rows that count: standardised design z (m, q), outcomes, weights and offsets (m,)."""

    z: Matrix
    y: Vector
    weight: Vector
    offset: Vector

    def margins(self, direction: Vector) -> tuple[Vector, Vector]:
        """(2y − 1) zᵀd of each row (−|zᵀd| where 0 < y < 1), and a bound on its rounding error.

        A product of q terms is off by at most q·eps·Σ|zⱼdⱼ|; the entries of z and d carry a rounding of their own.
        """
        m = self.z @ direction
        signed = np.where(self.y == 1, m, np.where(self.y == 0, -m, -np.abs(m)))
        bound = (len(direction) + 6) * EPS * (np.abs(self.z) @ np.abs(direction))
        return signed, bound


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a design in memory, seen through the standardisation z = (x − centre)·inverse_scale.

    Attributes
    ----------
    X : (n, p) float64 or float32, any memory order, or a `ColumnMatrix`; never copied
    y : (n,) in [0, 1]: float64, or uint8 where every outcome is 0 or 1
    weight, offset : (n,) or None (ones, zeros)
    centre, inverse_scale : (p,); a column whose inverse_scale is 0 takes no part
    intercept : whether a column of ones stands first
    """

    X: Matrix
    y: NDArray[Any]
    weight: Vector | None
    offset: Vector | None
    centre: Vector
    inverse_scale: Vector
    intercept: bool

    def __len__(self) -> int:
        return len(self.y)

    def __sizeof__(self) -> int:
        return sum(each.nbytes for each in (self.X, self.y, self.weight, self.offset) if each is not None)

    def __reduce__(self) -> tuple[Callable[..., Rows], tuple[Any, ...]]:
        return _sent, tuple(getattr(self, field.name) for field in fields(self))

    @property
    def nbytes(self) -> int:
        """Bytes of the design."""
        return int(self.X.nbytes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the numbers of the design."""
        return self.X.dtype

    @property
    def size(self) -> int:
        """q: how many coefficients there are."""
        return int(self.X.shape[1]) + self.intercept

    @property
    def width(self) -> int:
        """How many columns make the matrix as costly as it is: what is added up by code costs as much as a few."""
        columns = as_columns(self.X)
        return self.size if columns is None else len(columns.number_places) + 16 * len(columns.coded)

    @property
    def entries(self) -> int:
        """Number of design entries."""
        return self.size * len(self.y)

    @property
    def counted(self) -> NDArray[np.bool_]:
        """(n,) which rows have a positive weight."""
        return np.ones(len(self.y), bool) if self.weight is None else self.weight > 0

    @property
    def standard(self) -> Standardisation:
        """The centres and scales."""
        return Standardisation(self.centre, self.inverse_scale, self.intercept)

    def seen_by(self, standard: Standardisation) -> Rows:
        """The same rows with other centres and scales."""
        if (
            self.intercept == standard.intercept
            and np.array_equal(self.centre, standard.centre)
            and np.array_equal(self.inverse_scale, standard.inverse_scale)
        ):
            return self
        return replace(self, centre=standard.centre, inverse_scale=standard.inverse_scale, intercept=standard.intercept)

    def ask(self, question: Callable[..., Answer], *given: Any) -> list[Answer]:
        """The answers of all parts of the rows to a question, of which this is the only one."""
        return [question(self, *given)]

    def ask_in_turn(self, question: Callable[..., Answer], *given: Any) -> Iterator[Answer]:
        """The same, each part being asked when its answer is needed."""
        yield question(self, *given)

    def changed(self, change: Callable[..., Rows], *given: Any) -> Rows:
        """What a function makes of each part."""
        return change(self, *given)

    def standardised(self, some: slice | NDArray[np.intp] = ALL) -> Matrix:
        """Some rows of the standardised design, intercept column first, as a new array."""
        x, first = self.X[some], int(self.intercept)
        z = np.ones((len(x), self.size))
        np.subtract(x, self.centre, out=z[:, first:])
        z[:, first:] *= self.inverse_scale
        return z

    def slices(self, n: int) -> list[slice]:
        """What divides n rows into pieces."""
        step = max(1, PIECE_NUMBERS // max(self.size, 1))
        return [slice(start, min(start + step, n)) for start in range(0, n, step)]

    def pieces(self) -> Iterator[Piece]:
        """All rows with a positive weight, standardised, a piece at a time."""
        for some in self.slices(len(self.y)):
            z, y = self.standardised(some), np.asarray(self.y[some], dtype=np.float64)
            weight = np.ones(len(y)) if self.weight is None else self.weight[some]
            offset = np.zeros(len(y)) if self.offset is None else self.offset[some]
            counts = weight > 0
            if not counts.all():
                z, y, weight, offset = z[counts], y[counts], weight[counts], offset[counts]
            yield Piece(z, y, weight, offset)

    def margins(self, direction: Vector) -> Iterator[tuple[Vector, Vector]]:
        """Margins of the rows that count for a direction (q,), and bounds on their errors; see `Piece.margins`."""
        return (piece.margins(direction) for piece in self.pieces())

    def extremes(self) -> tuple[Vector, Vector]:
        """(q,) the smallest and the largest standardised values of the rows that count."""
        none = np.full(self.size, np.inf)
        ends = [(piece.z.min(axis=0), piece.z.max(axis=0)) for piece in self.pieces() if len(piece.z)] or [
            (none, -none)
        ]
        return np.min([low for low, _ in ends], axis=0), np.max([high for _, high in ends], axis=0)

    def systematic(self, taken: int, plain: bool) -> tuple[int, Callable[[], tuple[Rows, float]]]:
        """How many rows of the rarer outcome are in a sample, and what takes it: rows, and the largest multiple of one.

        See `systematic`.
        """
        index, times, few = systematic(self.y, taken, plain)
        return few, lambda: (self.sample(index, times), float(times.max()))

    def sample(self, index: NDArray[np.intp], times: Vector) -> Rows:
        """Some of the rows, each with `times` its weight."""
        columns: Any = as_columns(self.X)
        return replace(
            self,
            X=take_rows(self.X, index) if columns is None else columns.take(index),
            y=self.y[index],
            weight=times if self.weight is None else times * self.weight[index],
            offset=None if self.offset is None else self.offset[index],
        )

    def statistics(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        """Statistics at `beta` (q,), which belongs to the standardised columns; so does `direction`."""
        question, finish = self._question(beta, direction, _INFORMATION if information else _NO_MATRIX)
        value, gradient, matrix, norm, least, most = finish(logistic_statistics(*question))
        return Statistics(value, gradient, matrix, norm, None if direction is None else (least, most))

    def gram(self) -> Matrix:
        """Σ wᵢ zᵢ zᵢᵀ: tells collinear columns from flat likelihoods, whatever β."""
        question, finish = self._question(np.zeros(self.size), None, _GRAM)
        matrix = finish(logistic_statistics(*question))[2]
        assert matrix is not None
        return matrix

    def information_as(self, beta: Vector, multiple: Vector) -> Matrix:
        """The information at `beta` if the weight of each row were `multiple` (n,) times what it is."""
        weight = multiple if self.weight is None else multiple * self.weight
        matrix = replace(self, weight=weight).statistics(beta).information
        assert matrix is not None
        return matrix

    def penalised_gradient(self, beta: Vector, root: Matrix, tau: float) -> tuple[Vector, Vector]:
        """Gradient (q,) of ℓ + τ log det I, and the leverages (n,).

        Parameters
        ----------
        beta : (q,)
        root : (q, q) L⁻ᵀ for the information I = L Lᵀ of all rows, upper triangular; 0 for columns that take no part
        tau : weight of the penalty
        """
        columns = as_columns(self.X)
        return jeffreys_gradient(
            self.X if columns is None else columns.spread().as_given(),
            self.y,
            self.weight,
            self.offset,
            self.centre,
            self.inverse_scale,
            self.intercept,
            beta,
            root,
            2 * tau,
        )

    def _question(
        self, beta: Vector, direction: Vector | None, product: int
    ) -> tuple[Question, Callable[[Sums], Sums]]:
        """What the kernel is asked, and what makes sums for all columns of its answer."""
        if (columns := as_columns(self.X)) is not None:
            return column_question(columns, self.y, self.weight, self.offset, self.standard, beta, direction, product)
        own = (self.X, self.y, self.weight, self.offset, self.centre, self.inverse_scale, self.intercept)
        return (*own, beta, direction, product), _as_found


def _as_found(found: Sums) -> Sums:
    return found


def _sent(X: Any, *others: Any) -> Rows:
    """Rows that were sent from another process."""
    there: list[Any] = [aligned(each) if isinstance(each, np.ndarray) else each for each in others]
    return Rows(X, *there)
