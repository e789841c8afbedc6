"""Rows that lie in parts, in this process or on the workers of a cluster.

A fit asks them what it asks `Rows`. Each part answers where it is; the answers are added up along a fixed tree over the
parts, so that the result has the same bits wherever they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_matrix import ColumnMatrix
from verhulst.data.parts import Parts
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Answer, Matrix, Statistics, Vector, merge
from verhulst.regression.systematic import EVEN, positions, steps_by_outcome


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a part without its rows.

    Attributes
    ----------
    rows, high : how many there are, and how many of them have an outcome above ½
    nbytes : of the design
    """

    rows: int
    high: int
    nbytes: int


@dataclass(frozen=True, slots=True, eq=False)
class PartedRows:
    """Rows of a design in parts, seen through a standardisation.

    Attributes
    ----------
    parts : of `Rows` over a `ColumnMatrix`, none of which is empty
    outlines : of the parts
    columns : the design without rows
    standard : centres and scales
    """

    parts: Parts
    outlines: tuple[Outline, ...]
    columns: ColumnMatrix
    standard: Standardisation

    def __len__(self) -> int:
        return sum(each.rows for each in self.outlines)

    @property
    def size(self) -> int:
        """q: how many coefficients there are."""
        return len(self.columns.columns) + self.intercept

    @property
    def width(self) -> int:
        """As of `Rows`."""
        return len(self.columns.number_places) + 16 * len(self.columns.coded)

    @property
    def entries(self) -> int:
        """Number of design entries."""
        return self.size * len(self)

    @property
    def nbytes(self) -> int:
        """Bytes of the design."""
        return sum(each.nbytes for each in self.outlines)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the numbers of the design."""
        return self.columns.dtype

    @property
    def intercept(self) -> bool:
        """Whether a column of ones stands first."""
        return self.standard.intercept

    @property
    def inverse_scale(self) -> Vector:
        """(p,); a column whose inverse_scale is 0 takes no part."""
        return self.standard.inverse_scale

    def seen_by(self, standard: Standardisation) -> PartedRows:
        """The same rows with other centres and scales."""
        return replace(self, standard=standard)

    def ask(self, question: Callable[..., Answer], *given: Any) -> list[Answer]:
        """The answers of all parts to a question, which is a function of `Rows`."""
        return self.parts.ask(_seen, self.standard, question, *given)

    def ask_in_turn(self, question: Callable[..., Answer], *given: Any) -> Iterator[Answer]:
        """The same, each part being asked when its answer is needed."""
        return self.parts.ask_in_turn(_seen, self.standard, question, *given)

    def changed(self, change: Callable[..., Rows], *given: Any) -> PartedRows:
        """What a function makes of each part."""
        return replace(self, parts=self.parts.changed(_seen, self.standard, change, *given))

    def statistics(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        """As of `Rows`."""
        found: Statistics = self.parts.total(merge, _seen, self.standard, _statistics, beta, direction, information)
        return found

    def gram(self) -> Matrix:
        """As of `Rows`."""
        found: Matrix = self.parts.total(merge, _seen, self.standard, Rows.gram)
        return found

    def extremes(self) -> tuple[Vector, Vector]:
        """As of `Rows`."""
        lows, highs = zip(*self.ask(Rows.extremes), strict=True)
        return np.min(lows, axis=0), np.max(highs, axis=0)

    def systematic(self, taken: int, plain: bool) -> tuple[int, Callable[[], tuple[Rows, float]]]:
        """As of `Rows`: the same rows as if they lay in one place."""
        n, high = len(self), sum(each.high for each in self.outlines)
        starts = np.cumsum([0, *(each.rows for each in self.outlines)])
        if plain and min(high, n - high) >= EVEN * n:
            step, index = positions(n, taken)
            cuts = np.searchsorted(index, starts)
            givens = [
                (_take, index[cut:end] - start, float(step))
                for cut, end, start in zip(cuts[:-1], cuts[1:], starts[:-1], strict=True)
            ]
            return int(len(index) * min(high, n - high) / n), lambda: (self._gathered(givens), float(step))
        steps, few = steps_by_outcome(high, n - high, taken)
        ones = np.cumsum([0, *(each.high for each in self.outlines)])
        by_outcome = [
            (_take_by_outcome, steps, (int(one), int(start - one)))
            for one, start in zip(ones[:-1], starts[:-1], strict=True)
        ]
        return few, lambda: (self._gathered(by_outcome), float(max(steps)))

    def _gathered(self, givens: Sequence[tuple[Any, ...]]) -> Rows:
        return joined_rows(self.parts.ask_each(_seen, [(self.standard, *given) for given in givens]))


def joined_rows(parts: Sequence[Rows]) -> Rows:
    """The rows of all parts, one after the other, in the coordinates of the first."""
    matrices: list[Any] = [part.X for part in parts]
    X: Any = replace(matrices[0], batches=tuple(batch for X in matrices for batch in X.batches if len(batch[0])))
    weights = [part.weight for part in parts if part.weight is not None]
    offsets = [part.offset for part in parts if part.offset is not None]
    return replace(
        parts[0],
        X=X,
        y=np.concatenate([part.y for part in parts]),
        weight=np.concatenate(weights) if weights else None,
        offset=np.concatenate(offsets) if offsets else None,
    )


def _seen(part: Rows, standard: Standardisation, question: Callable[..., Answer], *given: Any) -> Answer:
    return question(part.seen_by(standard), *given)


def _statistics(rows: Rows, beta: Vector, direction: Vector | None, information: bool) -> Statistics:
    return rows.statistics(beta, direction=direction, information=information)


def _take(rows: Rows, index: NDArray[np.intp], step: float) -> Rows:
    return rows.sample(index, np.full(len(index), step))


def _take_by_outcome(rows: Rows, steps: tuple[int, int], before: tuple[int, int]) -> Rows:
    """Every k-th row of each outcome, of which there are some before this part."""
    high = rows.y > 0.5
    parts = [
        np.flatnonzero(which)[-first % step :: step]
        for which, step, first in zip((high, ~high), steps, before, strict=True)
    ]
    return rows.sample(np.concatenate(parts), np.repeat(np.array(steps, dtype=float), [len(part) for part in parts]))
