"""A design matrix whose columns stay where they lie: numbers of any type, and codes of levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst._core import column_log_odds
from verhulst.data.scratch import give_back, map_with

Vectors = tuple[NDArray[Any], ...]
Some = slice | NDArray[Any]

# From so many columns on, the levels of a column are added up by code; fewer are quicker as columns of 0 and 1.
MANY_LEVELS = 8
# Rows that are written out at a time: few enough to stay in the second-level cache.
_ROWS = 2048


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of codes whose levels are added up by code.

    Attributes
    ----------
    source : int
        Its place among the vectors of a batch.
    places : ndarray of int, shape (levels,)
        The design column that is 1 for each code; -1 for a level that has none, such as the reference.
    """

    source: int
    places: NDArray[np.intp]

    @cached_property
    def shown(self) -> NDArray[np.intp]:
        """The codes that have a design column."""
        return np.flatnonzero(self.places >= 0)


@dataclass(frozen=True, eq=False)
class ColumnMatrix:
    """A matrix of doubles that is made of vectors of any number type when rows of it are asked for.

    It stands in for an array of shape (n, p): `X[rows]`, `X[rows, columns]` and `numpy.asarray(X)` are arrays of
    float64; `X[:, columns]` is another such matrix of the same vectors.

    Attributes
    ----------
    batches : tuple of tuples of ndarray
        Consecutive rows, each with the same vectors in the same order.
    columns : ndarray of int, shape (p, 2)
        For each design column the place of its vector, and the code for which it is 1; -1 if it is the number itself.
    levels : tuple of int
        For each vector of a batch, how many levels its codes have; 0 for numbers.

    Raises
    ------
    ValueError
        If a code is not below the number of levels.
    """

    batches: tuple[Vectors, ...]
    columns: NDArray[np.intp]
    levels: tuple[int, ...]

    dtype = np.dtype(np.float64)
    ndim = 2

    def __post_init__(self) -> None:
        for source, levels in enumerate(self.levels):
            for batch in self.batches if levels else ():
                if len(batch[source]) and not 0 <= batch[source].min() <= batch[source].max() < levels:
                    raise ValueError(f"codes must lie between 0 and {levels - 1}, the last level")

    def __setstate__(self, state: dict[str, Any]) -> None:
        batches = tuple(tuple(map(aligned, batch)) for batch in state["batches"])
        self.__dict__.update(state | {"batches": batches})

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """The first row of each batch, and the number of rows."""
        return np.cumsum([0, *(len(batch[0]) for batch in self.batches)])

    @property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        return int(self.starts[-1]), len(self.columns)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.shape[0] * self.shape[1]

    @property
    def nbytes(self) -> int:
        """Bytes of the vectors."""
        return sum(vector.nbytes for batch in self.batches for vector in batch)

    @cached_property
    def coded(self) -> tuple[Coded, ...]:
        """The columns of codes whose levels are added up by code."""
        found = []
        for source, levels in enumerate(self.levels):
            mine = np.flatnonzero((self.columns[:, 0] == source) & (self.columns[:, 1] >= 0))
            if len(mine) >= MANY_LEVELS:
                places = np.full(levels, -1, dtype=np.intp)
                places[self.columns[mine, 1]] = mine
                found.append(Coded(source, places))
        return tuple(found)

    @cached_property
    def number_places(self) -> NDArray[np.intp]:
        """The other design columns."""
        others = np.ones(len(self.columns), dtype=np.bool_)
        for each in self.coded:
            others[each.places[each.shown]] = False
        return np.flatnonzero(others)

    def spread(self) -> ColumnMatrix:
        """The same with no column of codes, each level being a column of 0 and 1."""
        wide = self._with_columns(self.columns)
        wide.__dict__.update(coded=(), number_places=np.arange(len(self.columns)))
        return wide

    def as_given(self, tables: NDArray[np.float64] | None = None, sums: NDArray[np.float64] | None = None) -> Any:
        """The form in which the kernel takes it; see `verhulst._core.logistic_statistics`."""
        coded = [(each.source, len(each.places)) for each in self.coded]
        return (
            self.batches,
            np.ascontiguousarray(self.columns[self.number_places]),
            np.array(coded, dtype=np.intp).reshape(-1, 2),
            tables,
            sums,
            self._map,
        )

    @cached_property
    def _map(self) -> mmap | None:
        """The scratch file that holds the vectors, if one does; its pages are given back once they have been read."""
        vectors = self.batches[0] if self.batches else ()
        return next((found for vector in vectors if (found := map_with(vector)) is not None), None)

    def _with_columns(self, columns: NDArray[np.intp]) -> ColumnMatrix:
        made = object.__new__(ColumnMatrix)  # its codes need no second look
        made.__dict__.update(batches=self.batches, columns=columns, levels=self.levels, _map=self._map)
        return made

    def between(self, start: int, stop: int) -> ColumnMatrix:
        """The rows start..stop, where they lie."""
        made = self._with_columns(self.columns)
        batches = tuple(tuple(vector[some] for vector in batch) for batch, some, _ in self._pieces(start, stop))
        made.__dict__.update(batches=batches or tuple(tuple(vector[:0] for vector in batch) for batch in self.batches))
        return made

    def take(self, rows: NDArray[np.intp]) -> ColumnMatrix:
        """Some rows, with a copy of their numbers."""
        vectors = tuple(self._gathered(source, rows) for source in range(len(self.levels)))
        return replace(self, batches=(vectors,))

    def log_odds(self, slopes: NDArray[np.float64], constant: float) -> NDArray[np.float64]:
        """constant + X slopes."""
        tables = sums = None
        if self.coded:
            tables = np.zeros((2, sum(len(each.places) for each in self.coded)))
            at = 0
            for each in self.coded:
                tables[0, at + each.shown] = slopes[each.places[each.shown]]
                at += len(each.places)
            sums = np.empty(self.sums_size)
        found, nonzero = column_log_odds(
            self.as_given(tables, sums), np.ascontiguousarray(slopes[self.number_places]), float(constant)
        )
        self.__dict__["_nonzero"] = nonzero  # which were counted in the same read
        return found

    @property
    def sums_size(self) -> int:
        """How many numbers the kernel's sums of codes are."""
        levels = [len(each.places) for each in self.coded]
        pairs = (sum(levels) ** 2 - sum(each * each for each in levels)) // 2
        return sum(levels) * (2 + len(self.number_places)) + pairs

    def count_nonzero(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """The number of rows, or the sum of their weights, in which each column is not 0; shape (p,)."""
        found = np.zeros(len(self.columns))
        if weights is None and "_nonzero" in self.__dict__:
            found[self.number_places] = self.__dict__["_nonzero"]
            for each in self.coded:
                counts = sum(np.bincount(batch[each.source], minlength=len(each.places)) for batch in self.batches)
                found[each.places[each.shown]] = np.asarray(counts)[each.shown]
            return found
        for batch, start in zip(self.batches, self.starts[:-1], strict=True):
            w = None if weights is None else weights[start : start + len(batch[0])]
            for source, levels in enumerate(self.levels):
                mine = self.columns[:, 0] == source
                if not mine.any():
                    continue
                if levels:
                    counts = np.bincount(batch[source], w, levels)
                    found[mine] += counts[self.columns[mine, 1]]
                else:
                    found[mine] += np.count_nonzero(batch[source]) if w is None else w[batch[source] != 0].sum()
        return found

    def __getitem__(self, key: Any) -> Any:
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        if isinstance(columns, int | np.integer):
            return self._with_columns(self.columns[np.array([columns])])._written(rows)[:, 0]
        if isinstance(rows, int | np.integer):
            return self[np.array([rows]), columns][0]
        chosen = (
            self if isinstance(columns, slice) and columns == slice(None) else self._with_columns(self.columns[columns])
        )
        if isinstance(rows, slice) and rows == slice(None) and isinstance(key, tuple):
            return chosen
        return chosen._written(rows)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self._written(slice(None)), dtype=dtype)

    def _written(self, rows: Some) -> NDArray[np.float64]:
        if isinstance(rows, slice) and rows.step in (None, 1):
            start, stop, _ = rows.indices(len(self))
            result = np.empty((max(stop - start, 0), len(self.columns)))
            for batch, some, at in self._pieces(start, stop):
                for first in range(some.start, some.stop, _ROWS):
                    part = slice(first, min(first + _ROWS, some.stop))
                    to = at + first - some.start
                    self._write([v[part] for v in batch], result[to : to + part.stop - part.start])
                if self._map is not None:
                    give_back(self._map)
            return result
        index = np.arange(len(self))[rows] if isinstance(rows, slice) else np.asarray(rows)
        if index.dtype == np.bool_:
            index = np.flatnonzero(index)
        used = set(self.columns[:, 0].tolist())
        vectors = [self._gathered(source, index) if source in used else index for source in range(len(self.levels))]
        result = np.empty((len(index), len(self.columns)))
        self._write(vectors, result)
        return result

    def _pieces(self, start: int, stop: int) -> Iterator[tuple[Vectors, slice, int]]:
        """What each batch has of the rows start..stop, and where among them these begin."""
        for k in range(max(int(np.searchsorted(self.starts, start, "right")) - 1, 0), len(self.batches)):
            low, high = int(self.starts[k]), int(self.starts[k + 1])
            if low >= stop:
                break
            some = slice(max(start, low) - low, min(stop, high) - low)
            if some.start < some.stop:
                yield self.batches[k], some, some.start + low - start

    def _gathered(self, source: int, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Some rows of a vector."""
        if len(self.batches) == 1:
            return np.take(self.batches[0][source], rows)
        found = self._gathered_from_all(source, rows)
        if self._map is not None:
            give_back(self._map)
        return found

    def _gathered_from_all(self, source: int, rows: NDArray[np.intp]) -> NDArray[Any]:
        rows = np.where(rows < 0, rows + len(self), rows)
        batch = np.searchsorted(self.starts, rows, "right") - 1
        result = np.empty(len(rows), dtype=np.result_type(*(each[source].dtype for each in self.batches)))
        for k in np.unique(batch):
            mine = batch == k
            result[mine] = self.batches[k][source][rows[mine] - self.starts[k]]
        return result

    def _write(self, vectors: Sequence[NDArray[Any]], to: NDArray[np.float64]) -> None:
        """Write out rows of all vectors."""
        for place in self.number_places:
            source, level = self.columns[place]
            to[:, place] = vectors[source] if level < 0 else vectors[source] == level
        for each in self.coded:
            to[:, each.places[each.shown]] = 0.0
            places = each.places[vectors[each.source]]
            marked = np.flatnonzero(places >= 0)
            to[marked, places[marked]] = 1.0


def aligned(vector: NDArray[Any]) -> NDArray[Any]:
    """A vector that was sent to this process, which may lie anywhere, where the kernel can read it."""
    return np.require(vector, requirements="A")


def as_columns(X: Any) -> ColumnMatrix | None:
    """X if it is such a matrix, None if it is an array."""
    return X if isinstance(X, ColumnMatrix) else None
