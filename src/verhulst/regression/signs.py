"""Which coefficients rise and which fall along separating directions, for data that exact arithmetic is too slow for.

Two linear programs for each coefficient, the largest and the smallest value that it takes over the cone of separating
directions, by cutting planes: they are solved for a few rows, and what they find is tried on all rows, many directions
in one read of the data. The certificate d lies inside the cone, so a direction u may be followed from there until the
first margin is used up: what a coefficient is at d + t·u counts. Rows that stand in the way join the program. Where a
program finds nothing for its rows, there is nothing for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.linear_programs import FEASIBILITY, highest
from verhulst.regression.recession import FreeSpace, Recession, free_space
from verhulst.regression.rows import Rows
from verhulst.regression.separation import State, state_of
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.statistics import Answer, Matrix, Vector, merge

MOST_READS = 20
MOST_DIMENSIONS = 200
TOGETHER = 8  # programs solved before the first read; twice as many before each that follows
NOTHING = 1e-7  # a program's value below this is 0
FREE = 1e-7  # a coefficient whose share in every free direction is below this is not free
HIDDEN = 1e-5  # share of a coefficient's own direction beside those of others, below which the solver may not see it
FAR_OUT = 1e6  # times the usual distance from the median: beside such a value the solver does not see the others
SAMPLE = 4096  # rows
WORST = 10  # rows by direction that join the programs after the first read; twice as many after the next ...
MOST_WORST = 1000  # ... up to this many


def signs(rows: SomeRows, found: Recession, outward: Matrix | None = None) -> tuple[State, ...]:
    """The states of all coefficients, by a certificate that separates as many rows as can be.

    With `outward` (q, q) those of other coefficients, to which it maps directions of the columns of `rows`.
    """
    standard, there = found.standard, rows.seen_by(found.standard)
    hidden = np.zeros(len(found.direction), dtype=bool)
    space = free_space(there, there, found.direction, None)
    basis = space.basis * space.scale[:, None]
    units = np.array([standard.original(column) for column in basis.T]).reshape(basis.shape[1], -1).T  # (q, k)
    height, floor = np.linalg.norm(units, axis=1), space.scale.copy()
    floor[int(standard.intercept) :] *= standard.inverse_scale
    if standard.intercept:  # what is left by rounding of its many terms is no coefficient
        terms = np.abs(basis[0]) + np.abs(standard.centre) @ np.abs(basis[1:] * standard.inverse_scale[:, None])
        floor[0] = max(floor[0], float(np.linalg.norm(terms)))
    if outward is not None:
        own = np.where(height > FREE * np.where(floor > 0, floor, 1.0), height, 0.0)
        units = outward @ np.where(own[:, None] > 0, units, 0.0)
        floor = np.abs(outward) @ own
        hidden, height = (own > 0) & (own < HIDDEN * floor), np.linalg.norm(units, axis=1)
    free = height > FREE * np.where(floor > 0, floor, 1.0)
    states = [state_of(False, False, not yes) for yes in free]
    which = np.flatnonzero(free)
    if len(which) and basis.shape[1] <= MOST_DIMENSIONS:
        search = _Search(rows, found, basis, units[which] / height[which, None], space)
        search.run()
        if _far_out(rows):
            search.impossible[:] = False
        search.impossible[hidden[which]] = False
        for k, shown, impossible in zip(which, search.shown, search.impossible, strict=True):
            states[k] = state_of(shown[0], shown[1], bool(np.all(shown | impossible) and shown.any()))
    return tuple(states)


def _far_out(rows: SomeRows) -> bool:
    """Whether some column's standard deviation comes from a few values far away."""
    x = np.concatenate(rows.ask(_every, max(1, len(rows) // SAMPLE)))
    away = np.abs(x - np.median(x, axis=0)) * rows.inverse_scale
    for column in away.T:
        apart = column[column > 0]
        if len(apart) and np.median(apart) * FAR_OUT < 1:
            return True
    return False


def _every(rows: Rows, step: int) -> Matrix:
    return np.asarray(rows.X[::step], dtype=np.float64)


class _Search:
    """The programs in the coordinates u of the free space: the direction is basis·u.

    Attributes
    ----------
    shown, impossible : (f, 2) for the objectives u·cⱼ and −u·cⱼ, whether they can be above 0, or cannot
    """

    def __init__(self, rows: SomeRows, found: Recession, basis: Matrix, objectives: Matrix, space: FreeSpace) -> None:
        self._data, self._found, self._basis = rows.seen_by(found.standard), found, basis
        self._objectives = objectives
        inside = space.basis.T @ (found.direction / space.scale)
        self._inside = inside / np.linalg.norm(inside)
        self.shown = np.zeros((len(objectives), 2), bool)
        self.impossible = np.zeros((len(objectives), 2), bool)
        self._rows, self._worst = np.empty((0, basis.shape[1])), WORST
        self._see(self._inside)

    def run(self) -> None:
        """Solve the programs, as far as `MOST_READS` goes."""
        k = self._basis.shape[1]
        if k == 1:
            self.impossible = ~self.shown
            return
        self._rows = self._nearest(2 * k)
        # First within the ellipsoid that fits between the rows: most that are not determined show it there.
        within = self._objectives @ np.linalg.pinv(self._curvature())
        self._try([(int(j), int(side), (1, -1)[side] * within[j]) for j, side in np.argwhere(~self.shown)])
        together = TOGETHER
        for _ in range(MOST_READS - 3):
            found = self._solve(together)
            if not found:
                return
            self._try(found)
            together, self._worst = 2 * together, min(2 * self._worst, MOST_WORST)

    def _try(self, found: list[tuple[int, int, Vector]]) -> None:
        """Follow directions, each for an objective, as far as they lead; take in the rows that stand in the way."""
        if not found:
            return
        steps, rows = self._read(np.array([u for _, _, u in found]).T)
        for (j, side, u), step in zip(found, steps, strict=True):
            here = (self._objectives[j] @ self._inside) * (1, -1)[side]
            rise = abs(self._objectives[j] @ u)
            self._see(self._inside + min(0.9 * step, 2 * abs(here) / rise + 1e3) * u)
        self._rows = np.unique(np.concatenate([self._rows, rows]), axis=0)

    def _see(self, u: Vector) -> None:
        """Note the signs of the coefficients along a direction within the cone."""
        values = self._objectives @ u / np.linalg.norm(u)
        self.shown |= np.column_stack([values > NOTHING, values < -NOTHING])

    def _solve(self, most: int) -> list[tuple[int, int, Vector]]:
        """Solutions of some of the open programs for the rows at hand."""
        found: list[tuple[int, int, Vector]] = []
        for j, side in np.argwhere(~(self.shown | self.impossible)):
            u = self._program((1, -1)[side] * self._objectives[j])
            if u is None:
                self.impossible[j, side] = True
            else:
                found.append((int(j), int(side), u))
                if len(found) == most:
                    break
        return found

    def _program(self, objective: Vector) -> Vector | None:
        """The direction of the unit box with the largest objective that the rows at hand allow; None if that is 0."""
        u = highest(objective, self._rows)
        if u is None:
            return objective  # not solved: that it is impossible must not be said
        return u if objective @ u > NOTHING else None

    def _ask(self, question: Callable[..., Answer], *given: object) -> list[Answer]:
        return self._data.ask(question, self._found.direction, self._basis, self._inside, *given)

    def _curvature(self) -> Matrix:
        """Σ aᵢaᵢᵀ/mᵢ² for the rows aᵢ and their margins mᵢ inside (Dikin's ellipsoid)."""
        return merge(self._ask(_curvature))

    def _nearest(self, most: int) -> Matrix:
        """The rows with the smallest margins."""
        kept = np.concatenate([self._rows, *self._ask(_nearest, most)])
        return kept[np.argsort(kept @ self._inside, kind="stable")[:most]]

    def _read(self, directions: Matrix) -> tuple[Vector, Matrix]:
        """How far each direction (k, r) can be followed, and the rows that it violates most."""
        steps, kept = zip(*self._ask(_read, directions, self._worst), strict=True)
        rows = np.concatenate(kept)
        margins = rows @ directions
        few = _least(margins, self._worst)
        return np.min(steps, axis=0), rows[few][(margins[few] < -FEASIBILITY).any(axis=1)]


def _separated(data: Rows, direction: Vector, basis: Matrix) -> Iterator[Matrix]:
    """Rows that are separated, in the coordinates u and with sign."""
    for piece in data.pieces():
        m, bound = piece.margins(direction)
        apart = m > bound
        signed = np.where(piece.y[apart] == 1, 1.0, -1.0)[:, None] * (piece.z[apart] @ basis)
        if len(signed):
            yield signed / np.linalg.norm(signed, axis=1, keepdims=True)


def _curvature(data: Rows, direction: Vector, basis: Matrix, inside: Vector) -> Matrix:
    total = np.zeros((len(inside),) * 2)
    for rows in _separated(data, direction, basis):
        scaled = rows / (rows @ inside)[:, None]
        total += scaled.T @ scaled
    return total


def _nearest(data: Rows, direction: Vector, basis: Matrix, inside: Vector, most: int) -> Matrix:
    kept = np.empty((0, basis.shape[1]))
    for rows in _separated(data, direction, basis):
        kept = np.concatenate([kept, rows])
        kept = kept[np.argsort(kept @ inside, kind="stable")[:most]]
    return kept


def _read(
    data: Rows, direction: Vector, basis: Matrix, inside: Vector, directions: Matrix, worst: int
) -> tuple[Vector, Matrix]:
    steps = np.full(directions.shape[1], np.inf)
    margins = np.empty((0, directions.shape[1]))
    kept = np.empty((0, len(directions)))
    for rows in _separated(data, direction, basis):
        m, here = rows @ directions, rows @ inside
        falls = m < 0
        lengths = np.divide(here[:, None], -m, out=np.full(m.shape, np.inf), where=falls)
        steps = np.minimum(steps, lengths.min(axis=0))
        margins, kept = np.concatenate([margins, m]), np.concatenate([kept, rows])
        few = _least(margins, worst)
        margins, kept = margins[few], kept[few]
    return steps, kept


def _least(margins: Matrix, most: int) -> NDArray[np.intp]:
    """The rows that have one of the smallest margins along some direction."""
    return np.unique(np.argsort(margins, axis=0, kind="stable")[:most])
