"""Rows in cache-sized pieces, standardised: what separation, Firth and profiles read the data through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Matrix, Statistics, StatisticsFunction, Vector, merge

Blocks = Callable[[], Iterable[Rows]]
"""Yields the rows from the start at every call: one block for data in memory, many for data in files."""

CHUNK_NUMBERS = 1 << 17  # design entries of a piece: one MiB, so that several products over it stay in the second cache


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some rows: standardised design z (m, q), outcomes, weights and offsets (m,)."""

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
        bound = (len(direction) + 6) * np.finfo(float).eps * (np.abs(self.z) @ np.abs(direction))
        return signed, bound


def chunks(blocks: Blocks) -> Iterator[Chunk]:
    """All rows with a positive weight, a piece at a time."""
    for rows in blocks():
        step = max(1, CHUNK_NUMBERS // max(rows.size, 1))
        for start in range(0, len(rows.y), step):
            stop = min(start + step, len(rows.y))
            m = stop - start
            piece = Chunk(
                rows.standardised(start, stop),
                np.asarray(rows.y[start:stop], dtype=np.float64),
                np.ones(m) if rows.weight is None else rows.weight[start:stop],
                np.zeros(m) if rows.offset is None else rows.offset[start:stop],
            )
            counts = piece.weight > 0
            if not counts.all():
                piece = Chunk(piece.z[counts], piece.y[counts], piece.weight[counts], piece.offset[counts])
            yield piece


def statistics_of(blocks: Blocks) -> StatisticsFunction:
    """The statistics function of all blocks together."""

    def statistics(beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        return merge([rows.statistics(beta, direction=direction, information=information) for rows in blocks()])

    return statistics
